"""How functions are compiled by numba, and where the compiled code is cached.

numba looks only at the file of the function it compiles, so a change of a function or constant in
another file would leave stale machine code behind. The cache of each module therefore lies in a
folder named by a hash of every source that the module can reach by imports: it cannot go stale, and
a change elsewhere compiles nothing again.
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

CODE_FOLDER = re.compile(r"[\w.]+-[0-9a-f]{16}")  # of a module's compiled code, in the cache
MARKER = "made-by-wrapsim.txt"  # in each such folder that we made
# numba's index and code of a function, and what it leaves when it is killed, below such a folder
CODE_FILE = re.compile(r"\w+/(\w+)\.[^/]+-\d+\.py\d+\w*(\.\d+)?\.nb[ic](\.tmp\.\w+)?")
IMPORT = re.compile(r"^from (\.+)([\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)


# -- which sources compiled code depends on --------------------------------------------------------


@functools.cache
def imported_files(path):
    """Files of this package that a source file imports at its top level; a set of Paths."""
    found = set()
    for dots, module, names in IMPORT.findall(path.read_text(encoding="utf-8")):
        base = path.parents[len(dots) - 1].joinpath(*filter(None, module.split(".")))
        found |= {
            base.with_suffix(".py"),
            base / "__init__.py",
            *(base / f"{name}.py" for name in re.findall(r"\w+", names)),
        }
    found |= {
        folder / "__init__.py"
        for file in found
        for folder in file.parents
        if PACKAGE in folder.parents
    }
    return {file for file in found if file.is_file() and file.is_relative_to(PACKAGE)}


def reachable_files(path):
    """A source file and every file of this package that it imports, directly or through others; a
    sorted list of Paths.
    """
    found, new = set(), {path}
    while new:
        found |= new
        new = set().union(*map(imported_files, new)) - found
    return sorted(found)


def source_hash(path):
    """Hash of everything that decides the machine code of a source file: reachable sources,
    schemas, numba and NumPy.
    """
    sources = [*reachable_files(path), *sorted(resource("schemas").glob("*.avsc"))]
    texts = [file.name.encode() + file.read_bytes() for file in sources]
    versions = [importlib.metadata.version(name).encode() for name in ("numba", "numpy")]
    return hashlib.sha256(b"\0".join([*texts, *versions])).hexdigest()[:16]


# -- the cache -------------------------------------------------------------------------------------


def cache_root():
    """Folder of everything that wrapsim caches: WRAPSIM_CACHE, else the user's cache, else a
    temporary folder.
    """
    base = (
        os.environ.get("WRAPSIM_CACHE")
        or os.environ.get("XDG_CACHE_HOME")
        or str(Path.home() / ".cache")
    )
    for candidate in (Path(base), Path(tempfile.gettempdir())):
        try:
            folder = candidate / "wrapsim"
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        except OSError:
            continue
    raise OSError(
        f"neither {base} nor {tempfile.gettempdir()} can be written; set WRAPSIM_CACHE to a folder "
        f"that can"
    )


@functools.cache
def code_folder(module):
    """Folder of the compiled code of a module, by its name such as
    "wrapsim_helpers.listening.loop".
    """
    name = module.partition(".")[2]
    return cache_root() / f"{name}-{source_hash(source_of(name))}"


def source_of(name):
    """Source file of a module of this package, by its name within it such as "listening.loop"."""
    return PACKAGE.joinpath(*name.split(".")).with_suffix(".py")


def is_cached(function):
    """Whether a call of a compiled function compiles nothing: it is loaded or cached, or the
    compiler is switched off.
    """
    loaded = getattr(function, "signatures", True)
    return bool(loaded) or any(
        code_folder(function.__module__).rglob(f"*.{function.__name__}-*.nbi")
    )


def marked(folder):
    """A folder of compiled code, made and marked as ours if it can be written."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text(mark_of(folder), encoding="utf-8")
    return folder


def mark_of(folder):
    """What the marker of a folder of compiled code says."""
    return f"wrapsim keeps compiled code in {folder.name}; `wrapsim cache --clear` removes it.\n"


def is_ours(folder):
    """Whether a folder of the cache is one that we made and marked."""
    marker = folder / MARKER
    return bool(
        CODE_FOLDER.fullmatch(folder.name)
        and not folder.is_symlink()
        and not marker.is_symlink()
        and marker.is_file()
        and marker.read_bytes() == mark_of(folder).encode()
    )


def code_files():
    """Files of compiled code in the cache, a dict: folder -> list of Paths.

    Symbolic links and files of others are left out.
    """
    return {
        folder: [path for path in sorted(folder.rglob("*")) if is_code(path, folder)]
        for folder in sorted(cache_root().iterdir())
        if is_ours(folder)
    }


def is_code(path, folder):
    """Whether numba wrote a file into the folder of a module's compiled code."""
    found = CODE_FILE.fullmatch(path.relative_to(folder).as_posix())
    stem = folder.name.rpartition("-")[0].rpartition(".")[2]
    return found is not None and found[1] == stem and path.is_file() and not path.is_symlink()


def is_current(folder):
    """Whether a folder of compiled code belongs to the sources as they are."""
    name, _, digest = folder.name.rpartition("-")
    return source_of(name).is_file() and source_hash(source_of(name)) == digest


def cache_text():
    """Where compiled code lies and how large it is, as text: the folder, then a line for each
    module.
    """
    sizes = {folder: total_bytes(files) for folder, files in code_files().items()}
    return "\n".join(
        [
            f"{cache_root()} holds {sum(sizes.values()) / 1e6:,.1f} MB of compiled code.",
            *(
                f"  {folder.name:30} {size / 1e6:8,.1f} MB  "
                f"{'in use' if is_current(folder) else 'of older sources'}"
                for folder, size in sizes.items()
            ),
        ]
    )


def total_bytes(files):
    """How large some files are together."""
    return sum(file.stat().st_size for file in files)


def clear_code():
    """Remove all compiled code from the cache; returns how many bytes.

    A folder that holds anything else stays.
    """
    found = code_files()
    n_bytes = sum(map(total_bytes, found.values()))
    for folder, files in found.items():
        for file in (*files, folder / MARKER):
            file.unlink(missing_ok=True)
        for emptied, _, _ in os.walk(folder, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(emptied)
    return n_bytes


def compile_function(function, **options):
    """numba's njit with this package's cache folder, which is set for this one call: nothing
    changes for other users of numba.

    Without the interpreter's lock, so that other threads run meanwhile: progress bars, and the one
    that ends a command after Ctrl-C.
    """
    # here, since it takes longer to import than all that a command needs to say what is cached
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
    """Compile a function of the listening loop: no reference counts, since it makes no arrays, and
    all calls inlined.

    Reference counts of the catalogue's arrays took two thirds of the loop's time, handing them from
    call to call a quarter.

    Give such a function no plain whole number such as 0 or -1: numba takes each literal for a type
    of its own and compiles the function, and all that it calls, once more. np.int64(0) is of the
    same type as a variable.
    """
    return compile_function(function, _nrt=False, forceinline=True)


def compiled_once(function):
    """Compile a large function of the loop that is called from a single place: as part of its
    caller, so that LLVM optimises it once. It cannot be called from Python."""
    return compile_function(function, _nrt=False, inline="always", no_cpython_wrapper=True)
