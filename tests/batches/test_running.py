"""A batch from its file to its page, with real kernels: what is executed, printed, kept and
executed again.
"""

import csv
import json
import re

import nbformat
import pyarrow.parquet as pq
import pytest
import yaml

from wrapsim_helpers.batches.batch import aligned_lines
from wrapsim_helpers.batches.export import HIDDEN, html_of
from wrapsim_helpers.storage import locks

from ..commands import command

# a PNG of one pixel
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJ"
    "ggg=="
)
CELLS = (
    'n: int = 1  # a number\nfails: bool = False  # whether it fails\nread_dir: str = ""  # input\n'
    'out_dir: str = ""  # where to',
    "import pathlib\nfrom wrapsim_helpers import record\n"
    'record("double", 2 * n)\nrecord("n", str(n))',
    'from IPython.display import HTML\nHTML(\'<img alt="A line &amp; more" '
    f'src="data:image/png;base64,{DOT}">\')',
    'if fails:\n    raise ValueError("on <purpose>\\nand more")',
    "if read_dir:\n    print(pathlib.Path(read_dir, 'n.txt').read_text())\n"
    "folder = pathlib.Path(out_dir)\nfolder.mkdir(parents=True, exist_ok=True)\n"
    "_ = (folder / 'n.txt').write_text(str(n))",
)
SETS = {
    "defaults": {"notebook": "mine.ipynb"},
    "sets": {
        "fails": {"parameters": {"fails": True}},
        "née 東京": {"parameters": {"out_dir": "shared"}},
        "reads": {"parameters": {"read_dir": "shared", "n": 3}},
        "n {n}": {"matrix": {"n": [7]}},
    },
}
NAMES = ["fails", "née 東京", "reads", "n 7"]


def write_notebook(path):
    """A small notebook that draws, records, writes, and fails if it is told to."""
    book = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}
        }
    )
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    book.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(book, path)


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """A folder with a finished batch in out; the command's result."""
    folder = tmp_path_factory.mktemp("a {b} c")
    write_notebook(folder / "mine.ipynb")
    (folder / "sets.yaml").write_text(yaml.safe_dump(SETS, sort_keys=False))
    return folder, execute(folder)


def execute(folder, *words):
    """Execute the sets of a folder from the folder itself; the command's result."""
    return command("batch", folder / "sets.yaml", "-o", "out", *words, cwd=folder)


def statuses(done):
    """name -> status in the table that a batch printed."""
    rows = [re.split(r"  +", line.strip()) for line in done.stdout.split("\n\n")[0].splitlines()]
    return {row[0]: row[1] for row in rows[1:]}


def test_a_failure_is_told_and_does_not_stop_the_others(batch):
    folder, done = batch
    assert done.returncode == 1
    assert statuses(done) == dict(zip(NAMES, ["failed", "done", "done", "done"]))
    assert re.search(
        r"^fails +failed +[\d.]+ +\d+\.?\d* MB  ValueError: on <purpose>$", done.stdout, re.M
    )
    assert done.stdout.endswith(f"\n{folder / 'out' / 'index.html'}\n")
    assert (
        done.stderr == "wrapsim: 1 of 4 sets failed: fails. The same command executes them again.\n"
    )


def test_every_set_is_executed_exported_and_writes_to_a_folder_of_its_own(batch):
    out = batch[0] / "out"
    for name in NAMES:
        assert (out / f"{name}.ipynb").is_file() and (out / "html" / f"{name}.html").is_file()
    assert (out / "files" / "n 7" / "n.txt").read_text() == "7"
    assert (batch[0] / "shared" / "n.txt").read_text() == "1"
    assert nbformat.read(out / "reads.ipynb", 4).cells[-1].outputs[0].text == "1\n"


def test_results_have_one_row_per_set_with_what_was_given_and_recorded(batch):
    table = pq.read_table(batch[0] / "out" / "results.parquet")
    rows = {row["set"]: row for row in table.to_pylist()}
    assert list(rows) == NAMES
    assert [rows[name]["double"] for name in NAMES] == [2, 2, 6, 14]
    assert [rows[name]["n"] for name in NAMES] == [None, None, 3, 7]
    assert [rows[name]["recorded_n"] for name in NAMES] == ["1", "1", "3", "7"]
    assert rows["fails"]["error"] == "ValueError: on <purpose>" and rows["fails"]["seconds"] > 0
    assert rows["n 7"]["peak_mb"] > 20
    with open(batch[0] / "out" / "results.csv", encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert [row["set"] for row in read] == NAMES and read[3]["double"] == "14"


def test_the_page_shows_every_set_and_asks_no_other_host_for_anything(batch):
    page = (batch[0] / "out" / "index.html").read_text(encoding="utf-8")
    assert [page.count(f">{name}</a></h2>") for name in NAMES] == [1] * 4
    assert "3 of 4 sets are done, <b>1 failed</b>" in page and "on &lt;purpose&gt;" in page
    assert not re.search(r'(src|href)="(?!data:image|data:,|#|html/|results)[^"]*(?<!ipynb)"', page)
    assert len(re.findall(r'<img [^>]*src="data:image/webp[^>]*alt="[^"]{10,}"', page)) == 3
    assert 'href="html/n%C3%A9e%20%E6%9D%B1%E4%BA%AC.html"' in page


def test_an_export_asks_no_other_host_for_anything(batch):
    for path in (batch[0] / "out" / "html").glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
        assert f"<title>{path.stem}</title>" in page


def test_an_export_leaves_out_the_source_of_hidden_cells():
    cells = [nbformat.v4.new_code_cell(f"source_{name} = 1") for name in ("hidden", "shown")]
    cells[0].outputs = [nbformat.v4.new_output("stream", text="its output")]
    cells[0].metadata["tags"] = [HIDDEN]
    page = html_of(nbformat.v4.new_notebook(cells=cells), "a title")
    assert "source_shown" in page and "source_hidden" not in page and "its output" in page


def test_the_same_command_executes_what_failed_alone(batch):
    folder = batch[0]
    before = {name: (folder / "out" / f"{name}.ipynb").stat().st_mtime_ns for name in NAMES}
    done = execute(folder)
    assert statuses(done) == dict(zip(NAMES, ["failed", *3 * ["unchanged"]]))
    assert done.stderr.startswith("fails: executed again, since it failed.\n")
    after = {name: (folder / "out" / f"{name}.ipynb").stat().st_mtime_ns for name in NAMES}
    assert [name for name in NAMES if after[name] != before[name]] == ["fails"]
    rows = pq.read_table(folder / "out" / "results.parquet").to_pylist()
    assert [row["double"] for row in rows] == [2, 2, 6, 14] and rows[3]["seconds"] > 0


def test_a_changed_set_is_executed_again_with_the_reason_and_those_that_read_it(batch):
    folder = batch[0]
    (folder / "shared" / "n.txt").write_text("changed by hand")
    done = execute(folder, "--only", "née 東京", "--only", "reads")
    assert statuses(done) == {"née 東京": "done", "reads": "done"}
    assert done.stderr == (
        "née 東京: executed again, since its files changed.\n"
        "reads: executed again, since its input changed.\n"
    )
    page = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert "3 of 4 sets are done" in page  # those that were not asked for, as they were


def test_plain_papermill_keeps_recorded_values_too(batch):
    cells = json.loads((batch[0] / "out" / "n 7.ipynb").read_text())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert outputs[0]["data"]["application/scrapbook.scrap.json+json"]["data"] == 14


def test_sets_that_cannot_be_executed_are_all_named_and_nothing_is_written(batch, tmp_path):
    sets = {
        "good": {},
        "typo": {"parameters": {"m": 1}},
        "text": {"parameters": {"n": "many"}},
        "lost": {"notebook": "other.ipynb"},
    }
    (tmp_path / "sets.yaml").write_text(yaml.safe_dump(SETS | {"sets": sets}, sort_keys=False))
    write_notebook(tmp_path / "mine.ipynb")
    done = command("batch", tmp_path / "sets.yaml", "-o", tmp_path / "new")
    assert done.returncode == 2 and not (tmp_path / "new").exists()
    lines = done.stderr.splitlines()
    assert lines[0] == "wrapsim: 3 of 4 sets are not valid, so none was started:"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "set 'typo'",
        "set 'text'",
        "set 'lost'",
    ]


def test_two_sets_never_write_to_one_folder(tmp_path):
    write_notebook(tmp_path / "mine.ipynb")
    sets = {name: {"parameters": {"out_dir": f"x{end}"}} for name, end in (("a", ""), ("b", "/."))}
    (tmp_path / "sets.yaml").write_text(yaml.safe_dump(SETS | {"sets": sets}))
    done = execute(tmp_path)
    assert done.returncode == 2 and "sets 'a' and 'b' both write to " in done.stderr
    assert "give each an out_dir of its own, or leave out_dir out" in done.stderr


@pytest.mark.parametrize("words", [("--jobs", "-1"), ("--timeout", "-1"), ("--timeout", "nan")])
def test_a_limit_that_is_none_is_refused(batch, words):
    done = execute(batch[0], *words)
    assert done.returncode == 2 and "it must be a" in done.stderr, done.stderr


def test_two_batches_at_a_time_in_one_folder_are_refused(batch):
    with locks.locked(batch[0] / "out"):
        done = execute(batch[0])
    assert done.returncode == 2 and "is being written by process" in done.stderr


def test_the_table_is_aligned_in_every_script():
    rows = [("set", "status", "seconds", "memory", "error"), ("東京", "done", "1.0", "55 MB", "x")]
    assert list(aligned_lines(rows)) == [
        "set   status  seconds  memory  error",
        "東京  done        1.0   55 MB  x",
    ]
