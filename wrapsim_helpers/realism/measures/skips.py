"""Measures of skips: when and why plays end."""

import numpy as np

from ...people.figures import published
from ...schema import SYMBOLS
from ..sample import (
    by_key,
    columns_of,
    distance,
    mean_of,
    median_of,
    near,
    ratio,
    ratio_among,
    sd_of,
    shares,
)

ENDS, STARTS = SYMBOLS["reason_end"][1:], SYMBOLS["reason_start"][1:]
CONTEXT_GROUPS = {
    "radio": ("radio",),
    "charts": ("charts",),
    "user_collection": ("own_playlist", "collection"),
    "editorial_playlist": ("editorial",),
    "catalog": ("album", "artist", "search"),
    "personalized_playlist": ("personalized",),
}
LAST_SECOND, BIN_S = 60, 5


def in_list(column, symbols):
    """SQL of the condition that a column is one of some symbols."""
    return f"{column} IN ({', '.join(map(repr, symbols))},'-')"


def count_ifs(conditions):
    """SQL of a count per condition. conditions: name -> SQL."""
    return ", ".join(f"count_if({condition}) AS {name}" for name, condition in conditions.items())


AGE_BANDS = {
    "teens": (0, 20),
    "twenties": (20, 30),
    "thirties": (30, 40),
    "about_35": (33, 38),
    "about_48": (45, 53),
}
PER_LISTENER = {
    "plays": "SELECT who, count(*) AS n, sum(ms_played) AS ms, sum(duration_ms) AS duration, "
    + count_ifs(
        {f"left_{s}": f"ms_played < least({1000 * s}, duration_ms - 3000)" for s in (5, 10, 30)}
        | {
            "left_end": "unfinished",
            "n_mobile": "mobile",
            "left_mobile": "mobile AND unfinished",
            "n_computer": "computer",
            "left_computer": "computer AND unfinished",
            "n_later": "later",
            "n_chained": "chained",
            "n_shuffled": "shuffle",
            "n_premium": "plan = 'premium'",
            "left_shuffled": "shuffle AND unfinished",
            "steady_left": "unfinished AND ms_played >= 20000 AND ms_played < duration_ms - 10000",
        }
        | {f"n_day_{d}": f"weekday = {d}" for d in range(7)}
        | {f"left_day_{d}": f"weekday = {d} AND unfinished" for d in range(7)}
    )
    + ", sum(greatest(least(ms_played, duration_ms - 10000) - 20000, 0)) AS steady_ms FROM p GROUP "
    "BY who",
    "long": "SELECT who, count(*) AS long_n, "
    + count_ifs(
        {
            "long_brief": "brief",
            "long_first": "place = 1",
            "long_first_brief": "place = 1 AND brief",
            "long_plateau": "place >= 4",
            "long_plateau_brief": "place >= 4 AND brief",
            "long_premium": "plan = 'premium'",
            "long_premium_brief": "plan = 'premium' AND brief",
            "long_forward": "seek_forward_ms > 0",
            "long_back": "seek_back_ms > 0",
            "long_shuffled": "shuffle",
            "long_switched": "switched",
        }
        | {f"end_{name}": f"reason_end = '{name}'" for name in ENDS}
        | {f"start_{name}": f"reason_start = '{name}'" for name in STARTS}
        | {f"in_{name}": in_list("context", group) for name, group in CONTEXT_GROUPS.items()}
        | {
            f"brief_{name}": in_list("context", group) + " AND brief"
            for name, group in CONTEXT_GROUPS.items()
        }
    )
    + " FROM p WHERE long GROUP BY who",
    "sittings": f"""WITH halves AS (SELECT who, sitting,
        avg(brief::INT) FILTER (place * 2 <= least(size, 20)) AS early, avg(brief::INT) FILTER
          (place * 2 > least(size, 20)) AS late
        FROM p WHERE long GROUP BY who, sitting)
      SELECT who, count(*) AS sittings, {
        count_ifs(
            {
                "listener": "early < 0.5 AND late < 0.5",
                "listen_then_skip": "early < 0.5 AND late >= 0.5",
                "skip_then_listen": "early >= 0.5 AND late < 0.5",
                "skipper": "early >= 0.5 AND late >= 0.5",
            }
        )
    }
      FROM halves GROUP BY who""",
}

LONG_FORM = {
    "leaving": f"""SELECT who, least(ms_played // 1000, {LAST_SECOND}) AS second, count(*) AS n,
      count_if(unfinished) AS n_left
        FROM p GROUP BY who, second""",
    "long_hours": """SELECT who, hour, count(*) AS n, count_if(brief) AS n_brief FROM p WHERE long
        GROUP BY who, hour""",
    "songs_left": f"""SELECT who % 2 AS half, track_id, ms_played // {1000 * BIN_S} AS bin,
      count(*) AS n
        FROM p WHERE unfinished GROUP BY half, track_id, bin""",
}


def left_by_age(s):
    """Share of plays left early by age band: name -> float64, (R,)."""
    return {
        name: ratio_among(s, "left_end", "n", s.aged(*ages)) for name, ages in AGE_BANDS.items()
    }


def skip_by_age(s):
    """Share of plays left early by age. Published: highest under 20, lowest near 35, higher again
    in the late forties.
    """
    left = left_by_age(s)
    return left | {
        "teens_minus_twenties": left["teens"] - left["twenties"],
        "twenties_minus_thirties": left["twenties"] - left["thirties"],
        "late_forties_minus_thirties": left["about_48"] - left["thirties"],
    }


def skip_gender_gap(s):
    """Share of plays left early by men minus share left early by women."""
    men, women = (
        ratio_among(s, "left_end", "n", s.having("gender", name)) for name in ("male", "female")
    )
    return {"men_minus_women": men - women}


def skip_weekend(s):
    """Share of plays left early, mean of Saturday and Sunday minus mean of Monday to Friday."""
    days = columns_of(s, "left_day_", range(7)) / columns_of(s, "n_day_", range(7))
    return {"weekend_minus_weekday": days[:, 5:].mean(axis=1) - days[:, :5].mean(axis=1)}


def skip_by_hour(s):
    """Share of plays under 30 s by local hour: the hour of the lowest share, and the mean share
    from 5 to 9 over that from 20 to 23.
    """
    brief, n = (by_key(s, s.frames["long_hours"], "hour", name, 24) for name in ("n_brief", "n"))
    share = brief / n
    if not n[0].any():
        return {}
    return {
        "min_hour": near(np.where(n > 0, share, np.inf).argmin(axis=1), 6),
        "morning_to_late_evening": share[:, 5:10].mean(axis=1) / share[:, 20:24].mean(axis=1),
    }


def skip_hazard_shape(s):
    """Hazard of leaving: the second with the highest hazard, and the steady hazard per second.
    Published: highest within the first 20 s, then 0.1 to 0.5 % per second.
    """
    n, n_left = (
        by_key(s, s.frames["leaving"], "second", column, LAST_SECOND + 1)
        for column in ("n", "n_left")
    )
    hazard = n_left / n[:, ::-1].cumsum(axis=1)[:, ::-1]
    return {
        "peak_s": hazard[:, :LAST_SECOND].argmax(axis=1).astype(float),
        "steady_per_s": 1000 * s["steady_left"] / s["steady_ms"],
    }


def skip_by_context(s):
    """Share of plays under 30 s by context. Published: lowest in the catalogue and in personalised
    playlists.
    """
    rate = {name: s[f"brief_{name}"] / s[f"in_{name}"] for name in CONTEXT_GROUPS}
    lowest = ("catalog", "personalized_playlist")
    lowest_other = np.min([rate[name] for name in rate if name not in lowest], axis=0)
    return rate | {
        "spread": np.ptp([*rate.values()], axis=0),
        "catalog_minus_others": rate["catalog"] - lowest_other,
        "personalized_minus_others": rate["personalized_playlist"] - lowest_other,
    }


def shares_error(target, prefix, names):
    """A measure: distance of shares in long sittings from the published ones."""
    expected = [published(target).get(name, 0.0) for name in names]
    return lambda s: distance(columns_of(s, prefix, names) / s["long_n"][:, None], expected)


def shuffle_share(s):
    """Share of plays with shuffle on, and its spread over listeners."""
    return {
        "value": s["long_shuffled"] / s["long_n"],
        "sd_over_listeners": sd_of(s, s.values("n_shuffled") / s.values("n")),
    }


def shuffle_skip_ratio(s):
    """Share of plays left early with shuffle / share without, median over listeners."""
    n, on, left, left_on = map(s.values, ("n", "n_shuffled", "left_end", "left_shuffled"))
    off = n - on
    return median_of(s, (left_on / on) / ((left - left_on) / off), (on >= 100) & (off >= 100))


def skip_profile_stability(s):
    """Correlation of the times at which two halves of the listeners leave a song, median over
    songs; no interval over listeners.
    """
    left = s.frames["songs_left"]
    left = left[left.groupby("track_id")["n"].transform("sum") >= 400]
    if left["half"].nunique() < 2:
        return {}
    counts = left.groupby(["track_id", "half", "bin"])["n"].sum()
    counts = counts.unstack(fill_value=0).unstack("half", fill_value=0)
    halves = [counts.xs(half, axis=1, level="half").to_numpy(float) for half in (0, 1)]
    often = np.all([half.sum(axis=1) >= 200 for half in halves], axis=0)
    if often.sum() < 10:
        return {}
    profiles = [shares(half[often]) for half in halves]
    first, second = (profile - profile.mean(axis=0) for profile in profiles)
    return np.median(
        (first * second).sum(axis=1) / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    )


def skip_session_types(s):
    """The smallest share among the four types of skipping in long sittings."""
    counts = columns_of(s, "", ("listener", "listen_then_skip", "skip_then_listen", "skipper"))
    return {"smallest": counts.min(axis=1) / s["sittings"]}


def skip_premium_vs_free(s):
    """Share of plays under 30 s on premium minus the share on the free plan, in long sittings."""
    free_brief, free = s["long_brief"] - s["long_premium_brief"], s["long_n"] - s["long_premium"]
    return {"premium_minus_free": s["long_premium_brief"] / s["long_premium"] - free_brief / free}


MEASURES = {
    "skip_within_5s": ratio("left_5", "n"),
    "skip_within_10s": ratio("left_10", "n"),
    "skip_within_30s": ratio("left_30", "n"),
    "skip_before_end": ratio("left_end", "n"),
    "skips_per_hour": lambda s: mean_of(
        s, s.values("left_end") / (s.values("ms") / 3.6e6), s.values("ms") >= 3.6e6
    ),
    "skip_mobile_vs_desktop": lambda s: {
        "difference": s["left_mobile"] / s["n_mobile"] - s["left_computer"] / s["n_computer"]
    },
    "skip_gender_gap": skip_gender_gap,
    "skip_by_age": skip_by_age,
    "skip_weekend": skip_weekend,
    "skip_by_hour": skip_by_hour,
    "skip_hazard_shape": skip_hazard_shape,
    "skip_by_position": lambda s: {
        "ratio_1_to_plateau": (s["long_first_brief"] / s["long_first"])
        / (s["long_plateau_brief"] / s["long_plateau"])
    },
    "skip_by_context": skip_by_context,
    "skip_premium_vs_free": skip_premium_vs_free,
    "mssd_skip2_rate": ratio("long_brief", "long_n"),
    "reason_end_mix": shares_error("reason_end_mix", "end_", ENDS),
    "reason_start_mix": shares_error("reason_start_mix", "start_", STARTS),
    "reason_chain": ratio("n_chained", "n_later"),
    "seek_share": lambda s: {
        "forward": s["long_forward"] / s["long_n"],
        "back": s["long_back"] / s["long_n"],
    },
    "back_button_share": ratio("start_backbtn", "long_n"),
    "shuffle_share": shuffle_share,
    "shuffle_skip_ratio": shuffle_skip_ratio,
    "skip_profile_stability": skip_profile_stability,
    "skip_session_types": skip_session_types,
}
