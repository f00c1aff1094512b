"""Killed, out of room, refused or alone: a run goes on where it stopped and ends with the same
bytes.
"""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import schema
from wrapsim_helpers.parameters import Output, identity_hash
from wrapsim_helpers.runs import carrying_out, jobs, parts
from wrapsim_helpers.schema import TABLES
from wrapsim_helpers.storage import avro_reading, locks, manifest, places, run_folder
from wrapsim_helpers.storage import tables as f

from ..conftest import TINY, TOP
from ..kills import MANY, WAIT, after, listed_as_they_are, start, survive, tree, waiting

BUNDLED = {"catalogue_tracks": 0}  # no invented songs; the slow tests have the default world
FEW_SONGS = MANY | BUNDLED


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return tree(
        ws.simulate(**FEW_SONGS, out_dir=tmp_path_factory.mktemp("whole") / "run", workers=1)
    )


@pytest.fixture
def cut_short(tmp_path, monkeypatch):
    """A folder in which a run of three parts stopped before its last part."""

    def fails(job, part, make=parts.make_part):
        if part == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return make(job, part)

    with monkeypatch.context() as patch:
        patch.setattr("wrapsim_helpers.runs.carrying_out.make_part", fails)
        with pytest.raises(RuntimeError, match="the disk is full"):
            ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1)
    return tmp_path / "run"


# -- killed ----------------------------------------------------------------------------------------


def test_a_run_killed_three_times_ends_with_the_same_bytes(undisturbed, tmp_path):
    survive(tmp_path / "run", 3, 1, random.Random(1), 60, **BUNDLED)
    assert tree(tmp_path / "run") == undisturbed


KILL_A_WORKER = (
    "next(child for child in psutil.Process().children() if 'spawn_main' in ' "
    "'.join(child.cmdline())).kill()"
)


def test_a_worker_that_dies_is_said_and_the_rest_is_kept(undisturbed, tmp_path):
    process = start(tmp_path / "run", 2, after(3, KILL_A_WORKER), **BUNDLED)
    _, told = process.communicate()
    assert (
        process.returncode == 1
        and "a worker process died; if memory ran out, use fewer workers." in told
    ), told[-1500:]
    assert "of 24 parts are complete and saved in " in told
    ws.simulate(**FEW_SONGS, out_dir=tmp_path / "run", workers=1)
    assert tree(tmp_path / "run") == undisturbed


@pytest.mark.parametrize("attempt", range(6))
def test_a_worker_that_dies_while_another_starts_is_said_and_nothing_waits(attempt):
    """About one attempt in six waits forever if the executor is left to end its processes itself;
    the job is longer than a pipe holds, so that starting takes long.
    """
    code = (
        "from tests.kills import die; from wrapsim_helpers.runs.workers import each_part; "
        "list(each_part(die, bytes(10**7), range(16), 2))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, timeout=600
    )
    assert "BrokenProcessPool" in done.stderr


def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    process = start(tmp_path / "run", 2, after(3, WAIT), **BUNDLED)
    workers = [psutil.Process(number) for number in waiting(process)]
    os.kill(process.pid, signal.SIGTERM)
    process.communicate()
    assert len(workers) >= 2 and not psutil.wait_procs(workers, 600)[1]


# -- resumed ---------------------------------------------------------------------------------------


def test_a_resumed_run_makes_only_what_lacks(cut_short, tiny_run, monkeypatch):
    made = []
    monkeypatch.setattr(
        "wrapsim_helpers.runs.carrying_out.make_part",
        lambda job, part, make=parts.make_part: made.append(part) or make(job, part),
    )
    before = (cut_short / "plays" / "part-00000001.parquet").stat().st_mtime_ns
    ws.simulate(**TINY, out_dir=cut_short, workers=1)
    assert (
        made == [2] and (cut_short / "plays" / "part-00000001.parquet").stat().st_mtime_ns == before
    )
    assert tree(cut_short) == tree(tiny_run)
    log = json.loads((cut_short / "log.json").read_text())
    assert (log["parts_made"], log["parts_kept"]) == (1, 2)


def test_a_part_whose_file_is_gone_or_cut_is_made_again(cut_short, tiny_run):
    (cut_short / "plays" / "part-00000000.parquet").unlink()
    os.truncate(cut_short / "avro" / "part-00000001.avro", 100)
    ws.simulate(**TINY, out_dir=cut_short, workers=1)
    assert tree(cut_short) == tree(tiny_run)


def test_what_killed_runs_left_half_written_is_cleared(cut_short, tiny_run):
    for name in ("run.json", "plays/part-00000002.parquet"):
        places.unfinished(cut_short / name).write_text("half")
    ws.simulate(**TINY, out_dir=cut_short, workers=1)
    assert tree(cut_short) == tree(tiny_run)


def test_a_run_killed_after_its_last_file_is_tidied(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    manifest_ = ws.read_manifest(folder)
    receipt, name = parts.receipts_in(manifest_["files"])[0], parts.receipt_name(0)
    places.put(folder, name, parts.receipt_bytes(manifest_["identity_hash"], name, receipt))
    (folder / "lock.json").write_bytes(manifest.json_bytes(locks.signature() | {"pid": 2**22 + 1}))
    ws.simulate(**TINY, out_dir=folder)
    assert tree(folder) == tree(tiny_run) and not (folder / "parts").exists()


def test_half_written_files_of_the_whole_run_are_cleared_when_it_ends(cut_short, tiny_run):
    for name in ("lock.json", "tracks.parquet"):
        places.unfinished(cut_short / name).write_text("half")
    ws.simulate(
        **TINY, out_dir=cut_short, workers=1, part=3, parts=3
    )  # clears its own at the beginning, all at the end
    assert tree(cut_short) == tree(tiny_run) and not list(cut_short.rglob(".wrapsim-*"))


@pytest.mark.parametrize("size", [0, 10, 1000])
def test_a_run_json_that_is_not_whole_is_made_again(tiny_run, tmp_path, size):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    os.truncate(folder / "run.json", size)
    ws.simulate(**TINY, out_dir=folder, workers=1)
    assert tree(folder) == tree(tiny_run) and ws.verify(folder, workers=1) == []


@pytest.mark.parametrize("size", [0, 10, 100])
def test_a_part_whose_receipt_is_not_whole_is_made_again(cut_short, tiny_run, size):
    os.truncate(cut_short / "parts" / "part-00000001.json", size)
    ws.simulate(**TINY, out_dir=cut_short, workers=1)
    assert tree(cut_short) == tree(tiny_run)


@pytest.mark.parametrize("number", [parts.CATALOGUE, 0])
@pytest.mark.parametrize(
    "change",
    [
        lambda files: files.clear(),
        lambda files: files.pop(),
        lambda files: files.append(files[0]),
    ],
    ids=["no file", "one file less", "a file twice"],
)
def test_a_receipt_that_does_not_list_each_file_of_its_part_is_refused_by_name(
    cut_short, number, change
):
    name = parts.receipt_name(number)
    hash_ = identity_hash(manifest.identity_of(cut_short))
    receipt = parts.receipt_in((cut_short / name).read_bytes(), hash_, name)
    change(receipt["files"])
    (cut_short / name).write_bytes(parts.receipt_bytes(hash_, name, receipt))
    with pytest.raises(ValueError, match=f"{name} is in the way"):
        ws.simulate(**TINY, out_dir=cut_short, workers=1)
    assert not (cut_short / "run.json").exists()


def test_a_receipt_without_files_that_nobody_sealed_is_refused_by_name(cut_short):
    (cut_short / "parts" / "part-00000000.json").write_text('{"files": [], "moved": 0}')
    with pytest.raises(ValueError, match="parts/part-00000000.json is in the way"):
        ws.simulate(**TINY, out_dir=cut_short, workers=1)
    assert not (cut_short / "run.json").exists()


@pytest.mark.parametrize("data", [b"", b'{"format'])
def test_an_identity_that_is_not_whole_is_named(cut_short, data):
    (cut_short / "identity.json").write_bytes(data)
    for action in (
        lambda: ws.simulate(**TINY, out_dir=cut_short),
        lambda: ws.show(cut_short),
        lambda: ws.again(cut_short, 0),
    ):
        with pytest.raises(ValueError, match="run/identity.json is changed or damaged: "):
            action()


@pytest.mark.parametrize("name", ["identity.json", "log.json", "run.json"])
def test_a_file_of_a_finished_run_that_is_gone_is_made_again(tiny_run, tmp_path, name):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    (folder / name).unlink()
    assert "8 listeners from number 0" in ws.show(folder)
    ws.simulate(**TINY, out_dir=folder, workers=1)
    assert tree(folder) == tree(tiny_run) and ws.verify(folder, workers=1) == []


def test_a_finished_run_that_lost_its_identity_is_not_taken_for_another(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    (folder / "identity.json").unlink()
    with pytest.raises(ValueError, match="holds a run with another identity"):
        ws.simulate(**TINY | {"seed": 8}, out_dir=folder, workers=1)


def test_a_folder_in_which_a_run_was_killed_at_once_is_taken(tmp_path, tiny_run):
    (tmp_path / "run").mkdir()
    places.unfinished(tmp_path / "run" / "identity.json").write_text("{")
    assert tree(ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1)) == tree(tiny_run)


# -- no room, no permission ------------------------------------------------------------------------


def test_a_full_disk_says_what_is_kept_and_how_to_go_on(cut_short, tmp_path):
    assert sorted(path.name for path in cut_short.glob("parts/*")) == [
        "catalogue.json",
        "part-00000000.json",
        "part-00000001.json",
    ]
    assert not list(cut_short.rglob(".wrapsim-*")) and not (cut_short / "lock.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of a process")
def test_files_that_may_not_grow_stop_a_run_which_then_goes_on(tmp_path):
    alone = BUNDLED | {"listeners_per_part": 12}
    process = start(
        tmp_path / "run",
        1,
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000)); ",
        **alone,
    )
    _, told = process.communicate()
    assert (
        process.returncode == 1
        and "the disk is full; free some space. 0 of 2 parts are complete and saved" in told
    ), told[-1500:]
    assert not list(tmp_path.rglob(".wrapsim-*")) and "run.json" not in places.file_names(
        tmp_path / "run"
    )
    again = ws.simulate(**MANY | alone, out_dir=tmp_path / "run", workers=1)
    assert tree(again) == tree(ws.simulate(**MANY | alone, out_dir=tmp_path / "whole", workers=1))


def test_a_folder_that_became_read_only_is_said(tmp_path, monkeypatch):
    def fails(job, part):
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("wrapsim_helpers.runs.carrying_out.make_part", fails)
    with pytest.raises(
        RuntimeError,
        match=r"the folder can no longer be written; make it writable. 0 of 3 parts are complete "
        r"and saved in .*; run the same command to resume",
    ):
        ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1)


@pytest.mark.parametrize("action", ["create", "remove"])
def test_a_lock_that_cannot_be_written_or_removed_is_said_in_one_message(
    cut_short, monkeypatch, action
):
    def fails(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(places, action, fails)
    monkeypatch.setattr("wrapsim_helpers.runs.carrying_out.make_part", fails)
    with pytest.raises(
        RuntimeError,
        match=r"the folder can no longer be written; make it writable. 2 of 3 parts are complete",
    ):
        ws.simulate(**TINY, out_dir=cut_short, workers=1)


def test_a_dask_worker_that_dies_for_good_is_said(cut_short):
    distributed = pytest.importorskip("distributed")
    job = jobs.job_of(ws.Run(**TINY), Output(cut_short))
    with (
        pytest.raises(
            RuntimeError,
            match=r"a worker process died; if memory ran out.* 2 of 3 parts are complete",
        ),
        carrying_out.reporting_saved_parts(job),
    ):
        raise distributed.KilledWorker("part 2", None, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_read_only_folder_is_refused_before_anything_is_written():
    folder, user = Path(tempfile.mkdtemp()), os.geteuid()
    folder.chmod(0o555)
    try:
        os.seteuid(65534 if user == 0 else user)  # root may write everywhere
        with pytest.raises(
            PermissionError, match=r"cannot be written \(Permission denied\); name another folder."
        ):
            run_folder.writable(folder)
    finally:
        os.seteuid(user)
        folder.rmdir()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_read_only_target_is_said_once():
    folder, user = Path(tempfile.mkdtemp()), os.geteuid()
    folder.chmod(0o555)
    try:
        os.seteuid(65534 if user == 0 else user)
        with pytest.raises(PermissionError) as caught:
            run_folder.open_folder(folder / "run", {})
    finally:
        os.seteuid(user)
        folder.rmdir()
    assert (
        str(caught.value)
        == f"out_dir is '{folder / 'run'}', which cannot be written (Permission denied); name "
        f"another folder."
    )


def test_a_disk_that_is_too_small_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("wrapsim_helpers.runs.jobs.free_bytes", lambda place: 100_000)
    with pytest.raises(
        ValueError,
        match=r"the run takes about [\d.]+ [KM]B, but the disk of .* has 100 KB free. Name a "
        r"folder on a larger disk",
    ):
        ws.simulate(**TINY, out_dir=tmp_path / "run")
    assert not (tmp_path / "run").exists()


# -- two at once -----------------------------------------------------------------------------------


def test_the_second_of_two_runs_into_one_folder_is_refused(cut_short):
    with (
        locks.locked(cut_short),
        pytest.raises(
            ValueError,
            match=rf"is being written by process {os.getpid()} on .*, started 20.*Wait for it, or "
            rf"name another folder.",
        ),
    ):
        ws.simulate(**TINY, out_dir=cut_short)
    assert "run.json" not in places.file_names(cut_short)


def test_the_lock_of_a_dead_process_is_taken_over_with_a_message(cut_short, capsys):
    (cut_short / "lock.json").write_bytes(
        manifest.json_bytes(locks.signature() | {"started": 1.0})
    )  # our number, but an earlier process
    ws.simulate(**TINY, out_dir=cut_short, workers=1)
    assert (
        f"Process {os.getpid()} started this run and has ended; resuming in {cut_short}."
        in "".join(capsys.readouterr())
    )
    assert not (cut_short / "lock.json").exists()


@pytest.mark.parametrize("held", [b'{"host": "elsewhere", "pid": 1, "started": 0}', b'{"ho', b""])
def test_the_lock_of_another_machine_is_never_taken_over(cut_short, held):
    (cut_short / "lock.json").write_bytes(held)
    with pytest.raises(
        ValueError, match=r"If that machine has stopped, remove lock.json there and start again."
    ):
        ws.simulate(**TINY, out_dir=cut_short)


def test_shares_may_run_side_by_side_but_not_beside_the_whole(tmp_path):
    tmp_path.joinpath("run").mkdir()
    place = tmp_path / "run"
    with locks.locked(place, "lock-1-of-2.json"), locks.locked(place, "lock-2-of-2.json"):
        for name in ("lock.json", "lock-1-of-2.json"):
            with pytest.raises(ValueError, match="is being written"), locks.locked(place, name):
                pass
    with (
        locks.locked(place),
        pytest.raises(ValueError, match="is being written"),
        locks.locked(place, "lock-1-of-2.json"),
    ):
        pass
    assert places.file_names(place) == []


RACE = """
import sys
import time
from wrapsim_helpers.storage import locks, places
def slow(place, name, holder_of=locks.holder_of):
    found = holder_of(place, name)
    time.sleep(0.3)                      # so that everybody has looked before anybody acts
    return found
locks.holder_of = slow
print("ready", flush=True)
sys.stdin.readline()
try:
    with locks.locked(places.place_of(sys.argv[1]), sys.argv[2]):
        print("inside", flush=True)
        sys.stdin.readline()
except ValueError:
    print("refused", flush=True)
"""


@pytest.mark.parametrize(
    "names, dead",
    [(["lock.json"] * 4, True), (["lock.json", "lock-1-of-2.json"] * 2, False)],
    ids=["over a dead lock", "whole and share"],
)
def test_of_several_runs_that_begin_at_once_one_is_inside(tmp_path, names, dead):
    if dead:
        (tmp_path / "lock.json").write_bytes(
            manifest.json_bytes(locks.signature() | {"started": 1.0})
        )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    races = [
        subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path), name], **pipes)
        for name in names
    ]
    assert [race.stdout.readline() for race in races] == ["ready\n"] * len(races)
    for race in races:
        race.stdin.write("go\n")
    told = [
        next(line for line in iter(race.stdout.readline, "") if line in ("inside\n", "refused\n"))
        for race in races
    ]  # tqdm may say more
    for race in races:
        race.communicate("go\n")
    assert sorted(told) == ["inside\n"] + ["refused\n"] * (len(races) - 1)


def test_of_many_who_create_one_file_one_wins(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: places.create(tmp_path, "x.json", b"%d" % n), range(200)))
    assert won.count(True) == 1 and places.get(tmp_path, "x.json") == b"%d" % won.index(True)
    assert places.file_names(tmp_path) == ["x.json"] and len(list(tmp_path.iterdir())) == 1


def test_a_disk_without_links_still_creates_exclusively(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert [places.create(tmp_path, "x", b"1"), places.create(tmp_path, "x", b"2")] == [
        True,
        False,
    ] and places.get(tmp_path, "x") == b"1"


# -- shares ----------------------------------------------------------------------------------------


def test_every_share_makes_its_own_parts_and_the_last_finishes(tmp_path, tiny_run, capsys):
    for part in (2, 1):
        ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1, part=part, parts=2)
    assert "This share is done: 2 of 3 parts of the run are complete" in "".join(
        capsys.readouterr()
    )
    assert tree(tmp_path / "run") == tree(tiny_run)


def test_more_shares_than_parts_leave_some_with_nothing_to_do(tmp_path, tiny_run):
    for part in range(1, 6):
        ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1, part=part, parts=5)
    assert tree(tmp_path / "run") == tree(tiny_run)


@pytest.mark.parametrize(
    "share, words",
    [
        ({"part": 3, "parts": 2}, "part is 3; it must be a whole number from 1 to 2."),
        ({"part": 0, "parts": 2}, "part is 0"),
        ({"parts": 0}, "parts is 0"),
    ],
)
def test_a_share_that_is_none_is_refused(tmp_path, share, words):
    with pytest.raises(ValueError, match=words):
        ws.simulate(**TINY, out_dir=tmp_path / "run", **share)
    assert not (tmp_path / "run").exists()


# -- older releases --------------------------------------------------------------------------------


def test_a_run_of_an_older_release_still_opens(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    for path in folder.glob("plays/*.parquet"):
        f.write_parquet(pq.read_table(path).drop_columns(["ad_ms", "context", "private"]), path)
    listed_as_they_are(folder)
    plays = ws.read_parquet(folder, "plays")
    assert plays.schema.equals(ws.read_parquet(tiny_run, "plays").schema)
    assert set(plays["ad_ms"].to_pylist()) == {0} and set(plays["context"].to_pylist()) == {
        "UNKNOWN"
    }
    assert (
        ws.tell_story(folder).tables["top_songs"]["n_streams"].sum()
        >= ws.tell_story(tiny_run).tables["top_songs"]["n_streams"].sum()
    )


def test_avro_of_an_older_release_is_read_in_the_schema_of_today(tiny_run, monkeypatch):
    today = json.loads(json.dumps(ws.schema_ind))
    interaction = next(
        field["type"] for field in today["fields"] if field["name"] == "UserSongInteraction"
    )
    interaction["fields"].append(
        {"name": "Mood", "type": "string", "default": "calm", "doc": "A field of a later release."}
    )
    monkeypatch.setattr("wrapsim_helpers.storage.records.schema_ind", today)
    monkeypatch.setitem(avro_reading.SOURCES, "mood", ("UserSongInteraction", "Mood"))
    monkeypatch.setitem(
        avro_reading.TABLES, "plays", TABLES["plays"].append(pa.field("mood", pa.string()))
    )
    monkeypatch.setitem(schema.DEFAULTS, "mood", "calm")
    path = tiny_run / "avro" / "part-00000000.avro"
    rows, table = (
        list(ws.read_avro(path)),
        avro_reading.read_plays_avro(path, ws.read_parquet(tiny_run, "tracks")),
    )
    assert (
        {row["UserSongInteraction"]["Mood"] for row in rows}
        == {"calm"}
        == set(table["mood"].to_pylist())
    )
    assert len(rows) == table.num_rows > 0
