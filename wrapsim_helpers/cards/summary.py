"""The summary card: the year disc, both top fives, genre, streak and rank among the fans."""

import re
from itertools import zip_longest

import numpy as np

from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    Paint,
    broken,
    directions,
    disc_families,
    first_that_fits,
    fits_width,
    lines,
    page,
    rectangles,
    width,
    write,
    write_centred,
    write_name,
    year_disc,
)
from .fonts import shown, shown_genre
from .words import (
    MONTHS,
    Words,
    capital,
    count,
    counted,
    counted_minutes,
    in_upper_half,
    minutes_text,
    short_title,
    span_and_year,
)

MIN_YEAR = 300  # days; the shortest window of an edition has 303
NAME_SIZES = (108, 96, 84, 72, 62, 54, 44)
FIVE = 5
DISC, HOLE, TO_LABEL = (758, 788), 112, 64  # of the year disc: centre, radii of hole and labels
SECONDS = (552, 528, 576, 504, 600, 480, 456)  # left ends of the right column, the usual one first
GAP, RANK_ROOM = 36, 46  # pixels between the columns, and from a rank to its name
BELOW, CLOSEST = 42, 50  # from the first line of a name to its second, and from rank to rank
FACT_SIZES, FACTS_ROOM = (NAME, READING, RULE), MEASURE - 48  # of the facts; without two gaps


def draw_summary(ax, story, theme="press"):
    """What was the year like? The year disc, both top fives, and three facts."""
    look = page(ax, story, "summary", theme, words_of_summary(story), sizes=NAME_SIZES)
    year_disc(ax, story, look, *DISC, HOLE, 238, "sectors")
    label_quarters(ax, look, DISC, TO_LABEL)
    n = count(minutes_text(story.first("minutes")["ms_played"]))
    write(ax, LEFT, 634, n, NAME, "hero", look.text, "value")
    write(ax, LEFT, 686, "minutes", RULE, "text", look.quiet, "unit")
    disc_key(ax, look, story, LEFT, 812, 400, 62)
    draw_fives(ax, look, story, 1090, 64, 350)
    lines(ax, [[(LEFT, 1468), (RIGHT, 1468)]], look.faint, 3, "hairline")
    draw_facts(ax, look, story, 1520)
    return ax


def label_quarters(ax, look, centre, radius, n_letters=3):
    """Write the first month of each quarter in the hole of the year disc, beside its sector.

    radius  from the centre of the disc to a label, pixels
    """
    for month in range(0, 12, 3):
        x, y = directions((month + 0.5) / 12) * radius + centre
        text = MONTHS[month][:n_letters]
        write_centred(ax, x, y + 13, text, RULE, "text", look.quiet, "tick")


def disc_key(ax, look, story, x, y, room, pitch):
    """Draw the key of the year disc: the families of genres and their colours, one per row."""
    names = disc_families(story)
    rest = ["Other"] if len(story.tables["top_families"]) > len(names) else []
    colours = *look.disc[: len(names)], look.disc[3]
    for i, (name, colour) in enumerate(zip([*names, *rest], colours)):
        rectangles(ax, x, y + pitch * i - 26, 26, 26, Paint(colour), "key")
        names = [capital(shown_genre(text)) for text in (name, re.split("/| & ", name)[0])]
        name = first_that_fits(names, "text", RULE, room - 40)
        write_name(ax, x + 40, y + pitch * i, name, (RULE,), "text", look.text, "key", room - 40)


def draw_fives(ax, look, story, y, pitch, high):
    """Draw the top artists and the top songs side by side, all names in one size. Names that do not
    fit on one line have two, as far as the height allows.

    y  the baseline of the titles;  pitch  from rank to rank;  high  from y to the last baseline
    """
    fives = top_fives(story)
    columns = [names for _, _, names in fives]
    second = second_column(columns)
    size = RULE if n_cut(columns, second, READING) else READING
    lined = lines_of_ranks(columns, second, size, high)
    bases = y + 2 + baselines([max(n) for n in zip_longest(*lined, fillvalue=1)], pitch, high)
    for (title, _, names), n, x, room in zip(fives, lined, (LEFT, second), rooms(second)):
        write(ax, x, y, title, RULE, "text", look.quiet, "label")
        for rank, (name, n_lines, base) in enumerate(zip(names, n, bases), 1):
            write(ax, x, base, str(rank), READING, "hero", look.loud, "rank")
            for i, part in enumerate(broken(name, "name", size, room, n_lines)):
                below = base + BELOW * i
                write(ax, x + RANK_ROOM, below, part, size, "name", look.text, "value")


def lines_of_ranks(columns, second, size, high):
    """Lines of each name of the left and of the right column, two lists: 2 for a name that is too
    wide, in so many ranks as the height allows.
    """
    wide, n_longer = wider_names(columns, second, size), int((high - FIVE * CLOSEST) // BELOW)
    longer = [rank for rank in range(FIVE) if any(any(row[rank : rank + 1]) for row in wide)]
    longer = longer[: max(n_longer, 0)]
    return [[1 + (cut and rank in longer) for rank, cut in enumerate(row)] for row in wide]


def baselines(n_lines, pitch, high):
    """Distances of the first lines of the ranks from the title, pixels: pitch, or less if there are
    ranks of two lines.
    """
    below = BELOW * (np.array(n_lines) - 1)
    pitch = min(pitch, (high - below.sum()) / FIVE)
    return pitch * np.arange(1, len(below) + 1) + below.cumsum() - below


def second_column(columns):
    """Where the right column begins, pixels: the first of SECONDS at which fewest names are cut.

    columns  the names of the left column, and of the right one
    """
    return min(SECONDS, key=lambda second: n_cut(columns, second))


def rooms(second):
    """Widths of the names of the left and the right column, pixels. second: left end of the right
    column
    """
    return second - GAP - LEFT - RANK_ROOM, RIGHT - second - RANK_ROOM


def n_cut(columns, second, size=RULE):
    """How many names are wider than their column. columns: the names of the left one, and of the
    right one;  second  left end of the right one
    """
    return sum(map(sum, wider_names(columns, second, size)))


def wider_names(columns, second, size):
    """Whether each name is wider than its column, a list for each column (see `n_cut`)."""
    return [
        [not fits_width(name, "name", size, room) for name in names]
        for names, room in zip(columns, rooms(second))
    ]


def draw_facts(ax, look, story, y):
    """Draw what each fact is about, and below it its value, in columns from margin to margin."""
    columns = facts(story)
    fit = (size for size in FACT_SIZES if sum(widths_of(columns, size)) <= FACTS_ROOM)
    size = next(fit, RULE)
    widths = np.array(widths_of(columns, size))
    widths[-1] = min(widths[-1], FACTS_ROOM - widths[:-1].sum())
    gap = (MEASURE - widths.sum()) / (len(columns) - 1)
    lefts = LEFT + np.arange(len(columns)) * gap + widths.cumsum() - widths
    for (name, value), x, room in zip(columns, lefts, widths + 1):
        write_name(ax, x, y, name, (RULE,), "text", look.quiet, "label", room)
        write_name(ax, x, y + 54, value, (size,), "name", look.text, "fact", room)


def widths_of(columns, size):
    """Width of each fact, pixels. columns: (name, value) of each; size: of the values"""
    return [max(width(n, "text", RULE), width(value, "name", size)) for n, value in columns]


def top_fives(story):
    """(title, names in full, names as shown) of the top artists and the top songs."""
    artists = story.tables["top_artists"]["artist"][:FIVE].tolist()
    titles = story.tables["top_songs"]["title"][:FIVE].tolist()
    return (
        ("Top artists", artists, [shown(name) for name in artists]),
        ("Top songs", titles, [shown(short_title(title), "title") for title in titles]),
    )


def facts(story):
    """Name and value of three facts: the first family of genres, streak, and the top artist
    with the rank among the fans if it is in the upper half. The days with music take the place of a
    missing one.
    """
    tables, days = story.tables, int(story.first("minutes")["n_days"])
    known = [("Genre", capital(shown_genre(name))) for name in disc_families(story)[:1]]
    known += [("Streak", counted(int(n), "day")) for n in tables["longest_streak"]["n_days"][:1]]
    known += [
        (shown(fan.artist), f"Fan {count(fan.rank)} of {count(fan.n_fans)}")
        for fan in fans_of(story)[:1].itertuples()
        if in_upper_half(fan.rank, fan.n_fans)
    ]
    return [*known, ("With music", counted(days, "day"))][:3]


def fans_of(story):
    """The listener's rank among the fans of artists, the first artist first; no row in a run of one
    listener.
    """
    return story.tables.get("fan_rank", story.tables["top_artists"][:0])


def period(story):
    """The period as text: "A simulated year, 2025", or "Simulated, 3 Mar to 16 Mar 2025" if it is
    shorter than a year; "A year, 2025" for an imported history.
    """
    whole = (story.last_day - story.first_day).days >= MIN_YEAR
    years = story.years
    if story.is_imported:
        called = "A year of music" if years == str(story.year) else "Music"
        return f"{called}, {years}" if whole else span_and_year(story)
    return f"A simulated year, {years}" if whole else f"Simulated, {span_and_year(story)}"


def words_of_summary(story):
    """The words of the card `summary`."""
    name, kicker = story.listener["name"], period(story)
    fives = [
        f"{title.lower()} {', '.join(f'{i} {text}' for i, text in enumerate(names, 1))}"
        for title, names, _ in top_fives(story)
    ]
    colours = ", ".join(disc_families(story))
    by_family = f" and family of genres, most {colours}" * bool(colours)
    fives.append(f"streams by month{by_family}")
    texts = "; ".join([*fives, *(f"{name}: {value}" for name, value in facts(story))])
    return Words(
        kicker=kicker,
        headline=shown(name, latin=story.listener["name_latin"]),
        reading=(),
        rule="wrapsim: counted from an exported history"
        if story.is_imported
        else "wrapsim: invented people, published figures",
        alt=f"{name}, {kicker[0].lower()}{kicker[1:]}: "
        f"{counted_minutes(story.first('minutes')['ms_played'])}; {texts}.",
    )
