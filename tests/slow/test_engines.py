"""The same run on other engines: dask, Spark, an S3 server on loopback, notebooks side by side, and
insights out of core.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.storage import places
from wrapsim_helpers.wrapped import EDITIONS
from wrapsim_helpers.wrapped.periods import opened_period

from ..conftest import TINY
from ..kills import MANY, WAIT, after, start, tree, waiting

TOP = Path(__file__).parent.parent.parent
MOTO, SPARK = (
    ("moto[s3]==5.2.5", "flask", "flask-cors"),
    ("pyspark==4.3.0", "pandas<3"),
)  # neither fits among our own versions
URL = "s3://bucket/run"


def environment(folder, *packages):
    """A virtual environment with some packages that looks for everything else in the present one;
    its python.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    inside = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
        check=True,
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *packages],
        check=True,
    )
    (Path(inside.stdout.strip()) / "outer.pth").write_text(
        f"{TOP}\n{sysconfig.get_paths()['purelib']}\n"
    )
    return python


# -- the documented commands -----------------------------------------------------------------------


def test_the_commands_of_the_docs_run_on_a_smaller_crowd(tmp_path):
    block = re.findall(
        r"```bash\n(.*?)```", (TOP / "docs" / "scale.md").read_text(encoding="utf-8"), re.S
    )[0]
    for line in block.splitlines():
        words = [
            {"1000000": "60", "4711": "47"}.get(word, word) for word in line.split("#")[0].split()
        ]
        done = subprocess.run(
            [sys.executable, "-m", "wrapsim_helpers", *words[1:]],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert words[0] == "wrapsim" and done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "one" / "plays.avro").is_file()


# -- dask ------------------------------------------------------------------------------------------


def test_the_workers_of_a_dask_cluster_write_the_same_bytes(tiny_run, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        ws.simulate(**TINY, out_dir=tmp_path / "run", scheduler=cluster.scheduler_address)
    assert tree(tmp_path / "run") == tree(tiny_run)


def test_a_scheduler_that_does_not_answer_is_said(tmp_path, monkeypatch):
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(
            ValueError,
            match="scheduler is 'tcp://127.0.0.1:9', but no dask scheduler answers there .*; "
            "start one with `dask scheduler`.",
        ),
    ):
        ws.simulate(**TINY, out_dir=tmp_path / "run", scheduler="tcp://127.0.0.1:9")
    assert not (tmp_path / "run" / "lock.json").exists()


# -- Spark -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_spark(tmp_path_factory):
    """Runs code in an environment with PySpark; returns what it printed."""
    folder = tmp_path_factory.mktemp("spark")
    python = environment(folder / "env", *SPARK)

    def run(code):
        (folder / "job.py").write_text(code)
        done = subprocess.run(
            [python, folder / "job.py"],
            capture_output=True,
            text=True,
            cwd=folder,
            env=os.environ | {"PYSPARK_PYTHON": str(python), "SPARK_LOCAL_IP": "127.0.0.1"},
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    return run


def test_the_documented_job_on_spark_writes_the_same_bytes(on_spark, tiny_run, tmp_path):
    code = next(
        block
        for block in re.findall(
            r"```python\n(.*?)```", (TOP / "docs" / "scale.md").read_text(), re.S
        )
        if "mapInArrow" in block
    )
    code, changed = re.subn(
        r"^run = .*$", f"run = {TINY | {'out_dir': str(tmp_path / 'run')}!r}", code, flags=re.M
    )
    on_spark(code)
    assert changed == 1 and tree(tmp_path / "run") == tree(tiny_run)


# without rows in a run of one year
OF_YEARS = {"loyalty", "comebacks", "decade", "year_before"}
# and in three weeks by few listeners without rows of these
WITHOUT_ROWS = OF_YEARS | {
    "music_evolution",
    "discoveries",
    "top_albums",
    "sound_town",
    "new_releases",
    "pioneer",
    "country_place",
    "stand_out",
}
ON_SPARK = """
from datetime import date
import ibis
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from wrapsim_helpers.wrapped import EDITIONS, tables_in
from wrapsim_helpers.wrapped.insights import with_tallies
from wrapsim_helpers.wrapped.periods import in_temporary_tables
builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
spark = builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
connection = ibis.pyspark.connect(spark)
paths = {name: f"RUN/{name}.parquet" for name in ("tracks", "artists", "track_artists", "albums")}
paths |= {name: f"RUN/{name}/*.parquet" for name in ("plays", "listeners", "actions")}
tables = {name: connection.read_parquet(path, table_name=name) for name, path in paths.items()}
heard = tables_in(**tables, first_day=date(2025, 3, 20), last_day=date(2025, 4, 9))

def stored(name, rows):  # as files, so that plans stay small
    pq.write_table(rows.to_pyarrow(), f"OUT/stored-{name}.parquet")
    return connection.read_parquet(f"OUT/stored-{name}.parquet", table_name=name)

heard = with_tallies(in_temporary_tables(heard, stored), store=stored)
for name, insight in EDITIONS["all"].queries.items():
    insight(heard).execute().to_parquet(f"OUT/{name}.parquet")
"""


def test_every_insight_on_spark_is_the_one_of_duckdb(on_spark, tiny_run, tmp_path):
    plays = shutil.copytree(tiny_run, tmp_path / "run", ignore=shutil.ignore_patterns("*.avro"))
    on_spark(ON_SPARK.replace("RUN", str(plays)).replace("OUT", str(tmp_path)))
    heard = ws.period_tables(tiny_run)
    for name, insight in EDITIONS["all"].queries.items():
        rows = insight(heard).execute()
        same_rows(pd.read_parquet(tmp_path / f"{name}.parquet"), rows)
        assert len(rows) or name in WITHOUT_ROWS, name


def same_rows(found, expected):
    """Both tables hold the same rows, in whatever order."""
    columns = list(expected.columns)
    lists = [name for name in expected if expected[name].map(np.ndim).any()]
    found, expected = (
        table[columns]
        .assign(**{name: table[name].map(lambda values: str(list(values))) for name in lists})
        .sort_values(columns)
        .reset_index(drop=True)
        for table in (found, expected)
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


# -- an object store -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address of an S3-compatible server on loopback."""
    python = environment(tmp_path_factory.mktemp("moto") / "env", *MOTO)
    said = tmp_path_factory.mktemp("moto") / "said.txt"
    with open(said, "w") as file:
        process = subprocess.Popen(
            [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdout=file, stderr=file
        )
    while not (
        address := re.search(r"http://127.0.0.1:\d+", said.read_text())
    ):  # a free port of the server's own choice
        assert process.poll() is None, said.read_text()
        time.sleep(0.1)
    yield address[0]
    process.kill()


@pytest.fixture
def bucket(server, monkeypatch):
    """An empty bucket; the environment points to the server."""
    settings = {
        "ENDPOINT_URL": server,
        "ACCESS_KEY_ID": "x",
        "SECRET_ACCESS_KEY": "y",
        "REGION": "us-east-1",
        "ALLOW_HTTP": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    places.opened.cache_clear()
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST"))
    urllib.request.urlopen(urllib.request.Request(f"{server}/bucket", method="PUT"))
    return URL


def in_store():
    return {name: places.get(URL, name) for name in places.sizes(URL) if name != "log.json"}


def test_a_run_on_an_s3_server_is_the_run_in_a_folder_to_the_byte(bucket, tiny_run):
    ws.simulate(**TINY, out_dir=bucket, workers=2)
    assert in_store() == tree(tiny_run) and ws.verify(bucket, workers=1) == []


def test_two_runs_at_once_on_an_s3_server_the_second_is_refused(bucket):
    first = start(bucket, 1, after(1, WAIT))
    waiting(first)
    with pytest.raises(ValueError, match="s3://bucket/run is being written by process"):
        ws.simulate(**MANY, out_dir=bucket)
    _, told = first.communicate("go on\n")
    assert first.returncode == 0, told[-2000:]


def test_a_run_on_an_s3_server_that_was_killed_goes_on(bucket, tmp_path):
    for n_parts in (3, 6, 6):
        process = start(bucket, 1, after(n_parts, WAIT))
        waiting(process)
        process.kill()
        process.communicate()
    assert "run.json" not in places.file_names(bucket)
    ws.simulate(**MANY, out_dir=bucket, workers=1)
    assert in_store() == tree(ws.simulate(**MANY, out_dir=tmp_path / "run", workers=1))


def test_a_bucket_that_is_not_there_is_refused(bucket):
    with pytest.raises(
        PermissionError, match="out_dir is 's3://none/run', which cannot be written"
    ):
        ws.simulate(**TINY, out_dir="s3://none/run")


# -- side by side ----------------------------------------------------------------------------------


def test_notebooks_started_side_by_side_neither_hang_nor_multiply(tmp_path):
    asked = {"num_users": 12, "start_time": "2025-03-01", "end_time": "2025-03-08", "workers": 2}
    words = [
        sys.executable,
        "-m",
        "wrapsim_helpers",
        "run",
        "03_multiple_users",
        *(f"-p{name}={value}" for name, value in asked.items()),
    ]
    books = [
        subprocess.Popen(
            [*words, f"-pout_dir={tmp_path / name}", "-o", tmp_path / f"{name}.ipynb"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    most = 0
    while any(book.poll() is None for book in books):
        most = max(most, sum(workers_of(book.pid) for book in books))
        time.sleep(0.1)
    told = [book.communicate()[1] for book in books]
    assert [book.returncode for book in books] == [0, 0], told
    assert most <= 4 and tree(tmp_path / "one") == tree(tmp_path / "two")


def workers_of(pid):
    """How many spawned workers live below a process."""
    try:
        return sum(
            "spawn_main" in " ".join(child.cmdline())
            for child in psutil.Process(pid).children(recursive=True)
        )
    except psutil.Error:
        return 0


# -- out of core -----------------------------------------------------------------------------------


def test_insights_of_a_run_that_does_not_fit_in_memory_are_the_same(tmp_path, monkeypatch):
    run_dir = ws.simulate(300, out_dir=tmp_path / "run", formats="parquet")
    whole = ws.everybody(run_dir)
    opened_period.cache_clear()
    monkeypatch.setattr("wrapsim_helpers.runs.opened.MEMORY", "100MB")
    for path in ws.write_everybody(run_dir, tmp_path / "out"):
        same_rows(pd.read_parquet(path), whole[path.stem].to_pandas())
        assert whole[path.stem].num_rows or path.stem in OF_YEARS, path.stem
    assert ws.read_manifest(run_dir)["plays"] > 1_000_000
