"""Effects on taste, and others that request no share of the log."""

import numpy as np

from ..people.personas import PARAMETERS
from .intervals import MISSING


def taste_effects(tables, _):
    """The parameters that give men and women other artists: rows of `effects_of`, without numbers.

    They change the weight of artists in a draw. How many of men's top artists are then missing from
    women's also depends on the catalogue, on loyalty and on the number of listeners, so they
    request no number that the log of one run could show. The benchmark compares the log with the
    published figure, and its ablation compares a model with and without the parameter.
    """
    for field, about in PARAMETERS.items():
        if about.without[2:3] == ("gender_taste_overlap",):
            yield uncounted(f"men and women: {field}", field, len(tables.listeners))


def uncounted(name, field, n):
    """A row of `effects_of` for a parameter that requests no share of the log.

    name  of the effect;  n  its listeners
    """
    mechanism = PARAMETERS[field].without
    elsewhere = f"; `wrapsim realism` measures it by {mechanism[2]}" if mechanism else ""
    return (name, np.nan, *MISSING, n, f"cannot be counted directly in the log{elsewhere}")
