"""Cards that compare the listener with the crowd: skip rate and rank by minutes."""

import numpy as np

from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    RIGHT,
    RULE,
    Paint,
    dots,
    key,
    lines,
    one_line,
    page,
    reading_line,
    rectangles,
    write,
    write_centred,
)
from .words import (
    THIN,
    Words,
    count,
    counted,
    counted_minutes,
    first_true,
    in_upper_half,
    minutes_of_average_day,
    minutes_text,
    percent_text,
    period_named,
    words_on,
)

# ---------------------------------------------------------------- skips

GAP, CUT = 20, 26
CROWD_LINE = 8  # thickness, pixels
COLUMN, ROW, FIRST_ROW = (MEASURE + GAP) / 10, 90, 612


def draw_skip_rate(ax, story, theme="press"):
    """How many songs did the listener play to the end?

    A hundred squares for a hundred plays; a skipped play is a cut square. A line marks the share of
    the crowd.
    """
    look = page(ax, story, "skip_rate", theme, words_of_skip_rate(story))
    row, i = story.first("skip_rate"), np.arange(100)
    skipped, whole = i >= 100 - round(100 * row["share"]), COLUMN - GAP
    x, y = LEFT + COLUMN * (i % 10), FIRST_ROW + ROW * (i // 10)
    widths = np.where(skipped, CUT, whole)
    rectangles(ax, x, y, widths, ROW - GAP, look.paints(~skipped), "plays")
    entries = [(look.accent, whole / 2, "to the end"), (look.mark, CUT / 2, "skipped")]
    if row["crowd_share"] == row["crowd_share"]:
        lines(ax, [steps(100 - round(100 * row["crowd_share"]))], look.other, CROWD_LINE, "crowd")
        entries.append((Paint(look.other), whole, "all listeners", CROWD_LINE))
    key(ax, look, 548, *entries)
    return ax


def steps(n):
    """The line below the first n of a hundred squares."""
    x, y = LEFT - GAP / 2 + COLUMN * (n % 10), FIRST_ROW - GAP / 2 + ROW * (n // 10)
    path = [(LEFT, y + ROW), (x, y + ROW), (x, y), (RIGHT, y)]
    return path if n % 10 else path[2:]


def words_of_skip_rate(story):
    """The words of the card `skip_rate`."""
    row = story.first("skip_rate")
    n_ended, n = row["n_plays"] - row["n_skips"], counted(row["n_plays"], "started song")
    return words_on(
        story,
        "Whole songs",
        headline=skip_headline(row["share"]),
        reading=(
            reading_line(
                f"{count(n_ended)} of {n} to the end.",
                f"{count(n_ended)} of {count(row['n_plays'])} to the end.",
            ),
            crowd_line(row),
        ),
        rule="Every start counts; the last 3 seconds may be missing.",
    )


def crowd_line(row):
    """The reading line with the share that all listeners play to the end."""
    if row["crowd_share"] == row["crowd_share"]:
        return f"All listeners: {percent_text(1 - row['crowd_share'])}."
    return f"{counted(row['n_skips'], 'song')} skipped."


def skip_headline(share):
    """The headline of the card `skip_rate`. share: of plays left early, 0 to 1."""
    return first_true(
        (share == 0, "Never skipped"),
        (share < 0.005, "Hardly ever skipped"),
        (share > 0.995, "Many songs tried"),
        f"{percent_text(1 - share)} to the end",
    )


# ---------------------------------------------------------------- place

MOST_DOTS, FEW = 1500, 300
BASE, TOP = 1430, 640  # of the stacks of dots
LARGEST, STACK = 56, BASE - TOP - 80  # pixels: largest pitch of dots, highest stack
MOST_STRETCH = 1.4  # from a dot to the one above, against the pitch


def draw_place(ax, story, theme="press"):
    """What is the listener's rank? One dot per listener, by minutes; the listener's own dot is on
    top of its stack, with a line up to the word "you".
    """
    look = page(ax, story, "place", theme, words_of_place(story))
    bins, n_per, row = bins_of(story), per_dot(story), story.first("place")
    reached = np.searchsorted(bins["to_ms"], row["ms_played"], side="right")
    you = min(reached, len(bins) - 1)
    stacks = np.ceil(bins["n_listeners"].to_numpy() / n_per).astype(int)
    bin_width = MEASURE / len(bins)
    pitch = dot_pitch(stacks, bin_width)
    columns = max(int(bin_width / pitch), 1)
    high = row_pitch(stacks, columns, pitch)
    at = pile(stacks, columns, bin_width, pitch, high)
    n_fewer = dot_of(bins["n_listeners"].to_numpy(), stacks, you, int(row["n_below"]))
    mine = stacks[: you + 1].sum() - 1
    others = np.delete(at, mine, axis=0)
    dots(ax, others[:n_fewer], 0.76 * pitch, look.mark, "below")
    dots(ax, others[n_fewer:], 0.76 * pitch, look.muted, "above")
    point(ax, look, at[mine], BASE - high * np.ceil(stacks.max() / columns))
    dots(ax, at[mine], max(1.2 * pitch, 20), Paint(look.accent.face, look.ground), "you")
    for x, ha, name in ((LEFT, "left", "least"), (RIGHT, "right", "most")):
        text = f"{name} {count(minutes_text(row[f'{name}_ms']))} min"
        write(ax, x, BASE + 66, text, RULE, "text", look.quiet, "tick", ha=ha)
    return ax


def dot_of(n_listeners, stacks, you, n_below):
    """Index of the listener's dot: as many dots are before it as listeners have fewer minutes, if a
    dot is one listener.

    n_listeners, stacks  listeners and dots of each bin;  you  the listener's bin
    n_below  number of listeners with fewer minutes
    """
    share = (n_below - n_listeners[:you].sum()) / max(n_listeners[you], 1)
    in_bin = np.clip(round(share * stacks[you]), 0, max(stacks[you] - 1, 0))
    return int(stacks[:you].sum() + in_bin)


def per_dot(story):
    """Number of listeners per dot: 1, 2, 5, 10, 20, ..."""
    n = story.first("place")["n_listeners"]
    return next(k * 10**e for e in range(9) for k in (1, 2, 5) if n <= MOST_DOTS * k * 10**e)


def bins_of(story):
    """The bins of the scale. In a small crowd, two or three bins are joined if that gives larger
    dots.
    """
    crowd = story.tables["crowd"]
    few = crowd["n_listeners"].sum() <= FEW
    return max((joined_bins(crowd, k) for k in (1, 2, 3)), key=largest_dot) if few else crowd


def largest_dot(bins):
    """Pitch at which the highest stack of single dots fits, pixels."""
    return min(LARGEST, MEASURE / len(bins), STACK / bins["n_listeners"].max())


def joined_bins(crowd, k):
    """Every k bins joined into one; the last one too is as wide as k bins."""
    bins = crowd.groupby(np.arange(len(crowd)) // k).agg({"from_ms": "first", "n_listeners": "sum"})
    return bins.assign(to_ms=bins["from_ms"] * (crowd["to_ms"] / crowd["from_ms"]).mean() ** k)


def dot_pitch(stacks, bin_width):
    """The largest pitch at which the highest stack fits, pixels."""
    pitches = np.arange(min(LARGEST, bin_width), 4, -0.5)
    fits = np.ceil(stacks.max() / (bin_width // pitches)) * pitches <= STACK
    return pitches[fits][0] if fits.any() else min(bin_width, 5)


def row_pitch(stacks, columns, pitch):
    """From a row of dots to the next, pixels: wider than the pitch if the stacks leave room."""
    return np.clip(STACK / np.ceil(stacks.max() / columns), pitch, MOST_STRETCH * pitch)


def pile(stacks, columns, bin_width, pitch, high):
    """Centres of dots, (n, 2): one stack per bin, in rows of `columns` from the base up.

    pitch, high  from a dot to the next in a row and in a column, pixels
    """
    row, column = np.divmod(np.concatenate([np.arange(n) for n in stacks]), columns)
    left = LEFT + bin_width * (np.arange(len(stacks)) + 0.5) - pitch * columns / 2
    x = np.repeat(left, stacks) + pitch * (column + 0.5)
    return np.c_[x, BASE - high * (row + 0.5)]


def point(ax, look, at, top):
    """Draw a line from the listener's dot up to the word "you" above all stacks.

    at  centre of the dot;  top  of the highest stack, pixels
    """
    lines(ax, [[tuple(at), (at[0], top - 62)]], look.accent.face, 5, "you")
    write_centred(ax, at[0], top - 92, "you", NAME, "name", look.loud, "you")


def words_of_place(story):
    """The words of the card `place`."""
    row, n_per = story.first("place"), per_dot(story)
    n, below, rank = int(row["n_listeners"]), int(row["n_below"]), int(row["rank"])
    people = counted(n_per, "listener") if n_per > 1 else "one listener"
    have, is_told = "has" if below == 1 else "have", in_upper_half(rank, n)
    reading = (
        rank_line(counted_minutes(row["ms_played"]), rank, n),
        first_true(
            (not is_told, line_on_day(story, row["ms_played"])),
            (below, f"{count(below)} {have} fewer minutes."),
            f"One dot is {people}.",
        ),
    )
    headline = place_headline(n, rank, row["ms_played"])
    fewer = f" more minutes than {count(below)} of them;" * is_told
    ends = f"from {count(minutes_text(row['least_ms']))} to {counted_minutes(row['most_ms'])}"
    return Words(
        kicker=f"Among {counted(n, 'listener')}",
        headline=headline,
        sub="of music" if headline.endswith("minutes") else "in minutes of music",
        reading=reading,
        rule=f"Dot: {people}. Each column: {wider(story)} % more minutes.",
        alt=f"{story.listener['name']}, {period_named(story)}, "
        f"among {counted(n, 'simulated listener')}: {headline};{fewer} "
        f"they played {ends}. {' '.join(reading)}",
    )


def line_on_day(story, ms):
    """The reading line on the minutes of an average day. ms: milliseconds of the period"""
    each = minutes_of_average_day(ms / len(story.tables["calendar"]))
    return f"{each} a day.".capitalize()


def rank_line(minutes, rank, n):
    """The reading line with the minutes, as text, and the rank, which is told in the upper half.

    n  number of listeners;  rank  1 for most minutes
    """
    if not in_upper_half(rank, n):
        return reading_line(f"{minutes}, among {counted(n, 'listener')}.", f"{minutes}.")
    ranked = f"rank {count(rank)} of {count(n)}."
    return reading_line(f"{minutes}: {ranked}", ranked.capitalize())


def wider(story):
    """By how many percent the minutes grow with each step of the scale."""
    first = bins_of(story).iloc[0]
    return round(100 * (first["to_ms"] / first["from_ms"] - 1))


def place_headline(n, rank, ms):
    """The headline of the card `place`: the rank as a share for the upper half, else the minutes.

    n  number of listeners;  rank  1 for most minutes;  ms  milliseconds played
    """
    top = f"Top {int(np.ceil(100 * rank / n))}{THIN}%"
    return first_true(
        (rank == 1, one_line(f"First of {count(n)}", "First of all")),
        (in_upper_half(rank, n), top),
        counted_minutes(ms),
    )
