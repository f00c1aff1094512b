"""Verify, show, again, plan and schema: what a run says of itself later, and what damage it
notices.
"""

import json
import random
import re
import shutil
import sys
import unicodedata
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import wrapsim_helpers as ws
from wrapsim_helpers import commands, parameters
from wrapsim_helpers.listening import listen
from wrapsim_helpers.runs import jobs, parts, plan
from wrapsim_helpers.storage import locks, places
from wrapsim_helpers.storage import manifest as mf
from wrapsim_helpers.storage import tables as f
from wrapsim_helpers.storage.row_hashes import row_hash

from ..commands import command
from ..conftest import DEFAULT, TINY
from ..kills import listed_as_they_are, tree


@pytest.fixture
def run(tiny_run, tmp_path):
    return shutil.copytree(tiny_run, tmp_path / "run")


# -- verify ----------------------------------------------------------------------------------------


def test_no_file_that_arrow_reads_lies_in_memory_of_python():
    data = bytes(1000)
    before = sys.getrefcount(data)
    reader = f.reader_of(data)
    assert sys.getrefcount(data) == before and reader.read() == data
    sources = Path(ws.__file__).parent.rglob("*.py")
    assert [path.name for path in sources if "BufferReader(" in path.read_text("utf-8")] == [
        "tables.py"
    ]


def test_a_run_is_as_it_was_written(tiny_run):
    assert ws.verify(tiny_run, workers=1) == []


def test_a_flipped_bit_in_any_file_is_found_and_the_file_named(run):
    random_bits = random.Random(5)
    for name, size in places.sizes(run).items():
        if name.startswith("derived/"):
            continue
        path, whole = run / name, (run / name).read_bytes()
        at = random_bits.randrange(8 * size)
        path.write_bytes(
            whole[: at // 8] + bytes([whole[at // 8] ^ 1 << at % 8]) + whole[at // 8 + 1 :]
        )
        assert found(run)[0].startswith(name), f"bit {at} of {name}"
        path.write_bytes(whole)
    assert ws.verify(run, workers=1) == []


def found(run):
    """What verify says, or the error it ends with."""
    try:
        return ws.verify(run, workers=1)
    except ValueError as error:
        return [str(error).removeprefix(f"{run}/")]


def test_each_damage_is_told_in_its_own_words(run):
    (run / "plays" / "part-00000001.parquet").unlink()
    shutil.copy(
        run / "answers" / "part-00000000.parquet", run / "answers" / "part-00000009.parquet"
    )
    (run / "lock.json").write_text("{}")
    (run / "log.json").write_text("{}")
    assert ws.verify(run, workers=1) == [
        "log.json: missing, changed or damaged.",
        "answers/part-00000009.parquet: not a file of this run.",
        "lock.json: not a file of this run.",
        "plays/part-00000001.parquet: is missing.",
    ]


def test_a_run_whose_rows_were_hashed_otherwise_is_said_to_be_old(run):
    manifest = json.loads((run / "run.json").read_bytes())
    for one in manifest["files"]:
        one["rows_sha256"] = one.pop("rows_xxh3")
    (run / "run.json").write_bytes(
        mf.sealed_json({key: manifest[key] for key in manifest if key != "sha256"})
    )
    assert ws.verify(run, workers=1)[0].startswith("run.json: written by an older wrapsim")


def rewritten(run, table, part, change):
    """Change a part of a table and let the manifest vouch for it: what only the rows can show."""
    path = run / table / f"part-{part:08d}.parquet"
    f.write_parquet(change(pq.read_table(path)), path)
    manifest = json.loads((run / "run.json").read_bytes())
    one = next(one for one in manifest["files"] if one["file"] == f"{table}/{path.name}")
    one |= {
        "sha256": parameters.sha256_of(path),
        "bytes": path.stat().st_size,
        "rows_xxh3": row_hash(pq.read_table(path)),
    }
    (run / "run.json").write_bytes(
        mf.sealed_json({key: manifest[key] for key in manifest if key != "sha256"})
    )
    return ws.verify(run, workers=1)


def plus_one(name):
    return lambda table: table.set_column(
        table.schema.get_field_index(name),
        table.schema.field(name),
        pa.compute.add(table[name], pa.scalar(1, table.schema.field(name).type)),
    )


def test_rows_that_break_a_rule_are_found_though_every_checksum_is_right(run):
    told = rewritten(run, "plays", 0, plus_one("ms_played"))
    assert "part 0: its answers differ from a count of its plays." in told
    assert any(
        line.startswith("part 0: The log breaks the rule 'a play ends after the time played and")
        for line in told
    )
    assert "part 0: its plays in Avro differ from its plays in Parquet." in told


def test_a_lost_or_foreign_listener_is_found(run):
    assert "part 1: its listeners are not 3 to 5." in rewritten(
        run, "listeners", 1, plus_one("listener_id")
    )


def test_rows_and_columns_that_the_manifest_does_not_know_are_found(run):
    path = run / "state" / "part-00000000.parquet"
    table = pq.read_table(path)
    told = rewritten(
        run,
        "state",
        0,
        lambda table: table.slice(1).rename_columns(["listener", *table.column_names[1:]]),
    )
    assert told == [
        "state/part-00000000.parquet: the schema has no such columns: listener.",
        f"state/part-00000000.parquet: it has {table.num_rows - 1} rows instead of "
        f"{table.num_rows}.",
    ]


def test_a_damaged_part_is_mended_by_the_same_command(run, tiny_run, monkeypatch):
    made = []
    monkeypatch.setattr(
        "wrapsim_helpers.runs.carrying_out.make_part",
        lambda job, part, make=parts.make_part: made.append(part) or make(job, part),
    )
    (run / "truth" / "part-00000002.parquet").unlink()
    ws.simulate(**TINY, out_dir=run, workers=1)
    assert made == [2] and tree(run) == tree(tiny_run) and ws.verify(run, workers=1) == []


def test_verify_on_the_command_line_names_the_file_and_exits_with_1(run):
    assert command("verify", run, "--workers", 1).stdout == f"{run} is undamaged.\n"
    (run / "tracks.parquet").write_bytes((run / "tracks.parquet").read_bytes()[:-1])
    done = command("verify", run, "--workers", 1)
    assert (
        done.returncode == 1
        and "  tracks.parquet: its " in done.stderr
        and "bytes are not the" in done.stderr
    ), done.stderr
    assert (
        "To repair it, remove the damaged files and simulate the run again into the same folder."
        in done.stderr
    )


def test_a_run_kept_as_avro_alone_is_verified_too(tmp_path):
    run = ws.simulate(**TINY, out_dir=tmp_path / "run", formats="avro", workers=1)
    assert ws.verify(run, workers=1) == []
    manifest = json.loads((run / "run.json").read_bytes())
    for one in manifest["files"]:
        one["rows_xxh3"] = (
            one["rows_xxh3"][::-1] if one["file"] == "avro/part-00000001.avro" else one["rows_xxh3"]
        )
    (run / "run.json").write_bytes(
        mf.sealed_json({key: manifest[key] for key in manifest if key != "sha256"})
    )
    assert ws.verify(run, workers=1) == [
        "avro/part-00000001.avro: its rows differ from those that were written."
    ]


def with_identity(run, change):
    """Make a run one of another identity, which its run.json vouches for."""
    manifest = json.loads((run / "run.json").read_bytes())
    change(manifest["identity"])
    (run / "run.json").write_bytes(
        mf.manifest_bytes(
            manifest["identity"],
            manifest["files"],
            **{
                name: manifest[name]
                for name in ("parts", "plays", "personas", "effective_sample_size")
            },
        )
    )


# -- damage that readers meet ----------------------------------------------------------------------


def flipped(path):
    """Blank the inner half of a file, whose size stays."""
    data = bytearray(path.read_bytes())
    quarter = len(data) // 4
    data[quarter:-quarter] = bytes(len(data) - 2 * quarter)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "read",
    [ws.everybody, lambda run: ws.read_parquet(run, "plays"), lambda run: ws.tell_story(run, 0)],
)
def test_a_damaged_parquet_file_is_named_by_those_who_read_it(tiny_run, tmp_path, read):
    run = shutil.copytree(tiny_run, tmp_path / "run", ignore=shutil.ignore_patterns("derived"))
    flipped(run / "plays" / "part-00000000.parquet")
    with pytest.raises(ValueError, match=r"plays/part-00000000\.parquet is damaged: .*Restore it,"):
        read(run)


def test_an_interrupted_run_is_not_taken_for_a_folder_without_a_run(tmp_path):
    job = ws.open_job(**TINY, out_dir=tmp_path / "run")
    for read in (ws.verify, ws.tell_story, ws.read_manifest):
        with pytest.raises(FileNotFoundError, match="it was interrupted. Simulate it again into"):
            read(job.place)


# -- a run.json that is not ours -------------------------------------------------------------------


def own_hash_kept(run, change):
    """Change run.json as somebody would who knows nothing of the hash in it."""
    manifest = json.loads((run / "run.json").read_bytes())
    change(manifest)
    (run / "run.json").write_bytes(mf.json_bytes(manifest))


TAMPERED = {
    "a changed number": (
        lambda run: own_hash_kept(run, lambda manifest: manifest.update(plays=7)),
        "its contents do not match the hash in it",
    ),
    "a path out of the folder": (
        lambda run: with_identity_and_files(run, "../secret/part-00000000.parquet"),
        r"it lists '../secret/part-00000000.parquet', which is not a file of a run",
    ),
    "an absolute path": (
        lambda run: with_identity_and_files(run, "/etc/passwd"),
        "it lists '/etc/passwd', which is not a file of a run",
    ),
    "a parameter that does not exist": (
        lambda run: with_identity(run, lambda identity: identity["parameters"].update(moon=1)),
        "Run\\(\\) has no argument 'moon'",
    ),
    "a parameter that cannot be": (
        lambda run: with_identity(
            run, lambda identity: identity["parameters"].update(num_users=-1)
        ),
        "num_users is -1; it must be",
    ),
    "no parameters": (
        lambda run: with_identity(run, lambda identity: identity.pop("parameters")),
        "it has no 'parameters'",
    ),
    "half a file": (
        lambda run: (run / "run.json").write_bytes((run / "run.json").read_bytes()[:100]),
        "its contents do not match the hash in it",
    ),
    "another file": (
        lambda run: (run / "run.json").write_text("[1]"),
        "its contents do not match the hash in it",
    ),
}
OPENERS = {
    "verify": ws.verify,
    "show": ws.show,
    "read_manifest": ws.read_manifest,
    "read_parquet": lambda run: ws.read_parquet(run, "plays"),
    "read_table": lambda run: ws.read_table(run, "plays"),
    "tell_story": ws.tell_story,
    "everybody": ws.everybody,
    "open_run": ws.open_run,
    "continue_run": lambda run: ws.continue_run(run, "2025-05-01", out_dir=run.parent / "on"),
    "again": lambda run: ws.again(run, 3),
    "effects_of": ws.effects_of,
    "sampled": ws.sampled,
    "volume_by_plan": ws.volume_by_plan,
    "latest_run": ws.latest_run,
    "write_everybody": lambda run: ws.write_everybody(run, run.parent / "insights"),
}
WRITERS = ("continue_run", "write_everybody")


def with_identity_and_files(run, name):
    """Let run.json list one file more, and vouch for it."""
    manifest = json.loads((run / "run.json").read_bytes())
    (run / "run.json").write_bytes(
        mf.manifest_bytes(
            manifest["identity"], [*manifest["files"], manifest["files"][0] | {"file": name}]
        )
    )


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_manifest_is_refused_by_everything_that_opens_a_run_in_the_same_words(run, how):
    change, words = TAMPERED[how]
    change(run)
    messages = {opener: refusal(open_it, run) for opener, open_it in OPENERS.items()}
    assert len(set(messages.values())) == 1, messages
    assert re.search(
        rf"run.json is changed or damaged: .*{words}.*Restore it, or move it elsewhere and "
        rf"simulate the run again into the same folder\.$",
        messages["verify"],
    )
    assert sorted(path.name for path in run.parent.iterdir()) == ["run"]


@pytest.mark.parametrize("reader", [name for name in OPENERS if name not in WRITERS])
def test_a_function_that_reads_a_run_reads_run_json_once(tiny_run, monkeypatch, reader):
    reads, get = [], places.get
    monkeypatch.setattr(places, "get", lambda place, name: reads.append(name) or get(place, name))
    OPENERS[reader](tiny_run)
    assert reads.count("run.json") == 1


def refusal(open_it, run):
    with pytest.raises(ValueError) as caught:
        open_it(run)
    return str(caught.value)


def test_a_tampered_manifest_is_refused_and_stays_until_it_is_moved(run, tiny_run):
    own_hash_kept(run, lambda manifest: manifest.update(plays=7))
    before = (run / "run.json").read_bytes()
    with pytest.raises(ValueError, match="run.json is in the way"):
        ws.simulate(**TINY, out_dir=run, workers=1)
    assert (run / "run.json").read_bytes() == before
    (run / "run.json").rename(run.parent / "run.json")
    ws.simulate(**TINY, out_dir=run, workers=1)
    assert ws.read_manifest(run) == ws.read_manifest(tiny_run)


# -- again -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 4, 7])
def test_a_listener_of_a_run_made_again_is_identical(tiny_run, number):
    heard = ws.again(tiny_run, str(number))
    for name in ("plays", "listeners", "answers", "truth", "state"):
        assert row_hash(getattr(heard, name)) == row_hash(
            ws.read_parquet(tiny_run, name, listener_id=number)
        ), name
    user_id, name = (heard.listeners[word][0].as_py() for word in ("user_id", "name"))
    for user in (user_id, f" {unicodedata.normalize('NFD', name.upper())} "):
        assert ws.again(tiny_run, user).plays.equals(heard.plays), user


def test_again_on_the_command_line_writes_the_same_records(tiny_run, tmp_path):
    done = command("again", tiny_run, tmp_path / "one", "--user", "4")
    assert done.returncode == 0, done.stderr
    mine = [
        row
        for path in sorted(tiny_run.glob("avro/*.avro"))
        for row in ws.read_avro(path)
        if row["UserSongInteraction"]["PlayId"] >> 32 == 4
    ]
    assert list(ws.read_avro(tmp_path / "one" / "plays.avro")) == mine and len(mine) > 0


@pytest.mark.parametrize("user", ["8", "nobody", "-1", "00000000-0000-4000-8000-000000000000"])
def test_a_user_who_is_not_in_the_run_is_refused(tiny_run, user):
    with pytest.raises(
        ValueError,
        match=rf"user is '{user}'; the run has no listener with that number, user_id or name. It "
        rf"has the listeners 0 to 7: give the number, user_id or full name of one of them.",
    ):
        ws.again(tiny_run, user)


def test_a_name_that_two_listeners_share_is_refused_with_their_numbers(run):
    path = run / "listeners" / "part-00000000.parquet"
    table = pq.read_table(path)
    f.write_parquet(
        table.set_column(
            table.schema.get_field_index("name"), "name", pa.array(["Ann Lee"] * table.num_rows)
        ),
        path,
    )
    listed_as_they_are(run)
    with pytest.raises(
        ValueError, match=r"user is 'ann lee'; the run has \d listeners of that name \(0, 1"
    ):
        ws.again(run, "ann lee")


def test_again_is_refused_where_it_would_not_be_identical(run):
    with_identity(run, lambda identity: identity["versions"].update(numpy="1.0"))
    with pytest.raises(
        ValueError,
        match=r"cannot be reproduced with .* these inputs differ:\n  versions.numpy: '.*' here, "
        r"'1.0' there",
    ):
        ws.again(run, 3)


# -- show, plan, schema ----------------------------------------------------------------------------


def test_show_tells_what_a_finished_run_is(tiny_run):
    lines = ws.show(tiny_run).splitlines()
    assert (
        lines[0] == "8 listeners from number 0, 2025-03-20 to 2025-04-10, population world, seed 7"
    )
    assert (
        lines[1].endswith(f", schema release 1, wrapsim {version('wrapsim')}")
        and f"identity {ws.read_manifest(tiny_run)['identity_hash']}" in lines[1]
    )
    assert (
        lines[2].startswith("finished: ")
        and lines[2].endswith(" plays in 3 parts")
        and len(lines) == 5
    )
    assert lines[3].split()[:3] == ["parquet", "25", "files,"] and lines[4].split()[:3] == [
        "avro",
        "3",
        "files,",
    ]


def test_show_tells_how_far_an_unfinished_run_got_and_what_is_other_here(run):
    job = ws.open_job(**TINY, out_dir=run.parent / "begun")
    ws.make_part(job, 1)
    with locks.locked(job.place):
        told = ws.show(job.place)
    assert (
        "not finished: 1 of 3 parts are complete; run the same command to resume" in told
        and "  lock.json: process " in told
    )
    with_identity(
        run, lambda identity: identity["schema"].update(dict.fromkeys(identity["schema"], "0"))
    )
    assert "schema of an unknown release" in ws.show(
        run
    ) and "made by another installation: schema.sha256: " in ws.show(run)


def test_show_refuses_a_folder_without_a_run(tmp_path):
    done = command("show", tmp_path)
    assert done.returncode == 2 and "holds no finished run" in done.stderr


def test_a_plan_says_about_what_the_run_then_takes(tmp_path):
    asked = {"num_users": 60, "start_time": "2025-03-01", "end_time": "2025-04-01", "seed": 3}
    planned = ws.plan(**asked, out_dir=tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists() and planned.text.startswith(
        f"60 listeners, about {planned.plays:,} plays\n"
    )
    manifest = ws.read_manifest(ws.simulate(**asked, out_dir=tmp_path / "run", workers=1))
    n_bytes = sum(one["bytes"] for one in manifest["files"])
    assert 0.6 < planned.plays / manifest["plays"] < 1.7 and 0.6 < planned.n_bytes / n_bytes < 1.7
    assert planned.parts == manifest["parts"] and planned.minutes > 0


def test_a_plan_takes_what_parts_cost_from_two_sizes_and_says_so(tmp_path, monkeypatch):
    # 1 s and 1,000 bytes with every part, 1 ms and 20 bytes with every play
    costs = np.array([[1_000, 21_000, 2.0], [5_000, 101_000, 6.0]])
    monkeypatch.setattr("wrapsim_helpers.runs.plan.measured_parts", lambda job, number: costs)
    monkeypatch.setattr("wrapsim_helpers.runs.plan.catalogue_bytes", lambda job: 7)
    planned = ws.plan(**TINY, out_dir=tmp_path / "run", workers=1)
    assert (
        planned.n_bytes == 3 * 1_000 + 20 * planned.plays + 7
        and planned.minutes == pytest.approx((3 * 1 + planned.plays / 1_000) / 60)
    )
    assert planned.text.endswith(
        "bytes and time are estimated from 5,000 plays of this run, just simulated and "
        "written on this machine"
    )
    costs[:] = [
        100,
        21_000,
        2.0,
    ]  # where the run has no larger part, what a part costs goes by plays
    assert ws.plan(**TINY, out_dir=tmp_path / "run", workers=1).n_bytes == round(
        210 * planned.plays + 7
    )


@pytest.mark.parametrize("ask", [ws.simulate, ws.plan])
def test_a_run_is_estimated_once_and_only_after_the_model_is_compiled(
    tmp_path, monkeypatch, capsys, ask
):
    def estimate_plays(*args, estimate=listen.estimate_plays):
        print("estimated")
        return estimate(*args)

    monkeypatch.setattr("wrapsim_helpers.runs.jobs.compile_model", lambda _: print("compiled"))
    monkeypatch.setattr("wrapsim_helpers.runs.jobs.estimate_plays", estimate_plays)
    ask(**TINY, out_dir=tmp_path / "run", workers=1)
    assert [
        line for line in capsys.readouterr().out.splitlines() if line in ("compiled", "estimated")
    ] == ["compiled", "estimated"]


@pytest.mark.parametrize(
    "minutes, text",
    [
        (0.001, "1 second"),
        (0.5, "30 seconds"),
        (1.44, "1.4 minutes"),
        (99.96, "100.0 minutes"),
        (600, "10.0 hours"),
    ],
)
def test_a_plan_tells_time_as_people_do(minutes, text):
    assert plan.in_minutes(minutes) == text


@pytest.mark.parametrize("kept, codec", jobs.BYTES_PER_PLAY)
def test_the_bytes_a_run_is_refused_for_are_about_those_it_writes(tmp_path, kept, codec):
    run_dir = ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1, formats={kept: codec})
    manifest = ws.read_manifest(run_dir)
    n_bytes = sum(one["bytes"] for one in manifest["files"] if f.table_in(one["file"]) == "plays")
    assert 0.5 < n_bytes / manifest["plays"] / jobs.BYTES_PER_PLAY[kept, codec] < 2


def test_the_catalogue_takes_about_the_bytes_that_a_plan_adds_for_it(tmp_path):
    job = ws.open_job(**DEFAULT, out_dir=tmp_path / "run")
    files = parts.make_catalogue(job)["files"]
    assert 0.8 < sum(one["bytes"] for one in files) / jobs.catalogue_bytes(job) < 1.25


def test_a_plan_knows_how_the_records_are_compressed(tmp_path, monkeypatch):
    monkeypatch.setattr("wrapsim_helpers.runs.plan.catalogue_bytes", lambda job: 0)
    small, large = (
        ws.plan(**TINY, out_dir=tmp_path / "run", formats="avro", codec=codec, workers=1).n_bytes
        for codec in ("deflate", "null")
    )
    assert large > 3 * small


@pytest.mark.parametrize("words", [("--part", "3"), ("--parts", "10")])
def test_a_share_is_asked_for_with_both_of_its_numbers(tmp_path, words):
    done = command("simulate", "8", tmp_path / "run", *words)
    assert (
        done.returncode == 2
        and "give both --part and --parts, or neither: --part 3 --parts 10 simulates the third "
        "tenth of the parts."
        in done.stderr
    )
    assert not (tmp_path / "run").exists()


def test_plan_on_the_command_line_refuses_a_disk_that_is_too_small(tmp_path):
    done = command("plan", "900000000", tmp_path / "run", "--format", "avro")
    assert (
        done.returncode == 2
        and "Name a folder on a larger disk" in done.stderr
        and not (tmp_path / "run").exists()
    ), done.stderr


def test_the_schema_command_prints_every_form():
    def printed(*words):
        return CliRunner().invoke(commands.app, ["schema", *words])

    assert json.loads(printed().stdout) == ws.schema_ind
    assert "MsPlayed" in printed("fields").stdout
    assert printed("fingerprints").stdout.split() == [
        word for pair in ws.fingerprints().items() for word in pair
    ]
    assert "form is 'json'; it must be one of" in str(printed("json").exception)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["files"][0].pop("bytes"),
        lambda manifest: manifest["files"][0].update(bytes=None),
        lambda manifest: manifest["files"][0].pop("rows"),
        lambda manifest: manifest["files"][0].pop("sha256"),
        lambda manifest: manifest["files"].clear(),
    ],
)
def test_a_sealed_manifest_without_what_it_must_state_is_refused(tiny_run, tmp_path, change):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    manifest = json.loads((run / "run.json").read_text())
    del manifest["sha256"]
    change(manifest)
    (run / "run.json").write_bytes(mf.sealed_json(manifest))
    for use in (ws.verify, ws.show, ws.open_run):
        with pytest.raises(ValueError, match="does not list the size, rows and hashes"):
            use(run)


@pytest.mark.parametrize("name", ["run.json", "lock.json"])
def test_json_that_is_nested_too_deeply_is_damaged(tiny_run, tmp_path, name):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    (run / "run.json").unlink()
    (run / name).write_text("[" * 200_000)
    with pytest.raises(ValueError, match=f"{name}"):
        ws.simulate(**TINY, out_dir=run)


def test_a_lock_of_an_impossible_time_is_refused_in_words(tiny_run, tmp_path):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    (run / "run.json").unlink()
    (run / "lock.json").write_text('{"host": "x", "pid": 1, "started": 1e30}')
    with pytest.raises(ValueError, match="lock.json"):
        ws.simulate(**TINY, out_dir=run)
