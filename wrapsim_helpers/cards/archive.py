"""The card of remarkable days, a diary."""

from .canvas import (
    LEFT,
    NAME,
    READING,
    RIGHT,
    fits_headline,
    lines,
    page,
    write,
    write_name,
)
from .fonts import shown, shown_genre
from .words import LONG_MONTHS, count, counted, day, minutes_text, span, words_on

TOP, HEIGHT = 650, 910  # first row, and height of all rows
WORDS_LEFT = LEFT + 220
BIGGEST, OF_GENRE = 1, 4  # reasons of the days with most minutes, and with most of one genre


def draw_archive(ax, story, theme="press"):
    """Which days were remarkable? Up to five entries of a diary, in order of time."""
    look = page(ax, story, "archive", theme, words_of_archive(story))
    days = story.tables["archive"]
    pitch = HEIGHT / max(len(days), 2)
    for i, row in enumerate(days.itertuples()):
        y = TOP + pitch * i
        colour = look.loud if row.reason == BIGGEST else look.text
        write(ax, LEFT, y, day(row.date), NAME, "hero", colour, "end")
        write(ax, WORDS_LEFT, y, row.title, NAME, "name", colour, "title")
        words, room = shown(words_of_day(row)), RIGHT - WORDS_LEFT
        write_name(ax, WORDS_LEFT, y + 60, words, (READING,), "text", look.text, "words", room)
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
    mean = calendar["ms_played"].mean()
    entries = "; ".join(
        f"{day(r.date)}, {r.title.lower()}: {words_of_day(r)}" for r in days.itertuples()
    )
    n_days, n_all = int((calendar["ms_played"] > 0).sum()), len(calendar)
    return words_on(
        story,
        "Archive",
        headline=archive_headline(best["date"], minutes_text(best["ms_played"])),
        reading=(
            f"{day(best['date'])}: {count(best['ms_played'] / mean)} times the average day.",
            f"Music on {n_days} of {counted(n_all, 'day')}.",
        ),
        rule=f"Remarkable days, {span(story)}, local time. Simulated.",
        before=f"{entries}.",
    )


def archive_headline(date, n_minutes):
    """The headline of the card `archive`. date: of the biggest day"""
    minutes = f"{count(n_minutes)} min"
    return fits_headline(
        f"{date.day} {LONG_MONTHS[date.month - 1]}: {minutes}", f"{day(date)}: {minutes}"
    )
