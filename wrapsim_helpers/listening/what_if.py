"""One listener looked at: who they are, a session to read, and what a change would change."""

import pandas as pd

from ..checking import check_count, front_door
from ..parameters import Given
from ..people.survey_file import check_genre
from ..schema import DEVICES
from .listen import Listened, listen


@front_door
def what_if(listened: Listened, *, age=-1, gender="", plan="", preferred_genre=""):
    """The same listeners over the same time, had they another age, gender, plan or favourite genre;
    a `Listened`.

    Both years use the same random streams, so what differs follows from the change alone. Nothing
    else can be changed: home, name and survey response stay. age int, gender, plan and
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
def introduce(listened: Listened):
    """Who is this listener? Text of two sentences about the first one of a `Listened`."""
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
        f"Favourite genre {person['favourite_genre']}; means to hear "
        f"{person['minutes_per_day']:.0f} minutes a day, on "
        f"{', '.join(f'{device} ({share:.0%})' for share, device in devices)}; "
        f"{person['chronotype'].replace('_', ' ')}."
    )


@front_door
def one_session(listened: Listened, number=0):
    """One session of the first listener, to be read: DataFrame, one row per play, times on the
    listener's own clock.

    number  0 for the first session of the window; an empty table where there are fewer
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
def tell_change(before: Listened, after: Listened):
    """What did a change of one listener change, and what could it not? Text of three sentences.

    before, after  `Listened` of one listener, the second as from `what_if`
    """
    was, became = (
        {**one.profile_versions.slice(0, 1).to_pylist()[0], **one.listeners.to_pylist()[0]}
        for one in (before, after)
    )
    changed = [name for name in was if was[name] != became[name] and name != "birth_date"]
    share = [
        one.answers["n_skips"][0].as_py() / max(one.answers["n_plays"][0].as_py(), 1)
        for one in (before, after)
    ]
    hours = [one.answers["ms_played"][0].as_py() / 3.6e6 for one in (before, after)]
    kept = [
        name
        for name in ("city", "time_zone", "chronotype", "phone_platform", "favourite_genre")
        if name not in changed
    ]
    changes = [f"{name} from {was[name]} to {became[name]}" for name in changed]
    return (
        f"Changed: {', '.join(changes) or 'nothing'}. "
        f"So the same days and sessions hold {hours[1]:.0f} hours of music instead of "
        f"{hours[0]:.0f}, and {share[1]:.0%} of plays are "
        f"skipped instead of {share[0]:.0%}. By construction the same: "
        f"{', '.join(f'{name} {was[name]}' for name in kept)}, "
        "the devices and every random stream."
    )
