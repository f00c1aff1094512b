"""Tallies: what insights need of the whole crowd, counted once per run and period, and cached in
the run's folder `derived`.
"""

import pyarrow as pa

from .by_part import rows_by_part
from .derived import cache_table, cached_table, derived_file


def show_tallies(period):
    """Make the tallies of a period's edition available to its insights. Returns name -> Arrow
    table.

    Each is counted again if its file is missing, damaged or was written by another version of the
    code.
    """
    tallies = cached_tallies(period)
    missing = [name for name in period.edition.tallies if name not in tallies]
    tallies |= counted_tallies(period, missing) if missing else {}
    for name, table in tallies.items():
        show_tally(period.connection, f"tally_{name}", table)
    return tallies


def cached_tallies(period):
    """The tallies that the run's folder has: name -> Arrow table."""
    tables = {
        name: cached_table(period.run, tally_file(period, name)) for name in period.edition.tallies
    }
    return {name: table for name, table in tables.items() if table is not None}


def show_tally(connection, name, table):
    """Make a name of a DuckDB connection stand for an Arrow table."""
    kind = connection.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name]
    ).fetchall()
    if kind and kind[0][0] != "VIEW":  # the empty table that statements were made with
        connection.execute(f"DROP TABLE {name}")
    connection.register(name, table)


def counted_tallies(period, names):
    """Tallies counted from all parts, and cached: name -> Arrow table."""
    return finish_tallies(
        period, names, list(rows_by_part(period, row_statements(names), "the crowd"))
    )


def row_statements(names):
    """Names of the statements that count the rows of tallies."""
    return [f"rows_{name}" for name in names]


def finish_tallies(period, names, parts):
    """Tallies from the rows of all parts, and cached: name -> Arrow table.

    parts  list of dicts, statement of `row_statements` -> Arrow table
    """
    tallies = {}
    for name, statement in zip(names, row_statements(names), strict=True):
        rows = pa.concat_tables([part.pop(statement) for part in parts])
        tallies[name] = finished_tally(period, name, rows)
        cache_table(period.run, tally_file(period, name), tallies[name])
    return tallies


def finished_tally(period, name, rows):
    """The final rows of a tally from the rows of all parts, Arrow."""
    connection = period.connection
    connection.register("rows_arrow", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rows_{name} AS SELECT * FROM rows_arrow")
    table = connection.sql(period.statements[f"tally_{name}"]).to_arrow_table()
    connection.execute(f"TRUNCATE rows_{name}")
    return table


def tally_file(period, name):
    """Name of the file of a tally in the run's folder."""
    return derived_file(name, (period.first_day, period.last_day), period.rules)
