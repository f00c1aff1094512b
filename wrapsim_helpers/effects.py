"""What was asked of the model, and what came out: every declared effect, requested against observed, from a run's tables.

A run declares that age, plan, gender, device, context, personas and cohorts change named parameters of `Behaviour`, and
by how much. Here each of these is measured in the log as if nobody knew the model: a factor on minutes as a ratio of
minutes per day, a factor on leaving as a ratio of leavings per second heard, a share as a share. The intervals
treat each listener (or, among many, each of CLUSTERS groups of listeners) as one observation, since a listener's plays
resemble each other.
"""

from math import gamma
from pathlib import Path

import ibis
import numpy as np
import pandas as pd

from .behaviour import CONTEXTS, Behaviour
from .files import read_manifest, read_parquet
from .listeners import window_starts
from .personas import PARTS, changed, checked, names_of
from .run import DAY_MS, MINUTE_MS, Given, Run
from .schema import DEVICES
from .wrapped.rules import milliseconds

MOST_PLAYS = 5_000_000       # of larger runs the first listeners are looked at, about that many plays
CLUSTERS = 400
FEWEST = 8                   # listeners (effectively), or leavings, behind a number; with fewer there is none
Z95 = 1.959963984540054
COLUMNS = ("effect", "requested", "observed", "low", "high", "n_listeners", "measure")
TOP_GENRES = 4


def effects(run_dir, behaviour=Behaviour()):
    """Did the run do what was asked of it? Every declared effect, requested against observed.

    run_dir    folder of a finished run
    behaviour  the plain parameters it was made with
    Returns    DataFrame: effect; requested and observed (a factor, a share or a number, see measure); low, high: the 95 %
               interval of observed; n_listeners behind it; measure: what was measured, in words. Observed is missing where the log
               holds too little, or where a parameter shows in nothing that can be counted directly.
    """
    seen = look_at(run_dir)
    return pd.DataFrame([*minutes_effects(seen, behaviour), *leaving_effects(seen, behaviour), *plan_effects(seen, behaviour),
                         *taste_effects(seen), *group_effects(seen, behaviour)], columns=COLUMNS)


# -- the tables of a run ------------------------------------------------------------------------------

class Seen:
    """The tables that effects are measured in, of the first listeners of a run.

    listeners  DataFrame, by listener_id, with cluster, and the start and end of each one's window in UTC ms
    versions   DataFrame: listener_id, profile_version, age, plan, from_ms, to_ms
    plays      Ibis table of their plays: position (0, 1, ...) in the session, last in it, session_day (local, days since 1970)
    personas   `Personas` of the run;  start, end: its window, datetimes;  run_dir
    """


def look_at(run_dir):
    """The tables of a finished run as a `Seen`."""
    manifest, seen = read_manifest(run_dir), Seen()
    run = run_of(manifest["identity"]["parameters"])
    count = max(FEWEST, int(run.num_users * min(1.0, MOST_PLAYS / max(manifest["plays"], 1))))
    listeners = read_parquet(run_dir, "listeners").slice(0, count)
    starts, ends, _ = window_starts(run, listeners)
    seen.listeners = listeners.to_pandas().assign(start_ms=starts, end_ms=ends, cluster=np.arange(listeners.num_rows) % CLUSTERS)
    seen.versions = spells(read_parquet(run_dir, "profile_versions").to_pandas(), seen.listeners)
    seen.personas, seen.run_dir = checked("run.json", manifest.get("personas") or {}), Path(run_dir)
    seen.plays = placed_plays(run_dir, int(seen.listeners["listener_id"].max()))
    return seen


def run_of(parameters):
    """The checked Run of a manifest's parameters."""
    return Run(**{key: tuple(value) if key == "genres" else Given(**value) if key == "given" else value for key, value in parameters.items()})


def spells(versions, listeners):
    """Profile versions of the listeners with from_ms and to_ms: each ends where the next begins, or with the window."""
    versions = versions.merge(listeners[["listener_id", "end_ms", "cluster"]], on="listener_id")
    versions["from_ms"] = versions["valid_from"].dt.as_unit("ms").astype("int64")
    versions["to_ms"] = versions.groupby("listener_id")["from_ms"].shift(-1).fillna(versions["end_ms"]).astype("int64")
    return versions.drop(columns="valid_from")


def placed_plays(run_dir, last_listener):
    """The plays up to a listener with their place in the session, on an embedded DuckDB."""
    plays = ibis.duckdb.connect().read_parquet(str(Path(run_dir) / "plays" / "part-*.parquet"), table_name="plays")
    plays = plays.filter(plays.listener_id <= last_listener)
    session = ibis.window(group_by="session_id")
    local_day = (milliseconds(plays.started_at) + plays.utc_offset_min.cast("int64") * MINUTE_MS) // DAY_MS
    return plays.mutate(position=plays.play_id - plays.play_id.min().over(session), last=plays.play_id == plays.play_id.max().over(session),
                        session_day=local_day.min().over(session), heard_before=ibis.row_number().over(
                            ibis.window(group_by=["listener_id", "track_id"], order_by="play_id")) > 0)


# -- how sure -----------------------------------------------------------------------------------------

def quantile_95(n):
    """How many standard errors an interval of 95 % reaches to either side with n clusters (Student's t, by Cornish and Fisher)."""
    return Z95 * (1 + (Z95 ** 2 + 1) / (4 * max(n - 1, 1)))


def interval(estimate, relative_error, n):
    """(estimate, low, high) of something positive, even on a logarithmic scale; missing with fewer than FEWEST clusters."""
    if n < FEWEST or not estimate > 0:
        return (np.nan,) * 3
    reach = np.exp(quantile_95(n) * relative_error)
    return estimate, estimate / reach, estimate * reach


def share_of(part, whole, cluster):
    """sum of part over sum of whole with its interval over clusters (delta method): (share, low, high)."""
    sums = pd.DataFrame({"part": np.asarray(part, float), "whole": np.asarray(whole, float)}).groupby(np.asarray(cluster)).sum()
    sums = sums[(sums["whole"] > 0) | (sums["part"] > 0)]
    part, whole = sums["part"], sums["whole"]
    if not part.sum() > 0 < whole.sum():
        return (np.nan,) * 3
    share = part.sum() / whole.sum()
    error = np.sqrt(((part - share * whole) ** 2).sum() * len(sums) / max(len(sums) - 1, 1)) / part.sum()
    return interval(share, error, whole.sum() ** 2 / (whole ** 2).sum())


def fit_logs(design, y):
    """exp of each coefficient of a least-squares fit of logarithms with its interval: [(ratio, low, high), ...]; errors may differ
    from row to row (White 1980)."""
    beta, bread = np.linalg.lstsq(design, y, rcond=None)[0], np.linalg.pinv(design.T @ design)
    scores = (design * (y - design @ beta)[:, None]) @ bread
    errors = np.sqrt((scores ** 2).sum(axis=0) * len(y) / max(len(y) - design.shape[1], 1))
    return [interval(np.exp(b), e, len(y) - design.shape[1] + 1) for b, e in zip(beta, errors)]


def fit_rates(design, events, exposure, rounds=50):
    """exp of each coefficient of a Poisson regression with its interval: [(ratio, low, high), ...].

    design  float64, (cells, coefficients);  events, exposure  float64, (clusters, cells)
    The errors are those between clusters (a sandwich, as for generalised estimating equations), so that a cluster's events
    need not be independent.
    """
    y, t, beta = events.sum(axis=0), exposure.sum(axis=0), np.zeros(design.shape[1])
    beta[0] = np.log(y.sum() / t.sum())
    for _ in range(rounds):
        mean = t * np.exp(np.clip(design @ beta, -50, 50))
        bread = np.linalg.pinv((design.T * mean) @ design)
        step = bread @ (design.T @ (y - mean))
        beta += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-7:
            break
    scores = (events - exposure * np.exp(design @ beta)) @ design @ bread
    clusters = (exposure @ (design != 0) > 0).sum(axis=0)
    errors = np.sqrt((scores ** 2).sum(axis=0) * clusters / np.maximum(clusters - 1, 1))
    return [interval(np.exp(b), e, n) for b, e, n in zip(beta, errors, clusters)]


# -- minutes ------------------------------------------------------------------------------------------

def minutes_effects(seen, b):
    """Plan, age, gender, personas and cohorts on minutes: ratios of minutes a day, and of one's own with another plan."""
    factors = {"premium": ({True: ("premium against free: minutes", b.premium_factor)}, False),
               "man": ({True: ("men against others: minutes", b.male_factor)}, False)} | group_factors(
        seen, b, "minutes", lambda one: one.minutes_factor * np.exp(one.log_minutes))
    heard = minutes_by_plan(seen)
    rows = heard[heard["begun_with"] & (heard["ms"] > 0) & (heard["days"] >= heard.groupby("listener_id")["days"].transform("sum") / 2)]
    told = [(name, requested, (rows[column] == value).to_numpy(float)) for column, (values, _) in factors.items() for value, (name, requested) in values.items()]
    told.append(("ten years of age: minutes", float(np.exp(10 * b.age_slope)), (rows["age"].to_numpy() - 30) / 10))
    told = [one for one in told if np.count_nonzero(one[2]) >= FEWEST]
    fitted = fit_logs(np.column_stack([np.ones(len(rows)), *(column for *_, column in told)]), np.log(rows["ms"] / rows["days"]).to_numpy())[1:] if told else []
    for (name, requested, column), found in zip(told, fitted):
        yield (name, requested, *found, np.count_nonzero(column), "ratio of the geometric means of minutes a day of those who heard any, the other effects held")
    yield own_change(heard, b)


def minutes_by_plan(seen):
    """ms and days of each listener on each plan, and whether they began with it; a row per pair, with age at the start and groups."""
    heard = seen.plays.group_by("listener_id", "profile_version").agg(ms=seen.plays.ms_played.cast("int64").sum()).execute()
    rows = seen.versions.merge(heard, how="left").fillna({"ms": 0})
    rows["days"] = (rows["to_ms"] - rows["from_ms"]) / DAY_MS
    by_plan = rows.groupby(["listener_id", "plan"], sort=False, observed=True).agg(ms=("ms", "sum"), days=("days", "sum"), age=("age", "first")).reset_index()
    by_plan = by_plan.merge(seen.listeners[["listener_id", "gender", "persona", "cohort"]], on="listener_id")
    return by_plan.assign(premium=by_plan["plan"] == "premium", man=by_plan["gender"] == "male", begun_with=~by_plan["listener_id"].duplicated())


def own_change(heard, b, days=28):
    """What a change of plan does to one's own minutes, over those with so many days on both plans; a row of `effects`."""
    both = heard[(heard["days"] >= days) & (heard["ms"] > 0)].pivot(index="listener_id", columns="premium", values=["ms", "days"]).dropna()
    name, measure = "one's own premium against free: minutes", f"minutes a day of those with {days} days and more on both plans; geometric mean of their ratios"
    if len(both) < FEWEST:
        return (name, b.premium_factor, np.nan, np.nan, np.nan, len(both), measure)
    ratio = np.log(both["ms"][True] / both["days"][True]) - np.log(both["ms"][False] / both["days"][False])
    return (name, b.premium_factor, *interval(np.exp(ratio.mean()), ratio.std() / np.sqrt(len(ratio)), len(ratio)), len(both), measure)


def group_factors(seen, b, what, value):
    """The personas and cohorts that change a value of the parameters: column -> (group -> (effect, requested ratio), "")."""
    found = {}
    for column, groups in zip(("persona", "cohort"), seen.personas):
        ratios = {name: value(changed("", b, one)) / value(b) for name, one in zip(names_of(groups), groups)}
        told = {name: (f"{column} {name}: {what}", ratio) for name, ratio in ratios.items() if ratio != 1}
        found |= {column: (told, "")} if told else {}
    return found


# -- leaving ------------------------------------------------------------------------------------------

def leaving_effects(seen, b):
    """Age, device, place in the session, context, weekend, personas and cohorts on leaving a play: ratios of leavings per second.

    The hazard is steep at first, so seconds are compared with seconds as far into a play (the pieces of knots_ms). Left
    out: free listeners on a phone, whose limit on skips hides leaving. The last play of a session counts as left only by the
    forward or back button, and each listener's own skip_tendency is divided out.
    """
    factors = leaving_factors(b) | group_factors(seen, b, "leaving", lambda one: one.hazard_scale)
    rows = by_piece(leaving_cells(seen, b, factors), b)
    held = {"piece": ({piece: ("", 1.0) for piece in range(len(b.knots_ms))}, 0), "heard_before": ({True: ("", 1.0)}, False)}
    told = [(column, value, *one) for column, (values, reference) in (held | factors).items() for value, one in values.items() if value != reference]
    fitted = fit_levels(rows, [*held, *factors], [(column, value) for column, value, *_ in told]) if len(rows) else {}
    for column, value, name, requested in told:
        if name:
            n = (seen.listeners[column] == value).sum() if column in seen.listeners else len(seen.listeners)
            yield (name, requested, *fitted.get((column, value), (np.nan,) * 3), n, "ratio of leavings per second heard, as far into a play, the other effects held")


def fit_levels(rows, columns, levels):
    """`fit_rates` of rows with cluster, events, exposure and factors: (column, value) -> (ratio, low, high) for the levels that
    rest on FEWEST leavings and more."""
    cell = rows.groupby(columns, sort=True).ngroup().to_numpy()
    cells = rows.assign(cell=cell).drop_duplicates("cell").sort_values("cell")
    events, exposure = np.zeros((2, int(rows["cluster"].max()) + 1, len(cells)))
    np.add.at(events, (rows["cluster"].to_numpy(), cell), rows["events"].to_numpy(float))
    np.add.at(exposure, (rows["cluster"].to_numpy(), cell), rows["exposure"].to_numpy(float))
    design = np.column_stack([(cells[column] == value).to_numpy(float) for column, value in levels])
    inside = events.sum(axis=0) @ design
    enough = (inside >= FEWEST) & (events.sum() - inside >= FEWEST)
    if not enough.any():
        return {}
    fitted = fit_rates(np.column_stack([np.ones(len(cells)), design[:, enough]]), events, exposure)[1:]
    return dict(zip([level for level, known in zip(levels, enough) if known], fitted))


def leaving_factors(b):
    """What changes the hazard of leaving: column -> (value -> (effect, requested ratio to the reference), reference)."""
    ages = [f"age {low:.0f}-{high:.0f}" for low, high in zip(b.skip_age_from, b.skip_age_from[1:])] + [f"age {b.skip_age_from[-1]:.0f} and over"]
    places = ["1st play of a session", "2nd play of a session", "3rd play of a session", "later play of a session"]
    return {column: ({value: (f"{name} against {names[reference]}: leaving", level / levels[reference])
                      for value, name, level in zip(values, names, levels)}, values[reference])
            for column, values, names, levels, reference in (
                ("age_band", range(len(ages)), ages, b.skip_age, 2),
                ("device", DEVICES, DEVICES, b.skip_device[1:], 0),
                ("place", range(4), places, b.skip_position, 3),
                ("context", CONTEXTS[1:], [name.replace("_", " ") for name in CONTEXTS[1:]], b.skip_context[1:], 0),
                ("weekend", (False, True), ("Monday to Friday", "Saturday and Sunday"), (1.0, b.skip_weekend), 0))}


def leaving_cells(seen, b, factors):
    """Leavings and seconds at risk by every factor and piece of the hazard: events_0 ..., exposure_0 ...; a pandas table."""
    band = np.searchsorted(b.skip_age_from, seen.versions["age"], side="right") - 1
    versions = ibis.memtable(seen.versions[["listener_id", "profile_version"]].assign(age_band=band))
    people = ibis.memtable(seen.listeners[["listener_id", "cluster", "skip_tendency", "persona", "cohort"]])
    plays = seen.plays.filter((seen.plays.plan == "premium") | (seen.plays.device != "phone"))
    plays = plays.join(people, "listener_id").join(versions, ["listener_id", "profile_version"])
    plays = plays.mutate(place=ibis.least(plays.position, 3), weekend=(plays.session_day + 3) % 7 >= 5, ms=plays.ms_played.cast("int64"),
                         left=plays.reason_end.isin(["fwdbtn", "backbtn"]) | ((plays.reason_end == "endplay") & ~plays.last))
    sums, knots = {}, [*map(int, b.knots_ms), 10**12]
    for i, (low, high) in enumerate(zip(knots, knots[1:])):
        sums[f"events_{i}"] = (plays.left & (plays.ms >= low) & (plays.ms < high)).cast("int64").sum()
        sums[f"exposure_{i}"] = (ibis.greatest(ibis.least(plays.ms, high) - low, 0) * plays.skip_tendency / 1000).sum()
    return plays.group_by("cluster", "heard_before", *factors).agg(**sums).execute()


def by_piece(cells, b):
    """The same with one row per piece of the hazard: piece, events, exposure."""
    pieces = [cells.assign(piece=i, events=cells[f"events_{i}"], exposure=cells[f"exposure_{i}"]) for i in range(len(b.knots_ms))]
    rows = pd.concat(pieces, ignore_index=True)
    return rows[rows["exposure"] > 0]


# -- plans and taste ----------------------------------------------------------------------------------

def plan_effects(seen, b):
    """How often premium is left, and how many take it for each who leaves."""
    months = plan_months(seen)
    n, premium = len(seen.listeners), months[months["plan"] == "premium"]
    yield ("premium: left in a month", b.premium_churn, *share_of(premium["changed"], premium["covered"], premium["cluster"]), n,
           "changes from premium to free per month on premium")
    left = months["changed"] & (months["plan"] == "premium")
    yield ("premium: taken for each left", b.premium_growth, *share_of(months["changed"] & ~left, left, months["cluster"]), n,
           "changes from free to premium for each one back")


def plan_months(seen):
    """Calendar months (UTC) of each listener: plan it began with, whether that changed in it, and how much of it the window covers."""
    first, last = (int(np.datetime64(int(at), "ms").astype("datetime64[M]").astype(int)) for at in (seen.versions["from_ms"].min(), seen.versions["to_ms"].max()))
    plans = seen.versions[seen.versions["plan"] != seen.versions.groupby("listener_id")["plan"].shift()]
    months = []
    for month in range(first, last + 1):
        low, high = (int(np.datetime64(at, "M").astype("datetime64[ms]").astype(np.int64)) for at in (month, month + 1))
        here = seen.listeners[["listener_id", "cluster", "start_ms", "end_ms"]].assign(low=low, high=high)
        here["covered"] = (here["end_ms"].clip(upper=high) - here["start_ms"].clip(lower=low)).clip(lower=0) / (high - low)
        begun = plans[plans["from_ms"] <= np.maximum(low, plans["listener_id"].map(here.set_index("listener_id")["start_ms"]))]
        inside = plans[(plans["from_ms"] > begun.groupby("listener_id")["from_ms"].max().reindex(plans["listener_id"]).to_numpy()) & (plans["from_ms"] < high)]
        here["plan"] = here["listener_id"].map(begun.groupby("listener_id")["plan"].last())
        months.append(here.assign(changed=here["listener_id"].isin(inside["listener_id"]))[["listener_id", "cluster", "plan", "changed", "covered"]])
    rows = pd.concat(months, ignore_index=True)
    return rows[rows["covered"] > 0]


def taste_effects(seen):
    """Gender on taste: how much more women than men hear of the genres heard most; requested: what their true tastes foretell."""
    tracks = read_parquet(seen.run_dir, "tracks", ["track_id", "genre"])
    plays = seen.plays.join(ibis.memtable(tracks), "track_id")
    heard = plays.group_by("listener_id", "genre").agg(n=plays.count()).execute().pivot(index="listener_id", columns="genre", values="n").fillna(0)
    shares = heard.div(heard.sum(axis=1), axis=0)[heard.sum().nlargest(TOP_GENRES).index]
    people = seen.listeners.set_index("listener_id").loc[shares.index]
    women, men = (people["gender"] == gender for gender in ("female", "male"))
    taste = true_tastes(seen).loc[shares.index].to_numpy()
    foretold = taste @ np.linalg.lstsq(taste, shares.to_numpy(), rcond=None)[0]
    for i, genre in enumerate(shares):
        ratio = foretold[women, i].mean() / foretold[men, i].mean() if women.sum() >= FEWEST <= men.sum() else np.nan
        yield (f"women against men: {genre}", ratio, *ratio_of_means(shares[genre][women], shares[genre][men]), int((women | men).sum()),
               "ratio of mean shares of plays; requested is foretold from the tastes in `truth`")


def true_tastes(seen):
    """Share of each survey genre among the new tracks of each listener, as the loop draws them; DataFrame by listener_id."""
    truth = read_parquet(seen.run_dir, "truth").slice(0, len(seen.listeners)).to_pandas().set_index("listener_id")
    others = pd.DataFrame(truth["other_shares"].to_list(), index=truth.index, columns=list(truth["other_genres"].iloc[0]))
    favourite = pd.get_dummies(truth["favourite_genre"]).reindex(columns=others.columns, fill_value=False).astype(float)
    return favourite.mul(truth["favourite_share"], axis=0) + others.mul(1 - truth["favourite_share"], axis=0)


def ratio_of_means(one, other):
    """Mean of one over mean of the other with its interval (delta method): (ratio, low, high); missing for too few."""
    if len(one) < FEWEST or len(other) < FEWEST or not one.mean() or not other.mean():
        return (np.nan,) * 3
    ratio = one.mean() / other.mean()
    error = np.sqrt(one.var() / len(one) / one.mean() ** 2 + other.var() / len(other) / other.mean() ** 2)
    return ratio, ratio * np.exp(-Z95 * error), ratio * np.exp(Z95 * error)


# -- personas and cohorts -----------------------------------------------------------------------------

# parameter -> (what is counted, as in `tallies`; in what; what is requested by the parameters; in words)
OBSERVED = {
    "private_share": ("private", "sessions", lambda b: b.private_share, "share of sessions"),
    "offline_share": ("offline", "premium_sessions", lambda b: b.offline_share, "share of sessions on premium"),
    "shuffle_shape": ("shuffle", "free_choices", lambda b: mean_of_kumaraswamy(*b.shuffle_shape), "share of sessions, without free phones"),
    "pause_share": ("paused", "over_5s", lambda b: b.pause_share, "share of plays of more than 5 s"),
    "seek_forward_share": ("sought_forward", "over_20s", lambda b: b.seek_forward_share, "share of plays of more than 20 s"),
    "seek_back_share": ("sought_back", "over_20s", lambda b: b.seek_back_share, "share of plays of more than 20 s"),
}
# parameter with parts -> (part -> what is counted; in what; in words)
OBSERVED_PARTS = {
    "context_shares": (lambda part: f"opens_{part}", "sessions", "share of the sessions, by where they begin"),
    "days": (lambda part: f"ms_{part}", "ms", "share of minutes, by the local day on which a session begins"),
    "leave_shares": (lambda part: f"leaves_{part}", "leaves", "share of the plays left early, without free phones"),
}
ELSEWHERE = ("minutes_factor", "log_minutes", "hazard_scale")          # measured with everybody's


def mean_of_kumaraswamy(alpha, beta):
    """Mean of the distribution that shuffle_shape describes."""
    return beta * gamma(1 + 1 / alpha) * gamma(beta) / gamma(1 + 1 / alpha + beta)


def group_effects(seen, b):
    """What personas and cohorts change, as far as it can be counted directly; what cannot is listed without a number."""
    counted = tallies(seen) if any(seen.personas) else None
    for column, groups in zip(("persona", "cohort"), seen.personas):
        for name, one in zip(names_of(groups), groups):
            own = changed("", b, one)
            for field in dict.fromkeys([*(one.set or {}), *(one.times or {})]):
                yield from field_effects(seen, counted[counted[column] == name], f"{column} {name}", field, one, own)


def field_effects(seen, mine, who, field, group, own):
    """One overridden parameter of one persona or cohort: rows of `effects`. mine: the tallies of its listeners."""
    n = len(mine)
    if field in OBSERVED:
        part, whole, requested, measure = OBSERVED[field]
        yield (f"{who}: {field}", requested(own), *share_of(mine[part], mine[whole], mine["cluster"]), n, measure)
    elif field in OBSERVED_PARTS:
        count, whole, measure = OBSERVED_PARTS[field]
        shares = dict(zip(PARTS[field], np.array(getattr(own, field)) * part_weights(seen, field, mine)))
        for part in named_parts(group, field):
            yield (f"{who}: {field}, {part}", shares[part] / sum(shares.values()),
                   *share_of(mine[count(part)], mine[whole], mine["cluster"]), n, measure)
    elif field == "premium_churn":
        months = plan_months(seen).query("plan == 'premium'")
        months = months[months["listener_id"].isin(mine["listener_id"])]
        yield (f"{who}: {field}", own.premium_churn, *share_of(months["changed"], months["covered"], months["cluster"]), n, "changes per month on premium")
    elif field not in ELSEWHERE:
        yield (f"{who}: {field}", np.nan, np.nan, np.nan, np.nan, n, "shows in nothing that can be counted directly")


def named_parts(group, field):
    """The parts of a parameter that a file names; all of them where it gives a number or a list."""
    given = [change[field] for change in (group.set or {}, group.times or {}) if field in change]
    return list(dict.fromkeys(part for value in given for part in (value if isinstance(value, dict) else PARTS[field])))


def part_weights(seen, field, mine):
    """How often each part can come up: the days of the week in the window, otherwise alike."""
    if field != "days":
        return 1.0
    days = pd.date_range(pd.Timestamp(seen.listeners["start_ms"].min(), unit="ms").round("D"), pd.Timestamp(seen.listeners["end_ms"].min(), unit="ms").round("D"),
                         inclusive="left").dayofweek
    return np.bincount(days, minlength=7)


def tallies(seen):
    """What each listener did, counted: one row per listener with persona, cohort, cluster and the columns that OBSERVED names."""
    plays = seen.plays.mutate(ms=seen.plays.ms_played.cast("int64"), first=seen.plays.position == 0, premium=seen.plays.plan == "premium",
                              choice=(seen.plays.plan == "premium") | (seen.plays.device != "phone"))
    left = {"forward": plays.reason_end == "fwdbtn", "back": plays.reason_end == "backbtn", "another": (plays.reason_end == "endplay") & ~plays.last}
    left = {part: plays.choice & went for part, went in left.items()}
    counted = {"sessions": plays.first, "premium_sessions": plays.first & plays.premium, "free_choices": plays.first & plays.choice,
               "private": plays.first & plays.private, "offline": plays.first & plays.offline, "shuffle": plays.first & plays.choice & plays.shuffle,
               "over_5s": plays.ms > 5_000, "paused": (plays.ms > 5_000) & (plays.paused_ms > 0), "over_20s": plays.ms > 20_000,
               "sought_forward": (plays.ms > 20_000) & (plays.seek_forward_ms > 0), "sought_back": (plays.ms > 20_000) & (plays.seek_back_ms > 0),
               "leaves": left["forward"] | left["back"] | left["another"], **{f"leaves_{part}": went for part, went in left.items()},
               **{f"opens_{name}": plays.first & (plays.context == name) for name in CONTEXTS}}
    sums = {name: one.cast("int64").sum() for name, one in counted.items()} | {"ms": plays.ms.sum()} | {
        f"ms_{day}": ((plays.session_day + 3) % 7 == i).ifelse(plays.ms, 0).sum() for i, day in enumerate(PARTS["days"])}
    found = plays.group_by("listener_id").agg(**sums).execute()
    return seen.listeners[["listener_id", "persona", "cohort", "cluster"]].merge(found, how="left").fillna(0)
