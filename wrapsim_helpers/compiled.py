"""How functions are compiled by numba, and where the compiled code is cached.

numba looks only at the file of the function it compiles, so a change of a function or constant in another file would
leave stale machine code behind. The cache of each module therefore lies in a folder named by a hash of every source
that the module can reach by imports: it cannot go stale, and a change elsewhere compiles nothing again.
"""

import functools
import hashlib
import os
import re
import tempfile
from pathlib import Path

import numba
import numpy as np

from .resources import PACKAGE, resource

IMPORT = re.compile(r"^from (\.+)([\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)


# -- which sources compiled code depends on ------------------------------------------------------------

def imported_files(path):
    """Files of this package that a source file imports at its top level; a set of Paths."""
    found = set()
    for dots, module, names in IMPORT.findall(path.read_text(encoding="utf-8")):
        base = path.parents[len(dots) - 1].joinpath(*filter(None, module.split(".")))
        found |= {base.with_suffix(".py"), base / "__init__.py", *(base / f"{name}.py" for name in re.findall(r"\w+", names))}
    return {file for file in found if file.is_file() and file.is_relative_to(PACKAGE)}


def reachable_files(path):
    """A source file and every file of this package that it imports, directly or through others; a sorted list of Paths."""
    found, new = set(), {path}
    while new:
        found |= new
        new = set().union(*map(imported_files, new)) - found
    return sorted(found)


def source_hash(path):
    """Hash of everything that decides the machine code of a source file: reachable sources, schemas, numba and NumPy."""
    sources = [*reachable_files(path), *sorted(resource("schemas").glob("*.avsc"))]
    texts = [file.name.encode() + file.read_bytes() for file in sources]
    return hashlib.sha256(b"\0".join([*texts, numba.__version__.encode(), np.__version__.encode()])).hexdigest()[:16]


# -- the cache -----------------------------------------------------------------------------------------

def cache_root():
    """Folder of everything that wrapsim caches: WRAPSIM_CACHE, else the user's cache, else a temporary folder."""
    base = os.environ.get("WRAPSIM_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    for candidate in (Path(base), Path(tempfile.gettempdir())):
        try:
            folder = candidate / "wrapsim"
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        except OSError:
            continue
    raise OSError(f"neither {base} nor {tempfile.gettempdir()} can be written; set WRAPSIM_CACHE to a folder that can")


@functools.cache
def code_folder(module):
    """Folder of the compiled code of a module, by its name such as "wrapsim_helpers.plays"."""
    return cache_root() / f"{module.rpartition('.')[2]}-{source_hash(PACKAGE.joinpath(*module.split('.')[1:]).with_suffix('.py'))}"


def is_cached(function):
    """Whether a compiled function lies in the cache, so that its first call will not compile it."""
    return any(code_folder(function.__module__).rglob(f"*.{function.__name__}-*.nbi"))


def compile_function(function, **options):
    """numba's njit with this package's cache folder, which is set for this one call: nothing changes for other users of numba."""
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(code_folder(function.__module__))
    try:
        return numba.njit(cache=True, error_model="numpy", no_cfunc_wrapper=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before


# -- decorators ----------------------------------------------------------------------------------------

def compiled(function):
    """Compile a function with numba: cached, with IEEE arithmetic in the order written."""
    return compile_function(function)


def compiled_loop(function):
    """Compile a function of the listening loop: no reference counts, since it makes no arrays, and all calls inlined.

    Reference counts of the catalogue's arrays took two thirds of the loop's time, handing them from call to call a quarter.

    Give such a function no plain whole number such as 0 or -1: numba takes each literal for a type of its own and compiles
    the function, and all that it calls, once more. np.int64(0) is of the same type as a variable.
    """
    return compile_function(function, _nrt=False, forceinline=True)


def compiled_once(function):
    """Compile a large function of the loop that is called from a single place: as part of its caller, so that LLVM
    optimises it once. It cannot be called from Python."""
    return compile_function(function, _nrt=False, inline="always", no_cpython_wrapper=True)
