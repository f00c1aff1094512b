"""Compare each declared effect of a run, as requested, with the effect observed in its tables.

A run declares that age, plan, gender, device, context, personas and cohorts change named parameters
of `Behaviour`, and by how much. This module measures each effect in the log, without using the
model's internals: a factor on minutes as a ratio of minutes per day, a factor on leaving as a ratio
of plays left per second played, a share as a share. The intervals treat each listener (or, among
many, each of CLUSTERS groups of listeners) as one observation, since a listener's plays resemble
each other.
"""

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from ..checking import front_door
from ..interrupts import saying, unchanged
from ..parameters import run_of
from ..people.behaviour import Behaviour
from .effect_tables import MOST_PLAYS, effect_tables
from .effects_on_groups import group_effects
from .effects_on_leaving import leaving_effects
from .effects_on_minutes import minutes_effects
from .effects_on_plans import plan_effects
from .effects_on_taste import taste_effects
from .opened import open_run

MEASURED = (minutes_effects, leaving_effects, plan_effects, taste_effects, group_effects)
COLUMNS = ("effect", "requested", "observed", "low", "high", "n_listeners", "measure")


@front_door
@saying(unchanged)
def effects_of(run_dir, behaviour: Behaviour = Behaviour()):
    """Does the log show the effects that were requested? A row per declared effect.

    run_dir    folder of a finished run
    behaviour  the parameters of the run, before personas and cohorts change them
    Returns    DataFrame: effect; requested and observed (a factor, a share or a number, see
               measure); low, high: the 95 % interval of observed; n_listeners: listeners that this
               row looks at; measure: what was measured, in words; holds: "yes" if the interval
               contains requested, "no" if it does not, "not seen" if observed is missing. One
               effect in twenty is "no" by chance. Observed is missing if the log has too few plays
               or does not show the parameter directly. Its attrs["looked_at"] says how many of the
               run's listeners were looked at, a sentence.
    """
    opened = open_run(run_dir)
    tables = effect_tables(opened)
    steps = tqdm(MEASURED, desc="effects", unit="step")
    result = pd.DataFrame(
        [row for effects in steps for row in effects(tables, behaviour)], columns=COLUMNS
    )
    inside = (result["low"] <= result["requested"]) & (result["requested"] <= result["high"])
    unseen = result[["requested", "observed"]].isna().any(axis=1)
    result = result.assign(holds=np.select([unseen, inside], ["not seen", "yes"], "no"))
    result.attrs["looked_at"] = looked_at(tables, run_of(opened.manifest["identity"]).num_users)
    return result


def looked_at(tables, n):
    """How many of a run's n listeners were looked at, a sentence."""
    seen = len(tables.listeners)
    if seen == n:
        return f"Looked at all {n:,} listeners."
    return (
        f"Looked at the first {seen:,} of {n:,} listeners: about {MOST_PLAYS:,} plays are enough."
    )
