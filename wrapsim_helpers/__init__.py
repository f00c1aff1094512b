"""wrapsim simulates a year of music streaming, writes it as Avro and Parquet, and draws it as
Wrapped cards.

After `import wrapsim_helpers as ws`, every name in `__all__` is an attribute of `ws`. Each name is
imported when it is first used, so the import itself is fast.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only for editors and type checkers
    from .batches.recorded import record
    from .cards.albums import draw_top_albums
    from .cards.archive import draw_archive
    from .cards.artist import draw_accolades, draw_artist_countries, draw_artist_year
    from .cards.card import card_folder, make_cards, make_squares, write_cards
    from .cards.country import draw_country_place, draw_stand_out
    from .cards.crowd import draw_place, draw_skip_rate
    from .cards.days import draw_calendar, draw_listening_clock, draw_longest_streak
    from .cards.energy import draw_energy
    from .cards.everybody import write_all_cards
    from .cards.evolution import draw_music_evolution
    from .cards.fans import draw_leaderboard, draw_sound_town
    from .cards.firsts import draw_discoveries, draw_first_song, draw_seasons, draw_world
    from .cards.genre_hours import draw_hourly_families
    from .cards.kept_songs import draw_kept_songs
    from .cards.moments import draw_milestones, draw_on_repeat
    from .cards.moods import draw_audio_aura, draw_audio_day
    from .cards.new_releases import draw_new_releases
    from .cards.number_one import draw_number_one
    from .cards.party import draw_party
    from .cards.pioneer import draw_pioneer
    from .cards.posters import draw_festival, draw_movie
    from .cards.race import draw_artist_race, draw_artist_streak, draw_peak_months
    from .cards.rare_artists import draw_rare_artists
    from .cards.recaps import draw_decade, draw_year_before
    from .cards.release_years import draw_listening_age, draw_oldest_song
    from .cards.rows import (
        cards_in_rows,
        cards_of_editions,
        cards_of_listeners,
        cards_of_party,
    )
    from .cards.similar import draw_blend, draw_missed_songs, draw_similar_listeners
    from .cards.story.page import show_story, write_story
    from .cards.summary import draw_summary
    from .cards.tastebreakers import draw_tastebreakers
    from .cards.top_song_quiz import draw_top_song_quiz
    from .cards.tops import draw_top_artists, draw_top_genres, draw_top_songs
    from .cards.two_truths import draw_two_truths
    from .cards.types import draw_character, draw_club, draw_personality
    from .cards.volume import draw_minutes, draw_too_little
    from .cards.whole_folder import untold_line, write_wrapped_folder
    from .cards.words import describe_story
    from .cards.years import draw_comebacks, draw_loyalty
    from .charts.crowd import (
        draw_crowd_hours,
        draw_effects,
        draw_homes,
        draw_leaving,
        draw_volume,
    )
    from .charts.explorer.crowd import explore_crowd
    from .charts.explorer.stories import explore_stories
    from .charts.explorer.year import explore_year
    from .charts.history import (
        draw_artists_by_year,
        draw_hours_by_year,
        draw_minutes_by_year,
        draw_skips_by_year,
        first_plays,
    )
    from .charts.in_crowd import draw_in_crowd
    from .charts.listener import (
        draw_clock_against_plan,
        draw_days,
        draw_other_years,
        draw_what_if,
        draw_year,
    )
    from .charts.record import describe_releases, draw_record
    from .charts.run_text import describe_checks, describe_effects, describe_files, file_table
    from .charts.sources import draw_genre_by_gender, draw_pool_sizes, draw_two_groups
    from .charts.style import finish
    from .charts.tables import explained, in_words, paragraph
    from .exchange.enriching import enriched
    from .exchange.exports import write_exports
    from .exchange.histories import History, load_history
    from .exchange.over_years import hours_table, years_table
    from .exchange.own_wrapped import compare_wrapped
    from .exchange.redaction import redacted
    from .exchange.telling import story_of_choices, tell_history
    from .instants import whole_minutes
    from .listening.listen import listen
    from .listening.other_years import other_years
    from .listening.what_if import (
        describe_change,
        describe_listener,
        one_session,
        profile_history,
        what_if,
    )
    from .music.catalogue import build_catalogue, pool_sizes
    from .music.songs_file import load_songs
    from .parameters import Given, Run
    from .people.behaviour import Behaviour
    from .people.listeners import sample_listeners
    from .people.personas import load_personas
    from .people.survey_file import load_survey
    from .people.survey_shares import listener_types, response_shares
    from .people.survey_weights import effective_sample_size, survey_weights
    from .realism.evidence import (
        draw_against_uniform,
        draw_artist_ranks,
        draw_contexts,
        draw_distinct_tracks,
        draw_endings,
        draw_evidence,
        draw_hours_held,
        draw_judged,
        draw_release_ages,
        draw_scores,
        draw_skips_by_age,
        draw_still_on,
        draw_taste_overlap,
        draw_volume_spread,
    )
    from .realism.explore_figures import explore_figures
    from .realism.judged import describe_judged, misses_table
    from .realism.measure import checked, measured, sampled
    from .realism.reported import draw_reported
    from .realism.results_text import published_by, results_table, summary_of, tell_rules
    from .realism.scores import verdicts
    from .runs.again import again, latest_run, write_listener
    from .runs.effects import effects_of
    from .runs.in_memory import (
        generate_listening_session,
        generate_multiple_users_session,
        one_listener,
    )
    from .runs.opened import open_run, read_manifest, read_parquet, read_table
    from .runs.parts import make_part
    from .runs.plan import plan
    from .runs.rules import check_plays
    from .runs.show import show
    from .runs.simulate import continue_run, open_job, simulate
    from .runs.verify import verify
    from .schema import fingerprints, part_of_schema, schema_ind, schema_table
    from .storage.avro_reading import read_plays_avro
    from .storage.outputs import output_folder
    from .storage.records import read_avro, records, sync_marker, write_avro
    from .wrapped.artist_year import tell_artist
    from .wrapped.blend import blend
    from .wrapped.by_day import minutes_by_day
    from .wrapped.contrasts import contrasting_listeners, minutes_and_genre
    from .wrapped.counting import Rules, tables_in
    from .wrapped.crowd import crowd_hours, crowd_leaving, listener_hours, volume_by_plan
    from .wrapped.editions import window
    from .wrapped.everybody import everybody, write_everybody
    from .wrapped.party import party
    from .wrapped.periods import period_tables
    from .wrapped.retelling import tell_editions, tell_stories
    from .wrapped.story import Story, tell_story
    from .wrapped.summary import write_summary
    from .wrapped.wrapped_file import write_wrapped

_MODULE_OF = {  # name -> module, grouped as the notebooks use them
    # 00 data preparation: the source files, and the listeners drawn from them
    "load_survey": "people.survey_file",
    "load_songs": "music.songs_file",
    "survey_weights": "people.survey_weights",
    "effective_sample_size": "people.survey_weights",
    "listener_types": "people.survey_shares",
    "response_shares": "people.survey_shares",
    "build_catalogue": "music.catalogue",
    "pool_sizes": "music.catalogue",
    "load_personas": "people.personas",
    "Run": "parameters",
    "Given": "parameters",
    "Behaviour": "people.behaviour",
    "sample_listeners": "people.listeners",
    "draw_homes": "charts.crowd",
    "draw_two_groups": "charts.sources",
    "draw_genre_by_gender": "charts.sources",
    "draw_pool_sizes": "charts.sources",
    # 01 schema: the record, as Avro
    "schema_ind": "schema",
    "schema_table": "schema",
    "part_of_schema": "schema",
    "draw_record": "charts.record",
    "describe_releases": "charts.record",
    "fingerprints": "schema",
    "records": "storage.records",
    "write_avro": "storage.records",
    "read_avro": "storage.records",
    "read_plays_avro": "storage.avro_reading",
    "sync_marker": "storage.records",
    # 02 single user: one listener, in memory
    "one_listener": "runs.in_memory",
    "listen": "listening.listen",
    "what_if": "listening.what_if",
    "describe_listener": "listening.what_if",
    "profile_history": "listening.what_if",
    "one_session": "listening.what_if",
    "describe_change": "listening.what_if",
    "generate_listening_session": "runs.in_memory",
    "generate_multiple_users_session": "runs.in_memory",
    "write_listener": "runs.again",
    "check_plays": "runs.rules",
    "draw_year": "charts.listener",
    "draw_days": "charts.listener",
    "draw_clock_against_plan": "charts.listener",
    "draw_what_if": "charts.listener",
    "other_years": "listening.other_years",
    "draw_other_years": "charts.listener",
    "explore_year": "charts.explorer.year",
    # 03 multiple users: runs on disk or in a store
    "plan": "runs.plan",
    "simulate": "runs.simulate",
    "continue_run": "runs.simulate",
    "open_job": "runs.simulate",
    "make_part": "runs.parts",
    "again": "runs.again",
    "show": "runs.show",
    "verify": "runs.verify",
    "latest_run": "runs.again",
    "read_manifest": "runs.opened",
    "open_run": "runs.opened",
    "read_parquet": "runs.opened",
    "read_table": "runs.opened",
    "effects_of": "runs.effects",
    "volume_by_plan": "wrapped.crowd",
    "crowd_hours": "wrapped.crowd",
    "listener_hours": "wrapped.crowd",
    "crowd_leaving": "wrapped.crowd",
    "draw_volume": "charts.crowd",
    "draw_crowd_hours": "charts.crowd",
    "draw_leaving": "charts.crowd",
    "explore_crowd": "charts.explorer.crowd",
    "draw_effects": "charts.crowd",
    "describe_effects": "charts.run_text",
    "describe_checks": "charts.run_text",
    "file_table": "charts.run_text",
    "describe_files": "charts.run_text",
    # 04 wrapped: insights, stories and cards
    "minutes_by_day": "wrapped.by_day",
    "tell_story": "wrapped.story",
    "tell_editions": "wrapped.retelling",
    "tell_stories": "wrapped.retelling",
    "Rules": "wrapped.counting",
    "Story": "wrapped.story",
    "write_summary": "wrapped.summary",
    "write_wrapped": "wrapped.wrapped_file",
    "tell_artist": "wrapped.artist_year",
    "blend": "wrapped.blend",
    "party": "wrapped.party",
    "contrasting_listeners": "wrapped.contrasts",
    "minutes_and_genre": "wrapped.contrasts",
    "everybody": "wrapped.everybody",
    "write_everybody": "wrapped.everybody",
    "period_tables": "wrapped.periods",
    "tables_in": "wrapped.counting",
    "window": "wrapped.editions",
    "describe_story": "cards.words",
    "explained": "charts.tables",
    "draw_in_crowd": "charts.in_crowd",
    "make_cards": "cards.card",
    "make_squares": "cards.card",
    "write_cards": "cards.card",
    "write_all_cards": "cards.everybody",
    "card_folder": "cards.card",
    "cards_in_rows": "cards.rows",
    "cards_of_editions": "cards.rows",
    "cards_of_listeners": "cards.rows",
    "cards_of_party": "cards.rows",
    "show_story": "cards.story.page",
    "write_story": "cards.story.page",
    "explore_stories": "charts.explorer.stories",
    "whole_minutes": "instants",
    "draw_minutes": "cards.volume",
    "draw_top_songs": "cards.tops",
    "draw_top_artists": "cards.tops",
    "draw_top_genres": "cards.tops",
    "draw_listening_clock": "cards.days",
    "draw_calendar": "cards.days",
    "draw_longest_streak": "cards.days",
    "draw_skip_rate": "cards.crowd",
    "draw_place": "cards.crowd",
    "draw_top_albums": "cards.albums",
    "draw_number_one": "cards.number_one",
    "draw_artist_race": "cards.race",
    "draw_peak_months": "cards.race",
    "draw_artist_streak": "cards.race",
    "draw_first_song": "cards.firsts",
    "draw_discoveries": "cards.firsts",
    "draw_seasons": "cards.firsts",
    "draw_world": "cards.firsts",
    "draw_oldest_song": "cards.release_years",
    "draw_listening_age": "cards.release_years",
    "draw_audio_aura": "cards.moods",
    "draw_audio_day": "cards.moods",
    "draw_music_evolution": "cards.evolution",
    "draw_archive": "cards.archive",
    "draw_similar_listeners": "cards.similar",
    "draw_missed_songs": "cards.similar",
    "draw_blend": "cards.similar",
    "draw_party": "cards.party",
    "draw_personality": "cards.types",
    "draw_character": "cards.types",
    "draw_club": "cards.types",
    "draw_leaderboard": "cards.fans",
    "draw_sound_town": "cards.fans",
    "draw_loyalty": "cards.years",
    "draw_comebacks": "cards.years",
    "draw_decade": "cards.recaps",
    "draw_year_before": "cards.recaps",
    "draw_new_releases": "cards.new_releases",
    "draw_two_truths": "cards.two_truths",
    "draw_top_song_quiz": "cards.top_song_quiz",
    "draw_on_repeat": "cards.moments",
    "draw_milestones": "cards.moments",
    "draw_movie": "cards.posters",
    "draw_tastebreakers": "cards.tastebreakers",
    "draw_festival": "cards.posters",
    "draw_pioneer": "cards.pioneer",
    "draw_rare_artists": "cards.rare_artists",
    "draw_country_place": "cards.country",
    "draw_hourly_families": "cards.genre_hours",
    "draw_energy": "cards.energy",
    "draw_stand_out": "cards.country",
    "draw_kept_songs": "cards.kept_songs",
    "draw_artist_year": "cards.artist",
    "draw_artist_countries": "cards.artist",
    "draw_accolades": "cards.artist",
    "draw_summary": "cards.summary",
    "draw_too_little": "cards.volume",
    "write_exports": "exchange.exports",
    # 06 your own history: what services and players export
    "load_history": "exchange.histories",
    "History": "exchange.histories",
    "tell_history": "exchange.telling",
    "story_of_choices": "exchange.telling",
    "enriched": "exchange.enriching",
    "redacted": "exchange.redaction",
    "compare_wrapped": "exchange.own_wrapped",
    "write_wrapped_folder": "cards.whole_folder",
    "untold_line": "cards.whole_folder",
    "years_table": "exchange.over_years",
    "hours_table": "exchange.over_years",
    "draw_minutes_by_year": "charts.history",
    "draw_artists_by_year": "charts.history",
    "draw_hours_by_year": "charts.history",
    "draw_skips_by_year": "charts.history",
    "first_plays": "charts.history",
    # 05 realism: the log compared with published figures
    "sampled": "realism.measure",
    "measured": "realism.measure",
    "checked": "realism.measure",
    "verdicts": "realism.scores",
    "results_table": "realism.results_text",
    "summary_of": "realism.results_text",
    "tell_rules": "realism.results_text",
    "published_by": "realism.results_text",
    "draw_reported": "realism.reported",
    "draw_scores": "realism.evidence",
    "draw_judged": "realism.evidence",
    "describe_judged": "realism.judged",
    "misses_table": "realism.judged",
    "explore_figures": "realism.explore_figures",
    "draw_against_uniform": "realism.evidence",
    "draw_evidence": "realism.evidence",
    "draw_still_on": "realism.evidence",
    "draw_endings": "realism.evidence",
    "draw_skips_by_age": "realism.evidence",
    "draw_hours_held": "realism.evidence",
    "draw_volume_spread": "realism.evidence",
    "draw_contexts": "realism.evidence",
    "draw_release_ages": "realism.evidence",
    "draw_artist_ranks": "realism.evidence",
    "draw_distinct_tracks": "realism.evidence",
    "draw_taste_overlap": "realism.evidence",
    # every notebook
    "finish": "charts.style",
    "in_words": "charts.tables",
    "paragraph": "charts.tables",
    "output_folder": "storage.outputs",
    "record": "batches.recorded",
}
__all__ = list(_MODULE_OF)


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(
            f"wrapsim_helpers has no {name!r}; it has: {', '.join(sorted(__all__))}"
        )
    globals()[name] = getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *__all__})
