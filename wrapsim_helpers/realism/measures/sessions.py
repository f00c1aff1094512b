"""Measures of contexts, devices, gaps between sessions, plans, and who the listeners are."""

import itertools

import numpy as np

from ...instants import DAY_MS, HOUR_MS
from ...people.figures import published
from ...schema import SYMBOLS
from ..sample import columns_of, distance, mean_of, median_of, ratio
from .skips import CONTEXT_GROUPS, count_ifs, shares_error
from .volume import YEAR_0, month_span, monthly, run_days

CONTEXTS = SYMBOLS["context"][1:]
SCREENS = {
    "playlist": ("own_playlist", "editorial", "personalized", "charts"),
    "artist": ("artist",),
    "album": ("album",),
    "collection": ("collection",),
    "app": ("radio",),
    "search": ("search",),
}
AGE_LIMITS = (0, 18, 25, 30, 35, 45, 55, 200)  # of the bands of age_shares
PROGRAMMED = ("editorial", "personalized", "radio", "charts")

PER_LISTENER = {
    "contexts": "SELECT who, "
    + count_ifs({f"ctx_{name}": f"context = '{name}'" for name in CONTEXTS})
    + ", "
    + ", ".join(
        f"coalesce(sum(ms_played) FILTER (context = '{name}'), 0) AS ms_{name}" for name in CONTEXTS
    )
    + """,
        coalesce(sum(ms_played) FILTER (mobile), 0) AS ms_mobile, count_if(plan = 'premium' AND
          offline) AS n_offline,
        coalesce(sum(ms_played) FILTER (plan = 'free'), 0) AS ms_free, coalesce(sum(ad_ms) FILTER
          (plan = 'free'), 0) AS ad_free,
        count_if(plan = 'premium' AND ad_ms > 0) AS n_premium_ads,
        count_if(plan = 'premium' AND context = 'search') AS search_premium, count_if(plan = 'free')
          AS n_free, count_if(plan = 'free' AND context = 'search') AS search_free
        FROM p GROUP BY who""",
    "gaps": f"""SELECT who, count(*) AS n_gaps, sum(ln(gap_ms / {HOUR_MS})::DECIMAL(18, 9))
          ::DOUBLE AS ln_gaps FROM p
        WHERE gap_ms BETWEEN {HOUR_MS} AND {30 * DAY_MS} GROUP BY who""",
}
LONG_FORM: dict[str, str] = {}


def session_context_2015(s):
    """L1 distance of the shares of plays by the screen on which they were started."""
    errors = [
        np.abs(columns_of(s, "ctx_", SCREENS.get(screen, ())).sum(axis=1) / s["n"] - share)
        for screen, share in published("session_context_2015").items()
    ]
    return {"l1": sum(errors)}


def programmed_share(s):
    """Shares of listening time that the service programmed, and from listeners' own playlists."""
    return {
        "programmed": columns_of(s, "ms_", PROGRAMMED).sum(axis=1) / s["ms"],
        "user_playlists": s["ms_own_playlist"] / s["ms"],
    }


# -- who the listeners are -------------------------------------------------------------------------


def plan_at(log, at_ms):
    """Whether each listener is on premium at an instant, bool, (L,)."""
    versions = log.versions.sort_values("valid_from", kind="stable")
    first, present = (
        table.groupby("who")["plan"]
        for table in (versions, versions[versions["valid_from"] <= at_ms])
    )
    plans = present.last().reindex(log.listeners.index).fillna(first.first())
    return plans.to_numpy() == "premium"


def premium_churn(s):
    """Share of premium listeners who leave premium in a month."""
    first, after = month_span(s)
    months = (np.arange(first, after + 1) - YEAR_0).astype("datetime64[M]")
    if len(months) < 2:
        return {}
    premium = np.array([plan_at(s.log, at) for at in months.astype("datetime64[ms]").astype(int)])
    before, left = premium[:-1], premium[:-1] & ~premium[1:]
    return (s.weights @ left.sum(axis=0)) / (s.weights @ before.sum(axis=0))


def plan_switch_rate(s):
    """Share of listeners who change plan within 14 days."""
    versions = s.log.versions.sort_values(["who", "valid_from"], kind="stable")
    last = versions.shift()
    changed = (versions["plan"] != last["plan"]) & (versions["who"] == last["who"])
    inside = versions["valid_from"].between(
        s.log.first_ms - DAY_MS, s.log.after_ms + DAY_MS, inclusive="left"
    )
    changes = np.bincount(versions["who"], changed & inside, len(s.listeners))
    return mean_of(s, changes / run_days(s) * 14)


def region_shares(s):
    """Largest error of the shares of listeners and of subscribers by region."""
    groups = {"MAU": True, "subscribers": plan_at(s.log, s.log.first_ms + DAY_MS)}
    errors = [
        np.abs(mean_of(s, s.having("region", name), where) - share)
        for group, where in groups.items()
        for name, share in published("region_shares")[group].items()
    ]
    return {"max_error": np.max(errors, axis=0)}


def country_shares(s):
    """L1 distance of the shares of listeners by country."""
    expected = published("country_shares")["2015_sample"]
    measured = {name: mean_of(s, s.having("country", name)) for name in expected}
    rest = np.abs(sum(measured.values()) - sum(expected.values()))
    return {"l1": sum(np.abs(measured[name] - share) for name, share in expected.items()) + rest}


def age_shares(s):
    """L1 distance of the shares of listeners by age."""
    measured = [mean_of(s, s.aged(*ages)) for ages in itertools.pairwise(AGE_LIMITS)]
    return distance(np.transpose(measured), published("age_shares")["2015_sample"].values())


def gender_share_error(s):
    """Share of men among listeners whose gender is male or female."""
    return mean_of(s, s.having("gender", "male"), s.having("gender", "male", "female"))


def account_age(s):
    """Weeks of membership: median over mean."""
    weeks = s.values("weeks")
    return {"median_over_mean": median_of(s, weeks) / mean_of(s, weeks)}


MEASURES = {
    "session_context_mssd": shares_error("session_context_mssd", "in_", CONTEXT_GROUPS),
    "session_context_2015": session_context_2015,
    "programmed_share": programmed_share,
    "context_by_plan": lambda s: (
        (s["search_premium"] / s["n_premium"]) / (s["search_free"] / s["n_free"])
    ),
    "context_switch": ratio("long_switched", "long_n"),
    "device_mix": lambda s: {"mobile": s["ms_mobile"] / s["ms"]},
    "offline_share": ratio("n_offline", "n_premium"),
    "session_gap_tail": lambda s: {"exponent": 1 + s["n_gaps"] / s["ln_gaps"]},
    "premium_share_of_plays": ratio("long_premium", "long_n"),
    "premium_share_users": lambda s: monthly(s, lambda rows: rows["n_premium"] * 2 > rows["n"]),
    "region_shares": region_shares,
    "country_shares": country_shares,
    "age_shares": age_shares,
    "gender_shares": gender_share_error,
    "account_age": account_age,
    "plan_switch_rate": plan_switch_rate,
    "premium_churn": premium_churn,
}
