"""A party of two to ten listeners: awards, the label of the group, and a line for each guest."""

from dataclasses import dataclass, replace
from math import comb

import pandas as pd

from ..checking import front_door
from ..instants import MINUTE_MS
from ..interrupts import saying, unchanged
from ..runs.again import listener_named
from ..runs.opened import open_run
from .blend import taste_matches
from .counting import Rules, total
from .days import listening_clock
from .insights import with_tallies
from .listening_habits import listening_habits
from .periods import open_period, tables_of_listeners
from .shares import DIGITS
from .story import names_by_number, tell_story

MOST_GUESTS = 10  # one host and nine friends (Wrapped Party 2025)
GUEST_COLUMNS = ("listener_id", "name", "name_latin", "award", "place")
EARLY_HOURS = (5, 8)  # first and last hour of an early bird, local time


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
    Award("Picky Listener", "skipped_share", "{} % left early", 100),
    Award("Most Obsessed Fan", "top_artist_share", "{} % one artist", 100),
    Award("Absolute Chaos", "even_genres", "mix of {} genres"),
    Award("Eternal Optimist", "joyful_share", "{} % happy", 100),
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

        party        award, listener_id, name, name_latin, value, words, n_tied; in the order of
                     AWARDS; no row for an award that nobody wins
        guests       listener_id, name, name_latin, award, place: the award in which each guest is
                     best, and their place in it; in the order of `users`
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
    tables = with_tallies(tables_of_listeners(period, sorted(numbers)), ["measures"])
    names = names_by_number(run, numbers)
    measures = party_measures(tables).execute().join(names, "listener_id")
    return replace(story, tables=story.tables | party_tables(measures, numbers, label_of(tables)))


def check_guests(numbers):
    """Raise ValueError unless there are two to MOST_GUESTS different listeners."""
    if not 2 <= len(numbers) <= MOST_GUESTS:
        n = len(numbers)
        raise ValueError(
            f"users names {n} different listener{'' if n == 1 else 's'}; a party has 2 to "
            f"{MOST_GUESTS}. Give a list such as ['0', '1', '2'], or --user once for each."
        )


def party_tables(measures, numbers, label):
    """The further tables of `party`.

    measures  DataFrame with names;  numbers  of the guests;  label  a dict
    """
    places = [places_in(measures, award) for award in AWARDS]
    winners = [table.iloc[:1] for table in places if len(table)]
    every = pd.concat(places, ignore_index=True)
    best = every.sort_values("place", kind="stable").drop_duplicates("listener_id")
    guests = best.set_index("listener_id").reindex(numbers).dropna(subset="award").reset_index()
    return {
        "party": pd.concat(winners, ignore_index=True) if winners else every,
        "guests": guests[list(GUEST_COLUMNS)].astype({"place": int}),
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
            "name_latin": best["name_latin"],
            "value": value,
            "words": [award.words.format(f"{award.factor * v:.0f}") for v in value],
            "place": best.index + 1,
            "n_tied": (value == value.max()).sum(),
        }
    )


# -- the queries -----------------------------------------------------------------------------------


def party_measures(tables):
    """What decides the awards: `listening_habits` of each listener with a play, and rarity (100 -
    popularity), early_share (of milliseconds, 5:00 to 8:59 local time), minutes and ms_played. 0
    for what is unknown.
    """
    both = early_minutes(tables).left_join(listening_habits(tables), "listener_id")
    measures = both.drop("listener_id_right")
    measures = measures.mutate(rarity=(100 - measures.popularity).round(DIGITS))
    return measures.fill_null(0).order_by("listener_id")


def early_minutes(tables):
    """ms_played, minutes and early_share of each listener."""
    clock = listening_clock(tables)
    early = clock.hour.between(*EARLY_HOURS)
    sums = clock.group_by("listener_id").agg(
        ms_played=total(clock.ms_played), early_ms=total(clock.ms_played, early)
    )
    early_share = (sums.early_ms / sums.ms_played.nullif(0)).round(DIGITS)
    return sums.select(
        "listener_id", "ms_played", minutes=sums.ms_played // MINUTE_MS, early_share=early_share
    )


def label_of(tables):
    """Label of the group and the mean taste match of all its pairs, a dict."""
    matches = taste_matches(tables).execute()
    n = tables.days.listener_id.nunique().execute()
    pairs = max(comb(n, 2), 1)
    mean = round(matches["similarity"].sum() / 2 / pairs, 9)
    label = next(text for smallest, text in LABELS if mean >= smallest)
    return {"label": label if len(matches) else NOTHING_SHARED, "similarity": mean}
