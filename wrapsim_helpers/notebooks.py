"""Strict papermill runs: unknown names, wrong types and strangers' files are refused before a
kernel starts.
"""

import contextlib
import difflib
import json
import logging
import os
import re
import shlex
import threading
from concurrent.futures import Future
from pathlib import Path

import typer.core

from .checking import check_path, yaml_value
from .resources import FIRST_NOTEBOOK, project_folder, resource

NOTEBOOKS = (
    "00_data_preparation",
    "01_schema",
    "02_single_user",
    "03_multiple_users",
    "04_wrapped",
    "05_realism",
)
TYPES = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "list": (list,),
    "list[str]": (list,),
}

EXAMPLES = {"float": 52.5, "list": ["Pop", "Rap"]}
QUIET = [
    "--IPKernelApp.log_level=CRITICAL"
]  # kernels remark on loopback without encryption, and on being shut down


# the name of a set in a runs.yaml, after which the executed notebook is named
SET_NAME = re.compile(r"\w([\w. -]*\w)?")


class Refused(ValueError):
    """A request that cannot be carried out as asked; nothing was started.

    The command line exits with 2.
    """


# -- strict papermill ------------------------------------------------------------------------------


def declared_parameters(notebook):
    """What a notebook takes: name -> (type name, default, help), from its cell tagged
    `parameters`.
    """
    import papermill
    import yaml

    if Path(notebook).suffix != ".ipynb":
        raise Refused(f"{str(notebook)!r} is not a notebook; name an .ipynb file.")
    try:
        found = papermill.inspect_notebook(str(notebook))
    except Exception as error:  # of nbformat, JSON or Unicode, whatever the file is instead
        raise Refused(
            f"{str(notebook)!r} is not a notebook ({first_line(error)}); name an .ipynb file."
        ) from None
    return {
        name: (
            one["inferred_type_name"],
            yaml.safe_load(one["default"]) if one["default"] else None,
            one["help"],
        )
        for name, one in found.items()
    }


def first_line(error):
    """The first line of an error's text, at most 100 characters; its type where it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0][:100]


def check_parameters(notebook, given):
    """Parameters as the notebook's own types; Refused for an unknown name, with the nearest, or a
    wrong type.
    """
    known, checked = declared_parameters(notebook), {}
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise Refused(
                f"{Path(notebook).name} has no parameter {name!r}.{hint} It has: "
                f"{', '.join(known)}."
            )
        checked[name] = typed(Path(notebook).name, name, value, *known[name][:2])
    return checked


def typed(notebook, name, value, kind, default):
    """One value where it has the type the notebook declares or is its default; Refused
    otherwise.
    """
    allowed = TYPES.get(kind, (type(default),))
    if value == default and type(value) is type(default):
        return value
    if isinstance(value, bool) != (bool in allowed) or not isinstance(value, allowed):
        raise Refused(
            f"{notebook}: {name} is {value!r}; it must be of type {kind}, such as "
            f"{EXAMPLES.get(kind, default)!r}."
        )
    return value


def parse_assignments(notebook, assignments):
    """name -> value from texts 'name=value', each read as the type the notebook declares; Refused
    where it cannot be.
    """
    known, given = declared_parameters(notebook), {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals:
            raise Refused(f"{text!r} is not of the form name=value.")
        given[name] = (
            value
            if name not in known or known[name][0] == "str" or not value
            else from_yaml(name, value)
        )
    return given


def from_yaml(name, text):
    """A value from the text of a parameter; Refused where it is no YAML."""
    try:
        return yaml_value(text)
    except ValueError as error:
        raise Refused(
            f"{name} is {text!r:.80}, which cannot be read ({first_line(error)}); write a list as "
            f"[Pop, Rap]."
        ) from None


def absolute_paths(parameters):
    """Parameters with each path made absolute, from the working folder and with `~` as the home
    folder.

    A path is a text whose name ends in _path or _dir, except "", an address such as
    s3://bucket/run, and "bundled" for personas_path.
    """
    return {
        name: str(Path(os.path.expanduser(value)).absolute()) if is_path(name, value) else value
        for name, value in parameters.items()
    }


def is_path(name, value):
    """Whether a parameter is a path that depends on the working folder, see `absolute_paths`."""
    return (
        name.endswith(("_path", "_dir"))
        and isinstance(value, str)
        and value != ""
        and "://" not in value
        and (name, value) != ("personas_path", "bundled")
    )


def run_notebook(notebook, parameters, output):
    """Execute a notebook with checked parameters into `output`, in the working folder; returns its
    path.

    An earlier executed notebook is replaced, with a message, if nobody changed it. Raises Refused
    before anything starts for a parameter that is unknown or of the wrong type and for a file of
    that name that is not ours, and RuntimeError, naming the error and the executed notebook, where
    a cell fails or was not reached.
    """
    from .interrupts import saying
    from .storage.outputs import begin, end, finish
    from .storage.run_folder import writable

    notebook, output = Path(notebook), check_path("output", output).absolute()
    checked = absolute_paths(check_parameters(notebook, parameters))
    if check_target(output):
        typer.echo(f"The earlier {output} is replaced.", err=True)
    writable(output.parent, "output")
    beside = begin(output)
    try:
        with saying(
            lambda: (
                f"The cells executed so far are in {output}; the same command begins the "
                f"notebook anew."
            )
        ):
            problem = execute(notebook, checked, beside)
    finally:
        if is_whole(beside):
            named(beside, output)
            finish(beside, output)
        end(beside)
    if problem:
        raise RuntimeError(f"{notebook.name} {problem}The executed notebook is {output}")
    return output


def check_target(output):
    """Whether an earlier executed notebook of ours is in a place; Refused if any other file is,
    with another name.
    """
    from .storage.outputs import fault_of, marker_of

    if output.is_dir() or output.suffix != ".ipynb":
        example = output / "executed.ipynb" if output.is_dir() else output.with_suffix(".ipynb")
        raise Refused(
            f"output is {str(output)!r}; it must be a file that ends in .ipynb, such as "
            f"{shlex.quote(str(example))}"
        )
    above = next(folder for folder in output.parents if folder.exists())
    if not above.is_dir():
        raise Refused(
            f"output is {str(output)!r}, but {above} is a file and no folder; name another file, "
            f"such as -o {output.name}"
        )
    if not os.path.lexists(output):
        return False
    if fault_of(output, marker_of(output.parent)):
        number = next(
            n
            for n in range(2, 10_000)
            if not os.path.lexists(output.with_stem(f"{output.stem}-{n}"))
        )
        raise Refused(
            f"{output} is not an executed notebook as wrapsim wrote it, but changed since or not "
            f"ours. Move it "
            f"elsewhere, or name another file: -o "
            f"{shlex.quote(str(output.with_stem(f'{output.stem}-{number}')))}"
        )
    return True


def execute(notebook, parameters, output):
    """Run a notebook's cells by papermill; returns what went wrong, in words, or ""."""
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        done = in_thread(
            lambda: papermill.execute_notebook(
                str(notebook),
                str(output),
                parameters,
                kernel_name="python3",
                cwd=str(Path.cwd()),
                progress_bar={"desc": notebook.stem},
                extra_arguments=QUIET,
            )
        )
    except papermill.PapermillExecutionError as error:
        return f"stopped: {error.ename}: {error.evalue}\n"
    left = [
        cell
        for cell in done.cells
        if cell.cell_type == "code"
        and cell.metadata.get("papermill", {}).get("status") == "pending"
    ]
    return f"ended early: {len(left)} cells were not run. " if left else ""


def is_whole(path):
    """Whether papermill wrote the whole of an executed notebook: a full disk leaves half of it."""
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads(path.read_bytes()))
    return False


def named(beside, output):
    """Write into an executed notebook the name it will have, instead of its temporary one."""
    import nbformat

    book = nbformat.read(beside, 4)
    book.metadata.get("papermill", {})["output_path"] = str(output)
    nbformat.write(book, beside)


def in_thread(action):
    """The result of a call made in a thread of its own: in the main thread nbclient would take
    Ctrl-C for itself, and ask the kernel politely to end."""
    done = Future()
    threading.Thread(target=fulfil, args=(done, action), daemon=True).start()
    return done.result()


def fulfil(future, action):
    """Give a future the result of a call, or its error."""
    try:
        future.set_result(action())
    except BaseException as error:
        future.set_exception(error)


def find_notebook(name):
    """Path of a notebook given by path, or by name among the project's; Refused where there is
    none.
    """
    path = check_path("notebook", name)
    if path.is_file():
        return path
    own = {p.stem: p for p in sorted(notebook_folder().glob("*.ipynb"))}
    if path.stem in own and path.parent == Path("."):
        return own[path.stem]
    near = difflib.get_close_matches(path.stem, own, n=1)
    raise Refused(
        f"there is no notebook {name!r}."
        + (f" Did you mean {near[0]!r}?" if near else "")
        + f" Known: {', '.join(own)}."
    )


def notebook_folder():
    """The notebooks of the working folder, where `wrapsim init` laid them out, or the project's
    own.
    """
    here = project_folder() / "notebooks"
    return here if (here / FIRST_NOTEBOOK).is_file() else resource("notebooks")


def chosen_sets(file, only):
    """The sets of a runs.yaml, all or those named; Refused for a file or a name that is not
    there.
    """
    if not check_path("file", file).is_file():
        raise Refused(
            f"there is no file {str(file)!r}; give a YAML file such as notebooks/runs.yaml."
        )
    sets = sets_in(file)
    unknown = [name for name in only if name not in sets]
    if unknown:
        near = difflib.get_close_matches(unknown[0], sets, n=1)
        raise Refused(
            f"{file.name} has no set {unknown[0]!r}."
            + (f" Did you mean {near[0]!r}?" if near else f" It has: {', '.join(sets)}.")
        )
    return {name: one for name, one in sets.items() if not only or name in only}


def sets_in(file):
    """name -> {notebook, parameters} of a runs.yaml; Refused where it says something else."""
    try:
        sets = yaml_value(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refused(f"{file.name} is not YAML ({error}); correct it.") from None
    if not (isinstance(sets, dict) and all(map(is_set, sets.values()))):
        raise Refused(f"{file.name} must map names to {{notebook: ..., parameters: {{...}}}}.")
    check_set_names(file, list(sets))
    for name, one in sets.items():
        check_keys(file, name, one)
    return sets


def is_set(value):
    """Whether a value of a runs.yaml holds a notebook, and its parameters by name if it has any."""
    return (
        isinstance(value, dict)
        and "notebook" in value
        and isinstance(value.get("parameters") or {}, dict)
    )


def check_set_names(file, names):
    """Refused unless the names of all sets can be names of files, no two of one file."""
    for name in names:
        if not isinstance(name, str) or not SET_NAME.fullmatch(name) or len(name.encode()) > 100:
            raise Refused(
                f"{file.name} names a set {shortened(name)}, and the executed notebook is named "
                f"after it. Use text of letters, digits, '-', '_', '.' and spaces, at most 100 "
                f"bytes, that begins and ends with a letter, digit or '_'; put a number in "
                f'quotes, such as "2025".'
            )
    folded = [name.casefold() for name in names]
    for name in names:
        if folded.count(name.casefold()) > 1:
            raise Refused(
                f"{file.name} names two sets {name!r}, but for capital letters, which not every "
                f"disk tells apart. Rename one."
            )


def check_keys(file, name, one):
    """Refused unless a set's notebook is text and its parameters have names that are text."""
    for key in one.get("parameters") or {}:
        if not isinstance(key, str):
            raise Refused(
                f"{file.name}: set {name!r} has a parameter {shortened(key)}; the name of a "
                f"parameter must be text, such as seed."
            )
    if not isinstance(one["notebook"], str):
        raise Refused(
            f"{file.name}: set {name!r} has the notebook {shortened(one['notebook'])}; it must be "
            f"text, such as 02_single_user."
        )


def shortened(value):
    """A value as Python writes it, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
