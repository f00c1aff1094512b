"""The executed notebooks of a main job as pages: without progress bars, and without the names of a
machine's folders.
"""

import json
from pathlib import Path

import nbformat

SHOWN = "data/runs/wrapped"  # the folder of a main job, as a reader of the site has it
PROGRESS = "application/vnd.jupyter.widget-view+json"
RECORDED = "application/scrapbook.scrap.json+json"  # what `ws.record` leaves


def write_notebooks(job, folder):
    """Write the executed notebooks of a main job into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((job / "notebooks").glob("*.ipynb")):
        text = json.dumps(page_of(nbformat.read(path, 4), job), ensure_ascii=False)
        (folder / path.name).write_text(text, encoding="utf-8")


def page_of(book, job):
    """An executed notebook without what only its execution needs."""
    for cell in book.cells:
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if is_shown(output)]
    book.metadata = {"language_info": {"name": "python"}}
    return json.loads(without_folder(json.dumps(book), job))


def is_shown(output):
    """Whether an output is for readers: neither a progress bar nor a recorded value."""
    if output.output_type == "stream":
        return output.name == "stdout"
    return not {PROGRESS, RECORDED} & set(output.get("data", {}))


def without_folder(text, job):
    """A JSON text in which the folder of a main job has the name SHOWN, also in paths that start
    at it.
    """
    for path in {job, Path(job).resolve()}:
        text = text.replace(json.dumps(str(path))[1:-1], SHOWN)
    return text
