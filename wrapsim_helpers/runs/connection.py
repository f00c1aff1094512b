"""The embedded DuckDB in which the insights of a run are computed."""

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import sqlglot
from ibis.backends.duckdb import Backend

INSTANT = dt.Timestamp(timezone="UTC")


def engine_function(name):
    """A function of an engine that gives the microseconds since 1970 of an instant, for Ibis."""

    def microseconds_of(at):
        """Microseconds since 1970 of an instant."""

    return ibis.udf.scalar.builtin(microseconds_of, name=name, signature=((INSTANT,), dt.int64))


# Both engines store instants as integer microseconds and convert no time zone.
MICROSECONDS = {
    "duckdb": engine_function("epoch_us"),
    "pyspark": engine_function("unix_micros"),
}


def microseconds(at):
    """Microseconds since 1970 of an instant column, int64; of one that already is a number,
    milliseconds.
    """
    return (
        at.cast("int64") * 1000
        if at.type().is_integer()
        else MICROSECONDS[at._find_backend(use_default=True).name](at)
    )


class Connection(Backend):
    """What `ibis.duckdb.connect` gives, except for two methods that reach what DuckDB and pandas
    have deprecated in ibis 12: everybody who opens a run would see the warnings."""

    def get_schema(self, table_name, *, catalog=None, database=None):
        table = sqlglot.table(table_name, db=database, catalog=catalog, quoted=True).sql(
            self.dialect
        )
        columns = self.con.execute(f"DESCRIBE {table}").fetchall()
        kind = self.compiler.type_mapper.from_string
        return ibis.schema(
            {name: kind(text, nullable=null == "YES") for name, text, null, *_ in columns}
        )

    def execute(self, expr, /, **options):
        result = self.to_pyarrow(expr, **options)
        return result.as_py() if isinstance(result, pa.Scalar) else result.to_pandas()


def connected(**settings):
    """An embedded DuckDB for Ibis tables; settings are those of DuckDB, such as memory_limit."""
    return Connection().connect(**settings)
