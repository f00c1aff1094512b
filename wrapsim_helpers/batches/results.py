"""The results of a batch: one row per set, with its parameters and the values that it recorded."""

import base64
import io
import json
import re
from typing import NamedTuple

import nbformat
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from PIL import Image

from ..storage.outputs import replaced_file
from .jobs import BatchJob
from .recorded import recorded_values
from .side_by_side import DONE, FAILED, NOT_STARTED
from .unchanged import FACTS

OWN = ("set", "status", "notebook", "seconds", "peak_mb", "error")  # columns of every batch
IMAGE = re.compile(r'<img\b[^>]*?src="data:image/(png|jpeg|webp);base64,([^"]+)"[^>]*>', re.S)
ALT = re.compile(r'\balt="([^"]*)"', re.S)
WIDTH = 720  # pixels of a picture on the page


class SetResult(NamedTuple):
    """What is known of a set after a batch, from its executed notebook."""

    job: BatchJob
    status: str
    error: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0
    values: dict = {}  # recorded by the notebook
    picture: str = ""  # the first one, as a data URL
    alt: str = ""  # its text, escaped for HTML


def set_result(job, outcome=None):
    """The `SetResult` of a job. outcome: of this batch; None if the set was not part of it"""
    status = outcome.status if outcome else NOT_STARTED
    error = outcome.error if outcome else ""
    if not job.output.is_file() or outcome and outcome.status == NOT_STARTED:
        return SetResult(job, status, error)
    book = nbformat.read(job.output, 4)
    facts = book.metadata.get(FACTS, {})
    if outcome and outcome.status == FAILED and facts.get("error") != error:  # an earlier notebook
        return SetResult(job, status, error, outcome.seconds, outcome.peak_bytes)
    if outcome is None:
        error = facts.get("error", "")
        status = FAILED if error else DONE
    measured = facts.get("seconds", 0.0), facts.get("peak_bytes", 0)
    return SetResult(job, status, error, *measured, recorded_values(book), *first_picture(book))


# -- the first picture -----------------------------------------------------------------------------


def first_picture(book):
    """The first picture of an executed notebook as a data URL of at most WIDTH pixels, and its
    alternative text, escaped for HTML; ("", "") if there is none.
    """
    outputs = (output for cell in book.cells for output in cell.get("outputs", ()))
    for output in outputs:
        data, metadata = output.get("data", {}), output.get("metadata", {})
        image = IMAGE.search("".join(data.get("text/html", "")))
        if image:
            alt = ALT.search(image[0])
            return thumbnail(image[2]), alt[1] if alt else ""
        if "image/png" in data:
            return thumbnail(data["image/png"]), metadata.get("image/png", {}).get("alt", "")
    return "", ""


def thumbnail(encoded):
    """A picture in base64 as a data URL, scaled down to WIDTH pixels; "" if it cannot be read."""
    try:
        picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    except (OSError, ValueError):
        return ""
    picture.thumbnail((WIDTH, 4 * WIDTH))
    stored = io.BytesIO()
    picture.save(stored, "WEBP", quality=84)
    return f"data:image/webp;base64,{base64.b64encode(stored.getvalue()).decode()}"


# -- the table -------------------------------------------------------------------------------------


def batch_table(results):
    """One row per set, in the order of the file: an Arrow table.

    Columns: `set`, `status`, `notebook`, `seconds`, `peak_mb`, `error`, the parameters that the
    file gives, and the recorded values. A name that is taken gets "parameter_" or "recorded_" in
    front. A column of values of different kinds is text, each as JSON.
    """
    parameters = {name for result in results for name in result.job.given}
    rows = [result_row(result, parameters) for result in results]
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: result_column([row.get(name) for row in rows]) for name in names})


def result_row(result, parameters):
    """The row of a set, name -> value. parameters: names of those of any set"""
    general = (
        result.job.name,
        result.status,
        result.job.notebook.stem,
        result.seconds or None,
        round(result.peak_bytes / 1e6) or None,
        result.error or None,
    )
    given = {
        free_name("parameter_", name, OWN): result.job.given[name] for name in result.job.given
    }
    taken = {*OWN, *parameters}
    values = {free_name("recorded_", name, taken): result.values[name] for name in result.values}
    return dict(zip(OWN, general)) | given | values


def free_name(prefix, name, taken):
    """A name of a column, with the prefix if the name is taken."""
    return f"{prefix}{name}" if name in taken else name


def result_column(values):
    """Values as an Arrow column; text if they are of different kinds, each as JSON."""
    try:
        if len({isinstance(value, bool) for value in values if value is not None}) <= 1:
            return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        pass
    return pa.array([None if value is None else as_json(value) for value in values])


def as_json(value):
    """A value as text: text itself, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def write_results(results, folder):
    """Write results.parquet and results.csv. Lists are JSON in the CSV file."""
    table = batch_table(results)
    with replaced_file(folder / "results.parquet") as temporary:
        pq.write_table(table, temporary)
    with replaced_file(folder / "results.csv") as temporary:
        pa_csv.write_csv(flat(table), temporary)


def flat(table):
    """A table without lists: each as JSON text."""
    columns = {
        name: pa.array(
            [as_json(value) if value is not None else None for value in column.to_pylist()]
        )
        if pa.types.is_nested(column.type)
        else column
        for name, column in zip(table.column_names, table.columns)
    }
    return pa.table(columns)
