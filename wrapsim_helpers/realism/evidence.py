"""The charts of the benchmark: published figures in the accent colour, measured ones in grey."""

import numpy as np
import pandas as pd

from ..cards.themes import GREY, INK, MIST, WHITE
from ..cards.words import count
from ..charts.style import (
    ACCENT,
    BOTTOM,
    DATA,
    LEFT,
    TEXT,
    chart,
    finish,
    frame,
    note,
    percent,
    percent_axis,
    ruled,
    series_text,
    side_by_side,
    tell,
    units,
)
from ..people.figures import published
from . import pairs
from .judged import AGREES, CANNOT_TELL, MISSES, outcome_readings
from .scores import PASS, TOO_SMALL, judged, targets, verdicts

NOTHING = "This run holds no such plays"
END_WORDS = {
    "trackdone": "end",
    "fwdbtn": "forward",
    "backbtn": "back",
    "endplay": "stopped",
    "logout": "log out",
    "unexpected_exit": "crash",
    "trackerror": "error",
}
WORST = 4  # larger scores are drawn at the edge
LONG_SITTINGS = "Plays in sessions of 10 tracks and more, July weekends"
MSSD = f"{LONG_SITTINGS}. Published: Music Streaming Sessions Dataset, 2018."


def draw_scores(results):
    """How far is each counted outcome from its published figure, in tolerances? One dot per
    outcome, by domain.

    results  list of `Result`, as from `measured`
    """
    table = verdicts(results)
    table = table[table["counted"] & table["score"].notna()]
    row, domains = pd.factorize(table.index.map(lambda target: targets()[target]["domain"]))
    ok, unjudged = table["verdict"] == PASS, (table["verdict"] == TOO_SMALL).sum()
    ax = chart(
        f"{ok.sum()} of {len(table)} published outcomes are within their tolerance"
        + f"; {unjudged} need more listeners" * bool(unjudged),
        "Distance in tolerances, worst check of each outcome (tiers A and B). Red: missed. Light: "
        "too few listeners.",
    )
    ax.set_position(frame(0.17))
    ax.scatter(
        np.minimum(table["score"], WORST),
        row + 0.56 * ((np.arange(len(table)) * 0.618) % 1 - 0.5),  # spread within the row
        s=np.where(table["tier"] == "A", 60, 28),
        color=table["verdict"].map({PASS: DATA, TOO_SMALL: MIST}).fillna(ACCENT),
        linewidth=0,
    )
    ax.axvline(1, color=INK, linewidth=1)
    ax.set_yticks(range(len(domains)), domains)
    ax.set(xlim=(-0.1, WORST + 0.15), ylim=(len(domains) - 0.4, -0.9))
    note(ax, 1.04, -0.7, "tolerance; large dots are tier A", GREY)
    ax.set_xticks(range(WORST + 1), [*map(str, range(WORST)), f"{WORST} and more"])
    return ax


def draw_judged(results):
    """What is this run large enough to judge, and what comes out? Counted outcomes by domain: those
    that agree, those that miss, and those for which the run is too small.

    results  list of `Result`, as from `measured`
    """
    table = pd.crosstab(*zip(*outcome_readings(results).itertuples(index=False, name=None)))
    table = table.reindex(columns=[AGREES, MISSES, CANNOT_TELL], fill_value=0)
    table = table.loc[table.sum(axis=1).sort_values().index]
    agree, miss, unclear = table.sum()
    ax = chart(
        f"This run can judge {agree + miss} of {agree + miss + unclear} published outcomes; "
        f"{agree} of them agree",
        "Counted outcomes of tiers A and B that apply to this run. Too small: the 95 % interval "
        "is wider than the tolerance.",
    )
    ax.set_position(frame(0.2))
    left = np.zeros(len(table))
    for name, colour in zip(table, (DATA, ACCENT, MIST)):
        n = table[name]
        ax.barh(range(len(table)), n, 0.7, left=left, color=colour)
        label_bars(ax, left, n, INK if colour == MIST else WHITE)
        left += n
    label_readings(ax, table.columns)
    ax.set_yticks(range(len(table)), table.index)
    ax.set(xticks=[], ylim=(-0.6, len(table) - 0.4))
    ax.grid(False)
    tell(ax, " ".join(map(domain_sentence, table.index, table.to_numpy())))
    return units(ax, y="number of figures")


def label_bars(ax, left, n, colour):
    """Write the number on each bar that is not empty."""
    for row, (start, width) in enumerate(zip(left, n)):
        if width:
            note(ax, start + width / 2, row, f"{width}", colour, ha="center")


def label_readings(ax, names):
    """Name the three colours in the corner below the short bars."""
    at = {"transform": ax.transAxes, "fontsize": TEXT}
    for height, name, colour in zip((0.24, 0.15, 0.06), names, (DATA, ACCENT, MIST)):
        ax.text(0.68, height, "\u25a0", color=colour, **at)
        ax.text(0.72, height, name, color=GREY, **at)


def domain_sentence(domain, numbers):
    """The numbers of a domain for the alt text."""
    agree, miss, unclear = numbers
    return f"{domain.capitalize()}: {agree} agree, {miss} miss, {unclear} cannot be judged."


def draw_against_uniform(results, uniform):
    """What does the model add to uniform draws?

    Draws the share of counted outcomes within tolerance of both, by tier.
    """
    table = judged(results)
    of_uniform = verdicts(uniform)["verdict"].reindex(table.index)
    passes = pd.DataFrame({"uniform draws": of_uniform, "the model": table["verdict"]}) == PASS
    shares = passes.groupby(table["tier"]).mean().reindex(["A", "B"])
    ax = chart(
        f"Uniform draws meet {percent(shares.iloc[0, 0])} of the tier A figures, the model "
        f"{percent(shares.iloc[0, 1])}",
        "Share of the counted outcomes that could be judged on the model's run; grey: the loop "
        "that this project began with.",
    )
    for offset, name, colour, text in (
        (-0.19, "uniform draws", DATA, GREY),
        (0.19, "the model", ACCENT, ACCENT),
    ):
        ax.bar(np.arange(2) + offset, shares[name], 0.36, color=colour)
        note(ax, offset, shares[name].iloc[0] + 0.03, name, text, ha="center")
    ax.set_xticks(range(2), ["tier A", "tier B"])
    ax.set_ylim(0, 1.1)
    percent_axis(ax.yaxis)
    return ax


def paired_bars(title, source, table):
    """Draw published and measured shares as bars side by side.

    title  function of the measured column; returns the title. Not called if nothing was measured
    table  as from `realism.pairs`
    """
    ax = chart(title(table["measured"]) if table["measured"].notna().any() else NOTHING, source)
    at, top = np.arange(len(table)), np.nanmax(table.to_numpy())
    for offset, column, colour in ((-0.19, "published", ACCENT), (0.19, "measured", DATA)):
        ax.bar(at + offset, table[column].fillna(0.0), 0.36, color=colour)
    free = int(table.max(axis=1).to_numpy()[1:].argmin()) + 1
    note(ax, free, top, "published", ACCENT, ha="center")
    note(ax, free, top * 0.91, "this run", GREY, ha="center")
    ax.set_xticks(at, [*map(str, table.index)])
    ax.set_ylim(0, 1.08 * top)
    percent_axis(ax.yaxis)
    tell(ax, " ".join(pair_sentence(name, table[name]) for name in table))
    return units(ax, y="share of plays")


def pair_sentence(name, values):
    """The published or the measured shares for the alt text."""
    known = values.dropna()
    return f"{name.capitalize()}: {series_text(known.index, map(percent, known))}."


def draw_endings(sample):
    """Why do plays end?"""
    return paired_bars(
        lambda share: (
            f"{percent(share['forward'])} of plays in long sessions end by the forward button, "
            f"{percent(share['end'])} at the track's end"
        ),
        MSSD,
        pairs.endings(sample).rename(END_WORDS),
    )


def draw_contexts(sample):
    """Where does the music come from?"""
    table = pairs.contexts(sample)
    return paired_bars(
        lambda share: (
            f"{percent(0.5 * np.abs(share - table['published']).sum())} of plays would have to "
            "move to match the published shares"
        ),
        MSSD,
        table,
    )


def draw_release_ages(sample):
    """How old is the music that is played?"""
    return paired_bars(
        lambda share: (
            f"{percent(share.iloc[:2].sum())} of plays are of music from this year and the last"
        ),
        f"{LONG_SITTINGS}, by age of the release. Published: MSSD, 2018.",
        pairs.release_ages(sample),
    )


def draw_skips_by_age(sample):
    """Who leaves tracks early?"""
    return paired_bars(
        lambda share: (
            f"Listeners under 20 leave {share_in_words(share.iloc[0])} of their plays early, "
            f"about 35 {share_in_words(share.iloc[2])}"
        ),
        "Published: P. Lamere, The Skip, 2014 (read off a chart; no figure for the twenties).",
        pairs.skips_by_age(sample),
    )


def share_in_words(value):
    """A share as text; "(no listeners)" for NaN."""
    return percent(value) if value == value else "(no listeners)"


def draw_hours_held(sample):
    """Do listeners listen at the published hours?"""
    table = pairs.hours(sample)
    worst = np.abs(table["published"] - table["measured"]).max()
    axes = side_by_side(
        f"Every hour is within {100 * worst:.1f} percentage points of the published share",
        "Share of plays by local hour. Line: Park et al. 2019, Spotify. Bars: this run.",
        ("Share of plays, Monday to Friday", "Saturday, Sunday"),
    )
    for ax, weekend in zip(axes, (False, True)):
        ax.bar(range(24), table.loc[weekend, "measured"], 0.8, color=DATA)
        ax.plot(range(24), table.loc[weekend, "published"], color=ACCENT, linewidth=2)
        ax.set_xticks(range(0, 24, 6))
        units(ax, "local hour")
    percent_axis(axes[0].yaxis)
    top = axes[0].get_ylim()[1]
    note(axes[0], 0.2, 0.94 * top, "line: published", ACCENT)
    note(axes[0], 0.2, 0.85 * top, "bars: this run", GREY)
    tell(axes[0], f"Monday to Friday. {pair_sentence('measured', table.loc[False, 'measured'])}")
    return axes[0]


def line_and_dots(ax, table):
    """Draw the measured values of a pair as a line, the published ones as dots."""
    ax.plot(table.index, table["measured"], color=DATA, linewidth=2.5)
    ax.scatter(table.index, table["published"], s=46, color=ACCENT, zorder=3)


def draw_still_on(sample):
    """When do people leave a track?"""
    table = pairs.still_on(sample)
    ax = chart(
        f"{percent(1 - table['measured'][5])} of plays are left within five seconds, "
        f"{percent(1 - table['measured'][30])} within thirty"
        if table["measured"].notna().all()
        else NOTHING,
        "Share of plays not left yet, by seconds played. Dots: P. Lamere, The Skip, 2014.",
    )
    line_and_dots(ax, table)
    points = table["published"].dropna()[[5, 10, 30]]
    shares = ", ".join(map(percent, points))
    note(ax, 30, points[30] - 0.08, f"published: {shares} after 5, 10, 30 s", ACCENT, ha="center")
    if table["measured"].notna().all():
        end = table["measured"].iloc[-1]
        note(ax, 59, end + 0.05, f"this run: {percent(end)} after 60 s", GREY, ha="right")
    ax.set(ylim=(0, 1.02), xlim=(0, 60))
    percent_axis(ax.yaxis)
    measured = table["measured"][[5, 10, 30, 60]]
    tell(
        ax, f"Not left after seconds: {series_text(measured.index, map(share_in_words, measured))}."
    )
    return units(ax, "seconds played", "plays not left yet")


def draw_volume_spread(sample):
    """How unequal is listening?"""
    table = pairs.volumes(sample)
    if not len(table):
        return chart(NOTHING, "Minutes a day of each listener.")
    tenth = [float(np.interp(share, table.index, table["measured"])) for share in (0.1, 0.9)]
    ax = chart(
        f"10\u2009% of listeners play less than {tenth[0]:.0f} minutes a day, 10\u2009% more than "
        f"{tenth[1]:.0f}",
        "Minutes a day of each listener, in order, log scale. Line: a log-normal of the published "
        "spread (2015), same median.",
    )
    ax.plot(table.index, table["measured"], color=DATA, linewidth=3)
    ax.plot(table.index, table["published"], color=ACCENT, linewidth=1.5)
    ax.set(yscale="log", xlim=(0, 1))
    percent_axis(ax.xaxis)
    ax.yaxis.set_major_formatter("{x:g}")
    for height, name, colour in ((0.93, "line: published", ACCENT), (0.85, "this run", GREY)):
        ax.text(0.02, height, name, transform=ax.transAxes, color=colour, fontsize=TEXT)
    low, high = table["measured"].iloc[[0, -1]]
    tell(ax, f"From {low:.1f} to {high:.0f} minutes a day.")
    return units(ax, "listeners, from the fewest minutes to the most", "minutes a day, log scale")


def draw_artist_ranks(sample):
    """How fast do plays fall with the rank of the artist?"""
    table = pairs.artist_ranks(sample)
    if not len(table):
        return chart(NOTHING, "Share of plays by rank of the artist.")
    first = table["measured"].iloc[: max(1, round(len(table) / 100))].sum()
    ax = chart(
        f"The top 1\u2009% of {count(len(table))} artists have {percent(first)} of all plays",
        "Share of plays by rank of the artist, both on log scales. Line: the published slope at "
        "ranks 10 to 1000 (HetRec Last.fm).",
    )
    ax.plot(table.index, table["measured"], color=DATA, linewidth=2.5)
    ax.plot(table.index, table["published"], color=ACCENT, linewidth=1.5)
    ax.set(xscale="log", yscale="log")
    ax.set_position(frame(0.13))
    for height, name, colour in ((0.2, "line: published slope", ACCENT), (0.12, "this run", GREY)):
        ax.text(0.03, height, name, transform=ax.transAxes, color=colour, fontsize=TEXT)
    units(ax, "rank of the artist, log scale", "share of plays, log scale")
    known = table["measured"].reindex([1, 10, 100, 1000]).dropna()
    tell(ax, f"Share by rank: {series_text(known.index, (f'{100 * v:.2g} %' for v in known))}.")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter(
        lambda value, _: f"{100 * value:.{max(0, round(-np.log10(100 * value)))}f}\u2009%"
    )
    return ax


def draw_distinct_tracks(sample):
    """How does the number of distinct tracks grow with the number of plays?"""
    table = pairs.distinct_tracks(sample)
    last = table["measured"].dropna()
    ax = chart(
        f"The first {count(last.index[-1])} plays of the median heavy listener have "
        f"{count(last.iloc[-1])} distinct tracks"
        if len(last)
        else "No listener of this run has 5000 plays",
        "Distinct tracks by plays, median of listeners with 5000 plays, log scales. Dot: "
        "2728 tracks in 13\u2009750 plays (MIDiA 2025).",
    )
    line_and_dots(ax, table)
    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: count(value))
    note(ax, 12_000, 2_728, "published", ACCENT, ha="right")
    if len(last):
        note(ax, 1.08 * last.index[-1], last.iloc[-1] / 1.25, "this run", GREY)
        tell(ax, f"Tracks by plays: {series_text(last.index, map(count, last))}.")
    return units(ax, "plays of a listener, log scale", "distinct tracks, log scale")


def draw_taste_overlap(sample):
    """How alike are two listeners, and how many have the same favourite artist?"""
    common, firsts = pairs.common_artists(sample), pairs.number_ones(sample)
    if not len(common):
        return chart(NOTHING, "Artists in common of two listeners with 50 artists or more.")
    mean = common["measured"] @ common.index
    left, right = apart(
        f"Two listeners share {mean:.1f} of their 20 top artists; {percent(firsts['measured'][1])} "
        f"have the commonest number one",
        "Left: share of random pairs. Right: share of listeners, by rank of the artist. Published: "
        "HetRec Last.fm, 2011.",
        ("Share of pairs", "Share of listeners"),
    )
    draw_in_common(left, common["measured"], mean)
    draw_number_ones(right, firsts)
    units(left, "artists in common")
    units(right, "rank of the artist")
    shares = common["measured"][:7]
    tell(left, f"Artists in common: {series_text(shares.index, map(percent, shares))}.")
    return left


def apart(title, source, names):
    """Two axes side by side, each with scales of its own."""
    axes = side_by_side(title, source, names)
    axes[1].remove()
    right = axes[0].figure.add_axes((0.62, BOTTOM, 0.34, 0.74 - BOTTOM))
    axes[0].set_position((LEFT, BOTTOM, 0.4, 0.74 - BOTTOM))
    ruled(right).set_title(names[1], loc="left", fontsize=TEXT, color=INK)
    return axes[0], right


def draw_in_common(ax, share, mean):
    """Draw the shares of pairs by artists in common as bars, with the published and the measured
    mean.
    """
    last = max(6, int(np.flatnonzero(share > 0.0005).max()))
    ax.bar(share.index[: last + 1], share[: last + 1], 0.8, color=DATA)
    top, average = 1.35 * share.max(), pairs.in_common(published("taste_overlap_pairs"))
    means = (
        (average, f"published mean {average:.1f}", ACCENT),
        (mean, f"this run {mean:.1f}", INK),
    )
    for height, (x, name, colour) in zip((0.99 * top, 0.87 * top), sorted(means)):
        ax.plot((x, x), (0, height), color=colour, linewidth=2)
        over_lines(note(ax, x + 0.03 * last, height, name, colour, va="top"))
    ax.set(ylim=(0, top), xlim=(-0.6, last + 0.6))
    ax.set_xticks(range(0, last + 1, 1 if last < 10 else 5))
    percent_axis(ax.yaxis)


def over_lines(text):
    """Give a label a white ground, so that no hairline crosses it."""
    text.set_bbox({"facecolor": WHITE, "linewidth": 0, "pad": 1})


def draw_number_ones(ax, table):
    """Draw the shares of listeners who have each of the commonest number ones as bars, with the
    published share of the first.
    """
    ax.bar(table.index, table["measured"], 0.8, color=DATA)
    first, top = table["published"].iloc[0], 1.2 * np.nanmax(table.to_numpy())
    ax.plot((0.4, 1.6), (first, first), color=ACCENT, linewidth=3)
    name = f"published first: {percent(first)}"
    over_lines(note(ax, 10.5, 0.9 * top, name, ACCENT, ha="right"))
    ax.set(ylim=(0, top), xlim=(0.3, 10.7))
    ax.set_xticks([1, *range(5, len(table) + 1, 5)])
    percent_axis(ax.yaxis)


OF_SAMPLE = {
    "leaving": draw_still_on,
    "endings": draw_endings,
    "skips_by_age": draw_skips_by_age,
    "hours": draw_hours_held,
    "volume": draw_volume_spread,
    "contexts": draw_contexts,
    "release_ages": draw_release_ages,
    "artist_ranks": draw_artist_ranks,
    "distinct_tracks": draw_distinct_tracks,
    "taste_overlap": draw_taste_overlap,
}


def draw_evidence(study):
    """All charts of a `Study` as pictures: name -> Card."""
    axes = {
        "scores": draw_scores(study.results),
        "uniform": draw_against_uniform(study.results, study.uniform),
    } | {name: draw(study.sample) for name, draw in OF_SAMPLE.items()}
    return {name: finish(ax) for name, ax in axes.items()}
