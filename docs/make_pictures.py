"""Draws the pictures of the README from the bundled data: `python docs/make_pictures.py`."""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import wrapsim_helpers as ws
from wrapsim_helpers.cards import contact_sheet
from wrapsim_helpers.cards.card import make_card

# file -> two rows of (number of the contrasting listener, card); neighbours differ in ground
SHOWN = {
    "cards.png": (
        (
            (0, "summary"),
            (1, "minutes"),
            (4, "top_songs"),
            (2, "top_artists"),
            (3, "top_genres"),
        ),
        (
            (4, "music_evolution"),
            (3, "listening_age"),
            (2, "audio_aura"),
            (0, "longest_streak"),
            (3, "world"),
        ),
    ),
    "gallery.png": (
        (
            (1, "artist_race"),
            (3, "discoveries"),
            (0, "movie"),
            (4, "festival"),
            (2, "listening_clock"),
        ),
        (
            (3, "calendar"),
            (1, "character"),
            (2, "new_releases"),
            (4, "seasons"),
            (0, "personality"),
        ),
    ),
}
GAP = 12  # pixels between two cards, transparent


def sheet_of(shown, stories):
    """Rows of cards, as in SHOWN, a PIL image of 300 pixels a card."""
    rows = [[make_card(name, stories[number]) for number, name in row] for row in shown]
    sheet = contact_sheet(rows, width=300, gap=GAP)
    sheet.putalpha(mask_of(sheet.size, len(shown[0]), len(shown)))
    return sheet


def write_sheets(run_dir, folder):
    """Write each sheet of SHOWN into a folder, from listeners of a run who differ most."""
    stories = ws.tell_stories(run_dir, ws.contrasting_listeners(run_dir)["listener_id"])
    for name, shown in SHOWN.items():
        sheet_of(shown, stories).save(folder / name, optimize=True)


def mask_of(size, n_columns, n_rows):
    """The alpha channel of a sheet: opaque cards, transparent gaps. size: of the sheet, pixels"""
    columns, rows = (
        (np.arange(pixels) % ((pixels - GAP) // n) >= GAP) & (np.arange(pixels) < pixels - GAP)
        for pixels, n in zip(size, (n_columns, n_rows))
    )
    return Image.fromarray(np.outer(rows, columns).astype(np.uint8) * 255)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(100, out_dir=Path(folder) / "run", formats="parquet")
        write_sheets(run_dir, Path(__file__).parent)
