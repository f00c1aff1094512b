"""A close look at one listener: who they are, one session, and the effect of a change."""

from itertools import groupby

import numpy as np
import pandas as pd

from ..checking import check_count, front_door
from ..instants import DAY_MS, HOUR_MS, MINUTE_MS
from ..parameters import Given
from ..people.homes import countries
from ..schema import DEVICES
from .listen import Listened, listen

STAYING = ("city", "time_zone", "chronotype", "phone_platform", "favourite_genre")
WORDS = {  # of columns that are not words by themselves
    "minutes_per_day": "minutes a day",
    "novelty": "appetite for new music",
    "phone_platform": "phone",
    "computer_platform": "computer",
}
MISSING = ("", "UNKNOWN")  # values of a text that is not known


@front_door
def what_if(listened: Listened, *, age=-1, gender="", plan="", preferred_genre=""):
    """The same listeners and time with another age, gender, plan or favourite genre; a `Listened`.

    Both years use the same random streams, so all differences follow from the change. Nothing else
    can be changed: home, name, survey response and user_id stay the same. So two years of one
    user_id differ; a listener drawn with the age, gender, plan or genre fixed has another user_id.
    age int, gender, plan and preferred_genre text, as in `Given`; -1 and "" change nothing. Raises
    ValueError for an age that the run's population does not have.
    """
    return listen(
        listened.run,
        listened.listeners["listener_id"].to_numpy(),
        Given(preferred_genre, age, gender, plan),
    )


@front_door
def describe_listener(listened: Listened):
    """Who is this listener? Two sentences about the first listener of a `Listened`."""
    person = first_row(listened.profile_versions) | first_row(listened.listeners)
    shares = sorted(((person[f"{device}_share"], device) for device in DEVICES), reverse=True)
    devices = ", ".join(f"{device} ({percent_of(share)})" for share, device in shares if share)
    home = ", ".join(filter(None, (person["city"], country_name(person["country"]))))
    plan = "free" if person["plan"] == "free" else f"premium ({person['plan_kind']})"
    chronotype = person["chronotype"].replace("_", " ")
    return (
        "{name_latin}, {age}, {gender}, lives in {home} ({time_zone}), has listened since "
        "{joined_on:%B %Y} and is on the {plan} plan. Favourite genre {favourite_genre}; listens "
        "about {minutes_per_day:.0f} minutes a day, on {devices}; {chronotype}."
    ).format(**person | {"home": home, "plan": plan, "devices": devices, "chronotype": chronotype})


def country_name(code):
    """The name of a country, or the code itself if places.csv does not have it."""
    names = dict(zip(countries()["country"], countries()["name"]))
    return names.get(code, code)


def percent_of(share):
    """A share as text with a thin space: 0.34 -> "34 %"."""
    return f"{100 * share:.0f}\u2009%"


def first_row(table):
    """The first row of an Arrow table: column -> value."""
    return table.slice(0, 1).to_pylist()[0]


@front_door
def one_session(listened: Listened, number=0):
    """One session of the first listener: DataFrame, one row per play, in the listener's local time.

    number  0 for the first session of the window; the table is empty if there are fewer
    """
    check_count("number", number, 0, 2**31 - 1)
    plays, tracks = listened.plays.to_pandas(), listened.world.catalogue.tracks.to_pandas()
    plays["local_time"] = pd.to_datetime(local_ms(listened.plays), unit="ms")
    rows = plays[pd.factorize(plays["session_id"])[0] == number].merge(tracks, on="track_id")
    return rows.assign(
        local_time=rows["local_time"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        artist=rows["artists"].str[0],
        seconds=rows["ms_played"] // 1000,
    )[
        [
            "local_time",
            "title",
            "artist",
            "genre",
            "seconds",
            "reason_start",
            "reason_end",
            "interaction",
            "context",
            "device",
        ]
    ]


@front_door
def describe_change(before: Listened, after: Listened):
    """What did a change of one listener change, and what not? Five sentences, all from counts.

    before, after  `Listened` of one listener, the second as from `what_if`
    """
    was, became = person_of(before), person_of(after)
    changes = {
        name: f"{column_words(name)} from {shown_value(was[name])} to {shown_value(became[name])}"
        for name in was
        if was[name] != became[name] and name != "birth_date"
    }
    unchanged = [
        f"{column_words(name)} {shown_value(was[name])}"
        for name in STAYING
        if name not in changes and was[name] not in MISSING
    ]
    if changes.keys().isdisjoint(f"{device}_share" for device in DEVICES):
        unchanged.append("the devices")
    return (
        f"Changed: {', '.join(changes.values()) or 'nothing'}. {volume_change(before, after)} "
        f"Unchanged: {', '.join(unchanged)}. Both years are drawn from the same random streams."
    )


def person_of(listened):
    """Attributes of the first listener: column -> value.

    Age is that of the first profile version; plan and plan_kind list all versions in order.
    """
    versions = listened.profile_versions
    plans = {
        name: " then ".join(plan for plan, _ in groupby(versions[name].to_pylist()))
        for name in ("plan", "plan_kind")
    }
    return first_row(versions) | plans | first_row(listened.listeners)


def column_words(column):
    """The name of a column in words."""
    return WORDS.get(column, column.replace("_", " "))


def shown_value(value):
    """A value as people read it: floats with three digits, no underscores but in time zones."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return value.replace("_", " ") if isinstance(value, str) and "/" not in value else value


@front_door
def profile_history(listened: Listened):
    """When did the first listener's age or plan change? DataFrame, one row per profile version:
    valid_from (local time), age, plan, plan_kind.
    """
    zone = first_row(listened.listeners)["time_zone"]
    versions = listened.profile_versions.to_pandas()
    versions = versions[versions["listener_id"] == versions["listener_id"].iloc[0]]
    local = versions["valid_from"].dt.tz_convert(zone).dt.tz_localize(None)
    kinds = versions["plan_kind"].astype(str).replace("none", "")
    return versions.assign(valid_from=local, plan_kind=kinds)[
        ["valid_from", "age", "plan", "plan_kind"]
    ]


def volume_change(before, after):
    """How much music two years of one listener have, and on which days: two sentences."""
    (hours, days, sessions, skips), (new_hours, new_days, new_sessions, new_skips) = map(
        volume_of, (before, after)
    )
    return (
        f"There are {new_hours:.0f} hours of music instead of {hours:.0f}, on {len(new_days)} days "
        f"instead of {len(days)} ({len(days & new_days)} of them the same), in {new_sessions} "
        f"sessions instead of {sessions}. Of all plays {percent_of(new_skips)} are skipped "
        f"instead of {percent_of(skips)}."
    )


def volume_of(listened):
    """Volume of the first listener: (hours, set of local days, sessions, share of skips)."""
    total, plays = first_row(listened.answers), listened.plays
    days = set((local_ms(plays) // DAY_MS).tolist())
    skips = total["n_skips"] / max(total["n_plays"], 1)
    return total["ms_played"] / HOUR_MS, days, len(plays["session_id"].unique()), skips


def local_ms(plays):
    """Start of each play in the listener's local time, int64 ms. plays: Arrow table."""
    return (
        plays["started_at"].cast("int64").to_numpy()
        + plays["utc_offset_min"].to_numpy().astype(np.int64) * MINUTE_MS
    )
