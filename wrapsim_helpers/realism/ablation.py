"""Each mechanism of the model switched off, and the figure that was named beforehand to move with it."""

import numpy as np

from ..behaviour import Behaviour

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
    "leaving by place in the session": (ones("skip_position"), "skip_by_position", "ratio_1_to_plateau"),
    "leaving by context": (ones("skip_context"), "skip_by_context", "spread"),
    "leaving at weekends": ({"skip_weekend": 1.0}, "skip_weekend", "weekend_minus_weekday"),
    "leaving with shuffle": ({"skip_shuffle": 1.0}, "shuffle_skip_ratio", "value"),
    "liking by exposure": (ones("liking"), "exposure_inverted_u", "middle_minus_first"),
    "sessions that settle": ({"settled": 1.0}, "skip_within_30s", "value"),
    "listeners of unlike patience": ({"sigma_skip": 0.0}, "skip_session_types", "smallest"),
    "restless sessions": ({"sigma_mood": 0.0}, "mssd_skip2_rate", "value"),
    "sessions that turn": ({"sigma_turn": 0.0}, "skip_session_types", "smallest"),
    "ways to leave": ({"leave_shares": (1.0, 0.0, 0.0)}, "reason_end_mix", "l1"),
    "ways to begin": ({"opening_shares": (0.0, 0.0)}, "reason_start_mix", "l1"),
    "listeners of unlike volume": ({"sigma_minutes": 0.0}, "lognormal_sigma_volume", "value"),
    "premium listens longer": ({"premium_factor": 1.0}, "premium_free_ratio", "time"),
    "volume by age": ({"age_slope": 0.0}, "volume_age_slope", "age"),
    "hours of the local week": ({"hours": tuple(tuple((1 / 24,) * 24 for _ in range(4)) for _ in range(2))}, "hour_blocks_mssd", "max_error"),
    "days of the week": (ones("days"), "dow_shares", "max_error"),
    "days that follow days": ({"day_persistence": 0.0}, "interuse_regularity", "value"),
    "the way to work": ({"commute_phone": 0.0}, "session_arrivals", "mobile_lead_h"),
    "a favourite genre": ({"favourite_share": 0.0}, "gs_score", "r"),
    "side genres": ({"side_share": 0.0}, "gs_score", "r"),
    "focus by age": ({"focus_age_slope": 0.0}, "exploration_vs_age", "diversity_slope"),
    "novelty by age": ({"novelty_age_slope": 0.0}, "exploration_vs_age", "novelty_slope"),
    "novelty that wears off": ({"novelty_decay": 0.0}, "heaps_tracks", "value"),
    "recency": ({"recency": 0.0}, "recency_kernel", "aic_power_minus_exponential"),
    "satiation": ({"satiation": 1e9}, "top_song_share_year", "value"),
    "loyalty to artists": ({"loyalty": 0.0}, "top_artist_share_lastfm", "top1_median"),
    "fresh releases": ({"fresh_share": 0.0}, "release_year_mix", "l1"),
    "pull of one's youth": ({"youth_pull": 0.0}, "reminiscence_age", "men"),
    "taste by gender": ({"gender_lean": 0.0}, "gender_taste_overlap", "value"),
    "the young near the top": ({"mainstream": 0.0}, "mainstream_vs_age", "slope_under_35"),
    "intensity by hour, day and age": ({"intensity_pull": 0.0}, "intensity_weekday_order", "rank_correlation"),
    "contexts": ({"context_shares": (0.0,) + (1 / 9,) * 9}, "session_context_mssd", "l1"),
    "switches of context": ({"switch_share": 0.0}, "context_switch", "value"),
    "shuffle by listener": ({"shuffle_shape": (700.0, 1600.0)}, "shuffle_share", "sd_over_listeners"),
    "festive music": ({"festive_peak": 0.0}, "holiday_onset", "days_after"),
    "plans that change": ({"premium_churn": 0.0}, "premium_churn", "value")}


def moved(base, without):
    """How far a number moves, in its standard errors, and whether the mechanism shows: it leaves the tolerance or moves by
    more than three. base, without: `Result` of the same check; returns (float, bool)."""
    distance = abs(without.observed - base.observed)
    steps = distance / base.error if base.error else np.inf if distance else 0.0
    return steps, bool(steps > 3 or (base.score <= 1 < without.score))
