"""The club of a listener, by moods, and the listener's role among its members."""

from typing import NamedTuple

import ibis

from .insight import OF_STREAMS, Insight, gap_to_second
from .shares import measures_of


class Club(NamedTuple):
    """A club: the name of its measure, its name, and the moods of its music."""

    key: str
    name: str
    moods: tuple


class Role(NamedTuple):
    """A role in a club: its name, the column that ranks it, and what it means in words."""

    name: str
    measure: str
    meaning: str


CLUBS = (
    Club("soft", "Soft Hearts Club", ("tender", "romantic", "sad")),
    Club("joyful", "Club Serotonin", ("happy", "bright")),
    Club("grit", "Grit Collective", ("raw", "angry")),
    Club("dreaming", "Cloud State Society", ("calm", "dreamy")),
    Club("charged", "Full Charge Crew", ("energetic", "driving")),
    Club("cosmic", "Cosmic Stereo Club", ("strange", "spacey")),
)
ROLES = (
    Role("Leader", "club_share", "music of the club"),
    Role("Scout", "new_share", "new releases"),
    Role("Archivist", "old_share", "music of other eras"),
    Role("Curator", "adds_per_100", "songs added to playlists"),
    Role("Collector", "saves_per_100", "songs saved"),
    Role("Loyalist", "finished_share", "songs played to the end"),
)


def first_of(values, results):
    """The result of the first value that is the largest of all; null if all values are null."""
    largest = ibis.greatest(*values)
    return ibis.cases(*((value == largest, name) for value, name in zip(values, results)))


def with_club(crowd):
    """Measures of the crowd with club, role, role_rank and n_members; "" and 0 for listeners who
    are not eligible or streamed no track with a mood.

    The club is the one with most streams of its music. The role is the measure of ROLES that ranks
    highest among the club's members; a measure of 0 is no role. Ties go to the first in the table.
    """
    counts = [crowd[f"n_{club.key}"] for club in CLUBS]
    is_member = crowd.is_eligible & (ibis.greatest(*counts) > 0)
    clubs = crowd.mutate(
        club=is_member.ifelse(first_of(counts, [club.name for club in CLUBS]), ""),
        club_share=first_of(counts, [crowd[f"{club.key}_share"] for club in CLUBS]),
    )
    n_members = clubs.count().over(ibis.window(group_by="club"))
    ranks = {f"rank_{i}": ibis.rank().over(highest_first(r.measure)) for i, r in enumerate(ROLES)}
    ranked = clubs.mutate(n_members=n_members, **ranks)
    candidates = [
        (ranked[role.measure] > 0).ifelse(-ranked[f"rank_{i}"], None)
        for i, role in enumerate(ROLES)
    ]
    in_club = ranked.club != ""
    roles = ranked.mutate(
        role=in_club.ifelse(first_of(candidates, [role.name for role in ROLES]), ""),
        role_rank=in_club.ifelse(1 - ibis.greatest(*candidates), 0).cast("int32"),
        n_members=in_club.ifelse(ranked.n_members, 0).cast("int32"),
    )
    return roles.drop("club_share", *ranks)


def highest_first(measure):
    """The window of a club's members, the highest measure first, unknown values last."""
    return ibis.window(group_by="club", order_by=ibis.desc(measure, nulls_first=False))


def club(tables):
    """Which club does each listener's music belong to? rank, club, n_streams, share, role,
    role_rank, n_members. The first row is the listener's club, with the role in it; role_rank is
    the listener's rank among the n_members by the measure of the role.

    A stream of a track with moods of two clubs counts for both. Ties go to the first of CLUBS. In
    the rows of other clubs, role is empty, and role_rank and n_members are 0. No row for clubs
    without a stream, and for listeners who are not eligible.
    """
    rated = measures_of(tables)
    parts = [
        rated.select(
            "listener_id",
            number=ibis.literal(i),
            club=ibis.literal(a_club.name),
            n_streams=rated[f"n_{a_club.key}"].cast("int64"),
            share=rated[f"{a_club.key}_share"],
            mine=(rated.club == a_club.name),
            role=rated.role,
            role_rank=rated.role_rank,
            n_members=rated.n_members,
        )
        for i, a_club in enumerate(CLUBS)
    ]
    rows = ibis.union(*parts)
    rows = rows.filter(rows.n_streams > 0)
    most_first = ibis.window(group_by="listener_id", order_by=(ibis.desc("n_streams"), "number"))
    return rows.select(
        "listener_id",
        "club",
        "n_streams",
        "share",
        rank=ibis.row_number().over(most_first) + 1,
        role=rows.mine.ifelse(rows.role, ""),
        role_rank=rows.mine.ifelse(rows.role_rank, 0).cast("int64"),
        n_members=rows.mine.ifelse(rows.n_members, 0).cast("int64"),
    ).order_by("listener_id", "rank")


# -- the records -----------------------------------------------------------------------------------


def among_members(clubs, request):
    """The listener's clubs with n_listeners, the number of listeners with a club."""
    return clubs.assign(n_listeners=int((request.tally("measures")["club"] != "").sum()))


INSIGHTS = (
    Insight(
        "club",
        "Which club does each listener's music belong to?",
        club,
        reads=OF_STREAMS,
        tallies=("measures",),
        columns=("club", "n_streams", "share", "rank", "role", "role_rank", "n_members"),
        shape=among_members,
        counted="plays of {seconds} s and more of tracks with a mood of the club; the role is the "
        "highest rank among the members of the club in this run",
        left_out="{private}functional noise and tracks without a mood",
        runner_up=gap_to_second("club"),
    ),
)
