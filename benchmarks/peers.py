"""A peer beside us where it is installed: dbldatagen, independent columns to Parquet on one core of
Spark (`pip install 'wrapsim[peers]'`).

It needs a Java runtime. Its rows have no state: no sessions, no memory, no play after another.
Spark's start is not counted.
"""

import importlib.util
import tempfile
from pathlib import Path

import pyarrow as pa

import wrapsim_helpers as ws

from .scale import LISTENERS, rows
from .timing import seconds

ROWS = 2_000_000
COLUMNS = {
    "int": {"minValue": 0, "maxValue": 10**6},
    "long": {"minValue": 0, "maxValue": 10**12},
    "string": {"values": ["play", "skip", "pause"]},
}


def measure():
    """[(claim, measured ratio, gate, detail)], empty where dbldatagen is not installed"""
    if not importlib.util.find_spec("dbldatagen"):
        return []
    with tempfile.TemporaryDirectory() as folder:
        job = ws.open_job(LISTENERS, out_dir=Path(folder) / "run", formats="parquet")
        plays, cores = rows(ws.make_part(job, 0)), pa.cpu_count()
        pa.set_cpu_count(1)
        rate, theirs = (
            plays / seconds(lambda: ws.make_part(job, 0)),
            ROWS / by_dbldatagen(Path(folder) / "theirs"),
        )
        pa.set_cpu_count(cores)
    return [
        (
            "a part, simulated and written / dbldatagen, rows per second to Parquet on one core",
            rate / theirs,
            1,
            f"{rate:,.0f} against {theirs:,.0f} per second",
        )
    ]


def by_dbldatagen(folder):
    """Seconds that dbldatagen takes for twelve columns of independent draws, once it is warm."""
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    )
    write(spark, ROWS // 10, folder)
    took = seconds(lambda: write(spark, ROWS, folder))
    spark.stop()
    return took


def write(spark, n, folder):
    """So many rows to Parquet."""
    import dbldatagen

    plan = dbldatagen.DataGenerator(spark, rows=n, partitions=1, randomSeed=1)
    for number in range(12):
        kind = tuple(COLUMNS)[number % 3]
        plan = plan.withColumn(f"column_{number}", kind, random=True, **COLUMNS[kind])
    plan.build().write.mode("overwrite").parquet(str(folder))
