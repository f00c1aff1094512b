"""Strangers' files at every command: refused by name before anything is written, and still there,
also after a kill.
"""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import cards, commands, kit, main_job, notebooks, realism
from wrapsim_helpers.parameters import identity_hash
from wrapsim_helpers.realism import fit, study, survey_score
from wrapsim_helpers.runs import parts
from wrapsim_helpers.runs.own_files import own_files
from wrapsim_helpers.storage import locks, manifest, outputs, places

from ..conftest import TINY, TOP
from ..kills import tree

HALF = ".wrapsim-0123456789ab0123456789ab-thesis.txt"  # like the name of an unfinished file
CARD = [cards.Card("minutes", "a card", b"\x89PNG")]


def written(path, data):
    """Write a file as a command of ours does."""
    with outputs.replaced_file(path) as beside:
        beside.write_bytes(data)
    return path


def contents(folder):
    """Name -> bytes of every file below a folder, without our own markers."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != outputs.MARKER
    }


def small_notebook(folder, code="print(1)"):
    """A notebook of one line with a cell of parameters; returns its path."""
    book = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}
        }
    )
    parameters = nbformat.v4.new_code_cell(
        'out_dir: str = ""  # a folder', metadata={"tags": ["parameters"]}
    )
    book.cells = [parameters, nbformat.v4.new_code_cell(code)]
    nbformat.write(book, folder / "small.ipynb")
    return folder / "small.ipynb"


def in_batch(folder):
    """Run two sets into a folder, of which the second is called two."""
    notebook, sets = small_notebook(folder.parent), folder.parent / "sets.yaml"
    sets.write_text(json.dumps({name: {"notebook": str(notebook)} for name in ("one", "two")}))
    commands.app(["batch", str(sets), "-o", str(folder)], standalone_mode=False)


# -- folders prepared by strangers -----------------------------------------------------------------


def thesis(folder, run_dir):
    (folder / "thesis.txt").write_text("years of work")


def hidden_notes(folder, run_dir):
    (folder / ".wrapsim-notes.txt").write_text("mine")


def half_thesis(folder, run_dir):
    (folder / HALF).write_text("mine, whatever it is called")


def own_notebooks(folder, run_dir):
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "mine.ipynb").write_text("{}")
    (folder / "thesis.txt").write_text("years of work")


def kit_folder(folder, run_dir):
    folder.rmdir()
    kit.lay_out(folder)


def another_run(folder, run_dir):
    shutil.copytree(run_dir, folder / "run")


def earlier_cards(folder, run_dir):
    cards.write_cards(CARD, folder)


def cards_and_thesis(folder, run_dir):
    earlier_cards(folder, run_dir)
    (folder / "thesis.txt").write_text("years of work")


def retouched_card(folder, run_dir):
    earlier_cards(folder, run_dir)
    (folder / "01_minutes.png").write_bytes(b"\x89PNX")  # as long as it was


def card_of_a_stranger(folder, run_dir):
    (folder / "01_minutes.png").write_bytes(b"my own picture")


def report_of_a_stranger(folder, run_dir):
    written(folder / "other.md", b"a file of ours")
    (folder / "realism.md").write_text("mine")


def pictures_of_a_stranger(folder, run_dir):
    outputs.claim(folder, ["realism"])
    (folder / "realism").mkdir()
    (folder / "realism" / "me.png").write_bytes(b"my own picture")


def link(folder, run_dir):
    (folder.parent / "thesis.txt").write_text("years of work")
    (folder / "summary.json").symlink_to(folder.parent / "thesis.txt")


def named(name):
    """Prepare a stranger's file of a name that the command would write."""

    def prepare(folder, run_dir):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")

    prepare.__name__ = name
    return prepare


def job(change):
    """Prepare the folder of an earlier main job that somebody changed."""

    def prepare(folder, run_dir):
        outputs.claim(folder, main_job.JOB_FOLDERS)
        shutil.copytree(run_dir, folder / "run")
        written(folder / "notebooks" / "one.ipynb", b"{}")
        cards.write_cards(CARD, folder / "cards")
        change(folder, run_dir)

    prepare.__name__ = f"job and {change.__name__}"
    return prepare


def annotated(folder, run_dir):
    (folder / "notebooks" / "one.ipynb").write_text('{"a": "note"}')


def table_of_a_stranger(folder, run_dir):
    (folder / "run" / "plays" / "part-00000009.parquet").write_text("mine")


def changed_table(folder, run_dir):
    (folder / "run" / "tracks.parquet").write_text("mine")


def note_in_run(folder, run_dir):
    (folder / "run" / "parts").mkdir()
    (folder / "run" / "parts" / "notes.txt").write_text("mine")


def changed_identity(folder, run_dir):
    path = folder / "run" / "identity.json"
    path.write_bytes(path.read_bytes().replace(b'"seed": 7', b'"seed": 8'))


def receipt_of_a_stranger(folder, run_dir):
    (folder / "run" / "parts").mkdir()
    (folder / "run" / "parts" / "part-00000099.json").write_text('{"files": []}')


def derived_of_a_stranger(folder, run_dir):
    (folder / "run" / "derived").mkdir(exist_ok=True)
    table = pa.table({"mine": [1]}).replace_schema_metadata({"wrapsim": "mine"})
    pq.write_table(table, folder / "run" / "derived" / "mine.parquet")


def run_in_run(folder, run_dir):
    shutil.copytree(run_dir, folder / "run" / "other")


def listener_in_run(folder, run_dir):
    written(folder / "run" / "again" / "plays.avro", b"x")


def notebook_in_run(folder, run_dir):
    written(folder / "run" / "mine.ipynb", b"{}")


def table_without_receipt(folder, run_dir):
    (folder / "run" / "run.json").unlink()


def linked_table(folder, run_dir):
    table = folder / "run" / "tracks.parquet"
    table.rename(folder.parent / "tracks.parquet")
    table.symlink_to(folder.parent / "tracks.parquet")


def linked_data(folder, run_dir):
    (folder.parent / "elsewhere").mkdir()
    (folder / "data").symlink_to(folder.parent / "elsewhere")


def command(*words):
    """An action that is a command of the command line."""

    def act(folder, run_dir):
        commands.app(
            [word.format(folder=folder, run=run_dir) for word in words], standalone_mode=False
        )

    act.__name__ = words[0]
    return act


DRAW = command("cards", "{run}", "{folder}")
INSIGHTS = command("insights", "{run}", "{folder}")
AGAIN = command("again", "{run}", "{folder}", "--user", "1")
WRAPPED = command("wrapped", "-o", "{folder}")
INIT = command("init", "{folder}")
REPORT = command("realism", "-o", "{folder}")
SIMULATE = command("simulate", "8", "{folder}")


def listener(folder, run_dir):
    ws.write_listener(ws.again(run_dir, 1), folder)


def summary(folder, run_dir):
    ws.write_summary(ws.tell_story(run_dir), folder)


def every_insight(folder, run_dir):
    ws.write_everybody(run_dir, folder)


def the_folder(folder, run_dir):
    ws.output_folder(folder, "mine")


def notebook(folder, run_dir):
    notebooks.run_notebook(small_notebook(folder.parent), {}, folder / "small.ipynb")


def sets(folder, run_dir):
    in_batch(folder)


def benchmark(folder, run_dir):
    study.study_of(folder)


def survey(folder, run_dir):
    survey_score.survey_score(folder)


def avro_file(folder, run_dir):
    heard = ws.again(run_dir, 1)
    ws.write_avro(
        heard.plays,
        heard.listeners,
        heard.profile_versions,
        heard.world.catalogue.tracks,
        folder / "plays.avro",
        b"0" * 16,
    )


OTHER = "which holds other files \\({} ...\\); name a new or empty folder"
CHANGED = (
    "where {} was changed after wrapsim wrote it; move it elsewhere, or name a new or empty folder"
)
NOT_OURS = (
    "is in the way: wrapsim did not write it, or it was changed since. .* name another file: "
    "-o .*{}-2.ipynb"
)
REFUSED = [
    *(
        (act, thesis, OTHER.format("thesis.txt"))
        for act in (
            DRAW,
            INSIGHTS,
            AGAIN,
            WRAPPED,
            SIMULATE,
            listener,
            summary,
            every_insight,
            the_folder,
            survey,
        )
    ),
    *(
        (act, hidden_notes, OTHER.format(".wrapsim-notes.txt"))
        for act in (DRAW, INSIGHTS, AGAIN, WRAPPED, SIMULATE)
    ),
    *((act, half_thesis, OTHER.format(HALF)) for act in (DRAW, INSIGHTS, AGAIN, WRAPPED, SIMULATE)),
    *(
        (act, retouched_card, CHANGED.format("01_minutes.png"))
        for act in (DRAW, INSIGHTS, AGAIN, WRAPPED)
    ),
    *((act, cards_and_thesis, OTHER.format("thesis.txt")) for act in (DRAW, INSIGHTS)),
    *(
        (act, kit_folder, OTHER.format("data"))
        for act in (DRAW, INSIGHTS, AGAIN, WRAPPED, SIMULATE)
    ),
    (DRAW, card_of_a_stranger, OTHER.format("01_minutes.png")),
    (SIMULATE, earlier_cards, OTHER.format(".wrapsim-files.json")),
    (summary, link, OTHER.format("summary.json")),
    (WRAPPED, own_notebooks, OTHER.format("notebooks")),
    (WRAPPED, another_run, OTHER.format("run")),
    (WRAPPED, job(thesis), OTHER.format("thesis.txt")),
    (WRAPPED, job(annotated), CHANGED.format("notebooks/one.ipynb")),
    (WRAPPED, job(table_of_a_stranger), OTHER.format("run/plays/part-00000009.parquet")),
    (WRAPPED, job(changed_table), OTHER.format("run/tracks.parquet")),
    (WRAPPED, job(note_in_run), OTHER.format("run/parts/notes.txt")),
    (WRAPPED, job(changed_identity), OTHER.format("run/identity.json")),
    (WRAPPED, job(receipt_of_a_stranger), OTHER.format("run/parts/part-00000099.json")),
    (WRAPPED, job(derived_of_a_stranger), OTHER.format("run/derived/mine.parquet")),
    (WRAPPED, job(run_in_run), OTHER.format("run/other/.*")),
    (WRAPPED, job(listener_in_run), OTHER.format("run/again/.wrapsim-files.json")),
    (WRAPPED, job(notebook_in_run), OTHER.format("run/.wrapsim-files.json")),
    (WRAPPED, job(table_without_receipt), OTHER.format("run/.*.parquet")),
    (WRAPPED, job(linked_table), OTHER.format("run/tracks.parquet")),
    (INIT, linked_data, "is not a new or empty folder: it holds data. Name another folder."),
    (INIT, thesis, "is not a new or empty folder: it holds thesis.txt. Name another folder."),
    (
        INIT,
        own_notebooks,
        "is not a new or empty folder: it holds notebooks/mine.ipynb. Name another folder.",
    ),
    (
        INIT,
        named("notebooks/01_schema.ipynb"),
        "is not a new or empty folder: it holds notebooks/01_schema.ipynb.",
    ),
    (
        INIT,
        kit_folder,
        "is not a new or empty folder: it holds data/README.md. Name another folder.",
    ),
    (REPORT, named("realism.md"), OTHER.format("realism.md")),
    (REPORT, thesis, OTHER.format("thesis.txt")),
    (REPORT, report_of_a_stranger, OTHER.format("realism.md")),
    (benchmark, thesis, OTHER.format("thesis.txt")),
    (sets, thesis, OTHER.format("thesis.txt")),
    (REPORT, pictures_of_a_stranger, OTHER.format("me.png")),
    (benchmark, named("results.json"), OTHER.format("results.json")),
    (benchmark, named("survey/sdmetrics/mine.py"), OTHER.format("survey")),
    (survey, named("sdmetrics/mine.py"), OTHER.format("sdmetrics")),
    (notebook, named("small.ipynb"), NOT_OURS.format("small")),
    (
        notebook,
        named("small.ipynb/mine"),
        "it must be a file that ends in .ipynb, such as .*small.ipynb/executed.ipynb",
    ),
    (sets, named("two.ipynb"), OTHER.format("two.ipynb")),
    (
        avro_file,
        named("plays.avro"),
        "plays.avro is in the way: it differs from the file that wrapsim would write. Move it",
    ),
]


@pytest.mark.parametrize(
    "act, prepare, words", REFUSED, ids=lambda value: getattr(value, "__name__", "")
)
def test_strangers_files_are_refused_by_name_and_stay(
    tmp_path, tiny_run, monkeypatch, act, prepare, words
):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "there"
    folder.mkdir()
    prepare(folder, tiny_run)
    before = contents(folder)
    with pytest.raises(ValueError, match=words):
        act(folder, tiny_run)
    assert contents(folder) == before


def test_a_fitted_parameter_file_that_somebody_changed_is_refused_before_the_fit(
    tmp_path, monkeypatch
):
    (tmp_path / "fitted.json").write_text("{}")
    monkeypatch.setattr(fit, "resource", lambda *parts: tmp_path / parts[-1])
    with pytest.raises(ValueError, match=OTHER.format("fitted.json")):
        fit.fit()
    assert (tmp_path / "fitted.json").read_text() == "{}"


def test_what_make_realism_and_make_fit_replace_is_committed_as_they_wrote_it(tmp_path):
    """Where this fails, somebody edited them by hand: let the command write them, or remove them
    before it does.
    """
    for path in (
        TOP / "docs" / "realism.md",
        TOP / "docs" / "people.md",
        TOP / "data" / "behaviour" / "fitted.json",
        *(TOP / "docs" / "realism").iterdir(),
    ):
        outputs.check_output_file(path)
    realism.check_report(shutil.copytree(TOP / "docs", tmp_path / "docs"))
    assert contents(tmp_path / "docs") == contents(TOP / "docs")


# -- what is ours is replaced ----------------------------------------------------------------------


def test_every_output_of_ours_is_replaced_by_the_same_command(tmp_path, tiny_run):
    for act in (DRAW, INSIGHTS, AGAIN, summary):
        folder = tmp_path / act.__name__
        act(folder, tiny_run)
        before = contents(folder)
        act(folder, tiny_run)
        assert contents(folder).keys() == before.keys() and len(before) > 0, act.__name__


def test_an_executed_notebook_is_replaced_with_a_word_unless_somebody_annotated_it(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")  # beside a file, others may lie
    notebook(tmp_path / "out", "")
    assert "Replacing" not in capsys.readouterr().err
    notebook(tmp_path / "out", "")
    executed = tmp_path / "out" / "small.ipynb"
    assert f"Replacing the earlier {executed}.\n" in capsys.readouterr().err
    assert nbformat.read(executed, 4).metadata.papermill.output_path == str(executed)
    annotate(executed)
    before = contents(tmp_path / "out")
    with pytest.raises(notebooks.Refused, match=NOT_OURS.format("small")):
        notebook(tmp_path / "out", "")
    assert contents(tmp_path / "out") == before and len(before) == 2


def annotate(executed):
    """Change one letter, as somebody does in JupyterLab."""
    executed.write_bytes(executed.read_bytes().replace(b"print(1)", b"print(2)"))


def test_a_batch_that_would_replace_an_annotated_notebook_starts_none(tmp_path, capsys):
    in_batch(tmp_path / "out")
    annotate(tmp_path / "out" / "two.ipynb")
    capsys.readouterr()
    with pytest.raises(notebooks.Refused, match="two.ipynb is in the way.* name another folder"):
        in_batch(tmp_path / "out")
    assert "Replacing" not in capsys.readouterr().err


def test_a_notebook_is_never_its_own_output(tmp_path):
    book = small_notebook(tmp_path)
    before = book.read_bytes()
    with pytest.raises(notebooks.Refused, match=NOT_OURS.format("small")):
        notebooks.run_notebook(book, {}, book)
    assert book.read_bytes() == before


def of_any_parameters(monkeypatch):
    """Let a main job have made the small run of the tests."""
    monkeypatch.setattr(main_job, "refuse_run_of_another_command", lambda run_dir: None)


def test_an_earlier_main_job_is_cleared_file_by_file(tmp_path, tiny_run, monkeypatch):
    of_any_parameters(monkeypatch)
    folder = tmp_path / "job"
    folder.mkdir()
    job(lambda *_: None)(folder, tiny_run)
    for name in ("notebooks/.ipynb_checkpoints/one-checkpoint.ipynb", ".DS_Store"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("of a program that shows folders")
    main_job.clear_job(folder)
    assert sorted(contents(folder)) == [
        ".DS_Store",
        "notebooks/.ipynb_checkpoints/one-checkpoint.ipynb",
    ]
    main_job.clear_job(folder)


def test_a_run_that_another_process_is_writing_is_not_cleared(tmp_path, tiny_run):
    folder = tmp_path / "job"
    folder.mkdir()
    job(lambda *_: None)(folder, tiny_run)
    (folder / "run" / "lock.json").write_bytes(
        manifest.json_bytes({"host": "elsewhere", "pid": 1, "started": 0})
    )
    before = contents(folder)
    with pytest.raises(ValueError, match="is being written by process 1 on elsewhere"):
        main_job.clear_job(folder)
    assert contents(folder) == before


def put_receipt(run_dir, number, receipt):
    """Write the receipt of a part of a run, as the run does."""
    identity = json.loads((run_dir / "identity.json").read_bytes())
    del identity["sha256"]
    name = parts.receipt_name(number)
    places.put(run_dir, name, parts.receipt_bytes(identity_hash(identity), name, receipt))


def test_every_file_of_a_run_counts_as_its_own_finished_or_cut_short(tmp_path, tiny_run):
    finished, begun = (shutil.copytree(tiny_run, tmp_path / name) for name in ("finished", "begun"))
    receipts = parts.receipts_in(ws.read_manifest(begun)["files"])
    for number in (parts.CATALOGUE, 0, 1):
        put_receipt(begun, number, receipts[number])
    for name in ("run.json", "log.json", *(one["file"] for one in receipts[2]["files"])):
        (begun / name).unlink()
    places.unfinished(begun / "plays" / "part-00000002.parquet").write_text("half")
    for folder in (finished, begun):
        assert own_files(folder) == {path for path in folder.rglob("*") if path.is_file()}
    for name in (
        "plays/part-00000000.parquet",
        "plays/part-00000000.avro",
        "plays/part-00000001.parquet",
        "tracks.parquet",
    ):
        (begun / name).write_text("mine")
        assert begun / name not in own_files(begun)
    assert own_files(tmp_path) == set()


def test_a_damaged_marker_is_named(tmp_path, tiny_run):
    for data in (
        "",
        "[]",
        '{"files": {"thesis.txt": 5}, "unfinished": {}}',
        '{"files": {}, "unfinished": {"x": {"pid": 1}}}',
    ):
        (tmp_path / outputs.MARKER).write_text(data)
        with pytest.raises(
            ValueError,
            match=r"\.wrapsim-files\.json is damaged, so wrapsim cannot tell which files it",
        ):
            DRAW(tmp_path, tiny_run)


def test_a_marker_that_names_files_elsewhere_removes_none(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    (tmp_path / "out").mkdir()
    dead = {"host": locks.signature()["host"], "pid": 2**22 + 1, "started": 1.0}
    (tmp_path / "out" / outputs.MARKER).write_bytes(
        manifest.json_bytes({"files": {}, "unfinished": {"../thesis.txt": dead}})
    )
    cards.write_cards(CARD, tmp_path / "out")
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_processes_that_write_into_one_folder_at_once_all_list_their_files(tmp_path):
    code = (
        "import sys; from pathlib import Path; from wrapsim_helpers.storage import outputs\n"
        "for n in range(15):\n"
        "    with outputs.replaced_file(Path(sys.argv[1]) / f'{sys.argv[2]}-{n}.txt') as path: "
        "path.write_text('x')"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, tmp_path, name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert (
        len(outputs.marker_of(tmp_path)["files"]) == len(contents(tmp_path)) == 45
        and not outputs.marker_of(tmp_path)["unfinished"]
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no lock of a folder")
def test_a_file_gets_its_name_while_no_other_process_may_change_the_marker(tmp_path, monkeypatch):
    import fcntl

    attempts, rename = [], os.replace

    def replace(source, target):
        if target == tmp_path / "a.txt":
            folder = os.open(tmp_path, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                attempts.append("allowed")
            except BlockingIOError:
                attempts.append("refused")
            os.close(folder)
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    written(tmp_path / "a.txt", b"one")
    assert attempts == ["refused"]


def test_processes_that_write_the_same_files_at_once_leave_them_replaceable(tmp_path):
    code = (
        "import sys; from pathlib import Path; from wrapsim_helpers.storage import outputs\n"
        "folder, mark = Path(sys.argv[1]), sys.argv[2]\n"
        "for n in range(150):\n"
        "    path = outputs.writable_output_folder(folder) / 'same.txt'\n"
        "    with outputs.replaced_file(path) as beside:\n"
        "        beside.write_text(f'{mark} {n}')\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), mark], stderr=subprocess.PIPE)
        for mark in "ab"
    ]
    for process in started:
        assert process.communicate()[1] == b"" and process.returncode == 0
    written(outputs.writable_output_folder(tmp_path) / "same.txt", b"again")


# -- run folders -----------------------------------------------------------------------------------


@pytest.fixture
def begun(tmp_path):
    """A run of three parts of which the first is made."""
    job = ws.open_job(**TINY, out_dir=tmp_path / "run")
    ws.make_part(job, 0)
    return job


@pytest.mark.parametrize(
    "name",
    [
        "plays/part-00000001.parquet",
        "avro/part-00000001.avro",
        "answers/part-00000002.parquet",
        "tracks.parquet",
        "parts/part-00000001.json",
        "run.json",
    ],
)
def test_a_run_that_goes_on_overwrites_no_file_of_a_stranger(begun, name):
    path = begun.place / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("years of work")
    for _ in range(2):
        with pytest.raises(
            ValueError,
            match=f"{name} is in the way: it differs from the file that wrapsim would write. "
            f"Move it elsewhere and start again.",
        ):
            ws.simulate(**TINY, out_dir=begun.place, workers=1)
        assert path.read_text() == "years of work"


def test_a_run_that_goes_on_replaces_what_is_the_same_or_was_cut(begun, tiny_run):
    for name, size in (
        ("plays/part-00000001.parquet", 100),
        ("state/part-00000002.parquet", 0),
        ("tracks.parquet", 10**9),
    ):
        (begun.place / name).write_bytes((tiny_run / name).read_bytes()[:size])
    ws.simulate(**TINY, out_dir=begun.place, workers=1)
    assert tree(begun.place) == tree(tiny_run)


def test_files_that_a_user_put_into_a_run_stay_when_it_ends_and_is_tidied(begun, tiny_run):
    mine = [
        "parts/notes.txt",
        "parts/part-1.json",
        "plays/.wrapsim-notes.txt",
        HALF,
        "notes/.wrapsim-0123456789ab-run.json",
        "lock.txt",
        "locks.json",
        "log.json",
    ]
    for name in mine:
        (begun.place / name).parent.mkdir(exist_ok=True)
        (begun.place / name).write_text("mine")
    for _ in range(2):
        ws.simulate(**TINY, out_dir=begun.place, workers=1)
        assert {name: (begun.place / name).read_text() for name in mine} == dict.fromkeys(
            mine, "mine"
        )
    assert sorted(path.name for path in (begun.place / "parts").iterdir()) == [
        "notes.txt",
        "part-1.json",
    ]


@pytest.mark.parametrize(
    "name, text",
    [
        ("parts/part-00000099.json", "years of work"),
        ("parts/part-00000001.json", '{"files": []}'),
        ("plays/part-00000009.parquet", "years of work"),
        (f"parts/{HALF}".replace("thesis.txt", "part-00000001.json"), "years of work"),
    ],
)
def test_files_of_a_stranger_in_a_finished_run_stay_when_it_is_tidied(
    tmp_path, tiny_run, name, text
):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / "log.json").unlink()  # so that there is something to do
    ws.simulate(**TINY, out_dir=folder, workers=1)
    assert (folder / name).read_text() == text and (folder / "log.json").is_file()


@pytest.mark.parametrize("part", ["catalogue", "part-00000000", "part-00000001"])
@pytest.mark.parametrize("text", ["{ my notes", '{"files": []}', '{\n  "belongs_to": "me"'])
def test_a_file_that_only_looks_like_a_receipt_is_refused(begun, part, text):
    path = begun.place / "parts" / f"{part}.json"
    path.write_text(text)
    before = contents(begun.place)
    with pytest.raises(ValueError, match=f"{part}.json is in the way"):
        ws.simulate(**TINY, out_dir=begun.place, workers=1)
    assert contents(begun.place) == before


@pytest.mark.parametrize("change", [{"note": "mine"}, {"plays": 1}])
def test_a_manifest_that_somebody_annotated_is_refused(tmp_path, tiny_run, change):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    (folder / "run.json").write_bytes(
        manifest.json_bytes(json.loads((folder / "run.json").read_bytes()) | change)
    )
    before = contents(folder)
    with pytest.raises(ValueError, match="run.json is in the way"):
        ws.simulate(**TINY, out_dir=folder, workers=1)
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["run.json", "log.json", "tracks.parquet", "plays", "parts"])
def test_a_symbolic_link_where_a_run_writes_is_refused(tmp_path, begun, name):
    elsewhere = tmp_path / "elsewhere" / name
    elsewhere.parent.mkdir()
    if (begun.place / name).exists():
        (begun.place / name).rename(elsewhere)
    else:
        elsewhere.write_text("{}")
    (begun.place / name).symlink_to(elsewhere)
    before = contents(begun.place), contents(elsewhere.parent)
    with pytest.raises(ValueError, match=f"{name} is a symbolic link; wrapsim neither follows nor"):
        ws.simulate(**TINY, out_dir=begun.place, workers=1)
    assert (contents(begun.place), contents(elsewhere.parent)) == before
    assert (begun.place / name).is_symlink()


def test_a_linked_marker_is_refused(tmp_path):
    cards.write_cards(CARD, tmp_path / "cards")
    marker = tmp_path / "cards" / outputs.MARKER
    marker.rename(tmp_path / "marker.json")
    marker.symlink_to(tmp_path / "marker.json")
    with pytest.raises(ValueError, match=".wrapsim-files.json is a symbolic link"):
        cards.write_cards(CARD, tmp_path / "cards")


def test_every_file_of_a_part_is_listed_before_it_has_its_name(begun, monkeypatch):
    names = []
    monkeypatch.setattr(
        os,
        "replace",
        lambda one, other, replace=os.replace: names.append(other.name) or replace(one, other),
    )
    ws.make_part(begun, 1)
    finals = [name for name in names if not places.final_name(name)]
    assert finals[0] == "part-00000001.json" and len(finals) == 1 + len(parts.PART_TABLES) + 1


def test_cards_in_the_folder_of_a_run_survive_its_tidying(tmp_path, tiny_run):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    cards.write_cards(CARD, folder / "cards")
    (folder / "lock.json").write_bytes(manifest.json_bytes(locks.signature() | {"pid": 2**22 + 1}))
    ws.simulate(**TINY, out_dir=folder)
    cards.write_cards(CARD, folder / "cards")
    assert ws.verify(folder, workers=1) == []


def test_a_lock_that_is_none_is_not_taken_over(tmp_path, begun):
    (begun.place / "lock.json").write_text('{"lockfileVersion": 3}')
    with pytest.raises(ValueError, match="is being written by process 0 on an unknown machine"):
        ws.simulate(**TINY, out_dir=begun.place, workers=1)
    assert (begun.place / "lock.json").read_text() == '{"lockfileVersion": 3}'


# -- killed ----------------------------------------------------------------------------------------


def killed_at(number, action):
    """Do something in a process of its own that ends without a word before its event of that number
    on the disk; whether it got so far.
    """
    child = os.fork()
    if child == 0:
        left = [number]

        def count(event, args):
            if (
                event.startswith("os.")
                or event == "open"
                and isinstance(args[1], str)
                and args[1][0] in "wx"
            ):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(9)

        sys.addaudithook(count)
        try:
            action()
            os._exit(0)
        except BaseException:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


forked = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")


@forked
def test_cards_killed_at_any_moment_are_written_by_the_same_command(tmp_path):
    more = [*CARD, cards.Card("summary", "another card", b"\x89PNG, longer")]
    for number in range(1, 200):
        folder = tmp_path / str(number)
        cards.write_cards(more, folder)
        went_on = killed_at(number, lambda: cards.write_cards(CARD, folder))
        cards.write_cards(CARD, folder)
        assert sorted(path.name for path in folder.iterdir()) == [
            outputs.MARKER,
            "01_minutes.png",
            "cards.json",
        ], number
        if not went_on:
            break
    assert 20 < number < 199


@forked
def test_a_file_killed_at_any_moment_while_it_is_replaced_is_whole_and_still_ours(tmp_path):
    for number in range(1, 40):
        path = written(tmp_path / str(number) / "one.txt", b"earlier")
        went_on = killed_at(number, lambda: written(path, b"the new file"))
        assert not path.exists() or path.read_bytes() in (b"earlier", b"the new file")
        outputs.check_output_file(path)
        assert written(path, b"again").read_bytes() == b"again"
        if not went_on:
            break
    assert 5 < number < 39


@forked
def test_a_main_job_killed_while_it_clears_its_folder_can_be_repeated(
    tmp_path, tiny_run, monkeypatch
):
    of_any_parameters(monkeypatch)
    number = step = 5
    while True:
        folder = tmp_path / str(number)
        folder.mkdir()
        job(lambda *_: None)(folder, tiny_run)
        (folder / "notebooks" / ".ipynb_checkpoints").mkdir()
        (folder / "notebooks" / ".ipynb_checkpoints" / "one.ipynb").write_text("{}")
        went_on = killed_at(number, lambda: main_job.clear_job(folder))
        main_job.clear_job(folder)
        assert list(contents(folder)) == ["notebooks/.ipynb_checkpoints/one.ipynb"], number
        if not went_on:
            break
        number += step
    assert number > 50


@forked
def test_a_kit_killed_while_it_is_laid_out_can_be_laid_out_again(tmp_path):
    kit.lay_out(tmp_path / "whole")
    for number in range(3, 80, 7):
        folder = tmp_path / str(number)
        assert killed_at(number, lambda: kit.lay_out(folder))
        kit.lay_out(folder)
        assert contents(folder) == contents(tmp_path / "whole"), number


def test_a_notebook_that_was_killed_leaves_nothing_in_the_way(tmp_path):
    (tmp_path / "out").mkdir()
    book = small_notebook(tmp_path, "import os; os.kill(os.getppid(), 9)")
    executed = str(tmp_path / "out" / "small.ipynb")
    code = (
        "from wrapsim_helpers import notebooks; "
        f"notebooks.run_notebook({str(book)!r}, {{}}, {executed!r})"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True)
    left = next(path.name for path in (tmp_path / "out").glob("*small*"))
    assert killed.returncode == -9 and places.final_name(left) == "small.ipynb"
    notebook(tmp_path / "out", "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        outputs.MARKER,
        "small.ipynb",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"files": {}, "unfinished": {}, "todo": ["my list"]}',
        '{"files": {"a.png": "bytes sha256"}, "unfinished": {}}',
        "[" * 200_000,
    ],
)
def test_a_marker_that_wrapsim_did_not_write_stays(tmp_path, text):
    (tmp_path / outputs.MARKER).write_text(text)
    with pytest.raises(ValueError, match="is damaged"):
        outputs.writable_output_folder(tmp_path)
    assert (tmp_path / outputs.MARKER).read_text() == text


def test_the_main_job_does_not_remove_a_run_of_another_command(tiny_run, tmp_path):
    folder = tmp_path / "W"
    main_job.clear_job(folder)
    shutil.copytree(tiny_run, folder / "run")
    before = tree(folder)
    with pytest.raises(ValueError, match="holds a run that the main job did not make"):
        main_job.clear_job(folder)
    assert tree(folder) == before
