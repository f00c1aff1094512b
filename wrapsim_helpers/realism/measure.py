"""Measure a run: statistics per listener, one pass over its plays; then every target that applies, with its interval."""

import numpy as np
import pandas as pd

from . import clock, popularity, repetition, sessions, skips, volume
from .log import gathered, open_log
from .rules import rule_values
from .sample import REPLICATES, Sample, resamples
from .scores import results_of, targets

DOMAINS = (skips, volume, clock, repetition, popularity, sessions)
MEASURES = {target: measure for domain in DOMAINS for target, measure in domain.MEASURES.items()}
PER_LISTENER = {name: query for domain in DOMAINS for name, query in domain.PER_LISTENER.items()}
LONG_FORM = {name: query for domain in DOMAINS for name, query in domain.LONG_FORM.items()}


def sampled(run_dir, replicates=REPLICATES, progress=True):
    """The `Sample` of a run: everything that measures read, from one pass over its plays."""
    log = open_log(run_dir)
    found = gathered(log, PER_LISTENER | LONG_FORM, progress)
    everybody = pd.RangeIndex(len(log.listeners))
    own = [found[name].set_index("who").reindex(everybody).astype(np.float64) for name in PER_LISTENER]
    listeners = pd.concat([log.listeners, *(columns.fillna(0.0) for columns in own)], axis=1)
    return Sample(listeners, {name: found[name] for name in LONG_FORM}, resamples(len(log.listeners), replicates), log)


def measured(sample, names=None):
    """Every target but the rules against a sample: a list of `Result`, in the order of the targets file.

    names  ids of targets; None for all that have a measure
    """
    wanted = [target for target in targets() if target in MEASURES and (names is None or target in names)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return [result for target in wanted for result in results_of(target, MEASURES[target](sample))]


def checked(run_dir, sample, progress=True):
    """The rules against a run: (list of `Result`, breaches of each invariant of the tables as a Series, number of plays)."""
    values, invariants, n_plays = rule_values(run_dir, sample, progress)
    return [result for target in targets() if target in values for result in results_of(target, values[target])], invariants, n_plays
