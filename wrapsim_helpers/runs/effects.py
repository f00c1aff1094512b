"""What was asked of the model, and what came out: every declared effect, requested against
observed, from a run's tables.

A run declares that age, plan, gender, device, context, personas and cohorts change named parameters
of `Behaviour`, and by how much. Here each of these is measured in the log as if nobody knew the
model: a factor on minutes as a ratio of minutes per day, a factor on leaving as a ratio of leavings
per second heard, a share as a share. The intervals treat each listener (or, among many, each of
CLUSTERS groups of listeners) as one observation, since a listener's plays resemble each other.
"""

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from ..checking import front_door
from ..interrupts import saying, unchanged
from ..people.behaviour import Behaviour
from .effect_tables import look_at
from .effects_on_groups import group_effects
from .effects_on_leaving import leaving_effects
from .effects_on_minutes import minutes_effects
from .effects_on_plans import plan_effects
from .effects_on_taste import taste_effects

MEASURED = (minutes_effects, leaving_effects, plan_effects, taste_effects, group_effects)
COLUMNS = ("effect", "requested", "observed", "low", "high", "n_listeners", "measure")


@front_door
@saying(unchanged)
def effects_of(run_dir, behaviour: Behaviour = Behaviour()):
    """Did the run do what was asked of it? Every declared effect, requested against observed.

    run_dir    folder of a finished run
    behaviour  the plain parameters it was made with
    Returns    DataFrame: effect; requested and observed (a factor, a share or a number, see
               measure); low, high: the 95 % interval of observed; n_listeners behind it; measure:
               what was measured, in words; holds: "yes" where requested lies in the interval, "no"
               where it does not, which one in twenty does by chance. Observed is missing, and holds
               is "not seen", where the log holds too little, or where a parameter shows in nothing
               that can be counted directly.
    """
    seen = look_at(run_dir)
    steps = tqdm(MEASURED, desc="effects", unit="step")
    found = pd.DataFrame(
        [row for effects in steps for row in effects(seen, behaviour)], columns=COLUMNS
    )
    inside = (found["low"] <= found["requested"]) & (found["requested"] <= found["high"])
    return found.assign(
        holds=np.where(
            found[["requested", "observed"]].isna().any(axis=1),
            "not seen",
            np.where(inside, "yes", "no"),
        )
    )
