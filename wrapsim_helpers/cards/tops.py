"""Cards of rankings: top songs, top artists, top genres."""

import numpy as np

from . import canvas as c
from .fonts import shown
from .words import NUMBERS, Words, count, counted, day, first_true, of_100, percent_text, span

FIVE = 5
MIN_LAYER = 0.06  # smaller shares have no room for text
MIN_LINE = 5  # pixels; thinner genres of the last layer are not separated by a line


# ---------------------------------------------------------------- songs


def draw_top_songs(ax, story, theme="press"):
    """Which songs did the listener stream most? Five bars; the length is the number of streams."""
    look = c.page(ax, story, "top_songs", theme, words_of_top_songs(story))
    songs = story.tables["top_songs"][:FIVE]
    top, pitch = 612, 184
    length = c.MEASURE * songs["n_streams"].to_numpy(float) / songs["n_streams"].max()
    paints = [look.accent] + [look.mark] * (len(songs) - 1)
    c.rectangles(ax, c.LEFT, top + pitch * np.arange(len(songs)), length, 16, paints, "rules")
    for y, song in zip(range(top, 1920, pitch), songs.itertuples()):
        song_row(ax, look, y + 76, song)
    return ax


def song_row(ax, look, y, song):
    """Draw a song's rank, title, artist and streams."""
    colour, n, x = look.loud if song.rank == 1 else look.text, count(song.n_streams), c.LEFT + 76
    c.write(ax, c.LEFT, y, str(song.rank), c.NAME, "hero", colour, "rank")
    c.write(ax, c.RIGHT, y, n, c.NAME, "hero", look.text, "value", ha="right")
    if song.rank == 1:
        c.write(ax, c.RIGHT, y + 50, "plays", c.RULE, "text", look.quiet, "unit", ha="right")
    room = c.RIGHT - x - 24 - max(c.width(n, "hero", c.NAME), c.width("plays", "text", c.RULE))
    title, sizes = shown(song.title, "title"), (c.NAME, c.READING)
    two = len(c.fit_name(title, sizes, "name", room, 2)[1]) == 2
    c.write_name(ax, x, y - 18 * two, title, sizes, "name", look.text, "name", room, 2, 52)
    artist, below = shown(song.artist), y + 54 + 32 * two
    c.write_name(ax, x, below, artist, sizes[1:], "text", look.quiet, "artist", room)


def words_of_top_songs(story):
    """The words of the card `top_songs`."""
    songs = story.tables["top_songs"][:FIVE]
    n = songs["n_streams"].tolist()
    reading = (lead(n, "play"), *first_played_line(songs))
    rows = "; ".join(
        f"{s.rank} {s.title} by {s.artist}, {counted(s.n_streams, 'play')}"
        for s in songs.itertuples()
    )
    return Words(
        kicker=f"Top songs, {story.year}",
        headline=songs_headline(songs, n),
        reading=reading,
        rule=f"Plays of 30 s and more, {span(story)}. Simulated.",
        alt=f"{story.listener['name']}, top songs of {story.year}: {rows}. {' '.join(reading)}",
    )


def lead(n, thing):
    """The difference between first and second as a sentence."""
    if len(n) < 2:
        return f"{counted(n[0], thing)}; there is no second."
    if n[0] == n[1]:
        return f"Two with {counted(n[0], thing)}; minutes decide."
    return f"{counted(n[0] - n[1], thing)} more than number two."


def first_played_line(songs):
    """A line with the day on which number one was first played; no line if that is unknown."""
    date = songs["first_played"].iloc[0]
    return () if date != date else (f"Number one: first played on {day(date)}.",)


def songs_headline(songs, n):
    """The headline of the card `top_songs`. n: streams of the songs, most first."""
    by_artist, (first, second) = songs["artist"].value_counts(), (*n, 0)[:2]
    return first_true(
        (first - second <= 0.03 * first, "A photo finish"),
        (len(n) == FIVE and n[-1] >= 0.85 * first, "Five near equals"),
        (first >= 2 * second, "No contest"),
        (by_artist.iloc[0] >= 3, f"{NUMBERS[by_artist.iloc[0]].capitalize()} by one"),
        (first >= 1.3 * second, "A clear winner"),
        "On repeat",
    )


# ---------------------------------------------------------------- artists


def draw_top_artists(ax, story, theme="press"):
    """Which artists did the listener stream most?

    Five blocks; the length is the number of streams, and each starts where the one above ends.
    """
    look = c.page(ax, story, "top_artists", theme, words_of_top_artists(story))
    artists = story.tables["top_artists"][:FIVE]
    n = artists["n_streams"].to_numpy(float)
    top, pitch = 612, 184
    length = c.MEASURE * n / n.sum()
    paints = [look.accent] + [look.mark] * (len(n) - 1)
    start = c.LEFT + np.cumsum(length) - length
    c.rectangles(ax, start, top + pitch * np.arange(len(n)), length, 84, paints, "blocks")
    for y, artist in zip(range(top, 1920, pitch), artists.itertuples()):
        artist_row(ax, look, y + 142, artist)
    return ax


def artist_row(ax, look, y, artist):
    """Draw an artist's rank, name and streams."""
    colour = look.loud if artist.rank == 1 else look.text
    c.write(ax, c.RIGHT, y, count(artist.n_streams), c.NAME, "hero", colour, "value", ha="right")
    c.write(ax, c.LEFT, y, str(artist.rank), c.NAME, "hero", colour, "rank")
    room, name = (
        c.MEASURE - 76 - 24 - c.width(count(artist.n_streams), "hero", c.NAME),
        shown(artist.artist),
    )
    c.write_name(ax, c.LEFT + 76, y, name, (c.NAME, c.READING), "name", colour, "name", room)


def words_of_top_artists(story):
    """The words of the card `top_artists`."""
    artists = story.tables["top_artists"][:FIVE]
    n = artists["n_streams"].tolist()
    all_five = f"Number one: {percent_text(n[0] / sum(n))} of the top {NUMBERS[len(n)]}."
    reading = (lead(n, "play"), all_five)[: len(n)]
    rows = "; ".join(
        f"{a.rank} {a.artist}, {counted(a.n_streams, 'play')}" for a in artists.itertuples()
    )
    return Words(
        kicker=f"Top artists, {story.year}",
        headline=artists_headline(n, shown(artists["artist"].iloc[0])),
        reading=reading,
        rule="Plays of 30 s and more; a guest counts half. Simulated.",
        alt=f"{story.listener['name']}, top artists of {story.year}: {rows}. {' '.join(reading)}",
    )


def artists_headline(n, name):
    """The headline of the card `top_artists`.

    n  streams of the artists, most first;  name  of the first artist
    """
    first, second = (*n, 0)[:2]
    lead_text = f"{name}, by {count(first - second)}"
    return first_true(
        (len(n) == 1, "One and only"),
        (len(n) == FIVE and n[-1] >= 0.85 * first, "Five on a par"),
        (first - second <= 0.05 * first, "Neck and neck"),
        (first >= sum(n[1:]), "One above all"),
        (first >= 2 * second, "Twice the next"),
        (first >= 1.3 * second, "A clear first"),
        (fits_headline(lead_text), lead_text),
        f"First by {count(first - second)}",
    )


def fits_headline(text):
    """Whether a text has at most four words and fits on the headline's line."""
    return len(text.split(" ")) <= 4 and c.fits_width(text, "hero", c.HEADLINES[-1])


# ---------------------------------------------------------------- genres


def draw_top_genres(ax, story, theme="press"):
    """Which genres did the listener stream most? Layers over the whole width; the height is the
    share, and small genres share the last layer.
    """
    look = c.page(ax, story, "top_genres", theme, words_of_top_genres(story))
    names, shares = layers(story.tables["top_genres"])
    styles = (
        [*look.layers[: len(names) - 1], look.layers[-1]] if len(names) > 1 else look.layers[:1]
    )
    edges = 606 + 894 * np.cumsum([0, *shares]) / sum(shares)
    c.rectangles(
        ax, -8, edges[:-1], c.WIDTH + 16, np.diff(edges), [paint for paint, _ in styles], "layers"
    )
    tail_lines(ax, story.tables["top_genres"]["share"][len(names) - 1 :], *edges[-2:], look)
    for name, share, top, bottom, (paint, colour) in zip(names, shares, edges, edges[1:], styles):
        if bottom - top >= 48:
            layer_words(ax, name, share, top, bottom, paint, colour)
    return ax


def tail_lines(ax, shares, top, bottom, look):
    """Draw hairlines between the genres of the last layer that are at least MIN_LINE high."""
    heights = (bottom - top) * shares.to_numpy(float) / shares.sum()
    ends = (
        top + heights.cumsum()[(heights >= MIN_LINE) & (np.arange(len(heights)) < len(heights) - 1)]
    )
    c.lines(ax, [[(-8, y), (c.WIDTH + 8, y)] for y in ends], look.layers[-1][1], 2, "hairline")


def layer_words(ax, name, share, top, bottom, paint, colour):
    """Write a genre's name and share in its layer; in high layers a name may take two lines."""
    sizes, name = (c.NAME if bottom - top >= 96 else c.READING, c.READING), shown(name, "genre")
    share_text, lines = percent_text(share), 2 if bottom - top >= 130 else 1
    of_share = c.width(share_text, "hero", sizes[0])
    size, parts = c.fit_name(name, sizes, "name", c.MEASURE - 40 - of_share, lines)
    base = (top + bottom) / 2 + 0.36 * sizes[0]
    first = base - 26 * (len(parts) - 1)
    if paint.hatch or name.endswith(" more"):
        of_name = max(c.width(part, "name", size) for part in parts)
        plate(ax, c.LEFT, of_name, first - 48, 18 + 52 * len(parts), paint)
        plate(ax, c.RIGHT - of_share, of_share, base - 48, 70, paint)
    value = (share_text, sizes[0], "hero", colour, "value")
    c.write(ax, c.RIGHT, base, *value, ha="right", on="layers")
    for i, part in enumerate(parts):
        c.write(ax, c.LEFT, first + 52 * i, part, size, "name", colour, "name", on="layers")


def plate(ax, x, width, y, height, paint):
    """Draw a plain rectangle behind a text on a hatched layer."""
    c.rectangles(ax, x - 12, y, width + 24, height, c.Paint(paint.face), "plate", zorder=3)


def layers(genres):
    """Names and shares of the layers: at most five genres of 6 % and more, then "N more" for all
    other genres.
    """
    big = genres[genres["share"] >= MIN_LAYER][:FIVE]
    names, shares = big["genre"].tolist(), big["share"].tolist()
    rest = len(genres) - len(big)
    return (names + [f"{rest} more"], shares + [1 - sum(shares)]) if rest else (names, shares)


def words_of_top_genres(story):
    """The words of the card `top_genres`."""
    genres = story.tables["top_genres"]
    names, shares = layers(genres)
    layers_text = "; ".join(f"{name} {percent_text(share)}" for name, share in zip(names, shares))
    reading = (first_share(*genres[["genre", "share"]].iloc[0]), second(genres))
    return Words(
        kicker=f"Top genres, {story.year}",
        headline=genres_headline(genres),
        reading=reading,
        rule="Share of plays of 30 s and more. Simulated.",
        alt=f"{story.listener['name']}, top genres of {story.year}: {layers_text}. "
        f"{' '.join(reading)}",
    )


def first_share(name, share):
    """The reading line with the first genre's share, and its name if it fits."""
    start = f"{of_100(share)} of 100 plays were"
    return c.reading(
        f"{start} {shown(name, 'genre')}.", f"First genre: {of_100(share)} of 100 plays."
    )


def second(genres):
    """The reading line with the second genre and the number of genres."""
    if len(genres) < 2:
        return "No other genre was played."
    share, n = percent_text(genres["share"].iloc[1]), len(genres)
    name = f"{shown(genres['genre'].iloc[1], 'genre')}, {share}"
    return c.reading(
        f"Next: {name}. {n} genres in all.",
        f"Next: {name}. {n} in all.",
        f"Next: {share}. {n} genres in all.",
    )


def genres_headline(genres):
    """The headline of the card `top_genres`. genres: table with share, largest first."""
    n, first = min(int((genres["share"] >= MIN_LAYER).sum()), FIVE), genres["share"].iloc[0]
    rest = 1 - genres["share"][:n].sum()
    names = [shown(name, "genre") for name in genres["genre"][:2]]
    mostly, top = f"Mostly {names[0]}", f"{names[0][0].upper()}{names[0][1:]}"
    pair = f"{top}, then {names[-1]}"
    return first_true(
        (n == 1 and len(genres) == 1, "One-genre year"),
        (first >= 0.6 and fits_headline(mostly), mostly),
        (first >= 0.6, "One big layer"),
        (first < 0.12, "Many flavours"),
        (rest >= 0.5 and fits_headline(pair), pair),
        (rest >= 0.5 and fits_headline(top), top),
        (rest >= 0.5, "Many genres"),
        (n >= 2, f"{NUMBERS[n].capitalize()}-layer year"),
        "A thin first",
    )
