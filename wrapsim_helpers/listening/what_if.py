"""A close look at one listener: who they are, one session, and the effect of a change."""

from itertools import groupby

import numpy as np
import pandas as pd

from ..checking import check_count, front_door
from ..instants import DAY_MS, HOUR_MS, MINUTE_MS
from ..parameters import Given
from ..people.survey_file import check_genre
from ..schema import DEVICES
from .listen import Listened, listen

STAYING = ("city", "time_zone", "chronotype", "phone_platform", "favourite_genre")


@front_door
def what_if(listened: Listened, *, age=-1, gender="", plan="", preferred_genre=""):
    """The same listeners and time with another age, gender, plan or favourite genre; a `Listened`.

    Both years use the same random streams, so all differences follow from the change. Nothing else
    can be changed: home, name and survey response stay the same. age int, gender, plan and
    preferred_genre text, as in `Given`; -1 and "" change nothing.
    """
    if preferred_genre != "":
        check_genre("preferred_genre", preferred_genre)
    return listen(
        listened.run,
        listened.listeners["listener_id"].to_numpy(),
        Given(preferred_genre, age, gender, plan),
    )


@front_door
def describe_listener(listened: Listened):
    """Who is this listener? Two sentences about the first listener of a `Listened`."""
    person, profile = (
        listened.listeners.slice(0, 1).to_pylist()[0],
        listened.profile_versions.slice(0, 1).to_pylist()[0],
    )
    devices = sorted(
        ((person[f"{device}_share"], device) for device in DEVICES if person[f"{device}_share"]),
        reverse=True,
    )
    plan = profile["plan"] if profile["plan"] == "free" else f"premium ({profile['plan_kind']})"
    return (
        f"{person['name']}, {profile['age']}, {person['gender']}, lives in {person['city']}, "
        f"{person['country']} ({person['time_zone']}), "
        f"has listened since {person['joined_on']:%B %Y} and is on the {plan} plan. "
        f"Favourite genre {person['favourite_genre']}; listens about "
        f"{person['minutes_per_day']:.0f} minutes a day, on "
        f"{', '.join(f'{device} ({share:.0%})' for share, device in devices)}; "
        f"{person['chronotype'].replace('_', ' ')}."
    )


@front_door
def one_session(listened: Listened, number=0):
    """One session of the first listener: DataFrame, one row per play, in the listener's local time.

    number  0 for the first session of the window; the table is empty if there are fewer
    """
    check_count("number", number, 0, 2**31 - 1)
    plays, tracks = listened.plays.to_pandas(), listened.world.catalogue.tracks.to_pandas()
    sessions = plays["session_id"].unique()
    rows = (
        plays[plays["session_id"] == sessions[number]] if number < len(sessions) else plays.iloc[:0]
    )
    rows = rows.merge(
        tracks.assign(artist=tracks["artists"].str[0])[["track_id", "title", "artist", "genre"]],
        on="track_id",
        how="left",
    )
    local = rows["started_at"].dt.tz_localize(None) + pd.to_timedelta(
        rows["utc_offset_min"], unit="min"
    )
    return rows.assign(
        local_time=local.dt.strftime("%Y-%m-%d %H:%M:%S"), seconds=rows["ms_played"] // 1000
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
    """What did a change of one listener change, and what not? Four sentences, all from counts.

    before, after  `Listened` of one listener, the second as from `what_if`
    """
    was, became = person_of(before), person_of(after)
    changed = [name for name in was if was[name] != became[name] and name != "birth_date"]
    unchanged = [f"{name} {was[name]}" for name in STAYING if name not in changed]
    if not any(f"{device}_share" in changed for device in DEVICES):
        unchanged.append("the devices")
    changes = [
        f"{name} from {shown_change(was[name])} to {shown_change(became[name])}" for name in changed
    ]
    return (
        f"Changed: {', '.join(changes) or 'nothing'}. {volume_change(before, after)} Unchanged: "
        f"{', '.join(unchanged)}. Both years are drawn from the same random streams."
    )


def person_of(listened):
    """Attributes of the first listener: column -> value.

    They are of the first profile version, but the plans are all plans in order.
    """
    versions = listened.profile_versions
    plans = {
        name: " then ".join(plan for plan, _ in groupby(versions[name].to_pylist()))
        for name in ("plan", "plan_kind")
    }
    return {**versions.to_pylist()[0], **plans, **listened.listeners.to_pylist()[0]}


def shown_change(value):
    """A value for people: floats with three digits."""
    return f"{value:.3g}" if isinstance(value, float) else value


def volume_change(before, after):
    """How much music two years of one listener have, and on which days: two sentences."""
    years = (before, after)
    totals = [year.answers.to_pylist()[0] for year in years]
    hours = [total["ms_played"] / HOUR_MS for total in totals]
    skips = [total["n_skips"] / max(total["n_plays"], 1) for total in totals]
    days = [set((local_ms(year.plays) // DAY_MS).tolist()) for year in years]
    sessions = [len(year.plays["session_id"].unique()) for year in years]
    return (
        f"There are {hours[1]:.0f} hours of music instead of {hours[0]:.0f}, on {len(days[1])} "
        f"days instead of {len(days[0])} ({len(days[0] & days[1])} of them the same), in "
        f"{sessions[1]} sessions instead of {sessions[0]}. Of all plays {skips[1]:.0%} are skipped "
        f"instead of {skips[0]:.0%}."
    )


def local_ms(plays):
    """Start of each play in the listener's local time, int64 ms. plays: Arrow table."""
    return (
        plays["started_at"].cast("int64").to_numpy()
        + plays["utc_offset_min"].to_numpy().astype(np.int64) * MINUTE_MS
    )
