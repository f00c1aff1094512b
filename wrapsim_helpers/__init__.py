"""wrapsim: a year of music streaming, simulated, written as Avro and Parquet, and told as a
Wrapped.

`import wrapsim_helpers as ws`, then everything in `__all__` is at hand. Each name is imported when
it is first used, so that the import itself takes no time and nothing is imported that is not
needed.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers alone
    from .cards.card import card_folder, cards_in_rows, make_cards, write_cards
    from .cards.crowd import draw_place, draw_skip_rate
    from .cards.days import draw_calendar, draw_listening_clock, draw_longest_streak
    from .cards.summary import draw_summary
    from .cards.tops import draw_top_artists, draw_top_genres, draw_top_songs
    from .cards.volume import draw_minutes, draw_too_little
    from .charts.exploring import (
        draw_clock_against_plan,
        draw_crowd_hours,
        draw_genre_by_gender,
        draw_homes,
        draw_leaving,
        draw_pool_sizes,
        draw_two_groups,
        draw_volume,
        draw_what_if,
        draw_year,
    )
    from .charts.style import finish
    from .instants import whole_minutes
    from .listening.listen import listen
    from .listening.what_if import introduce, one_session, tell_change, what_if
    from .music.catalogue import build_catalogue, pool_sizes
    from .music.songs_file import load_songs
    from .parameters import Given, Run
    from .people.behaviour import Behaviour
    from .people.listeners import sample_listeners
    from .people.personas import load_personas
    from .people.survey_file import load_survey
    from .people.survey_shares import answer_shares, listener_types
    from .people.survey_weights import effective_sample_size, survey_weights
    from .realism.evidence import (
        draw_against_uniform,
        draw_artist_ranks,
        draw_contexts,
        draw_distinct_tracks,
        draw_endings,
        draw_evidence,
        draw_hours_held,
        draw_release_ages,
        draw_scores,
        draw_skips_by_age,
        draw_still_on,
        draw_volume_spread,
    )
    from .realism.measure import checked, measured, sampled
    from .realism.report import published_by, results_table, summary_of, tell_rules
    from .realism.scores import verdicts
    from .runs.again import again, latest_run, write_listener
    from .runs.effects import effects_of
    from .runs.in_memory import (
        generate_listening_session,
        generate_multiple_users_session,
        one_listener,
    )
    from .runs.opened import open_run
    from .runs.parts import make_part
    from .runs.plan import plan
    from .runs.rules import check_plays
    from .runs.show import show
    from .runs.simulate import continue_run, open_job, simulate
    from .runs.verify import verify
    from .schema import fingerprints, schema_ind, schema_table
    from .storage.avro_reading import read_plays_avro
    from .storage.manifest import read_manifest
    from .storage.outputs import output_folder
    from .storage.records import read_avro, records, sync_marker, write_avro
    from .storage.tables import read_parquet, read_table
    from .wrapped.counting import tables_in
    from .wrapped.crowd import crowd_hours, crowd_leaving, volume_by_plan
    from .wrapped.editions import window
    from .wrapped.everybody import everybody, write_everybody
    from .wrapped.periods import period_tables
    from .wrapped.story import Story, tell_story, write_summary

_NAMES = {
    "storage.avro_reading": ("read_plays_avro",),
    "people.behaviour": ("Behaviour",),
    "people.survey_shares": ("answer_shares", "listener_types"),
    "cards.card": ("card_folder", "cards_in_rows", "make_cards", "write_cards"),
    "realism.evidence": (
        "draw_against_uniform",
        "draw_artist_ranks",
        "draw_contexts",
        "draw_distinct_tracks",
        "draw_endings",
        "draw_evidence",
        "draw_hours_held",
        "draw_release_ages",
        "draw_scores",
        "draw_skips_by_age",
        "draw_still_on",
        "draw_volume_spread",
    ),
    "cards.days": ("draw_calendar", "draw_listening_clock", "draw_longest_streak"),
    "charts.exploring": (
        "draw_clock_against_plan",
        "draw_crowd_hours",
        "draw_genre_by_gender",
        "draw_homes",
        "draw_leaving",
        "draw_pool_sizes",
        "draw_two_groups",
        "draw_volume",
        "draw_what_if",
        "draw_year",
    ),
    "cards.volume": ("draw_minutes", "draw_too_little"),
    "cards.crowd": ("draw_place", "draw_skip_rate"),
    "cards.summary": ("draw_summary",),
    "cards.tops": ("draw_top_artists", "draw_top_genres", "draw_top_songs"),
    "charts.style": ("finish",),
    "instants": ("whole_minutes",),
    "music.catalogue": ("build_catalogue", "pool_sizes"),
    "runs.rules": ("check_plays",),
    "music.songs_file": ("load_songs",),
    "people.survey_file": ("load_survey",),
    "runs.effects": ("effects_of",),
    "storage.records": ("read_avro", "records", "sync_marker", "write_avro"),
    "storage.tables": ("read_parquet", "read_table"),
    "people.listeners": ("sample_listeners",),
    "storage.manifest": ("read_manifest",),
    "storage.outputs": ("output_folder",),
    "runs.show": ("show",),
    "people.personas": ("load_personas",),
    "realism.measure": ("checked", "measured", "sampled"),
    "realism.report": ("published_by", "results_table", "summary_of", "tell_rules"),
    "realism.scores": ("verdicts",),
    "parameters": ("Given", "Run"),
    "runs.again": ("again", "latest_run", "write_listener"),
    "runs.simulate": ("continue_run", "open_job", "simulate"),
    "runs.parts": ("make_part",),
    "runs.plan": ("plan",),
    "schema": ("fingerprints", "schema_ind", "schema_table"),
    "runs.in_memory": (
        "generate_listening_session",
        "generate_multiple_users_session",
        "one_listener",
    ),
    "listening.what_if": ("introduce", "one_session", "tell_change", "what_if"),
    "listening.listen": ("listen",),
    "people.survey_weights": ("effective_sample_size", "survey_weights"),
    "runs.verify": ("verify",),
    "wrapped.story": ("Story", "tell_story", "write_summary"),
    "wrapped.crowd": ("crowd_hours", "crowd_leaving", "volume_by_plan"),
    "wrapped.everybody": ("everybody", "write_everybody"),
    "wrapped.periods": ("period_tables",),
    "wrapped.counting": ("tables_in",),
    "runs.opened": ("open_run",),
    "wrapped.editions": ("window",),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}
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
