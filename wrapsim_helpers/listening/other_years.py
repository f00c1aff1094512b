"""Other years of one listener: what they would have played with something changed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from ..checking import front_door
from ..instants import DAY_MS, HOUR_MS, MINUTE_MS
from ..parameters import GENDERS, PLANS
from .listen import Listened, listen
from .what_if import first_row, local_ms, what_if

STREAM_MS = 30_000  # a play of 30 s and more is a stream
WEEK_MS, TOP = 7 * DAY_MS, 5
AGES = (14, 18, 25, 35, 50, 65)
OTHERS = 20  # listeners with whom a year is compared
# homes far apart: name -> degrees north and east
HOMES = {
    "London": (51.51, -0.13),
    "New York": (40.71, -74.01),
    "S\u00e3o Paulo": (-23.55, -46.63),
    "Lagos": (6.52, 3.38),
    "Mumbai": (19.08, 72.88),
    "Tokyo": (35.68, 139.69),
    "Sydney": (-33.87, 151.21),
}


def changed_year(listened, *, age=-1, gender="", plan="", genre="", home="", seed=None):
    """The year of the first listener with something changed; a `Listened`.

    age, gender, plan, genre  as in `what_if`
    home  a name of HOMES; "" changes nothing. The name and the country's music change with it
    seed  another seed draws another person; None changes nothing
    """
    run = listened.run if seed is None else replace(listened.run, seed=seed)
    if home:
        north, east = HOMES[home]
        run = replace(run, given=replace(run.given, latitude=north, longitude=east))
    listeners = listened.listeners.slice(0, 1)
    there = replace(listened, run=run, listeners=listeners)
    return what_if(there, age=age, gender=gender, plan=plan, preferred_genre=genre)


# -- the numbers of a year -------------------------------------------------------------------------


def year_numbers(listened):
    """The year of the first listener as numbers and texts: a dict for JSON.

    weeks   minutes in each week (in each day of a short window) from its first day
    hours   share of plays that begin in each local hour
    top     [artist, streams] of the top five artists, by streams, ties by name
    total   hours of music;  days, sessions  numbers;  skips  share of plays
    """
    plays = listened.plays
    local = local_ms(plays)
    hours = np.bincount(local // HOUR_MS % 24, minlength=24) / max(len(local), 1)
    total = first_row(listened.answers.select(["n_plays", "n_skips", "ms_played"]))
    return {
        "weeks": minutes_by_step(listened, local).tolist(),
        "hours": hours.round(4).tolist(),
        "top": top_artists_of(listened),
        "total": round(total["ms_played"] / HOUR_MS, 1),
        "days": len(np.unique(local // DAY_MS)),
        "sessions": len(pc.unique(plays["session_id"])),
        "skips": round(total["n_skips"] / max(total["n_plays"], 1), 3),
    }


def minutes_by_step(listened, local):
    """Whole minutes in each step of `step_ms` of the window, int64. local: ms, (P,)"""
    first, after = (
        int(pd.Timestamp(moment.replace(tzinfo=None)).value // 10**6)
        for moment in listened.run.window
    )
    step = step_ms(listened.run)
    n = max(-(-(after - first) // step), 1)
    position = ((local - first) // step).clip(0, n - 1)
    played = np.bincount(position, listened.plays["ms_played"].to_numpy(), n)
    return (played / MINUTE_MS).round().astype(int)


def step_ms(run):
    """The step of `minutes_by_step`: a week, or a day in a window of at most ten weeks."""
    return WEEK_MS if run.days > 70 else DAY_MS


def top_artists_of(listened):
    """[name, streams] of the five primary artists with most streams; ties by name."""
    plays = listened.plays
    tracks = plays["track_id"].to_numpy()[plays["ms_played"].to_numpy() >= STREAM_MS]
    ids, counts = np.unique(tracks, return_counts=True)
    names = pc.list_element(listened.world.catalogue.tracks["artists"].take(ids), 0).to_pylist()
    streams = pd.Series(counts, dtype=int).groupby(names).sum().reset_index()
    ranked = streams.sort_values([0, "index"], ascending=[False, True]).head(TOP)
    return [[name, int(n)] for name, n in ranked.to_numpy()]


# -- how much is decided ---------------------------------------------------------------------------


@front_door
def other_years(listened: Listened):
    """How many hours would the first listener play with one thing changed, and how many do others?

    Returns a DataFrame change, value, hours: a row for each age of AGES, plan, gender, favourite
    genre and home of CHANGES, then one for each of OTHERS other listeners of the same seed.
    """
    rows = [
        (words, value, year_hours(changed_year(listened, **{name: value}))[0])
        for words, name, values in CHANGES
        for value in values
    ]
    number = listened.listeners["listener_id"][0].as_py()
    others = range(number + 1, number + OTHERS + 1)
    hours = year_hours(listen(listened.run, others))
    rows += [("another listener", str(n), played) for n, played in zip(others, hours)]
    return pd.DataFrame(rows, columns=["change", "value", "hours"])


def year_hours(listened):
    """Hours of music of each listener, float64, (L,)."""
    return listened.answers["ms_played"].to_numpy() / HOUR_MS


CHANGES = (  # in words, argument of `changed_year`, values
    ("age", "age", AGES),
    ("plan", "plan", PLANS),
    ("gender", "gender", GENDERS),
    ("favourite genre", "genre", ("Melody", "Pop", "Rap", "Rock", "Classical")),
    ("home", "home", ("London", "Lagos", "Tokyo", "Sydney")),
)
