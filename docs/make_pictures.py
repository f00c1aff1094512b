"""Draws the pictures of the README from the bundled data: `python docs/make_pictures.py`."""

import tempfile
from pathlib import Path

import wrapsim_helpers as ws
from wrapsim_helpers.cards import contact_sheet

HERE = Path(__file__).parent
SHOWN = ("summary", "minutes", "top_songs", "listening_clock")

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(100, out_dir=Path(folder) / "run", formats="parquet")
        cards = {card.name: card for card in ws.make_cards(ws.tell_story(run_dir))}
        sheet = contact_sheet([[cards[name] for name in SHOWN]], width=300)
        sheet.quantize(128).save(HERE / "cards.png", optimize=True)
        chart = ws.finish(ws.draw_leaving(ws.crowd_leaving(ws.heard_of(run_dir)).execute()))
        (HERE / "leaving.png").write_bytes(chart.png)
