"""wrapsim: a year of music streaming, simulated, written as Avro and Parquet, and told as a Wrapped.

`import wrapsim_helpers as ws`, then everything in `__all__` is at hand. What draws and what queries is imported at
first use, so that a simulation alone starts at once.
"""

import importlib

from .avro import read_plays_avro
from .behaviour import Behaviour, answer_shares, listener_types
from .catalogue import build_catalogue, pool_sizes
from .checks import check_plays
from .datasets import load_songs, load_survey
from .files import read_avro, read_manifest, read_parquet, read_table, records, sync_marker, write_avro
from .listeners import sample_listeners
from .personas import load_personas
from .run import Given, Run
from .schema import fingerprints, schema_ind, schema_table
from .simulate import (generate_listening_session, generate_multiple_users_session, introduce, listen, one_listener, one_session,
                       tell_change, what_if)
from .survey import effective_sample_size, survey_weights
from .outputs import output_folder
from .runs import again, continue_run, latest_run, make_part, open_job, plan, show, simulate, write_listener
from .verify import verify

_LATER = {"wrapped": ("tell_story", "Story", "open_run", "everybody", "write_everybody", "heard_in", "heard_of", "window", "crowd_hours", "crowd_leaving",
                      "volume_by_plan", "write_summary"),
          "effects": ("effects_of",),
          "realism": ("sampled", "measured", "checked", "published_by", "results_table", "summary_of", "tell_rules", "verdicts"),
          "cards": ("card_folder", "make_cards", "write_cards", "cards_in_rows", "finish")}   # and every draw_...
_MODULE_OF = {name: module for module, names in _LATER.items() for name in names}
__all__ = ["Behaviour", "Given", "Run", "again", "answer_shares", "build_catalogue", "check_plays", "continue_run", "effective_sample_size", "fingerprints",
           "generate_listening_session", "generate_multiple_users_session", "introduce", "latest_run", "listen", "listener_types", "load_songs",
           "load_personas", "load_survey", "make_part", "one_listener", "one_session", "open_job", "output_folder", "plan", "pool_sizes", "read_avro", "read_manifest",
           "read_parquet", "read_plays_avro", "read_table", "records", "sample_listeners", "schema_ind", "schema_table", "show", "simulate", "survey_weights", "sync_marker",
           "tell_change", "verify", "what_if", "write_avro", "write_listener", *_MODULE_OF]


def __getattr__(name):
    if name.startswith("draw_"):
        return getattr(importlib.import_module(".cards", __name__), name)
    if name not in _MODULE_OF:
        raise AttributeError(f"wrapsim_helpers has no {name!r}; it has: {', '.join(sorted(__all__))}")
    return getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
