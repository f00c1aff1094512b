"""The HTML export of an executed notebook: one file that asks no other host for anything."""

import logging

import nbformat

from ..storage.outputs import replaced_file

HIDDEN = "hide-input"
# nbconvert loads these from other hosts unless they are empty
HOSTS = ("mathjax_url", "require_js_url", "jquery_url", "jupyter_widgets_base_url")


def export_page(job):
    """Export the executed notebook of a job as HTML, unless its page is newer than the notebook."""
    if not job.output.is_file() or is_newer(job.page, job.output):
        return
    page = html_of(nbformat.read(job.output, 4), job.name)
    with replaced_file(job.page) as temporary:
        temporary.write_text(page, encoding="utf-8")


def is_newer(page, executed):
    """Whether a page was written after an executed notebook."""
    return page.is_file() and page.stat().st_mtime_ns >= executed.stat().st_mtime_ns


def html_of(book, title):
    """An executed notebook as HTML, without the source of cells tagged HIDDEN, which JupyterLab
    collapses. book: as from `nbformat.read`
    """
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    hidden = Config({"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": [HIDDEN]}})
    exporter = HTMLExporter(config=hidden, embed_images=True, **dict.fromkeys(HOSTS, ""))
    exporter.log.setLevel(logging.ERROR)
    book = book.copy() | {"metadata": book.metadata | {"title": title}}
    return exporter.from_notebook_node(nbformat.from_dict(book))[0]
