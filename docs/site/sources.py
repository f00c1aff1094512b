"""The pages of the site that the project has as Markdown, in the same folders, so that their links
hold.
"""

import re
import shutil
from importlib.resources import files
from pathlib import Path

TOP = Path(__file__).parents[2]
PAGES = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "data/README.md")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)(#[^)]*)?\)")  # not of a picture
FONTS = {  # file -> package
    "Manrope-ExtraBold.ttf": "font_manrope",
    "HankenGrotesk-Medium.otf": "font_hanken_grotesk",
    "HankenGrotesk-MediumItalic.otf": "font_hanken_grotesk",
    "HankenGrotesk-Bold.otf": "font_hanken_grotesk",
}


def copy_pages(source):
    """Copy the first page, all pages of docs with their pictures, and those in PAGES."""
    docs = (path for path in (TOP / "docs").rglob("*") if is_page(path))
    for path in [*docs, *(TOP / name for name in PAGES)]:
        copy_file(path, source)
    shutil.copyfile(TOP / "docs" / "site" / "index.md", source / "index.md")


def is_page(path):
    """Whether a file of docs is a page or a picture of one."""
    return path.suffix in (".md", ".png") and path.parent.name != "site"


def copy_file(path, source):
    """Copy a file of the project to its place in a folder."""
    target = source / path.relative_to(TOP)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def copy_fonts(folder):
    """Copy the fonts of the cards into a folder, so that the site asks no other host for fonts."""
    folder.mkdir(parents=True)
    for name, package in FONTS.items():
        shutil.copyfile(files(package) / "files" / name, folder / name)


def write_speed(source):
    """Write the README's section on speed as a page of its own."""
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n## How fast\n")[1].split("\n## ")[0]
    text = f"# How fast\n{section.replace('docs/scale.md', 'scale.md')}"
    (source / "docs" / "speed.md").write_text(text, encoding="utf-8")


def settle_links(source):
    """Let each link to a file of the project that is no page lead to a copy of it; a link to a
    folder becomes text.
    """
    for page in source.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        settled = LINK.sub(lambda link, page=page: settled_link(link, page, source), text)
        page.write_text(settled, encoding="utf-8")


def settled_link(link, page, source):
    """The text of a link on the site; see `settle_links`."""
    words, target, anchor = link.groups(default="")
    path = (page.parent / target).resolve()
    if "://" in target or path.is_file():
        return link[0]
    original = TOP / path.relative_to(source.resolve())
    if original.is_file() and original.suffix != ".ipynb":
        copy_file(original, source)
        return link[0]
    return words if original.is_dir() else link[0]
