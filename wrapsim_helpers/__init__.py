"""wrapsim: a year of music streaming, simulated, written as Avro and Parquet, and told as a Wrapped.

`import wrapsim_helpers as ws`, then everything in `__all__` is at hand. Each name is imported when it is first used, so
that the import itself takes no time and nothing is imported that is not needed.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:                    # for editors and type checkers alone
    from .avro import *              # noqa: F403
    from .behaviour import *         # noqa: F403
    from .cards import *             # noqa: F403
    from .catalogue import *         # noqa: F403
    from .checks import *            # noqa: F403
    from .datasets import *          # noqa: F403
    from .effects import *           # noqa: F403
    from .files import *             # noqa: F403
    from .listeners import *         # noqa: F403
    from .manifest import *          # noqa: F403
    from .outputs import *           # noqa: F403
    from .overview import *          # noqa: F403
    from .personas import *          # noqa: F403
    from .realism import *           # noqa: F403
    from .run import *               # noqa: F403
    from .runs import *              # noqa: F403
    from .schema import *            # noqa: F403
    from .simulate import *          # noqa: F403
    from .survey import *            # noqa: F403
    from .verify import *            # noqa: F403
    from .wrapped import *           # noqa: F403

_NAMES = {
    "avro": ("read_plays_avro",),
    "behaviour": ("Behaviour", "answer_shares", "listener_types"),
    "cards": ("card_folder", "cards_in_rows", "draw_against_uniform", "draw_artist_ranks", "draw_calendar",
              "draw_clock_against_plan", "draw_contexts", "draw_crowd_hours", "draw_distinct_tracks", "draw_endings",
              "draw_evidence", "draw_genre_by_gender", "draw_homes", "draw_hours_held", "draw_leaving",
              "draw_listening_clock", "draw_longest_streak", "draw_minutes", "draw_place", "draw_pool_sizes",
              "draw_release_ages", "draw_scores", "draw_skip_rate", "draw_skips_by_age", "draw_still_on",
              "draw_summary", "draw_too_little", "draw_top_artists", "draw_top_genres", "draw_top_songs",
              "draw_two_groups", "draw_volume", "draw_volume_spread", "draw_what_if", "draw_year", "finish",
              "make_cards", "write_cards"),
    "catalogue": ("build_catalogue", "pool_sizes"),
    "checks": ("check_plays",),
    "datasets": ("load_songs", "load_survey"),
    "effects": ("effects_of",),
    "files": ("read_avro", "read_parquet", "read_table", "records", "sync_marker", "write_avro"),
    "listeners": ("sample_listeners",),
    "manifest": ("read_manifest",),
    "outputs": ("output_folder",),
    "overview": ("show",),
    "personas": ("load_personas",),
    "realism": ("checked", "measured", "published_by", "results_table", "sampled", "summary_of", "tell_rules", "verdicts"),
    "run": ("Given", "Run"),
    "runs": ("again", "continue_run", "latest_run", "make_part", "open_job", "plan", "simulate",
             "write_listener"),
    "schema": ("fingerprints", "schema_ind", "schema_table"),
    "simulate": ("generate_listening_session", "generate_multiple_users_session", "introduce", "listen", "one_listener",
                 "one_session", "tell_change", "what_if"),
    "survey": ("effective_sample_size", "survey_weights"),
    "verify": ("verify",),
    "wrapped": ("Story", "crowd_hours", "crowd_leaving", "everybody", "heard_in", "heard_of", "open_run", "tell_story",
                "volume_by_plan", "window", "write_everybody", "write_summary"),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}
__all__ = list(_MODULE_OF)


class _FrontDoor(ModuleType):
    """This package: importing its modules `simulate` and `verify` does not hide the functions of the same names."""

    def __setattr__(self, name, value):
        if name not in _MODULE_OF or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"wrapsim_helpers has no {name!r}; it has: {', '.join(sorted(__all__))}")
    globals()[name] = getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _FrontDoor
