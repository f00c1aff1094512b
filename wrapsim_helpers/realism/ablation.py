"""Each mechanism of the model switched off, and the figure that was named beforehand to move with
it.
"""

import numpy as np

from ..people.behaviour import Behaviour
from ..people.model_parameters import abouts
from ..people.personas import as_tuple
from .scores import score_of


def switched_off(name, without):
    """The change that switches a mechanism off: {parameter: its value without it}."""
    like = np.asarray(getattr(Behaviour(), name))
    return {name: as_tuple(np.broadcast_to(without, like.shape).tolist())}


# mechanism -> (what is changed to switch it off, the target and check that it should move)
MECHANISMS = {
    about.without[0]: (switched_off(name, about.without[1]), *about.without[2:])
    for name, about in abouts(Behaviour).items()
    if about.without
}

FAINT = {
    "seasons"
}  # its figure is of one weekend in July: measured on as many listeners as the main run has
UNSHOWN = {
    "listeners of unlike patience": "nobody has published how far listeners differ in leaving; "
    "without it everybody of an age would leave alike."
}


def moved(check, with_it, without):
    """How far a number moves, in standard errors of the movement, and whether the mechanism shows:
    the number leaves its tolerance or moves by more than three.

    with_it, without  float64, (R,), of the same listeners with the same random streams, observed
                      first and then replicates
                      in which the same listeners were drawn;  returns (float, bool)
    """
    distance, replicates = abs(without[0] - with_it[0]), (without - with_it)[1:]
    error = replicates[np.isfinite(replicates)].std() if np.isfinite(replicates).any() else np.nan
    steps = distance / error if error else np.inf if distance else 0.0
    return steps, bool(steps > 3 or score_of(check, with_it[0]) <= 1 < score_of(check, without[0]))
