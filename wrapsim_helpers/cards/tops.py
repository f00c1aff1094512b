"""Cards of rankings: top songs, top artists, top genres."""

import numpy as np

from .canvas import (
    HEADLINES,
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    WIDTH,
    Paint,
    fits_width,
    lines,
    page,
    reading_line,
    rectangles,
    width,
    write,
    write_name,
)
from .fonts import shown
from .words import NUMBERS, count, counted, day, first_true, of_100, percent_text, span, words_on

FIVE = 5
TOP, PITCH = 612, 184  # first row, and distance of the rows of songs and of artists
NAME_LEFT, SPACE = LEFT + 76, 24  # where names begin, and the space between a name and a number
MIN_LAYER = 0.06  # smaller shares have no room for text
MIN_LINE = 5  # pixels; thinner genres of the last layer are not separated by a line


# ---------------------------------------------------------------- songs


def draw_top_songs(ax, story, theme="press"):
    """Which songs did the listener stream most? Five bars; the length is the number of streams."""
    look = page(ax, story, "top_songs", theme, words_of_top_songs(story))
    songs = story.tables["top_songs"][:FIVE]
    y, n = TOP + PITCH * np.arange(len(songs)), songs["n_streams"].to_numpy()
    rectangles(ax, LEFT, y, MEASURE * n / n.max(), 16, look.paints(songs["rank"] == 1), "rules")
    for top, song in zip(y, songs.itertuples()):
        song_row(ax, look, top + 76, song)
    return ax


def song_row(ax, look, y, song):
    """Draw a song's rank, title, artist and streams."""
    of_number = rank_and_streams(ax, y, song, look.loud if song.rank == 1 else look.text, look.text)
    if song.rank == 1:
        write(ax, RIGHT, y + 50, "plays", RULE, "text", look.quiet, "unit", ha="right")
    room = RIGHT - NAME_LEFT - SPACE - max(of_number, width("plays", "text", RULE))
    title, artist, sizes = shown(song.title, "title"), shown(song.artist), (NAME, READING)
    _, parts = write_name(
        ax, NAME_LEFT, y, title, sizes, "name", look.text, "name", room, n_lines=2, lift=18
    )
    below = y + 22 + 32 * len(parts)
    write_name(ax, NAME_LEFT, below, artist, sizes[1:], "text", look.quiet, "artist", room)


def rank_and_streams(ax, y, row, rank_colour, streams_colour):
    """Write the rank and the streams of a row; returns the width of the streams."""
    n = count(row.n_streams)
    write(ax, LEFT, y, str(row.rank), NAME, "hero", rank_colour, "rank")
    write(ax, RIGHT, y, n, NAME, "hero", streams_colour, "value", ha="right")
    return width(n, "hero", NAME)


def words_of_top_songs(story):
    """The words of the card `top_songs`."""
    songs = story.tables["top_songs"][:FIVE]
    n = songs["n_streams"].tolist()
    rows = "; ".join(
        f"{s.rank} {s.title} by {s.artist}, {counted(s.n_streams, 'play')}"
        for s in songs.itertuples()
    )
    return words_on(
        story,
        "Top songs",
        headline=songs_headline(songs, n),
        reading=(lead(n), *first_played_line(songs)),
        rule=f"Plays of 30 s and more, {span(story)}. Simulated.",
        before=f"{rows}.",
    )


def lead(n):
    """The difference of streams between first and second as a sentence."""
    plays = counted(n[0], "play")
    if len(n) < 2:
        return f"{plays}; there is no second."
    if n[0] == n[1]:
        return f"Two with {plays}; minutes decide."
    return f"{counted(n[0] - n[1], 'play')} more than number two."


def first_played_line(songs):
    """A line with the day on which number one was first played; no line if that is unknown."""
    date = songs["first_played"].iloc[0]
    return () if date != date else (f"Number one: first played on {day(date)}.",)


def songs_headline(songs, n):
    """The headline of the card `top_songs`. n: streams of the songs, most first."""
    by_artist, (first, second) = songs["artist"].value_counts().iloc[0], (*n, 0)[:2]
    return first_true(
        (first - second <= 0.03 * first, "A photo finish"),
        (len(n) == FIVE and n[-1] >= 0.85 * first, "Five near equals"),
        (first >= 2 * second, "No contest"),
        (by_artist >= 3, f"{NUMBERS[by_artist].capitalize()} by one"),
        (first >= 1.3 * second, "A clear winner"),
        "On repeat",
    )


# ---------------------------------------------------------------- artists


def draw_top_artists(ax, story, theme="press"):
    """Which artists did the listener stream most?

    Five blocks; the length is the number of streams, and each starts where the one above ends.
    """
    look = page(ax, story, "top_artists", theme, words_of_top_artists(story))
    artists = story.tables["top_artists"][:FIVE]
    y, n = TOP + PITCH * np.arange(len(artists)), artists["n_streams"].to_numpy()
    length = MEASURE * n / n.sum()
    start = LEFT + np.cumsum(length) - length
    rectangles(ax, start, y, length, 84, look.paints(artists["rank"] == 1), "blocks")
    for top, artist in zip(y, artists.itertuples()):
        artist_row(ax, look, top + 142, artist)
    return ax


def artist_row(ax, look, y, artist):
    """Draw an artist's rank, name and streams."""
    colour = look.loud if artist.rank == 1 else look.text
    room = RIGHT - NAME_LEFT - SPACE - rank_and_streams(ax, y, artist, colour, colour)
    name = shown(artist.artist)
    write_name(ax, NAME_LEFT, y, name, (NAME, READING), "name", colour, "name", room)


def words_of_top_artists(story):
    """The words of the card `top_artists`."""
    artists = story.tables["top_artists"][:FIVE]
    n = artists["n_streams"].tolist()
    all_five = f"Number one: {percent_text(n[0] / sum(n))} of the top {NUMBERS[len(n)]}."
    rows = "; ".join(
        f"{a.rank} {a.artist}, {counted(a.n_streams, 'play')}" for a in artists.itertuples()
    )
    return words_on(
        story,
        "Top artists",
        headline=artists_headline(n, shown(story.first("top_artists")["artist"])),
        reading=(lead(n), all_five)[: len(n)],
        rule="Plays of 30 s and more; a guest counts half. Simulated.",
        before=f"{rows}.",
    )


def artists_headline(n, name):
    """The headline of the card `top_artists`.

    n  streams of the artists, most first;  name  of the first artist
    """
    first, second = (*n, 0)[:2]
    by = count(first - second)
    return first_true(
        (len(n) == 1, "One and only"),
        (len(n) == FIVE and n[-1] >= 0.85 * first, "Five on a par"),
        (first - second <= 0.05 * first, "Neck and neck"),
        (first >= sum(n[1:]), "One above all"),
        (first >= 2 * second, "Twice the next"),
        (first >= 1.3 * second, "A clear first"),
        (fits_headline(f"{name}, by {by}"), f"{name}, by {by}"),
        f"First by {by}",
    )


def fits_headline(text):
    """Whether a text has at most four words and fits on the headline's line."""
    return len(text.split(" ")) <= 4 and fits_width(text, "hero", HEADLINES[-1])


# ---------------------------------------------------------------- genres


def draw_top_genres(ax, story, theme="press"):
    """Which genres did the listener stream most? Layers over the whole width; the height is the
    share, and small genres share the last layer.
    """
    look = page(ax, story, "top_genres", theme, words_of_top_genres(story))
    genres = story.tables["top_genres"]
    names, shares = layers(genres)
    n = len(names)
    styles = [*look.layers[: n - 1], look.layers[-1]] if n > 1 else look.layers[:1]
    edges = 606 + 894 * np.cumsum([0, *shares]) / sum(shares)
    paints = [paint for paint, _ in styles]
    rectangles(ax, -8, edges[:-1], WIDTH + 16, np.diff(edges), paints, "layers")
    tail_lines(ax, genres["share"][n - 1 :].to_numpy(), *edges[-2:], look)
    for name, share, top, bottom, (paint, colour) in zip(names, shares, edges, edges[1:], styles):
        if bottom - top >= 48:
            layer_words(ax, name, share, top, bottom, paint, colour)
    return ax


def tail_lines(ax, shares, top, bottom, look):
    """Draw hairlines between the genres of the last layer that are at least MIN_LINE high."""
    heights = (bottom - top) * shares / shares.sum()
    ends = top + heights.cumsum()[:-1][heights[:-1] >= MIN_LINE]
    lines(ax, [[(-8, y), (WIDTH + 8, y)] for y in ends], look.layers[-1][1], 2, "hairline")


def layer_words(ax, name, share, top, bottom, paint, colour):
    """Write a genre's name and share in its layer; in high layers a name may take two lines."""
    height, name, share_text = bottom - top, shown(name, "genre"), percent_text(share)
    large = NAME if height >= 96 else READING
    of_share, base = width(share_text, "hero", large), (top + bottom) / 2 + 0.36 * large
    write(ax, RIGHT, base, share_text, large, "hero", colour, "value", ha="right", on="layers")
    room, look = MEASURE - 40 - of_share, {"n_lines": 2 if height >= 130 else 1, "on": "layers"}
    size, parts = write_name(
        ax, LEFT, base, name, (large, READING), "name", colour, "name", room, lift=26, **look
    )
    if paint.hatch or name.endswith(" more"):
        of_name, half = max(width(part, "name", size) for part in parts), 26 * len(parts)
        plate(ax, LEFT, of_name, base - 22 - half, 18 + 2 * half, paint)
        plate(ax, RIGHT - of_share, of_share, base - 48, 70, paint)


def plate(ax, x, length, y, height, paint):
    """Draw a plain rectangle behind a text on a hatched layer."""
    rectangles(ax, x - 12, y, length + 24, height, Paint(paint.face), "plate")


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
    layers_text = "; ".join(f"{name} {percent_text(share)}" for name, share in zip(*layers(genres)))
    return words_on(
        story,
        "Top genres",
        headline=genres_headline(genres),
        reading=(first_share(genres.iloc[0]), second(genres)),
        rule="Share of plays of 30 s and more. Simulated.",
        before=f"{layers_text}.",
    )


def first_share(genre):
    """The reading line with the first genre's share, and its name if it fits. genre: its row."""
    n, name = of_100(genre["share"]), shown(genre["genre"], "genre")
    return reading_line(f"{n} of 100 plays were {name}.", f"First genre: {n} of 100 plays.")


def second(genres):
    """The reading line with the second genre and the number of genres."""
    if len(genres) < 2:
        return "No other genre was played."
    genre, n = genres.iloc[1], len(genres)
    share = percent_text(genre["share"])
    name = f"{shown(genre['genre'], 'genre')}, {share}"
    return reading_line(
        f"Next: {name}. {n} genres in all.",
        f"Next: {name}. {n} in all.",
        f"Next: {share}. {n} genres in all.",
    )


def genres_headline(genres):
    """The headline of the card `top_genres`. genres: table with share, largest first."""
    n, first = min(int((genres["share"] >= MIN_LAYER).sum()), FIVE), genres["share"].iloc[0]
    many = 1 - genres["share"][:n].sum() >= 0.5
    names = [shown(name, "genre") for name in genres["genre"][:2]]
    mostly, top = f"Mostly {names[0]}", f"{names[0][0].upper()}{names[0][1:]}"
    pair = f"{top}, then {names[-1]}"
    return first_true(
        (n == 1 and len(genres) == 1, "One-genre year"),
        (first >= 0.6 and fits_headline(mostly), mostly),
        (first >= 0.6, "One big layer"),
        (first < 0.12, "Many flavours"),
        (many and fits_headline(pair), pair),
        (many and fits_headline(top), top),
        (many, "Many genres"),
        (n >= 2, f"{NUMBERS[n].capitalize()}-layer year"),
        "A thin first",
    )
