"""The story: one listener's cards as a page that plays them."""

from .page import show_story, write_story
