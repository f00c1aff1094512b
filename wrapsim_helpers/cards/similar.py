"""Cards of similar taste: similar listeners, missed songs, and the blend of two listeners."""

import numpy as np

from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    cut_text,
    directions,
    dots,
    fits_headline,
    lines,
    page,
    reading_line,
    rectangles,
    same_size,
    write,
    write_centred,
    write_name,
)
from .fonts import shown
from .words import count, counted, percent_text, short_title, words_on

FIVE = 5
TWIN = 0.6  # similarity from which the closest listener is called a twin
ALIKE = 0.5  # similarity from which the card says it

# ---------------------------------------------------------------- similar listeners

CENTRE, NEAREST, FARTHEST = (540, 1050), 96, 350  # pixels: centre, radii
NAME_ROOM, BEYOND = 200, 48  # width of a name, and its distance from the rim


def draw_similar_listeners(ax, story, theme="press"):
    """Who is most like the listener? The listener in the centre and ten dots around; nearer is more
    alike.
    """
    look = page(ax, story, "similar_listeners", theme, words_of_similar_listeners(story))
    people = story.tables["similar_listeners"]
    out = directions(np.arange(len(people)) / len(people))
    far = FARTHEST + (NEAREST - FARTHEST) * people["similarity"].to_numpy()[:, None]
    at = CENTRE + out * far
    rays = [[CENTRE + ray * 60, dot] for ray, dot in zip(out, at)]
    lines(ax, rays[1:], look.mark.face if look.mark.edge == "none" else look.mark.edge, 4, "rays")
    lines(ax, rays[:1], look.accent.face, 8, "twin")
    dots(ax, at[1:], 36, look.mark, "people")
    dots(ax, at[:1], 60, look.accent, "twin")
    dots(ax, CENTRE, 104, look.accent, "centre")
    for ray, name, latin in zip(out, people["name"], people["name_latin"]):
        first = cut_text(first_name(name, latin), "text", RULE, NAME_ROOM, tail="")
        x, y = CENTRE + ray * FARTHEST
        y += BEYOND if ray[1] > 0.01 else -BEYOND
        write_centred(ax, x, y + 13, first, RULE, "text", look.text, "person")
    return ax


def first_name(name, latin=""):
    """The first word of a name, as it is shown.

    latin  the Latin form of the name; if it has more words than the name, all of it is shown
    """
    words, forms = name.split(" "), latin.split(" ")
    form = forms[0] if len(forms) == len(words) else latin
    return shown(words[0], latin=form) if name else "someone"


def words_of_similar_listeners(story):
    """The words of the card `similar_listeners`."""
    people = story.tables["similar_listeners"]
    twin = people.iloc[0]
    name = shown(twin["name"], latin=twin["name_latin"]) or "Someone"
    alike = "; ".join(f"{p.name_} {percent_text(p.similarity)}" for p in rows_with_names(people))
    return words_on(
        story,
        "Your twin" if twin["similarity"] >= TWIN else "Closest listener",
        headline=fits_headline(name, name.split(" ")[0]),
        sub=alike_line(people),
        reading=(shared_line(twin), second_line(people)),
        rule="You are the centre. Artists played most count most.",
        before=f"{alike}.",
    )


def alike_line(people):
    """How much alike the closest listener is, as a sub-line; from ALIKE on. Below it, how many
    listeners share a favourite artist.
    """
    nearest = people["similarity"].iloc[0]
    if nearest >= ALIKE:
        return f"{percent_text(nearest)} alike"
    return f"One of {count(len(people))} close to you" if len(people) > 1 else "Close to you"


def shared_line(twin):
    """The reading line on the favourite artists of both."""
    n = int(twin["n_shared"])
    return f"{counted(n, 'favourite artist')} in common." if n > 1 else "You share a favourite."


def second_line(people):
    """The reading line on the distances, with the second listener if the first one is alike."""
    if len(people) > 1 and people["similarity"].iloc[0] >= ALIKE:
        return f"Nearer means more alike; second: {percent_text(people['similarity'].iloc[1])}."
    return "Nearer means more alike."


def rows_with_names(people):
    """Rows of similar listeners with `name_`, since a row has no column of the name `name`."""
    return people.rename(columns={"name": "name_"}).itertuples()


# ---------------------------------------------------------------- missed songs

ROW_TOP, ROW_PITCH, DOT = 624, 188, 26
OF_SIMILAR = 10  # similar listeners of the insight


def draw_missed_songs(ax, story, theme="press"):
    """Which songs of similar listeners are new to the listener? Five songs with ten dots each, one
    for each similar listener; a full dot is one of whom the song is a favourite.
    """
    look = page(ax, story, "missed_songs", theme, words_of_missed_songs(story))
    for i, song in enumerate(story.tables["missed_songs"][:FIVE].itertuples()):
        y = ROW_TOP + ROW_PITCH * i
        x = LEFT + DOT / 2 + (MEASURE - DOT) / (OF_SIMILAR - 1) * np.arange(OF_SIMILAR)
        full = np.arange(OF_SIMILAR) < song.n_listeners
        paint = look.accent if i == 0 else look.mark
        dots(ax, np.c_[x[full], np.full(full.sum(), y + 16)], DOT, paint, "fans")
        dots(ax, np.c_[x[~full], np.full((~full).sum(), y + 16)], 10, look.muted, "others")
        title, colour = shown(short_title(song.title), "title"), look.loud if i == 0 else look.text
        write_name(ax, LEFT, y + 88, title, (NAME, READING), "name", colour, "name", MEASURE - 12)
        artist = (READING, RULE), "text", look.quiet, "artist", MEASURE - 12
        write_name(ax, LEFT, y + 138, shown(song.artist), *artist)
    same_size(ax, "name")
    same_size(ax, "artist", "text")
    return ax


def words_of_missed_songs(story):
    """The words of the card `missed_songs`."""
    songs = story.tables["missed_songs"][:FIVE]
    first, n = songs.iloc[0], int(songs["n_listeners"].iloc[0])
    title = shown(short_title(first["title"]), "title")
    plays = counted(first["n_streams"], "play")
    of_ten = "; ".join(
        f"{s.title} by {s.artist}, {s.n_listeners} of 10" for s in songs.itertuples()
    )
    return words_on(
        story,
        "Missed songs",
        headline=fits_headline(title),
        reading=(f"{plays} by them, none by you.",),
        rule="Dots: the ten listeners most like you. Simulated.",
        sub=f"{n} of your ten closest listeners {'plays' if n == 1 else 'play'} it",
        before=f"{of_ten}.",
    )


# ---------------------------------------------------------------- blend

MIDDLE, BAR, FIRST_BAR, BAR_PITCH = 540, 56, 786, 148


def draw_blend(ax, story, theme="press"):
    """How much taste do two listeners share? Shared artists as bars to both sides: the streams of
    one to the left, those of the other to the right.
    """
    look = page(ax, story, "blend", theme, words_of_blend(story), (243, 162))
    artists = story.tables["shared_artists"][:FIVE]
    names = [first_of_pair(story.first("blend"), which) for which in "ab"]
    for x, ha, name in ((LEFT, "left", names[0]), (RIGHT, "right", names[1])):
        short = cut_text(name, "name", READING, MEASURE / 2 - 30, tail="")
        write(ax, x, FIRST_BAR - 34, short, READING, "name", look.loud, "person", ha=ha)
    most = max(artists["n_a"].max(), artists["n_b"].max()) if len(artists) else 1
    for i, artist in enumerate(artists.itertuples()):
        y = FIRST_BAR + BAR_PITCH * i
        left, right = (max((MEASURE / 2 - 4) * n / most, 4) for n in (artist.n_a, artist.n_b))
        rectangles(ax, MIDDLE - 4 - left, y, left, BAR, look.accent, "first")
        rectangles(ax, MIDDLE + 4, y, right, BAR, look.mark, "second")
        name = cut_text(shown(artist.artist), "text", READING, 560)
        write_centred(ax, MIDDLE, y + BAR + 50, name, READING, "text", look.text, "name")
        for x, n, ha in ((LEFT, artist.n_a, "left"), (RIGHT, artist.n_b, "right")):
            write(ax, x, y + BAR + 50, count(n), READING, "bold", look.text, "value", ha=ha)
    return ax


def words_of_blend(story):
    """The words of the card `blend`."""
    row, artists = story.first("blend"), story.tables["shared_artists"][:FIVE]
    both = f"{row['name_a']} and {row['name_b']}"
    shared = "; ".join(
        f"{a.artist}, {count(a.n_a)} and {count(a.n_b)} plays" for a in artists.itertuples()
    )
    return words_on(
        story,
        "Blend",
        headline="taste in common",
        hero=percent_text(row["similarity"]),
        reading=tuple(songs_given(story)) or ("Nothing new for either.",),
        rule=f"{counted(row['n_shared'], 'artist')} of both; those played most count most.",
        before=f"{both}; {counted(row['n_shared'], 'artist')} of both: {shared}.",
    )


def songs_given(story):
    """A reading line for each listener with a song from the other one."""
    row, given = story.first("blend"), story.tables["exchange"]
    for giver, taker in ("ab", "ba"):
        songs = given[given["giver"] == row[f"name_{giver}"]]
        if len(songs):
            yield song_line(first_of_pair(row, taker), songs.iloc[0])


def first_of_pair(row, which):
    """The first name of a listener of a blend. which: "a" or "b" """
    return first_name(row[f"name_{which}"], row[f"latin_{which}"])


def song_line(name, song):
    """The reading line with a song for a listener: its title, or its artist if that is shorter."""
    title, artist = shown(short_title(song["title"]), "title"), shown(song["artist"])
    texts = f"For {name}: {title}.", f"For {name}: {artist}.", f"A song for {name}."
    return reading_line(*texts, "A song for each other.")
