"""The card of the songs that a listener kept in playlists or saved."""

import numpy as np

from .albums import sub_line
from .canvas import (
    LEFT,
    READING,
    RIGHT,
    RULE,
    page,
    reading_line,
    rectangles,
    width,
    write,
    write_name,
)
from .evolution import name_of_month
from .firsts import NAMES_LEFT, write_headers
from .fonts import shown
from .words import MONTHS, count, counted, short_title, words_on

FIRST, HEIGHT, MOST_PITCH = 676, 844, 400  # the first row, all rows, and one row, pixels
BAR, MOST_ROWS = 7, 12
FEW_ROWS, THICK = 5, 0.4  # so many rows have thick bars, as a share of the row


def draw_kept_songs(ax, story, theme="press"):
    """Which songs were kept? One row per month: of the songs that were added to playlists or saved,
    the one with most plays; a bar as long as the number of kept songs.
    """
    look = page(ax, story, "kept_songs", theme, words_of_kept_songs(story))
    months = kept_months(story)
    n, top = months["n_kept"].to_numpy(), int(months["n_streams"].to_numpy().argmax())
    pitch = min(HEIGHT / len(months), MOST_PITCH)
    y = FIRST + pitch * np.arange(len(months))
    bar = THICK * pitch if len(months) <= FEW_ROWS else BAR
    room = RIGHT - NAMES_LEFT
    rectangles(
        ax,
        NAMES_LEFT,
        y + (20 if len(months) <= FEW_ROWS else 17),
        room * n / n.max(),
        bar,
        look.paints(np.arange(len(n)) == top),
        "kept",
    )
    write_headers(ax, look, FIRST - 54, "kept songs")
    for i, row in enumerate(months.itertuples()):
        colour, kept = look.loud if i == top else look.text, count(row.n_kept)
        write(ax, LEFT, y[i], MONTHS[(row.month - 1) % 12], RULE, "text", look.quiet, "tick")
        write(ax, RIGHT, y[i], kept, RULE, "text", look.text, "value", ha="right")
        left = room - width(kept, "text", RULE) - 24
        title = shown(short_title(row.title), "title")
        write_name(ax, NAMES_LEFT, y[i], title, (READING,), "name", colour, "name", left)
    return ax


def kept_months(story):
    """The months with a kept song, at most the last twelve."""
    return story.tables["kept_songs"].tail(MOST_ROWS)


def best_of(months):
    """The row of the kept song with most plays."""
    return months.loc[months["n_streams"].idxmax()]


def words_of_kept_songs(story):
    """The words of the card `kept_songs`."""
    months = story.tables["kept_songs"]
    best = best_of(months)
    n_kept = int(months["n_kept"].sum())
    adds, saves = (months[name].sum() for name in ("n_adds", "n_saves"))
    said = "; ".join(
        f"{name_of_month(m.month)} {m.title} by {m.artist}, {counted(m.n_kept, 'song')}"
        for m in kept_months(story).itertuples()
    )
    month = name_of_month(best["month"])
    return words_on(
        story,
        "Kept songs",
        headline=f"{counted(n_kept, 'song')} kept",
        reading=(
            reading_line(
                f"Kept in {month}: {counted(best['n_streams'], 'play')}.",
                f"{counted(best['n_streams'], 'play')}, kept in {month}.",
            ),
            reading_line(
                f"{count(adds)} added to playlists, {count(saves)} saved.",
                f"{count(adds)} added, {count(saves)} saved.",
            ),
        ),
        rule="Some songs count in both. Bars: kept songs."
        if adds + saves > n_kept
        else "The most played of each month; bars: kept songs.",
        before=f"{counted(months['n_kept'].sum(), 'kept song')}. {said}.",
        sub=sub_line(shown(short_title(best["title"]), "title"), shown(best["artist"])),
    )
