"""Whether a set of a batch must be executed again: what it was made from, and what it wrote."""

import functools
import hashlib
import os
from pathlib import Path

from ..checking import json_value
from ..notebooks import is_path
from ..parameters import canonical, sha256_of
from ..resources import PACKAGE, resource
from .jobs import paths_read

FAILED_BEFORE = "it failed"
FACTS = "wrapsim"  # the part of an executed notebook's metadata that a batch writes
DATA = (("schemas",), ("data", "behaviour"), ("data", "wrapped"))
SKIPPED = ("__pycache__", "derived")  # folders with caches


def made_from(job):
    """What the result of a job depends on, as JSON values: its notebook, parameters, the package,
    and the files that the parameters name.
    """
    return {
        "notebook": sha256_of(job.notebook),
        "parameters": job.parameters,
        "package": package_hash(),
        "input": {name: digest_of(value) for name, value in paths_read(job)},
    }


@functools.cache
def package_hash():
    """Hash of the files of this package and of its bundled data."""
    folders = (PACKAGE, *(resource(*parts) for parts in DATA))
    files = [file for folder in folders for file in visible_files(folder)]
    files += sorted(resource("data").glob("*.csv"))
    texts = (file.name.encode() + file.read_bytes() for file in files if file.suffix != ".ipynb")
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def visible_files(folder):
    """Paths of the files below a folder, sorted, without hidden ones and caches."""
    paths = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and name[0] != ".")
        paths += [Path(top, name) for name in sorted(names) if name[0] != "."]
    return paths


def digest_of(path):
    """A text that changes when a file, the run in a folder, or the files of a folder change. None
    for an object store, whose files are not looked at.
    """
    if "://" in path:
        return None
    manifest = Path(path) / "run.json"
    if manifest.is_file() or Path(path).is_file():
        return sha256_of(manifest if manifest.is_file() else path)
    return state_of(path)


def state_of(folder):
    """A text that changes when a file below a folder changes its name, size or time of change.
    "" if there is no such folder.
    """
    if not os.path.isdir(folder):
        return ""
    stats = {str(file.relative_to(folder)): file.stat() for file in visible_files(folder)}
    listed = {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}
    return hashlib.sha256(canonical(listed).encode()).hexdigest()[:16]


def earlier_facts(path):
    """What a batch stored in the metadata of an executed notebook; {} if there is none."""
    try:
        facts = json_value(Path(path).read_bytes())["metadata"][FACTS]
        return facts if isinstance(facts, dict) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def why_again(job, force=False):
    """Why a job must be executed, in words that follow "executed again, since"; "" if it need not.

    Raises nothing: an executed notebook that cannot be read is executed again.
    """
    facts = earlier_facts(job.output)
    if "made_from" not in facts:
        return "no batch executed it before"
    if force:
        return "--force is given"
    changed = changed_part(facts, made_from(job))
    if changed or facts.get("error"):
        return changed or FAILED_BEFORE
    if reads_latest_run(job):
        return "it reads the latest run, which may be another one now"
    if "://" in job.out_dir or any("://" in value for _, value in paths_read(job)):
        return "files in an object store are not compared"
    return changed_files(facts, job)


def reads_latest_run(job):
    """Whether a job reads the latest run: its notebook declares a run_dir, and none is given."""
    from ..notebooks import declared_parameters

    return not job.parameters.get("run_dir") and "run_dir" in declared_parameters(job.notebook)


def changed_part(facts, now):
    """Words for the first part of `made_from` that changed, otherwise ""."""
    earlier = facts["made_from"]
    changed = [name for name in now if canonical(earlier.get(name)) != canonical(now[name])]
    words = {"package": "wrapsim changed"}
    return words.get(changed[0], f"its {changed[0]} changed") if changed else ""


def changed_files(facts, job):
    """Words if the files that a job wrote are no longer as they were, otherwise ""."""
    written = state_of(job.out_dir) if is_path("out_dir", job.out_dir) else ""
    return "" if facts.get("files", "") == written else "its files changed"
