"""The project's own files agree with each other."""

import importlib
import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
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
DOCS = [Requirement(text) for text in PROJECT["optional-dependencies"]["docs"]]
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
    for one in [*NEEDED, *DOCS]:
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


def test_the_citation_is_complete_and_says_what_the_project_says():
    citation = yaml.safe_load((TOP / "CITATION.cff").read_text(encoding="utf-8"))
    required = {"cff-version", "title", "message", "authors"}
    assert required <= set(citation) and citation["cff-version"] == "1.2.0"
    assert all(set(author) == {"name"} for author in citation["authors"])
    assert (citation["title"], citation["license"]) == (PROJECT["name"], PROJECT["license"])
    assert citation["keywords"] == PROJECT["keywords"] and citation["type"] == "software"


def workflow(name):
    """A workflow of GitHub: its steps as texts, by job, and the whole of it."""
    whole = yaml.safe_load((TOP / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    jobs = whole["jobs"].items()
    return {
        name: " ".join(step.get("run", step.get("uses", "")) for step in job["steps"])
        for name, job in jobs
    }, whole["jobs"]


def test_the_site_is_built_by_make_docs_kept_and_published_from_main():
    steps, jobs = workflow("site.yml")
    assert "make docs" in steps["build"] and "upload-artifact" in steps["build"]
    assert "deploy-pages" in steps["publish"] and jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["if"] == "github.ref == 'refs/heads/main'"


def test_a_release_is_tried_on_three_systems_and_published_from_a_tag_without_a_password():
    steps, jobs = workflow("release.yml")
    assert "python -m build" in steps["build"] and "release_notes.py" in steps["build"]
    assert [name.split("-")[0] for name in jobs["try"]["strategy"]["matrix"]["os"]] == [
        *("ubuntu", "macos", "windows")
    ]
    assert "dist/*.whl" in steps["try"] and "wrapsim wrapped" in steps["try"]
    assert jobs["publish"]["needs"] == "try" and jobs["announce"]["needs"] == "publish"
    for name in ("publish", "announce"):
        assert jobs[name]["if"] == "github.ref_type == 'tag'"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in (TOP / ".github" / "workflows" / "release.yml").read_text()


def release_notes():
    """The module that prints the notes of a release."""
    path = TOP / ".ci" / "release_notes.py"
    spec = importlib.util.spec_from_file_location("release_notes", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_notes_of_a_release_are_the_section_of_its_version():
    changelog = "# Changes\n\n## 0.3.0, 2027-01-02\n\n- new\n\n## 0.2.0, unreleased\n\n- old\n"
    section = release_notes().section
    assert section(changelog, "0.3.0", "v0.3.0") == "- new\n"
    assert section(changelog, "0.2.0") == "- old\n"
    for version, tag, message in (
        ("0.2.0", "v0.2.0", "write '0.2.0, YYYY-MM-DD'"),
        ("0.3.0", "v0.2.0", "it must be v0.3.0"),
        ("0.4.0", "", "no section 0.4.0"),
    ):
        with pytest.raises(SystemExit, match=re.escape(message)):
            section(changelog, version, tag)
    assert release_notes().notes()


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
