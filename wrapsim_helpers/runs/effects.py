"""What was asked of the model, and what came out: every declared effect, requested against
observed, from a run's tables.

A run declares that age, plan, gender, device, context, personas and cohorts change named parameters
of `Behaviour`, and by how much. Here each of these is measured in the log as if nobody knew the
model: a factor on minutes as a ratio of minutes per day, a factor on leaving as a ratio of leavings
per second heard, a share as a share. The intervals treat each listener (or, among many, each of
CLUSTERS groups of listeners) as one observation, since a listener's plays resemble each other.
"""

import functools
from dataclasses import dataclass
from math import gamma
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from ..checking import front_door
from ..instants import DAY_MS, MINUTE_MS
from ..interrupts import saying, unchanged
from ..parameters import run_of
from ..people.behaviour import CONTEXTS, WEEKDAYS, Behaviour
from ..people.clocks import window_starts
from ..people.figures import published
from ..people.personas import PARAMETERS, Group, Personas, changed, checked, names_of
from ..schema import DEVICES
from ..storage.manifest import read_manifest
from ..storage.tables import read_parquet
from .connection import microseconds
from .opened import open_run

MOST_PLAYS = 2_000_000  # of larger runs the first listeners are looked at, about that many plays
CLUSTERS = 200
FEWEST = 8  # listeners (effectively), or leavings, behind a number; with fewer there is none
FEWEST_CLUSTERS = 20  # behind a coefficient of the model of leaving
Z95 = 1.959963984540054
HEARD = (1, 3, 7, 15)  # so often or more before: tracks heard as often are compared with each other
PLACES, LONG_MS, AT_RISK_MS = (
    6,
    30 * MINUTE_MS,
    1_500,
)  # which plays tell of leaving, see `leaving_effects`
TOP_ARTISTS, RESAMPLES = 200, 60
COLUMNS = ("effect", "requested", "observed", "low", "high", "n_listeners", "measure")


@front_door
@saying(unchanged)
def effects_of(run_dir, behaviour: Behaviour = Behaviour()):
    """Did the run do what was asked of it? Every declared effect, requested against observed.

    run_dir    folder of a finished run
    behaviour  the plain parameters it was made with
    Returns    DataFrame: effect; requested and observed (a factor, a share or a number, see
               measure); low, high: the 95 % interval of observed; n_listeners behind it; measure:
               what was measured, in words; holds: "yes" where requested lies in the interval, "no"
               where it does not, which one in twenty does by chance. Observed is missing, and holds
               is "not seen", where the log holds too little, or where a parameter shows in nothing
               that can be counted directly.
    """
    seen = look_at(run_dir)
    found = pd.DataFrame(
        [
            *minutes_effects(seen, behaviour),
            *leaving_effects(seen, behaviour),
            *plan_effects(seen, behaviour),
            taste_effect(seen),
            *group_effects(seen, behaviour),
        ],
        columns=COLUMNS,
    )
    inside = (found["low"] <= found["requested"]) & (found["requested"] <= found["high"])
    return found.assign(
        holds=np.where(
            found[["requested", "observed"]].isna().any(axis=1),
            "not seen",
            np.where(inside, "yes", "no"),
        )
    )


# -- the tables of a run ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """The tables that effects are measured in, of the first listeners of a run.

    run_dir    its folder
    personas   its `Personas`
    weekdays   int64, (7,): how many Mondays ... Sundays its window has
    listeners  DataFrame of the listeners, with cluster, start_ms and end_ms of each one's window
    versions   DataFrame: listener_id, profile_version, age, plan, from_ms, to_ms
    plays      Ibis table of their plays: position (0, 1, ...) in the session, last in it,
               session_day (local, days since 1970) and session_ms, its length; artist_id and noise
               of the track, and times_heard: how often in earlier sessions of the window
    """

    run_dir: Path
    personas: Personas
    weekdays: np.ndarray
    listeners: pd.DataFrame
    versions: pd.DataFrame
    plays: ir.Table


def look_at(run_dir):
    """The tables of a finished run as a `Seen`."""
    manifest = read_manifest(run_dir)
    run = run_of(manifest["identity"])
    count = max(FEWEST, int(run.num_users * min(1.0, MOST_PLAYS / max(manifest["plays"], 1))))
    listeners = read_parquet(run_dir, "listeners").slice(0, count)
    starts, ends, _ = window_starts(run, listeners)
    listeners = listeners.to_pandas().assign(
        start_ms=starts, end_ms=ends, cluster=np.arange(listeners.num_rows) % CLUSTERS
    )
    weekdays = np.bincount(pd.date_range(*run.window, inclusive="left").day_of_week, minlength=7)
    return Seen(
        Path(run_dir),
        checked("run.json", manifest.get("personas") or {}),
        weekdays,
        listeners,
        spells(read_parquet(run_dir, "profile_versions").to_pandas(), listeners),
        placed_plays(run_dir, int(listeners["listener_id"].max())),
    )


def spells(versions, listeners):
    """Profile versions of the listeners with from_ms and to_ms: each ends where the next begins, or
    with the window.
    """
    versions = versions.merge(listeners[["listener_id", "start_ms", "end_ms"]], on="listener_id")
    from_ms = versions["valid_from"].dt.as_unit("ms").astype("int64")
    versions["to_ms"] = (
        from_ms.groupby(versions["listener_id"])
        .shift(-1)
        .fillna(versions["end_ms"])
        .astype("int64")
    )
    versions["from_ms"] = np.maximum(from_ms, versions["start_ms"])
    return versions[versions["from_ms"] < versions["to_ms"]].drop(
        columns=["valid_from", "start_ms", "end_ms"]
    )


def placed_plays(run_dir, last_listener):
    """The plays up to a listener with their place in the session, on an embedded DuckDB."""
    tables = open_run(run_dir)
    plays = (
        tables["plays"]
        .filter(tables["plays"].listener_id <= last_listener)
        .join(tables["tracks"].select("track_id", "noise"), "track_id")
    )
    plays = plays.join(
        tables["track_artists"].filter(ibis._.role == "primary").select("track_id", "artist_id"),
        "track_id",
    )
    session, local_us = (
        ibis.window(group_by="session_id"),
        microseconds(plays.started_at) + plays.utc_offset_min.cast("int64") * (MINUTE_MS * 1000),
    )
    return plays.mutate(
        position=plays.play_id - plays.play_id.min().over(session),
        last=plays.play_id == plays.play_id.max().over(session),
        session_day=local_us.min().over(session) // (DAY_MS * 1000),
        session_ms=(
            microseconds(plays.ended_at).max().over(session)
            - microseconds(plays.started_at).min().over(session)
        )
        // 1000,
        times_heard=ibis.row_number().over(
            ibis.window(group_by=["listener_id", "track_id"], order_by="play_id")
        )
        - ibis.row_number().over(
            ibis.window(group_by=["session_id", "track_id"], order_by="play_id")
        ),
    )


# -- how sure --------------------------------------------------------------------------------------


def quantile_95(n):
    """How many standard errors an interval of 95 % reaches to either side with n clusters
    (Student's t, by Cornish and Fisher).
    """
    return Z95 * (1 + (Z95**2 + 1) / (4 * max(n - 1, 1)))


def interval(estimate, relative_error, n):
    """(estimate, low, high) of something positive, even on a logarithmic scale; missing with fewer
    than FEWEST clusters.
    """
    if n < FEWEST or not estimate > 0:
        return (np.nan,) * 3
    reach = np.exp(quantile_95(n) * relative_error)
    return estimate, estimate / reach, estimate * reach


def share_of(part, whole, cluster):
    """sum of part over sum of whole with its interval over clusters (delta method): (share, low,
    high).
    """
    sums = (
        pd.DataFrame({"part": np.asarray(part, float), "whole": np.asarray(whole, float)})
        .groupby(np.asarray(cluster))
        .sum()
    )
    sums = sums[(sums["whole"] > 0) | (sums["part"] > 0)]
    part, whole = sums["part"], sums["whole"]
    if not part.sum() > 0 < whole.sum():
        return (np.nan,) * 3
    share = part.sum() / whole.sum()
    error = (
        np.sqrt(((part - share * whole) ** 2).sum() * len(sums) / max(len(sums) - 1, 1))
        / part.sum()
    )
    return interval(share, error, whole.sum() ** 2 / (whole**2).sum())


def fit_logs(design, y):
    """exp of each coefficient of a least-squares fit of logarithms with its interval: [(ratio, low,
    high), ...]; errors may differ from row to row (White 1980)."""
    beta, bread = np.linalg.lstsq(design, y, rcond=None)[0], np.linalg.pinv(design.T @ design)
    scores = (design * (y - design @ beta)[:, None]) @ bread
    errors = np.sqrt((scores**2).sum(axis=0) * len(y) / max(len(y) - design.shape[1], 1))
    return [interval(np.exp(b), e, len(y) - design.shape[1] + 1) for b, e in zip(beta, errors)]


def fit_rates(design, rows, rounds=50):
    """exp of each coefficient of a Poisson regression with its interval: [(ratio, low, high), ...].

    design  float64, (cells, coefficients)
    rows    DataFrame: cluster, cell (row of the design), events, exposure
    The errors are those of leaving out one cluster after another (a jackknife of one Newton step
    each), so that a cluster's events need not be independent, nor the clusters alike in size.
    """
    y, t = (np.bincount(rows["cell"], rows[name], len(design)) for name in ("events", "exposure"))
    beta = np.append(np.log(y.sum() / t.sum()), np.zeros(design.shape[1] - 1))
    for _ in range(rounds):
        mean = t * np.exp(np.clip(design @ beta, -50, 50))
        bread = np.linalg.pinv((design.T * mean) @ design)
        step = bread @ (design.T @ (y - mean))
        beta += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-7:
            break
    expected = rows["exposure"] * np.exp(design @ beta)[rows["cell"]]
    clusters = [
        (
            design[mine["cell"]],
            expected[mine.index].to_numpy(),
            (mine["events"] - expected[mine.index]).to_numpy(),
        )
        for _, mine in rows.groupby("cluster")
    ]
    whole = (design.T * t * np.exp(design @ beta)) @ design
    moved = np.array(
        [
            np.linalg.pinv(whole - (own.T * mean) @ own) @ (own.T @ rest)
            for own, mean, rest in clusters
        ]
    )
    n = np.sum([own.any(axis=0) for own, *_ in clusters], axis=0)
    errors = np.sqrt(((moved - moved.mean(axis=0)) ** 2).sum(axis=0) * (n - 1) / np.maximum(n, 1))
    return [
        interval(np.exp(b), e, count if count >= FEWEST_CLUSTERS else 0)
        for b, e, count in zip(beta, errors, n)
    ]


# -- minutes ---------------------------------------------------------------------------------------


def minutes_effects(seen, b):
    """Plan, age, gender, personas and cohorts on minutes: ratios of minutes a day, and of one's own
    with another plan.
    """
    factors = {
        "premium": ({True: ("premium against free: minutes", b.premium_factor)}, False),
        "man": ({True: ("men against others: minutes", b.male_factor)}, False),
    } | group_factors(seen, b, "minutes", lambda one: one.minutes_factor * np.exp(one.log_minutes))
    heard = minutes_by_plan(seen)
    rows = heard[
        heard["begun_with"]
        & (heard["ms"] > 0)
        & (heard["days"] >= heard.groupby("listener_id")["days"].transform("sum") / 2)
    ]
    told = [
        (name, requested, (rows[column] == value).to_numpy(float))
        for column, (values, _) in factors.items()
        for value, (name, requested) in values.items()
    ]
    told.append(
        (
            "ten years of age: minutes",
            float(np.exp(10 * b.age_slope)),
            (rows["age"].to_numpy() - 30) / 10,
        )
    )
    told = [one for one in told if np.count_nonzero(one[2]) >= FEWEST]
    fitted = (
        fit_logs(
            np.column_stack([np.ones(len(rows)), *(column for *_, column in told)]),
            np.log(rows["ms"] / rows["days"]).to_numpy(),
        )[1:]
        if told
        else []
    )
    for (name, requested, column), found in zip(told, fitted):
        yield (
            name,
            requested,
            *found,
            len(rows) if "age" in name else np.count_nonzero(column),
            "ratio of the geometric means of minutes a day of those who heard any, the other "
            "effects held",
        )
    yield own_change(heard, b)


def minutes_by_plan(seen):
    """ms and days of each listener on each plan, and whether they began with it; a row per pair,
    with age at the start and groups.
    """
    heard = (
        seen.plays.group_by("listener_id", "profile_version")
        .agg(ms=seen.plays.ms_played.cast("int64").sum())
        .execute()
    )
    rows = seen.versions.merge(heard, how="left").fillna({"ms": 0})
    rows["days"] = (rows["to_ms"] - rows["from_ms"]) / DAY_MS
    by_plan = (
        rows.groupby(["listener_id", "plan"], sort=False, observed=True)
        .agg(ms=("ms", "sum"), days=("days", "sum"), age=("age", "first"))
        .reset_index()
    )
    by_plan = by_plan.merge(
        seen.listeners[["listener_id", "gender", "persona", "cohort"]], on="listener_id"
    )
    return by_plan.assign(
        premium=by_plan["plan"] == "premium",
        man=by_plan["gender"] == "male",
        begun_with=~by_plan["listener_id"].duplicated(),
    )


def own_change(heard, b, days=28):
    """What a change of plan does to one's own minutes, over those with so many days on both plans;
    a row of `effects_of`.
    """
    both = (
        heard[(heard["days"] >= days) & (heard["ms"] > 0)]
        .pivot(index="listener_id", columns="premium", values=["ms", "days"])
        .dropna()
    )
    name, measure = (
        "one's own premium against free: minutes",
        f"minutes a day of those with {days} days and more on both plans; geometric mean of their "
        f"ratios",
    )
    if len(both) < FEWEST:
        return (name, b.premium_factor, np.nan, np.nan, np.nan, len(both), measure)
    ratio = np.log(both["ms"][True] / both["days"][True]) - np.log(
        both["ms"][False] / both["days"][False]
    )
    return (
        name,
        b.premium_factor,
        *interval(np.exp(ratio.mean()), ratio.std() / np.sqrt(len(ratio)), len(ratio)),
        len(both),
        measure,
    )


def group_factors(seen, b, what, value):
    """The personas and cohorts that change a value of the parameters: column -> (group -> (effect,
    requested ratio), "").
    """
    found = {}
    for column, groups in zip(("persona", "cohort"), seen.personas):
        ratios = {
            name: value(changed("", b, one)) / value(b)
            for name, one in zip(names_of(groups), groups)
        }
        told = {
            name: (f"{column} {name}: {what}", ratio)
            for name, ratio in ratios.items()
            if ratio != 1
        }
        found |= {column: (told, "")} if told else {}
    return found


# -- leaving ---------------------------------------------------------------------------------------


def leaving_effects(seen, b):
    """Age, device, context, shuffle, weekend, place in the session, personas and cohorts on
    leaving: ratios of leavings per second.

    A session's mood moves all of its plays, is not in the log, and lets restless sessions have more
    plays. So only plays are counted that no mood can have chosen: the first PLACES of each session
    of LONG_MS and more, and of each its first AT_RISK_MS, in which the restless are not gone yet.
    Left out: free listeners on a phone, whose limit on skips hides leaving; noise to fall asleep
    to; and tracks not heard in an earlier session, which may have been known before the window.
    Plays of tracks heard as often are compared, and each listener's own skip_tendency is divided
    out. What was heard before the window is not in the log, which blurs the factors of age and
    context by a few per cent in a short one.
    """
    factors = leaving_factors(b) | group_factors(seen, b, "leaving", lambda one: one.hazard_scale)
    held = {"heard": ({level: ("", 1.0) for level in range(len(HEARD))}, 0)}
    told = [
        (column, value, *one)
        for column, (values, reference) in (held | factors).items()
        for value, one in values.items()
        if value != reference
    ]
    rows = leaving_cells(seen, b, ["heard", *factors])
    fitted = (
        fit_levels(rows, [*held, *factors], [(column, value) for column, value, *_ in told])
        if len(rows)
        else {}
    )
    for column, value, name, requested in told:
        if name:
            n = (
                (seen.listeners[column] == value).sum()
                if column in seen.listeners
                else len(seen.listeners)
            )
            yield (
                name,
                requested,
                *fitted.get((column, value), (np.nan,) * 3),
                n,
                "ratio of leavings per second at the start of a play, the other effects held",
            )


def fit_levels(rows, columns, levels):
    """`fit_rates` of rows with cluster, events, exposure and factors: (column, value) -> (ratio,
    low, high) for the levels that rest on FEWEST leavings and more."""
    rows = rows.assign(cell=rows.groupby(columns, sort=True).ngroup()).reset_index(drop=True)
    cells = rows.drop_duplicates("cell").sort_values("cell")
    design = np.column_stack([(cells[column] == value).to_numpy(float) for column, value in levels])
    inside = np.bincount(rows["cell"], rows["events"], len(cells)) @ design
    enough = (inside >= FEWEST) & (rows["events"].sum() - inside >= FEWEST)
    if not enough.any():
        return {}
    fitted = fit_rates(np.column_stack([np.ones(len(cells)), design[:, enough]]), rows)[1:]
    return dict(zip([level for level, known in zip(levels, enough) if known], fitted))


def leaving_factors(b):
    """What changes the hazard of leaving: column -> `levels`."""
    ages = [
        f"age {low:.0f}-{high:.0f}" for low, high in zip(b.skip_age_from, b.skip_age_from[1:])
    ] + [f"age {b.skip_age_from[-1]:.0f} and over"]
    contexts = [name.replace("_", " ") for name in CONTEXTS[1:]]
    return {
        "age_band": levels(range(len(ages)), ages, b.skip_age, 2),
        "device": levels(DEVICES, DEVICES, b.skip_device[1:], 0),
        "context": levels(CONTEXTS[1:], contexts, b.skip_context[1:], 0),
        "place": levels(
            range(4),
            [f"{name} play of a session" for name in ("1st", "2nd", "3rd", "later")],
            b.skip_position,
            3,
        ),
        "shuffle": levels((False, True), ("in order", "shuffled"), (1.0, b.skip_shuffle), 0),
        "weekend": levels(
            (False, True), ("Monday to Friday", "Saturday and Sunday"), (1.0, b.skip_weekend), 0
        ),
    }


def levels(values, names, factors, reference):
    """One factor on leaving: (value -> (effect, requested ratio to the reference), reference
    value).
    """
    return {
        value: (f"{name} against {names[reference]}: leaving", factor / factors[reference])
        for value, name, factor in zip(values, names, factors)
    }, values[reference]


def in_memory(frame):
    """A pandas table as an Ibis table, by way of Arrow: of pandas' own types Ibis 12 asks an option
    that pandas has deprecated.
    """
    return ibis.memtable(pa.Table.from_pandas(frame, preserve_index=False))


def leaving_cells(seen, b, columns):
    """Leavings and seconds at risk in what `leaving_effects` counts, by cluster and columns:
    events, exposure; a pandas table.
    """
    band = np.searchsorted(b.skip_age_from, seen.versions["age"], side="right") - 1
    versions = in_memory(seen.versions[["listener_id", "profile_version"]].assign(age_band=band))
    people = in_memory(
        seen.listeners[["listener_id", "cluster", "skip_tendency", "persona", "cohort"]]
    )
    plays = seen.plays.filter(
        (seen.plays.position < PLACES)
        & (seen.plays.session_ms >= LONG_MS)
        & (seen.plays.times_heard > 0)
        & ~seen.plays.noise,
        (seen.plays.plan == "premium") | (seen.plays.device != "phone"),
    )
    plays = plays.join(people, "listener_id").join(versions, ["listener_id", "profile_version"])
    ms, left = (
        plays.ms_played.cast("int64"),
        plays.reason_end.isin(["fwdbtn", "backbtn"])
        | ((plays.reason_end == "endplay") & ~plays.last),
    )
    plays = plays.mutate(
        place=ibis.least(plays.position, 3),
        weekend=(plays.session_day + 3) % 7 >= 5,
        left=left & (ms < AT_RISK_MS),
        at_risk=ibis.least(ms, AT_RISK_MS) * plays.skip_tendency / 1000,
        heard=sum((plays.times_heard >= times).cast("int64") for times in HEARD[1:]),
    )
    return (
        plays.group_by("cluster", *columns)
        .agg(events=plays.left.cast("int64").sum(), exposure=plays.at_risk.sum())
        .filter(ibis._.exposure > 0)
        .execute()
    )


# -- plans and taste -------------------------------------------------------------------------------


def plan_effects(seen, b):
    """How often premium is left, and how many take it for each who leaves."""
    months = plan_months(seen)
    left = months["changed"] & (months["plan"] == "premium")
    yield churn_effect(
        seen,
        b,
        "premium: left in a month",
        months[months["plan"] == "premium"],
        len(seen.listeners),
    )
    yield (
        "premium: taken for each left",
        asked(seen, b, months.assign(left=left), "left", lambda own: own.premium_growth),
        *share_of(months["changed"] & ~left, left, months["cluster"]),
        len(seen.listeners),
        "changes from free to premium for each one back",
    )


def churn_effect(seen, b, name, months, n):
    """How often these months on premium end it, as a row of `effects_of`."""
    return (
        name,
        asked(seen, b, months, "covered", lambda own: own.premium_churn),
        *share_of(months["changed"], months["covered"], months["cluster"]),
        n,
        "changes from premium to free per month on premium",
    )


def plan_months(seen):
    """Calendar months (UTC) of each listener: plan it began with, whether that changed in it, and
    how much of it the window covers.
    """
    first, last = (
        int(np.datetime64(int(at), "ms").astype("datetime64[M]").astype(int))
        for at in (seen.versions["from_ms"].min(), seen.versions["to_ms"].max())
    )
    plans = seen.versions[
        seen.versions["plan"] != seen.versions.groupby("listener_id")["plan"].shift()
    ]
    months = []
    for month in range(first, last + 1):
        low, high = (
            int(np.datetime64(at, "M").astype("datetime64[ms]").astype(np.int64))
            for at in (month, month + 1)
        )
        here = seen.listeners[
            ["listener_id", "cluster", "persona", "cohort", "start_ms", "end_ms"]
        ].copy()
        here["covered"] = (here["end_ms"].clip(upper=high) - here["start_ms"].clip(lower=low)).clip(
            lower=0
        ) / (high - low)
        begun = plans[
            plans["from_ms"]
            <= np.maximum(low, plans["listener_id"].map(here.set_index("listener_id")["start_ms"]))
        ]
        inside = plans[
            (
                plans["from_ms"]
                > begun.groupby("listener_id")["from_ms"]
                .max()
                .reindex(plans["listener_id"])
                .to_numpy()
            )
            & (plans["from_ms"] < high)
        ]
        here["plan"] = here["listener_id"].map(begun.groupby("listener_id")["plan"].last())
        months.append(
            here.assign(changed=here["listener_id"].isin(inside["listener_id"])).drop(
                columns=["start_ms", "end_ms"]
            )
        )
    rows = pd.concat(months, ignore_index=True)
    return rows[rows["covered"] > 0]


def taste_effect(seen):
    """How far men and women differ over artists, as published (gender_taste_overlap); a row of
    `effects_of`.

    Each listener counts as much as any other. Drawing the listeners again gives the interval, and
    how much lists of so few people differ by chance, which is taken off.
    """
    heard = seen.plays.group_by("listener_id", "artist_id").agg(n=seen.plays.count()).execute()
    share = heard["n"] / heard.groupby("listener_id")["n"].transform("sum")
    who, artist = (
        pd.Index(seen.listeners["listener_id"]).get_indexer(heard["listener_id"]),
        pd.factorize(heard["artist_id"], sort=True)[0],
    )
    gender, draw = seen.listeners["gender"].to_numpy(), np.random.default_rng(0)
    counts = [
        np.ones(len(gender)),
        *(
            np.bincount(draw.integers(len(gender), size=len(gender)), minlength=len(gender))
            for _ in range(RESAMPLES)
        ),
    ]
    found = [
        missing_artists(
            [
                np.bincount(artist, share * (gender == one)[who] * times[who])
                for one in ("male", "female")
            ]
        )
        for times in counts
    ]
    missing, people = (
        2 * found[0] - np.mean(found[1:]),
        min((gender == "male").sum(), (gender == "female").sum()),
    )
    return (
        "men's top artists missing from women's",
        published("gender_taste_overlap"),
        *interval(missing, np.std(found[1:]) / missing, people),
        len(gender),
        f"share of either's top {TOP_ARTISTS} artists; requested is the published figure beside "
        f"gender_lean",
    )


def missing_artists(totals):
    """Share of the first list's TOP_ARTISTS that are not among the second's; missing with fewer
    than twice as many artists.
    """
    men, women = (set(np.argsort(-one, kind="stable")[:TOP_ARTISTS]) for one in totals)
    return 1 - len(men & women) / TOP_ARTISTS if len(totals[0]) >= 2 * TOP_ARTISTS else np.nan


# -- personas and cohorts --------------------------------------------------------------------------

ELSEWHERE = ("minutes_factor", "log_minutes", "hazard_scale")  # measured with everybody's


def mean_of_kumaraswamy(alpha, beta):
    """Mean of the distribution that shuffle_shape describes."""
    return beta * gamma(1 + 1 / alpha) * gamma(beta) / gamma(1 + 1 / alpha + beta)


def group_effects(seen, b):
    """What personas and cohorts change, as far as it can be counted directly; what cannot is listed
    without a number.
    """
    counted = tallies(seen) if any(seen.personas) else None
    for column, groups in zip(("persona", "cohort"), seen.personas):
        for name, one in zip(names_of(groups), groups):
            for field in dict.fromkeys([*(one.set or {}), *(one.times or {})]):
                yield from field_effects(
                    seen,
                    b,
                    counted[counted[column] == name],
                    f"{column} {name}: {field}",
                    field,
                    named_parts(one, field),
                )


def field_effects(seen, b, mine, name, field, parts):
    """One overridden parameter of one persona or cohort: rows of `effects_of`. mine: the tallies of
    its listeners.
    """
    about = PARAMETERS[field]
    if about.counted:
        count, whole, measure = about.counted
        for part in parts if about.parts else [""]:
            own_share = functools.partial(
                share_asked, field=field, part=part, weekdays=seen.weekdays
            )
            yield (
                f"{name}, {part}" if part else name,
                asked(seen, b, mine, whole, own_share),
                *share_of(mine[count.format(part=part)], mine[whole], mine["cluster"]),
                len(mine),
                measure,
            )
    elif field == "premium_churn":
        months = plan_months(seen).query("plan == 'premium'")
        yield churn_effect(
            seen, b, name, months[months["listener_id"].isin(mine["listener_id"])], len(mine)
        )
    elif field not in ELSEWHERE:
        yield (
            name,
            np.nan,
            np.nan,
            np.nan,
            np.nan,
            len(mine),
            "shows in nothing that can be counted directly",
        )


def asked(seen, b, rows, weight, value):
    """Mean of what the parameters of these listeners ask for, each weighted by how much of them is
    counted; missing without any.

    A listener can have a persona and a cohort, so what is asked of the listeners of one is a
    mixture.
    """
    names = [[("", Group("")), *zip(names_of(groups), groups)] for groups in seen.personas]
    own = {
        (p, c): value(changed("", changed("", b, persona), cohort))
        for p, persona in names[0]
        for c, cohort in names[1]
    }
    values = np.array([own[pair] for pair in zip(rows["persona"], rows["cohort"])], dtype=float)
    return float(np.average(values, weights=rows[weight])) if rows[weight].sum() > 0 else np.nan


def named_parts(group, field):
    """The parts of a parameter that a file names; all of them where it gives a number or a list."""
    given = [change[field] for change in (group.set or {}, group.times or {}) if field in change]
    return list(
        dict.fromkeys(
            part
            for value in given
            for part in (value if isinstance(value, dict) else PARAMETERS[field].parts)
        )
    )


def share_asked(own, field, part, weekdays):
    """The share that a parameter, or one of its parts, asks for.

    Days of the week count as often as they come up in the window.
    """
    if field == "shuffle_shape":
        return mean_of_kumaraswamy(*own.shuffle_shape)
    if not part:
        return getattr(own, field)
    shares = np.array(getattr(own, field)) * (weekdays if field == "days" else 1)
    return shares[PARAMETERS[field].parts.index(part)] / shares.sum()


def tallies(seen):
    """What each listener did, counted: one row per listener with persona, cohort, cluster and the
    columns that `About.counted` names.
    """
    plays = seen.plays.filter(~seen.plays.noise)
    plays = plays.mutate(
        ms=plays.ms_played.cast("int64"),
        first=plays.position == 0,
        premium=plays.plan == "premium",
        choice=(plays.plan == "premium") | (plays.device != "phone"),
    )
    left = {
        "forward": plays.reason_end == "fwdbtn",
        "back": plays.reason_end == "backbtn",
        "another": (plays.reason_end == "endplay") & ~plays.last,
    }
    left = {part: plays.choice & went for part, went in left.items()}
    counted = {
        "sessions": plays.first,
        "premium_sessions": plays.first & plays.premium,
        "free_choices": plays.first & plays.choice,
        "private": plays.first & plays.private,
        "offline": plays.first & plays.offline,
        "shuffle": plays.first & plays.choice & plays.shuffle,
        "over_5s": plays.ms > 5_000,
        "paused": (plays.ms > 5_000) & (plays.paused_ms > 0),
        "over_20s": plays.ms > 20_000,
        "sought_forward": (plays.ms > 20_000) & (plays.seek_forward_ms > 0),
        "sought_back": (plays.ms > 20_000) & (plays.seek_back_ms > 0),
        "leaves": left["forward"] | left["back"] | left["another"],
        **{f"leaves_{part}": went for part, went in left.items()},
        **{f"opens_{name}": plays.first & (plays.context == name) for name in CONTEXTS},
    }
    sums = (
        {name: one.cast("int64").sum() for name, one in counted.items()}
        | {"ms": plays.ms.sum()}
        | {
            f"ms_{day}": ((plays.session_day + 3) % 7 == i).ifelse(plays.ms, 0).sum()
            for i, day in enumerate(WEEKDAYS)
        }
    )
    found = plays.group_by("listener_id").agg(**sums).execute()
    return (
        seen.listeners[["listener_id", "persona", "cohort", "cluster"]]
        .merge(found, how="left")
        .fillna(0)
    )
