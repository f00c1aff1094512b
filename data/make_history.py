"""Makes the bundled sample of somebody's own history: `history/my_spotify_data.zip`.

    python data/make_history.py

The listener, the songs and the plays are invented: wrapsim simulates three years of one listener
and exports them as Spotify's extended streaming history. The same version of wrapsim writes the
same bytes.
"""

import shutil
import tempfile
from pathlib import Path

import wrapsim_helpers as ws

HERE = Path(__file__).resolve().parent
LISTENER = {"start_time": "2023-01-01", "end_time": "2026-01-01", "seed": 7, "workers": 1}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run = ws.simulate(1, **LISTENER, catalogue_tracks=0, out_dir=f"{folder}/run")
        (exported,) = ws.write_exports(run, f"{folder}/export", workers=1)
        shutil.copy(exported / "my_spotify_data.zip", HERE / "history")
