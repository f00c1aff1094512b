"""How functions are compiled by numba, and where the compiled code is cached.

numba checks only the file of the function that it compiles, so a change in another file would leave
stale machine code in the cache. Each module's cache is therefore in a folder named by a hash of all
sources that the module imports, directly or not, and of the files named loop_types, which define
the types of arguments: it is never stale, and a change in any other file causes no compilation.
"""

import contextlib
import functools
import hashlib
import importlib.metadata
import os
import re
import tempfile
from pathlib import Path

from .resources import PACKAGE, resource

CODE_FOLDER = re.compile(r"[\w.]+-[0-9a-f]{16}")  # one module's compiled code, in the cache
MARKER = "made-by-wrapsim.txt"  # in each code folder that wrapsim made
# numba's index and code files below a code folder, and the temporary files of a killed process
CODE_FILE = re.compile(r"\w+/(\w+)\.[^/]+-\d+\.py\d+\w*(\.\d+)?\.nb[ic](\.tmp\.\w+)?")
IMPORT = re.compile(r"^from (\.+)([\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)


# -- which sources compiled code depends on --------------------------------------------------------


@functools.cache
def imported_files(path):
    """Files of this package that a source file imports at its top level, a set of Paths."""
    imported = set()
    for dots, module, names in IMPORT.findall(path.read_text(encoding="utf-8")):
        base = path.parents[len(dots) - 1].joinpath(*module.split("."))
        files = (base / f"{name}.py" for name in ("__init__", *re.findall(r"\w+", names)))
        imported |= {base.with_suffix(".py"), *files}
    imported |= {
        folder / "__init__.py"
        for file in imported
        for folder in file.parents
        if PACKAGE in folder.parents
    }
    return {file for file in imported if file.is_file() and file.is_relative_to(PACKAGE)}


def reachable_files(path):
    """A source file and all package files that it imports, directly or not: a sorted Path list."""
    reached, new = set(), {path}
    while new:
        reached |= new
        new = set().union(*map(imported_files, new)) - reached
    return sorted(reached)


def source_hash(path):
    """Hash of all that determines a source file's machine code.

    These are the reachable sources, the types of arguments (loop_types), the schemas, the data that
    modules read into constants, and the versions of numba and NumPy.
    """
    sources = sorted({*reachable_files(path), *PACKAGE.glob("*/loop_types.py")})
    sources += sorted(resource("schemas").glob("*.avsc"))
    texts = [file.name.encode() + file.read_bytes() for file in sources]
    versions = [importlib.metadata.version(name).encode() for name in ("numba", "numpy")]
    return hashlib.sha256(b"\0".join([*texts, data_hash(), *versions])).hexdigest()[:16]


@functools.cache
def data_hash():
    """Hash of the files of data/behaviour, bytes."""
    files = sorted(resource("data", "behaviour").iterdir())
    texts = [file.name.encode() + file.read_bytes() for file in files]
    return hashlib.sha256(b"\0".join(texts)).hexdigest().encode()


# -- the cache -------------------------------------------------------------------------------------


def cache_root():
    """Folder of wrapsim's cache: WRAPSIM_CACHE, else the user's cache, else a temporary folder."""
    base = (
        os.environ.get("WRAPSIM_CACHE")
        or os.environ.get("XDG_CACHE_HOME")
        or Path.home() / ".cache"
    )
    for candidate in (base, tempfile.gettempdir()):
        with contextlib.suppress(OSError):
            folder = Path(candidate) / "wrapsim"
            folder.mkdir(parents=True, exist_ok=True)
            return folder
    raise OSError(
        f"neither {base} nor {tempfile.gettempdir()} can be written; set WRAPSIM_CACHE to a "
        f"folder that can be written."
    )


@functools.cache
def code_folder(module):
    """Folder of a module's compiled code. module: such as "wrapsim_helpers.listening.loop"."""
    name = module.partition(".")[2]
    return cache_root() / f"{name}-{source_hash(source_bytes(name))}"


def source_bytes(name):
    """Source file of a module of this package. name: without the package: "listening.loop"."""
    return PACKAGE.joinpath(*name.split(".")).with_suffix(".py")


def is_cached(function):
    """Whether a compiled function can be called without compiling.

    It can if it is loaded or cached, or if compiling is switched off.
    """
    return bool(getattr(function, "signatures", True)) or has_code(
        function.__module__, function.__name__
    )


def has_code(module, name):
    """Whether a function's compiled code is in the cache; imports nothing. module: its full name"""
    return any(code_folder(module).rglob(f"*.{name}-*.nbi"))


def marked(folder):
    """A folder for compiled code; made, and marked as ours, if it can be written."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(folder / MARKER):
            (folder / MARKER).write_text(mark_of(folder), encoding="utf-8")
    return folder


def mark_of(folder):
    """Text of the marker in a folder of compiled code."""
    return f"wrapsim keeps compiled code in {folder.name}; `wrapsim cache --clear` removes it.\n"


def is_ours(folder):
    """Whether wrapsim made and marked this folder of the cache."""
    marker = folder / MARKER
    if not CODE_FOLDER.fullmatch(folder.name) or folder.is_symlink() or marker.is_symlink():
        return False
    return marker.is_file() and marker.read_bytes() == mark_of(folder).encode()


def code_files():
    """Files of compiled code in the cache: folder -> list of Paths.

    Symbolic links and files that numba did not write are left out.
    """
    return {
        folder: [path for path in sorted(folder.rglob("*")) if is_code(path, folder)]
        for folder in sorted(cache_root().iterdir())
        if is_ours(folder)
    }


def is_code(path, folder):
    """Whether numba wrote a file into the folder of a module's compiled code."""
    match = CODE_FILE.fullmatch(path.relative_to(folder).as_posix())
    stem = folder.name.rpartition("-")[0].rpartition(".")[2]
    return bool(match) and match[1] == stem and path.is_file() and not path.is_symlink()


def is_current(folder):
    """Whether a folder of compiled code matches the current sources."""
    name, _, digest = folder.name.rpartition("-")
    return source_bytes(name).is_file() and source_hash(source_bytes(name)) == digest


def cache_text():
    """Folder and size of the compiled code as text, then one line per module."""
    sizes = {folder: total_bytes(files) for folder, files in code_files().items()}
    total = f"{cache_root()} holds {sum(sizes.values()) / 1e6:,.1f} MB of compiled code."
    lines = (
        f"  {folder.name:30} {size / 1e6:8,.1f} MB  "
        f"{'in use' if is_current(folder) else 'outdated'}"
        for folder, size in sizes.items()
    )
    return "\n".join((total, *lines))


def total_bytes(files):
    """Total size of some files in bytes."""
    return sum(file.stat().st_size for file in files)


def clear_code():
    """Remove all compiled code from the cache; returns the number of bytes removed.

    A folder that holds other files is not removed.
    """
    removed = code_files()
    n_bytes = sum(map(total_bytes, removed.values()))
    for folder, files in removed.items():
        for file in (*files, folder / MARKER):
            file.unlink(missing_ok=True)
        for subfolder, _, _ in os.walk(folder, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(subfolder)
    return n_bytes


def compile_function(function, **options):
    """Compile a function with numba's njit, cached in this package's folder.

    The cache folder is set for this call only: other users of numba see no change. Compiled code
    releases the interpreter's lock, so that other threads run meanwhile: progress bars, and the
    thread that ends a command after Ctrl-C.
    """
    # imported here: `wrapsim cache` does not need it, and importing it takes longer than the rest
    import numba

    folder = marked(code_folder(function.__module__))
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
    try:
        return numba.njit(
            cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True, **options
        )(function)
    finally:
        numba.config.CACHE_DIR = before


# -- decorators ------------------------------------------------------------------------------------


def compiled(function):
    """Compile a function with numba: cached, with IEEE arithmetic in the order written."""
    return compile_function(function)


def compiled_loop(function):
    """Compile a function of the listening loop: all calls inlined, without reference counts.

    The loop makes no arrays, so it needs no reference counts. Counting references to the
    catalogue's arrays took two thirds of the loop's time, and passing the arrays from call to call
    a quarter.

    Do not pass such a function a literal integer such as 0 or -1: numba gives each literal a type
    of its own and compiles the function, and all that it calls, once more. np.int64(0) has the same
    type as a variable.
    """
    return compile_function(function, _nrt=False, forceinline=True)


def compiled_once(function):
    """Compile a large function of the loop that has a single caller, inlined into that caller.

    So LLVM optimises it once. It cannot be called from Python.
    """
    return compile_function(function, _nrt=False, inline="always", no_cpython_wrapper=True)
