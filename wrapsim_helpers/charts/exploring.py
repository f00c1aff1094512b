"""Charts of the notebooks; each has its finding as the title. `finish` turns the axes into a
picture with an alt text.
"""

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from ..cards.themes import GREY
from ..cards.words import MONTHS, THIN, count, day
from ..instants import HOUR_MS, MINUTE_MS, whole_minutes
from ..listening.what_if import local_ms
from ..music.catalogue import pool_sizes
from ..music.genres import SMALL_POOL
from ..people.curves import HOURS_WEEKDAY, HOURS_WEEKEND, chronotype_hours
from ..people.figures import published
from ..people.survey_shares import listener_types, response_shares
from ..schema import CHRONOTYPES
from .style import ACCENT, DATA, band, chart, note, side_by_side

HALF_DAY, SECOND = pd.Timedelta(12, "h"), pd.Timedelta(1, "s")
MANY_DAYS = 70  # from here on, axes have months and weeks instead of days


def percent(share):
    """A share as text: 0.34 -> "34 %", with a thin space."""
    return f"{100 * share:.0f}{THIN}%"


def percent_axis(axis):
    """Set the ticks of an axis to round percentages."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda share, _: f"{round(100 * share, 1):g}{THIN}%")


# -- the survey and the songs ----------------------------------------------------------------------


def draw_two_groups(survey, window=20):
    """Where in the survey file are the rows of its second group?

    Draws the share of group B among neighbouring rows.
    """
    is_b = (np.asarray(listener_types(survey)) == "B").astype(float)
    share = np.convolve(is_b, np.ones(window) / window, mode="same")
    ax = chart(
        f"{percent(is_b.mean())} of the survey's rows answer differently, in blocks of the file",
        f"Share of group B among {window} neighbouring rows of the survey file. A row's group "
        f"follows from the likelihood of all its answers.",
    )
    ax.fill_between(range(len(share)), share, color=ACCENT, linewidth=0)
    ax.set(xlim=(0, len(share)), ylim=(0, 1.05), xlabel="row of the file")
    percent_axis(ax.yaxis)
    return ax


def draw_genre_by_gender(survey, genres=("Melody", "Pop", "Classical", "Rap")):
    """How does the favourite genre depend on gender in the survey's first group?

    Draws smoothed shares of respondents aged 20 to 35 on the free plan.
    """
    shares = (
        response_shares(survey, "genre")
        .loc["A"]
        .loc["20 to 35"]
        .xs("free", level="plan")
        .loc[["female", "male"], list(genres)]
    )
    widest = (shares.loc["female"] - shares.loc["male"]).abs().idxmax()
    ax = chart(
        f"{widest} differs most: {percent(shares.loc['female', widest])} of women, "
        f"{percent(shares.loc['male', widest])} of men",
        "Share with this favourite genre, group A, 20 to 35, free plan; small cells smoothed "
        "towards their gender.",
    )
    at = np.arange(len(genres))
    for x, gender, name, colour in (
        (at - 0.19, "female", "women", ACCENT),
        (at + 0.19, "male", "men", DATA),
    ):
        height = shares.loc[gender]
        ax.bar(x, height, 0.36, color=colour)
        note(ax, x[0], height.iloc[0] + 0.03, name, GREY, ha="center")
    ax.set_xticks(at, genres)
    percent_axis(ax.yaxis)
    return ax


def draw_pool_sizes(catalogue):
    """How many tracks are in the pool of each survey genre?"""
    sizes = pool_sizes(catalogue).sort_values("tracks").set_index("genre")["tracks"]
    ax = chart(
        f"{sizes.index[0]} has the smallest pool: {count(sizes.iloc[0])} tracks",
        "Tracks in each survey genre's pool, by genre label or sound; a track may be in several "
        "pools.",
    )
    ax.set_position((0.30, 0.12, 0.60, 0.72))
    ax.barh(sizes.index, sizes, color=np.where(sizes < 2 * SMALL_POOL, ACCENT, DATA))
    for row, n in enumerate(sizes):
        note(ax, n + sizes.max() / 100, row, count(n), GREY)
    ax.set_xticks([])
    ax.grid(False)
    ax.spines["bottom"].set_visible(False)
    return ax


# -- one listener ----------------------------------------------------------------------------------


def daily_minutes(listened):
    """Minutes played on each local day of the window: Series over dates."""
    started = pd.to_datetime(local_ms(listened.plays), unit="ms")
    played = pd.Series(listened.plays["ms_played"].to_numpy() / MINUTE_MS, index=started)
    minutes = played.resample("D").sum()
    first, after = (pd.Timestamp(moment.replace(tzinfo=None)) for moment in listened.run.window)
    last = max(after - SECOND, first, *minutes.index[-1:])
    return minutes.reindex(pd.date_range(first, last, normalize=True), fill_value=0.0)


def draw_year(listened):
    """How much did the listener play on which day? One bar per day; the day with most minutes is
    in the accent colour.
    """
    days = daily_minutes(listened)
    ax = chart(
        f"Music on {np.count_nonzero(days)} of {len(days)} days; most on {day(days.idxmax())} with "
        f"{whole_minutes(round(days.max() * MINUTE_MS))} minutes"
        if days.any()
        else f"No music in these {len(days)} days",
        "Minutes played per local day.",
    )
    ax.bar(days.index, days, 1.0, color=np.where(days == days.max(), ACCENT, DATA))
    ax.set_xlim(days.index[0] - HALF_DAY, days.index[-1] + HALF_DAY)
    return month_axis(ax, days.index)


def month_axis(ax, days):
    """Label a time axis with months at their first days, or with days if the period is short."""
    if len(days) > MANY_DAYS:
        firsts = days[days.day == 1]
        ax.set_xticks(firsts, [MONTHS[first.month - 1] for first in firsts], ha="left")
    else:
        few = days[:: max(1, len(days) // 7)]
        ax.set_xticks(few, list(map(day, few)))
    return ax


def draw_clock_against_plan(listened):
    """Do the hours follow the listener's own curve? Bars: shares of plays; band: the range expected
    by chance.

    Plays of a session are not independent, so the band follows from the number of sessions, not of
    plays.
    """
    chronotype = listened.listeners["chronotype"][0].as_py()
    n_sessions = len(listened.plays["session_id"].unique())
    hours, plan = np.arange(24), expected_hours(chronotype)
    n_plays = np.bincount((local_ms(listened.plays) // HOUR_MS) % 24, minlength=24)
    share = n_plays / max(n_plays.sum(), 1)
    spread = 1.96 * np.sqrt(1.6 * plan * (1 - plan) / max(n_sessions, 1))
    inside = np.count_nonzero(np.abs(share - plan) <= spread)
    ax = chart(
        f"{inside} of 24 hours lie in the band around the listener's own curve"
        if n_sessions
        else "No session to compare with the curve",
        f"Share of plays by local hour, {n_sessions} sessions. Band: about 95 % of such years "
        f"lie in it.",
    )
    ax.bar(hours, share, 0.8, color=DATA)
    band(ax, hours, np.maximum(plan - spread, 0), plan + spread)
    ax.plot(hours, plan, color=ACCENT, linewidth=2)
    top = 1.15 * max(share.max(), (plan + spread).max() if n_sessions > 20 else plan.max())
    ax.set(ylim=(0, top), xticks=hours[::3])
    note(ax, 0, top * 0.95, f"line: {chronotype.replace('_', ' ')}", ACCENT, va="top")
    percent_axis(ax.yaxis)
    return ax


def expected_hours(chronotype):
    """Expected share of plays by hour of a chronotype, over the whole week. float64, (24,)."""
    row = CHRONOTYPES.index(chronotype)
    shares = [chronotype_hours(curve)[row] for curve in (HOURS_WEEKDAY, HOURS_WEEKEND)]
    return np.average(shares, axis=0, weights=(5, 2))


def draw_what_if(before, after, name):
    """How does a change alter a year? Minutes per week (per day in a short window) before and after
    the change, on one axis.
    """
    days = [daily_minutes(year) for year in (before, after)]
    every = "week" if len(days[0]) > MANY_DAYS else "day"
    was, became = (minutes.resample(every[0].upper()).sum() for minutes in days)
    change = became.sum() / was.sum() - 1 if was.any() else 0.0
    ax = chart(
        f"{name}: {percent(abs(change))} {'more' if change > 0 else 'less'} music in the same "
        f"{every}s"
        if was.any()
        else f"{name}: no music before the change",
        f"Minutes per {every}, both from the same random streams. Music on "
        f"{np.count_nonzero(days[1])} days instead of {np.count_nonzero(days[0])}, "
        f"{np.count_nonzero(days[0] * days[1])} of them the same.",
    )
    ax.plot(was, color=DATA, linewidth=2)
    ax.plot(became, color=ACCENT, linewidth=2)
    most = max(was.max(), became.max(), 1)
    ax.set_ylim(0, 1.25 * most)
    note(ax, was.index[0], 1.18 * most, "before", GREY)
    note(ax, was.index[len(was) // 4], 1.18 * most, name.lower(), ACCENT)
    return month_axis(ax, days[0].index)


# -- the crowd -------------------------------------------------------------------------------------


def draw_volume(minutes):
    """How unequal is listening? One dot per listener on a log scale, by plan.

    minutes  DataFrame plan, minutes_per_day
    """
    medians = minutes.groupby("plan", observed=True)["minutes_per_day"].median()
    by_plan = [
        f"{medians[plan]:.0f} minutes a day on {plan}"
        for plan in ("premium", "free")
        if plan in medians
    ]
    ax = chart(
        f"The median listener plays {', '.join(by_plan)}",
        "Minutes a day over the window; each step to the right doubles them. One dot per listener; "
        "the height has no meaning.",
    )
    left = minutes["minutes_per_day"].min()
    for row, (plan, colour, of_note) in enumerate(
        (("free", DATA, GREY), ("premium", ACCENT, ACCENT))
    ):
        values = np.sort(minutes.loc[minutes["plan"] == plan, "minutes_per_day"])
        height = row + 0.6 * ((np.arange(len(values)) * 0.618) % 1 - 0.5)
        ax.scatter(values, height, s=14, color=colour, linewidth=0)
        note(ax, left, row + 0.42, plan, of_note)
    ax.set(xscale="log", ylim=(-0.5, 1.7), yticks=[])
    ax.xaxis.set_major_locator(FixedLocator(2.0 ** np.arange(-2, 11)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    return ax


def draw_crowd_hours(hours):
    """Does the crowd listen at the published hours?

    hours  DataFrame weekend, hour, n_plays, as from `crowd_hours`
    """
    n_plays = [
        hours[hours["weekend"] == weekend]
        .set_index("hour")["n_plays"]
        .reindex(range(24), fill_value=0)
        for weekend in (False, True)
    ]
    ours = [plays.idxmax() if plays.any() else "no hour" for plays in n_plays]
    axes = side_by_side(
        f"Busiest at {ours[0]} from Monday to Friday and at {ours[1]} at weekends; published: "
        f"{np.argmax(HOURS_WEEKDAY)} and {np.argmax(HOURS_WEEKEND)}",
        "Share of plays by local hour. Line: Park et al. 2019, Spotify. Bars: this run.",
        ("Monday to Friday", "Saturday, Sunday"),
    )
    for ax, plays, curve in zip(axes, n_plays, (HOURS_WEEKDAY, HOURS_WEEKEND)):
        ax.bar(plays.index, plays / max(plays.sum(), 1), 0.8, color=DATA)
        ax.plot(np.array(curve) / sum(curve), color=ACCENT, linewidth=2)
        ax.set_xticks(range(0, 24, 6))
    percent_axis(axes[0].yaxis)
    return axes[0]


def draw_leaving(leaving):
    """When do people leave a track? Share of plays not left yet, by second, with the points that
    Lamere published.

    leaving  DataFrame second, n_left, n_plays, as from `crowd_leaving`
    """
    left = leaving.set_index("second")["n_left"].reindex(range(240), fill_value=0)
    # not left when the second begins
    on = 1 - left.cumsum().shift(fill_value=0) / leaving["n_plays"].iloc[0]
    ax = chart(
        f"{percent(1 - on.iloc[5])} of plays are left within five seconds, "
        f"{percent(1 - on.iloc[30])} within thirty",
        "Share of plays not left yet, by seconds played. Dots: Lamere 2014, Spotify.",
    )
    ax.plot(on, color=DATA, linewidth=2.5)
    points = [(s, 1 - published(f"skip_within_{s}s")) for s in (5, 10, 30)]
    ax.scatter(*zip(*points), s=46, color=ACCENT, zorder=3)
    note(ax, 36, points[-1][1] - 0.06, "published", ACCENT)
    ax.set(ylim=(0, 1.02), xlim=(0, 239))
    percent_axis(ax.yaxis)
    return ax


def draw_homes(listeners):
    """Where do the listeners live? One dot per listener, by longitude and latitude.

    listeners  DataFrame of the table `listeners`
    """
    country = listeners["country"].value_counts()
    ax = chart(
        f"{len(country)} countries and {listeners['time_zone'].nunique()} time zones; "
        f"{country.iloc[0]} of {len(listeners):,} listeners live in {country.index[0]}",
        "Homes by degrees east and north. Towns from Faker, countries by published shares.",
    )
    ax.scatter(listeners["longitude"], listeners["latitude"], s=16, color=ACCENT, linewidth=0)
    ax.set(
        xlim=(-180, 180),
        ylim=(-60, 75),
        aspect="equal",
        yticks=[-45, 0, 45],
        xticks=[-120, -60, 0, 60, 120],
    )
    ax.axhline(0, color=DATA, linewidth=0.6)
    return ax
