"""The embedded DuckDB in which the insights of a run are computed."""

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import sqlglot
from ibis.backends.duckdb import Backend

INSTANT = dt.Timestamp(timezone="UTC")


@ibis.udf.scalar.builtin(name="epoch_us")
def duckdb_us(at: INSTANT) -> int:
    """Microseconds since 1970 of an instant, in DuckDB's words."""


@ibis.udf.scalar.builtin(name="unix_micros")
def spark_us(at: INSTANT) -> int:
    """Microseconds since 1970 of an instant, in Spark's words."""


MICROSECONDS = {"duckdb": duckdb_us, "pyspark": spark_us}      # both keep instants so and convert no zone: they hand out the number


def microseconds(at):
    """Microseconds since 1970 of an instant column, int64; of one that already is a number, milliseconds."""
    return at.cast("int64") * 1000 if at.type().is_integer() else MICROSECONDS[at._find_backend(use_default=True).name](at)


class Connection(Backend):
    """What `ibis.duckdb.connect` gives, except for two methods that reach what DuckDB and pandas have deprecated in ibis 12:
    everybody who opens a run would see the warnings."""

    def get_schema(self, table_name, *, catalog=None, database=None):
        table = sqlglot.table(table_name, db=database, catalog=catalog, quoted=True).sql(self.dialect)
        columns = self.con.execute(f"DESCRIBE {table}").fetchall()
        kind = self.compiler.type_mapper.from_string
        return ibis.schema({name: kind(text, nullable=null == "YES") for name, text, null, *_ in columns})

    def execute(self, expr, /, **options):
        result = self.to_pyarrow(expr, **options)
        return result.as_py() if isinstance(result, pa.Scalar) else result.to_pandas()


def connected(**settings):
    """An embedded DuckDB for Ibis tables; settings are those of DuckDB, such as memory_limit."""
    return Connection().connect(**settings)
