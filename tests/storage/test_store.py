"""A run in an object store, tried on one that lives in memory; the slow tests try a server."""

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.runs import parts
from wrapsim_helpers.storage import locks, places
from wrapsim_helpers.storage.row_hashes import row_hash

from ..conftest import TINY
from ..kills import tree

URL = "s3://bucket/run"


@pytest.fixture
def memory(monkeypatch):
    from obstore.store import MemoryStore

    kept = MemoryStore()
    monkeypatch.setattr(places, "opened", lambda url: kept)
    return kept


def in_store():
    return {name: places.get(URL, name) for name in places.sizes(URL) if name != "log.json"}


def test_a_run_in_a_store_is_the_run_in_a_folder_to_the_byte(memory, tiny_run):
    assert ws.simulate(**TINY, out_dir=URL, workers=1) == URL
    assert in_store() == tree(tiny_run) and ws.verify(URL, workers=1) == []
    assert row_hash(ws.read_parquet(URL, "plays")) == row_hash(ws.read_parquet(tiny_run, "plays"))
    assert ws.show(URL) == ws.show(tiny_run) and ws.again(URL, 4).plays.num_rows > 0


def test_a_run_in_a_store_goes_on_where_it_stopped(memory, tiny_run, monkeypatch):
    job = ws.open_job(**TINY, out_dir=URL)
    ws.make_part(job, 1)
    made = []
    monkeypatch.setattr(
        "wrapsim_helpers.runs.carrying_out.make_part",
        lambda job, part, make=parts.make_part: made.append(part) or make(job, part),
    )
    ws.simulate(**TINY, out_dir=URL, workers=1)
    assert made == [0, 2] and in_store() == tree(tiny_run)


def test_every_file_is_one_put_and_a_receipt_comes_after_its_files(memory, monkeypatch):
    puts = []
    monkeypatch.setattr(
        places,
        "put",
        lambda place, name, *data, put=places.put: puts.append(name) or put(place, name, *data),
    )
    ws.simulate(**TINY, out_dir=URL, workers=1)
    assert len(puts) == len(set(puts)) and puts[-1] == "log.json"
    assert puts.index("parts/part-00000001.json") > max(
        puts.index(f"{name}/part-00000001.parquet") for name in parts.PART_TABLES
    )


def test_a_store_with_other_things_or_another_run_is_refused(memory):
    places.put(URL, "thesis.doc", b"x")
    with pytest.raises(ValueError, match=r"which holds other files \(thesis.doc ...\)"):
        ws.simulate(**TINY, out_dir=URL)
    places.remove(URL, ["thesis.doc"])
    ws.open_job(**TINY | {"seed": 8}, out_dir=URL)
    with pytest.raises(ValueError, match="holds a run with another identity"):
        ws.simulate(**TINY, out_dir=URL)


def test_the_second_of_two_runs_into_one_store_is_refused(memory):
    ws.open_job(**TINY, out_dir=URL)
    with (
        locks.locked(URL),
        pytest.raises(ValueError, match="s3://bucket/run is being written by process"),
    ):
        ws.simulate(**TINY, out_dir=URL)
    assert "lock.json" not in places.file_names(URL)


def test_an_address_of_another_kind_is_refused():
    with pytest.raises(
        ValueError,
        match=r"out_dir is 'ftp://x/y'; the URL of an object store must begin with one of s3://, "
        r"gs://, az://. Otherwise give a folder.",
    ):
        ws.simulate(**TINY, out_dir="ftp://x/y")


def test_a_store_without_its_library_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "obstore.store", None)
    places.opened.cache_clear()
    with pytest.raises(
        ValueError, match=r"but obstore is not installed; pip install 'wrapsim\[store\]'."
    ):
        places.get(URL, "run.json")
