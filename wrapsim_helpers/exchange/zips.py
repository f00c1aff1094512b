"""Zip files with the same bytes for the same content."""

import io
import zipfile

BEGINNING = (1980, 1, 1, 0, 0, 0)  # the earliest time of a file in a zip


def zip_bytes(files):
    """The bytes of a zip of some files, with times that do not depend on the clock.

    files  name -> bytes, in the order of the zip
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(entry_of(name), data, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def entry_of(name):
    """The entry of a file in a zip, the same on every platform."""
    entry = zipfile.ZipInfo(name, BEGINNING)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry
