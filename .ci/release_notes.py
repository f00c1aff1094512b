"""Prints the notes of the release: the section of CHANGELOG.md of the version in pyproject.toml.

`python .ci/release_notes.py v0.2.0` also checks that the tag is that version, and that the section
has the date of the release.
"""

import re
import sys
import tomllib
from pathlib import Path

TOP = Path(__file__).parent.parent


def notes(tag=""):
    """The text of the section. Exits with a message if it cannot be released under the tag."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return section((TOP / "CHANGELOG.md").read_text(encoding="utf-8"), project["version"], tag)


def section(changelog, version, tag=""):
    """The section of a version; see `notes`. tag: "" for none"""
    found = re.search(rf"^## {re.escape(version)}(.*)\n([\s\S]*?)(?=^## |\Z)", changelog, re.M)
    if not found:
        sys.exit(f"CHANGELOG.md has no section {version}; pyproject.toml has this version.")
    if tag and tag != f"v{version}":
        sys.exit(f"the tag is {tag}; it must be v{version}, the version in pyproject.toml.")
    if tag and not re.fullmatch(r", \d{4}-\d\d-\d\d", found[1]):
        sys.exit(f"CHANGELOG.md says '{version}{found[1]}'; write '{version}, YYYY-MM-DD'.")
    return found[2].strip() + "\n"


if __name__ == "__main__":
    print(notes(*sys.argv[1:2]))
