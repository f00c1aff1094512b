"""Runs that begin before the music of their catalogue, or long after it."""

import warnings

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.music.songs_file import SONGS

from ..commands import command

DAY = {"num_users": 3, "seed": 2}
LATE = (
    "start_time is 2025-03-01, but the last song of this catalogue came out on 2019-01-01, 6 years "
    "before: nothing new comes out during the run, so listeners find next to nothing new. Give a "
    "start_time before 2020, songs_path with newer songs, or catalogue_tracks of 1,000 or more, "
    "which adds invented releases of the years of the run."
)


@pytest.fixture(scope="module")
def songs_of(tmp_path_factory, songs):
    """A function that writes a songs file whose songs are all of one year; returns its path."""
    folder = tmp_path_factory.mktemp("songs")
    headers = {name: header for header, (name, _, _) in SONGS.items()}

    def write(year):
        path = folder / f"{year}.csv"
        songs.head(300).assign(year=year).rename(columns=headers).to_csv(path, index=False)
        return str(path)

    return write


@pytest.fixture
def said():
    """The warnings of a test, however often each is given."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def late(said):
    """The texts of the warnings about the last song."""
    return [str(given.message) for given in said if "the last song" in str(given.message)]


def run_of(path, start, end, **more):
    return ws.Run(**DAY, start_time=start, end_time=end, songs_path=path, **more)


# -- before the first song -------------------------------------------------------------------------


def test_a_run_before_the_first_song_is_refused_with_what_to_do(songs_of):
    with pytest.raises(ValueError) as caught:
        ws.listen(run_of(songs_of(2026), "2025-03-01", "2025-03-02"))
    assert str(caught.value) == (
        "start_time is 2025-03-01, but the first song of this catalogue comes out on 2026-01-01, "
        "so there is nothing to hear before; give a start_time of 2026-01-01 or later, songs_path "
        "with older songs, or catalogue_tracks of 1,000 or more, which adds older invented music."
    )


def test_the_command_says_it_with_its_options_and_writes_nothing(songs_of, tmp_path):
    done = command("simulate", 3, tmp_path / "run", "--songs", songs_of(2026))
    assert done.returncode and not (tmp_path / "run").exists()
    assert (
        "--start is 2025-01-01, but the first song of this catalogue comes out on 2026-01-01, so "
        "there is nothing to hear before; give a --start of 2026-01-01 or later, --songs with "
        "older songs, or --catalogue-tracks of 1,000 or more" in done.stderr
    )


def test_a_start_with_an_offset_is_an_earlier_date_for_listeners_in_the_west(songs_of):
    path = songs_of(2025)
    with pytest.raises(ValueError, match="start_time of 2025-01-02 or later"):
        ws.listen(run_of(path, "2025-01-01T00:00+00:00", "2025-01-03T00:00+00:00"))
    for start in ("2025-01-02T00:00+00:00", "2025-01-01"):
        ws.listen(run_of(path, start, "2025-01-04T00:00+00:00"[: len(start)]))


def test_invented_music_makes_the_run_possible(songs_of):
    run = run_of(songs_of(2026), "2025-03-01", "2025-03-15", catalogue_tracks=1_000)
    plays = ws.listen(run).plays
    assert plays.num_rows > 50 and plays["track_id"].to_numpy().min() >= 300


# -- long after the last song ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "start, end, years",
    [
        ("2019-12-31", "2020-01-02", None),
        ("2020-01-01", "2020-01-02", "1 year before"),
        ("2020-12-31", "2021-01-01", "2 years before"),
        ("2025-03-01", "2025-03-02", "6 years before"),
    ],
)
def test_a_run_a_year_after_the_last_song_is_warned_of(songs_of, said, start, end, years):
    ws.listen(run_of(songs_of(2019), start, end))
    assert [years in text for text in late(said)] == ([True] if years else [])


def test_the_warning_is_given_once_for_a_run_of_several_parts(songs_of, said, tmp_path):
    path, run = songs_of(2019), tmp_path / "run"
    ws.simulate(
        **DAY,
        start_time="2025-03-01",
        end_time="2025-03-02",
        songs_path=path,
        listeners_per_part=1,
        out_dir=run,
        workers=1,
    )
    assert late(said) == [LATE]
    ws.again(run, 1, songs_path=path)
    assert late(said) == [LATE]
    ws.continue_run(run, "2025-03-04", songs_path=path, out_dir=tmp_path / "more", workers=1)
    assert late(said) == [LATE, LATE.replace("2025-03-01", "2025-03-02")]


def test_records_in_memory_are_warned_of_once(songs_of, said):
    window = {"start_time": "2025-03-01", "end_time": "2025-03-02", "songs_path": songs_of(2019)}
    ws.generate_listening_session(**window)
    assert late(said) == [LATE]
    ws.generate_multiple_users_session(2, **window)
    assert late(said) == [LATE] * 2


def test_the_command_warns_once(songs_of, said, tmp_path):
    done = command(
        *("simulate", 3, tmp_path / "run", "--songs", songs_of(2019), "--workers", 1),
        *("--start", "2025-03-01", "--end", "2025-03-02"),
    )
    assert done.returncode == 0 and late(said) == [LATE]


def test_who_takes_the_bundled_songs_or_invented_music_is_not_warned(songs_of, said):
    ws.listen(ws.Run(**DAY, start_time="2025-03-01", end_time="2025-03-02"))
    ws.listen(run_of(songs_of(2019), "2025-03-01", "2025-03-02", catalogue_tracks=1_000))
    assert late(said) == []
