"""Cards against saving an empty figure of their size: at most 2.5 times as long on average."""

import io
import tempfile
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import wrapsim_helpers as ws
from wrapsim_helpers.cards.card import card_names, make_card

from .timing import in_turn


def save_empty():
    """Save an empty figure of 1080 x 1920 px as PNG, in memory."""
    figure = Figure(figsize=(5.4, 9.6), dpi=200)
    FigureCanvasAgg(figure)
    figure.savefig(io.BytesIO(), dpi=200)


def measure():
    """[(claim, measured ratio, gate, detail)], one row per card and the mean of all"""
    with tempfile.TemporaryDirectory() as folder:
        story = ws.tell_story(
            ws.simulate(100, end_time="2025-05-01", out_dir=Path(folder) / "run", formats="parquet")
        )
    names = card_names(story)
    empty, *cards = in_turn(
        save_empty, *(lambda name=name: make_card(name, story) for name in names)
    )
    rows = [
        (f"card {name} / empty figure, seconds", seconds / empty, -4, f"{1000 * seconds:.0f} ms")
        for name, seconds in zip(names, cards)
    ]
    mean = sum(cards) / len(cards)
    return [
        *rows,
        (
            "a card on average / empty figure, seconds",
            mean / empty,
            -2.5,
            f"{1000 * mean:.0f} ms against {1000 * empty:.0f} ms",
        ),
    ]
