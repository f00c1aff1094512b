"""The embedded DuckDB that computes the insights of a run."""

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import sqlglot
from ibis.backends.duckdb import Backend

INSTANT = dt.Timestamp(timezone="UTC")


def engine_function(name):
    """A database function, for use in Ibis, that converts an instant to microseconds since 1970.
    name: of the function in the database
    """

    def microseconds_of(at):
        """Microseconds since 1970 of an instant."""

    return ibis.udf.scalar.builtin(microseconds_of, name=name, signature=((INSTANT,), dt.int64))


# Both databases store instants as integer microseconds and convert no time zone.
MICROSECONDS = {
    "duckdb": engine_function("epoch_us"),
    "pyspark": engine_function("unix_micros"),
}


def microseconds(at):
    """Microseconds since 1970, int64, of an instant column or a column of integer milliseconds."""
    return (
        at.cast("int64") * 1000
        if at.type().is_integer()
        else MICROSECONDS[at._find_backend(use_default=True).name](at)
    )


class Connection(Backend):
    """An `ibis.duckdb` connection with two methods replaced: in ibis 12 they call deprecated
    functions of DuckDB and pandas, which would show warnings to everybody who opens a run."""

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
    """An embedded DuckDB for Ibis tables. settings: of DuckDB, such as memory_limit"""
    return Connection().connect(**settings)
