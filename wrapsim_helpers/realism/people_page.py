"""A page with one row per listener: who they are and what they streamed most, for a reader who
judges by eye whether such people exist.
"""

from pathlib import Path

import pandas as pd

from ..latin import latin_form
from ..music.families import favourite_family
from ..people.personas import load_personas
from ..runs.opened import open_run, read_parquet
from ..storage.outputs import replaced_file
from ..wrapped.counting import ranked_only, tables_in
from .results_text import markdown

PEOPLE, PERSONAS, TOP = 200, 10, 3  # listeners of each table, and entries of each ranking
PAGE = "people.md"
HEAD = """# Would you believe them?

Written by `make realism`; do not edit. The [report](realism.md) compares sums with published
figures; this page shows single listeners, so that you can judge them as people. Each row is a
listener's year: the streams (of 30 s and more, without functional noise and private sessions), the
share of the streams in the family of the favourite genre, and the three first artists with their
country, songs, families and countries of origin. A song counts for its primary artist. Ties go to
the first in alphabetical order. Names in other scripts are in their Latin form. All is simulated.
"""
OF_PEOPLE = """## The first {n} listeners of the default world
"""
OF_PERSONAS = """## {n} listeners with a persona

Each is the first listener with that persona in a small run with the bundled personas.
"""
COLUMNS = {  # ranking -> whether the entries have shares; otherwise they have numbers of streams
    "artists": False,
    "songs": False,
    "families": True,
    "countries": True,
}
UNKNOWN = "?"  # country of an artist whose country is unknown


def write_people_page(run_dir, personas_dir, folder):
    """Write the page of the first listeners of a run, and of the first listener of each persona in
    another run, as people.md into a folder; returns its path.

    Raises FileNotFoundError unless both runs are finished, ValueError if wrapsim did not write the
    existing file or it was changed.
    """
    runs = open_run(run_dir), open_run(personas_dir)
    with replaced_file(Path(folder).absolute() / PAGE) as temporary:
        temporary.write_text("\n".join(page_lines(*runs)), encoding="utf-8")
    return Path(folder).absolute() / PAGE


def page_lines(run, personas_run):
    """The lines of the page. Both arguments are an `OpenedRun`."""
    people = listeners_of(run).head(PEOPLE)
    examples = first_of_each(listeners_of(personas_run)).head(PERSONAS)
    return [
        HEAD,
        OF_PEOPLE.format(n=len(people)),
        *people_lines(people.drop(columns="persona"), streams_of(run, people.index)),
        "",
        OF_PERSONAS.format(n=len(examples)),
        *people_lines(examples, streams_of(personas_run, examples.index)),
        "",
    ]


def listeners_of(run):
    """The listeners of an `OpenedRun`: DataFrame by listener_id with persona, age (at the start),
    gender, country, favourite.
    """
    columns = ["listener_id", "gender", "country", "favourite_genre", "persona"]
    listeners = read_parquet(run, "listeners", columns).to_pandas().set_index("listener_id")
    versions = read_parquet(run, "profile_versions", ["listener_id", "age"]).to_pandas()
    ages = versions.drop_duplicates("listener_id").set_index("listener_id")["age"]
    listeners = listeners.rename(columns={"favourite_genre": "favourite"})
    return listeners.assign(age=ages)[["persona", "age", "gender", "country", "favourite"]]


def first_of_each(listeners):
    """The first listener of each persona, in the order of the bundled personas."""
    first = listeners.reset_index().drop_duplicates("persona").set_index("persona", drop=False)
    names = [group.name for group in load_personas().personas if group.name in first.index]
    return first.loc[names].set_index("listener_id")


def streams_of(run, ids):
    """The tracks that listeners streamed: DataFrame, one row per listener and track: listener_id,
    n_streams, and the columns of `named`.
    """
    tables = dict(run.tables)
    first, last = run.days
    tables["plays"] = tables["plays"].filter(tables["plays"].listener_id.isin(list(map(int, ids))))
    counted = tables_in(**tables, first_day=first, last_day=last, all_in_period=True)
    songs = ranked_only(counted.songs).select("listener_id", "track_id", "n_streams").execute()
    tracks, artists, credits = (
        read_parquet(run, name).to_pandas() for name in ("tracks", "artists", "track_artists")
    )
    return songs.merge(named(tracks, artists, credits), on="track_id").drop(columns="track_id")


def named(tracks, artists, credits):
    """Tracks with the names that the page shows: DataFrame with track_id, songs, artists, families,
    countries. Arguments: these tables of a run as DataFrames
    """
    primary = credits[credits["role"] == "primary"].drop_duplicates("track_id")
    table = tracks.merge(primary, on="track_id").merge(
        artists[["artist_id", "artist", "country"]], on="artist_id"
    )
    countries = table["country"].replace("", UNKNOWN)
    return pd.DataFrame(
        {
            "track_id": table["track_id"],
            "songs": table["title"].map(latin_form),
            "artists": table["artist"].map(latin_form) + " (" + countries + ")",
            "families": table["family"],
            "countries": countries,
        }
    )


def people_lines(listeners, streams):
    """The lines of the table of some listeners, in order.

    listeners  see `listeners_of`;  streams  see `streams_of`
    """
    totals = streams.groupby("listener_id")["n_streams"].sum().reindex(listeners.index).fillna(0)
    table = listeners.assign(
        streams=[f"{n:,.0f}" for n in totals],
        **{"share of its family": favourite_shares(listeners["favourite"], streams, totals)},
        **{name: top(streams, name, totals) for name in COLUMNS},
    ).fillna("-")
    rows = table.astype(str).replace(r"\|", r"\\|", regex=True)
    return markdown(["", *table.columns], rows.reset_index().itertuples(index=False))


def favourite_shares(favourites, streams, totals):
    """The share of each listener's streams in the family of the favourite genre, as text: list;
    "-" if that genre is no family or nothing was streamed.
    """
    by_family = streams.groupby(["listener_id", "families"])["n_streams"].sum()
    return [
        as_percent(by_family.get((listener, favourite_family(genre)), 0) / totals[listener])
        if favourite_family(genre) and totals[listener]
        else "-"
        for listener, genre in favourites.items()
    ]


def top(streams, column, totals):
    """The first three entries of each listener as text, with streams or shares: Series by
    listener_id.
    """
    counts = streams.groupby(["listener_id", column], as_index=False)["n_streams"].sum()
    order = counts.sort_values(["n_streams", column], ascending=[False, True])
    best = order.groupby("listener_id").head(TOP)
    shares = best["n_streams"] / best["listener_id"].map(totals)
    amounts = shares.map(as_percent) if COLUMNS[column] else best["n_streams"].map("{:,}".format)
    texts = best[column].astype(str) + " " + amounts.astype(str)
    return texts.groupby(best["listener_id"]).agg(", ".join)


def as_percent(share):
    """A share as whole percent, such as "12 %"."""
    return f"{share:.0%}".replace("%", " %")
