"""The first plays of a history, and charts over its years; each has its finding as the title."""

import numpy as np
import pandas as pd

from ..cards.themes import GREY, RUST
from ..cards.words import counted, percent_text
from ..checking import front_door
from ..exchange.histories import History
from ..instants import MINUTE_MS, MS
from .style import ACCENT, DATA, chart, note
from .tables import MOST_ROWS, in_words

NOT_SAID = {"UNKNOWN": ""}  # shown as a dash


@front_door
def first_plays(history: History):
    """The first plays of a history as people read them, for a notebook cell; a pandas Styler.

    Times are local; a dash stands for what the files do not say.
    """
    plays = history.plays.slice(0, MOST_ROWS)
    songs = history.tracks.take(plays["track_id"])
    offset_ms = plays["utc_offset_min"].to_numpy().astype("int64") * MINUTE_MS
    local_ms = plays["started_at"].cast("int64").to_numpy() + offset_ms
    table = pd.DataFrame(
        {
            "started": pd.to_datetime(local_ms, unit="ms"),
            "seconds": plays["ms_played"].to_numpy() // MS,
            "title": songs["title"].to_pylist(),
            "artists": songs["artists"].to_pylist(),
            "ended by": plays["reason_end"].to_pandas().astype(str).replace(NOT_SAID),
            "platform": plays["platform"].to_pandas().astype(str).replace(NOT_SAID),
            "source": plays["source"].to_pylist(),
        }
    )
    return in_words(table)


def draw_minutes_by_year(years):
    """How much was played in each year? Bars; the year with most in colour.

    years  as from `years_table`
    """
    most = years.loc[years["minutes"].idxmax()]
    ax = chart(
        f"Most music in {most['year']:.0f}: {counted(most['minutes'], 'minute')}",
        "Minutes of all plays, by the local day on which they began. The first and last year may "
        "be cut.",
    )
    colours = np.where(years["year"] == most["year"], ACCENT, DATA)
    ax.bar(years["year"], years["minutes"], color=colours, width=0.7)
    ax.set(ylabel="minutes", xticks=years["year"])
    return ax


def draw_artists_by_year(years):
    """How many artists of each year were new, kept from the year before, or had come back? Stacked
    bars; the first year, in which every artist is new, is left out if there are others.

    years  as from `years_table`
    """
    later = years.iloc[1:] if len(years) > 1 else years
    last = later.iloc[-1]
    share = last["n_new"] / max(last["n_artists"], 1)
    ax = chart(
        f"{percent_text(share)} of the artists of {last['year']:.0f} were new",
        "Artists with a play of 30 s and more: new to the history, played the year before too, or "
        "back after a year or more.",
    )
    base = np.zeros(len(later))
    for name, words, colour in (
        ("n_kept", "kept", DATA),
        ("n_back", "back", GREY),
        ("n_new", "new", RUST),
    ):
        ax.bar(later["year"], later[name], bottom=base, color=colour, width=0.7)
        if last[name]:
            note(ax, last["year"] + 0.4, base[-1] + last[name] / 2, words, colour)
        base += later[name].to_numpy()
    ax.set(ylabel="artists", xticks=later["year"])
    return ax


def draw_hours_by_year(hours):
    """At what hours was the music played? A line per year, the last one in colour.

    hours  as from `hours_table`
    """
    last = hours["year"].max()
    shares = hours[hours["year"] == last].set_index("hour")["share"]
    top = int(shares.idxmax())
    ax = chart(
        f"In {last}, the hour from {top}:00 had most music: {percent_text(shares[top])}",
        "Share of the year's minutes by hour of the local day; grey: the years before.",
    )
    for year, rows in hours.groupby("year"):
        is_last = year == last
        colour, width = (ACCENT, 2.4) if is_last else (DATA, 1)
        ax.plot(
            rows["hour"], 100 * rows["share"], color=colour, linewidth=width, zorder=1 + is_last
        )
    ax.set(xticks=range(0, 24, 3), ylim=(0, None), xlabel="hour", ylabel="% of minutes")
    return ax


def draw_skips_by_year(years):
    """How many plays ended early in each year? Bars; years of unknown lengths have none.

    years  as from `years_table`
    """
    known = years.dropna(subset=["skip_share"])
    said = "No year says how long its tracks are"
    if len(known):
        last = known.iloc[-1]
        said = f"{percent_text(last['skip_share'])} of the plays of {last['year']:.0f} ended early"
    ax = chart(said, "Plays more than 3 s shorter than their track, of the tracks of known length.")
    ax.bar(known["year"], 100 * known["skip_share"], color=DATA, width=0.7)
    ax.set(ylabel="% of plays", xticks=years["year"])
    return ax
