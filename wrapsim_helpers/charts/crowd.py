"""Charts of a crowd; each has its finding as the title."""

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FixedLocator, NullLocator

from ..cards.themes import GREY, INK
from ..cards.words import count, counted
from ..people.curves import HOURS_WEEKDAY, HOURS_WEEKEND
from ..people.figures import published
from ..people.homes import countries, land_outlines
from .style import (
    ACCENT,
    BAND,
    DATA,
    SMALL,
    band,
    blank_axes,
    chart,
    note,
    percent,
    percent_axis,
    ruled,
    series_text,
    side_by_side,
    tell,
    units,
)

Z95, MEDIAN_ERROR = 1.96, 1.2533  # the standard error of a median is that of a mean times 1.25
FEW_LISTENERS = 20  # with fewer, nobody can say what is chance
FARTHEST = 4.0  # ratio of an effect; larger ones are drawn at the edge


def frame_of(table):
    """A table as a DataFrame. table: a DataFrame, or an Ibis expression, which is executed"""
    return table.execute() if hasattr(table, "execute") else table


# -- homes -----------------------------------------------------------------------------------------


def draw_homes(listeners):
    """Where do the listeners live? One dot per listener on a map of the land.

    listeners  DataFrame of the table `listeners`
    """
    homes = listeners["country"].map(country_names()).value_counts()
    ax = chart(
        f"{counted(len(listeners), 'listener')} in {len(homes)} countries and "
        f"{listeners['time_zone'].nunique()} time zones; {homes.index[0]} has most, "
        f"{count(homes.iloc[0])}",
        "Countries by published shares, towns from Faker. Coastlines: Natural Earth.",
    )
    ax.set_position((0.02, 0.09, 0.96, 0.74))
    ax.add_collection(PolyCollection(land_outlines(), facecolor=BAND, linewidth=0))
    ax.scatter(listeners["longitude"], listeners["latitude"], s=16, color=ACCENT, linewidth=0)
    ax.set(xlim=(-180, 180), ylim=(-58, 84), aspect="equal", yticks=[], xticks=[])
    ax.spines["bottom"].set_visible(False)
    return tell(ax, f"Listeners: {series_text(homes.index[:10], map(count, homes.iloc[:10]))}.")


def country_names():
    """Country code -> its name, or the code itself if places.csv does not have it."""
    names = countries().set_index("country")["name"].to_dict()
    return lambda code: names.get(code, code)


# -- volume ----------------------------------------------------------------------------------------


def draw_volume(minutes):
    """How unequal is listening? One dot per listener on a log scale, by plan, with medians.

    minutes  DataFrame plan, minutes_per_day
    """
    groups = {
        plan: np.sort(minutes.loc[minutes["plan"] == plan, "minutes_per_day"])
        for plan in ("free", "premium")
    }
    groups = {plan: values for plan, values in groups.items() if len(values)}
    ax = chart(
        volume_title(groups),
        "Each step to the right doubles the minutes. One dot per listener; its height has no "
        "meaning. Bars: medians.",
    )
    for row, (plan, values) in enumerate(groups.items()):
        draw_cloud(ax, row, plan, values)
    ax.set(xscale="log", ylim=(-0.6, len(groups) - 0.2), yticks=[])
    ax.xaxis.set_major_locator(FixedLocator(2.0 ** np.arange(-4, 11)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    tell(ax, " ".join(map(cloud_sentence, groups, groups.values())))
    return units(ax, "minutes a day over the period, log scale")


def volume_title(groups):
    """The medians by plan, and whether the crowd is large enough to tell the plans apart."""
    medians = " and ".join(
        f"{np.median(groups[plan]):.0f} minutes a day on {plan}"
        for plan in ("premium", "free")
        if plan in groups
    )
    title = f"The median listener plays {medians or 'nothing'}"
    if len(groups) == 2 and not differ(*groups.values()):
        n = counted(sum(map(len, groups.values())), "listener")
        return f"{title}; {n} are too few to tell the plans apart"
    return title


def differ(first, second):
    """Whether the 95 % interval of the ratio of two medians leaves out 1. float64, (L,) each"""
    logs = [np.log(np.maximum(values, 1e-3)) for values in (first, second)]
    if min(map(len, logs)) < 2:
        return False
    error = MEDIAN_ERROR * np.sqrt(sum(values.var(ddof=1) / len(values) for values in logs))
    return bool(abs(np.median(logs[0]) - np.median(logs[1])) > Z95 * error)


def draw_cloud(ax, row, plan, values):
    """The dots of a plan with its median, and the largest value labelled."""
    colour, text = (DATA, GREY) if plan == "free" else (ACCENT, ACCENT)
    height = row + 0.5 * ((np.arange(len(values)) * 0.618) % 1 - 0.5)
    ax.scatter(values, height, s=14, color=colour, linewidth=0)
    median = np.median(values)
    ax.plot((median, median), (row - 0.32, row + 0.32), color=INK, linewidth=2)
    note(ax, median, row + 0.42, f"{plan}: {median:.0f}", text, ha="center")
    label = ax.annotate(
        f"most: {count(values[-1])}",
        (values[-1], height[-1]),
        (-6, -10),
        textcoords="offset points",
        color=text,
        fontsize=SMALL,
        ha="right",
        va="center",
    )
    label.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.5})


def cloud_sentence(plan, values):
    """Smallest, median and largest minutes a day of a plan, for the alt text."""
    low, middle, high = values[0], np.median(values), values[-1]
    return (
        f"{plan.capitalize()}: {counted(len(values), 'listener')}, from {low:.1f} to {count(high)} "
        f"minutes a day, median {middle:.0f}."
    )


# -- hours -----------------------------------------------------------------------------------------


def draw_crowd_hours(hours):
    """Does the crowd listen at the published hours? Bars outside the range of chance are red.

    hours  listener_id, weekend, hour, n_plays, as from `listener_hours`; a DataFrame or an Ibis
           expression
    """
    hours = frame_of(hours)
    halves = [hour_table(hours[hours["weekend"] == weekend]) for weekend in (False, True)]
    curves = [np.array(curve) / sum(curve) for curve in (HOURS_WEEKDAY, HOURS_WEEKEND)]
    shares, errors = zip(*map(shares_and_errors, halves))
    known = min(map(len, halves)) >= FEW_LISTENERS
    outside = [
        known & (np.abs(share - curve) > Z95 * error)
        for share, curve, error in zip(shares, curves, errors)
    ]
    axes = side_by_side(
        hours_title(shares, outside, known),
        "Line: Park et al. 2019, Spotify. Bars: this run. Band: range of chance of a crowd of this "
        "size.",
        ("Share of plays, Monday to Friday", "Saturday, Sunday"),
    )
    for ax, share, error, curve, out in zip(axes, shares, errors, curves, outside):
        draw_hours(ax, share, Z95 * error * known, curve, out)
    percent_axis(axes[0].yaxis)
    for ax in axes:
        units(ax, "local hour")
    label_hour_lines(axes[0], curves[0], known)
    tell(axes[0], " ".join(map(hours_sentence, ("Weekdays", "Weekends"), shares)))
    return axes[0]


def hour_table(hours):
    """Plays of each listener by hour: int64, (L, 24)."""
    table = hours.pivot_table("n_plays", "listener_id", "hour", "sum", fill_value=0)
    return table.reindex(columns=range(24), fill_value=0).to_numpy()


def shares_and_errors(n_plays):
    """Share of the crowd's plays by hour and its standard error, float64, (24,) each.

    n_plays  int64, (L, 24)
    Each listener is one observation of a ratio, since a listener's plays resemble each other.
    """
    total = max(n_plays.sum(), 1)
    share = n_plays.sum(0) / total
    residual = n_plays - share * n_plays.sum(1, keepdims=True)
    return share, np.sqrt((residual**2).sum(0)) / total


def hours_title(shares, outside, known):
    """The busiest hours, and how many hours are within chance of the published share."""
    busiest = [np.argmax(share) if share.any() else "no hour" for share in shares]
    title = f"Busiest at {busiest[0]} from Monday to Friday and at {busiest[1]} at weekends"
    if not known:
        return f"{title}; too few listeners to say what is chance"
    return f"{title}; {48 - np.sum(outside)} of 48 hours are within chance of the published share"


def draw_hours(ax, share, reach, curve, outside):
    """Bars of a crowd, the published curve, and around it the range of chance."""
    ax.bar(range(24), share, 0.8, color=np.where(outside, ACCENT, DATA))
    band(ax, np.arange(24), np.maximum(curve - reach, 0), curve + reach)
    ax.plot(curve, color=INK, linewidth=2)
    ax.set_xticks(range(0, 24, 6))


def label_hour_lines(ax, curve, known):
    """Name the line and the band in the empty corner of the night."""
    top = ax.get_ylim()[1]
    note(ax, 0.2, 0.94 * top, "line: published", INK)
    note(ax, 0.2, 0.85 * top, "bars: this run", GREY)
    if known:
        note(ax, 0.2, 0.76 * top, "band: chance", GREY)


def hours_sentence(name, share):
    """The shares by hour for the alt text."""
    return f"{name}, share by hour from 0: {', '.join(f'{100 * s:.1f} %' for s in share)}."


# -- leaving ---------------------------------------------------------------------------------------


def draw_leaving(leaving):
    """When do people leave a track? Share of plays not left yet, by second, with the points that
    Lamere published.

    leaving  second, n_left, n_plays, as from `crowd_leaving`; a DataFrame or an Ibis expression
    """
    on = still_playing(frame_of(leaving))
    ax = chart(
        f"{percent(1 - on[5])} of plays are left within five seconds, {percent(1 - on[30])} within "
        f"thirty",
        "Plays that end more than 3 s before the end of their track. Dots: Lamere 2014, Spotify.",
    )
    ax.plot(on, color=DATA, linewidth=2.5)
    points = {s: 1 - published(f"skip_within_{s}s") for s in (5, 10, 30)}
    ax.scatter(points.keys(), points.values(), s=46, color=ACCENT, zorder=3)
    ax.set(ylim=(0, 1.02), xlim=(0, 239), xticks=range(0, 240, 30))
    shares = ", ".join(map(percent, points.values()))
    note(ax, 30, points[30] - 0.19, f"published: {shares} after 5, 10, 30 s", ACCENT)
    note(ax, 238, on[239] + 0.06, f"this run: {percent(on[239])} after 239 s", GREY, ha="right")
    percent_axis(ax.yaxis)
    seconds = (5, 10, 30, 60, 120, 239)
    left = series_text((f"after {s} s" for s in seconds), (percent(on[s]) for s in seconds))
    tell(ax, f"Not left {left}. Published {series_text(points, map(percent, points.values()))}.")
    return units(ax, "seconds played", "plays not left yet")


def still_playing(leaving):
    """Share of plays that were not left before each second: Series over 0 to 239."""
    left = leaving.set_index("second")["n_left"].reindex(range(240), fill_value=0)
    return 1 - left.cumsum().shift(fill_value=0) / leaving["n_plays"].iloc[0]


# -- effects ---------------------------------------------------------------------------------------


def draw_effects(effects):
    """Does the log show the effects that were requested? A dot per effect: measured divided by
    requested, with its 95 % interval.

    effects  DataFrame, as from `effects_of`
    """
    seen = effects[(effects["holds"] != "not seen") & (effects["requested"] > 0)]
    ratio = seen[["observed", "low", "high"]].div(seen["requested"], axis=0)
    ratio = ratio.clip(1 / FARTHEST, FARTHEST)
    misses = (seen["holds"] == "no").to_numpy()
    ax = effects_axes(effects_title(misses), seen)
    for row, (values, miss) in enumerate(zip(ratio.to_numpy(), misses)):
        colour = ACCENT if miss else DATA
        ax.plot(values[1:], (row, row), color=colour, linewidth=2, solid_capstyle="butt")
        ax.scatter(values[0], row, s=26, color=colour, zorder=3, linewidth=0)
        value = f"{seen['observed'].iloc[row]:.2f} for {seen['requested'].iloc[row]:.2f}"
        note(ax, 1.03 * FARTHEST, row, value, ACCENT if miss else GREY)
    numbers = (f"{o:.2f} for {r:.2f}" for o, r in seen[["observed", "requested"]].to_numpy())
    return tell(ax, f"Measured for requested: {series_text(seen['effect'], numbers)}.")


def effects_title(misses):
    """How many effects were measured as requested."""
    if not len(misses):
        return "No effect can be measured: the run has too few plays"
    return (
        f"{count((~misses).sum())} of {counted(len(misses), 'effect')} are measured as requested, "
        f"within the 95\u2009% interval; one in twenty misses by chance"
    )


def effects_axes(title, seen):
    """Empty axes with one row for each effect."""
    source = (
        "Each dot is measured divided by requested; the line is its 95 % interval. Red: the "
        "interval leaves out 1."
    )
    n = max(len(seen), 4)
    ax = ruled(blank_axes(title, source, (7.2, 2.0 + 0.2 * n)).add_axes((0.37, 0, 0.47, 0)))
    height = ax.figure.get_figheight()
    ax.set_position((0.37, 0.75 / height, 0.47, 1 - 1.75 / height))
    ax.set(xscale="log", xlim=(1 / FARTHEST, FARTHEST), ylim=(n - 0.4, -0.6))
    ax.axvline(1, color=INK, linewidth=1)
    ax.text(
        1.33,  # the right margin
        1.005,
        "measured for requested",
        transform=ax.transAxes,
        color=GREY,
        fontsize=SMALL,
        ha="right",
        va="bottom",
    )
    ax.set_yticks(range(len(seen)), [*map(effect_words, seen["effect"])])
    ax.set_xticks([0.25, 0.5, 1, 2, 4], ["\u00bc", "\u00bd", "as requested", "2\u00d7", "4\u00d7"])
    ax.xaxis.set_minor_locator(NullLocator())
    return ax


def effect_words(name):
    """The name of an effect, short enough for an axis."""
    for long, short in SHORTER:
        name = name.replace(long, short)
    return name


SHORTER = (
    ("same listener, premium against free", "moving to premium"),
    ("sessions begun from ", "begun "),
    (" against begun 10:00 to 20:00", ""),
    (" against age 30-40", ""),
    (" against phone", ""),
    (" against own playlist", ""),
    (" against later play of a session", ""),
    (" play of a session", " play"),
    ("Saturday and Sunday against Monday to Friday", "weekend against weekday"),
)
