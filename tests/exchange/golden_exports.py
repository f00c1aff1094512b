"""The small exports that tests compare byte for byte.

`python -m tests.exchange.golden_exports` writes them anew, after a change that should change them.
"""

import tempfile
import zipfile
from pathlib import Path

import wrapsim_helpers as ws
from wrapsim_helpers.exchange.export_formats import FORMS

FOLDER = Path(__file__).parent / "golden"
# one listener with nine plays
RUN = {
    "num_users": 1,
    "start_time": "2025-03-29",
    "end_time": "2025-03-31",
    "seed": 79,
    "catalogue_tracks": 0,
    "formats": ["parquet"],
    "workers": 1,
}


def contents(folder):
    """What an export holds: name -> bytes, with the files in its zip instead of the zip."""
    files = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                files |= {name: archive.read(name) for name in archive.namelist()}
        elif path.name not in (".wrapsim-files.json", "report.json"):
            files[path.name] = path.read_bytes()
    return files


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(**RUN, out_dir=Path(folder) / "run")
        for form in FORMS:
            (export,) = ws.write_exports(run_dir, Path(folder) / "out", form=form, workers=1)
            for name, data in contents(export).items():
                path = FOLDER / form / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
