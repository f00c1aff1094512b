"""Cards that compare the listener with the crowd: skip rate and rank by minutes."""

import numpy as np

from . import canvas as c
from .words import NUMBERS, Words, count, counted, first_true, minutes_text, of_100

# ---------------------------------------------------------------- skips


GAP = 20


def draw_skip_rate(ax, story, theme="press"):
    """How often did the listener skip?

    A hundred squares for a hundred plays; a skipped play is a cut square. A line marks the share of
    the crowd.
    """
    look = c.page(ax, story, "skip_rate", theme, words_of_skip_rate(story))
    row = story.tables["skip_rate"].iloc[0]
    n, i = round(100 * row["share"]), np.arange(100)
    dx, dy, top = (c.MEASURE + GAP) / 10, 90, 612
    x, y = c.LEFT + dx * (i % 10), top + dy * (i // 10)
    width = np.where(i < n, 26, dx - GAP)
    paints = [look.accent if k < n else look.mark for k in i]
    c.rectangles(ax, x, y, width, dy - GAP, paints, "plays")
    if row["crowd_share"] == row["crowd_share"]:
        c.lines(ax, [steps(round(100 * row["crowd_share"]), dx, dy, top)], look.other, 8, "crowd")
    return ax


def steps(n, dx, dy, top):
    """The line below the first n of a hundred cells."""
    row, column = divmod(n, 10)
    y, x = top - GAP / 2 + dy * row, c.LEFT - GAP / 2 + dx * column
    path = [(c.LEFT, y + dy), (x, y + dy), (x, y), (c.RIGHT, y)]
    return path[2:] if column == 0 else path


def words_of_skip_rate(story):
    """The words of the card `skip_rate`."""
    row = story.tables["skip_rate"].iloc[0]
    n = of_100(row["share"])
    counts = f"{count(row['n_skips'])} of {counted(row['n_plays'], 'play')}"
    reading = (f"You skipped {n} of 100 plays.", crowd_line(row))
    return Words(
        kicker=f"Skips, {story.year}",
        headline=skip_headline(row["share"], row["crowd_share"]),
        sub=f"{counts} cut short",
        reading=reading,
        rule="Every square a hundredth of all plays. Simulated.",
        alt=f"{story.listener['name']}, skips of {story.year}: {counts}. {' '.join(reading)}",
    )


def crowd_line(row):
    """The reading line with the share of skips of all listeners."""
    if row["crowd_share"] != row["crowd_share"]:
        return f"Played to the end: {count(row['n_plays'] - row['n_skips'])} plays."
    return f"All listeners: {of_100(row['crowd_share'])} (the line)."


def skip_headline(share, crowd):
    """The headline of the card `skip_rate`. share, crowd: shares of plays left early, 0 to 1."""
    one_in = round(1 / share) if share else 0
    return first_true(
        (share == 0, "Never skipped"),
        (share >= 1.15 * crowd, "Quick to skip"),
        (share <= 0.85 * crowd, "A patient ear"),
        (crowd == crowd, "Near the average"),
        (2 <= one_in <= 10, f"One in {NUMBERS[min(one_in, 10)]}"),
        (one_in > 10, "A patient ear"),
        "More than half",
    )


# ---------------------------------------------------------------- place

MOST_DOTS, FEW = 1500, 300
BASE, TOP = 1430, 640  # of the stacks of dots


def draw_place(ax, story, theme="press"):
    """What is the listener's rank? One dot per listener, by minutes; a line marks the listener's
    own dot.
    """
    look = c.page(ax, story, "place", theme, words_of_place(story))
    crowd, ms = steps_of(story.tables["crowd"]), story.tables["place"]["ms_played"].iloc[0]
    n, base, top = per_dot(story), BASE, TOP
    you = int(np.searchsorted(crowd["to_ms"], ms, side="right").clip(0, len(crowd) - 1))
    stacks = np.ceil(crowd["n_listeners"].to_numpy() / n).astype(int)
    stacks[you] -= n == 1  # the listener's own dot is drawn on top
    bin_width = c.MEASURE / len(crowd)
    pitch = dot_pitch(stacks, bin_width, base - top - 80)
    columns = max(int(bin_width / pitch), 1)
    x, y = pile(stacks, columns, bin_width, pitch, base)
    bins = np.repeat(np.arange(len(stacks)), stacks)
    c.dots(ax, x[bins <= you], y[bins <= you], 0.76 * pitch, look.mark, "below")
    c.dots(ax, x[bins > you], y[bins > you], 0.76 * pitch, look.muted, "above")
    point(ax, look, c.LEFT + bin_width * (you + 0.5), base - pitch * np.ceil(stacks / columns), you)
    scale(ax, look, crowd, base)
    return ax


def per_dot(story):
    """Number of listeners per dot: 1, 2, 5, 10, 20, ..."""
    n = story.tables["place"]["n_listeners"].iloc[0]
    return next(k * 10**e for e in range(9) for k in (1, 2, 5) if n <= MOST_DOTS * k * 10**e)


def steps_of(crowd):
    """The bins of the scale. In a small crowd, two or three bins are joined if that gives larger
    dots.
    """
    few = crowd["n_listeners"].sum() <= FEW
    return max((joined_bins(crowd, k) for k in (1, 2, 3)), key=largest_dot) if few else crowd


def largest_dot(steps):
    """Pitch at which the highest stack of single dots fits, pixels."""
    return min(56, c.MEASURE / len(steps), (BASE - TOP - 80) / steps["n_listeners"].max())


def joined_bins(crowd, k):
    """Bins joined by k; the last one covers k bins too."""
    group = np.arange(len(crowd)) // k
    low, width = crowd["from_ms"].groupby(group).first(), (crowd["to_ms"] / crowd["from_ms"]).mean()
    return (
        crowd.groupby(group)
        .agg(from_ms=("from_ms", "first"), n_listeners=("n_listeners", "sum"))
        .assign(to_ms=low * width**k)
    )


def dot_pitch(stacks, bin_width, height):
    """The largest pitch at which the highest stack fits, pixels."""
    pitches = np.arange(min(56, bin_width), 4, -0.5)
    fits = np.ceil(stacks.max() / (bin_width // pitches)) * pitches <= height
    return pitches[fits][0] if fits.any() else min(bin_width, 5)


def pile(stacks, columns, bin_width, pitch, base):
    """(x, y) of dots in rows of `columns` from the base up, one stack per bin."""
    k = np.concatenate([np.arange(s) for s in stacks])
    left = np.repeat(
        c.LEFT + bin_width * (np.arange(len(stacks)) + 0.5) - pitch * columns / 2, stacks
    )
    return left + pitch * (k % columns + 0.5), base - pitch * (k // columns + 0.5)


def point(ax, look, x, tops, you):
    """Draw the listener's dot on its stack, and a line up to the word "you" above all stacks."""
    top, dot = tops.min() - 70, tops[you] - 26
    c.lines(ax, [[(x, dot), (x, top)]], look.accent.face, 5, "you")
    c.dots(ax, x, dot, 44, c.Paint(look.accent.face, look.ground), "you", zorder=3)
    wide = c.width("you", "name", c.NAME)
    left = np.clip(x - wide / 2, c.LEFT, c.RIGHT - wide)
    c.write(ax, left, top - 20, "you", c.NAME, "name", look.loud, "you")


def scale(ax, look, crowd, base):
    """Draw the scale of minutes under the dots, with its smallest and largest value."""
    low, high = minutes_text(crowd["from_ms"].iloc[0]), minutes_text(crowd["to_ms"].iloc[-1])
    c.write(ax, c.LEFT, base + 66, f"{count(low)} min", c.RULE, "text", look.quiet, "tick")
    c.write(
        ax, c.RIGHT, base + 66, f"{count(high)} min", c.RULE, "text", look.quiet, "tick", ha="right"
    )


def words_of_place(story):
    """The words of the card `place`."""
    row, n_per = story.tables["place"].iloc[0], per_dot(story)
    n, below, rank = int(row["n_listeners"]), int(row["n_below"]), int(row["rank"])
    people = "one simulated listener" if n_per == 1 else f"{count(n_per)} simulated listeners"
    listened, ranked = (
        counted(minutes_text(row["ms_played"]), "minute"),
        f"rank {count(rank)} of {count(n)}.",
    )
    reading = (c.reading(f"{listened}: {ranked}", ranked.capitalize()), f"One dot is {people}.")
    return Words(
        kicker=f"Among {counted(n, 'listener')}",
        headline=place_headline(n, below, rank),
        sub="in minutes of music",
        reading=reading,
        rule=f"Scale: each step to the right is {wider(story)} % more.",
        alt=f"{story.listener['name']}, {story.year}, among {counted(n, 'simulated listener')}: "
        f"more minutes than {count(below)} of them. {' '.join(reading)}",
    )


def wider(story):
    """By how many percent the minutes grow with each step of the scale."""
    first = steps_of(story.tables["crowd"]).iloc[0]
    return round(100 * (first["to_ms"] / first["from_ms"] - 1))


def place_headline(n, below, rank):
    """The headline of the card `place`.

    n  number of listeners;  below  number of listeners who played less;  rank  1 for most minutes
    """
    return first_true(
        (rank == 1, c.one_line(f"First of {count(n)}", "First of all")),
        (below == 0, c.one_line(f"One of {count(n)}", "One of many")),
        c.one_line(f"More than {count(below)}", f"Above {count(below)}", f"Rank {count(rank)}"),
    )
