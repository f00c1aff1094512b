"""The card of the year's new releases by the top artists."""

import numpy as np

from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    page,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_name,
)
from .fonts import shown
from .words import count, counted, day, words_on

TOP, HEIGHT, MOST_PITCH, MOST = 628, 900, 450, 5  # first name, all rows, one row; number of rows
BESIDE, SHORTEST = 144, 4  # height of a row without its bar, and least length, pixels


def draw_new_releases(ax, story, theme="press"):
    """Which new releases of the top artists were streamed most? Five releases, each with a bar as
    long as its streams.
    """
    look = page(ax, story, "new_releases", theme, words_of_new_releases(story))
    releases = chosen_releases(story)
    n = releases["n_streams"].to_numpy()
    pitch = min(HEIGHT / len(n), MOST_PITCH)
    y = TOP + pitch * np.arange(len(n))
    long = np.maximum(MEASURE * n / n[0], SHORTEST)
    rectangles(ax, LEFT, y + 72, long, pitch - BESIDE, look.paints(np.arange(len(n)) == 0), "plays")
    for i, release in enumerate(releases.itertuples()):
        write_release(ax, look, release, y[i], look.text if i else look.loud)
    same_size(ax, "name")
    return ax


def write_release(ax, look, release, y, colour):
    """Write a release and its streams in a colour; below, its artist and whether it is an album."""
    plays = count(release.n_streams)
    write(ax, RIGHT, y, plays, NAME, "hero", colour, "value", ha="right")
    room = MEASURE - width(plays, "hero", NAME) - 36
    write_name(ax, LEFT, y, shown(release.album), (NAME, READING), "name", colour, "name", room)
    by = "Album by " if release.n_tracks > 1 else ""
    artist = by + shown(release.artist), (RULE,), "text", look.text, "artist", MEASURE
    write_name(ax, LEFT, y + 50, *artist)


def chosen_releases(story):
    """The streamed releases of most streams; equal ones in the order of the artists' ranks."""
    order = {"by": ["n_streams", "artist_rank", "place"], "ascending": [False, True, True]}
    releases = story.tables["new_releases"].query("n_streams > 0")
    return releases.sort_values(**order).head(MOST)


def words_of_new_releases(story):
    """The words of the card `new_releases`."""
    releases, chosen = story.tables["new_releases"], chosen_releases(story)
    best, n, n_streamed = chosen.iloc[0], len(releases), (releases["n_heard"] > 0).sum()
    plays, name = counted(best["n_streams"], "play"), shown(best["album"])
    of_all = f"{count(n_streamed)} of {counted(n, 'release')}"
    released = f"released {day(best['released'])}"
    return words_on(
        story,
        "New releases",
        headline=named_headline(name, of_all),
        reading=(
            reading_line(f"{name}: {plays}, {released}.", f"{plays}, {released}."),
            f"{of_all} played.",
        ),
        rule="By your top artists; bars: plays. Simulated.",
        before=f"{'; '.join(map(said_of_release, chosen.itertuples()))}.",
    )


def said_of_release(release):
    """A release as text: its name, its artist, its streams and how many of its tracks have one."""
    tracks = f"{count(release.n_heard)} of {counted(release.n_tracks, 'track')}"
    plays = counted(release.n_streams, "play")
    return f"{release.album} by {release.artist}, {plays}, {tracks}"
