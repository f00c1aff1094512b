"""From the survey and published figures to the parameters of the listening model.

The survey says who answers what, in probabilities by age, gender and plan; published studies say
how people really listen. `Behaviour` holds every parameter of the model in one frozen record; the
compiled loop sees it as one NumPy record. A parameter either follows from a published figure, named
by its id in data/behaviour/targets.json, or is an assumption and says so.
"""

import csv
import functools
from dataclasses import dataclass, fields

import numpy as np

from ..checking import front_door
from ..instants import MINUTE_MS, check_time, instant_ms
from ..resources import resource
from ..schema import SYMBOLS
from .figures import figures, published
from .survey_shares import fit_margins

MEMORY_SIZES = (
    256,
    512,
    1024,
    2048,
    4096,
)  # lengths of history for which the recency kernel is tabulated


CONTEXTS = SYMBOLS["context"]
RULES = (
    "skips_per_hour",
    "shuffle_only",
    "ad_interval",
    "ad_break",
    "on_demand_playlists",
    "on_demand_allowance",
    "offline",
)


def chronotype_hours(hours, peaks=(8, 13, 18, 23), strength=0.9):
    """When in the day does each chronotype listen, if all of them together make the published
    curve?

    hours    float64, (24,), share of plays by local hour, summing to 1 (Park et al. 2019)
    peaks    the hour around which each of CHRONOTYPES gathers; four groups of equal size
             (Louail, Barthelemy 2017)
    Returns  float64, (4, 24), each row summing to 1
    """
    tilt = np.exp(strength * np.cos((np.arange(24) - np.array(peaks)[:, None]) * 2 * np.pi / 24))
    shares = np.array(published("chronotype_groups"))
    return fit_margins(tilt * hours, shares, hours / np.sum(hours)) / shares[:, None]


def session_starts(plays, lag_hours=1.3, rounds=200):
    """At what hours do sessions start, if plays are spread like this? float64, (..., 24), each row
    summing to 1.

    plays      float64, (..., 24), share of plays by local hour
    lag_hours  mean time from a session's start to a play in it; plays are taken to follow a
               start after an exponential time (assumed), and the starts are found by
               Richardson-Lucy steps, which keep them positive
    """
    minutes = np.arange(24 * 60)
    later = np.exp(-minutes / (60 * lag_hours)) / np.exp(-minutes / (60 * lag_hours)).sum()
    lags = [
        sum(later[max(0, 60 * d - m) : 60 * (d + 1) - m].sum() for m in range(60)) / 60
        for d in range(24)
    ]
    follow = np.array([np.roll(lags, hour) for hour in range(24)])  # follow[start, hour]
    plays = np.asarray(plays) / np.sum(plays, axis=-1, keepdims=True)
    starts = plays.copy()
    for _ in range(rounds):
        starts = starts * ((plays / (starts @ follow)) @ follow.T)
    return starts / starts.sum(axis=-1, keepdims=True)


@functools.cache
def slot_chronotypes(slot_shares):
    """Which chronotype goes with a surveyed time slot? float64, (3, 4), rows Morning, Afternoon,
    Night summing to 1.

    slot_shares  share of each slot, tuple of float

    A stated favourite slot tilts the published curve, it does not replace it: over all listeners
    the four chronotypes keep their published sizes. The tilt itself is an assumption.
    """
    tilt = [[6, 3, 1, 1], [1, 6, 3, 1], [1, 1, 3, 3]]
    return (
        fit_margins(tilt, slot_shares, published("chronotype_groups"))
        / np.asarray(slot_shares)[:, None]
    )


def intensity_hours():
    """How lively music is wished at each hour, -1 to 1, float64, (2, 24), weekday then weekend:
    falling and rising evenly between the published hours of least and most (intensity_hour: Park et
    al. 2019)."""
    found = published("intensity_hour")
    return [
        [
            lively_at(hour, found["intensity_min_h"], found[f"intensity_max_{day}_h"])
            for hour in range(24)
        ]
        for day in ("weekday", "weekend")
    ]


def lively_at(hour, least, most):
    """-1 at the hour `least`, 1 at the hour `most`, on straight lines between them round the
    clock.
    """
    since = (hour - least) % 24
    rise = (most - least) % 24
    return -1 + 2 * since / rise if since <= rise else 1 - 2 * (since - rise) / (24 - rise)


def standardised(values):
    """Values less their mean, divided by their greatest distance from it, tuple of float."""
    values = np.array(list(values), dtype=float)
    return tuple((values - values.mean()) / np.abs(values - values.mean()).max())


def plan_rules():
    """The dated rules of the plans: rule -> [(from, value), ...], oldest first; from in UTC ms."""
    with open(
        resource("data", "behaviour", "plan_rules.csv"), encoding="utf-8", newline=""
    ) as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["from"])
    return {
        rule: [
            (
                instant_ms("from", check_time("from", max(row["from"], "2008-10-07")), "UTC"),
                float(row["value"]),
            )
            for row in rows
            if row["rule"] == rule
        ]
        for rule in RULES
    }


# -- the parameters of the model -------------------------------------------------------------------

FITTED = figures("fitted")  # what `make fit` found
HOURS_WEEKDAY = published("hour_profile_weekday")["shares_h0_23"]
HOURS_WEEKEND = published("hour_profile_weekend")["shares_h0_23"]
RULE_TIMES = plan_rules()


@front_door
@dataclass(frozen=True)
class Behaviour:
    """Every parameter of the listening model. Shares are 0 to 1; `_ms`, `_s`, `_min` are units.

    A figure in brackets is the id of a published one in data/behaviour; "assumed" marks what nobody
    has published, and "fitted" what `make fit` found so that the figure in brackets comes out.

    How much
        log_minutes         mean of ln(minutes a day) of a free listener of 30 (fitted:
                            hours_per_mau_month)
        sigma_minutes       its standard deviation over listeners of one plan and age
                            (lognormal_sigma_volume)
        premium_factor      premium listens this many times as long (premium_free_ratio: 1.79 by
                            time, 1.98 by plays; premium listeners are older, which takes some of it
                            back)
        age_slope           change of ln(minutes) per year of age (volume_age_slope: -1.86 of 140
                            plays per 14 days)
    When
        quiet_min           a listener of m minutes a day is active on m / (m + quiet_min) of all
                            days (assumed)
        day_persistence     correlation of one day's activity with the next (assumed; use days
                            clump, interuse_regularity)
        hours               (2, 4, 24): weekday or weekend, chronotype, hour; share of starts
                            (hour_profile_*)
        days                (7,): volume of Monday .. Sunday relative to the mean day (dow_shares)
        summer_shift_min    minutes by which listening is later at midsummer and earlier at
                            midwinter (assumed; hour_blocks_mssd is of a July weekend,
                            hour_profile_* of a year)
        session_spacing_min an active day of m minutes has about 1 + m / session_spacing_min
        sessions (assumed)
        sigma_session       spread of ln(session length) (assumed)
        session_gap_ms      least silence between two sessions (assumed)
        commute_from, commute_to  (2,): hours of a weekday's ways to work and back (assumed)
        commute_phone       share of sessions then that move to the phone (session_arrivals: mobile
                            is an hour ahead)
    What
        favourite_share     share of new music drawn from the favourite genre's pool at age 30
                            (assumed: 60-70 %)
        focus_age_slope     its relative change per year of age: the young are more diverse
                            (exploration_vs_age)
        side_share          share of the rest that is the quarter's side genre (assumed)
        drift_share         chance that the side genre is another one in the next quarter (assumed)
        novelty             expected share of new tracks in own playlists in the first thousand
                            plays (assumed; repeat_share_year)
        seed_novelty        chance that an album, artist page or station is opened from something
                            new (assumed; repeat_share_year)
        novelty_decay       exponent of its fall with the length of the history (heaps_tracks)
        recency             exponent of the recency kernel (recency_kernel: 0.6-1.2)
        satiation           plays after which a track is half as likely to be heard again (assumed)
        loyalty             share of new tracks by an artist already known (assumed)
        fresh_share         share of an artist's picks among the latest releases (fitted:
                            release_year_mix)
        fresh_days          mean length of "the latest", days (fitted: release_year_mix)
        deep_share          share of an artist's picks that go by no weight: deep cuts (assumed;
                            track_head_mssd's distinct tracks)
        youth_pull          how much likelier a track of one's youth is (reminiscence_age)
        youth_age, youth_width  its centre and spread in years (reminiscence_age)
        gender_lean         how far men and women differ over artists (assumed;
                            gender_taste_overlap)
        mainstream          how far the young keep to the best-known artists (mainstream_vs_age) ...
        mainstream_until    ... and the age at which that has worn off (mainstream_vs_age: the early
                            30s)
        home_pull           how much likelier an artist of one's own country is (assumed)
        intensity_pull      how far hour, weekday and age tilt the intensity of music (intensity_*)
        intensity_hours, intensity_days  (2, 24), (7,): its shape (intensity_hour,
                                         intensity_weekday_order)
        intensity_age_from, intensity_age  (5,): its shape by age: the published order, evenly
                                           spaced (intensity_age_order)
        context_shares      (10,): where a session's music comes from (session_context_mssd)
        switch_share        share of choices of another row that open another context
                            (context_switch: 0.041 of plays)
        festive_peak        share of picks that are festive on Christmas Eve (holiday_peak) ...
        festive_days        ... growing to it by e in so many days (holiday_onset: 2 % on 13
                            November)
        noise_share         share of listeners who fall asleep to noise, and ...
        noise_nights        ... of their late sessions that are (assumed)
    How it ends
        knots_ms, hazard, hazard_slope  summed hazard of leaving over ms played, before all factors
                                        below, and its slope
                            after the last knot (fitted: skip_within_5s, _10s, _30s,
                            skip_before_end)
        hazard_scale        one factor on all of it, for personas
        skip_age_from, skip_age  (6,): factor on the hazard from an age on (skip_by_age)
        skip_device         (7,): factor by device (skip_mobile_vs_desktop)
        skip_position       (4,): factor at the 1st, 2nd, 3rd, later play of a session
                            (skip_by_position)
        settle_after, settle_plays, settled  from that play of a session on, over so many plays, the
        hazard falls to this share
                            (assumed; skip_within_30s of all plays is below mssd_skip2_rate, that of
                            long sessions' first 20)
        skip_context        (10,): factor by context (skip_by_context)
        skip_weekend        factor on Saturday and Sunday (skip_weekend)
        skip_shuffle        factor with shuffle on (shuffle_skip_ratio)
        liking_from, liking  (5,): factor from so many times heard on: an inverted U of liking
                             (exposure_inverted_u)
        sigma_skip          spread of ln(skip tendency) over listeners (assumed)
        sigma_mood          spread of ln(hazard) over a listener's sessions (mssd_skip2_rate: long
                            sessions are skippers')
        sigma_turn          spread of its relative change over a session (skip_session_types)
        leave_shares        (3,): forward, back, another choice, among plays left early
                            (reason_end_mix)
        blocked_leave       share of free listeners who choose something else when the forward
                            button is used up (assumed)
        replay_share        share of uses of the back button that replay the same track (assumed)
        opening_shares      (2,): share of sessions begun by opening the app, by the play button
                            (reason_start_mix)
        logout_share        share of sessions that end by logging out rather than at a track's end
                            (assumed)
        pause_share, pause_min      share of plays with a pause and its mean length (assumed)
        seek_forward_share, seek_back_share  share of plays with a seek (seek_share)
        act_shares          (4,): of plays heard to the end, that lead to a save, playlist add,
                            share, follow (assumed)
    Who
        shuffle_shape       (2,): alpha and beta of the listener's share of shuffled sessions
                            (shuffle_share, sd over 0.2)
        private_share, offline_share  mean shares of sessions; offline for premium only (assumed;
                                      offline_share)
        minutes_factor      everybody listens this many times as long; for personas and cohorts
        male_factor         men listen this many times as long as others (volume_gender_gap)
        sigma_novelty       spread of ln(novelty) over listeners (assumed)
        novelty_age_slope   relative change of novelty per year of age from 30 on
                            (exploration_vs_age: the sign; assumed)
        premium_churn       chance to leave premium in a calendar month (premium_churn: 0.051 to
                            0.077; plan_switch_rate)
        premium_growth      premium gained for each one lost: 1 keeps its share as it is
                            (premium_share_users)
    Rules of the plans, each as dates and values (data/behaviour/plan_rules.csv)
        rule_from, rule_value  (7, 2): UTC ms from which a rule holds, and its value; rules in the
                               order of RULES
    """

    log_minutes: float = FITTED["log_minutes"]
    sigma_minutes: float = FITTED["sigma_minutes"]
    premium_factor: float = FITTED["premium_factor"]
    age_slope: float = -0.0132
    quiet_min: float = 20.0
    day_persistence: float = 0.42
    hours: tuple = tuple(
        tuple(map(tuple, session_starts(chronotype_hours(day))))
        for day in (HOURS_WEEKDAY, HOURS_WEEKEND)
    )
    days: tuple = tuple(7 * share for share in published("dow_shares").values())
    summer_shift_min: float = 40.0
    session_spacing_min: float = 45.0
    sigma_session: float = 1.1
    session_gap_ms: float = 5.0 * MINUTE_MS
    commute_from: tuple = (7.0, 16.0)
    commute_to: tuple = (9.0, 18.0)
    commute_phone: float = 0.5
    favourite_share: float = 0.65
    focus_age_slope: float = 0.018
    side_share: float = 0.5
    drift_share: float = 0.25
    novelty: float = 0.29
    seed_novelty: float = 0.6
    novelty_decay: float = 0.5
    recency: float = 0.9
    satiation: float = 25.0
    loyalty: float = 0.6
    fresh_share: float = FITTED["fresh_share"]
    fresh_days: float = 400.0
    deep_share: float = 0.5
    youth_pull: float = 2.0
    youth_age: float = 14.0
    youth_width: float = 5.0
    gender_lean: float = 1.5
    mainstream: float = 0.9
    mainstream_until: float = 34.0
    home_pull: float = 0.5
    intensity_pull: float = 0.9
    intensity_hours: tuple = tuple(map(tuple, intensity_hours()))
    intensity_days: tuple = standardised(published("intensity_weekday_order").values())
    intensity_age_from: tuple = (0.0, 20.0, 30.0, 40.0, 50.0)
    intensity_age: tuple = (1.0, 0.5, 0.0, -0.5, -1.0)
    context_shares: tuple = (0.0, 0.33, 0.072, 0.09, 0.09, 0.048, 0.212, 0.018, 0.126, 0.015)
    switch_share: float = 0.5
    festive_peak: float = 0.15
    festive_days: float = 18.6
    noise_share: float = 0.05
    noise_nights: float = 0.4
    knots_ms: tuple = (0.0, 5_000.0, 10_000.0, 30_000.0)
    hazard: tuple = tuple(FITTED["hazard"])
    hazard_slope: float = FITTED["hazard_slope"]
    hazard_scale: float = 1.0
    skip_age_from: tuple = (0.0, 20.0, 30.0, 40.0, 45.0, 55.0)
    skip_age: tuple = (1.4, 1.05, 0.6, 0.72, 0.9, 0.7)
    skip_device: tuple = (1.0, 1.3, 0.9, 0.7, 0.7, 0.6, 1.1)
    skip_position: tuple = (0.55, 0.82, 0.93, 1.0)
    settle_after: float = 20.0
    settle_plays: float = 6.0
    settled: float = 0.1
    skip_context: tuple = (1.0, 1.05, 1.05, 0.86, 0.86, 0.86, 0.95, 0.86, 1.06, 1.06)
    skip_weekend: float = 1.08
    skip_shuffle: float = 1.4
    liking_from: tuple = (0.0, 1.0, 3.0, 7.0, 15.0)
    liking: tuple = (1.0, 0.9, 0.78, 0.88, 1.05)
    sigma_skip: float = 0.35
    sigma_mood: float = 0.7
    sigma_turn: float = 0.4
    leave_shares: tuple = (0.78, 0.12, 0.1)
    blocked_leave: float = 0.35
    replay_share: float = 0.6
    opening_shares: tuple = (0.2, 0.1)
    logout_share: float = 0.3
    pause_share: float = 0.03
    pause_min: float = 4.0
    seek_forward_share: float = 0.0278
    seek_back_share: float = 0.0308
    act_shares: tuple = (0.02, 0.02, 0.002, 0.002)
    shuffle_shape: tuple = (0.3, 1.6)
    private_share: float = 0.02
    offline_share: float = 0.1
    minutes_factor: float = 1.0
    male_factor: float = published("volume_gender_gap")
    sigma_novelty: float = 0.4
    novelty_age_slope: float = 0.03
    premium_churn: float = 0.06
    premium_growth: float = 1.0
    rule_from: tuple = tuple(
        tuple(float(at) for at, _ in (RULE_TIMES[rule] * 2)[:2]) for rule in RULES
    )
    rule_value: tuple = tuple(
        tuple(value for _, value in (RULE_TIMES[rule] * 2)[:2]) for rule in RULES
    )

    def __repr__(self):
        changed = (
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if getattr(self, one.name) != one.default
        )
        return f"Behaviour({', '.join(changed)})"


def lowered(behaviours):
    """Behaviours as the NumPy records that the compiled loop reads, one each: one float64 or array
    field per parameter, and `lags`, the quantiles of the recency kernel.

    Rounded to 12 digits, since the last bits of NumPy's exp and log differ from processor to
    processor.
    """
    values = {
        field.name: rounded([getattr(one, field.name) for one in behaviours])
        for field in fields(Behaviour)
    }
    values["lags"] = rounded(
        [[lag_quantiles(one.recency, size) for size in MEMORY_SIZES] for one in behaviours]
    )
    records = np.zeros(
        len(behaviours),
        np.dtype([(name, np.float64, value.shape[1:]) for name, value in values.items()]),
    )
    for name, value in values.items():
        records[name] = value
    return records.view(np.recarray)


def lag_quantiles(recency, size, pieces=256):
    """How many plays ago was what is heard again? Quantiles of t^-recency for t from 1 to size + 1,
    float64, (pieces + 1,).

    The loop draws a lag by straight lines between them (recency_kernel: Anderson et al. 2014).
    """
    u, a = np.linspace(0, 1, pieces + 1), 1 - recency
    return (size + 1.0) ** u if abs(a) < 1e-9 else (1 + u * ((size + 1.0) ** a - 1)) ** (1 / a)


def rounded(values, digits=12):
    """Numbers rounded to so many significant digits, float64; the same bits on every platform."""
    values = np.asarray(values, dtype=np.float64)
    return np.array([float(f"{value:.{digits}g}") for value in values.ravel()]).reshape(
        values.shape
    )
