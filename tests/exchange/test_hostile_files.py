"""Files that are broken, foreign or meant to harm: a clear message, no harm, and every row told."""

import json
import os
import re
import struct
import zipfile

import pytest

from tests.exchange.samples import extended, reasons, titles, write, zipped
from wrapsim_helpers.exchange import sources
from wrapsim_helpers.exchange.histories import load_history

GOOD = [extended("2025-01-01T08:03:20Z"), extended("2025-01-02T08:03:20Z")]
TEXT = json.dumps(GOOD, indent=2, ensure_ascii=False)
EXTENDED = "Spotify Extended Streaming History/Streaming_History_Audio_2025_0.json"


def refused(history):
    return dict(history.report.refused)


# -- damaged JSON ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "n_rows", "n_kept"),
    [
        (TEXT[: TEXT.index("2025-01-02")], 2, 1),  # cut off inside the second row
        (TEXT.rstrip("]\n"), 3, 2),  # cut off behind it
        (TEXT.replace("\n  {", "\n  {,", 1), 2, 1),  # the first row is damaged
        (TEXT.replace("]", ",]"), 2, 2),
        ("[1, null, [2]," + TEXT[1:], 5, 2),
        (TEXT.replace('"SE"', "NaN"), 2, 2),
        (TEXT.replace("Copper", "Copp\\ud800er"), 2, 2),
        (TEXT.replace("Copper", "Copp\\u0000er"), 2, 2),
        (TEXT + "\0" * 100_000, 2, 2),
        (TEXT.replace('"ts"', '"ts": "2025-01-01T08:03:20Z", "ts"'), 2, 2),  # a key twice
        ("\n".join(json.dumps(row) for row in GOOD), 2, 2),  # lines instead of a list
        (TEXT.replace("{", '{"deep": ' + "[" * 400 + "]" * 400 + ",", 1), 2, 2),
        (TEXT.replace("{", "{" + ", ".join(f'"k{i}": 1' for i in range(50_000)) + ",", 1), 2, 2),
    ],
)
def test_what_can_be_read_of_a_damaged_list_is_read_and_the_rest_is_told(
    tmp_path, content, n_rows, n_kept
):
    report = load_history(write(tmp_path / EXTENDED, content)).report
    assert (report.n_rows, report.n_kept) == (n_rows, n_kept)
    assert report.left_out["n_rows"].sum() == n_rows - n_kept


def test_behind_a_hundred_damaged_rows_a_file_is_given_up(tmp_path):
    content = TEXT.rstrip("]\n") + ",\n{,}" * 300 + "]"
    report = load_history(write(tmp_path / "a.json", content)).report
    assert (report.n_rows, report.n_kept) == (102, 2)
    assert "read as far as possible, up to 100 damaged rows: a.json" in str(report)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
)
def test_the_encoding_and_the_line_ends_make_no_difference(tmp_path, content):
    assert titles(load_history(write(tmp_path / "a.json", content))) == ["Copper Rain"] * 2


def test_cp1252_is_read_and_a_wrong_byte_of_utf_8_is_replaced(tmp_path):
    names = TEXT.replace("Copper Rain", "Überfahrt")
    old = load_history(write(tmp_path / "a.json", names.encode("cp1252")))
    assert titles(old) == ["Überfahrt"] * 2 and old.report.damaged == ("a.json",)
    one_byte = names.encode().replace("Ü".encode(), b"\xdc", 1)
    assert titles(load_history(write(tmp_path / "b.json", one_byte)))[1] == "Überfahrt"


@pytest.mark.parametrize("name", ["a.csv", ".scrobbler.log"])
def test_lines_are_read_in_cp1252_with_windows_line_ends(tmp_path, name):
    line = (
        "Ödön,Depot,Rain,01 Jan 2025 08:00\r\n"
        if name == "a.csv"
        else "#AUDIOSCROBBLER/1.1\r\n#TZ/UTC\r\nÖdön\tDepot\tRain\t\t200\tL\t1735718400\t\r\n"
    )
    history = load_history(write(tmp_path / name, line.encode("cp1252")))
    assert history.artists["artist"].to_pylist() == ["Ödön"]


# -- foreign files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "no history can be read: a.json: it is empty; download it again"),
        ("\n<!DOCTYPE html><title>Log in", "a.json: it is a web page; log in at the service"),
        (
            b"\x1f\x8b\x08\0",
            "a.json: it is packed, but not as a zip; unpack it, then give the folder",
        ),
        ("[]", "no history, but a.json"),
        (b"\0" * 1_000_000, "no history, but a.json"),
        ('[{"header": "YouTube Music", "time": "2025-01-01T00:00:00Z"}]', "no history, but a.json"),
        ("Song Name,Play Duration\nRain,5\n", "no history, but a.json"),
        ("%PDF-1.7", "no history, but a.json"),
    ],
)
def test_another_file_is_refused_with_what_can_be_read(tmp_path, content, what):
    with pytest.raises(ValueError, match=what) as error:
        load_history(write(tmp_path / "a.json", content))
    assert "wrapsim reads Spotify's extended streaming history" in str(error.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder. Give the export that"):
        load_history(tmp_path / "nothing.zip")


def test_a_misspelt_file_is_asked_for_by_its_name(tmp_path):
    path = write(tmp_path / "my_spotify_data (1).zip", GOOD)
    with pytest.raises(FileNotFoundError) as error:
        load_history(tmp_path / "my_spotify_data.zip")
    assert f"Did you mean {str(path)!r}?" in str(error.value)


def test_an_empty_folder_holds_no_file(tmp_path):
    with pytest.raises(ValueError, match="holds no file"):
        load_history(tmp_path)


def test_links_pipes_and_hidden_files_are_passed_over(tmp_path):
    secret = write(tmp_path / "outside" / "a.json", GOOD)
    folder = tmp_path / "folder"
    write(folder / ".hidden.json", GOOD)
    write(folder / "__MACOSX" / "a.json", GOOD)
    (folder / "link.json").symlink_to(secret)
    os.mkfifo(folder / "pipe.json")
    with pytest.raises(ValueError, match="holds no file"):
        load_history(folder)


# -- zips ------------------------------------------------------------------------------------------


def test_an_empty_zip_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no file"):
        load_history(zipped(tmp_path / "a.zip", {}))


def test_half_a_zip_is_refused(tmp_path):
    whole = zipped(tmp_path / "a.zip", {EXTENDED: GOOD}).read_bytes()
    with pytest.raises(ValueError, match="b.zip: it is cut off or damaged; download it again"):
        load_history(write(tmp_path / "b.zip", whole[: len(whole) // 2]))


def test_a_damaged_member_is_told_and_the_others_are_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.json": GOOD[:1], "b.json": GOOD[1:]}, zipfile.ZIP_STORED)
    data = path.read_bytes()
    write(path, data.replace(b"Copper", b"Cupper", 1))
    history = load_history(path)
    assert history.report.n_kept == 1 and "it is damaged" in refused(history)["a.zip: a.json"]


def test_a_path_out_of_the_zip_writes_nothing(tmp_path):
    names = ("../../evil.json", "/etc/evil.json", "C:\\evil.json", "a/../../../evil.json")
    history = load_history(zipped(tmp_path / "a.zip", dict.fromkeys(names, GOOD)))
    assert history.report.n_kept == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip"]


def test_a_zip_bomb_is_stopped_by_what_it_unpacks_to(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "SMALL", 1 << 20)
    bomb = b'[{"ts": "2025-01-01T08:03:20Z", "ms_played": 1}' + b" " * 50_000_000
    history = load_history(zipped(tmp_path / "a.zip", {"bomb.json": bomb, "good.json": GOOD}))
    assert history.report.n_kept == 2
    assert "it unpacks to more than" in refused(history)["a.zip: bomb.json"]


def test_the_members_of_a_zip_have_room_for_a_limited_size_together(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "SMALL", 1 << 20)
    monkeypatch.setattr(sources, "RATIO", 1)
    padded = json.dumps(GOOD) + " " * 600_000
    history = load_history(zipped(tmp_path / "a.zip", {"a.json": padded, "b.json": padded}))
    assert history.report.n_rows == 2
    assert "it unpacks to more than" in refused(history)["a.zip: b.json"]


def test_a_member_of_nothing_but_zeros_is_never_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "copied", None)  # calling it would raise TypeError
    with pytest.raises(ValueError, match="no history, but a.zip: zeros.json"):
        load_history(zipped(tmp_path / "a.zip", {"zeros.json": b"\0" * 30_000_000}))


def test_zips_in_zips_in_zips_are_not_opened(tmp_path):
    path = zipped(tmp_path / "0.zip", {"a.json": GOOD})
    for depth in range(1, 4):
        path = zipped(tmp_path / f"{depth}.zip", {f"{depth - 1}.zip": path.read_bytes()})
    with pytest.raises(ValueError, match="it is a zip inside 2 zips; unpack it first"):
        load_history(path)


def test_a_locked_zip_says_what_to_do(tmp_path):
    names = ("a.json", "b.json", "c.json")
    data = bytearray(zipped(tmp_path / "a.zip", dict.fromkeys(names, GOOD)).read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # bit 0 of the flags
        for found in re.finditer(mark, data):
            place = found.start() + at
            data[place : place + 2] = struct.pack("<H", data[place] | 1)
    words = (
        "b.zip: a.json and 2 more: it is locked by a password; unpack it, then give the folder. w"
    )
    with pytest.raises(ValueError, match=words):
        load_history(write(tmp_path / "b.zip", bytes(data)))


def test_temporary_copies_are_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    load_history(zipped(tmp_path / "a.zip", {EXTENDED: GOOD}))
    assert not [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]


# -- names -----------------------------------------------------------------------------------------


def test_names_are_cut_and_cleaned(tmp_path):
    long, odd = "x" * 10_000, "Tab\tand\x00zero\u200b"
    rows = [extended("2025-01-01T08:03:20Z", song=(long, odd, "")), *GOOD]
    history = load_history(write(tmp_path / "a.json", rows))
    assert history.report.n_kept == 3 and reasons(history) == {}
    assert len(history.tracks["title"][1].as_py()) == 300
    assert "Tab and zero" in history.artists["artist"].to_pylist()


def test_a_path_with_the_signs_of_a_pattern_is_one_file(tmp_path):
    write(tmp_path / "ab.json", GOOD)
    assert load_history(write(tmp_path / "[a]*.json", GOOD[:1])).report.n_kept == 1
