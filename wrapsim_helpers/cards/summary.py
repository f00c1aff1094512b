"""The summary card: the year disc and four lines."""

from .canvas import (
    LEFT,
    NAME,
    READING,
    RIGHT,
    RULE,
    fits_width,
    lines,
    page,
    write,
    write_name,
    year_disc,
)
from .fonts import shown
from .words import Words, count, counted, counted_minutes, minutes_text, span

HUB, RIM = 132, 396
MIN_YEAR = 300  # days; the shortest window of an edition has 303
NAME_SIZES = (108, 96, 84, 72, 62, 54, 44)
VALUE_LEFT = 276


def draw_summary(ax, story, theme="press"):
    """What was the year like? The listener's name, the year disc, and the top song, artist and
    genre.
    """
    look = page(ax, story, "summary", theme, words_of_summary(story), sizes=NAME_SIZES)
    x, y = 540, 906
    year_disc(ax, story, look, x, y, HUB, RIM, "rays")
    n = count(minutes_text(story.first("minutes")["ms_played"]))
    write(ax, x, y + 12, n, NAME, "hero", look.text, "value", ha="center")
    write(ax, x, y + 58, "minutes", RULE, "text", look.quiet, "unit", ha="center")
    for i, (key, value) in enumerate(rows(story)):
        row(ax, look, 1364 + 76 * i, key, shown(value))
    return ax


def row(ax, look, y, key, value):
    """Draw a row of the summary: a key and its value. A long title is drawn without its edition,
    such as "- 2011 Remaster".
    """
    lines(ax, [[(LEFT, y + 23), (RIGHT, y + 23)]], look.faint, 3, "hairline")
    write(ax, LEFT, y, key, READING, "text", look.quiet, "key")
    room = RIGHT - VALUE_LEFT
    value = value if fits_width(value, "name", READING, room) else value.split(" - ")[0]
    write_name(ax, VALUE_LEFT, y, value, (NAME, READING), "name", look.text, "value", room)


def rows(story):
    """Key and value of each line, at most four; a missing value has no line."""
    firsts = (
        ("Song", "top_songs", "title"),
        ("Artist", "top_artists", "artist"),
        ("Genre", "top_genres", "genre"),
    )
    tops = [
        (key, str(story.first(name)[column]))
        for key, name, column in firsts
        if len(story.tables[name])
    ]
    if len(story.tables["longest_streak"]):
        streak = "Streak", counted(int(story.first("longest_streak")["n_days"]), "day")
    else:
        streak = "Days", f"{story.first('minutes')['n_days']} with music"
    return [*tops, streak]


def period(story):
    """The period as text: "A simulated year, 2025", or "Simulated, 3 Mar to 16 Mar 2025" if it is
    shorter than a year.
    """
    whole = (story.last_day - story.first_day).days >= MIN_YEAR
    return f"A simulated year, {story.year}" if whole else f"Simulated, {span(story)} {story.year}"


def words_of_summary(story):
    """The words of the card `summary`."""
    name, kicker = story.listener["name"], period(story)
    texts = "; ".join(f"{key.lower()} {value}" for key, value in rows(story))
    return Words(
        kicker=kicker,
        headline=shown(name, latin=story.listener["name_latin"]),
        reading=(),
        rule="wrapsim: invented people, published figures",
        alt=f"{name}, {kicker[0].lower()}{kicker[1:]}: "
        f"{counted_minutes(story.first('minutes')['ms_played'])}; {texts}.",
    )
