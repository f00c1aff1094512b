"""Cards: one drawing per insight."""

from .card import (
    CARDS,
    Card,
    card_folder,
    cards_in_rows,
    contact_sheet,
    make_card,
    make_cards,
    make_squares,
    write_cards,
)
from .everybody import write_all_cards
from .themes import THEMES
