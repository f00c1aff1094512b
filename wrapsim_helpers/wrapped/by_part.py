"""Statements on all listeners of a run, a few parts at a time: memory does not grow with the run.

A part holds all plays of its listeners, and an insight concerns one listener at a time, so parts
are computed apart.
"""

import duckdb
from tqdm.auto import tqdm

from ..storage.tables import damaged
from .periods import count_plays, groups_of_plays, show_plays


def rows_by_part(period, names, what="insights"):
    """Yield the rows of all listeners by some statements, a few parts at a time: {name: Arrow
    table}.

    what  what the progress bar says
    """
    groups = groups_of_plays(period.run)
    with tqdm(desc=what, unit="part", total=sum(map(len, groups))) as progress:
        for files in groups:
            try:
                yield rows_of_parts(period, files, names)
            except duckdb.OutOfMemoryException:
                yield from (rows_of_parts(period, [file], names) for file in files)
            progress.update(len(files))


def rows_of_parts(period, files, names):
    """The rows of all listeners of some parts: {name: Arrow table}.

    Raises ValueError naming a damaged file, and duckdb.OutOfMemoryException if several parts need
    more memory than allowed.
    """
    try:
        show_plays(period, files)
        statements, query = count_plays(period, names), period.connection.sql
        return {name: query(statements[name]).to_arrow_table() for name in names}
    except duckdb.Error as error:
        if isinstance(error, duckdb.OutOfMemoryException) and len(files) > 1:
            raise
        raise damaged(period.run.place, unreadable(period, files, names), error) from None


def unreadable(period, files, names):
    """The first of some files that cannot be counted for some statements, by counting each alone;
    the last if all but it can.
    """
    for file in files[:-1]:
        try:
            show_plays(period, [file])
            count_plays(period, names)
        except duckdb.Error:
            return file
    return files[-1]
