"""Ablations: each mechanism of the model, and the figure chosen beforehand to show its effect."""

import numpy as np

from ..people.behaviour import Behaviour
from ..people.model_parameters import parameter_records
from ..people.personas import as_tuple
from .scores import score_of


def switched_off(name, without):
    """The change that switches a mechanism off: {parameter: value without the mechanism}."""
    like = np.asarray(getattr(Behaviour(), name))
    return {name: as_tuple(np.broadcast_to(without, like.shape).tolist())}


# mechanism -> (changes that switch it off, target and check that should move)
MECHANISMS = {
    about.without[0]: (switched_off(name, about.without[1]), *about.without[2:])
    for name, about in parameter_records(Behaviour).items()
    if about.without
}

# Measured on the listeners of the main run: their figures cover few plays, such as those of July
# weekends, or few listeners, such as the oldest.
FAINT = {
    "seasons",
    "taste by age",
    "taste by gender",
    "pull of one's youth",
    "leaving by hour",
    "sessions that turn",
}
UNSHOWN = {
    "listeners of unlike patience": "no published figure states how much listeners differ in "
    "leaving plays; without it all listeners of an age would leave plays alike.",
    "seasons": "its figure covers the weekends of July, in which a shift of 40 minutes is small "
    "against the tolerance.",
    "side genres": "no published figure states how a listener's genres change in a year; without "
    "it all quarters of a year would have the same genres.",
}


def moved(check, with_it, without):
    """(steps, shows): how far a number moves in standard errors of the movement, and whether the
    mechanism shows. It shows if the number leaves its tolerance or moves by more than three errors.

    with_it, without  float64, (R,), the observed value, then the bootstrap replicates; both of the
                      same listeners, random streams and draws
    """
    distance, replicates = abs(without[0] - with_it[0]), (without - with_it)[1:]
    error = replicates[np.isfinite(replicates)].std() if np.isfinite(replicates).any() else np.nan
    steps = distance / error if error else np.inf if distance else 0.0
    return steps, bool(steps > 3 or score_of(check, with_it[0]) <= 1 < score_of(check, without[0]))
