"""The project's own files agree with each other."""

import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.version import Version

TOP = Path(__file__).parent.parent
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [
    Requirement(text)
    for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
]
EXTRAS = [
    Requirement(text)
    for name in ("dask", "store")
    for text in PROJECT["optional-dependencies"][name]
]
CARD = {
    "fastavro",
    "pandas",
    "faker",
    "timezonefinder",
    "pytz",
    "jupyterlab",
    "matplotlib",
    "papermill",
}


def pins(path):
    lines = [
        Requirement(line)
        for line in path.read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    environment = default_environment() | {
        "python_full_version": "3.11.9",
        "python_version": "3.11",
        "sys_platform": "linux",
        "platform_system": "Linux",
    }
    return {
        pin.name.lower(): pin.specifier
        for pin in lines
        if not pin.marker or pin.marker.evaluate(environment)
    }


def test_every_dependency_is_pinned_to_a_version_it_allows():
    pinned = pins(TOP / "constraints.txt")
    for one in NEEDED:
        version = str(pinned[one.name.lower()]).removeprefix("==")
        assert one.specifier.contains(version), f"{one} is pinned to {version}"


def test_make_check_installs_every_lower_bound():
    lowest = pins(TOP / "tests" / "slow" / "lowest.txt")
    for one in [*NEEDED, *EXTRAS]:
        bound = next(part.version for part in one.specifier if part.operator == ">=")
        assert Version(str(lowest[one.name.lower()]).removeprefix("==")) == Version(bound), (
            f"{one}; write lowest.txt anew"
        )


def test_the_dependencies_the_project_is_made_of_are_there():
    assert {one.name for one in NEEDED} >= CARD


def test_conda_installs_the_project_under_the_same_constraints():
    environment = yaml.safe_load((TOP / "environment.yml").read_text())
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pip == ["-c constraints.txt", "-e .[test]"]
    assert f"python{PROJECT['requires-python']}" in environment["dependencies"]


def test_the_version_is_the_same_everywhere():
    assert f"version: {PROJECT['version']}" in (TOP / "CITATION.cff").read_text()
    assert f"## {PROJECT['version']}" in (TOP / "CHANGELOG.md").read_text()


def test_continuous_integration_runs_the_two_commands_everywhere():
    workflow = (TOP / ".github" / "workflows" / "ci.yml").read_text()
    assert all(
        words in workflow
        for words in (
            "make wrapped",
            "make test",
            "ubuntu-latest",
            "macos-latest",
            "windows-latest",
            "upload-artifact",
        )
    )
    steps = (TOP / ".ci" / "run").read_text()
    assert steps.index("apt.txt") < steps.index("make test") < steps.index("make check")


def test_no_committed_file_is_large_or_names_a_machine():
    names = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=TOP, check=True
    ).stdout.split("\n")
    for path in (TOP / name for name in names if name):
        if path.is_file():
            assert path.stat().st_size < 1_000_000, path
            if path.suffix in (
                ".py",
                ".md",
                ".toml",
                ".yml",
                ".yaml",
                ".ipynb",
                ".json",
                ".csv",
                ".txt",
                "",
            ):
                assert not re.search(
                    "/" + r"(home|Users|root|work)/\w",
                    path.read_text(encoding="utf-8-sig", errors="ignore"),
                ), path


def test_every_benchmark_can_be_imported():
    for path in sorted((TOP / "benchmarks").glob("*.py")):
        if path.stem not in ("__main__", "__init__"):
            assert importlib.import_module(f"benchmarks.{path.stem}"), path.stem
