"""The summary card: the year disc and four lines."""

from . import canvas as c
from .fonts import shown
from .words import Words, count, counted, minutes_text, span

HUB, RIM = 132, 396
MIN_YEAR = 300  # days; the shortest window of an edition has 303
NAME_SIZES = (108, 96, 84, 72, 62, 54, 44)


def draw_summary(ax, story, theme="press"):
    """What was the year like? The listener's name, the year disc, and the top song, artist and
    genre.
    """
    words = words_of_summary(story)
    look = c.page(ax, story, "summary", theme, words, sizes=NAME_SIZES)
    x, y = 540, 906
    c.year_disc(ax, story, look, x, y, HUB, RIM, "rays")
    n = count(minutes_text(story.tables["minutes"]["ms_played"].iloc[0]))
    c.write(ax, x, y + 12, n, c.NAME, "hero", look.text, "value", ha="center")
    c.write(ax, x, y + 58, "minutes", c.RULE, "text", look.quiet, "unit", ha="center")
    for i, (key, value) in enumerate(rows(story)):
        row(ax, look, 1364 + 76 * i, key, shown(value))
    return ax


def row(ax, look, y, key, value):
    """Draw a row of the summary: a key and its value."""
    c.lines(ax, [[(c.LEFT, y + 23), (c.RIGHT, y + 23)]], look.faint, 3, "hairline")
    c.write(ax, c.LEFT, y, key, c.READING, "text", look.quiet, "key")
    room = c.RIGHT - 276
    value = (
        value if c.fits_width(value, "name", c.READING, room) else value.split(" - ")[0]
    )  # without the edition, such as "- 2011 Remaster"
    c.write_name(ax, 276, y, value, (c.NAME, c.READING), "name", look.text, "value", room)


def rows(story):
    """Key and value of each line, at most four; a missing value has no line."""
    t = story.tables
    firsts = (
        ("Song", "top_songs", "title"),
        ("Artist", "top_artists", "artist"),
        ("Genre", "top_genres", "genre"),
    )
    lines = [(key, str(t[table][column].iloc[0])) for key, table, column in firsts if len(t[table])]
    if len(t["longest_streak"]):
        return [*lines, ("Streak", counted(int(t["longest_streak"]["n_days"].iloc[0]), "day"))]
    return [*lines, ("Days", f"{t['minutes']['n_days'].iloc[0]} with music")]


def period(story):
    """The period as text: "A simulated year, 2025", or "Simulated, 3 Mar to 16 Mar 2025" if it is
    shorter than a year.
    """
    whole = (story.last_day - story.first_day).days >= MIN_YEAR
    return f"A simulated year, {story.year}" if whole else f"Simulated, {span(story)} {story.year}"


def words_of_summary(story):
    """The words of the card `summary`."""
    n = minutes_text(story.tables["minutes"]["ms_played"].iloc[0])
    lines = "; ".join(f"{key.lower()} {value}" for key, value in rows(story))
    return Words(
        kicker=period(story),
        headline=shown(story.listener["name"]),
        reading=(),
        rule="wrapsim: invented people, published figures",
        alt=f"{story.listener['name']}, {period(story)[0].lower()}{period(story)[1:]}: "
        f"{counted(n, 'minute')}; {lines}.",
    )
