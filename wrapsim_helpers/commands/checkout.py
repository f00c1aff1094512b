"""Commands that work only in a checkout of the project's source."""

import subprocess
import sys
from typing import Annotated

import typer

from ..checking import check_count, check_path
from ..notebooks import Refused
from ..resources import PACKAGE
from .options import integer


def fit():
    """Fit the model's free parameters again (in a checkout).

    It takes about 5 minutes and writes data/behaviour/fitted.json.
    """
    from ..realism.fit import fit as fit_model

    checkout()
    fit_model()


def lint():
    """Check the code with ruff and mypy (in a checkout)."""
    checks = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    codes = [subprocess.call([sys.executable, "-m", *words], cwd=checkout()) for words in checks]
    raise SystemExit(max(codes))


def test():
    """Run the test suite by two processes (in a checkout)."""
    in_checkout("-m", "pytest", "-n", "2", "--dist", "loadfile")


def check():
    """Run the slow tests by two processes, a file by one of them (in a checkout)."""
    words = "-q --strict-markers --durations=10 -n 2 --dist loadfile"
    in_checkout("-m", "pytest", "tests/slow", "-o", f"addopts={words}")


def interop():
    """Let another program import exports and compare its charts with ours (in a checkout)."""
    in_checkout("-m", "pytest", "tests/slow/test_interop.py", "-o", "addopts=-q --strict-markers")


def fuzz(
    cases: Annotated[int, integer(help="how many random files")] = 100_000,
):
    """Read random and damaged histories (in a checkout), about half an hour."""
    number = check_count("cases", cases, 100, 10_000_000)
    in_checkout("-m", "tests.exchange.fuzz", str(number))


def docs(
    output: Annotated[
        str, typer.Option("--output", "-o", help="folder of the site; default build/site")
    ] = "",
    job: Annotated[
        str, typer.Option(help="folder of a finished `wrapsim wrapped` to show; default a new one")
    ] = "",
):
    """Build the documentation site (in a checkout), about five minutes.

    It executes all notebooks first, unless --job names the folder of an earlier main job.
    """
    folders = {"--output": output, "--job": job}
    words = [
        (name, check_path(name, folder).absolute()) for name, folder in folders.items() if folder
    ]
    in_checkout("docs/site", *[str(word) for pair in words for word in pair])


def bench():
    """Run the benchmarks and print ratios of times (in a checkout)."""
    in_checkout("-m", "benchmarks")


def in_checkout(*command):
    """Run a development command at the top of the checkout, then exit. Raises Refused from an
    installed wheel.
    """
    raise SystemExit(subprocess.call([sys.executable, *command], cwd=checkout()))


def checkout():
    """The top folder of the checkout. Raises Refused from an installed wheel."""
    if not (PACKAGE.parent / "tests").is_dir():
        raise Refused("this needs the project's source: git clone it and run this there.")
    return PACKAGE.parent
