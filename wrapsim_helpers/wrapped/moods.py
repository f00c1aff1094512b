"""Insights on the moods of the streamed tracks: audio aura and audio day."""

import ibis
import pandas as pd

from .counting import ranked, shared, started_ms, total
from .dates import day_number
from .insight import OF_STREAMS, Insight, gap_to_second
from .tops import RANKED, UNRANKED

# Moods of the tracks table -> colours of the aura of 2021: purple for passion, green for calm, pink
# for hope and nostalgia, orange for rebellion, yellow for drive, blue for emotion. Which mood has
# which colour is a decision of wrapsim. A mood that is not listed has no colour.
AURA_COLOURS = {
    "romantic": "purple",
    "tender": "purple",
    "calm": "green",
    "dreamy": "green",
    "spacey": "green",
    "happy": "pink",
    "bright": "pink",
    "raw": "orange",
    "angry": "orange",
    "strange": "orange",
    "driving": "yellow",
    "energetic": "yellow",
    "sad": "blue",
}
# the colours as hexadecimal RGB, for a dark ground
HEX = {
    "purple": "#B79CFF",
    "green": "#8FE3C0",
    "pink": "#FF9CC8",
    "orange": "#FF5A3C",
    "yellow": "#FFC53D",
    "blue": "#7F9BFF",
}
AURA_SLICES = 24  # equal parts of the period; fewer if it has fewer days
MORNING, MIDDAY, EVENING = 5, 12, 18  # first local hours of the parts of the day
PARTS = ("morning", "midday", "evening")


def mood_sets(tables):
    """The set of moods of each track: track_id, mood_set (the smallest track_id of this set). There
    are few sets, so streams are counted by set before each counts for several moods.
    """
    tracks = tables.tracks.select("track_id", moods=tables.tracks.moods.join(","))
    return tracks.select("track_id", mood_set=tracks.track_id.min().over(group_by="moods"))


def moods_of_sets(tables):
    """One row per set of moods and mood: mood_set, mood."""
    sets = shared(tables, mood_sets)
    firsts = tables.tracks.semi_join(sets, tables.tracks.track_id == sets.mood_set)
    return firsts.select(mood_set="track_id", mood=firsts.moods.unnest())


def counts_of_moods(tables, sets, *keys):
    """Streams by listener, mood and the columns keys: n_streams, ms_played, first_ms.

    sets  the same by mood_set instead of mood
    """
    moods = sets.join(shared(tables, moods_of_sets), "mood_set")
    return counts_by(moods, "mood", *keys)


def counts_by(streams, *keys):
    """Streams by listener and the columns keys: n_streams, ms_played, first_ms."""
    return streams.group_by("listener_id", *keys).agg(
        n_streams=total(streams.n_streams),
        ms_played=total(streams.ms_played),
        first_ms=streams.first_ms.min(),
    )


def n_slices(first_day, last_day):
    """Number of equal parts into which an aura divides a period."""
    return min(AURA_SLICES, day_number(last_day) - day_number(first_day) + 1)


def sets_by_slice(tables):
    """Streams of each listener by set of moods and part of the period: mood_set, slice (from 0),
    n_streams, ms_played, first_ms.
    """
    first, last = tables.first_day, tables.last_day
    n_days = day_number(last) - day_number(first) + 1
    days = tables.song_days.join(shared(tables, mood_sets), "track_id")
    slices = (days.day - day_number(first)).cast("int64") * n_slices(first, last) // n_days
    return counts_by(days.mutate(slice=slices), "mood_set", "slice")


def audio_aura(tables):
    """Which two colours does the music of each listener have? One row per listener, rank (1 or 2)
    and part of the period with a stream of the mood: mood, colour, n_mood (its streams), n_all (the
    listener's ranked streams), slice (from 0), n_streams (of the mood, in this part).

    The most frequent mood gives the first colour, and the most frequent mood of another colour the
    second (see AURA_COLOURS). A track counts for each of its moods. A listener whose moods share
    one colour has one row per part, and one without a mood has none. Ties as for songs, with the
    mood instead of the title.
    """
    sets = shared(tables, sets_by_slice)
    chosen = two_colours(counts_of_moods(tables, counts_by(sets, "mood_set")), tables.rules)
    moods = sets.join(shared(tables, moods_of_sets), "mood_set")
    rows = moods.join(chosen, ["listener_id", "mood"])
    rows = rows.group_by(*chosen.columns, "slice").agg(n_streams=total(rows.n_streams))
    songs = tables.songs.group_by("listener_id").agg(n_all=total(tables.songs.n_streams))
    joined = rows.join(songs, "listener_id")
    return joined.select("listener_id", *AURA_COLUMNS).order_by("listener_id", "rank", "slice")


def two_colours(moods, rules):
    """The moods of a listener's aura: listener_id, mood, colour, n_mood, rank. moods: streams of
    each listener by mood
    """
    colour = moods.mood.cases(*AURA_COLOURS.items(), else_="")
    coloured = moods.mutate(colour=colour).filter(ibis._.colour != "")
    order = (*rules.best_first, "mood")
    firsts = ranked(coloured, *order, within=["colour"]).filter(ibis._.rank == 1).drop("rank")
    two = ranked(firsts, *order).filter(ibis._.rank <= 2)
    return two.select("listener_id", "mood", "colour", "rank", n_mood="n_streams")


def audio_day(tables):
    """Which moods does each listener hear in the morning, at midday and in the evening? One row per
    listener, part of the day (0 morning, 1 midday, 2 evening) and rank (1 or 2): mood, n_streams
    (of the mood), n_part (all ranked streams of the part).

    The morning is 5 to 11 o'clock, midday 12 to 17, the evening 18 to 4, local time. Rank 1 is the
    most frequent mood of the part; rank 2 is another mood, whose share of the part's streams is
    furthest above its share of the whole day's, if it is above. A part without a mood has no row.
    Ties as for songs, with the mood instead of the title.
    """
    moods, sums = moods_by_part(tables)
    first = ranked(moods, *tables.rules.best_first, "mood", within=["part"])
    first = first.filter(first["rank"] == 1)
    rest = moods.anti_join(first, ["listener_id", "part", "mood"]).filter(ibis._.above > 0)
    order = (ibis.desc("above"), *tables.rules.best_first, "mood")
    second = ranked(rest, *order, within=["part"]).filter(ibis._.rank == 1)
    both = first.union(second.mutate(rank=second["rank"] + 1))
    joined = both.join(sums, ["listener_id", "part"])
    return joined.select("listener_id", *DAY_COLUMNS).order_by("listener_id", "part", "rank")


def moods_by_part(tables):
    """(moods of each listener and part of the day: part, mood, n_streams, ms_played, first_ms,
    above; all ranked streams of each part: part, n_part).

    above  share of the mood in the part minus its share in the whole day, rounded to 1e-9
    """
    sets = shared(tables, sets_by_part)
    sums = sets.group_by("listener_id", "part").agg(n_part=total(sets.n_streams))
    moods = counts_of_moods(tables, sets, "part")
    days = sums.group_by("listener_id").agg(n_day=total(sums.n_part))
    joined = moods.join(sums, ["listener_id", "part"]).join(days, "listener_id")
    n_mood = joined.n_streams.sum().over(group_by=("listener_id", "mood"))
    above = (joined.n_streams / joined.n_part - n_mood / joined.n_day).round(9)
    return joined.mutate(above=above).drop("n_part", "n_day"), sums


def sets_by_part(tables):
    """Ranked streams of each listener by set of moods and part of the day: mood_set, part,
    n_streams, ms_played, first_ms.
    """
    ranked_plays = tables.plays.filter(tables.plays.is_ranked)
    plays = ranked_plays.join(shared(tables, mood_sets), "track_id")
    since = (plays.local_hour % 24 + 24 - MORNING) % 24  # hours since the morning began
    part = (since >= MIDDAY - MORNING).cast("int8") + (since >= EVENING - MORNING).cast("int8")
    counts = plays.group_by("listener_id", "mood_set", part=part.cast("int8")).agg(
        n_streams=plays.count(), ms_played=total(plays.ms_played), first=plays.started.min()
    )
    return counts.mutate(first_ms=started_ms(counts["first"])).drop("first")


SHARED = (mood_sets, moods_of_sets, sets_by_part, sets_by_slice)

# -- the records -----------------------------------------------------------------------------------


def with_names_of_parts(moods, _):
    """Moods of the parts of the day, with the name of each part."""
    return moods.assign(part=[PARTS[part] for part in moods["part"]])


def every_slice(aura, request):
    """The aura with one row per colour and part of the period, 0 for parts without a stream."""
    every = pd.DataFrame({"slice": range(n_slices(request.first_day, request.last_day))})
    colours = aura[["mood", "colour", "n_mood", "n_all", "rank"]].drop_duplicates()
    whole = colours.merge(every, how="cross").merge(aura[["rank", "slice", "n_streams"]], "left")
    return whole.fillna({"n_streams": 0}).astype({"n_streams": "int64"})


def second_mood(aura, by="streams"):
    """The mood of the second colour, and the gap to the first, in words."""
    return gap_to_second("mood", "n_mood")(aura.drop_duplicates("rank"), by)


OF_MOODS = RANKED.replace("the name", "the mood")
WITHOUT_MOOD = f"{UNRANKED}; tracks without a mood count in the shares"
AURA_COLUMNS = ("mood", "colour", "n_mood", "n_all", "rank", "slice", "n_streams")
DAY_COLUMNS = ("part", "rank", "mood", "n_streams", "n_part")
INSIGHTS = (
    Insight(
        "audio_aura",
        "Which two colours does the music of each listener have?",
        audio_aura,
        reads=OF_STREAMS,
        columns=AURA_COLUMNS,
        shape=every_slice,
        counted="the most frequent mood, and the most frequent one of another colour, by "
        f"{OF_MOODS}",
        left_out=WITHOUT_MOOD,
        runner_up=second_mood,
    ),
    Insight(
        "audio_day",
        "Which moods does each listener hear in the morning, at midday and in the evening?",
        audio_day,
        reads=OF_STREAMS,
        columns=DAY_COLUMNS,
        shape=with_names_of_parts,
        counted="the most frequent mood of 5 to 11, 12 to 17 and 18 to 4 o'clock, and another one "
        f"that is more frequent than in the whole day, by {OF_MOODS}",
        left_out=WITHOUT_MOOD,
    ),
)
