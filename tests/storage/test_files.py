"""Files: rows equal columns, two readers agree, hashes see every change, folders of others are
refused.
"""

import json
import os
import subprocess
import sys

import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import parameters
from wrapsim_helpers.parameters import Run, identity
from wrapsim_helpers.schema import TABLES, record_fields, snake
from wrapsim_helpers.storage import manifest, places, records, row_hashes, run_folder
from wrapsim_helpers.storage import tables as f


@pytest.fixture(scope="module")
def few(crowd):
    return (
        crowd.plays.slice(0, 300),
        crowd.listeners,
        crowd.profile_versions,
        crowd.world.catalogue.tracks,
    )


def test_records_are_valid_and_in_the_order_of_the_plays(few):
    rows = list(records.records(*few))
    assert [row["UserSongInteraction"]["PlayId"] for row in rows] == few[0]["play_id"].to_pylist()
    assert all(fastavro.validate(row, ws.schema_ind) for row in rows)


def test_a_record_says_what_the_columns_say(few):
    plays, listeners, _, tracks = few
    row, play = next(records.records(*few)), plays.to_pylist()[0]
    track, person = tracks.to_pylist()[play["track_id"]], listeners.to_pylist()[0]
    assert (
        row["SongMetadata"]["Length"] == track["duration_ms"]
        and row["SongMetadata"]["Artists"] == track["artists"]
    )
    assert (
        str(row["UserProfile"]["UserId"]) == person["user_id"]
        and row["UserProfile"]["SubscriptionPlan"] == play["plan"]
    )
    for field in record_fields("UserSongInteraction"):
        assert row["UserSongInteraction"][field["name"]] == play[snake(field["name"])]


def test_changing_one_record_changes_no_other(few):
    first, second = list(records.records(*few))[:2]
    first["UserProfile"]["Name"] = first["SongMetadata"]["Title"] = "changed"
    assert second["UserProfile"]["Name"] != "changed"


def test_only_songs_that_are_played_are_converted_for_records(few):
    class Songs:
        def take(self, rows):
            taken.append(rows.to_pylist())
            return pa.table({"title": [f"song {row}" for row in taken[-1]]})

    taken, (plays, _, versions, tracks) = [], few
    joined = list(records.joined_records(plays, versions, tracks, [versions, Songs(), plays]))
    played = plays["track_id"].to_pylist()
    assert taken == [sorted(set(played))] and len(played) > len(set(played)) > 100
    assert [song["title"] for _, song, _ in joined] == [f"song {track}" for track in played]


def test_plain_records_are_the_same_records_in_numbers(few, tmp_path):
    with open(tmp_path / "plain.avro", "wb") as file:
        fastavro.writer(file, ws.schema_ind, records.plain_records(*few))
    assert list(records.read_avro(tmp_path / "plain.avro")) == list(records.records(*few))


def test_an_avro_file_holds_the_records(few, tmp_path):
    records.write_avro(*few, tmp_path / "plays.avro", b"0" * 16)
    assert list(records.read_avro(tmp_path / "plays.avro")) == list(records.records(*few))


def test_the_same_records_give_the_same_bytes(few, tmp_path):
    for name in ("a", "b"):
        records.write_avro(*few, tmp_path / f"{name}.avro", records.sync_marker("x", 1))
        f.write_parquet(few[0], tmp_path / f"{name}.parquet")
    assert (tmp_path / "a.avro").read_bytes() == (tmp_path / "b.avro").read_bytes()
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_the_bytes_of_an_avro_file_do_not_depend_on_the_process(tmp_path):
    code = (
        "import sys; import wrapsim_helpers as ws; from pathlib import Path; from "
        "wrapsim_helpers.storage.records import write_avro; "
        "h = ws.listen(ws.Run(num_users=1, end_time='2025-01-03')); "
        "write_avro(h.plays, h.listeners, h.profile_versions, h.world.catalogue.tracks, "
        "Path(sys.argv[1]), b'0' * 16)"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", code, tmp_path / seed],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
        )
    assert len({(tmp_path / seed).read_bytes() for seed in ("1", "2")}) == 1


def test_sync_markers_differ_from_part_to_part():
    assert (
        len({records.sync_marker("x", 1), records.sync_marker("x", 2), records.sync_marker("y", 1)})
        == 3
    )


def test_parquet_keeps_names_types_and_values(few, tmp_path):
    f.write_parquet(few[0], tmp_path / "plays.parquet")
    back = pq.read_table(tmp_path / "plays.parquet")
    assert back.schema.names == TABLES["plays"].names
    assert [str(field.type) for field in back.schema] == [
        str(field.type) for field in TABLES["plays"]
    ]
    assert row_hashes.row_hash(back) == row_hashes.row_hash(few[0])


@pytest.mark.parametrize(
    "name", ["plays", "listeners", "profile_versions", "tracks", "state", "truth"]
)
def test_a_row_hash_sees_every_column(crowd, name):
    table = getattr(crowd, name, None) or crowd.world.catalogue.tracks
    table = table.slice(0, 40)
    for i, field in enumerate(table.schema):
        turned = table.column(i).take(pa.array(list(range(1, table.num_rows)) + [0]))
        changes = turned.to_pylist() != table.column(i).to_pylist()
        assert (
            row_hashes.row_hash(table.set_column(i, field, turned)) != row_hashes.row_hash(table)
        ) == changes, field.name


def test_a_row_hash_is_blind_to_chunks_and_dictionaries():
    plain = pa.table({"x": pa.array(["a", "b", "a"]).dictionary_encode()})
    other = pa.concat_tables([plain.slice(0, 1), plain.slice(1)]).unify_dictionaries()
    assert row_hashes.row_hash(plain) == row_hashes.row_hash(other)
    assert row_hashes.row_hash(pa.table({"x": ["ab", "c"]})) != row_hashes.row_hash(
        pa.table({"x": ["a", "bc"]})
    )


def test_codes_of_no_value_and_gaps_are_no_rows_to_hash():
    for codes in ([0, 7], [-1, 0]):
        damaged = pa.DictionaryArray.from_arrays(
            pa.array(codes, pa.int8()), pa.array(["a", "b"]), safe=False
        )
        with pytest.raises(ValueError, match="is damaged: it has codes from"):
            row_hashes.row_hash(pa.table({"x": damaged}))
    with pytest.raises(pa.ArrowInvalid):
        row_hashes.row_hash(pa.table({"x": pa.array([False, None])}))
    assert row_hashes.row_hash(pa.table({"x": pa.array([], pa.bool_())})) == row_hashes.row_hash(
        pa.table({"x": pa.array([True])}).slice(1)
    )


@pytest.mark.parametrize("kind", [pa.uint16(), pa.uint32(), pa.int16(), pa.int64()])
def test_tracks_are_found_whatever_kind_of_integer_their_numbers_are(kind):
    found = records.positions(
        "track {0}",
        pa.chunked_array([pa.array(range(5), kind)]),
        pa.chunked_array([pa.array([3, 0, 4], kind)]),
    )
    assert found.tolist() == [3, 0, 4] and found.dtype == np.int32
    with pytest.raises(KeyError, match="track 5"):
        records.positions(
            "track {0}",
            pa.chunked_array([pa.array(range(5), kind)]),
            pa.chunked_array([pa.array([3, 5], kind)]),
        )


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    with pytest.raises(RuntimeError, match="stop"), places.whole_file(tmp_path / "x.txt") as beside:
        beside.write_text("half")
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


# -- the run folder --------------------------------------------------------------------------------


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.doc").write_text("x")
    with pytest.raises(
        ValueError, match=r"which holds other files \(thesis.doc ...\); name a new or empty folder."
    ):
        run_folder.open_folder(tmp_path, {"a": 1})


def test_a_folder_of_another_run_is_refused_with_the_differences(tmp_path):
    one, other = (identity(Run(seed=seed), {}, {}, 10) for seed in (1, 2))
    run_folder.open_folder(tmp_path / "run", one)
    with pytest.raises(
        ValueError, match=r"holds a run with another identity:\n  parameters.seed: 2 here, 1 there"
    ):
        run_folder.open_folder(tmp_path / "run", other)
    run_folder.open_folder(tmp_path / "run", one)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "run").write_text("x")
    with pytest.raises(ValueError, match="which is a file; name a folder."):
        run_folder.check_folder(tmp_path / "run")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(PermissionError, match="which cannot be written"):
        run_folder.writable(tmp_path / "file" / "below")


def test_no_run_is_said_so(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no finished run \(no run.json\)"):
        manifest.manifest_at(tmp_path)
    with pytest.raises(FileNotFoundError, match="holds no table 'plays'"):
        ws.read_parquet(tmp_path, "plays")
    (tmp_path / "run.json").write_text("[1]")
    with pytest.raises(
        ValueError,
        match="run.json is changed or damaged: its contents do not match the hash in it. Restore "
        "it, or",
    ):
        manifest.manifest_at(tmp_path)


def test_the_manifest_knows_every_file_by_its_bytes_and_rows(tiny_run):
    manifest = ws.read_manifest(tiny_run)
    for entry in manifest["files"]:
        path = tiny_run / entry["file"]
        assert parameters.sha256_of(path) == entry["sha256"]
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            assert (table.num_rows, row_hashes.row_hash(table)) == (
                entry["rows"],
                entry["rows_xxh3"],
            )
    on_disk = {
        path.relative_to(tiny_run).as_posix()
        for path in tiny_run.rglob("*.*")
        if path.suffix in (".parquet", ".avro")
    }
    assert {name for name in on_disk if not name.startswith("derived/")} == {
        entry["file"] for entry in manifest["files"]
    }


def test_avro_and_parquet_of_a_run_hold_the_same_plays(tiny_run):
    from_avro = [
        row["UserSongInteraction"]["StartedAt"]
        for path in sorted(tiny_run.glob("avro/*.avro"))
        for row in ws.read_avro(path)
    ]
    assert from_avro == ws.read_parquet(tiny_run, "plays")["started_at"].to_pylist()


def test_every_table_of_the_contract_is_in_the_folder_with_its_columns(tiny_run):
    for name, schema in TABLES.items():
        assert ws.read_parquet(tiny_run, name).schema.names == schema.names
    assert {path.name for path in tiny_run.glob("plays/*.parquet")} == {
        f"part-{n:08d}.parquet" for n in range(3)
    }
    assert json.loads((tiny_run / "log.json").read_text())["seconds"] > 0


def test_one_listener_is_read_alone(tiny_run):
    mine = ws.read_parquet(tiny_run, "plays", listener_id=2)
    assert set(np.unique(mine["listener_id"].to_numpy())) <= {2} and mine.num_rows > 0


def test_the_name_of_an_unfinished_file_tells_what_it_is_to_be_called(tmp_path):
    once = places.unfinished(tmp_path / "part-00000000.avro")
    assert places.final_name(once.name) == "part-00000000.avro"
    assert places.final_name(places.unfinished(once).name) == "part-00000000.avro"
    assert places.final_name(once.name.replace("avro", "parquet")) is None
