"""Cards: one drawing per insight."""

from .card import (
    CARDS,
    Card,
    card_folder,
    contact_sheet,
    make_card,
    make_cards,
    make_squares,
    write_cards,
)
from .everybody import write_all_cards
from .rows import cards_in_rows, cards_of_editions, cards_of_listeners, cards_of_party
from .themes import THEMES
