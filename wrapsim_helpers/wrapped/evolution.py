"""Insights on how the genres of a listener change: the mixture by month, and its phases."""

import ibis

from .counting import candidates, collected, leaders, ranked, shared, total
from .dates import month_of_date
from .insight import OF_STREAMS, Insight
from .moods import counts_by, counts_of_moods, mood_sets
from .tops import RANKED, UNRANKED, genre_months, genres_of, ranked_genres

MIXED_GENRES = 5  # genres of a mixture; all further ones count together
REST = MIXED_GENRES + 1  # the rank of all further genres
SIDE_MONTHS = 3  # months compared on each side of a change
FEWEST_MONTHS = 2  # a phase has as many months, and a side at least
FEWEST_STREAMS = 30  # streams on each side of a change
# Smallest Jensen-Shannon divergence, in bits, between the mixtures before and after a change. At
# this value about half of the listeners of the default world have a change.
CHANGE = 0.05
PIVOTAL = 2  # artists named for a phase
SEEN_PERCENT = 10  # of a phase's streams; the genre that names the phase has as much, if one has
# measure of the tracks table -> its standard deviation in the default catalogue, the word for a
# phase above the listener's year, and the word for one below
DESCRIPTORS = {
    "energy": (22, "loud", "quiet"),
    "bpm": (28, "fast", "slow"),
    "acousticness": (28, "acoustic", "electric"),
    "danceability": (16, "danceable", "drifting"),
}

# -- the mixture -----------------------------------------------------------------------------------


def genre_mixture(tables):
    """Of which genres was the music of each listener in each month? month (see `month_of`), rank (1
    to 5 for the listener's most streamed genres of the period, 6 for all others together), genre
    ("" for these), n_streams.

    Tracks without a genre are left out. Ranks as for `top_genres`.
    """
    mixed = shared(tables, mixture_by_number)
    mixed = mixed.left_join(genres_of(tables), "number").drop("number_right")
    named = mixed.mutate(genre=(mixed["rank"] < REST).ifelse(mixed.genre, ""))
    months = named.group_by("listener_id", "month", "rank", "genre").agg(
        n_streams=total(named.n_streams)
    )
    return months.select("listener_id", "genre", "month", "rank", "n_streams").order_by(
        "listener_id", "month", "rank"
    )


def mixture_by_number(tables):
    """Streams of each listener by month and genre: month, number (of the genre), rank (at most
    REST), n_streams.
    """
    months = shared(tables, genre_months)
    ranks = shared(tables, ranked_genres).select("listener_id", "number", "rank")
    joined = months.join(ranks, ["listener_id", "number"])
    return joined.mutate(rank=ibis.least(joined["rank"], REST).cast("int64"))


# -- changes ---------------------------------------------------------------------------------------


def genre_changes(tables):
    """The one or two largest changes of each listener's mixture: listener_id, month (the first one
    after the change).

    A change compares up to SIDE_MONTHS months before it with as many from it on. Two changes are
    SIDE_MONTHS apart at least.
    """
    possible = possible_changes(tables)
    best = ranked(possible, ibis.desc("divergence"), "month").filter(ibis._.rank == 1).drop("rank")
    largest = best.select("listener_id", largest="month")
    apart = possible.join(largest, "listener_id")
    apart = apart.filter((apart.month - apart.largest).abs() >= SIDE_MONTHS).drop("largest")
    second = ranked(apart, ibis.desc("divergence"), "month").filter(ibis._.rank == 1).drop("rank")
    return best.union(second).select("listener_id", "month")


def possible_changes(tables):
    """Every month in which the mixture of a listener changes: listener_id, month, divergence
    (Jensen-Shannon, bits, rounded to 1e-9; CHANGE at least).
    """
    sides = mixtures_of_sides(tables)
    within = {"group_by": ("listener_id", "month")}
    n_before, n_after = (sides[name].sum().over(**within) for name in ("before", "after"))
    shares = sides.mutate(
        p=sides.before / n_before, q=sides.after / n_after, fewest=ibis.least(n_before, n_after)
    )
    enough = shares.filter(shares.fewest >= FEWEST_STREAMS)
    divergence = enough.group_by("listener_id", "month").agg(
        divergence=jensen_shannon(enough.p, enough.q).sum().round(9)
    )
    return divergence.filter(divergence.divergence >= CHANGE)


def mixtures_of_sides(tables):
    """Streams before and after every month in which a change is possible: month, rank, before,
    after.
    """
    mixed = shared(tables, mixture_by_number)
    steps = ibis.range(1 - SIDE_MONTHS, SIDE_MONTHS + 1).unnest()  # from a month to a change
    spread = mixed.select("listener_id", "rank", "n_streams", from_month="month", step=steps)
    sides = spread.mutate(month=spread.from_month + spread.step)
    first, last = tables.first_day.month, month_of_date(tables.last_day, tables.first_day)
    inside = sides.filter(sides.month.between(first + FEWEST_MONTHS, last + 1 - FEWEST_MONTHS))
    return inside.group_by("listener_id", "month", "rank").agg(
        before=total(inside.n_streams, inside.step > 0),
        after=total(inside.n_streams, inside.step <= 0),
    )


def jensen_shannon(p, q):
    """The term of one class in the Jensen-Shannon divergence of two mixtures, bits. p, q: its
    shares
    """
    return sum(
        (share > 0).ifelse(share * (2 * share / (p + q)).log2(), 0.0) / 2 for share in (p, q)
    )


# -- phases ----------------------------------------------------------------------------------------


def phases(tables):
    """The phases of each listener with a change: listener_id, phase (from 1), first_month,
    last_month.
    """
    after = genre_changes(tables)
    first, last = tables.first_day.month, month_of_date(tables.last_day, tables.first_day)
    begun = after.select("listener_id").distinct().mutate(month=ibis.literal(first, "int64"))
    starts = after.union(begun)
    in_order = ibis.window(group_by="listener_id", order_by="month")
    return starts.select(
        "listener_id",
        phase=ibis.row_number().over(in_order) + 1,
        first_month=starts.month,
        last_month=starts.month.lead().over(in_order).fill_null(last + 1) - 1,
    )


def with_phase(tables, table):
    """The rows of a table by listener and month that lie in a phase, with the phase."""
    joined = table.join(shared(tables, phases), "listener_id")
    inside = joined.month.between(joined.first_month, joined.last_month)
    return joined.filter(inside).drop("first_month", "last_month")


def songs_of_phases(tables):
    """Streams of each listener by song and phase: n_streams, ms_played, first_ms."""
    songs = with_phase(tables, tables.song_days)
    return counts_by(songs, "phase", "track_id")


def with_above(counts, key):
    """Streams by phase and a column with above: the share of the value in the phase's streams less
    its share in those of all phases, rounded to 1e-9.

    counts  listener_id, phase, the column key, n_streams
    """
    sums = counts
    for name, *of in (("of_phase", "phase"), ("of_value", key), ("everything",)):
        by = ["listener_id", *of]
        sums = sums.join(counts.group_by(by).agg(**{name: total(counts.n_streams)}), by).view()
    above = (sums.n_streams / sums.of_phase - sums.of_value / sums.everything).round(9)
    return sums.select(*counts.columns, above=above)


def most_typical(counts, rules, *keys, most=1):
    """The values that are most typical of each phase, those furthest above (see `with_above`), with
    rank.

    counts  listener_id, phase, keys, n_streams, ms_played, first_ms, above
    keys    columns that decide the last ties
    """
    best = ranked(counts, ibis.desc("above"), *rules.best_first, *keys, within=["phase"])
    return best.filter(best["rank"] <= most).select("listener_id", "phase", *keys, "rank")


def peaks(tables):
    """Typical genre of each phase (see `music_evolution`) and the month with most streams of it:
    phase, genre, peak_month.
    """
    months = with_phase(tables, shared(tables, genre_months))
    genres = with_above(how_visible(tables, counts_by(months, "phase", "number")), "number")
    seen = leaders(genres, ["listener_id", "phase"], "visible")
    typical = most_typical(seen, tables.rules, "number").drop("rank")
    chosen = months.join(typical, ["listener_id", "phase", "number"])
    best = ranked(chosen, ibis.desc("n_streams"), "month", within=["phase"])
    peak = best.filter(best["rank"] == 1).join(genres_of(tables), "number")
    return peak.select("listener_id", "phase", "genre", peak_month="month")


def how_visible(tables, genres):
    """Streams by phase and genre with visible: 2 for a genre of `genre_mixture` with SEEN_PERCENT
    or more of the phase's streams, 1 for another one of it, 0 for the further genres.
    """
    ranks = shared(tables, ranked_genres).select("listener_id", "number", place="rank")
    placed = genres.join(ranks, ["listener_id", "number"])
    of_phase = placed.n_streams.sum().over(group_by=("listener_id", "phase"))
    is_named, is_large = placed.place < REST, 100 * placed.n_streams >= SEEN_PERCENT * of_phase
    visible = is_named.ifelse(1 + is_large.cast("int64"), 0)
    return placed.mutate(visible=visible).drop("place")


def descriptor_of(songs, tables):
    """The word for the sound of each phase: listener_id, phase, descriptor.

    It is that of the measure whose mean over the streams of the phase is furthest from its mean
    over all phases, in standard deviations (see DESCRIPTORS), rounded to 1e-9; of equal ones, the
    first.
    """
    measures = songs.join(tables.tracks.select("track_id", *DESCRIPTORS), "track_id")
    sums = measures.group_by("listener_id", "phase").agg(
        n=total(measures.n_streams),
        **{name: total(measures.n_streams * measures[name]) for name in DESCRIPTORS},
    )
    year = {"group_by": "listener_id"}
    n_all = sums.n.sum().over(**year)
    distance = sums.select(
        "listener_id",
        "phase",
        **{
            name: ((sums[name] / sums.n - sums[name].sum().over(**year) / n_all) / scale).round(9)
            for name, (scale, _, _) in DESCRIPTORS.items()
        },
    )
    furthest = ibis.greatest(*(distance[name].abs() for name in DESCRIPTORS))
    words = [
        (distance[name].abs() == furthest, (distance[name] >= 0).ifelse(above, below))
        for name, (_, above, below) in DESCRIPTORS.items()
    ]
    return distance.select("listener_id", "phase", descriptor=ibis.cases(*words))


def pivotal_artists(tables):
    """The artists that are most typical of each phase: listener_id, phase, artists (a list, most
    typical first). Featured artists weigh as in `top_artists`.
    """
    months = with_phase(tables, tables.artist_months.filter(tables.artist_months.n_streams > 0))
    names = tables.artists.select("artist_id", "artist")
    counts = with_above(counts_by(months, "phase", "artist_id"), "artist_id")
    few = candidates(counts, PIVOTAL, "above", ["listener_id", "phase"])
    named = few.join(names, "artist_id")
    best = most_typical(named, tables.rules, "artist", "artist_id", most=PIVOTAL)
    return collected(best, "artist", ["listener_id", "phase"], "rank").rename(artists="artist")


def music_evolution(tables):
    """Through which phases did the music of each listener go? One row per phase, two or three of
    them, or none for a year without a change: phase, first_month, last_month, peak_month (see
    `month_of`), descriptor, mood, genre, artists (a list), n_streams.

    Phases end where the mixture of genres changes most (see `genre_changes`). Genre, mood and
    artists are those whose share of the phase's streams is furthest above their share of all
    phases'. The genre is one of the five of `genre_mixture`, and has SEEN_PERCENT of the phase's
    streams, if one of them has so many, so a picture of the mixture shows it. The peak is the month
    with most streams of this genre, of equal months the earlier; for the descriptor, see
    `descriptor_of`. mood is "" if no track has one. The rule of 2024 is not published; this one is
    a decision of wrapsim.
    """
    songs, keys = shared(tables, songs_of_phases), ["listener_id", "phase"]
    sets = counts_by(songs.join(shared(tables, mood_sets), "track_id"), "phase", "mood_set")
    tagged = counts_of_moods(tables, sets, "phase")
    parts = (
        peaks(tables),
        descriptor_of(songs, tables),
        pivotal_artists(tables),
        songs.group_by(*keys).agg(n_streams=total(songs.n_streams)),
    )
    table = shared(tables, phases)
    for part in parts:
        table = table.join(part, keys).view()
    moods = most_typical(with_above(tagged, "mood"), tables.rules, "mood").drop("rank")
    table = table.left_join(moods, keys).fill_null({"mood": ""})
    return table.select("listener_id", *EVOLUTION_COLUMNS).order_by(*keys)


SHARED = (mixture_by_number, phases, songs_of_phases)

# -- the records -----------------------------------------------------------------------------------

EVOLUTION_COLUMNS = (
    "phase",
    "first_month",
    "last_month",
    "peak_month",
    "descriptor",
    "mood",
    "genre",
    "artists",
    "n_streams",
)
UNLABELLED = f"{UNRANKED}, and tracks without a genre"
INSIGHTS = (
    Insight(
        "genre_mixture",
        "Of which genres was the music of each listener in each month?",
        genre_mixture,
        reads=OF_STREAMS,
        columns=("genre", "month", "rank", "n_streams"),
        counted=RANKED,
        left_out=UNLABELLED,
    ),
    Insight(
        "music_evolution",
        "Through which phases did the music of each listener go?",
        music_evolution,
        reads=OF_STREAMS,
        columns=EVOLUTION_COLUMNS,
        counted=f"phases end where the genres of {SIDE_MONTHS} months differ most from those of "
        f"the {SIDE_MONTHS} before; genre, mood, sound and artists are what sets a phase apart "
        f"from the other phases, the genre among the {MIXED_GENRES} most streamed of the period, "
        f"with {SEEN_PERCENT} % of the phase's plays if one has so many; "
        "plays of {seconds} s and more",
        left_out=UNLABELLED,
    ),
)
