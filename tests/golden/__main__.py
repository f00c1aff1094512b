"""`python -m tests.golden` writes the golden files anew, after a change that should change data
sets.
"""

import json
import tempfile
from pathlib import Path

import wrapsim_helpers as ws

from ..test_golden import FOLDER, GOLDEN, column_hashes

if __name__ == "__main__":
    for name, parameters in GOLDEN.items():
        with tempfile.TemporaryDirectory() as folder:
            run_dir = ws.simulate(**parameters, out_dir=Path(folder) / "run", workers=1)
            hashes = column_hashes(run_dir)
        (FOLDER / f"{name}.json").write_text(json.dumps(hashes, indent=1) + "\n")
    print("Golden files written. Add a line 'datasets change' to CHANGELOG.md.")
