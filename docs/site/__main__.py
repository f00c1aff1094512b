"""Builds the documentation site: `make docs`, or `python docs/site --help`."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from gallery import write_gallery
from notebook_pages import write_notebooks
from pictures import move_pictures
from reference import write_reference
from sources import TOP, copy_fonts, copy_pages, settle_links, write_speed

HERE = Path(__file__).parent
MARKER = ".buildinfo"  # Sphinx writes it into each folder that it builds


def build_site(output, job):
    """Build the site into a folder from the results of a main job.

    output  a new or empty folder, or one with an earlier site, which is replaced
    job     folder of a finished `wrapsim wrapped`
    """
    check_output(output)
    with tempfile.TemporaryDirectory(prefix="wrapsim-docs-") as folder:
        source, site = Path(folder) / "source", Path(folder) / "site"
        write_sources(source, Path(folder) / "extra", job)
        run_sphinx(source, site)
        move_pictures(site)
        shutil.copytree(Path(folder) / "extra", site, dirs_exist_ok=True)
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(site, output)


def check_output(output):
    """Exit with a message if a folder holds anything but an earlier site."""
    if output.is_dir() and any(output.iterdir()) and not (output / MARKER).is_file():
        sys.exit(f"{output} holds other files; name a new or empty folder, or one with a site.")


def write_sources(source, extra, job):
    """Write all pages of the site as Markdown and notebooks into a folder, and the files without a
    page into another.
    """
    copy_pages(source)
    write_speed(source)
    write_reference(source / "reference")
    write_notebooks(job, source / "notebooks")
    copy_fonts(extra / "_static")
    write_gallery(job / "run", source, extra)
    settle_links(source)


def run_sphinx(source, site):
    """Build HTML from a folder of pages; a warning, such as a broken link, is an error."""
    words = ["-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going", "-c", HERE, "-d"]
    python([*words, source.parent / "doctrees", source, site])


def run_main_job(job):
    """Execute all notebooks on the bundled data, as `make wrapped` does, and return the folder."""
    python(["-m", "wrapsim_helpers", "wrapped", "-o", job])
    return job


def python(words):
    """Run Python with some arguments, and exit if it fails."""
    if subprocess.run([sys.executable, *words]).returncode:
        sys.exit("The site was not built; the reasons are above.")


def arguments():
    """The folders that the command names."""
    parser = argparse.ArgumentParser(prog="docs/site", description=__doc__)
    parser.add_argument("--output", type=Path, default=TOP / "build" / "site")
    parser.add_argument("--job", type=Path, help="a finished main job; default a new one")
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    job = given.job or run_main_job(TOP / "build" / "docs_job")
    build_site(given.output.absolute(), job.absolute())
    print(f"The site is in {given.output}; open {given.output / 'index.html'}")
