"""Random and damaged files for `load_history`: each row is counted, nothing crashes, hangs or is
lost. `python -m tests.exchange.fuzz 100000` tries so many files.

A case is a file; a folder holds FILES of them, so that the databases of all cases take less time
than the files.
"""

import json
import sys
import tempfile
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.exchange.samples import account, endsong, extended, listen, maloja
from wrapsim_helpers.exchange.histories import load_history

FILES = 20
TIMES = st.one_of(
    st.sampled_from(
        ["2025-01-01T08:03:20Z", "2025-01-01 08:03", "1970-01-01T00:00:00Z", "2100", ""]
    ),
    st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ")),
    st.text(max_size=12),
)
NUMBERS = st.one_of(st.integers(), st.integers(0, 400_000), st.floats(), st.just(10**400))
NAMES = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["Rain", "rain ", "\x00", '"']))
ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=8), TIMES),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
SONGS = st.tuples(NAMES, NAMES, NAMES)
WHOLE = st.one_of(
    st.builds(extended, TIMES, NUMBERS, SONGS),
    st.builds(endsong, TIMES, NUMBERS, SONGS),
    st.builds(account, TIMES, NUMBERS, SONGS),
    st.builds(listen, NUMBERS, SONGS, duration_ms=ANY, duration_played=ANY, origin_url=ANY),
)
CHANGED = st.builds(lambda row, key, value: row | {key: value}, WHOLE, st.text(max_size=5), ANY)


@st.composite
def replaced(draw):
    """A row with any value in place of some of its own."""
    row = draw(WHOLE)
    keys = draw(st.lists(st.sampled_from(sorted(row)), max_size=3))
    return row | {key: draw(ANY) for key in keys}


ROWS = st.lists(st.one_of(WHOLE, CHANGED, replaced(), ANY), max_size=5)
LOG_LINES = st.lists(
    st.builds(
        "\t".join, st.lists(st.one_of(st.text(max_size=8), st.just("1735718400")), max_size=9)
    )
)
CELLS = st.lists(st.one_of(st.text(max_size=9), st.just("01 Jan 2025 08:00")), max_size=6)
CSV_HEADS = st.sampled_from(["uts,artist,track,album\n", "Time;Artist;Track\n", ""])
SCROBBLES = st.lists(st.tuples(NUMBERS, NAMES, st.lists(NAMES, max_size=2), NUMBERS), max_size=3)
TEXTS = st.one_of(
    ROWS.map(json.dumps),
    ROWS.map(lambda rows: json.dumps(rows, indent=2, ensure_ascii=False)),
    ROWS.map(lambda rows: "\n".join(map(json.dumps, rows))),
    ROWS.map(lambda rows: json.dumps({"listen_type": "import", "payload": rows})),
    SCROBBLES.map(lambda scrobbles: maloja(*scrobbles)),
    LOG_LINES.map(lambda lines: "\n".join(["#AUDIOSCROBBLER/1.1", "#TZ/UNKNOWN", *lines])),
    st.builds(
        lambda head, rows: head + "\n".join(map(",".join, rows)),
        CSV_HEADS,
        st.lists(CELLS, max_size=4),
    ),
    st.text(max_size=40),
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
PLAIN = st.builds(lambda text, code: text.encode(code, "replace"), TEXTS, ENCODINGS)


@st.composite
def damaged(draw):
    """A file that is cut off, or some of whose bytes are changed, doubled or left out."""
    data = draw(PLAIN)
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    middle = draw(st.one_of(st.just(b""), st.binary(max_size=4), st.just(data[first:last] * 2)))
    return data[:first] + middle + (data[last:] if draw(st.booleans()) else b"")


CONTENTS = st.one_of(PLAIN, PLAIN, damaged(), st.binary(max_size=40))
KINDS = st.sampled_from(
    ["{}.json", "Streaming_History_Audio_{}.json", "listens/{}.jsonl", "{}.csv", "{}.txt", "{}.zip"]
)


def write_case(folder, number, name, content):
    """Write a case; a .zip holds the content as a member, and is cut off if it is short."""
    path = folder / name.format(number)
    path.parent.mkdir(exist_ok=True)
    if path.suffix != ".zip":
        path.write_bytes(content)
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"a/{number}.json", content)
    if len(content) % 5 == 0:
        path.write_bytes(path.read_bytes()[: len(content)])


def check_files(cases):
    """Read a folder of cases and check that every row is counted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, (kind, content) in enumerate(cases):
            write_case(folder, number, kind, content)
        try:
            history = load_history(folder)
        except ValueError as error:
            assert str(error).startswith(("path is", "no play of music"))
            return
    report = history.report
    assert report.n_rows == report.n_kept + report.left_out["n_rows"].sum()
    assert report.n_rows == report.files["n_rows"].sum()
    assert report.n_kept == history.plays.num_rows > 0
    assert history.plays["track_id"].null_count == history.plays["ms_played"].null_count == 0
    assert max(history.plays["track_id"].to_pylist()) < history.tracks.num_rows


def fuzz(n_cases):
    """Try so many files, the same ones each time."""

    @settings(
        max_examples=n_cases // FILES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.tuples(KINDS, CONTENTS), min_size=FILES, max_size=FILES))
    def check(cases):
        check_files(cases)

    check()


if __name__ == "__main__":
    fuzz(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    print("every row of every file was counted")
