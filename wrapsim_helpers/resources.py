"""Where the bundled files are: notebooks, data and schemas, in a checkout or in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def resource(*parts):
    """Path of a bundled file: inside the wheel, or at the top of a checkout."""
    packaged = PACKAGE / "share"
    return (packaged if packaged.is_dir() else PACKAGE.parent).joinpath(*parts)
