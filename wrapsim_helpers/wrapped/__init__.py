"""Insights: questions about a year of listening, as Ibis expressions over the tables of a run."""

from .artist_year import tell_artist
from .blend import blend
from .contrasts import contrasting_listeners, minutes_and_genre
from .counting import PeriodTables, Rules, tables_in, too_little
from .crowd import crowd_hours, crowd_leaving, listener_hours, volume_by_plan
from .days import calendar, listening_clock, longest_streak
from .editions import EDITIONS, Edition, window
from .everybody import everybody, write_everybody
from .insight import Insight, Tally
from .insights import INSIGHTS, TALLIES
from .party import party
from .periods import period_tables
from .retelling import tell_editions, tell_stories
from .similar import missed_songs, similar_listeners
from .story import Story, tell_story
from .summary import write_summary
from .tops import monthly_families, monthly_genres, top_artists, top_families, top_genres, top_songs
from .volume import minutes, place, skip_rate
from .wrapped_file import write_wrapped
from .years import comebacks, loyalty
