"""Paths of the bundled files (notebooks, data, schemas; in a checkout or a wheel), and the default
folder for results.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent
# a folder `notebooks` that holds this file is the project's
FIRST_NOTEBOOK = "00_data_preparation.ipynb"


def resource(*parts):
    """Path of a bundled file, inside the wheel or at the top of a checkout."""
    packaged = PACKAGE / "share"
    return (packaged if packaged.is_dir() else PACKAGE.parent).joinpath(*parts)


def project_folder():
    """The project's folder: the working folder, or its parent if the working folder is the
    project's `notebooks` (JupyterLab starts kernels there).
    """
    here = Path.cwd()
    return here.parent if here.name == "notebooks" and (here / FIRST_NOTEBOOK).is_file() else here


def runs_folder():
    """The default folder for runs and other results: data/runs in the project's folder."""
    return project_folder() / "data" / "runs"
