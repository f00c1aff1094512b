"""Cards: one drawing per insight."""

from .card import (
    CARDS,
    Card,
    card_folder,
    cards_in_rows,
    contact_sheet,
    make_card,
    make_cards,
    write_cards,
)
from .crowd import draw_place, draw_skip_rate
from .days import draw_calendar, draw_listening_clock, draw_longest_streak
from .summary import draw_summary
from .themes import THEMES
from .tops import draw_top_artists, draw_top_genres, draw_top_songs
from .volume import draw_minutes, draw_too_little

__all__ = [
    "CARDS",
    "THEMES",
    "Card",
    "card_folder",
    "cards_in_rows",
    "contact_sheet",
    "draw_calendar",
    "draw_listening_clock",
    "draw_longest_streak",
    "draw_minutes",
    "draw_place",
    "draw_skip_rate",
    "draw_summary",
    "draw_too_little",
    "draw_top_artists",
    "draw_top_genres",
    "draw_top_songs",
    "make_card",
    "make_cards",
    "write_cards",
]
