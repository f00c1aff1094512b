"""The card of the year's new releases by the top artists."""

import numpy as np

from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    READING,
    RIGHT,
    RULE,
    page,
    reading_line,
    rectangles,
    same_size,
    width,
    write_name,
)
from .fonts import shown
from .words import count, counted, day, short_title, words_on

TOP, PITCH, MOST = 590, 132, 7
TILE, BETWEEN = 44, 10  # side of a track's tile, space to the next
GAP = 24


def draw_new_releases(ax, story, theme="press"):
    """Which new releases of the top artists were streamed? A row for each release, with a tile for
    each track: large if it was streamed, small if not.
    """
    look = page(ax, story, "new_releases", theme, words_of_new_releases(story))
    for i, release in enumerate(chosen_releases(story).itertuples()):
        y = TOP + PITCH * i + READING
        colour = look.loud if release.Index == best_release(story).name else look.text
        write_release(ax, look, release, y, colour)
        left, side = tiles_in_row(release.n_tracks)
        for is_streamed, paint in ((True, look.accent), (False, look.muted)):
            some = (np.arange(release.n_tracks) < release.n_heard) == is_streamed
            small = 0 if is_streamed else side / 4
            box = left[some] + small, y + 24 + small, side - 2 * small, side - 2 * small
            rectangles(ax, *box, paint, "tracks")
    same_size(ax, "name")
    return ax


def tiles_in_row(n):
    """(left ends, side) of the tiles of n tracks, pixels: smaller if they would not fit."""
    pitch = min(TILE + BETWEEN, MEASURE / n)
    return LEFT + pitch * np.arange(n), pitch * TILE / (TILE + BETWEEN)


def write_release(ax, look, release, y, colour):
    """Write the name of a release in a colour, and its artist at the right."""
    artist, room = shown(release.artist), (MEASURE - GAP) // 2
    kept = min(width(artist, "text", RULE), room)
    write_name(ax, RIGHT - kept, y, artist, (RULE,), "text", look.text, "artist", kept + 1)
    name = shown(short_title(release.album))
    write_name(ax, LEFT, y, name, (READING, RULE), "name", colour, "name", MEASURE - GAP - kept)


def chosen_releases(story):
    """The releases of the card: the first one of each artist, then the second ones; in the order of
    the artists' ranks.
    """
    releases = story.tables["new_releases"]
    chosen = releases.sort_values(["place", "artist_rank"], kind="stable").head(MOST)
    return chosen.sort_values(["artist_rank", "place"], kind="stable")


def best_release(story):
    """The release of most streams among those of the card; it is marked."""
    chosen = chosen_releases(story)
    return chosen.loc[chosen["n_streams"].idxmax()]


def words_of_new_releases(story):
    """The words of the card `new_releases`."""
    releases, n_shown = story.tables["new_releases"], len(chosen_releases(story))
    best, n, n_streamed = best_release(story), len(releases), (releases["n_heard"] > 0).sum()
    plays, since = counted(best["n_streams"], "play"), day(best["released"])
    name = shown(short_title(best["album"]))
    of_all = f"{count(n_streamed)} of {counted(n, 'release')}"
    return words_on(
        story,
        "New releases",
        headline=named_headline(of_all if n_streamed else counted(n, "new release")),
        reading=(
            reading_line(f"{name}: {plays} since {since}.", f"{name}: {plays}.", f"Most: {plays}."),
            f"{of_all} played{f'; {n_shown} shown' * (n_shown < n)}.",
        ),
        rule="By your top artists. Large tile: streamed track.",
        before=f"{'; '.join(map(said_of_release, chosen_releases(story).itertuples()))}.",
    )


def said_of_release(release):
    """A release as text: its name, its artist, and how many of its tracks were streamed."""
    tracks = f"{count(release.n_heard)} of {counted(release.n_tracks, 'track')} streamed"
    return f"{release.album} by {release.artist}, {tracks}"
