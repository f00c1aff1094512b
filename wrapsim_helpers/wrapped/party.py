"""A party of two to ten listeners: awards, the label of the group, and a line for each guest."""

from dataclasses import dataclass, replace
from math import comb

import ibis
import pandas as pd

from ..checking import front_door
from ..instants import MINUTE_MS
from ..interrupts import saying, unchanged
from ..runs.again import listener_named
from ..runs.opened import open_run
from .blend import taste_matches
from .counting import Rules, ranked_only, total, with_left
from .periods import open_period, tables_of_listeners
from .story import names_by_number, tell_story

MOST_GUESTS = 10  # one host and nine friends (Wrapped Party 2025)
EARLY_HOURS = (5, 8)  # first and last hour of an early bird, local time
SAD, HAPPY = ("sad",), ("happy", "bright")  # moods of tracks


@dataclass(frozen=True)
class Award:
    """An award of a party: the guest with the highest value wins; nobody wins with 0.

    name     on the card
    measure  column of `party_measures`
    words    what the value means: a text with {} for the rounded value
    factor   by which the value is multiplied in the text
    """

    name: str
    measure: str
    words: str
    factor: float = 1


# Wrapped Party 2025 has these awards; the measures are ours
AWARDS = (
    Award("Onion Chopper", "sad_share", "{} % sad", 100),
    Award("Early Bird", "early_share", "{} % before 9", 100),
    Award("Picky Listener", "left_share", "{} % left early", 100),
    Award("Most Obsessed Fan", "artist_share", "{} % one artist", 100),
    Award("Absolute Chaos", "n_even_genres", "mix of {} genres"),
    Award("Eternal Optimist", "happy_share", "{} % happy", 100),
    Award("Most Minutes", "minutes", "{} minutes"),
    Award("Rarest Listen", "rarity", "rarity {} of 100"),
    Award("Most New Artists", "n_new_artists", "{} new artists"),
)
LABELS = (  # smallest mean taste match of all pairs, label
    (0.99, "Copy and Paste"),
    (0.5, "Same Wavelength"),
    (0.2, "Good Neighbours"),
    (0.05, "Mixed Tape"),
    (0, "Many Worlds"),
)
NOTHING_SHARED = "Chaos Crew"


@front_door
@saying(unchanged)
def party(
    run_dir,
    users,
    year=-1,
    edition="all",
    first_day="",
    last_day="",
    rules: Rules | None = None,
):
    """The `Story` of up to ten listeners counted as one, with the party in further tables:

        party        award, listener_id, name, value, words, n_tied; in the order of AWARDS; no row
                     for an award that nobody wins
        guests       listener_id, name, award, place: the award in which each guest is best, and
                     their place in it; in the order of `users`
        party_label  one row: label, similarity (mean taste match of all pairs)

    users  two to ten listeners, the host first
    An award goes to the highest value, never to 0; equal ones to more minutes, then to the name,
    then to the lower number. The other arguments and errors are those of `tell_story`; raises
    ValueError for fewer or more listeners.
    """
    run = open_run(run_dir)
    numbers = list(dict.fromkeys(listener_named(run, user) for user in users))
    check_guests(numbers)
    story = tell_story(run, numbers, year, edition, first_day, last_day, rules)
    period = open_period(run, year, edition, first_day, last_day, rules)
    tables = tables_of_listeners(period, sorted(numbers))
    names = names_by_number(run, numbers)
    measures = party_measures(tables).execute().assign(name=lambda t: t["listener_id"].map(names))
    return replace(story, tables=story.tables | party_tables(measures, numbers, label_of(tables)))


def check_guests(numbers):
    """Raise ValueError unless there are two to MOST_GUESTS different listeners."""
    if not 2 <= len(numbers) <= MOST_GUESTS:
        n = len(numbers)
        raise ValueError(
            f"users names {n} different listener{'' if n == 1 else 's'}; a party has 2 to "
            f"{MOST_GUESTS}. Give a list such as ['0', '1', '2']."
        )


def party_tables(measures, numbers, label):
    """The further tables of `party`. measures: DataFrame with names;  label: a dict"""
    places = [places_in(measures, award) for award in AWARDS]
    winners = [table.iloc[:1] for table in places if len(table)]
    every = pd.concat(places, ignore_index=True)
    best = every.sort_values("place", kind="stable").drop_duplicates("listener_id")
    guests = best.set_index("listener_id").reindex(numbers).dropna(subset="award").reset_index()
    return {
        "party": pd.concat(winners, ignore_index=True) if winners else every,
        "guests": guests[["listener_id", "name", "award", "place"]].astype({"place": int}),
        "party_label": pd.DataFrame([label]),
    }


def places_in(measures, award):
    """The guests with a value above 0 for an award, the winner first."""
    order = [award.measure, "ms_played", "name", "listener_id"]
    guests = measures[measures[award.measure] > 0]
    best = guests.sort_values(order, ascending=[False, False, True, True]).reset_index(drop=True)
    value = best[award.measure]
    return pd.DataFrame(
        {
            "award": award.name,
            "listener_id": best["listener_id"],
            "name": best["name"],
            "value": value,
            "words": [award.words.format(f"{award.factor * v:.0f}") for v in value],
            "place": best.index + 1,
            "n_tied": (value == value.max()).sum(),
        }
    )


# -- the queries -----------------------------------------------------------------------------------


def party_measures(tables):
    """What decides the awards: one row per listener.

    Of ranked streams: sad_share and happy_share (of streams, by moods of the tracks), artist_share
    (of the artist streamed most, in any role), n_even_genres (number of genres of equal size that
    would be as mixed: the inverse of the sum of the squared shares), rarity (100 - mean popularity
    of the streams), n_new_artists (not streamed before the period). Of all plays: early_share (of
    milliseconds, 5:00 to 8:59 local time), left_share (of plays, see `with_left`), minutes,
    ms_played. Shares are 0 to 1, rounded to 1e-9; 0 for a column that the run does not have.
    """
    measures = volume_measures(tables)
    for table in (song_measures(tables), artist_measures(tables), genre_measures(tables)):
        measures = measures.left_join(table, "listener_id").drop("listener_id_right")
    return measures.fill_null(0).order_by("listener_id")


def volume_measures(tables):
    """The measures of all plays."""
    plays = tables.plays
    early = (plays.local_hour % 24).between(*EARLY_HOURS)
    ms = plays.group_by("listener_id").agg(
        ms_played=total(plays.ms_played), early_ms=total(plays.ms_played, early)
    )
    timed = with_left(tables)
    left = timed.group_by("listener_id").agg(left_share=timed.left.mean().round(9))
    joined = ms.left_join(left, "listener_id").drop("listener_id_right")
    minutes, early_share = joined.ms_played // MINUTE_MS, joined.early_ms / joined.ms_played
    return joined.mutate(minutes=minutes, early_share=early_share.round(9)).drop("early_ms")


def song_measures(tables):
    """Shares of moods, and rarity."""
    tracks = tables.tracks.select("track_id", "moods", "popularity")
    songs = ranked_only(tables.songs).join(tracks, "track_id")
    sums = songs.group_by("listener_id").agg(
        n=total(songs.n_streams),
        sad=total(songs.n_streams, is_of_mood(songs, SAD)),
        happy=total(songs.n_streams, is_of_mood(songs, HAPPY)),
        popularity=total(songs.n_streams * songs.popularity),
    )
    return sums.select(
        "listener_id",
        sad_share=(sums.sad / sums.n).round(9),
        happy_share=(sums.happy / sums.n).round(9),
        rarity=(100 - sums.popularity / sums.n).round(9),
    )


def is_of_mood(songs, moods):
    """Whether each song has one of some moods."""
    return ibis.or_(*(songs.moods.contains(mood) for mood in moods)).fill_null(False)


def artist_measures(tables):
    """artist_share and n_new_artists."""
    before = tables.earlier.join(tables.track_artists, "track_id").select(
        "listener_id", "artist_id"
    )
    artists = ranked_only(tables.credited)
    new = artists.anti_join(before.distinct(), ["listener_id", "artist_id"])
    n_new = new.group_by("listener_id").agg(n_new_artists=new.count())
    most = artists.group_by("listener_id").agg(most=artists.n_whole.max())
    joined = ranked_totals(tables).join(most, "listener_id").left_join(n_new, "listener_id")
    share = (joined.most / joined.n).round(9)
    return joined.select("listener_id", "n_new_artists", artist_share=share)


def ranked_totals(tables):
    """Number of ranked streams of each listener: n."""
    songs = ranked_only(tables.songs)
    return songs.group_by("listener_id").agg(n=total(songs.n_streams))


def genre_measures(tables):
    """n_even_genres, from the streams of each genre label."""
    genres = tables.tracks.filter(tables.tracks.genre != "").select("track_id", "genre")
    songs = ranked_only(tables.songs).join(genres, "track_id")
    counts = songs.group_by("listener_id", "genre").agg(n=total(songs.n_streams))
    sums = counts.group_by("listener_id").agg(n=total(counts.n), squares=total(counts.n * counts.n))
    return sums.select("listener_id", n_even_genres=(sums.n * sums.n / sums.squares).round(9))


def label_of(tables):
    """Label of the group and the mean taste match of all its pairs, a dict."""
    matches = taste_matches(tables).execute()
    n = tables.days.listener_id.nunique().execute()
    pairs = max(comb(n, 2), 1)
    mean = round(matches["similarity"].sum() / 2 / pairs, 9)
    label = next(text for smallest, text in LABELS if mean >= smallest)
    return {"label": label if len(matches) else NOTHING_SHARED, "similarity": mean}
