"""The jobs of a batch: each set checked, with the paths that it reads and writes, before any
starts.
"""

import os
from pathlib import Path
from typing import NamedTuple

from ..notebooks import (
    Refused,
    absolute_paths,
    check_parameters,
    declared_parameters,
    find_notebook,
    is_path,
)

PAGES, FILES = "html", "files"  # folders of a batch: HTML exports, and what the notebooks write
TOP_FILES = ("index.html", "results.parquet", "results.csv")


class BatchJob(NamedTuple):
    """One set of a batch, checked."""

    name: str
    notebook: Path
    given: dict  # parameters as the file gives them
    parameters: dict  # the same with absolute paths, and an out_dir if the notebook has one
    folder: Path  # of the batch
    needs: tuple[str, ...] = ()  # earlier sets whose out_dir this one reads

    @property
    def output(self):
        """Path of the executed notebook."""
        return self.folder / f"{self.name}.ipynb"

    @property
    def page(self):
        """Path of its HTML export."""
        return self.folder / PAGES / f"{self.name}.html"

    @property
    def out_dir(self):
        """The folder, or URL, that the notebook writes to, as text; "" if it has no out_dir."""
        return self.parameters.get("out_dir", "")

    @property
    def has_default_folder(self):
        """Whether the notebook writes to a folder that the batch chose."""
        return self.out_dir == str(self.folder / FILES / self.name)


def batch_jobs(sets, folder, sets_folder):
    """The jobs of all sets, in order. Raises Refused naming every set that cannot be executed.

    sets         as from `chosen_sets`;  folder  of the batch, absolute
    sets_folder  folder of the runs.yaml, where notebooks are looked for after the working folder
    """
    known, jobs, problems = {}, [], []
    for name, values in sets.items():
        try:
            jobs.append(batch_job(name, values, folder, sets_folder, known))
        except ValueError as error:
            problems.append(f"set {name!r}: {error}")
    if problems:
        count = f"{len(problems)} of {len(sets)} sets are not valid, so none was started:\n  "
        raise Refused((count if len(problems) > 1 else "") + "\n  ".join(problems))
    check_out_dirs(jobs)
    return [job._replace(needs=needed_sets(job, jobs[:at])) for at, job in enumerate(jobs)]


def batch_job(name, values, folder, sets_folder, known):
    """The job of one set. known: notebook -> its declared parameters, filled here"""
    notebook = find_notebook(values["notebook"], sets_folder).absolute()
    if notebook not in known:
        known[notebook] = declared_parameters(notebook)
    given = check_parameters(notebook, values["parameters"], known[notebook])
    parameters = absolute_paths(given)
    if "out_dir" in known[notebook] and not parameters.get("out_dir"):
        parameters["out_dir"] = str(folder / FILES / name)
    return BatchJob(name, notebook, given, parameters, folder)


def check_out_dirs(jobs):
    """Raise Refused if two sets write to the same folder."""
    by_folder: dict = {}
    for job in jobs:
        other = by_folder.setdefault(os.path.normpath(job.out_dir), job) if job.out_dir else job
        if other is not job:
            raise Refused(
                f"sets {other.name!r} and {job.name!r} both write to {job.out_dir}; give each an "
                f"out_dir of its own, or leave out_dir out: each then gets a folder in the batch."
            )


def needed_sets(job, earlier):
    """Names of the earlier sets whose out_dir a set reads by one of its path parameters."""
    read = [os.path.normpath(value) for _, value in paths_read(job)]
    return tuple(
        other.name
        for other in earlier
        if other.out_dir and any(is_inside(path, os.path.normpath(other.out_dir)) for path in read)
    )


def paths_read(job):
    """(name, value) of the parameters that are paths, except out_dir."""
    return [
        (name, value)
        for name, value in job.parameters.items()
        if name != "out_dir" and isinstance(value, str) and (is_path(name, value) or "://" in value)
    ]


def is_inside(path, folder):
    """Whether a path is a folder or is inside it; both normalised."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def check_batch_folder(folder):
    """Raise ValueError unless a folder is new, empty or that of an earlier batch, whose page and
    results are unchanged.
    """
    from ..storage.outputs import check_marked, check_output_file
    from ..storage.run_folder import check_folder

    check_folder(folder, "output")
    check_marked(folder)
    for name in TOP_FILES:
        check_output_file(folder / name)


def check_replaced(jobs):
    """Raise Refused naming the first executed notebook or HTML export that wrapsim did not write or
    that was changed since.
    """
    from ..storage.outputs import fault_of, marker_of

    for path in (path for job in jobs for path in (job.output, job.page)):
        if os.path.lexists(path) and fault_of(path, marker_of(path.parent)):
            raise Refused(
                f"{path} is in the way: wrapsim did not write it, or it was changed since. Move it "
                f"elsewhere, or name another folder with -o."
            )
