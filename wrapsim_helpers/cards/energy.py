"""The card of the energy of the music by month."""

import numpy as np

from .canvas import (
    LEFT,
    READING,
    RIGHT,
    RULE,
    SUB,
    Paint,
    dots,
    first_that_fits,
    key,
    lines,
    page,
    rectangles,
    width,
    write,
    write_centred,
)
from .volume import month_names, month_rows
from .words import LONG_MONTHS, MONTHS, words_on

TOP, BASE, MONTHS_Y = 736, 1416, 1492  # of the scale, and of the months' names, pixels
PLOT_LEFT = LEFT + 64  # right of the numbers of the scale
LARGEST, SMALLEST = 56, 20  # diameter of the dots
DASH, THICK = 0.84, 8  # of the crowd: length as a share of a month, thickness, pixels
KEY_Y, KEY_DASH = 706, 48  # baseline of the key, and length of its dash, pixels
FEWEST_PLAYS = 10  # of a month that is named
LEAST_RANGE, STEP, AROUND = 40, 10, 6  # of the scale, between its lines, beyond the values; of 100


def draw_energy(ax, story, theme="press"):
    """How energetic is the music? The score of the year, and a line through the months: its height
    is the energy, and the area of a dot is the number of streams. The line stops before a month
    without a stream. A dash in each month is the energy of the median listener.
    """
    look = page(ax, story, "energy", theme, words_of_energy(story), sizes=(243, 162))
    n_months = int(month_rows(story, [story.last_day])[0]) + 1
    pitch = (RIGHT - PLOT_LEFT) / max(n_months, 6)
    ends = scale_of(energies(story.tables["energy"]))
    draw_scale(ax, look, ends)
    dashes_of_crowd(ax, story, look, pitch, ends)
    draw_line(ax, story, look, pitch, ends)
    for i, name in enumerate(month_names(story, n_months)):
        at = PLOT_LEFT + pitch * (i + 0.5)
        write(ax, at, MONTHS_Y, name[0], RULE, "text", look.quiet, "tick", ha="center")
    return ax


def energies(months):
    """All energies that the card shows: the listener's and the crowd's."""
    values = months[["energy", "crowd_energy"]].to_numpy().ravel()
    return values[~np.isnan(values)]


def scale_of(values):
    """The (lowest, highest) number of the scale: tens around the values, of a range of at least
    LEAST_RANGE, so that small differences look small.
    """
    low = max(STEP * np.floor((values.min() - AROUND) / STEP), 0)
    high = min(STEP * np.ceil((values.max() + AROUND) / STEP), 100)
    while high - low < LEAST_RANGE:
        below, above = values.min() - low, high - values.max()
        is_low = high == 100 or low > 0 and below <= above
        low, high = low - STEP * is_low, high + STEP * (not is_low)
    return low, high


def draw_scale(ax, look, ends):
    """Draw a line for every ten of the scale, with its number."""
    for value in np.arange(ends[0], ends[1] + 1, STEP):
        y = heights(value, ends)
        lines(ax, [[(PLOT_LEFT, y), (RIGHT, y)]], look.faint, 3, "hairline")
        write(ax, LEFT, y + 13, str(round(value)), RULE, "text", look.quiet, "tick")


def dashes_of_crowd(ax, story, look, pitch, ends):
    """Draw a dash in each month at the energy of the median listener, and the key of the dashes;
    nothing without a crowd (see `draw_line`).
    """
    months = story.tables["energy"].dropna(subset="crowd_energy")
    x, y = centres(story, months, pitch), heights(months["crowd_energy"].to_numpy(), ends)
    dash, half = Paint(look.muted.face), DASH * pitch / 2
    rectangles(ax, x - half, y - THICK / 2, 2 * half, THICK, dash, "crowd")
    if len(months):
        key(ax, look, KEY_Y, (dash, KEY_DASH, "all listeners, median", THICK))


def centres(story, months, pitch):
    """Where the months of rows are, pixels. pitch: from a month to the next, pixels"""
    return PLOT_LEFT + pitch * (months["month"].to_numpy() - story.first_day.month + 0.5)


def ends_of(months):
    """(place of the row with most energy, of the row with least), of months with FEWEST_PLAYS; of
    all months if none has so many. months: rows of `energy`
    """
    n, values = months["n_streams"].to_numpy(), months["energy"].to_numpy()
    enough = (n >= FEWEST_PLAYS) | (n.max() < FEWEST_PLAYS)
    return tuple(int(np.where(enough, sign * values, -np.inf).argmax()) for sign in (1, -1))


def draw_line(ax, story, look, pitch, ends):
    """Draw the lines through months that follow each other, their dots, and the values of the
    highest and the lowest.

    pitch  from a month to the next, pixels;  ends  of the scale
    """
    months = story.tables["energy"]
    n, values = months["n_streams"].to_numpy(), months["energy"].to_numpy()
    x = centres(story, months, pitch)
    y, (top, low) = heights(values, ends), ends_of(months)
    size = np.maximum(LARGEST * np.sqrt(n / n.max()), SMALLEST)
    for i, offset in {low: size[low] / 2 + 56, top: -size[top] / 2 - 24}.items():
        write_value(ax, look, x[i], y[i] + offset, values[i])
    gaps = np.flatnonzero(np.diff(months["month"]) > 1) + 1
    paths = [path for path in np.split(np.c_[x, y], gaps) if len(path) > 1]
    lines(ax, paths, look.mark.face if look.mark.edge == "none" else look.text, 6, "energy")
    rest = np.arange(len(x)) != top
    dots(ax, np.c_[x, y][rest], size[rest], look.mark, "months")
    dots(ax, (x[top], y[top]), size[top], look.accent, "liveliest")


def write_value(ax, look, x, y, value):
    """Write the value of a month, and interrupt the lines of the scale behind it."""
    text = str(round(value))
    high, wide = 0.72 * READING, width(text, "bold", READING)
    box = x - wide / 2 - 10, y - high - 10, wide + 20, high + 20
    rectangles(ax, *box, Paint(look.ground), "plate")
    write_centred(ax, x, y, text, READING, "bold", look.text, "value")


def heights(values, ends):
    """Where values are drawn, pixels. ends: of the scale"""
    return BASE - (BASE - TOP) * (values - ends[0]) / (ends[1] - ends[0])


def mean_of_year(story, name):
    """The mean of a column of `energy` over all streams."""
    months = story.tables["energy"]
    return np.average(months[name], weights=months["n_streams"])


def words_of_energy(story):
    """The words of the card `energy`."""
    months = story.tables["energy"]
    said = [
        f"{LONG_MONTHS[(m.month - 1) % 12]} {round(m.energy)}"
        for m in months.iloc[list(dict.fromkeys(ends_of(months)))].itertuples()
    ]
    bright, bpm = (round(mean_of_year(story, name)) for name in ("valence", "bpm"))
    return words_on(
        story,
        "Energy",
        hero=str(round(mean_of_year(story, "energy"))),
        headline=energy_headline(months.iloc[ends_of(months)[0]]),
        reading=(
            f"{', '.join(said)}, of 100.",
            f"Brightness {bright}; {bpm} beats a minute.",
        ),
        after=said_of_crowd(months["crowd_energy"]),
        rule="Mean of all plays, 0 to 100. Area: plays. Simulated.",
    )


def said_of_crowd(energies):
    """What the alt text says of the median listener; "" without a crowd. energies: by month"""
    low, high = energies.min(), energies.max()
    return f"All listeners, median by month: {low:.0f} to {high:.0f}." if low == low else ""


def energy_headline(most):
    """The headline of the card `energy`; it follows the score, and names the month with most, if it
    has FEWEST_PLAYS. most: its row
    """
    if most["n_streams"] < FEWEST_PLAYS:
        return "energy, of 100"
    month = int(most["month"])
    names = LONG_MONTHS[(month - 1) % 12], MONTHS[(month - 1) % 12]
    return first_that_fits([f"energy, most in {name}" for name in names], "name", SUB)
