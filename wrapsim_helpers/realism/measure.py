"""Measure a run: first statistics per listener in one pass over the plays, then every target that
applies, with its interval.
"""

import numpy as np
import pandas as pd

from ..checking import check_choice, check_count, check_names, front_door
from ..interrupts import saying, unchanged
from ..runs.opened import open_run
from .log import gathered, open_log
from .measures import clock, popularity, repetition, sessions, skips, taste, volume
from .rules import rule_values
from .sample import REPLICATES, Sample, resamples
from .scores import results_of, targets

DOMAINS = (skips, volume, clock, repetition, popularity, taste, sessions)
EVERYWHERE = (skips, volume)  # domains whose statistics other domains read too
MEASURES = {target: measure for domain in DOMAINS for target, measure in domain.MEASURES.items()}


@front_door
@saying(unchanged)
def sampled(run_dir, replicates=REPLICATES, progress=True, names=None):
    """The `Sample` of a run: all statistics that measures read, from one pass over its plays.

    names  ids of the targets that will be measured; None for all
    """
    check_count("replicates", replicates, 0, 100_000)
    check_targets(names)
    log = open_log(open_run(run_dir))
    per_listener, long_form = queries_for(names)
    frames = gathered(log, per_listener | long_form, progress)
    all_listeners = pd.RangeIndex(len(log.listeners))
    statistics = [
        frames[name].set_index("who").reindex(all_listeners).astype(np.float64)
        for name in per_listener
    ]
    listeners = pd.concat([log.listeners, *(columns.fillna(0.0) for columns in statistics)], axis=1)
    return Sample(
        listeners,
        {name: frames[name] for name in long_form},
        resamples(len(log.listeners), replicates),
        log,
    )


def queries_for(names):
    """(queries with one row per listener, queries in long form) for some targets, or all; each
    name -> SQL.
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
    """Measure every target except the rules: a list of `Result`, in the order of the targets file.

    names  ids of targets; None for all that have a measure
    """
    check_targets(names)
    return [
        result
        for target, values in values_of(sample, names).items()
        for result in results_of(target, values)
    ]


def check_targets(names):
    """Raises ValueError or TypeError unless names is None or ids of targets with a measure."""
    for name in () if names is None else check_names("names", names):
        check_choice("names", name, tuple(MEASURES))


def values_of(sample, names=None):
    """The measured numbers: target -> {check: float64, (R,)}, the observed number, then the
    bootstrap replicates.
    """
    wanted = [name for name in targets() if name in (MEASURES if names is None else names)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {target: by_check(MEASURES[target](sample)) for target in wanted}


def by_check(numbers):
    """The numbers of a measure: check -> float64, (R,). A measure returns such a dict, or only the
    values of its check "value". A number without an interval becomes an array of one.
    """
    checks = numbers if isinstance(numbers, dict) else {"value": numbers}
    return {name: np.atleast_1d(values) for name, values in checks.items()}


@front_door
def checked(run_dir, sample: Sample, progress=True):
    """Check the rules in a run: (list of `Result`, Series of breaches of each invariant of the
    tables, number of plays).
    """
    values, invariants, n_plays = rule_values(open_run(run_dir), sample, progress)
    known = [target for target in targets() if target in values]
    results = [result for target in known for result in results_of(target, values[target])]
    return results, invariants, n_plays
