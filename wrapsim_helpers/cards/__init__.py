"""Cards and charts: one drawing per insight."""

from .card import CARDS, Card, card_folder, cards_in_rows, contact_sheet, make_card, make_cards, write_cards
from .charts import band, chart, finish, note, side_by_side
from .crowd import draw_place, draw_skip_rate
from .days import draw_calendar, draw_listening_clock, draw_longest_streak
from .evidence import (draw_against_uniform, draw_artist_ranks, draw_contexts, draw_distinct_tracks, draw_endings, draw_evidence,
                       draw_hours_held, draw_release_ages, draw_scores, draw_skips_by_age, draw_still_on, draw_volume_spread)
from .plots import (draw_clock_against_plan, draw_crowd_hours, draw_genre_by_gender, draw_homes, draw_leaving, draw_pool_sizes,
                    draw_two_groups, draw_volume, draw_what_if, draw_year)
from .summary import draw_summary
from .themes import THEMES
from .tops import draw_top_artists, draw_top_genres, draw_top_songs
from .volume import draw_minutes, draw_too_little

__all__ = [
    "CARDS", "THEMES", "Card", "band", "card_folder", "cards_in_rows", "chart", "contact_sheet", "draw_calendar",
    "draw_listening_clock", "draw_longest_streak", "draw_minutes", "draw_place", "draw_skip_rate", "draw_summary",
    "draw_too_little", "draw_top_artists", "draw_top_genres", "draw_top_songs", "finish", "make_card", "make_cards",
    "note", "side_by_side", "write_cards",
]  # fmt: skip
