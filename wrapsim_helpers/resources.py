"""Where the bundled files are (notebooks, data, schemas; in a checkout or a wheel), and where
results go by default.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent
FIRST_NOTEBOOK = (
    "00_data_preparation.ipynb"  # tells the project's folder of notebooks from any other
)


def resource(*parts):
    """Path of a bundled file: inside the wheel, or at the top of a checkout."""
    packaged = PACKAGE / "share"
    return (packaged if packaged.is_dir() else PACKAGE.parent).joinpath(*parts)


def project_folder():
    """The working folder; the one above it where that is the project's `notebooks`, in which
    JupyterLab starts kernels.
    """
    here = Path.cwd()
    return here.parent if here.name == "notebooks" and (here / FIRST_NOTEBOOK).is_file() else here


def runs_folder():
    """The folder of runs and other results for which none is named: data/runs in the project's
    folder.
    """
    return project_folder() / "data" / "runs"
