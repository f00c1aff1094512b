"""Insights: what a year of listening says, as pure Ibis expressions over the tables of a run."""

from .crowd import crowd_hours, crowd_leaving, volume_by_plan
from .days import calendar, listening_clock, longest_streak
from .everybody import INSIGHTS, everybody, heard_of, open_run, write_everybody
from .rules import DEFAULTS, EDITIONS, MIN_ARTISTS, MIN_TRACKS, Heard, heard_in, too_little, window, with_plays
from .story import Story, tell_story, write_summary
from .tops import monthly_genres, top_artists, top_genres, top_songs
from .volume import minutes, place, skip_rate
