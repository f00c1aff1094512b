"""What two listeners share: taste match, artists and songs of both, and songs to exchange."""

from dataclasses import replace

import ibis
import pandas as pd

from ..checking import front_door
from ..interrupts import saying, unchanged
from ..runs.again import listener_named
from ..runs.opened import open_run
from .counting import Rules, ranked, ranked_by_streams, ranked_only
from .periods import open_period, tables_of_listeners
from .similar import cosines, matched, with_squares
from .story import names_by_number, tell_story
from .tops import track_titles

SHARED = 20  # shared artists and songs told
EXCHANGED = 5  # songs told from each listener to the other


@front_door
@saying(unchanged)
def blend(
    run_dir,
    user_a,
    user_b,
    year=-1,
    edition="all",
    first_day="",
    last_day="",
    rules: Rules | None = None,
):
    """The `Story` of two listeners counted as one, with what they share in further tables:

        blend           one row: similarity (taste match, 0 to 1), n_shared (artists of both), and
                        name_a, name_b, and their Latin forms latin_a, latin_b
        shared_artists  rank, artist, n_a, n_b (streams of each; a featured one counts half)
        shared_songs    rank, title, artist, n_a, n_b
        exchange        giver (name), rank, title, artist, n_streams: songs of one listener that the
                        other never played

    The match is the cosine of the streams of all their artists: 1 for equal shares, 0 without a
    shared artist, and the same for (a, b) and (b, a). The arguments are those of `tell_story`.
    Raises its errors, and ValueError if both are the same listener.
    """
    run = open_run(run_dir)
    numbers = [listener_named(run, user) for user in (user_a, user_b)]
    if numbers[0] == numbers[1]:
        raise ValueError(
            f"user_a and user_b are both listener {numbers[0]}; give two different listeners."
        )
    story = tell_story(run, numbers, year, edition, first_day, last_day, rules)
    period = open_period(run, year, edition, first_day, last_day, rules)
    names = names_by_number(run, numbers)
    shared = shared_tables(tables_of_listeners(period, sorted(numbers)), numbers, names)
    return replace(story, tables=story.tables | shared)


def shared_tables(tables, numbers, names):
    """The further tables of `blend`: name -> DataFrame.

    tables   `PeriodTables` of two listeners;  numbers  theirs;  names  see `names_by_number`
    """
    first, second = numbers
    match, given = taste_match(tables, first), songs_to_exchange(tables).execute()
    both = {
        f"{kind}_{which}": names[column][number]
        for kind, column in (("name", "name"), ("latin", "name_latin"))
        for which, number in (("a", first), ("b", second))
    }
    return {
        "blend": pd.DataFrame([match | both]),
        "shared_artists": shared_artists(tables, first).execute(),
        "shared_songs": shared_songs(tables, first).execute(),
        "exchange": given.assign(giver=given["listener_id"].map(names["name"])),
    }


def taste_matches(tables):
    """How alike is the taste of each pair of listeners? listener_id, other_id, n_shared (artists
    of both), similarity; no row for a pair without a shared artist.

    The cosine of the streams of all their artists (a featured one counts half), rounded to 1e-9.
    """
    artists = with_squares(ranked_only(tables.credited).drop("ms_played", "first_ms"))
    pairs = cosines(matched(artists, artists, "artist_id"))
    columns = "listener_id", "other_id", "n_shared", "similarity"
    return pairs.select(*columns).order_by("listener_id", "other_id")


def taste_match(tables, number):
    """n_shared and similarity of a listener and the other listener of the tables, a dict."""
    matches = taste_matches(tables)
    row = matches.filter(matches.listener_id == number).execute()
    columns = ["n_shared", "similarity"]
    return row[columns].iloc[0].to_dict() if len(row) else dict.fromkeys(columns, 0)


def shared_artists(tables, number):
    """Which artists did both listeners stream? rank, artist, n_a (streams of the listener with
    that number), n_b; see `shared_by_both`.
    """
    names = tables.artists.select("artist_id", "artist")
    shared = shared_by_both(tables.credited, names, "artist_id", number)
    return shared.mutate(n_a=shared.n_a / 2, n_b=shared.n_b / 2)


def shared_songs(tables, number):
    """Which songs did both listeners stream? rank, title, artist, n_a, n_b, by `shared_by_both`."""
    return shared_by_both(tables.songs, track_titles(tables), "track_id", number)


def shared_by_both(counts, names, key, number):
    """Rows that two listeners share, the first SHARED.

    Ranked by the smaller number of streams of the two, then by the larger one, then by name and
    key. So the order is the same for both.
    """
    mine, theirs = (
        ranked_only(counts).filter(lambda t, same=same: (t.listener_id == number) == same)
        for same in (True, False)
    )
    both = mine.select(key, "listener_id", n_a="n_streams").join(
        theirs.select(key, n_b="n_streams"), key
    )
    fewer, more = ibis.least(both.n_a, both.n_b), ibis.greatest(both.n_a, both.n_b)
    named = both.mutate(fewer=fewer, more=more).join(names, key)
    title = next(name for name in names.columns if name != key)
    best = ranked(named, ibis.desc("fewer"), ibis.desc("more"), title, key)
    few = best.filter(best["rank"] <= SHARED).drop("fewer", "more", "listener_id")
    return few.order_by("rank")


def songs_to_exchange(tables, most=EXCHANGED):
    """Which songs of each listener did nobody else of the tables ever play? listener_id, rank,
    track_id, title, artist, n_streams, ms_played, first_ms.

    A song that was played for any time is known. Ranked as `top_songs`.
    """
    known = tables.plays.select("listener_id", "track_id").distinct()
    people = known.group_by("track_id").agg(n_people=known.count())
    alone = people.filter(people.n_people == 1)
    songs = ranked_only(tables.songs).drop("n_any", "first_offset_min").semi_join(alone, "track_id")
    best = ranked_by_streams(songs, track_titles(tables), "track_id", most, tables.rules)
    return best.order_by("listener_id", "rank")
