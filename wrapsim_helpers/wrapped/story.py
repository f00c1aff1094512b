"""One listener's year: the results of all insights, from which cards are drawn."""

import functools
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytz

from ..checking import check_choice, did_you_mean, front_door, near_names
from ..interrupts import saying, unchanged
from ..runs.again import listener_named
from ..runs.opened import open_run, play_files, read_parquet
from ..schema import TABLES
from .counting import Rules, too_little
from .insight import Request, words_of_rules
from .insights import INSIGHTS
from .periods import GROUP, count_plays, open_period, show_plays
from .tallies import show_tallies


@dataclass(frozen=True)
class Story:
    """All that the cards of one listener need, as plain values and small pandas tables.

    listener   listener_id, user_id, name, name_latin (empty for a run that an earlier version
               made), city (may be ""), country (ISO 3166 alpha-2),
               time_zone, birth_date
    year       calendar year in the listener's own zone
    edition    name of the edition whose insights apply, e.g. "all" or "2025"
    first_day, last_day   the window, both inclusive, local dates
    too_little True if the listener streamed fewer than 30 tracks or 5 artists; the story then is
               one card that shows how many
    is_imported  whether it tells an imported history, not a run
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
        release_years   release_year, n_streams, n_others, cohort, share, others_share; every year
                        from the first to the last
        top_release_year, oldest_song, listening_age   one row or none; columns as in docs/tables.md
        audio_aura      rank, mood, colour, n_mood, n_all, slice, n_streams; every part of the
                        period
        audio_day       part ("morning", "midday", "evening"), rank, mood, n_streams, n_part
        genre_mixture   month, rank, genre ("" for rank 6), n_streams; no row for months without one
        music_evolution phase, first_month, last_month, peak_month, descriptor, mood, genre,
                        artists, n_streams; no row for a year without a change
        archive         date, title, words, reason, amount, name, ms_played, n_streams; at most five
        similar_listeners  rank, other_id, similarity (0 to 1), n_shared, name, name_latin; none for
                        listeners
        missed_songs    rank, title, artist, n_listeners, n_streams; as above
        top_release_year, oldest_song, listening_age, first_song   one row or none; columns as in
                        docs/tables.md
        top_albums, artist_race, peak_months, discoveries, seasons, world   as in docs/tables.md;
                        albums are those with 70 % of their tracks streamed; world has name too
        number_one, artist_streak   one row per day, with date
        loyalty         rank, artist, n_years, n_streams; no row in a run of one year
        comebacks       rank, artist, last_day, first_day, gap_days, n_streams; as above
        decade          year, ms_played, title, artist, n_streams, top_artist, n_whole; as above, no
                        row for a year without a play
        new_releases    as in docs/tables.md, with released (date)
        two_truths      place, fact, name, number, is_true, true_number
        year_before     one row or none; columns as in docs/tables.md
        pioneer         as in docs/tables.md, with date and released
        rare_artists    as in docs/tables.md
        country_place   one row or none: country, name, ms_played, n_listeners, n_below, rank,
                        group_ms (a list), group
        hourly_families hour (0-23), family, n_streams; no row for a family without a stream in an
                        hour
        energy          month, n_streams, energy, valence and bpm (means), crowd_energy (of the
                        median listener; NaN without a crowd); no row for a month without a stream
                        of known sound
        stand_out       as in docs/tables.md, with name (of the country)
        kept_songs      as in docs/tables.md
        personality     one row: code, name, nearest_code, nearest_name, n_same of n_listeners, and
                        the four measures; no row if one is unknown
        personality_axes  axis (first word), cut, value: the crowd on the four axes, ascending
        character       rank, character, habit, value, score, n_below of n_listeners; no row without
                        a crowd
        club            rank, club, n_streams, share, role, role_rank, n_members of n_listeners
        fan_rank        one row: artist_id, artist, minutes, rank, n_fans, share; no row without a
                        crowd
        leaderboard     position, rank, minutes, is_listener; up to 7 rows, none without a crowd
        sound_town, listening_habits, on_repeat   one row or none; columns as in docs/tables.md;
                        on_repeat has date too
        top_song_quiz, milestones, movie, tastebreakers, festival   as in docs/tables.md;
                        milestones has date too
    """

    listener: dict
    year: int
    edition: str
    first_day: date
    last_day: date
    too_little: bool
    tables: dict[str, pd.DataFrame]
    rules: Rules = Rules()
    is_imported: bool = False

    @property
    def years(self):
        """The year as cards name it, "2025", or "2023–2025" for a period over several years."""
        last = self.last_day.year
        return str(self.year) if last == self.year else f"{self.year}–{last}"

    def first(self, name):
        """The first row of the table of an insight."""
        return self.tables[name].iloc[0]

    def explain(self, name):
        """How an insight was counted, in one sentence: rule, period, what was left out, and the
        runner-up with its gap; or why it is not told of several listeners.
        """
        insight = INSIGHTS[check_choice("name", name, tuple(filter(INSIGHTS.get, self.tables)))]
        if self.listener.get("listener_id") == GROUP and name in NOT_OF_SEVERAL:
            return f"Not told of several listeners: {NOT_OF_SEVERAL[name]}."
        table, words = self.tables[name], words_of_rules(self.rules)
        clock = f"{self.rules.clock} time"
        left_out = insight.left_out.format(**words)
        runner_up = insight.runner_up(table, self.rules.by) if len(table) else ""
        return (
            f"Counted: {insight.counted.format(**words)}; {self.first_day} to {self.last_day}, "
            f"{clock}{f'; left out: {left_out}' * bool(left_out)}"
            f"{f'; {runner_up}' * bool(runner_up)}."
        )

    def __repr__(self):
        with_rows = [name for name, table in self.tables.items() if len(table)]
        return (
            f"Story of {self.listener['name']} (listener {self.listener['listener_id']}), "
            f"{self.first_day} to {self.last_day}, edition {self.edition!r}"
            f"{', too little for a Wrapped' * self.too_little}\n  "
            f"{len(with_rows)} of {len(self.tables)} insights have rows: "
            f"{', '.join(with_rows[:8])} ..."
        )


ONE_OF_THE_CROWD = "it compares one listener with the crowd"
NOT_OF_SEVERAL = {  # insights without rows for several listeners -> why
    "place": ONE_OF_THE_CROWD,
    "fan_rank": ONE_OF_THE_CROWD,
    "leaderboard": ONE_OF_THE_CROWD,
    "personality": "a type is one listener's; several of different types have none",
    "character": "a character is one listener's; several of different characters have none",
    "club": "a club and a role are one listener's; several may be in different clubs",
    "sound_town": "a town is compared with the artists of one listener",
    "pioneer": ONE_OF_THE_CROWD,
    "rare_artists": ONE_OF_THE_CROWD,
    "country_place": ONE_OF_THE_CROWD,
    "stand_out": ONE_OF_THE_CROWD,
    "similar_listeners": "taste is compared between single listeners, also by a blend or a party",
    "missed_songs": "they are songs of listeners who are similar to one listener",
    "listening_habits": "they are measured for single listeners; a party compares them",
}
LISTENER_FIELDS = {  # columns of the listeners table -> value for several who differ
    "listener_id": GROUP,
    "user_id": "",
    "name": "",
    "name_latin": "",
    "city": "",
    "country": "",
    "time_zone": "",
    "birth_date": None,
}


MOST_VALUES = 12  # of a column that a message lists


class NoPlays(ValueError):
    """A listener has no play in a period."""


@front_door
@saying(unchanged)
def tell_story(
    run_dir, user="", year=-1, edition="all", first_day="", last_day="", rules: Rules | None = None
):
    """The `Story` of a period of one listener, or of several as one, from a run folder.

    user     user_id, number or full name of a listener of the run; "" for the median listener by
             minutes; a list of listeners, who are counted as one; or a dict of columns of the
             listeners table and their values, such as {"country": "SE"}, for all such listeners
    year     -1 for the year with most days of the run
    edition  "all" for 1 January to 31 December and every insight, or a year whose window, rules and
             insights apply, such as "2025"; only days of the run count
    first_day, last_day  ISO dates of any period, instead of the edition's window of a year
    rules    `Rules` instead of those of the edition
    Raises ValueError if the run has no such listener, or if they have no play in the period.
    """
    period = open_period(open_run(run_dir), year, edition, first_day, last_day, rules)
    tallies = show_tallies(period)
    listeners, listener = who(period.run, user, tallies)
    results = insights_of(period, listeners)
    check_plays_of(period, listener, len(results["minutes"]))
    tally = functools.cache(lambda name: tallies[name].to_pandas())
    return story_of_results(period, listener, results, tally)


def check_plays_of(period, listener, n):
    """Raise NoPlays if a listener has no play in a period. n: number of plays, or of minutes"""
    if not n:
        raise NoPlays(
            f"{listener['name']} ({listener['user_id']}) has no play from {period.first_day} to "
            f"{period.last_day}; choose another user, year or edition."
        )


def story_of_results(period, listener, results, tally):
    """The `Story` of a listener.

    results  name -> the listener's rows of an insight, without listener_id
    tally    function of a tally's name; returns its rows, a DataFrame
    """
    request = Request(period.first_day, period.last_day, listener["listener_id"], tally)
    return Story(
        listener,
        period.first_day.year,
        period.edition.name,
        period.first_day,
        period.last_day,
        too_little(results["minutes"].iloc[0], period.rules),
        {
            insight.name: insight.shape(results.get(insight.name), request)
            for insight in period.edition.records
        },
        period.rules,
    )


def rows_of_part(period, file):
    """The rows of all insights for the listeners of a part, counted at once: name -> {number of a
    listener: DataFrame}; the number None has no row.

    file  of plays, as from `play_files`
    """
    show_tallies(period)
    show_plays(period, [file])
    return rows_shown(period)


def rows_shown(period):
    """The rows of all insights, as from `rows_of_part`, for the plays in the view plays."""
    statements, query = count_plays(period), period.connection.execute
    tables = {name: query(statements[name]).df() for name in period.edition.queries}
    return {
        name: {None: table[:0]} | dict(list(table.groupby("listener_id")))
        for name, table in tables.items()
    }


def stories_of_rows(period, rows, numbers):
    """Yield the `Story` of some listeners of a part, in a fraction of the time of `tell_story`.

    rows  as from `rows_of_part`;  numbers  of listeners with a play
    """
    tallies = show_tallies(period)
    tally = functools.cache(lambda name: tallies[name].to_pandas())
    people = read_parquet(period.run, "listeners", list(LISTENER_FIELDS)).to_pylist()
    people = {row["listener_id"]: row for row in people if row["listener_id"] in set(numbers)}
    for number in numbers:
        check_plays_of(period, people[number], number in rows["minutes"])
        results = {
            name: of.get(number, of[None]).drop(columns="listener_id").reset_index(drop=True)
            for name, of in rows.items()
        }
        yield story_of_results(period, people[number], results, tally)


def insights_of(period, listeners):
    """The rows of one listener, or of several as one, for every insight that has a query: name ->
    DataFrame without listener_id. Only their parts are read.

    listeners  a number, or a list of numbers
    """
    several = listeners if isinstance(listeners, list) else [listeners]
    files = sorted({play_files(period.run, number)[0] for number in several})
    show_plays(period, files, listeners)
    statements, query = count_plays(period), period.connection.execute  # it plans a query once
    return {
        name: query(statements[name]).df().drop(columns="listener_id")
        for name in period.edition.queries
    }


# -- who -------------------------------------------------------------------------------------------


def who(run, user, tallies):
    """(number or list of numbers, listener) that `user` of `tell_story` names.

    listener  dict of LISTENER_FIELDS; for several listeners, number GROUP and what they share
    """
    if isinstance(user, dict):
        return group_of(run, listeners_where(run, user), of_values(user))
    if isinstance(user, (list, tuple)):
        if not user:
            raise ValueError(f"user is {user!r}; give at least one listener, or '' for the median.")
        numbers = sorted({listener_named(run, name) for name in user})
        return group_of(run, numbers, "") if len(numbers) > 1 else who(run, user[0], tallies)
    number = median_listener(tallies["totals"].to_pandas()) if user == "" else None
    number = listener_named(run, user) if number is None else number
    row = read_parquet(run, "listeners", listener_id=number).to_pylist()[0]
    return number, {key: row[key] for key in LISTENER_FIELDS}


def group_of(run, numbers, name):
    """(list of numbers, listener) of several listeners; name: "" for their first names."""
    table = read_parquet(run, "listeners", list(LISTENER_FIELDS))
    rows = table.filter(pc.is_in(table["listener_id"], pa.array(numbers))).to_pandas()
    shared = {
        key: rows[key].iloc[0] if rows[key].nunique() == 1 else LISTENER_FIELDS[key]
        for key in LISTENER_FIELDS
    }
    latin = rows["name_latin"].where(rows["name_latin"] != "", rows["name"])
    names = [joined_names(list(names)) for names in (rows["name"], latin)]
    called = {"name": name or names[0], "name_latin": name or names[1]}
    return numbers, shared | called | {"listener_id": GROUP, "user_id": ""}


def names_by_number(run, numbers):
    """name and name_latin of some listeners of a run, a DataFrame with their numbers as index."""
    columns = ["listener_id", "name", "name_latin"]
    names = read_parquet(run, "listeners", columns).to_pandas().set_index("listener_id")
    return names.loc[names.index.isin(numbers)]


def joined_names(names):
    """First names of up to three people, or their number: "Ann, Bo and Cy", "12 listeners"."""
    firsts = [name.split()[0] for name in names]
    if len(firsts) > 3:
        return f"{len(firsts):,} listeners"
    return f"{', '.join(firsts[:-1])} and {firsts[-1]}"


def of_values(values):
    """Values of columns as the name of a cohort: {"country": "SE", "gender": "Female"} -> "Sweden,
    Female".
    """
    names = values | {"country": pytz.country_names.get(values.get("country", ""), "")}
    return ", ".join(str(names[column]) for column in values)


def listeners_where(run, values, argument="user"):
    """Numbers of the listeners of a run whose columns have some values, in order.

    values  {column of the listeners table: value};  argument  that has them, for messages
    Raises ValueError for an unknown column, or if there is no such listener.
    """
    columns = [check_choice(argument, name, tuple(TABLES["listeners"].names)) for name in values]
    rows = read_parquet(run, "listeners", ["listener_id", *columns]).to_pandas()
    for column, value in zip(columns, values.values(), strict=True):
        same = rows[column].astype(str) == str(value)
        if not same.any():
            raise ValueError(
                f"{argument} is {columns_as_text(values)!r}; no listener has {column} {value!r}."
                f"{values_to_give(str(value), rows[column].astype(str))}"
            )
        rows = rows[same]
    return rows["listener_id"].tolist()


def columns_as_text(values):
    """Columns and their values as a text: "country=SE, gender=Female"."""
    return ", ".join(f"{column}={value}" for column, value in values.items())


def values_to_give(value, values):
    """The end of a message on a value that no listener has: the nearest, and the known values.

    values  of the column, a Series of texts
    """
    known = sorted(values.unique())
    names = {name.casefold(): code for code, name in pytz.country_names.items() if code in known}
    near = [names[value.casefold()]] if value.casefold() in names else near_names(value, known)
    more = f" and {len(known) - MOST_VALUES:,} more" * (len(known) > MOST_VALUES)
    return f"{did_you_mean(near)} Give one of: {', '.join(known[:MOST_VALUES])}{more}."


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
