"""What a reader copies from the how-tos: their commands, Python and YAML."""

import re
import shlex

from .conftest import TOP

HOW_TOS = sorted((TOP / "docs" / "how_to").glob("*.md"))
BLOCK = re.compile(r"```(bash|python|yaml)\n(.*?)```", re.S)
INLINE = re.compile(r"`(wrapsim [^`]+)`")


def blocks(path):
    """(language, text) of each block of a how-to, in order."""
    return BLOCK.findall(path.read_text(encoding="utf-8"))


def commands_of(path):
    """The words of each command of a how-to, also of those inside sentences."""
    lines = [
        line for language, text in blocks(path) if language == "bash" for line in text.split("\n")
    ]
    lines += INLINE.findall(path.read_text(encoding="utf-8"))
    return [shlex.split(line) for line in lines if line.strip()]
