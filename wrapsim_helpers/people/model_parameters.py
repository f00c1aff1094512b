"""What is known about each parameter of the listening model: its `About`, kept with its field."""

from dataclasses import dataclass, field, fields
from functools import partial

import numpy as np


@dataclass(frozen=True)
class About:
    """What a parameter means, which values it may take and what shows its effect.

    meaning    what it does, in words
    source     ids of published figures in data/behaviour, or "assumed", or "fitted: ..."
    unit       unit of its values
    low, high  least and greatest value allowed
    parts      names of its values, one each; () if they have none
    total      "kept": a change of one part leaves the sum as it was; "positive": the sum stays
               above 0; "at most 1"; "" for no rule
    without    (mechanism, value that switches it off, figure that should move, which number of it),
               for ablations
    counted    (event, among which, words): the share of the log that shows it, for effects; {part}
               stands for the name of a part
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
    """A dataclass field with its default value and an `About` in its metadata."""
    return field(default=default, metadata={"about": About(meaning, source, **more)})


share = partial(parameter, unit="share", high=1.0)
factor = partial(parameter, unit="factor", high=20.0)
spread = partial(parameter, unit="standard deviation of a logarithm", high=3.0)
signed = partial(parameter, low=-np.inf)


def abouts(model):
    """The `About` of every parameter of a dataclass: name -> About."""
    return {one.name: one.metadata["about"] for one in fields(model)}


def described(model):
    """One paragraph for each parameter: name, unit, meaning and source; a str for a docstring."""
    return "\n".join(
        f"    {name}{f' ({about.unit})' * bool(about.unit)}: {about.meaning} [{about.source}]"
        for name, about in abouts(model).items()
    )
