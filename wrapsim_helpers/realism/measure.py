"""Measure a run: statistics per listener, one pass over its plays; then every target that applies,
with its interval.
"""

import numpy as np
import pandas as pd

from ..checking import check_choice, check_count, check_names, front_door
from ..interrupts import saying, unchanged
from .log import gathered, open_log
from .measures import clock, popularity, repetition, sessions, skips, volume
from .rules import rule_values
from .sample import REPLICATES, Sample, resamples
from .scores import results_of, targets

DOMAINS = (skips, volume, clock, repetition, popularity, sessions)
EVERYWHERE = (skips, volume)  # domains whose statistics others read too
MEASURES = {target: measure for domain in DOMAINS for target, measure in domain.MEASURES.items()}


@front_door
@saying(unchanged)
def sampled(run_dir, replicates=REPLICATES, progress=True, names=None):
    """The `Sample` of a run: everything that measures read, from one pass over its plays.

    names  ids of the targets that it is for; None for all
    """
    check_count("replicates", replicates, 0, 100_000)
    check_targets(names)
    log = open_log(run_dir)
    per_listener, long_form = queries_for(names)
    found = gathered(log, per_listener | long_form, progress)
    everybody = pd.RangeIndex(len(log.listeners))
    own = [
        found[name].set_index("who").reindex(everybody).astype(np.float64) for name in per_listener
    ]
    listeners = pd.concat([log.listeners, *(columns.fillna(0.0) for columns in own)], axis=1)
    return Sample(
        listeners,
        {name: found[name] for name in long_form},
        resamples(len(log.listeners), replicates),
        log,
    )


def queries_for(names):
    """The queries behind some targets, or all: (one row a listener, long form), each name ->
    SQL.
    """
    chosen = [
        domain
        for domain in DOMAINS
        if names is None or domain in EVERYWHERE or set(names) & set(domain.MEASURES)
    ]
    return [
        {name: query for domain in chosen for name, query in getattr(domain, kind).items()}
        for kind in ("PER_LISTENER", "LONG_FORM")
    ]


@front_door
def measured(sample: Sample, names=None):
    """Every target but the rules against a sample: a list of `Result`, in the order of the targets
    file.

    names  ids of targets; None for all that have a measure
    """
    check_targets(names)
    return [
        result
        for target, found in values_of(sample, names).items()
        for result in results_of(target, found)
    ]


def check_targets(names):
    """Nothing where each of the names is a target with a measure, or None is given for all;
    ValueError or TypeError otherwise.
    """
    for name in () if names is None else check_names("names", names):
        check_choice("names", name, tuple(MEASURES))


def values_of(sample, names=None):
    """The same as numbers: target -> {check: float64, (R,)}, the observed one first and then the
    bootstrap's replicates.
    """
    wanted = [
        target for target in targets() if target in MEASURES and (names is None or target in names)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {target: MEASURES[target](sample) for target in wanted}


@front_door
def checked(run_dir, sample: Sample, progress=True):
    """The rules against a run: (list of `Result`, breaches of each invariant of the tables as a
    Series, number of plays).
    """
    values, invariants, n_plays = rule_values(run_dir, sample, progress)
    return (
        [
            result
            for target in targets()
            if target in values
            for result in results_of(target, values[target])
        ],
        invariants,
        n_plays,
    )
