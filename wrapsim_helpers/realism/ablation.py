"""Each mechanism of the model switched off, and the figure that was named beforehand to move with
it.
"""

import numpy as np

from ..people.behaviour import Behaviour
from .scores import score_of

MODEL = Behaviour()
EVEN_HAZARD = tuple(MODEL.hazard[-1] * knot / MODEL.knots_ms[-1] for knot in MODEL.knots_ms)


def ones(name):
    """A parameter of factors with every factor 1."""
    return {name: tuple(np.ones_like(getattr(MODEL, name)).tolist())}


# mechanism -> (what is changed to switch it off, the target and check that it should move)
MECHANISMS = {
    "steep first seconds": ({"hazard": EVEN_HAZARD}, "skip_within_5s", "value"),
    "leaving by age": (ones("skip_age"), "skip_by_age", "about_35"),
    "leaving by device": (ones("skip_device"), "skip_mobile_vs_desktop", "difference"),
    "leaving by place in the session": (
        ones("skip_position"),
        "skip_by_position",
        "ratio_1_to_plateau",
    ),
    "leaving by context": (ones("skip_context"), "skip_before_end", "value"),
    "leaving at weekends": ({"skip_weekend": 1.0}, "skip_weekend", "weekend_minus_weekday"),
    "leaving with shuffle": ({"skip_shuffle": 1.0}, "shuffle_skip_ratio", "value"),
    "liking by exposure": (ones("liking"), "exposure_inverted_u", "middle_minus_first"),
    "sessions that settle": ({"settled": 1.0}, "skip_within_30s", "value"),
    "listeners of unlike patience": ({"sigma_skip": 0.0}, "skip_session_types", "smallest"),
    "restless sessions": ({"sigma_mood": 0.0}, "skip_hazard_shape", "steady_per_s"),
    "sessions that turn": ({"sigma_turn": 0.0}, "skip_session_types", "smallest"),
    "ways to leave": ({"leave_shares": (1.0, 0.0, 0.0)}, "reason_end_mix", "l1"),
    "leaving when skips are used up": ({"blocked_leave": 0.0}, "skip_before_end", "value"),
    "ways to begin": ({"opening_shares": (0.0, 0.0)}, "reason_start_mix", "l1"),
    "listeners of unlike volume": ({"sigma_minutes": 0.0}, "lognormal_sigma_volume", "value"),
    "premium listens longer": ({"premium_factor": 1.0}, "premium_free_ratio", "time"),
    "volume by age": ({"age_slope": 0.0}, "volume_age_slope", "age"),
    "hours of the local week": (
        {"hours": tuple(tuple((1 / 24,) * 24 for _ in range(4)) for _ in range(2))},
        "hour_profile_weekday",
        "js",
    ),
    "days of the week": (ones("days"), "dow_shares", "max_error"),
    "days that follow days": ({"day_persistence": 0.0}, "interuse_regularity", "value"),
    "seasons": ({"summer_shift_min": 0.0}, "hour_blocks_mssd", "max_error"),
    "the way to work": ({"commute_phone": 0.0}, "session_arrivals", "mobile_lead_h"),
    "a favourite genre": ({"favourite_share": 0.0}, "new_artists_month", "value"),
    "side genres": ({"side_share": 0.0}, "new_artists_month", "value"),
    "focus by age": ({"focus_age_slope": 0.0}, "exploration_vs_age", "diversity_slope"),
    "novelty by age": ({"novelty_age_slope": 0.0}, "exploration_vs_age", "novelty_slope"),
    "novelty that wears off": ({"novelty_decay": 0.0}, "heaps_tracks", "value"),
    "recency": ({"recency": 0.0}, "recency_kernel", "aic_power_minus_exponential"),
    "satiation": ({"satiation": 1e9}, "top_song_share_year", "value"),
    "loyalty to artists": ({"loyalty": 0.0}, "artist_repeat_lifetime", "value"),
    "deep cuts": ({"deep_share": 0.0}, "track_head_us", "top500"),
    "fresh releases": ({"fresh_share": 0.0}, "release_year_mix", "l1"),
    "pull of one's youth": ({"youth_pull": 0.0}, "reminiscence_age", "men"),
    "taste by gender": ({"gender_lean": 0.0}, "gender_taste_overlap", "value"),
    "the young near the top": ({"mainstream": 0.0}, "mainstream_vs_age", "slope_under_35"),
    "intensity by hour, day and age": (
        {"intensity_pull": 0.0},
        "intensity_weekday_order",
        "rank_correlation",
    ),
    "contexts": ({"context_shares": (0.0,) + (1 / 9,) * 9}, "session_context_mssd", "l1"),
    "switches of context": ({"switch_share": 0.0}, "context_switch", "value"),
    "shuffle by listener": (
        {"shuffle_shape": (700.0, 1600.0)},
        "shuffle_share",
        "sd_over_listeners",
    ),
    "festive music": ({"festive_peak": 0.0}, "holiday_onset", "days_after"),
    "plans that change": ({"premium_churn": 0.0}, "premium_churn", "value"),
}

FAINT = {
    "seasons"
}  # its figure is of one weekend in July: measured on as many listeners as the main run has
UNSHOWN = {
    "listeners of unlike patience": "nobody has published how far listeners differ in leaving; "
    "without it everybody of an age would leave alike."
}


def moved(check, with_it, without):
    """How far a number moves, in standard errors of the movement, and whether the mechanism shows:
    the number leaves its tolerance or moves by more than three.

    with_it, without  float64, (R,), of the same listeners with the same random streams, observed
                      first and then replicates
                      in which the same listeners were drawn;  returns (float, bool)
    """
    distance, replicates = abs(without[0] - with_it[0]), (without - with_it)[1:]
    error = replicates[np.isfinite(replicates)].std() if np.isfinite(replicates).any() else np.nan
    steps = distance / error if error else np.inf if distance else 0.0
    return steps, bool(steps > 3 or score_of(check, with_it[0]) <= 1 < score_of(check, without[0]))
