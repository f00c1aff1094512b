"""Cards of rankings: top songs, top artists, top genres."""

import numpy as np

from ..music.families import OTHER
from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    WIDTH,
    Paint,
    fits_headline,
    page,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_name,
)
from .fonts import family_in_text, shown, shown_genre
from .words import (
    capital,
    count,
    counted,
    day,
    guest_plays,
    of_100,
    percent_text,
    ranked_amounts,
    short_title,
    span,
    unit_of_ranks,
    words_on,
)

FIVE = 5
NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "All five"}  # rows with as many plays as the first
TOP, PITCH = 560, 188  # first row, and distance of the rows of songs and of artists
NAME_LEFT, SPACE = LEFT + 76, 24  # where names begin, and the space between a name and a number
LINKS = ", then", ","  # between the two families of a headline
MIN_LAYER, MOST_OTHER = 0.06, 0.3  # families of smaller shares, up to this share, make "N more"
SONGS_RULE = {  # unit -> rule
    "play": "Plays of 30 s and more, {}. Simulated.",
    "minute": "Ranked by minutes, {}. Simulated.",
}
GENRES_RULE = {
    "play": "Share of plays of 30 s and more. Simulated.",
    "minute": "Share of the minutes. Simulated.",
}


# ---------------------------------------------------------------- songs


def draw_top_songs(ax, story, theme="press"):
    """Which songs did the listener stream most? Five bars; the length is the number of streams, or
    of minutes if these rank.
    """
    look = page(ax, story, "top_songs", theme, words_of_top_songs(story))
    songs = story.tables["top_songs"][:FIVE]
    y, n = TOP + PITCH * np.arange(len(songs)), ranked_amounts(story, songs)
    rectangles(ax, LEFT, y, MEASURE * n / n.max(), 16, look.paints(songs["rank"] == 1), "rules")
    for top, song, amount in zip(y, songs.itertuples(), n):
        song_row(ax, look, top + 82, song, amount, f"{unit_of_ranks(story)}s")
    same_size(ax, "name")
    same_size(ax, "artist", "text")
    return ax


def song_row(ax, look, y, song, n, unit):
    """Draw a song's rank, title, artist and number of plays or minutes."""
    loud = look.loud if song.rank == 1 else look.text
    of_number = rank_and_amount(ax, y, song.rank, n, loud, look.text)
    if song.rank == 1:
        write(ax, RIGHT, y + 50, unit, RULE, "text", look.quiet, "unit", ha="right")
    room = RIGHT - NAME_LEFT - SPACE - max(of_number, width(unit, "text", RULE))
    title, artist = shown(short_title(song.title), "title"), shown(song.artist)
    at, sizes = (ax, NAME_LEFT), (NAME, READING)
    _, parts = write_name(*at, y, title, sizes, "name", look.text, "name", room, n_lines=2, lift=15)
    below = y + 20 + 32 * len(parts)
    write_name(*at, below, artist, (READING, RULE), "text", look.quiet, "artist", room)


def rank_and_amount(ax, y, rank, amount, rank_colour, streams_colour):
    """Write the rank of a row and its plays or minutes; returns the width of these."""
    n = count(amount)
    write(ax, LEFT, y, str(rank), NAME, "hero", rank_colour, "rank")
    write(ax, RIGHT, y, n, NAME, "hero", streams_colour, "value", ha="right")
    return width(n, "hero", NAME)


def words_of_top_songs(story):
    """The words of the card `top_songs`."""
    songs = story.tables["top_songs"][:FIVE]
    n, unit = ranked_amounts(story, songs).tolist(), unit_of_ranks(story)
    rows = "; ".join(
        f"{s.rank} {s.title} by {s.artist}, {counted(amount, unit)}"
        for s, amount in zip(songs.itertuples(), n)
    )
    return words_on(
        story,
        "Top songs",
        headline=songs_headline(songs.assign(n_streams=n)),
        reading=(lead(n, unit), *first_played_line(songs)),
        rule=SONGS_RULE[unit].format(span(story)),
        before=f"{rows}.",
    )


def lead(n, unit="play"):
    """The difference between first and second as a sentence. n: plays or minutes by rank"""
    plays = counted(n[0], unit)
    if len(n) < 2:
        return f"{plays}; there is no second."
    if n[0] == n[1]:
        then = "minutes" if unit == "play" else "seconds"
        return f"{NUMBERS[n.count(n[0])]} with {plays}; {then} decide."
    if n[0] < n[1]:
        return "Number two was more often a guest."
    return f"{counted(n[0] - n[1], f'more {unit}')} than number two."


def first_played_line(songs):
    """A line with the day on which number one was first played; no line if that is unknown."""
    date = songs["first_played"].iloc[0]
    return () if date != date else (f"Number one: first played on {day(date)}.",)


def songs_headline(songs):
    """The headline of the card `top_songs`: an artist of three or more of the songs, or number one.
    A lead after a title would read like an artist: "Salt, by 193".

    songs  table of title, artist, n_streams, most first
    """
    artists, n = songs["artist"].value_counts(), songs["n_streams"].tolist()
    title, name = shown(short_title(songs["title"].iloc[0]), "title"), shown(artists.index[0])
    times = {3: "three", 4: "four", 5: "five"}.get(int(artists.iloc[0]))
    of_artist = (f"{name}, {times} times", f"{name}: {times}") if times and len(songs) > 3 else ()
    ahead = () if n[0] > (*n, 0)[1] else (f"{title}, just ahead",)
    return fits_headline(*of_artist, *ahead, title)


def leader_headlines(name, n):
    """Headlines on the first of a ranking, the best first. n: streams of all, by rank."""
    first, second = (*n, 0)[:2]
    by = f"{name}, by {count(first - second)}"
    return (by, name) if first > second else (f"{name}, just ahead", name)


# ---------------------------------------------------------------- artists


def draw_top_artists(ax, story, theme="press"):
    """Which artists did the listener stream most? Five blocks; the length is the number of streams,
    or of minutes if these rank.

    The order is the ranking's, in which a stream as a guest counts half (`Rules.featured_weight`).
    """
    look = page(ax, story, "top_artists", theme, words_of_top_artists(story))
    artists = story.tables["top_artists"][:FIVE]
    y, n = TOP + PITCH * np.arange(len(artists)), ranked_amounts(story, artists, "n_whole")
    length = MEASURE * n / n.max()
    rectangles(ax, LEFT, y, length, 84, look.paints(artists["rank"] == 1), "blocks")
    for top, artist, amount in zip(y, artists.itertuples(), n):
        artist_row(ax, look, top + 142, artist, amount)
    same_size(ax, "name")
    return ax


def artist_row(ax, look, y, artist, n):
    """Draw an artist's rank, name and number of plays or minutes."""
    colour = look.loud if artist.rank == 1 else look.text
    of_number = rank_and_amount(ax, y, artist.rank, n, colour, colour)
    room, name = RIGHT - NAME_LEFT - SPACE - of_number, shown(artist.artist)
    write_name(ax, NAME_LEFT, y, name, (NAME, READING), "name", colour, "name", room)


def words_of_top_artists(story):
    """The words of the card `top_artists`."""
    artists = story.tables["top_artists"][:FIVE]
    n, unit = ranked_amounts(story, artists, "n_whole").tolist(), unit_of_ranks(story)
    rows = "; ".join(
        f"{a.rank} {a.artist}, {counted(amount, unit)}"
        for a, amount in zip(artists.itertuples(), n)
    )
    return words_on(
        story,
        "Top artists",
        headline=artists_headline(n, shown(story.first("top_artists")["artist"])),
        reading=(lead(n, unit), shares_of_all(story, n)),
        rule=artists_rule(story.rules),
        before=f"{rows}.",
    )


def artists_rule(rules):
    """The rule of the card `top_artists`: what ranks, and how much a play as a guest counts."""
    if rules.by == "streams" and rules.featured_weight == 0.5:
        return "In the ranking, a play as a guest counts half."
    return f"Ranked by {rules.by.replace('streams', 'plays')}. {guest_plays(rules)}."


def shares_of_all(story, n):
    """The reading line with the shares of the first two artists' plays or minutes among all."""
    every = max(ranked_amounts(story, story.tables["minutes"])[0], n[0])
    first, *others = (percent_text(streams / every) for streams in n[:2])
    return (
        f"{first} of all {unit_of_ranks(story)}s"
        + "".join(f", number two {share}" for share in others)
        + "."
    )


def artists_headline(n, name):
    """The headline of the card `top_artists`.

    n  streams of the artists, by rank;  name  of the first artist
    """
    return fits_headline(*leader_headlines(name, n))


# ---------------------------------------------------------------- genres


def draw_top_genres(ax, story, theme="press"):
    """Which genres did the listener stream most? Layers over the whole width, one per family of
    genres; the height is the share, and small families share the last layer.
    """
    look = page(ax, story, "top_genres", theme, words_of_top_genres(story))
    names, details, shares = layers(story.tables["top_families"])
    edges = 560 + 940 * np.cumsum([0, *shares]) / sum(shares)
    styles = layer_styles(look, names)
    paints = [paint for paint, _ in styles]
    rectangles(ax, -8, edges[:-1], WIDTH + 16, np.diff(edges), paints, "layers")
    for *texts, top, bottom, style in zip(names, details, shares, edges, edges[1:], styles):
        if bottom - top >= 48:
            layer_words(ax, *texts, top, bottom, *style)
    return ax


def layer_styles(look, names):
    """The paint of each layer and the colour of its text."""
    above = (2 * look.layers[:-1])[: max(len(names) - 1, 1)]
    return [*above, look.layers[-1]][: len(names)]


def layer_words(ax, name, detail, share, top, bottom, paint, colour):
    """Write a family, its share and, in a high layer, its first genre in the layer."""
    height, name, share_text = bottom - top, capital(shown_genre(name)), percent_text(share)
    large, lift = NAME if height >= 96 else READING, 34 if detail and height >= 150 else 0
    base, of_share = (top + bottom) / 2 + 0.36 * large - lift, width(share_text, "hero", large)
    room = MEASURE - 40 - of_share
    if paint.hatch:
        plate(ax, LEFT, MEASURE - 40 - of_share, base - 54, 76 + 2 * lift, paint)
        plate(ax, RIGHT - of_share, of_share, base - 54, 76, paint)
    write(ax, RIGHT, base, share_text, large, "hero", colour, "value", ha="right", on="layers")
    sizes = (large, READING)
    write_name(ax, LEFT, base, name, sizes, "name", colour, "name", room, on="layers")
    if lift:
        below = base + 58, capital(shown_genre(detail)), (READING, RULE), "text", colour, "detail"
        write_name(ax, LEFT, *below, MEASURE if not paint.hatch else room, on="layers")


def plate(ax, x, length, y, height, paint):
    """Draw a plain rectangle behind a text on a hatched layer."""
    rectangles(ax, x - 12, y, length + 24, height, Paint(paint.face), "plate")


def layers(families):
    """Names, details and shares of the layers: at most five families of 6 % and more, and as many
    more as leave at most 30 % for the layer "N more" of all other families.

    families  table of the insight `top_families`
    """
    named = families[: n_named(families["share"].to_numpy())]
    names, shares, rest = list(named["family"]), list(named["share"]), families[len(named) :]
    details = [family_detail(row) for row in named.itertuples()]
    if len(rest):
        return [*names, f"{len(rest)} more"], [*details, ""], [*shares, 1 - sum(shares)]
    return names, details, shares


def n_named(shares):
    """Number of families that have a layer of their own. shares: of all families, largest first."""
    for_small_rest = 1 + int(np.argmax(1 - shares.cumsum() <= MOST_OTHER + 1e-9))
    n = max(min(int((shares >= MIN_LAYER).sum()), FIVE), for_small_rest)
    return n + 1 if n == len(shares) - 1 else n  # "1 more" would be no shorter than its name


def family_detail(row):
    """The first genre of a family, and how many others it has: "trap and 3 more"; the number of
    genres if the first is named like the family, "" if it has no other. row: of the family
    """
    others = row.n_genres - 1
    if row.genre.casefold() == row.family.casefold():
        return f"{row.n_genres} genres" if others else ""
    return f"{row.genre} and {others} more" if others else row.genre


def words_of_top_genres(story):
    """The words of the card `top_genres`."""
    families, n_genres = story.tables["top_families"], len(story.tables["top_genres"])
    unit = unit_of_ranks(story)
    layers_text = "; ".join(
        f"{shown_genre(name)} {percent_text(share)}{f' ({detail})' if detail else ''}"
        for name, detail, share in zip(*layers(families))
    )
    return words_on(
        story,
        "Top genres",
        headline=genres_headline(families),
        reading=(first_share(families.iloc[0], unit), second(families, n_genres)),
        rule=GENRES_RULE[unit],
        before=f"{layers_text}.",
    )


def first_share(family, unit):
    """The reading line with the share of the first family. family: its row;  unit: of the share"""
    n, name = of_100(family["share"]), family_in_text(family["family"])
    return reading_line(f"{n} of 100 {unit}s were {name}.", f"The first: {n} of 100 {unit}s.")


def second(families, n_genres):
    """The reading line with the second family and the number of genres of all families."""
    if len(families) < 2:
        return f"{counted(n_genres, 'genre')}, all of this kind."
    family = families.iloc[1]
    share = percent_text(family["share"])
    name = f"{family_in_text(family['family'])}, {share}"
    return reading_line(
        f"Next: {name}. {counted(n_genres, 'genre')} in all.",
        f"Next: {name}. {counted(n_genres, 'genre')}.",
        f"Next: {share}. {counted(n_genres, 'genre')} in all.",
    )


def genres_headline(families):
    """The headline of the card `top_genres`: the first two families of genres, whose layers are the
    largest. families: table with family and share, largest first
    """
    first, *others = [shown_genre(name) for name in families["family"][:2]]
    only = f"{capital(first)}, {percent_text(families['share'].iloc[0])}"
    pairs = [f"{capital(first)}{link} {family_in_text(o)}" for o in others for link in LINKS]
    return named_headline(*(pairs if OTHER not in others else ()), only)
