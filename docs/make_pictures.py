"""Draws the picture of the README from the bundled data: `python docs/make_pictures.py`."""

import tempfile
from pathlib import Path

from matplotlib.colors import to_rgb

import wrapsim_helpers as ws
from wrapsim_helpers.cards import contact_sheet
from wrapsim_helpers.cards.card import few_colours
from wrapsim_helpers.cards.themes import CORAL, INK, MINT, PAPER, SUN

SHOWN = ("summary", "minutes", "top_songs", "listening_clock")
FLAT = [[round(255 * part) for part in to_rgb(name)] for name in (INK, PAPER, CORAL, SUN, MINT)]

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(100, out_dir=Path(folder) / "run", formats="parquet")
        cards = {card.name: card for card in ws.make_cards(ws.tell_story(run_dir))}
        sheet = contact_sheet([[cards[name] for name in SHOWN]], width=300)
        few_colours(sheet, FLAT).save(Path(__file__).parent / "cards.png", optimize=True)
