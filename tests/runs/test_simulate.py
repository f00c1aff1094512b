"""One listener, a crowd, a run folder: the same people everywhere, the same bytes again, bad input
refused first.
"""

import io
import shutil
import subprocess
import sys
import uuid

import fastavro
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.runs.carrying_out import carry_out
from wrapsim_helpers.runs.in_memory import resolve_user
from wrapsim_helpers.source_files import source_path
from wrapsim_helpers.storage.row_hashes import row_hash

from ..conftest import TINY
from ..kills import tree

WEEK = {"start_time": "2025-03-25", "end_time": "2025-04-02"}


def avro_bytes(records):
    file = io.BytesIO()
    fastavro.writer(file, ws.schema_ind, records, sync_marker=b"0" * 16)
    return file.getvalue()


# -- the same everywhere ---------------------------------------------------------------------------


def test_each_listener_is_the_same_alone_and_in_the_crowd_to_the_byte():
    crowd = ws.generate_multiple_users_session(12, **WEEK, seed=4)
    for number in range(12):
        mine = [
            record for record in crowd if record["UserSongInteraction"]["PlayId"] >> 32 == number
        ]
        assert avro_bytes(mine) == avro_bytes(ws.generate_listening_session(number, **WEEK, seed=4))


def test_a_listener_with_a_genre_from_the_list_is_the_same_alone_with_that_genre():
    crowd = ws.generate_multiple_users_session(6, **WEEK, genres=["Pop", "Rap"], seed=7)
    for number in range(6):
        mine = [
            record for record in crowd if record["UserSongInteraction"]["PlayId"] >> 32 == number
        ]
        if mine:
            genre = mine[0]["UserProfile"]["FavouriteGenre"]
            assert avro_bytes(mine) == avro_bytes(
                ws.generate_listening_session(number, **WEEK, preferred_genre=genre, seed=7)
            )
    assert {record["UserProfile"]["FavouriteGenre"] for record in crowd} == {"Pop", "Rap"}


def test_a_user_id_of_the_crowd_names_the_same_listener():
    record = next(iter(ws.generate_multiple_users_session(3, **WEEK, seed=4)))
    again = ws.generate_listening_session(str(record["UserProfile"]["UserId"]), **WEEK, seed=4)
    assert again[0] == record


def test_a_foreign_user_id_is_kept_and_always_means_the_same_listener():
    own = str(uuid.UUID(int=7))
    first, second = (ws.generate_listening_session(own, **WEEK) for _ in range(2))
    assert first == second and {str(record["UserProfile"]["UserId"]) for record in first} <= {own}
    assert resolve_user(own, 1)[0] == resolve_user(own, 2)[0]


def test_a_shorter_window_is_the_beginning_of_a_longer_one():
    long, short = (
        ws.listen(ws.Run(num_users=20, start_time="2025-03-20", end_time=end)).plays
        for end in ("2025-05-01", "2025-04-01")
    )
    long = long.to_pandas()
    clock = long["started_at"].dt.tz_localize(None) + long["utc_offset_min"].map(
        lambda m: __import__("pandas").Timedelta(m, "min")
    )
    assert long[clock < "2025-04-01"]["play_id"].tolist() == short["play_id"].to_pylist()


def test_a_profile_stays_the_same_all_through_a_session():
    records = ws.generate_listening_session(3, "2025-01-01", "2025-12-31")
    for name in ("Gender", "Name", "BirthDate", "City", "UserId"):
        assert len({record["UserProfile"][name] for record in records}) == 1
    ages = [record["UserProfile"]["Age"] for record in records]
    assert ages == sorted(ages) and len(set(ages)) <= 2


def test_song_ids_join_the_catalogue():
    records = ws.generate_listening_session(3, **WEEK)
    tracks = ws.listen(ws.one_listener(3, **WEEK)).world.catalogue.tracks
    songs = dict(zip(tracks["song_id"].to_pylist(), tracks["title"].to_pylist()))
    assert all(
        songs[record["SongMetadata"]["SongId"]] == record["SongMetadata"]["Title"]
        for record in records
    )


# -- run folders -----------------------------------------------------------------------------------


def test_the_same_identity_gives_the_same_bytes(tiny_run, tmp_path):
    assert tree(ws.simulate(**TINY, out_dir=tmp_path / "again", workers=1)) == tree(tiny_run)


def test_workers_change_no_byte(tiny_run, tmp_path):
    assert tree(ws.simulate(**TINY, out_dir=tmp_path / "two", workers=2)) == tree(tiny_run)


def test_the_number_of_listeners_in_a_part_changes_no_play(tiny_run, tmp_path):
    whole = ws.simulate(
        **TINY | {"listeners_per_part": 100}, out_dir=tmp_path / "one", formats="parquet", workers=1
    )
    assert row_hash(ws.read_parquet(whole, "plays")) == row_hash(ws.read_parquet(tiny_run, "plays"))
    assert not list(whole.glob("avro/*.avro"))


def test_a_run_and_the_records_in_memory_are_the_same_plays(tmp_path):
    run = ws.simulate(**TINY | {"catalogue_tracks": -1}, out_dir=tmp_path / "run", workers=1)
    records = ws.generate_multiple_users_session(
        8, TINY["start_time"], TINY["end_time"], seed=TINY["seed"]
    )
    from_files = [row for path in sorted(run.glob("avro/*.avro")) for row in ws.read_avro(path)]
    assert records == from_files


def test_a_finished_run_is_left_as_it_is(tiny_run):
    before = tree(tiny_run)
    assert ws.simulate(**TINY, out_dir=tiny_run) == tiny_run and tree(tiny_run) == before


def test_another_run_into_the_same_folder_is_refused_and_changes_nothing(tiny_run):
    before = tree(tiny_run)
    with pytest.raises(ValueError, match="parameters.seed: 8 here, 7 there"):
        ws.simulate(**TINY | {"seed": 8}, out_dir=tiny_run)
    assert tree(tiny_run) == before


def test_the_identity_is_in_the_manifest(tiny_run):
    identity = ws.read_manifest(tiny_run)["identity"]
    assert identity["parameters"]["seed"] == 7 and identity["parameters"]["listeners_per_part"] == 3
    assert (
        set(identity["inputs"]) == {"songs", "survey"} and identity["schema"] == ws.fingerprints()
    )
    assert {"numpy", "numba", "pyarrow", "faker", "wrapsim"} <= set(identity["versions"])


def test_a_folder_of_its_own_is_found_again_as_the_latest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = ws.simulate(2, "2025-03-01", "2025-03-03", formats="parquet")
    assert folder.parent == tmp_path / "data" / "runs" and ws.latest_run() == folder


def test_a_crowd_says_how_many_local_times_had_to_be_moved(tmp_path, capsys):
    ws.simulate(
        60, "2025-03-30T02:30", "2025-04-02", out_dir=tmp_path / "gap", formats="parquet", workers=1
    )
    assert "begin or end at the first valid instant" in "".join(capsys.readouterr())


def test_a_script_without_a_guard_can_use_several_processes(tmp_path):
    (tmp_path / "script.py").write_text(
        "import wrapsim_helpers as ws\n"
        f"print(ws.simulate(**{TINY!r}, out_dir={str(tmp_path / 'run')!r}, workers=2, "
        f"formats='parquet'))\n"
    )
    done = subprocess.run([sys.executable, tmp_path / "script.py"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == str(tmp_path / "run"), (
        done.stderr[-1500:]
    )


# -- going on --------------------------------------------------------------------------------------

MARCH = {
    "num_users": 5,
    "start_time": "2025-03-20",
    "seed": 7,
    "listeners_per_part": 2,
    "catalogue_tracks": 1_000,
}
HEAVY = "personas: {heavy: {share: 1, times: {minutes_factor: 6}}}\n"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """Folders of one long run and of three that go on from each other over the same time, their
    listeners heavy.
    """
    place = tmp_path_factory.mktemp("chain")
    (place / "heavy.yaml").write_text(HEAVY)
    personas = {"personas_path": str(place / "heavy.yaml"), "workers": 1}
    long = ws.simulate(**MARCH, end_time="2025-05-20", out_dir=place / "long", **personas)
    first = ws.simulate(**MARCH, end_time="2025-03-30T02:30", out_dir=place / "first", **personas)
    second = ws.continue_run(first, "2025-04-17T21:15", out_dir=place / "second", **personas)
    return (
        long,
        [first, second, ws.continue_run(second, "2025-05-20", out_dir=place / "third", **personas)],
        personas | {"place": place},
    )


def test_runs_on_disk_that_go_on_from_each_other_hold_one_long_run(chain):
    long, parts, _ = chain
    for name, order in (("plays", ["play_id"]), ("actions", ["listener_id", "at"])):
        whole = pa.concat_tables(ws.read_parquet(part, name) for part in parts).sort_by(
            [(column, "ascending") for column in order]
        )
        assert whole.num_rows and whole.equals(
            ws.read_parquet(long, name).sort_by([(column, "ascending") for column in order])
        ), name
    for number in range(3):
        for name in ("state", "listeners"):
            end, alike = (
                pq.read_table(run / name / f"part-{number:08d}.parquet")
                for run in (parts[-1], long)
            )
            assert end.equals(alike), name
    records = [
        row
        for part in parts
        for path in sorted(part.glob("avro/*.avro"))
        for row in ws.read_avro(path)
    ]
    assert len(records) == ws.read_manifest(long)["plays"]


def test_nobody_goes_on_from_a_state_that_is_damaged(chain, tmp_path):
    first = shutil.copytree(chain[1][0], tmp_path / "first")
    path = first / "state" / "part-00000000.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(
        ValueError,
        match=r"first/state/part-00000000.parquet is damaged: its SHA-256 is not the one "
        r"in run.json",
    ):
        ws.continue_run(
            first,
            "2025-04-17",
            out_dir=tmp_path / "second",
            workers=1,
            personas_path=chain[2]["personas_path"],
        )


@pytest.mark.parametrize("part", [-1, 3, 0.5])
def test_a_part_that_the_run_does_not_have_is_refused(tmp_path, part):
    job = ws.open_job(**TINY, out_dir=tmp_path / "run")
    with pytest.raises(
        (ValueError, TypeError), match=f"part is {part}; it must be a whole number from 0 to 2"
    ):
        ws.make_part(job, part)
    assert sorted(path.name for path in job.place.iterdir()) == ["identity.json"]


def test_a_listener_of_a_run_that_goes_on_is_made_again_alone(chain):
    _, parts, more = chain
    plays = ws.read_parquet(parts[2], "plays")
    for number in (0, 4):
        mine = plays.filter(pc.equal(plays["listener_id"], number))
        assert mine.num_rows and ws.again(
            parts[2], number, personas_path=more["personas_path"]
        ).plays.equals(mine)


def test_going_on_changes_nothing_of_the_earlier_run_and_is_done_once(chain, capsys):
    _, parts, more = chain
    before = tree(parts[0])
    ws.continue_run(
        parts[0],
        "2025-04-17T21:15",
        out_dir=parts[1],
        workers=1,
        personas_path=more["personas_path"],
    )
    assert tree(parts[0]) == before and "This run is already in" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "end_time, words",
    [
        ("2025-03-30T02:30", "but the run ends at 2025-03-30T02:30; give"),
        ("2025-03-25", "end_time is '2025-03-25', but the run ends at"),
        ("2039-01-01", "end_time is '2039-01-01'"),
    ],
)
def test_a_run_goes_on_to_a_later_time_alone(chain, tmp_path, end_time, words):
    _, parts, more = chain
    with pytest.raises(ValueError, match=words):
        ws.continue_run(
            parts[0], end_time, out_dir=tmp_path / "on", personas_path=more["personas_path"]
        )
    assert not (tmp_path / "on").exists()


@pytest.mark.parametrize(
    "other, line",
    [("survey", "inputs.survey"), ("songs", "inputs.songs"), ("personas", "inputs.personas")],
)
def test_going_on_is_refused_where_a_source_file_is_another(chain, tmp_path, other, line):
    _, parts, more = chain
    changed = tmp_path / f"other.{'yaml' if other == 'personas' else 'csv'}"
    changed.write_bytes(
        source_path(other, "").read_bytes() + b"\n"
        if other != "personas"
        else HEAVY.replace("6", "7").encode()
    )
    paths = {"personas_path": more["personas_path"]} | {f"{other}_path": str(changed)}
    with pytest.raises(
        ValueError, match=f"cannot be reproduced with .* these inputs differ:\n  {line}"
    ):
        ws.continue_run(parts[0], "2025-05-20", out_dir=tmp_path / "on", **paths)
    assert not (tmp_path / "on").exists()


def test_the_file_that_a_run_was_made_from_is_asked_for(chain, tiny_run):
    _, parts, _ = chain
    with pytest.raises(
        ValueError, match="\n  Give the personas file of the run as personas_path.$"
    ):
        ws.again(parts[0], 1)
    with pytest.raises(
        ValueError, match="\n  Leave personas_path empty: the run has no personas file.$"
    ):
        ws.again(tiny_run, 1, personas_path="bundled")


def test_only_a_finished_run_goes_on(tmp_path):
    with pytest.raises(FileNotFoundError):
        ws.continue_run(tmp_path / "nowhere", "2026-01-01", out_dir=tmp_path / "on")


# -- source files that change ----------------------------------------------------------------------

FEW = {**WEEK, "num_users": 4, "seed": 3, "listeners_per_part": 2, "catalogue_tracks": 0}


def two_versions(what):
    """The bytes of a source file before and after an edit, and the suffix of its name."""
    if what == "personas":
        return HEAVY.encode(), HEAVY.replace("6", "2").encode(), "yaml"
    lines = source_path(what).read_bytes().splitlines(keepends=True)
    return b"".join(lines), b"".join(lines[:1] + lines[len(lines) // 2 :]), "csv"


def written(folder, files, version):
    """Write a version of some source files: the arguments of `simulate` that name them."""
    folder.mkdir(exist_ok=True)
    for what in files:
        (folder / f"{what}.{two_versions(what)[2]}").write_bytes(two_versions(what)[version])
    return {f"{path.stem}_path": path for path in folder.iterdir()}


# each file alone in this process, and all three in others, which take seconds to start
EDITED = pytest.mark.parametrize(
    "files, workers",
    [(("survey",), 1), (("songs",), 1), (("personas",), 1), (("survey", "songs", "personas"), 2)],
    ids=["survey", "songs", "personas", "all by two workers"],
)


@EDITED
def test_a_source_file_that_changes_between_runs_is_read_again(tmp_path, files, workers):
    def run(name, version, n):
        paths = written(tmp_path / name, files, version)
        return tree(ws.simulate(**FEW, **paths, workers=n, out_dir=tmp_path / f"{name}-{version}"))

    first, again, other = run("edited", 0, 1), run("edited", 1, workers), run("fresh", 1, 1)
    assert again == other
    assert again["plays/part-00000000.parquet"] != first["plays/part-00000000.parquet"]


@EDITED
def test_a_source_file_that_changes_during_a_run_leaves_the_run_as_it_began(
    tmp_path, files, workers
):
    paths = written(tmp_path / "edited", files, 0)
    whole = ws.simulate(**FEW, **paths, workers=1, out_dir=tmp_path / "whole")
    job = ws.open_job(**FEW, **paths, out_dir=tmp_path / "run")
    written(tmp_path / "edited", files, 1)
    carry_out(job, workers=workers)
    assert tree(job.place) == tree(whole)


# -- what if ---------------------------------------------------------------------------------------


def test_what_if_keeps_the_streams_and_changes_what_follows():
    run = ws.one_listener(2, "2025-01-01", "2025-07-01", plan="free")
    before = ws.listen(run)
    after = ws.what_if(before, plan="premium")
    assert (
        before.listeners["city"] == after.listeners["city"]
        and before.plays["plan"][0].as_py() == "free"
    )
    assert (
        set(after.plays["plan"].to_pylist()) == {"premium"}
        and sum(after.plays["ad_ms"].to_pylist()) == 0
    )
    assert after.answers["ms_played"][0].as_py() > before.answers["ms_played"][0].as_py()
    told = ws.describe_change(before, after)
    assert "plan from free to premium" in told and f"city {before.listeners['city'][0]}" in told


def test_what_if_nothing_changes_nothing_changes():
    before = ws.listen(ws.one_listener(2, "2025-01-01", "2025-03-01"))
    assert ws.what_if(before).plays.equals(before.plays)


def test_a_change_is_told_in_days_and_sessions_that_were_counted():
    before = ws.listen(ws.one_listener(0, "2025-01-01", "2025-03-01"))
    after = ws.what_if(before, age=61)
    days, sessions = (
        [len(set(which(one.plays))) for one in (after, before)]
        for which in (local_days, sessions_of)
    )
    both = len(set(local_days(before.plays)) & set(local_days(after.plays)))
    told = ws.describe_change(before, after)
    assert days[0] != days[1] and sessions[0] != sessions[1]
    assert (
        f"on {days[0]} days instead of {days[1]} ({both} of them the same), in {sessions[0]} "
        f"sessions instead of {sessions[1]}. Of all plays "
    ) in told
    minutes = [f"{one.listeners['minutes_per_day'][0].as_py():.3g}" for one in (before, after)]
    assert (
        f"minutes a day from {' to '.join(minutes)}, " in told
        and "the devices. Both years are " in told
    )


def local_days(plays):
    minutes = pc.divide(plays["started_at"].cast("int64"), 60_000)
    return pc.divide(pc.add(minutes, plays["utc_offset_min"].cast("int64")), 1440).to_pylist()


def sessions_of(plays):
    return plays["session_id"].to_pylist()


def test_a_change_of_plan_within_the_year_is_told():
    before = ws.listen(ws.one_listener(0, "2025-01-01", "2026-01-01"))
    assert "plan from free then premium to free" in ws.describe_change(
        before, ws.what_if(before, plan="free")
    )


@pytest.mark.parametrize("wrong", ["latitude", "longitude", "user_id", "genre", "name"])
def test_what_if_says_what_it_can_change_where_it_cannot(wrong):
    before = ws.listen(ws.one_listener(2, "2025-01-01", "2025-01-03"))
    with pytest.raises(
        TypeError,
        match=rf"what_if\(\) has no argument '{wrong}'.* It takes: listened, age, gender, plan, "
        rf"preferred_genre.$",
    ):
        ws.what_if(before, **{wrong: "x"})


def test_what_if_changes_the_favourite_genre_under_the_name_that_it_has_elsewhere():
    before = ws.listen(ws.one_listener(2, "2025-01-01", "2025-03-01", preferred_genre="Pop"))
    after = ws.what_if(before, preferred_genre="rock")
    assert after.listeners["favourite_genre"].to_pylist() == [
        "Rock"
    ] and "favourite genre from Pop to Rock" in ws.describe_change(before, after)
    with pytest.raises(ValueError, match="preferred_genre is 'Popp'; it must be one of"):
        ws.what_if(before, preferred_genre="Popp")


# -- refused before anything is written ------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"genres": ["Popp"]}, "genres is 'Popp'; it must be one of"),
        ({"population": "wrold"}, "Did you mean 'world'?"),
        ({"num_users": 0}, "num_users is 0"),
        ({"end_time": "2025-03-20"}, "is not after start_time"),
        ({"formats": ["orc"]}, "formats is 'orc'; it must be one of 'avro', 'parquet'"),
        ({"workers": -1}, "workers is -1"),
        ({"part": 1}, "part is 1 and parts is None; give both or neither."),
        ({"parts": 3}, "part is None and parts is 3; give both or neither."),
        ({"formats": []}, "formats is []; name one or both of 'avro', 'parquet'"),
        ({"codec": "snappy"}, "codec is 'snappy'; it must be one of 'deflate'"),
        ({"survey_path": "nowhere.csv"}, "there is no such file"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_parameters_are_refused_before_anything_is_written(tmp_path, wrong, words):
    with pytest.raises((ValueError, TypeError, FileNotFoundError)) as caught:
        ws.simulate(**TINY | wrong, out_dir=tmp_path / "run")
    assert words in str(caught.value) and not (tmp_path / "run").exists()


def test_too_many_records_for_memory_name_simulate():
    with pytest.raises(
        ValueError,
        match=r"play about [\d,]+ records, more than the 2,000,000 .* Use simulate\(...\)",
    ):
        ws.generate_multiple_users_session(5_000, "2025-01-01", "2026-01-01")


@pytest.mark.parametrize("user_id", ["nobody", "-1", 3.5, "1" * 20])
def test_a_user_id_that_is_none_is_refused(user_id):
    with pytest.raises((ValueError, TypeError), match="user_id is"):
        ws.generate_listening_session(user_id, **WEEK)


def test_a_missing_hour_is_refused_for_one_listener():
    with pytest.raises(ValueError, match="a time that the clocks of Europe/Stockholm skipped"):
        ws.generate_listening_session(
            0, "2025-03-30T02:30", "2025-04-02", latitude=59.33, longitude=18.07
        )


def test_a_home_at_sea_is_refused():
    with pytest.raises(ValueError, match="are at sea"):
        ws.generate_listening_session(0, **WEEK, latitude=0.0, longitude=-30.0)


def test_both_source_files_are_the_users_own_where_named(real_data):
    heard = ws.listen(
        ws.one_listener(
            0,
            **WEEK,
            survey_path=str(real_data / "spotify_data.csv"),
            songs_path=str(real_data / "spotify_2000.csv"),
        )
    )
    assert heard.world.catalogue.tracks.num_rows == 1994
