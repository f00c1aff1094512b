"""What the builder of the site makes of docstrings, links, notebooks and pictures."""

import base64
import importlib
import importlib.util
import io

import nbformat
import pytest
from PIL import Image

from .conftest import TOP


@pytest.fixture
def builder(monkeypatch):
    """A function that imports a module of docs/site."""
    monkeypatch.syspath_prepend(str(TOP / "docs" / "site"))
    return importlib.import_module


def test_arguments_become_fields_with_the_lines_that_continue_them(builder):
    lines = ["Draw it.", "", "user   a number, or", "       a name", "years  of the `Story`"]
    assert builder("docstrings").as_rst(lines, ("user", "years")) == [
        *("Draw it.", "", ""),
        ":param user: a number, or a name",
        ":param years: of the :py:obj:`~wrapsim_helpers.Story`",
        "",
    ]


def test_two_arguments_of_a_line_or_with_one_meaning_are_two_fields(builder):
    as_rst, names = builder("docstrings").as_rst, ("a", "b", "first", "last")
    fields = ["", ":param a: of x", ":param b: of `` ``", ""]
    assert as_rst(["a  of x;  b  of ` `"], names) == fields
    assert as_rst(["first, last  days"], names)[1:3] == [
        *(":param first: days", ":param last: days")
    ]


def test_columns_of_a_table_become_a_list_and_a_field_may_have_its_unit(builder):
    as_rst = builder("docstrings").as_rst
    assert as_rst(["Rows:", "", "    rank   from 1", "    n_long of all"], ()) == [
        *("Rows:", "", "", "``rank``", "    from 1", "``n_long``", "    of all", ""),
    ]
    lines = ["share (part of 1): of all [assumed]", "years: of a life"]
    assert as_rst(lines, ("share", "years"))[1:3] == [
        *(":param share: (part of 1): of all [assumed]", ":param years: of a life")
    ]


def test_prose_that_begins_with_an_argument_stays_prose(builder):
    lines = ["workers: processes; 0 for", "one per core. Raises"]
    assert builder("docstrings").as_rst(lines, ("workers",)) == lines


def test_signs_of_restructuredtext_are_text(builder):
    marked = builder("docstrings").marked
    assert marked("2**63, ends_ | s3://x `a_` `b*`") == r"2\*\*63, ends\_ \| s3:\//x ``a_`` ``b*``"


def test_a_link_to_a_file_is_copied_and_one_to_a_folder_becomes_text(builder, tmp_path):
    sources, page = builder("sources"), tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    links = "[a](../data/behaviour/genre_map.csv), [b](../data), [c](gone.md), ![d](../data)"
    page.write_text(links, encoding="utf-8")
    sources.settle_links(tmp_path)
    assert page.read_text(encoding="utf-8") == links.replace("[b](../data)", "b")
    assert (tmp_path / "data" / "behaviour" / "genre_map.csv").is_file()


def test_a_notebook_loses_progress_and_the_folders_of_the_machine(builder, tmp_path):
    pages, v4 = builder("notebook_pages"), nbformat.v4
    outputs = [
        v4.new_output("stream", name="stderr", text="50 %"),
        v4.new_output("display_data", {pages.PROGRESS: {}}),
        v4.new_output("stream", name="stdout", text=f"written to {tmp_path}/run"),
    ]
    cell = v4.new_code_cell("1", outputs=outputs, metadata={"tags": ["x"], "papermill": {}})
    page = pages.page_of(v4.new_notebook(cells=[cell]), tmp_path)
    shown = page["cells"][0]
    assert [output["text"] for output in shown["outputs"]] == ["written to data/runs/wrapped/run"]
    assert shown["metadata"] == {"tags": ["x"]}


def test_a_picture_in_a_page_becomes_a_file_with_its_text_and_shape(builder, tmp_path):
    png = io.BytesIO()
    Image.new("RGB", (8, 4)).save(png, "png")
    text = base64.b64encode(png.getvalue()).decode()
    page = tmp_path / "a" / "page.html"
    page.parent.mkdir()
    page.write_text(f'<img alt="all" width="4" src="data:image/png;base64,{text}">')
    builder("pictures").move_pictures(tmp_path)
    (file,) = (tmp_path / "_images").iterdir()
    assert file.read_bytes() == png.getvalue()
    start = f'<img alt="all" width="4" src="../_images/{file.name}"'
    assert page.read_text().split() == f'{start} loading="lazy" height="2">'.split()


def test_a_folder_with_other_files_is_not_replaced(builder, tmp_path):
    spec = importlib.util.spec_from_file_location("site_builder", TOP / "docs/site/__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(SystemExit, match="holds other files"):
        module.check_output(tmp_path)
    (tmp_path / ".buildinfo").touch()
    module.check_output(tmp_path)
