"""One listener's year, told by the insights: what the cards draw."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ..checking import check_choice, front_door
from ..instants import MINUTE_MS
from ..interrupts import saying, unchanged
from ..runs.again import listener_named
from ..storage.manifest import json_bytes
from ..storage.outputs import own_folder, written
from ..storage.tables import play_files, read_parquet
from .counting import EPOCH_DAY, too_little
from .editions import EDITIONS
from .everybody import INSIGHTS, answers_of, crowd_of, open_period, show_plays

BIN_WIDTH = 1.2  # each bin of the crowd's minutes is that much wider than the one before


@dataclass(frozen=True)
class Story:
    """Everything the cards of one listener need, as plain values and small pandas tables.

    listener   listener_id, user_id, name, city, country (ISO 3166 alpha-2), time_zone, birth_date
    year       calendar year in the listener's own zone
    edition    which rules were applied, e.g. "full" or "2025"
    first_day, last_day   the window, both inclusive, local dates
    too_little True where the listener heard fewer than 30 tracks or 5 artists: one card says how
    far they got
    tables     insight name -> pandas table, in ranked or time order:

        minutes         one row: ms_played, n_plays, n_streams, n_tracks, n_artists, n_days
        top_songs       rank, title, artist, n_streams, ms_played, first_played (datetime64, local
                        time)
        top_artists     rank, artist, n_streams (featured streams count half), ms_played
        top_genres      rank, genre, n_streams, share; every genre of the window
        listening_clock hour (0-23), ms_played; 24 rows
        calendar        date (datetime.date), ms_played, n_streams; every day of the window, silent
                        ones too
        monthly_genres  month (1-12), genre: the most streamed genre of the month; silent months are
                        absent
        longest_streak  n_days, first_day, last_day; no row where no two days follow each other
        skip_rate       one row: n_plays, n_skips, share, crowd_share (NaN without a crowd)
        place           one row: ms_played, n_listeners, n_below, rank; no row without a crowd
        crowd           from_ms, to_ms, n_listeners: bins of minutes, each 20 % wider than the one
                        before
    """

    listener: dict
    year: int
    edition: str
    first_day: date
    last_day: date
    too_little: bool
    tables: dict[str, pd.DataFrame]

    def __repr__(self):
        rows = ", ".join(f"{name} {len(table):,}" for name, table in self.tables.items())
        return (
            f"Story of {self.listener['name']} (listener {self.listener['listener_id']}), "
            f"{self.first_day} to {self.last_day}, "
            f"edition {self.edition!r}{', too little for a Wrapped' * self.too_little}\n  rows of "
            f"tables: {rows}"
        )


@front_door
@saying(unchanged)
def tell_story(run_dir, user="", year=-1, edition="full"):
    """What was one listener's year? A `Story` from a run folder.

    user     user_id, number or full name of a listener of the run; "" for the one in the middle by
             minutes
    year     -1 for the year with most days of the run
    edition  "full" for 1 January to 31 December, or a year whose window applies, such as "2025"; no
             day outside the run counts
    Raises ValueError for a user who is not in the run, or one without a single play in the window.
    """
    edition = check_choice("edition", edition, tuple(EDITIONS))
    period = open_period(run_dir, year, edition)
    crowd = crowd_of(period).to_pandas()
    listener_id = median_listener(crowd) if user == "" else listener_named(run_dir, user)
    person = read_parquet(run_dir, "listeners", listener_id=listener_id).to_pylist()[0]
    found = insights_of(period, listener_id)
    if not len(found["minutes"]):
        raise ValueError(
            f"{person['name']} ({person['user_id']}) has no play from {period.first_day} to "
            f"{period.last_day}; "
            "choose another user, year or edition."
        )
    told = for_cards(found, period, crowd, listener_id)
    return Story(
        {
            key: person[key]
            for key in (
                "listener_id",
                "user_id",
                "name",
                "city",
                "country",
                "time_zone",
                "birth_date",
            )
        },
        period.first_day.year,
        edition,
        period.first_day,
        period.last_day,
        too_little(told["minutes"].iloc[0]),
        told,
    )


def insights_of(period, listener_id):
    """Every insight of one listener as a pandas table, without the column listener_id; only that
    listener's part is read.
    """
    show_plays(period, play_files(period.place, listener_id)[0], listener_id)
    return {
        name: relation.df().drop(columns="listener_id")
        for name, relation in answers_of(period, INSIGHTS)
    }


def median_listener(crowd):
    """Number of the median listener by minutes; ValueError where nobody has a play. crowd:
    DataFrame as from `crowd_of`
    """
    if not len(crowd):
        raise ValueError(
            "nobody in this run has a play in this window; choose another year or edition, or make "
            "a longer run."
        )
    return int(crowd.sort_values(["ms_played", "listener_id"])["listener_id"].iloc[len(crowd) // 2])


# -- tables as the cards want them -----------------------------------------------------------------


def for_cards(found, period, crowd, listener_id):
    """The insights in the shapes that `Story` promises: ranked, in order, gaps filled."""
    in_order = {
        name: found[name].sort_values("rank").reset_index(drop=True)
        for name in ("top_songs", "top_artists", "top_genres")
    }
    return in_order | {
        "minutes": found["minutes"],
        "top_songs": in_order["top_songs"].assign(
            first_played=lambda songs: pd.to_datetime(songs["first_local_ms"], unit="ms")
        ),
        "listening_clock": every_hour(found["listening_clock"]),
        "calendar": every_day(found["calendar"], period.first_day, period.last_day),
        "monthly_genres": found["monthly_genres"].sort_values("month").reset_index(drop=True),
        "longest_streak": as_dates(found["longest_streak"]),
        "skip_rate": skip_share(found["skip_rate"], crowd),
        "place": place_of(crowd, listener_id),
        "crowd": minute_bins(crowd),
    }


def every_hour(clock):
    """24 rows, 0 for silent hours."""
    return (
        clock.set_index("hour").reindex(range(24), fill_value=0).rename_axis("hour").reset_index()
    )


def every_day(days, first_day, last_day):
    """One row per day of the window, 0 for silent ones."""
    dates = [first_day + timedelta(n) for n in range((last_day - first_day).days + 1)]
    by_day = days.assign(date=[EPOCH_DAY + timedelta(int(day)) for day in days["day"]]).set_index(
        "date"
    )[["ms_played", "n_streams"]]
    return by_day.reindex(dates, fill_value=0).rename_axis("date").reset_index()


def as_dates(streak):
    """The streak with dates; no row for a single day."""
    long = streak[streak["n_days"] > 1].reset_index(drop=True)
    return long.assign(
        **{
            name: [EPOCH_DAY + timedelta(int(day)) for day in long[name]]
            for name in ("first_day", "last_day")
        }
    )


def skip_share(mine, crowd):
    """Share of plays left early, beside the crowd's; NaN where there is no crowd."""
    everybody = crowd["n_skips"].sum() / crowd["n_plays"].sum() if len(crowd) > 1 else np.nan
    return mine.assign(share=mine["n_skips"] / mine["n_plays"], crowd_share=everybody)


def place_of(crowd, listener_id):
    """The listener's place in the crowd; no row where they are alone."""
    mine = crowd[crowd["listener_id"] == listener_id] if len(crowd) > 1 else crowd.iloc[:0]
    return mine[["ms_played", "n_listeners", "n_below", "rank"]].reset_index(drop=True)


def minute_bins(crowd):
    """How many listeners heard how much: bins from_ms to to_ms, each BIN_WIDTH times as wide as the
    one before, empty ones too.
    """
    heard = (
        crowd.loc[crowd["ms_played"] > 0, "ms_played"]
        if len(crowd) > 1
        else crowd["ms_played"].iloc[:0]
    )
    number = np.floor(np.log(heard / MINUTE_MS) / np.log(BIN_WIDTH)).astype(int)
    bins = np.arange(number.min(), number.max() + 1) if len(number) else np.arange(0)
    edges = MINUTE_MS * BIN_WIDTH ** bins.astype(float)
    return pd.DataFrame(
        {
            "from_ms": edges,
            "to_ms": edges * BIN_WIDTH,
            "n_listeners": number.value_counts().reindex(bins, fill_value=0).to_numpy(),
        }
    )


@front_door
def write_summary(story: Story, out_dir):
    """Write summary.json beside the cards: the numbers of the story for programs; returns its path.

    Raises as `card_folder`.
    """
    tops = {
        name: json.loads(
            story.tables[name]
            .head(5)
            .drop(columns="first_played", errors="ignore")
            .to_json(orient="records")
        )
        for name in ("top_songs", "top_artists", "top_genres")
    }
    single = {
        name: json.loads(story.tables[name].to_json(orient="records", date_format="iso"))
        for name in ("minutes", "longest_streak", "skip_rate", "place")
    }
    path = own_folder(out_dir) / "summary.json"
    summary = {
        "user_id": story.listener["user_id"],
        "year": story.year,
        "edition": story.edition,
        "first_day": str(story.first_day),
        "last_day": str(story.last_day),
        "too_little": story.too_little,
        **single,
        **tops,
    }
    with written(path) as beside:
        beside.write_bytes(json_bytes(summary))
    return path
