"""The golden run: the decoded columns of a tiny run never change by accident, in neither format, on
no platform.
"""

import json
from pathlib import Path

import pyarrow as pa
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.schema import TABLES, record_fields, snake
from wrapsim_helpers.storage.row_hashes import row_hash

from .conftest import DEFAULT, TINY

FOLDER = Path(__file__).parent / "golden"
GOLDEN = {"tiny": TINY, "default": DEFAULT}  # name of a file -> parameters of its run


def column_hashes(run_dir):
    """'table.column' -> hash of its decoded values."""
    return {
        f"{name}.{column}": row_hash(ws.read_parquet(run_dir, name).select([column]))
        for name, schema in TABLES.items()
        for column in schema.names
    }


@pytest.mark.parametrize("name", GOLDEN)
def test_every_column_is_the_golden_one(name, tmp_path):
    run_dir = ws.simulate(**GOLDEN[name], out_dir=tmp_path / "run", workers=1)
    found, golden = column_hashes(run_dir), json.loads((FOLDER / f"{name}.json").read_text())
    changed = sorted(
        name for name in found.keys() | golden.keys() if found.get(name) != golden.get(name)
    )
    assert not changed, f"data sets changed in {', '.join(changed)}; see tests/golden/README.md"


def test_the_avro_of_the_golden_run_holds_the_same_columns(tiny_run):
    plays = ws.read_parquet(tiny_run, "plays")
    records = [
        row["UserSongInteraction"]
        for path in sorted(tiny_run.glob("avro/*.avro"))
        for row in ws.read_avro(path)
    ]
    for field in record_fields("UserSongInteraction"):
        column = plays.schema.field(snake(field["name"]))
        plain = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        table = pa.table({column.name: pa.array([row[field["name"]] for row in records], plain)})
        assert row_hash(table) == row_hash(plays.select([column.name])), field["name"]
