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
