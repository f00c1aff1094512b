"""Cards of the listener among others with the same taste: fan leaderboard and sound town."""

import numpy as np
import pytz

from ..people.homes import land, land_outlines
from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    Paint,
    directions,
    dots,
    fit_name,
    key,
    lines,
    one_line,
    page,
    reading_line,
    rectangles,
    width,
    write,
)
from .fonts import shown
from .words import count, counted, first_true, in_upper_half, words_on

# ---------------------------------------------------------------- leaderboard

FIRST_FAN, FAN_STEP, FAN_BAR = 632, 122, 72
BESIDE_BAR = 36  # pixels from the ranks to the bars, and from the bars to the minutes


def draw_leaderboard(ax, story, theme="press"):
    """Who is around the listener among the fans of the top artist? One bar per fan: minutes with
    the artist; the listener's own is marked.
    """
    look = page(ax, story, "leaderboard", theme, words_of_leaderboard(story))
    table, is_told = story.tables["leaderboard"], in_upper_half(*rank_and_fans(story))
    y = FIRST_FAN + FAN_STEP * np.arange(len(table))
    minutes = table["minutes"].to_numpy()
    texts = [("you " if fan.is_listener else "") + count(fan.minutes) for fan in table.itertuples()]
    ranks = [count(rank) if is_told else "" for rank in table["rank"]]
    left = LEFT + (BESIDE_BAR + max(width(rank, "name", NAME) for rank in ranks)) * is_told
    right = RIGHT - BESIDE_BAR - max(width(text, "name", READING) for text in texts)
    widths = np.maximum((right - left) * minutes / max(minutes.max(), 1), 6)
    rectangles(ax, left, y, widths, FAN_BAR, look.paints(table["is_listener"]), "bars")
    for base, rank, text, mine in zip(y + 52, ranks, texts, table["is_listener"]):
        face, colour = ("name", look.loud) if mine else ("text", look.text)
        if is_told:
            write(ax, LEFT, base, rank, NAME, face, colour, "rank")
        write(ax, RIGHT, base, text, READING, face, colour, "minutes", ha="right")
    return ax


def rank_and_fans(story):
    """The listener's rank among the fans of the top artist, and the number of fans."""
    row = story.first("fan_rank")
    return int(row["rank"]), int(row["n_fans"])


def words_of_leaderboard(story):
    """The words of the card `leaderboard`."""
    row, table, (rank, n) = (
        story.first("fan_rank"),
        story.tables["leaderboard"],
        rank_and_fans(story),
    )
    is_told = in_upper_half(rank, n)
    artist = shown(row["artist"])
    return words_on(
        story,
        "Fan leaderboard",
        headline=fan_headline(rank, n),
        sub=fit_name(artist, (NAME,), "text", MEASURE)[1][0],
        reading=(
            f"{counted(row['minutes'], 'minute')} with this artist.",
            line_on_next_fan(table, is_told),
        ),
        rule="Bars: minutes. Among the simulated listeners.",
        before=f"{f'Rank {count(rank)}' if is_told else 'One'} of {counted(n, 'fan')} of "
        f"{row['artist']}.",
        after=f"Around: {', '.join(fan_in_words(fan, is_told) for fan in table.itertuples())}.",
    )


def fan_in_words(fan, is_told):
    """A row of the leaderboard as text. is_told: whether it says the ranks"""
    minutes = counted(fan.minutes, "minute")
    return f"rank {count(fan.rank)} with {minutes}" if is_told else minutes


def fan_headline(rank, n):
    """The headline of the card `leaderboard`: the rank, if it is in the upper half.

    rank  1 for most minutes;  n  number of fans
    """
    return first_true(
        (n == 1, "The only fan"),
        (not in_upper_half(rank, n), one_line(f"One of {count(n)} fans", "One of the fans")),
        one_line(f"Fan {count(rank)} of {count(n)}", f"Fan {count(rank)}"),
    )


def line_on_next_fan(table, is_told=True):
    """The reading line on the fan with more minutes before the listener, or else after; on the one
    with fewer minutes if the ranks are not told.
    """
    mine = table[table["is_listener"]].iloc[0]
    more, fewer = table[table["minutes"] > mine["minutes"]], table[table["rank"] > mine["rank"]]
    if not is_told:
        return line_on_fans_around(mine, fewer)
    if len(more):
        gap = int(more.iloc[-1]["minutes"] - mine["minutes"])
        return reading_line(
            f"{counted(gap, 'more minute')} to rank {count(more.iloc[-1]['rank'])}."
        )
    if len(fewer):
        gap = int(mine["minutes"] - fewer.iloc[0]["minutes"])
        return reading_line(
            f"{counted(gap, 'minute')} ahead of rank {count(fewer.iloc[0]['rank'])}."
        )
    return "No other fan among the listeners."


def line_on_fans_around(mine, fewer):
    """The reading line of a listener in the lower half of the fans. mine: the row of the listener;
    fewer: those of fans with fewer minutes
    """
    if not len(fewer):
        return "The bars above are other fans."
    gap = int(mine["minutes"] - fewer.iloc[0]["minutes"])
    return reading_line(f"{counted(gap, 'minute')} ahead of the next fan.")


# ---------------------------------------------------------------- sound town

GLOBE, RADIUS = (540, 1016), 416
KEY_Y = 1490


def draw_sound_town(ax, story, theme="press"):
    """In which town do people listen like the listener?

    The coasts of the half of the world around the town, which is the large dot; a smaller one,
    which may lie on it, is the listener's home.
    """
    look = page(ax, story, "sound_town", theme, words_of_sound_town(story))
    row, home = story.first("sound_town"), story.listener
    centre = town_at(row["country"], row["city"])
    rim = GLOBE + RADIUS * directions(np.linspace(0, 1, 181))
    lines(ax, [rim], look.faint, 4, "hairline")
    lines(ax, coasts(centre), look.quiet, 4, "outline")
    dots(ax, GLOBE, 52, Paint(look.accent.face, look.ground), "town")
    lived_in = on_globe(np.array([town_at(home["country"], home["city"])]), centre)
    if len(lived_in) and (home["country"], home["city"]) != (row["country"], row["city"]):
        dots(ax, lived_in, 30, Paint(look.other, look.ground), "home")
        key(ax, look, KEY_Y, (Paint(look.other), 26, "your home"))
    return ax


def town_at(country, city):
    """(latitude, longitude) of a town; of an unknown one, the mean of its country's towns; of an
    unknown country, 0.
    """
    there = land()[land()["country"] == country]
    named = there[there["city"] == city]
    known = named[:1] if len(named) else there
    return tuple(known[["latitude", "longitude"]].mean()) if len(known) else (0.0, 0.0)


def coasts(centre):
    """The visible parts of the coasts of the world, a list of (n, 2), pixels. centre: as of
    `on_globe`
    """
    paths = []
    for ring in land_outlines():
        at, is_visible = globe_positions(ring[:, ::-1], centre)
        pieces = np.split(np.arange(len(at)), np.flatnonzero(np.diff(is_visible)) + 1)
        paths += [at[piece] for piece in pieces if is_visible[piece[0]] and len(piece) > 1]
    return paths


def on_globe(places, centre):
    """Positions of the places on the visible half of a globe, (n, 2), pixels; the arguments are
    those of `globe_positions`.
    """
    at, is_visible = globe_positions(places, centre)
    return at[is_visible]


def globe_positions(places, centre):
    """(positions of places on a globe, (n, 2), pixels; whether each is on its visible half): an
    orthographic projection (Snyder 1987, Map Projections, chapter 20).

    places  (n, 2), latitude and longitude, degrees;  centre  the same of the point in front
    """
    north, east = np.radians(places).T
    north_0, east_0 = np.radians(centre)
    x = np.cos(north) * np.sin(east - east_0)
    y = np.cos(north_0) * np.sin(north) - np.sin(north_0) * np.cos(north) * np.cos(east - east_0)
    depth = np.sin(north_0) * np.sin(north) + np.cos(north_0) * np.cos(north) * np.cos(
        east - east_0
    )
    return np.c_[x, -y] * (RADIUS - 8) + GLOBE, depth > 0


def words_of_sound_town(story):
    """The words of the card `sound_town`."""
    row = story.first("sound_town")
    town, artist = shown(row["city"], "a town"), shown(row["artist"])
    often = f"{row['times']:.0f} times as often"
    often = often if row["times"] >= 1.95 else "more often"
    country = pytz.country_names.get(row["country"], row["country"])
    n = count(row["n_artists"])
    artists = f"{n} of your artists"
    return words_on(
        story,
        "Sound town",
        headline=named_headline(f"{town}: {counted(row['n_artists'], 'artist')}", town),
        sub=shown(country),
        reading=(
            reading_line(f"{artists} are played more there.", f"{artists}: more there."),
            reading_line(
                f"{artist}: {often} as elsewhere.", f"{artist}: {often}.", f"One artist: {often}."
            ),
        ),
        rule=f"Among {counted(row['n_people'], 'other simulated listener')} of the town.",
        before=f"{row['city']}, {country}.",
        after=f"Most above other towns: {row['artist']}.",
    )
