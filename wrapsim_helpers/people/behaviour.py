"""The parameters of the listening model, each with its meaning, unit, bounds and source.

Probabilities by age, gender and plan come from the survey file; how people really listen comes from
published studies. `Behaviour` holds every parameter of the model in one frozen record, which the
compiled loop reads as one NumPy record. The source of a parameter is either a published figure,
named by its id in data/behaviour/targets.json, or an assumption, marked as such.
"""

from dataclasses import dataclass, fields

import numpy as np

from ..checking import front_door
from ..instants import MINUTE_MS
from ..schema import SYMBOLS
from .curves import (
    HOURS_WEEKDAY,
    HOURS_WEEKEND,
    chronotype_hours,
    intensity_hours,
    session_starts,
    standardised,
)
from .figures import figures, published
from .model_parameters import described, factor, parameter, share, signed, spread
from .plan_rules import plan_rules

MEMORY_SIZES = (256, 512, 1024, 2048, 4096)  # lengths of history with a tabulated recency kernel
CONTEXTS = SYMBOLS["context"]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FITTED = figures("fitted")  # values that `make fit` chose
# two dated values of each rule: (from, value), float64, (7, 2, 2); a single value is repeated
DATED_RULES = np.array([(values * 2)[:2] for values in plan_rules().values()])
KNOTS_MS = np.array([0.0, 5_000.0, 10_000.0, 30_000.0])
HAZARD = FITTED["hazard"]


@front_door
@dataclass(frozen=True)
class Behaviour:
    """Every parameter of the listening model, with its unit, meaning and [source].

    A source is the id of a published figure in data/behaviour/targets.json. "assumed" marks a value
    that nobody has published, "fitted" a value that `make fit` chose so that the model reproduces
    the named figure.
    """

    # how much
    log_minutes: float = signed(
        FITTED["log_minutes"],
        "mean of ln(minutes a day) of a free listener of 30",
        "fitted: hours_per_mau_month",
        high=np.log(24 * 60),
    )
    sigma_minutes: float = spread(
        FITTED["sigma_minutes"],
        "spread of ln(minutes a day) over listeners of one plan and age",
        "fitted: lognormal_sigma_volume",
        high=5.0,
        without=("listeners of unlike volume", 0.0, "lognormal_sigma_volume", "value"),
    )
    premium_factor: float = parameter(
        FITTED["premium_factor"],
        "factor on the minutes of premium listeners; they are also older, which offsets part of it",
        "premium_free_ratio: 1.79 by time, 1.98 by plays",
        unit="factor",
        without=("premium listens longer", 1.0, "premium_free_ratio", "time"),
    )
    age_slope: float = signed(
        -0.0132,
        "change of ln(minutes) with age",
        "volume_age_slope: -1.86 of 140 plays per 14 days",
        unit="per year",
        without=("volume by age", 0.0, "volume_age_slope", "age"),
    )
    # when
    quiet_min: float = parameter(
        31.0,
        "a listener of m minutes a day is active on m / (m + quiet_min) of all days",
        unit="minutes",
        low=0.01,
    )
    sigma_quiet: float = spread(
        1.6,
        "spread of ln(quiet_min) over listeners: some listen on a few days, some on all",
        "assumed; active_days_month",
        without=("listeners of unlike days", 0.0, "interuse_regularity", "value"),
    )
    day_persistence: float = share(
        0.42,
        "correlation of one day's activity with the next",
        "assumed; active days cluster: interuse_regularity",
        unit="correlation",
        without=("days that follow days", 0.0, "interuse_regularity", "value"),
    )
    hours: tuple = parameter(
        [session_starts(chronotype_hours(day)) for day in (HOURS_WEEKDAY, HOURS_WEEKEND)],
        "share of session starts by hour, for weekday and weekend and each chronotype, (2, 4, 24)",
        "hour_profile_weekday, hour_profile_weekend",
        unit="share",
        total="kept",
        without=("hours of the local week", 1 / 24, "hour_profile_weekday", "js"),
    )
    days: tuple = parameter(
        7 * np.array(list(published("dow_shares").values())),
        "volume of Monday to Sunday relative to the mean day, (7,)",
        "dow_shares",
        unit="factor",
        parts=WEEKDAYS,
        total="positive",
        without=("days of the week", 1.0, "dow_shares", "max_error"),
        counted=(
            "ms_{part}",
            "ms",
            "share of a listener's minutes, by the day a sitting begins on",
        ),
    )
    summer_shift_min: float = parameter(
        40.0,
        "shift of the daily curve: later by this at midsummer, earlier by this at midwinter",
        "assumed; hour_blocks_mssd is of a July weekend, hour_profile_weekday of a year",
        unit="minutes",
        without=("seasons", 0.0, "hour_blocks_mssd", "max_error"),
    )
    session_spacing_min: float = parameter(
        40.0,
        "an active day of m minutes has about 1 + m / session_spacing_min sessions",
        unit="minutes",
        low=0.01,
    )
    sigma_session: float = spread(1.1, "spread of ln(session length)", high=5.0)
    session_gap_ms: float = parameter(
        5.0 * MINUTE_MS, "shortest silence between two sessions", unit="ms"
    )
    commute_from: tuple = parameter(
        (7.0, 16.0),
        "hours at which the commutes to and from work begin on weekdays, (2,)",
        unit="hour",
    )
    commute_to: tuple = parameter((9.0, 18.0), "hours at which the commutes end, (2,)", unit="hour")
    commute_phone: float = share(
        0.5,
        "share of the sessions during the commutes that move from another device to the phone",
        "session_arrivals: mobile is an hour ahead",
        without=("the way to work", 0.0, "session_arrivals", "mobile_lead_h"),
    )
    # what
    favourite_share: float = share(
        0.65,
        "share of new music drawn from the favourite genre's pool at age 30",
        "assumed: 60-70 %",
        without=("a favourite genre", 0.0, "new_artists_month", "value"),
    )
    focus_age_slope: float = signed(
        0.018,
        "relative change of favourite_share with age: the young are more diverse",
        "exploration_vs_age",
        unit="per year",
        without=("focus by age", 0.0, "exploration_vs_age", "diversity_slope"),
    )
    side_share: float = share(
        0.5,
        "share of the remaining new music that is of the quarter's side genre",
        without=("side genres", 0.0, "new_artists_month", "value"),
    )
    drift_share: float = share(
        0.25, "chance that the side genre changes from one quarter to the next"
    )
    explored_share: float = share(
        0.6,
        "share of picked artists whom the listener does not know yet, outside the own selection",
        "assumed; artists_per_subscriber_month",
        without=("artists outside one's selection", 0.0, "artists_per_subscriber_month", "value"),
    )
    liked_share: float = share(
        0.4,
        "share of the artists that a listener may like at all",
        "assumed; taste_overlap_pairs, same_number_one",
        without=("likes of one's own", 1.0, "taste_overlap_pairs", "value"),
    )
    countries_width: float = parameter(
        0.4,
        "countries that stand out in a listener's own ranking of the countries of music",
        "assumed; artist_countries",
        unit="countries",
        low=0.01,
    )
    era_pull: float = parameter(
        20.0,
        "how much likelier artists of the listener's youth are liked",
        "assumed; age_taste_overlap",
        unit="factor - 1",
    )
    era_width: float = parameter(
        10.0, "spread of artists' eras around the listener's youth", unit="years", low=0.01
    )
    disliked: float = share(
        0.22,
        "how likely a track is picked from a list, or played again, if its artist is not liked",
        "assumed; taste_overlap_pairs",
    )
    home_share: float = factor(
        0.75,
        "factor on the share of new music by artists of the listener's country, see places.csv",
        "assumed; streams_abroad",
        without=("music of one's country", 0.0, "streams_abroad", "value"),
    )
    novelty: float = parameter(
        0.5,
        "expected share of new tracks in own playlists in the first thousand plays",
        "assumed; repeat_share_year",
        unit="share",
    )
    seed_novelty: float = share(
        0.6,
        "chance that an album, artist page or station is opened from a new track",
        "assumed; repeat_share_year",
    )
    novelty_decay: float = parameter(
        0.5,
        "novelty falls as (1 + plays / 1000) to the power of -novelty_decay",
        "heaps_tracks",
        without=("novelty that wears off", 0.0, "heaps_tracks", "value"),
    )
    recency: float = parameter(
        0.85,
        "exponent of the recency kernel",
        "recency_kernel: 0.6-1.2",
        without=("recency", 0.0, "recency_kernel", "aic_power_minus_exponential"),
    )
    satiation: float = parameter(
        7.0,
        "number of plays after which a track is half as likely to be played again",
        unit="plays",
        low=0.01,
        without=("satiation", 1e9, "top_song_share_year", "value"),
    )
    loyalty: float = share(
        0.5,
        "share of new tracks by an artist already known",
        without=("loyalty to artists", 0.0, "artist_repeat_lifetime", "value"),
    )
    fresh_share: float = share(
        FITTED["fresh_share"],
        "share of an artist's picked tracks that come from the latest releases",
        "fitted: release_year_mix",
        without=("fresh releases", 0.0, "release_year_mix", "l1"),
    )
    fresh_age_slope: float = signed(
        -0.002,
        "relative change of fresh_share with each year of age from 20 on",
        "assumed",
        unit="per year",
    )
    fresh_days: float = parameter(
        200.0, "mean age of the latest releases", "fitted: release_year_mix", unit="days", low=0.01
    )
    deep_share: float = share(
        0.55,
        "share of an artist's picked tracks drawn without regard to popularity (deep cuts)",
        "assumed; track_head_mssd's distinct tracks",
        without=("deep cuts", 0.0, "track_head_us", "top500"),
    )
    youth_pull: float = parameter(
        1.0,
        "by how much a track from the listener's youth is likelier than another",
        "reminiscence_age",
        unit="factor - 1",
        without=("pull of one's youth", 0.0, "reminiscence_age", "men"),
    )
    youth_age: float = parameter(
        14.0, "age at the centre of youth", "reminiscence_age", unit="years"
    )
    youth_width: float = parameter(
        5.0, "spread of youth around youth_age", "reminiscence_age", unit="years", low=0.01
    )
    gender_lean: float = parameter(
        1.5,
        "how much men and women differ in the artists that they like",
        "assumed; gender_taste_overlap",
        without=("taste by gender", 0.0, "gender_taste_overlap", "value"),
    )
    age_lean: float = parameter(
        7.0,
        "how much the young and the old differ in the artists that they like",
        "assumed; age_taste_overlap",
        without=("taste by age", 0.0, "age_taste_overlap", "value"),
    )
    mainstream: float = share(
        0.9,
        "how strongly the young prefer the best-known artists",
        "mainstream_vs_age",
        without=("the young near the top", 0.0, "mainstream_vs_age", "slope_under_35"),
    )
    mainstream_until: float = parameter(
        34.0,
        "age from which nobody prefers the best-known artists",
        "mainstream_vs_age: the early 30s",
        unit="years",
    )
    intensity_pull: float = signed(
        0.9,
        "how strongly hour, weekday and age tilt the intensity of music",
        "intensity_hour, intensity_weekday_order, intensity_age_order",
        without=(
            "intensity by hour, day and age",
            0.0,
            "intensity_weekday_order",
            "rank_correlation",
        ),
    )
    intensity_hours: tuple = signed(
        intensity_hours(),
        "preferred intensity by hour, for weekday and weekend, -1 to 1, (2, 24)",
        "intensity_hour",
    )
    intensity_days: tuple = signed(
        standardised(published("intensity_weekday_order").values()),
        "preferred intensity on Monday to Sunday, -1 to 1, (7,)",
        "intensity_weekday_order",
    )
    intensity_age_from: tuple = signed(
        (0.0, 20.0, 30.0, 40.0, 50.0), "ages from which intensity_age holds, (5,)", unit="years"
    )
    intensity_age: tuple = signed(
        (1.0, 0.5, 0.0, -0.5, -1.0),
        "preferred intensity by age: the published order, evenly spaced, (5,)",
        "intensity_age_order",
    )
    context_shares: tuple = parameter(
        (0.0, 0.355, 0.08, 0.11, 0.08, 0.075, 0.195, 0.025, 0.055, 0.025),
        "share of each context when a context is opened, (10,)",
        "session_context_mssd",
        unit="share",
        parts=CONTEXTS,
        total="kept",
        without=("contexts", (0.0,) + (1 / 9,) * 9, "session_context_mssd", "l1"),
        counted=("opens_{part}", "sessions", "share of the sessions, by where they begin"),
    )
    free_search: float = share(
        0.55,
        "how often free listeners search, relative to premium; else they open a playlist",
        "assumed; context_by_plan",
        without=("search by plan", 1.0, "context_by_plan", "value"),
    )
    switch_share: float = share(
        0.5,
        "share of clicks on another track that open another context",
        "context_switch: 0.041 of plays",
        without=("switches of context", 0.0, "context_switch", "value"),
    )
    festive_peak: float = share(
        0.15,
        "share of picked tracks that are festive on Christmas Eve",
        "holiday_peak",
        without=("festive music", 0.0, "holiday_onset", "days_after"),
    )
    festive_days: float = parameter(
        18.6,
        "days in which the share of festive tracks grows by a factor e",
        "holiday_onset: 2 % on 13 November",
        unit="days",
        low=0.01,
    )
    noise_share: float = share(0.05, "share of listeners who fall asleep to noise")
    noise_nights: float = share(
        0.4, "share of late sessions that are noise, of listeners who fall asleep to it"
    )
    # how it ends
    knots_ms: tuple = parameter(
        KNOTS_MS, "times played at which `hazard` is given, (4,)", unit="ms"
    )
    hazard: tuple = parameter(
        HAZARD,
        "cumulative hazard of leaving up to each knot, before all factors, (4,)",
        "fitted: skip_within_5s, skip_within_10s, skip_within_30s",
        high=20.0,
        without=(
            "steep first seconds",
            HAZARD[-1] * KNOTS_MS / KNOTS_MS[-1],
            "skip_within_5s",
            "value",
        ),
    )
    hazard_slope: float = parameter(
        FITTED["hazard_slope"],
        "slope of the cumulative hazard after the last knot",
        "fitted: skip_before_end",
        unit="per ms",
        high=0.001,
    )
    hazard_scale: float = factor(1.0, "factor on the whole hazard, for personas and cohorts")
    skip_age_from: tuple = parameter(
        (0.0, 20.0, 30.0, 40.0, 45.0, 55.0), "ages from which skip_age holds, (6,)", unit="years"
    )
    skip_age: tuple = factor(
        (1.4, 1.05, 0.6, 0.72, 0.9, 0.7),
        "factor on the hazard by age, (6,)",
        "skip_by_age",
        without=("leaving by age", 1.0, "skip_by_age", "about_35"),
    )
    skip_device: tuple = factor(
        (1.0, 1.3, 0.9, 0.7, 0.7, 0.6, 1.1),
        "factor on the hazard by device, (7,)",
        "skip_mobile_vs_desktop",
        parts=SYMBOLS["device"],
        without=("leaving by device", 1.0, "skip_mobile_vs_desktop", "difference"),
    )
    skip_position: tuple = factor(
        (0.55, 0.82, 0.93, 1.0),
        "factor on the hazard at the 1st, 2nd, 3rd and later plays of a session, (4,)",
        "skip_by_position",
        parts=("first", "second", "third", "later"),
        without=("leaving by place in the session", 1.0, "skip_by_position", "ratio_1_to_plateau"),
    )
    settle_after: float = parameter(
        20.0,
        "number of the play in a session from which the hazard falls",
        "assumed; skip_within_30s of all plays is below mssd_skip2_rate, that of long sessions' "
        "first 20",
        unit="plays",
    )
    settle_plays: float = parameter(
        6.0, "plays in which the excess of the hazard falls by a factor e", unit="plays", low=0.01
    )
    settled: float = share(
        0.1,
        "share of the hazard that remains in the end",
        without=("sessions that settle", 1.0, "skip_within_30s", "value"),
    )
    skip_context: tuple = factor(
        (1.0, 1.05, 1.05, 0.86, 0.86, 0.86, 0.95, 0.86, 1.06, 1.06),
        "factor on the hazard by context, (10,)",
        "skip_by_context",
        parts=CONTEXTS,
        without=("leaving by context", 1.0, "skip_before_end", "value"),
    )
    skip_weekend: float = factor(
        1.08,
        "factor on the hazard on Saturday and Sunday",
        "skip_weekend",
        without=("leaving at weekends", 1.0, "skip_weekend", "weekend_minus_weekday"),
    )
    skip_hour_from: tuple = parameter(
        (0.0, 5.0, 10.0, 20.0),
        "local hours from which skip_hour holds, by the start of the session, (4,)",
        unit="hour",
    )
    skip_hour: tuple = factor(
        (1.05, 0.84, 1.0, 1.05),
        "factor on the hazard by hour, (4,)",
        "skip_by_hour",
        without=("leaving by hour", 1.0, "skip_by_hour", "morning_to_late_evening"),
    )
    skip_shuffle: float = factor(
        1.4,
        "factor on the hazard with shuffle on",
        "shuffle_skip_ratio",
        without=("leaving with shuffle", 1.0, "shuffle_skip_ratio", "value"),
    )
    liking_from: tuple = parameter(
        (0.0, 1.0, 3.0, 7.0, 15.0), "earlier plays from which `liking` holds, (5,)", unit="plays"
    )
    liking: tuple = factor(
        (1.0, 0.9, 0.78, 0.88, 1.05),
        "factor on the hazard by earlier plays of the track: liking is an inverted U, (5,)",
        "exposure_inverted_u",
        without=("liking by exposure", 1.0, "exposure_inverted_u", "middle_minus_first"),
    )
    sigma_skip: float = spread(
        0.35,
        "spread of ln(skip tendency) over listeners",
        without=("listeners of unlike patience", 0.0, "skip_session_types", "smallest"),
    )
    sigma_mood: float = spread(
        0.7,
        "spread of ln(hazard) over the sessions of a listener",
        "mssd_skip2_rate: long sessions have more skips",
        without=("restless sessions", 0.0, "skip_hazard_shape", "steady_per_s"),
    )
    sigma_turn: float = spread(
        0.4,
        "spread of the relative change of the hazard over a session",
        "skip_session_types",
        without=("sessions that turn", 0.0, "skip_session_types", "smallest"),
    )
    leave_shares: tuple = parameter(
        (0.78, 0.12, 0.1),
        "ways in which plays end early: forward button, back button, another track chosen, (3,)",
        "reason_end_mix",
        unit="share",
        parts=("forward", "back", "another"),
        total="kept",
        without=("ways to leave", (1.0, 0.0, 0.0), "reason_end_mix", "l1"),
        counted=(
            "leaves_{part}",
            "leaves",
            "share of the plays left early, without free phones",
        ),
    )
    blocked_leave: float = share(
        0.35,
        "share of free listeners without skips left who choose another track instead",
        without=("leaving when skips are used up", 0.0, "skip_before_end", "value"),
    )
    repeat_share: float = share(
        0.004,
        'share of the tracks played to their end after which the listener turns on "repeat one"',
        "favourite_song_behaviour",
    )
    repeat_plays: float = parameter(
        3.0, 'mean number of further plays under "repeat one"', unit="plays", low=1.0, high=20.0
    )
    replay_share: float = share(0.6, "share of uses of the back button that replay the same track")
    opening_shares: tuple = parameter(
        (0.2, 0.1),
        "share of sessions that begin by opening the app, and by the play button, (2,)",
        "reason_start_mix",
        unit="share",
        total="at most 1",
        without=("ways to begin", (0.0, 0.0), "reason_start_mix", "l1"),
    )
    logout_share: float = share(
        0.3, "share of sessions that end by logging out or stopping, not at a track's end"
    )
    pause_share: float = share(
        0.03,
        "share of plays with a pause",
        counted=("paused", "over_5s", "share of plays of more than 5 s"),
    )
    pause_min: float = parameter(4.0, "mean length of a pause", unit="minutes")
    seek_forward_share: float = share(
        0.0278,
        "share of plays with a seek forward",
        "seek_share",
        counted=("sought_forward", "over_20s", "share of plays of more than 20 s"),
    )
    seek_back_share: float = share(
        0.0308,
        "share of plays with a seek back",
        "seek_share",
        counted=("sought_back", "over_20s", "share of plays of more than 20 s"),
    )
    act_shares: tuple = parameter(
        (0.02, 0.02, 0.002, 0.002),
        "share of complete plays followed by a save, a playlist add, a share, a follow, (4,)",
        unit="share",
        total="at most 1",
    )
    # who
    shuffle_shape: tuple = parameter(
        (0.3, 1.6),
        "alpha and beta of the Kumaraswamy distribution of shuffled sessions over listeners, (2,)",
        "shuffle_share; standard deviation over 0.2",
        low=0.01,
        without=("shuffle by listener", (700.0, 1600.0), "shuffle_share", "sd_over_listeners"),
        counted=("shuffle", "free_choices", "share of sessions, without free phones"),
    )
    private_share: float = share(
        0.02,
        "mean share of private sessions",
        counted=("private", "sessions", "share of sessions"),
    )
    offline_share: float = share(
        0.1,
        "mean share of offline sessions, premium only",
        "offline_share",
        counted=("offline", "premium_sessions", "share of sessions on premium"),
    )
    minutes_factor: float = parameter(
        1.0,
        "factor on the minutes of all listeners, for personas and cohorts",
        unit="factor",
        high=100.0,
    )
    male_factor: float = parameter(
        published("volume_gender_gap"),
        "factor on the minutes of men",
        "volume_gender_gap",
        unit="factor",
        high=100.0,
    )
    sigma_novelty: float = spread(0.4, "spread of ln(novelty) over listeners")
    novelty_age_slope: float = signed(
        0.065,
        "relative change of novelty with age from 30 on",
        "exploration_vs_age: the sign; assumed",
        unit="per year",
        without=("novelty by age", 0.0, "exploration_vs_age", "novelty_slope"),
    )
    premium_churn: float = share(
        0.06,
        "chance of leaving premium in a calendar month",
        "premium_churn: 0.051 to 0.077; plan_switch_rate",
        without=("plans that change", 0.0, "premium_churn", "value"),
    )
    premium_growth: float = parameter(
        1.0,
        "premium subscriptions gained per subscription lost: 1 keeps the share constant",
        "premium_share_users",
    )
    # rules of the plans, in the order of RULES
    rule_from: tuple = parameter(
        DATED_RULES[:, :, 0],
        "times from which each value of a plan rule is valid, (7, 2)",
        "data/behaviour/plan_rules.csv",
        unit="UTC ms",
    )
    rule_value: tuple = parameter(
        DATED_RULES[:, :, 1],
        "values of a plan rule from the times in rule_from on, (7, 2)",
        "data/behaviour/plan_rules.csv",
    )

    def __repr__(self):
        changed = (
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)
            if getattr(self, field.name) != field.default
        )
        return f"Behaviour({', '.join(changed)})"


Behaviour.__doc__ = f"{Behaviour.__doc__}\n{described(Behaviour)}\n"


def lowered(behaviours):
    """One NumPy record per Behaviour, as the compiled loop reads them.

    A record has one float64 or array field per parameter, and `lags`, the quantiles of the recency
    kernel. Values are rounded to 12 digits, since the last bits of NumPy's exp and log differ
    between processors.
    """
    values = {
        field.name: rounded([getattr(behaviour, field.name) for behaviour in behaviours])
        for field in fields(Behaviour)
    }
    values["lags"] = rounded(
        [
            [lag_quantiles(behaviour.recency, size) for size in MEMORY_SIZES]
            for behaviour in behaviours
        ]
    )
    kinds = np.dtype([(name, np.float64, value.shape[1:]) for name, value in values.items()])
    return np.rec.fromarrays(list(values.values()), kinds)


def lag_quantiles(recency, size):
    """Quantiles of how many plays ago a repeated track was played, float64, (257,).

    The density is t^-recency for t from 1 to size + 1; the loop interpolates linearly between the
    quantiles (recency_kernel: Anderson et al. 2014).
    """
    u = np.linspace(0, 1, 257)
    a = 1 - recency
    return (size + 1.0) ** u if abs(a) < 1e-9 else (1 + u * ((size + 1.0) ** a - 1)) ** (1 / a)


def rounded(values):
    """Numbers rounded to 12 significant digits, float64; the same bits on every platform."""
    values = np.asarray(values)
    return np.array([float(f"{value:.12g}") for value in values.flat]).reshape(values.shape)
