"""The card of the energy of the music by month."""

import numpy as np

from .canvas import (
    LEFT,
    MEASURE,
    READING,
    RULE,
    SUB,
    dots,
    first_that_fits,
    lines,
    page,
    write,
    write_centred,
)
from .volume import month_names, month_rows
from .words import LONG_MONTHS, MONTHS, words_on

TOP, BASE, TICKS = 800, 1370, 1500  # of the line, and of the months' names, pixels
LARGEST, SMALLEST = 72, 20  # diameter of the dots
LEAST_RANGE = 6  # of 100: months that differ by less lie near one height


def draw_energy(ax, story, theme="press"):
    """How energetic is the music? The score of the year, and a line through the months: its height
    is the energy, and the area of a dot is the number of streams.
    """
    look = page(ax, story, "energy", theme, words_of_energy(story), sizes=(243, 162))
    n_months = int(month_rows(story, [story.last_day])[0]) + 1
    pitch = MEASURE / max(n_months, 6)
    draw_line(ax, story, look, pitch)
    for i, name in enumerate(month_names(story, n_months)):
        at = LEFT + pitch * (i + 0.5)
        write(ax, at, TICKS, name, RULE, "text", look.quiet, "tick", ha="center")
    return ax


def draw_line(ax, story, look, pitch):
    """Draw the line through the months, their dots, and the values of the highest and the lowest.

    pitch  from a month to the next, pixels
    """
    months = story.tables["energy"]
    n, values = months["n_streams"].to_numpy(), months["energy"].to_numpy()
    x = LEFT + pitch * (months["month"].to_numpy() - story.first_day.month + 0.5)
    y = heights(values)
    lines(ax, [np.c_[x, y]], look.mark.face if look.mark.edge == "none" else look.text, 6, "energy")
    size = np.maximum(min(LARGEST, 0.9 * pitch) * np.sqrt(n / n.max()), SMALLEST)
    top, low = values.argmax(), values.argmin()
    rest = np.arange(len(x)) != top
    dots(ax, np.c_[x, y][rest], size[rest], look.mark, "months")
    dots(ax, (x[top], y[top]), size[top], look.accent, "liveliest")
    for i, offset in {low: size[low] / 2 + 56, top: -size[top] / 2 - 24}.items():
        text = str(round(values[i]))
        write_centred(ax, x[i], y[i] + offset, text, READING, "bold", look.text, "value")


def heights(values):
    """Where values of months are drawn, pixels: the highest at TOP and the lowest at BASE, unless
    they differ by less than LEAST_RANGE.
    """
    middle, spread = (values.max() + values.min()) / 2, max(np.ptp(values), LEAST_RANGE)
    return (TOP + BASE) / 2 - (values - middle) / spread * (BASE - TOP)


def mean_of_year(story, name):
    """The mean of a column of `energy` over all streams."""
    months = story.tables["energy"]
    return np.average(months[name], weights=months["n_streams"])


def words_of_energy(story):
    """The words of the card `energy`."""
    months = story.tables["energy"]
    top, low = months["energy"].idxmax(), months["energy"].idxmin()
    named = {i: LONG_MONTHS[(months["month"][i] - 1) % 12] for i in (top, low)}
    values = {i: round(months["energy"][i]) for i in (top, low)}
    bright, bpm = (round(mean_of_year(story, name)) for name in ("valence", "bpm"))
    return words_on(
        story,
        "Energy",
        hero=str(round(mean_of_year(story, "energy"))),
        headline=energy_headline(months["month"][top]),
        reading=(
            f"{named[top]} {values[top]}, {named[low]} {values[low]}, of 100.",
            f"Brightness {bright}; {bpm} beats a minute.",
        ),
        rule="Mean of all plays, 0 to 100. Area: plays. Simulated.",
    )


def energy_headline(month):
    """The headline of the card `energy`; it follows the score, and names the month with most."""
    names = LONG_MONTHS[(month - 1) % 12], MONTHS[(month - 1) % 12]
    return first_that_fits([f"energy, most in {name}" for name in names], "name", SUB)
