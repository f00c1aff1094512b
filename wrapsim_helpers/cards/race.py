"""Cards of artists over time: the race of the top five, their peak months, and the longest streak
of days with one artist.
"""

from itertools import pairwise

import numpy as np

from ..wrapped.race import RACERS
from .albums import named_headline
from .canvas import (
    HEROES,
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    SUB,
    Paint,
    dots,
    first_that_fits,
    lines,
    page,
    reading_line,
    rectangles,
    write,
    write_centred,
    write_name,
)
from .evolution import months_of_story, name_of_month
from .fonts import shown
from .words import (
    MONTHS,
    count,
    counted,
    day,
    first_true,
    guest_plays,
    is_only_largest,
    span,
    words_on,
)

TOP, BASE = 640, 1400  # of the race, pixels
TICKS = (1, 2, 5, 10, 20)
LAST_RANK = 20  # ranks from this one on are drawn in one line
MONTHS_LEFT, MONTHS_END, NAMES_LEFT = 184, 600, 684  # first and last month, and where names begin
MONTHS_Y = 1480  # baseline of the months' names
THIN, THICK, HALO = 12, 22, 4  # of the curves, and their edge in the colour of the ground
BRIDGE = 4  # of the line through months without a play
DOT, DOT_PITCH = 6, 16  # diameter and distance of the dots that lead to an artist's name


def draw_artist_race(ax, story, theme="press"):
    """How did the top three artists rank from month to month?

    One curve per artist through the ranks among all artists of each month; it is a thin line
    through months without a play. Dots lead from its last month to the artist's name; the names
    are in the order of the curves' ends, so that few dots cross.
    """
    look = page(ax, story, "artist_race", theme, words_of_artist_race(story))
    race, n = racers_of(story), months_of_story(story)
    last = next((rank for rank in TICKS[1:] if rank >= race["rank"].max()), LAST_RANK)
    places = places_of_names(race)
    for year_rank in sorted(places, reverse=True):  # the first lies on top
        rows = race[race["year_rank"] == year_rank]
        colour = curve_colour(look, year_rank)
        y = rank_y(rows["rank"].to_numpy(), last)
        path = curve(ax, look, month_index(story, rows), y, year_rank, colour, n)
        leaders = dots_to_name(path[-1], places[year_rank])
        dots(ax, leaders, DOT, Paint(colour), "leaders")
        finish_line(ax, look, rows, year_rank, places[year_rank])
    months_below(ax, story, look, n)
    for rank in TICKS[: TICKS.index(last) + 1]:
        text = f"{rank}+" if rank == LAST_RANK else str(rank)
        write(ax, LEFT, rank_y(rank, last) + 13, text, RULE, "text", look.quiet, "tick")
    return ax


def racers_of(story):
    """The rows of the artist race for the artists whose curves are drawn."""
    return story.tables["artist_race"].query(f"year_rank <= {RACERS}")


def month_index(story, rows):
    """The months of some rows, counted from the first month of the period, 0."""
    return rows["month"].to_numpy() - story.first_day.month


def curve_colour(look, year_rank):
    """The colour of an artist's curve: accent, strong, and weak."""
    strong = look.mark.face if look.mark.edge == "none" else look.text
    return {1: look.accent.face, 2: strong}.get(year_rank, look.muted.face)


def rank_y(rank, last):
    """Where a rank is drawn: a step is as high as the ratio of the ranks. last: the lowest one"""
    return TOP + (BASE - TOP) * np.log(np.minimum(rank, last)) / np.log(last)


def places_of_names(race):
    """year_rank -> place of the name, from 1 at the top: by the rank in the last month."""
    last = race.sort_values("month").groupby("year_rank")["rank"].last()
    return last.rank(method="first").astype(int).to_dict()


def finish_y(place):
    """Where the name of an artist is. place: from 1, see `places_of_names`"""
    return TOP + (BASE - TOP - 84) * (place - 1) / RACERS


def curve(ax, look, month, y, year_rank, colour, n):
    """Draw the curve of an artist on a halo in the ground's colour, from its first month to its
    last. Returns the path of its last months.
    """
    paths, bridges = paths_of_curve(month, y, n)
    thickness = THICK if year_rank == 1 else THIN
    lines(ax, paths, look.ground, thickness + HALO, "hairline")
    lines(ax, bridges, colour, BRIDGE, "silent months")
    lines(ax, paths, colour, thickness, "race")
    return paths[-1]


def paths_of_curve(month, y, n):
    """(paths through months with plays; paths that join them)."""
    x = MONTHS_LEFT + (MONTHS_END - MONTHS_LEFT) / max(n - 1, 1) * month
    pieces = np.split(np.arange(len(x)), np.flatnonzero(np.diff(month) > 1) + 1)
    paths = [bumps(x[piece], y[piece]) for piece in pieces]
    return paths, [step_between(before[-1], after[0]) for before, after in pairwise(paths)]


def dots_to_name(end, place):
    """Centres of dots at equal distances from the end of a curve to the artist's name, (n, 2)."""
    path = step_between(end, (NAMES_LEFT - 20, finish_y(place)))
    along = np.r_[0, np.hypot(*np.diff(path, axis=0).T).cumsum()]
    at = along[-1] - DOT_PITCH * np.arange(along[-1] // DOT_PITCH)
    return np.c_[np.interp(at, along, path[:, 0]), np.interp(at, along, path[:, 1])]


def step_between(start, stop):
    """A smooth step from one point to another, with both points."""
    return np.vstack([start, bend(start, stop), stop])


def bumps(x, y):
    """The path through some points, with flat ends and smooth steps between them."""
    parts = [np.array([(x[0] - 8, y[0]), (x[0] + 8, y[0])])]
    for k in range(1, len(x)):
        parts += [
            bend(parts[-1][-1], (x[k] - 8, y[k])),
            np.array([(x[k] - 8, y[k]), (x[k] + 8, y[k])]),
        ]
    return np.vstack(parts)


def bend(start, stop):
    """A smooth step from one point to another, flat at both ends."""
    t = np.linspace(0, 1, 18)[1:-1]
    (x0, y0), (x1, y1) = start, stop
    return np.c_[x0 + (x1 - x0) * t, y0 + (y1 - y0) * t * t * (3 - 2 * t)]


def finish_line(ax, look, rows, year_rank, place):
    """Write an artist's name and streams of the year."""
    y = finish_y(place)
    colour = look.loud if year_rank == 1 else look.text
    name, room = shown(rows["artist"].iloc[0]), RIGHT - NAMES_LEFT
    _, parts = write_name(
        ax, NAMES_LEFT, y + 16, name, (READING,), "name", colour, "name", room, n_lines=3, lift=18
    )
    below = y + 16 - 18 * (len(parts) - 1) + 52 * (len(parts) - 1) + 44
    plays = counted(rows["n_whole"].sum(), "play")
    write(ax, NAMES_LEFT, below, plays, RULE, "text", look.quiet, "value")


def months_below(ax, story, look, n):
    """Write the initials of the months under the curves, at most twelve, and under the names that
    they are of all months.
    """
    pitch = (MONTHS_END - MONTHS_LEFT) / max(n - 1, 1)
    for i in range(0, n, -(-n // 12)):
        at, text = MONTHS_LEFT + pitch * i, MONTHS[(story.first_day.month - 1 + i) % 12][0]
        write(ax, at, MONTHS_Y, text, RULE, "text", look.quiet, "tick", ha="center")
    whole = "Whole year" if n == 12 else "All months"
    write(ax, NAMES_LEFT, MONTHS_Y, whole, RULE, "text", look.quiet, "tick")


def words_of_artist_race(story):
    """The words of the card `artist_race`."""
    race = racers_of(story)
    names = race.drop_duplicates("year_rank").set_index("year_rank")["artist"]
    plays = race.groupby("year_rank")["n_whole"].sum()
    first, n = shown(names[1]), months_of_story(story)
    ranks = race[race["year_rank"] == 1].set_index("month")["rank"]
    n_first = int((ranks == 1).sum())
    headline = race_headline(n_first, n, first)
    return words_on(
        story,
        "Artist race",
        headline=headline,
        reading=(margin(plays, names), lowest_rank(ranks, n)),
        rule=f"{guest_plays(story.rules)}; thin line: no plays. Simulated.",
        before="; ".join(
            f"{rank} {names[rank]}, {counted(plays[rank], 'play')}" for rank in names.index
        )
        + ".",
        after=f"{first_months(n_first, n)}.",
        sub=race_sub(first if first not in headline else "", first_months(n_first, n)),
    )


def race_headline(n_first, n, first):
    """The headline of the card `artist_race`.

    n_first  number of months in which the year's first artist was first;  n  months of the period
    first    the artist's name
    """
    if n_first == n:
        return named_headline(f"{first} throughout", first, "First in every month")
    if not n_first:
        return named_headline(f"{first} overall", first, "First overall")
    months = counted(n_first, "month")
    return named_headline(f"{first}, {months}", f"First for {months}")


def first_months(n_first, n):
    """In how many months of n the year's first artist was first, as text."""
    return f"First in {n_first} of {n} months" if n_first else "First in no single month"


def race_sub(first, months):
    """The sub-line of the card `artist_race`: months from `first_months`, after a name, if any."""
    named = [f"{first}: {text}" for text in (f"f{months[1:]}", months.removeprefix("First in "))]
    return first_that_fits([*named, months] if first else [months], "text", NAME)


def margin(plays, names):
    """The reading line with the streams of the first two artists."""
    if len(plays) < 2:
        return f"{counted(plays.iloc[0], 'play')}; there is no second."
    return f"{counted(plays.iloc[0], 'play')} to {count(plays.iloc[1])} in the end."


def lowest_rank(ranks, n):
    """The reading line with the lowest monthly rank of the first artist, or the months without it.

    ranks  by month, from 1;  n  months of the period
    """
    if ranks.max() > 1:
        lowest = ranks.index[ranks == ranks.max()]
        months = counted(len(lowest), "month") if len(lowest) > 1 else name_of_month(lowest[0])
        return f"Lowest: rank {ranks.max()} in {months}."
    silent = n - len(ranks)
    return f"No plays in {counted(silent, 'month')}." if silent else "Never second."


# ---------------------------------------------------------------- peak months

PEAK_TOP, PEAK_PITCH, HIGHEST = 590, 166, 84  # first row, distance of rows, highest bar
PEAK_MONTHS = 1450  # baseline of the months


def draw_peak_months(ax, story, theme="press"):
    """In which month did the listener stream each of the top five artists most?

    A row of bars per artist, as high as the streams of the month; the peak is in the accent.
    """
    look = page(ax, story, "peak_months", theme, words_of_peak_months(story))
    highest = highest_peak(story)["year_rank"]
    for i, (year_rank, rows) in enumerate(story.tables["peak_months"].groupby("year_rank")):
        top = PEAK_TOP + PEAK_PITCH * i
        bars_of_months(ax, story, look, rows, top + 56 + HIGHEST)
        peak_row(ax, look, rows, top + 40, year_rank == highest)
    n = months_of_story(story)
    for i in range(0, n, -(-n // 12)):
        at, text = LEFT + MEASURE / n * (i + 0.5), MONTHS[(story.first_day.month - 1 + i) % 12][0]
        write(ax, at, PEAK_MONTHS, text, RULE, "text", look.quiet, "tick", ha="center")
    return ax


def highest_peak(story):
    """The peak month with most streams, of the artist streamed most among equal ones."""
    rows = story.tables["peak_months"].query("is_peak")
    return rows.loc[rows["n_whole"].idxmax()]


def bars_of_months(ax, story, look, rows, base):
    """Draw the streams of an artist by month as bars, the peak in the accent."""
    pitch = MEASURE / months_of_story(story)
    height = rows["n_whole"].to_numpy() / rows["n_whole"].max() * HIGHEST
    x = LEFT + pitch * (month_index(story, rows) + 0.12)
    paints = look.paints(rows["is_peak"])
    rectangles(ax, x, base - height, 0.76 * pitch, height, paints, "months")


def peak_row(ax, look, rows, y, is_highest):
    """Write an artist's name and peak month, the highest peak of all in the accent."""
    peak = rows[rows["is_peak"]].iloc[0]
    colour = look.loud if is_highest else look.text
    text = f"{MONTHS[(peak['month'] - 1) % 12]}, {count(peak['n_whole'])}"
    write(ax, RIGHT, y, text, READING, "bold", colour, "value", ha="right")
    name = shown(rows["artist"].iloc[0])
    write_name(ax, LEFT, y, name, (READING,), "name", colour, "name", MEASURE - 240)


def words_of_peak_months(story):
    """The words of the card `peak_months`."""
    rows = story.tables["peak_months"]
    peaks = rows[rows["is_peak"]]
    top = highest_peak(story)
    name, month = shown(top["artist"]), name_of_month(top["month"])
    each = rows[rows["year_rank"] == top["year_rank"]]["n_whole"]
    said = "; ".join(
        f"{p.year_rank} {p.artist}, {name_of_month(p.month)}, {counted(p.n_whole, 'play')}"
        for p in peaks.itertuples()
    )
    return words_on(
        story,
        "Peak months",
        headline=named_headline(f"{name} in {month}", f"{month}, {count(top['n_whole'])} plays"),
        reading=(
            reading_line(
                f"{counted(top['n_whole'], 'play')} of {name} in {month}.",
                f"{counted(top['n_whole'], 'play')} in {month}.",
            ),
            f"Average month: {counted(round(each.sum() / months_of_story(story)), 'play')}.",
        ),
        rule="Plays by month; each row has its own scale. Simulated.",
        before=f"{said}.",
    )


# ---------------------------------------------------------------- streak

STREAK_BASE, STREAK_RISE, WIDEST = 1400, 580, 288  # of the bars of days, pixels
FEW_DAYS = 12  # of so many, each bar has its number


def draw_artist_streak(ax, story, theme="press"):
    """Which artist did the listener stream on most days in a row?

    The number of days, and one bar per day, as high as the streams of the artist.
    """
    words = words_of_artist_streak(story)
    look = page(ax, story, "artist_streak", theme, words, sizes=HEROES[1:])
    write(ax, LEFT, 716, words.sub, READING, "text", look.text, "sub")
    rows = story.tables["artist_streak"]
    n = rows["n_streams"].to_numpy()
    pitch = min(MEASURE / len(n), WIDEST + 16)
    wide = max(pitch - min(16, 0.3 * pitch), 1.5)
    x, height = LEFT + pitch * np.arange(len(n)), STREAK_RISE * n / n.max()
    top = int(n.argmax())
    paints = look.paints(np.arange(len(n)) == top)
    rectangles(ax, x, STREAK_BASE - height, wide, height, paints, "streak days")
    for i in range(len(n)) if len(n) <= FEW_DAYS else [top]:
        at, face = (x[i] + wide / 2, STREAK_BASE - height[i] - 24), "bold" if i == top else "text"
        write_centred(ax, *at, count(n[i]), READING, face, look.text, "value")
    write(ax, LEFT, STREAK_BASE + 56, day(rows["date"].iloc[0]), RULE, "text", look.text, "end")
    last = max(x[-1] + wide, LEFT + 260)
    write(
        ax,
        last,
        STREAK_BASE + 56,
        day(rows["date"].iloc[-1]),
        RULE,
        "text",
        look.text,
        "end",
        ha="right",
    )
    return ax


def words_of_artist_streak(story):
    """The words of the card `artist_streak`."""
    rows = story.tables["artist_streak"]
    first, n = rows.iloc[0], len(rows)
    name, plays = shown(first["artist"]), counted(rows["n_streams"].sum(), "play")
    texts = [f"days with {name}", f"days: {name}"]
    short = [text for text in texts if len(text.split(" ")) <= 4]
    top = rows.loc[rows["n_streams"].idxmax()]
    most = counted(top["n_streams"], "play")
    return words_on(
        story,
        "Days with one artist",
        headline=first_that_fits([*short, "days with one artist"], "name", SUB),
        reading=(
            reading_line(f"{name}, {plays} in {n} days.", f"{plays} in {n} days."),
            first_true(
                (is_only_largest(rows["n_streams"]), f"Most: {day(top['date'])}, {most}."),
                f"At most {most} in one day.",
            ),
        ),
        rule=f"Plays by day, {span(story)}, local time. Simulated.",
        before=f"{first['artist']}, in a row from {day(first['first_day'])} to "
        f"{day(first['last_day'])}.",
        after=f"By day: {', '.join(map(count, rows['n_streams']))}." if n <= FEW_DAYS else "",
        hero=count(n),
        sub="in a row",
    )
