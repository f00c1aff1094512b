"""wrapsim: a year of music streaming, simulated, written as Avro and Parquet, and told as a Wrapped.

`import wrapsim_helpers as ws`, then everything in `__all__` is at hand. Each name is imported when it is first used, so
that the import itself takes no time and nothing is imported that is not needed.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:                    # for editors and type checkers alone
    from .cards.card import *  # noqa: F403
    from .cards.crowd import *  # noqa: F403
    from .cards.days import *  # noqa: F403
    from .cards.summary import *  # noqa: F403
    from .cards.tops import *  # noqa: F403
    from .cards.volume import *  # noqa: F403
    from .charts.exploring import *  # noqa: F403
    from .charts.style import *  # noqa: F403
    from .listening.listen import *  # noqa: F403
    from .listening.what_if import *  # noqa: F403
    from .music.catalogue import *  # noqa: F403
    from .music.songs_file import *  # noqa: F403
    from .parameters import *  # noqa: F403
    from .people.behaviour import *  # noqa: F403
    from .people.listeners import *  # noqa: F403
    from .people.personas import *  # noqa: F403
    from .people.survey_file import *  # noqa: F403
    from .people.survey_shares import *  # noqa: F403
    from .people.survey_weights import *  # noqa: F403
    from .realism.evidence import *  # noqa: F403
    from .realism.measure import *  # noqa: F403
    from .realism.report import *  # noqa: F403
    from .realism.scores import *  # noqa: F403
    from .runs.again import *  # noqa: F403
    from .runs.effects import *  # noqa: F403
    from .runs.in_memory import *  # noqa: F403
    from .runs.opened import *  # noqa: F403
    from .runs.parts import *  # noqa: F403
    from .runs.plan import *  # noqa: F403
    from .runs.rules import *  # noqa: F403
    from .runs.show import *  # noqa: F403
    from .runs.simulate import *  # noqa: F403
    from .runs.verify import *  # noqa: F403
    from .schema import *  # noqa: F403
    from .storage.avro_reading import *  # noqa: F403
    from .storage.manifest import *  # noqa: F403
    from .storage.outputs import *  # noqa: F403
    from .storage.records import *  # noqa: F403
    from .storage.tables import *  # noqa: F403
    from .wrapped.counting import *  # noqa: F403
    from .wrapped.crowd import *  # noqa: F403
    from .wrapped.editions import *  # noqa: F403
    from .wrapped.everybody import *  # noqa: F403
    from .wrapped.story import *  # noqa: F403

_NAMES = {
    "storage.avro_reading": ("read_plays_avro",),
    "people.behaviour": ("Behaviour",),
    "people.survey_shares": ("answer_shares", "listener_types"),
    "cards.card": ("card_folder", "cards_in_rows", "make_cards", "write_cards"),
    "realism.evidence": ("draw_against_uniform", "draw_artist_ranks", "draw_contexts",
                         "draw_distinct_tracks", "draw_endings", "draw_evidence",
                         "draw_hours_held", "draw_release_ages", "draw_scores",
                         "draw_skips_by_age", "draw_still_on", "draw_volume_spread"),
    "cards.days": ("draw_calendar", "draw_listening_clock", "draw_longest_streak"),
    "charts.exploring": ("draw_clock_against_plan", "draw_crowd_hours", "draw_genre_by_gender",
                         "draw_homes", "draw_leaving", "draw_pool_sizes", "draw_two_groups",
                         "draw_volume", "draw_what_if", "draw_year"),
    "cards.volume": ("draw_minutes", "draw_too_little"),
    "cards.crowd": ("draw_place", "draw_skip_rate"),
    "cards.summary": ("draw_summary",),
    "cards.tops": ("draw_top_artists", "draw_top_genres", "draw_top_songs"),
    "charts.style": ("finish",),
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
    "runs.in_memory": ("generate_listening_session", "generate_multiple_users_session",
                       "one_listener"),
    "listening.what_if": ("introduce", "one_session", "tell_change", "what_if"),
    "listening.listen": ("listen",),
    "people.survey_weights": ("effective_sample_size", "survey_weights"),
    "runs.verify": ("verify",),
    "wrapped.story": ("Story", "tell_story", "write_summary"),
    "wrapped.crowd": ("crowd_hours", "crowd_leaving", "volume_by_plan"),
    "wrapped.everybody": ("everybody", "heard_of", "write_everybody"),
    "wrapped.counting": ("heard_in",),
    "runs.opened": ("open_run",),
    "wrapped.editions": ("window",),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}
__all__ = list(_MODULE_OF)


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"wrapsim_helpers has no {name!r}; it has: {', '.join(sorted(__all__))}")
    globals()[name] = getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *__all__})

