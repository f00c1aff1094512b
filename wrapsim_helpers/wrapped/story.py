"""One listener's year: the results of all insights, from which cards are drawn."""

import json
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ..checking import front_door
from ..interrupts import saying, unchanged
from ..runs.again import listener_named
from ..runs.opened import open_run, play_files, read_parquet
from ..storage.manifest import json_bytes
from ..storage.outputs import replaced_file, writable_output_folder
from .counting import too_little
from .everybody import crowd_of
from .insights import Request
from .periods import count_plays, open_period, show_plays


@dataclass(frozen=True)
class Story:
    """All that the cards of one listener need, as plain values and small pandas tables.

    listener   listener_id, user_id, name, name_latin (empty for a run that an earlier version
               made), city (may be ""), country (ISO 3166 alpha-2),
               time_zone, birth_date
    year       calendar year in the listener's own zone
    edition    name of the edition whose rules apply, e.g. "full" or "2025"
    first_day, last_day   the window, both inclusive, local dates
    too_little True if the listener streamed fewer than 30 tracks or 5 artists; the story then is
               one card that shows how many
    tables     insight name -> pandas table, in ranked or time order:

        minutes         one row: ms_played, n_plays, n_streams, n_tracks, n_artists, n_days
        top_songs       rank, title, artist, n_streams, ms_played, first_played (datetime64, local
                        time)
        top_artists     rank, artist, n_streams (featured streams count half), n_whole (every
                        stream once), ms_played
        top_genres      rank, genre, n_streams, share; every genre of the window
        top_families    rank, family, n_streams, share, genre (its first), n_genres; every family
                        of genres of the window
        listening_clock hour (0-23), ms_played; 24 rows
        calendar        date (datetime.date), ms_played, n_streams; every day of the window
        monthly_genres  month (1-12), genre: the most streamed genre of the month; no row for months
                        without a stream
        monthly_families month (1-12), family, n_streams; no row for a family without a stream in a
                        month
        longest_streak  n_days, first_day, last_day; no row if the longest streak is one day
        skip_rate       one row: n_plays, n_skips, share, crowd_share (NaN without a crowd)
        place           one row: ms_played, n_listeners, n_below, rank, least_ms and most_ms of the
                        crowd; no row without a crowd
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

    def first(self, name):
        """The first row of the table of an insight."""
        return self.tables[name].iloc[0]

    def __repr__(self):
        rows = ", ".join(f"{name} {len(table):,}" for name, table in self.tables.items())
        return (
            f"Story of {self.listener['name']} (listener {self.listener['listener_id']}), "
            f"{self.first_day} to {self.last_day}, edition {self.edition!r}"
            f"{', too little for a Wrapped' * self.too_little}\n  rows of tables: {rows}"
        )


SUMMARISED = (
    "minutes",
    "longest_streak",
    "skip_rate",
    "place",
    "top_songs",
    "top_artists",
    "top_genres",
)
LISTENER_FIELDS = (
    "listener_id",
    "user_id",
    "name",
    "name_latin",
    "city",
    "country",
    "time_zone",
    "birth_date",
)


@front_door
@saying(unchanged)
def tell_story(run_dir, user="", year=-1, edition="full"):
    """The `Story` of one listener's year, from a run folder.

    user     user_id, number or full name of a listener of the run; "" for the median listener by
             minutes
    year     -1 for the year with most days of the run
    edition  "full" for 1 January to 31 December, or a year whose window applies, such as "2025";
             only days of the run count
    Raises ValueError if the run has no such listener, or if they have no play in the period.
    """
    period = open_period(open_run(run_dir), year, edition)
    crowd = crowd_of(period).to_pandas()
    listener_id = median_listener(crowd) if user == "" else listener_named(period.run, user)
    listener = read_parquet(period.run, "listeners", listener_id=listener_id).to_pylist()[0]
    results = insights_of(period, listener_id)
    if not len(results["minutes"]):
        raise ValueError(
            f"{listener['name']} ({listener['user_id']}) has no play from {period.first_day} to "
            f"{period.last_day}; choose another user, year or edition."
        )
    request = Request(period.first_day, period.last_day, listener_id, crowd)
    return Story(
        {key: listener[key] for key in LISTENER_FIELDS},
        period.first_day.year,
        period.edition.name,
        period.first_day,
        period.last_day,
        too_little(results["minutes"].iloc[0], period.edition.rules),
        {
            insight.name: insight.shape(results.get(insight.name), request)
            for insight in period.edition.insights
        },
    )


def insights_of(period, listener_id):
    """The rows of one listener for every insight that is computed from plays: name -> DataFrame
    without listener_id. Only that listener's part is read.
    """
    show_plays(period, play_files(period.run, listener_id)[:1], listener_id)
    statements, query = count_plays(period), period.connection.execute  # it plans a query once
    return {
        name: query(statements[name]).df().drop(columns="listener_id")
        for name in period.edition.queries
    }


def median_listener(crowd):
    """Number of the median listener by minutes. crowd: DataFrame as from `crowd_of`.

    Raises ValueError if no listener has a play.
    """
    if not len(crowd):
        raise ValueError(
            "no listener of this run has a play in this window; choose another year or edition, or "
            "simulate a longer run."
        )
    return int(crowd.sort_values(["ms_played", "listener_id"])["listener_id"].iloc[len(crowd) // 2])


@front_door
def write_summary(story: Story, out_dir):
    """Write summary.json, the numbers of a story for programs, into a folder of cards; returns its
    path.

    Raises the errors of `card_folder`.
    """
    firsts = {
        name: story.tables[name].head(5).drop(columns="first_played", errors="ignore")
        for name in SUMMARISED
    }
    path = writable_output_folder(out_dir) / "summary.json"
    summary = {
        "user_id": story.listener["user_id"],
        "year": story.year,
        "edition": story.edition,
        "first_day": str(story.first_day),
        "last_day": str(story.last_day),
        "too_little": story.too_little,
        **{
            name: json.loads(table.to_json(orient="records", date_format="iso"))
            for name, table in firsts.items()
        },
    }
    with replaced_file(path) as temporary:
        temporary.write_bytes(json_bytes(summary))
    return path
