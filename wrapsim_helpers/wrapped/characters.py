"""The character: which of twelve habits stands out most against the crowd.

Nine names are published ones. Repeater, Librarian and Nostalgist replace Time Traveler, Collector
and Replayer, which are names of personalities and of a role too, with other meanings.
"""

from typing import NamedTuple

import ibis

from .insight import OF_STREAMS, Insight, gap_to_second
from .shares import DIGITS, measures_of, rounded_share

FEWEST_ADDS = 20  # songs added to playlists, for a habit of adding them
DARK = ("sad", "angry", "dreamy", "spacey")  # moods of dark and atmospheric music


class Character(NamedTuple):
    """A character: its name, the column that it is measured by, and the habit in words."""

    name: str
    measure: str
    habit: str


CHARACTERS = (
    Character("Vampire", "dark_share", "dark music"),
    Character("Alchemist", "adds_per_100", "songs added to playlists"),
    Character("Repeater", "repeat_share", "songs played again"),
    Character("Cyclops", "top_genre_share", "one genre"),
    Character("Luminary", "joyful_share", "happy music"),
    Character("Mastermind", "genre_entropy", "many genres"),
    Character("Roboticist", "automatic_share", "radio and daily mixes"),
    Character("Shapeshifter", "changes_share", "a new artist each song"),
    Character("Librarian", "own_playlist_share", "your own playlists"),
    Character("Hypnotist", "in_order_share", "albums in their order"),
    Character("Fanatic", "top_artist_share", "one artist"),
    Character("Nostalgist", "loved_share", "songs loved before"),
)


def with_character(crowd):
    """Measures of the crowd with score_0 ... score_11: each habit of CHARACTERS in standard
    deviations above the crowd's mean.

    Only eligible listeners count and have scores. A score is NaN if the habit is unknown or the
    same for all, as it is for a single listener.
    """
    values = {i: crowd.is_eligible.ifelse(crowd[c.measure], None) for i, c in enumerate(CHARACTERS)}
    of_all = crowd.agg(
        **{f"mean_{i}": value.mean() for i, value in values.items()},
        **{f"std_{i}": value.std(how="pop").round(DIGITS) for i, value in values.items()},
    )
    both = crowd.cross_join(of_all)
    scores = {
        f"score_{i}": (
            rounded_share(both[c.measure] - both[f"mean_{i}"], both[f"std_{i}"])
        ).fill_null(float("nan"))
        for i, c in enumerate(CHARACTERS)
    }
    return both.mutate(**scores).drop(*of_all.columns)


def character(tables):
    """Which habit stands out most? rank, character, habit (a column of `with_shares`), value,
    score: standard deviations above the crowd's mean. The first row is the listener's character.

    Ties go to the first of CHARACTERS. No row for habits that are unknown or the same for all, for
    a score above 0 of adding songs with fewer than FEWEST_ADDS of them, and for listeners who are
    not eligible.
    """
    rated = measures_of(tables)
    seldom_adds = rated.n_adds < FEWEST_ADDS
    parts = [
        rated.select(
            "listener_id",
            number=ibis.literal(i),
            character=ibis.literal(c.name),
            habit=ibis.literal(c.measure),
            value=rated[c.measure].cast("float64"),
            score=rated[f"score_{i}"],
            is_seldom=seldom_adds if c.measure == "adds_per_100" else ibis.literal(False),
        )
        for i, c in enumerate(CHARACTERS)
    ]
    rows = ibis.union(*parts)
    rows = rows.filter(rows.score.notnull() & ~rows.score.isnan())  # Spark: null is no NaN
    rows = rows.filter(~(rows.is_seldom & (rows.score > 0)))
    best_first = ibis.window(group_by="listener_id", order_by=(ibis.desc("score"), "number"))
    ranks = rows.mutate(rank=ibis.row_number().over(best_first) + 1)
    return ranks.select("listener_id", "rank", "character", "habit", "value", "score").order_by(
        "listener_id", "rank"
    )


# -- the records -----------------------------------------------------------------------------------


def among_listeners(table, request):
    """The listener's habits, with n_below, the number of listeners of the crowd with a lower score,
    and n_listeners, those who have one.
    """
    crowd = request.tally("measures")
    numbers = {c.measure: i for i, c in enumerate(CHARACTERS)}
    scores = [crowd[f"score_{numbers[habit]}"].dropna() for habit in table["habit"]]
    n_below = [int((of_all < mine).sum()) for of_all, mine in zip(scores, table["score"])]
    return table.assign(n_below=n_below, n_listeners=[len(of_all) for of_all in scores])


INSIGHTS = (
    Insight(
        "character",
        "Which habit of each listener stands out most?",
        character,
        reads=(*OF_STREAMS, "context"),
        tallies=("measures",),
        columns=("rank", "character", "habit", "value", "score"),
        shape=among_listeners,
        counted="plays of {seconds} s and more; the habit most standard deviations above the mean "
        "of the listeners of this run",
        left_out="{private}functional noise, habits that are unknown or the same for all, "
        f"and fewer than {FEWEST_ADDS} songs added to playlists",
        runner_up=gap_to_second("character", "score", "is {number:.2f} standard deviations lower"),
    ),
)
