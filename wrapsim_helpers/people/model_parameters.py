"""What is known about each parameter of the model: an `About` in the metadata of its field."""

from dataclasses import dataclass, field, fields
from functools import partial

import numpy as np


@dataclass(frozen=True)
class About:
    """What a parameter means, which values it may take and what shows its effect.

    meaning    what it does, in words
    source     ids of published figures in data/behaviour, or "assumed", or "fitted: ..."
    unit       unit of its values
    low, high  lowest and highest value allowed
    parts      a name for each of its values; () if they have no names
    total      rule for the sum of its values. "kept": rescaled to the old sum after a change;
               "positive": above 0; "at most 1"; "": no rule
    without    (mechanism, value that switches it off, figure that should change, which number of
               that figure), for ablations
    counted    (event, base, words): the share of the log that shows the parameter, for effects;
               {part} is replaced by the name of a part
    """

    meaning: str
    source: str = "assumed"
    unit: str = ""
    low: float = 0.0
    high: float = np.inf
    parts: tuple = ()
    total: str = ""
    without: tuple = ()
    counted: tuple = ()


def parameter(default, meaning, source="assumed", **more):
    """A dataclass field with an `About` in its metadata.

    default  a number, or several in nested lists, tuples or an array; kept as nested tuples
    """
    default = as_tuple(np.asarray(default).tolist())
    return field(default=default, metadata={"about": About(meaning, source, **more)})


def as_tuple(value):
    """Nested lists as nested tuples."""
    return tuple(map(as_tuple, value)) if isinstance(value, list) else value


share = partial(parameter, unit="share", high=1.0)
factor = partial(parameter, unit="factor", high=20.0)
spread = partial(parameter, unit="standard deviation of a logarithm", high=3.0)
signed = partial(parameter, low=-np.inf)


def parameter_records(model):
    """The `About` of every parameter of a dataclass: name -> About."""
    return {parameter.name: parameter.metadata["about"] for parameter in fields(model)}


def described(model):
    """One line per parameter with name, unit, meaning and source; text for a docstring."""
    return "\n".join(
        f"    {name}{f' ({about.unit})' * bool(about.unit)}: {about.meaning} [{about.source}]"
        for name, about in parameter_records(model).items()
    )
