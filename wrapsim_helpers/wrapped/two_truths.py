"""Two truths and a lie: three statements on each listener's numbers, one of them false (after the
playing cards of 2021).
"""

import ibis

from ..instants import MINUTE_MS
from .counting import ranked, ranked_only
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED, top_artists, top_songs
from .volume import minutes

SMALLEST = 10  # numbers below it make no statement
STATEMENTS = 3
FALSE_PERCENT = (60, 75, 130, 150)  # a false number is so much of the true one
PRIME = 65_521  # below 2**16, so that a third power fits into 63 bits
FALSE, CHANGE = 90, 91  # numbers of the draws that no statement has


def two_truths(tables):
    """Which of three statements on each listener's numbers is false? One row per listener and place
    (1 to 3): fact ("minutes", "songs", "artists", "top_song" or "top_artist"), name (of the song or
    the artist, else ""), number (as stated), is_true, true_number.

    Each listener has exactly one false statement, whose number differs from the true one by a fifth
    or more (see FALSE_PERCENT). Which statements a listener gets, and which one is false, depends
    on listener_id and the period's first year alone. Numbers below SMALLEST are not told; a
    listener with fewer than three others has no row.
    """
    facts = true_facts(tables)
    year = tables.first_day.year
    draws = {"drawn": facts.kind, "false_draw": FALSE, "change_draw": CHANGE}
    draws = {name: drawn_number(facts.listener_id, year, what) for name, what in draws.items()}
    facts = facts.mutate(**draws)  # before the window: their SQL is long, and stands there once
    placed = ranked(facts, "drawn", "kind").rename(place="rank")
    placed = placed.filter(placed.place <= STATEMENTS)
    whole = placed.mutate(n=placed.count().over(group_by="listener_id"))
    whole = whole.filter(whole.n == STATEMENTS)
    is_false = whole.place == whole.false_draw % STATEMENTS + 1
    number = is_false.ifelse(false_number(whole), whole.true_number)
    table = whole.mutate(is_true=~is_false, number=number).select("listener_id", *COLUMNS)
    return table.order_by("listener_id", "place")


def true_facts(tables):
    """Listener, fact, its number (kind), name and true_number; one row per fact of SMALLEST or
    more. Songs and artists are those with a ranked stream, as on every card.
    """
    songs, artists = (
        ranked_only(table).group_by("listener_id").agg(n=ibis._.count())
        for table in (tables.songs, tables.credited)
    )
    volume, song, artist = minutes(tables), top_songs(tables, 1), top_artists(tables, 1)
    sources = (
        ("minutes", volume, volume.ms_played // MINUTE_MS, ""),
        ("songs", songs, songs.n, ""),
        ("artists", artists, artists.n, ""),
        ("top_song", song, song.n_streams, song.title),
        ("top_artist", artist, artist.n_whole, artist.artist),
    )
    facts = [fact(kind, *source) for kind, source in enumerate(sources)]
    return ibis.union(*facts).filter(lambda t: t.true_number >= SMALLEST)


def fact(kind, name, table, number, named):
    """One fact of each listener (see `true_facts`)."""
    text = ibis.literal(named) if isinstance(named, str) else named
    values = {"fact": ibis.literal(name), "kind": ibis.literal(kind), "name": text}
    rows = table.select("listener_id", **values, true_number=number)
    types = {"fact": "string", "kind": "int64", "name": "string", "true_number": "int64"}
    return rows.cast({"listener_id": "int64"} | types)


def drawn_number(listener, year, what):
    """A number from 0 below PRIME that depends on a listener, a year and what it decides."""
    mixed = (listener.cast("int64") * 7_919 + (year * 104_729 + what * 1_299_709)) % PRIME
    for step in (3, 5):
        mixed = (mixed * mixed * mixed + step * mixed + 17) % PRIME
    return mixed


def false_number(facts):
    """A number that is a fifth or more away from the true one: rounded away from it."""
    which = facts.change_draw % len(FALSE_PERCENT)
    percent = which.cases(*enumerate(FALSE_PERCENT), else_=FALSE_PERCENT[0]).cast("int64")
    return (facts.true_number * percent + (percent > 100).ifelse(99, 0)) // 100


# -- the record ------------------------------------------------------------------------------------

COLUMNS = ("place", "fact", "name", "number", "is_true", "true_number")
INSIGHTS = (
    Insight(
        "two_truths",
        "Which of three statements on each listener's numbers is false?",
        two_truths,
        reads=OF_STREAMS,
        columns=COLUMNS,
        counted=f"minutes of all plays, songs, artists, and plays of the first song and artist; "
        f"the false number is a fifth or more away from the true one; {RANKED}",
        left_out=f"of songs and artists: {UNRANKED}; numbers below {SMALLEST}",
    ),
)
