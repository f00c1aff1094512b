"""The card of remarkable days, a diary."""

from .canvas import (
    HEROES,
    LEFT,
    READING,
    RIGHT,
    lines,
    page,
    write,
    write_name,
)
from .fonts import shown, shown_genre
from .words import LONG_MONTHS, count, counted, counted_minutes, day, span, words_on

TOP, HEIGHT, ROW = 764, 780, 195  # first row, all rows, one of four rows
WORDS_LEFT = LEFT + 220
BIGGEST, OF_GENRE = 1, 4  # reasons of the days with most minutes, and with most of one genre


def draw_archive(ax, story, theme="press"):
    """Which days were remarkable? The minutes of the biggest, and up to five entries of a diary, in
    order of time.
    """
    look = page(ax, story, "archive", theme, words_of_archive(story), sizes=HEROES[1:])
    days = story.tables["archive"]
    pitch = HEIGHT / len(days)
    first = TOP + max((pitch - ROW) / 2, 0)
    for i, row in enumerate(days.itertuples()):
        y = first + pitch * i
        colour = look.loud if row.reason == BIGGEST else look.text
        write(ax, LEFT, y, day(row.date), READING, "bold", colour, "end")
        write(ax, WORDS_LEFT, y, row.title, READING, "name", colour, "title")
        words, room = shown(words_of_day(row)), RIGHT - WORDS_LEFT
        write_name(ax, WORDS_LEFT, y + 52, words, (READING,), "text", look.text, "words", room)
        if i:
            at = y - pitch / 2
            lines(ax, [[(LEFT, at), (RIGHT, at)]], look.faint, 4, "hairline")
    return ax


def words_of_day(row):
    """What is remarkable about a day; a genre with the capitals of names."""
    return shown_genre(row.words) if row.reason == OF_GENRE else row.words


def words_of_archive(story):
    """The words of the card `archive`."""
    days, calendar = story.tables["archive"], story.tables["calendar"]
    best = days.loc[days["ms_played"].idxmax()]
    mean, month = calendar["ms_played"].mean(), LONG_MONTHS[best["date"].month - 1]
    minutes, unit = counted_minutes(best["ms_played"]).split(" ")
    entries = "; ".join(
        f"{day(r.date)}, {r.title.lower()}: {words_of_day(r)}" for r in days.itertuples()
    )
    n_days, n_all = int((calendar["ms_played"] > 0).sum()), len(calendar)
    return words_on(
        story,
        "Archive",
        headline=f"{unit} on {best['date'].day} {month}",
        reading=(
            f"{day(best['date'])}: {count(best['ms_played'] / mean)} times the average day.",
            f"Music on {n_days} of {counted(n_all, 'day')}.",
        ),
        rule=f"Remarkable days, {span(story)}, local time. Simulated.",
        before=f"{entries}.",
        hero=minutes,
    )
