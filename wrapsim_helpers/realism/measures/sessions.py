"""Measures of contexts, devices, gaps between sessions, plans, and who the listeners are."""

import numpy as np

from ...instants import DAY_MS, HOUR_MS
from ...schema import SYMBOLS
from ..sample import columns_of, mean_of, quantile_of
from ..scores import targets
from .skips import CONTEXT_GROUPS, count_ifs
from .volume import month_span, monthly, run_days

CONTEXTS = SYMBOLS["context"][1:]
SCREENS = {
    "playlist": ("own_playlist", "editorial", "personalized", "charts"),
    "artist": ("artist",),
    "album": ("album",),
    "collection": ("collection",),
    "app": ("radio",),
    "search": ("search",),
}
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
        count_if(plan = 'premium' AND ad_ms > 0) AS n_premium_ads FROM p GROUP BY who""",
    "gaps": f"""SELECT who, count(*) AS n_gaps, sum(ln(gap_ms / {HOUR_MS})) AS ln_gaps FROM p
        WHERE gap_ms BETWEEN {HOUR_MS} AND {30 * DAY_MS} GROUP BY who""",
}
LONG_FORM: dict[str, str] = {}


def session_context_mssd(s):
    """L1 distance of the shares of plays by context, in long sittings."""
    published = targets()["session_context_mssd"]["value"]
    share = columns_of(s, [f"in_{name}" for name in CONTEXT_GROUPS]) / s["long_n"][:, None]
    return {
        "l1": np.abs(share - np.array([published[name] for name in CONTEXT_GROUPS])).sum(axis=1)
    }


def session_context_2015(s):
    """L1 distance of the shares of plays by the screen on which they were started."""
    published = targets()["session_context_2015"]["value"]
    measured = {
        screen: sum(s[f"ctx_{name}"] for name in names) / s["n"]
        for screen, names in SCREENS.items()
    }
    return {
        "l1": sum(np.abs(measured.get(screen, 0.0) - share) for screen, share in published.items())
    }


def programmed_share(s):
    """Shares of listening time that the service programmed, and from listeners' own playlists."""
    return {
        "programmed": sum(s[f"ms_{name}"] for name in PROGRAMMED) / s["ms"],
        "user_playlists": s["ms_own_playlist"] / s["ms"],
    }


# -- who the listeners are -------------------------------------------------------------------------


def plan_at(log, at_ms):
    """Whether each listener is on premium at an instant, bool, (L,)."""
    held = (
        log.versions[log.versions["valid_from"] <= at_ms]
        .sort_values("valid_from", kind="stable")
        .groupby("who")["plan"]
        .last()
    )
    first = log.versions.sort_values("valid_from", kind="stable").groupby("who")["plan"].first()
    return held.reindex(np.arange(len(log.listeners))).fillna(first).to_numpy() == "premium"


def premium_churn(s):
    """Share of premium listeners who leave premium in a month."""
    first, after = month_span(s)
    starts = [
        np.datetime64(month - 1970 * 12, "M").astype("datetime64[ms]").astype(int)
        for month in range(first, after + 1)
    ]
    premium = np.array([plan_at(s.log, int(at)) for at in starts])
    if len(starts) < 2:
        return {}
    return {
        "value": (s.weights @ (premium[:-1] & ~premium[1:]).sum(axis=0))
        / (s.weights @ premium[:-1].sum(axis=0))
    }


def plan_switch_rate(s):
    """Share of listeners who change plan within 14 days."""
    versions = s.log.versions.sort_values(["who", "valid_from"], kind="stable")
    changed = (versions["plan"] != versions["plan"].shift()) & (
        versions["who"] == versions["who"].shift()
    )
    inside = (
        changed
        & (versions["valid_from"] >= s.log.first_ms - DAY_MS)
        & (versions["valid_from"] < s.log.after_ms + DAY_MS)
    )
    return {
        "value": mean_of(
            s, np.bincount(versions["who"], inside, len(s.listeners)) / run_days(s) * 14
        )
    }


def premium_share_users(s):
    """Share of listeners on premium."""
    return {"value": monthly(s, lambda f: (f["n_premium"] * 2 > f["n"]).astype(float))}


def share_measure(s, where):
    """Share of the listeners for whom `where` holds, (R,)."""
    return mean_of(s, where.astype(float))


def region_shares(s):
    """Largest error of the shares of listeners and of subscribers by region."""
    region, premium = s.listeners["region"].to_numpy(), plan_at(s.log, s.log.first_ms + DAY_MS)
    published = targets()["region_shares"]["value"]
    listeners = [
        np.abs(share_measure(s, region == name) - share) for name, share in published["MAU"].items()
    ]
    subscribers = [
        np.abs(mean_of(s, (region == name).astype(float), premium) - share)
        for name, share in published["subscribers"].items()
    ]
    return {"max_error": np.max(listeners + subscribers, axis=0)}


def country_shares(s):
    """L1 distance of the shares of listeners by country."""
    published = targets()["country_shares"]["value"]["2015_sample"]
    measured = {
        name: share_measure(s, s.listeners["country"].to_numpy() == name) for name in published
    }
    rest = np.abs(sum(measured.values()) - sum(published.values()))
    return {"l1": sum(np.abs(measured[name] - share) for name, share in published.items()) + rest}


def age_shares(s):
    """L1 distance of the shares of listeners by age."""
    published = targets()["age_shares"]["value"]["2015_sample"]
    limits = [0, 18, 25, 30, 35, 45, 55, 200]
    measured = [
        share_measure(s, (s.values("age") >= low) & (s.values("age") < high))
        for low, high in zip(limits, limits[1:])
    ]
    return {
        "l1": sum(np.abs(share - expected) for share, expected in zip(measured, published.values()))
    }


def gender_share_error(s):
    """Share of men among listeners whose gender is male or female."""
    gender = s.listeners["gender"].to_numpy()
    return {
        "value": mean_of(s, (gender == "male").astype(float), np.isin(gender, ("male", "female")))
    }


def account_age(s):
    """Weeks of membership: median over mean."""
    return {
        "median_over_mean": quantile_of(s, s.values("weeks"), 0.5) / mean_of(s, s.values("weeks"))
    }


MEASURES = {
    "session_context_mssd": session_context_mssd,
    "session_context_2015": session_context_2015,
    "programmed_share": programmed_share,
    "context_switch": lambda s: {"value": s["long_switched"] / s["long_n"]},
    "device_mix": lambda s: {"mobile": s["ms_mobile"] / s["ms"]},
    "offline_share": lambda s: {"value": s["n_offline"] / s["n_premium"]},
    "session_gap_tail": lambda s: {"exponent": 1 + s["n_gaps"] / s["ln_gaps"]},
    "premium_share_of_plays": lambda s: {"value": s["long_premium"] / s["long_n"]},
    "premium_share_users": premium_share_users,
    "region_shares": region_shares,
    "country_shares": country_shares,
    "age_shares": age_shares,
    "gender_shares": gender_share_error,
    "account_age": account_age,
    "plan_switch_rate": plan_switch_rate,
    "premium_churn": premium_churn,
}
