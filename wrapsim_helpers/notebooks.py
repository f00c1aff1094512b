"""Execute notebooks by papermill. Unknown names, wrong types and files of other programs are
rejected before a kernel starts.
"""

import contextlib
import itertools
import logging
import os
import shlex
import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path

import typer.core

from .checking import check_path, did_you_mean, json_value, near_names, yaml_value
from .resources import FIRST_NOTEBOOK, project_folder, resource

NOTEBOOKS = (
    "00_data_preparation",
    "01_schema",
    "02_single_user",
    "03_multiple_users",
    "04_wrapped",
    "05_realism",
    "06_your_own_history",
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
# without this, kernels warn that loopback is not encrypted, and log their shutdown
QUIET = ["--IPKernelApp.log_level=CRITICAL"]


# nbformat warns here that a folder of signatures cannot be written
SILENT_LOG = logging.getLogger(f"{__name__}.sign")
SILENT_LOG.setLevel(logging.CRITICAL)


class Refused(ValueError):
    """A request that is not valid; nothing was started. The command line exits with 2."""


# -- strict papermill ------------------------------------------------------------------------------


def declared_parameters(notebook):
    """The parameters of a notebook: name -> (type name, default, help), from its cell tagged
    `parameters`.
    """
    import papermill
    import yaml

    if Path(notebook).suffix != ".ipynb":
        raise Refused(f"{str(notebook)!r} is not a notebook; name an .ipynb file.")
    try:
        declared = papermill.inspect_notebook(as_template(notebook))
    except Exception as error:  # an error of nbformat, JSON or Unicode
        raise Refused(
            f"{str(notebook)!r} is not a notebook ({first_line(error)}); name an .ipynb file."
        ) from None
    return {
        name: (
            parameter["inferred_type_name"],
            yaml.safe_load(parameter["default"]) if parameter["default"] else None,
            parameter["help"],
        )
        for name, parameter in declared.items()
    }


def first_line(error):
    """The first line of an error's text, at most 100 characters; its type if the text is empty."""
    return (str(error).splitlines() or [type(error).__name__])[0][:100]


def check_parameters(notebook, given, known=None):
    """The given parameters, unchanged. Raises Refused for a wrong type, or for an unknown name,
    with the nearest one.

    known  as from `declared_parameters`; None reads the notebook
    """
    known = declared_parameters(notebook) if known is None else known
    for name, value in given.items():
        if name not in known:
            hint = did_you_mean(near_names(name, known, cutoff=0.4))
            raise Refused(
                f"{Path(notebook).name} has no parameter {name!r}.{hint} It has: "
                f"{', '.join(known)}."
            )
        check_type(Path(notebook).name, name, value, *known[name][:2])
    return given


def check_type(notebook, name, value, kind, default):
    """Raise Refused unless a value has the type that the notebook declares or is the default."""
    allowed = TYPES.get(kind, (type(default),))
    if value == default and type(value) is type(default):
        return
    if isinstance(value, bool) != (bool in allowed) or not isinstance(value, allowed):
        raise Refused(
            f"{notebook}: {name} is {value!r}; it must be of type {kind}, such as "
            f"{EXAMPLES.get(kind, default)!r}."
        )


def parse_assignments(notebook, assignments):
    """name -> value from texts 'name=value', each converted to the type that the notebook declares.
    Raises Refused for a text that cannot be converted.
    """
    known, given = declared_parameters(notebook), {}
    for name, value in pairs_of(assignments).items():
        is_text = name not in known or known[name][0] == "str" or not value
        given[name] = value if is_text else from_yaml(name, value)
    return given


def pairs_of(assignments):
    """name -> text from texts 'name=value'. Raises Refused for a text without "="."""
    pairs = [text.partition("=") for text in assignments]
    for name, equals, _ in pairs:
        if not equals:
            raise Refused(f"{name!r} is not of the form name=value, such as seed=7.")
    return {name: value for name, _, value in pairs}


def from_yaml(name, text):
    """A value from the text of a parameter. Raises Refused if it is not YAML."""
    try:
        return yaml_value(text)
    except ValueError as error:
        raise Refused(
            f"{name} is {text!r:.80}, which cannot be read ({first_line(error)}); write a list "
            f"like [Pop, Rap]."
        ) from None


def absolute_paths(parameters):
    """The parameters with absolute paths: relative paths start at the working folder, `~` is the
    home folder.

    A path is a text parameter whose name ends in _path or _dir, except "", a URL such as
    s3://bucket/run, and "bundled" for personas_path.
    """
    return {
        name: str(Path(os.path.expanduser(value)).absolute()) if is_path(name, value) else value
        for name, value in parameters.items()
    }


def is_path(name, value):
    """Whether a parameter is a path in a file system, see `absolute_paths`."""
    return (
        name.endswith(("_path", "_dir"))
        and isinstance(value, str)
        and value != ""
        and "://" not in value
        and (name, value) != ("personas_path", "bundled")
    )


def run_notebook(notebook, parameters, output):
    """Execute a notebook with checked parameters in the working folder, and write it to `output`.
    Returns its path.

    An unchanged executed notebook at `output` is replaced, with a message. Raises Refused, before
    anything starts, for an unknown parameter, a wrong type, or another file at `output`. Raises
    RuntimeError, naming the error and the executed notebook, if a cell fails or is not executed.
    """
    from .interrupts import saying
    from .storage.run_folder import writable

    notebook, output = Path(notebook), check_path("output", output).absolute()
    checked = absolute_paths(check_parameters(notebook, parameters))
    if check_target(output):
        typer.echo(f"Replacing the earlier {output}.", err=True)
    writable(output.parent, "output")
    with saying(
        lambda: (
            f"The cells executed so far are in {output}; the same command executes the "
            f"notebook from the start."
        )
    ):
        problem = write_executed(notebook, checked, output, progress_bar={"desc": notebook.stem})
    if problem:
        raise RuntimeError(f"{notebook.name} {problem}The executed notebook is {output}")
    return output


def write_executed(notebook, parameters, output, facts=lambda problem: {}, **options):
    """Execute a notebook and write it to `output`, also if a cell fails. Returns what went wrong,
    in words, or "".

    facts    function of what went wrong: what else to store in the notebook's metadata
    options  for papermill, see `execute`
    """
    from .storage.outputs import begin, end, list_output

    temporary, problem = begin(output), "stopped: it was not executed to its end. "
    try:
        problem = execute(notebook, parameters, temporary, **options)
    finally:
        try:
            if is_complete_notebook(temporary):
                set_metadata(temporary, output, facts(problem))
                sign(temporary)
                list_output(temporary, output)
        finally:
            end(temporary)
    return problem


def check_target(output):
    """Whether this path holds an unchanged notebook that wrapsim executed. Raises Refused, with a
    free name, if it holds any other file.
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
            f"output is {str(output)!r}, but {above} is a file, not a folder; name another file, "
            f"such as -o {output.name}"
        )
    if not os.path.lexists(output):
        return False
    if fault_of(output, marker_of(output.parent)):
        others = (output.with_stem(f"{output.stem}-{n}") for n in itertools.count(2))
        free = next(path for path in others if not os.path.lexists(path))
        raise Refused(
            f"{output} is in the way: wrapsim did not write it, or it was changed since. Move it "
            f"elsewhere, or name another file: -o {shlex.quote(str(free))}"
        )
    return True


def execute(notebook, parameters, output, progress_bar=False, arguments=()):
    """Execute a notebook by papermill. Returns what went wrong, in words, or "".

    progress_bar  settings of the bar, or False;  arguments  further ones of the kernel's command
    """
    import papermill
    from nbclient.exceptions import DeadKernelError

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        done = in_thread(
            lambda: papermill.execute_notebook(
                as_template(Path(notebook).absolute()),
                as_template(output),
                parameters,
                kernel_name="python3",
                cwd=str(Path.cwd()),
                progress_bar=progress_bar,
                extra_arguments=[*QUIET, *arguments],
            )
        )
    except papermill.PapermillExecutionError as error:
        return f"stopped: {error.ename}: {error.evalue}\n"
    except DeadKernelError:
        return "stopped: its kernel died; the usual cause is too little memory.\n"
    pending = sum(
        cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("status") == "pending"
        for cell in done.cells
    )
    return f"ended early: {pending} cells were not executed. " if pending else ""


def as_template(path):
    """A path for papermill, which takes {braces} in a path as the name of a parameter."""
    return str(path).replace("{", "{{").replace("}", "}}")


def is_complete_notebook(path):
    """Whether an executed notebook is complete; on a full disk it is cut off."""
    with contextlib.suppress(OSError, ValueError):
        return bool(json_value(path.read_bytes()))
    return False


def set_metadata(temporary, output, facts):
    """Replace the temporary path in the metadata of an executed notebook by its final path, and add
    `facts`, a dict, as its part `wrapsim`.
    """
    import nbformat

    book = nbformat.read(temporary, 4)
    book.metadata.get("papermill", {})["output_path"] = str(output)
    book.metadata.update({"wrapsim": facts} if facts else {})
    nbformat.write(book, temporary)


def sign(path):
    """Sign a notebook as Jupyter does, so that JupyterLab trusts it and runs the scripts of its
    explorers. Where Jupyter's folder of signatures cannot be written, it stays unsigned, and
    shows the pictures of its explorers.
    """
    import nbformat
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    with contextlib.suppress(OSError, sqlite3.Error):  # the latter while many sets are signed
        folder = Path(jupyter_data_dir())
        folder.mkdir(0o700, parents=True, exist_ok=True)
        notary = NotebookNotary(data_dir=str(folder), log=SILENT_LOG)
        notary.sign(nbformat.read(path, 4))


def in_thread(action):
    """The result of a call in a new thread: in the main thread, nbclient would handle Ctrl-C itself
    and wait for the kernel to end."""
    future = Future()
    threading.Thread(target=set_result_of, args=(future, action), daemon=True).start()
    return future.result()


def set_result_of(future, action):
    """Give a future the result of a call, or its error."""
    try:
        future.set_result(action())
    except BaseException as error:
        future.set_exception(error)


def find_notebook(name, folder=None):
    """Path of a notebook, given by its path or by the name of a project notebook. Raises Refused if
    there is none.

    folder  where a relative path may start, besides the working folder
    """
    path = check_path("notebook", name)
    for start in (Path(), *([folder] if folder else [])):
        if (start / path).is_file():
            return start / path
    project = {p.stem: p for p in sorted(notebook_folder().glob("*.ipynb"))}
    if path.stem in project and path.parent == Path("."):
        return project[path.stem]
    hint = did_you_mean(near_names(path.stem, project))
    raise Refused(f"there is no notebook {name!r}.{hint} Known: {', '.join(project)}.")


def notebook_folder():
    """The folder of notebooks: the one in the working folder if `wrapsim init` copied it there,
    otherwise the bundled one.
    """
    here = project_folder() / "notebooks"
    return here if (here / FIRST_NOTEBOOK).is_file() else resource("notebooks")
