"""The whole benchmark: one large run, the uniform loop, smaller runs with other seeds, and runs
without each mechanism.
"""

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from tqdm.auto import tqdm

from ..instants import DAY_MS
from ..listening.listen import listen
from ..parameters import Run, identity
from ..people.behaviour import Behaviour
from ..runs.opened import open_run, read_parquet
from ..runs.parts import CATALOGUE_TABLES, PART_TABLES
from ..runs.simulate import simulate
from ..runs.workers import cores, executor_of, main_left_alone
from ..schema import fingerprints
from ..storage.manifest import json_bytes, manifest_bytes
from ..storage.outputs import check_marked, check_output_file, claim, replaced_file
from ..storage.places import put
from ..storage.tables import write_table
from .ablation import FAINT, MECHANISMS, moved
from .log import wall_ms
from .measure import checked, measured, sampled, values_of
from .sample import REPLICATES
from .scores import check_named, score_of
from .survey_score import survey_folder, survey_score
from .uniform import write_uniform_run

SETTING = {"start_time": "2025-01-01", "end_time": "2026-01-01"}  # all else as by default
SEED = 2025
SEEDS = (1, 2, 3, 4, 5)
LISTENERS_AT_ONCE = 50
PERSONA_LISTENERS = 60  # of the run with the bundled personas: enough for ten different ones


@dataclass(frozen=True)
class Size:
    """The size of a study: number of listeners of the main run, of each smaller run (seeds and
    mechanisms), and of the uniform loop.
    """

    listeners: int = 4_000
    smaller: int = 300
    uniform: int = 20


@dataclass(frozen=True)
class Study:
    """The results of a study.

    size, sample   the `Size`, and the `Sample` of the main run
    results, rules lists of `Result` of the main run
    uniform        list of `Result` of the uniform loop
    invariants, n_plays  breaches of each rule of the tables, and the number of plays checked
    spread         DataFrame by target and check, one column per seed
    ablations      DataFrame by mechanism: target, check, with_it, without_it, score_without,
                   errors_moved, shows
    survey         similarity of listeners and survey respondents, see `survey_score`
    personas       the small run with the bundled personas, an `OpenedRun`
    """

    size: Size
    sample: object
    results: list
    rules: list
    invariants: pd.Series
    n_plays: int
    uniform: list
    spread: pd.DataFrame
    ablations: pd.DataFrame
    survey: dict
    personas: object


def study_of(folder, size=Size(), workers=0):
    """Run the benchmark, and write the run and results.json into `folder`. Returns a `Study`.

    Raises ValueError before the simulation if it would replace a file that wrapsim did not write.
    """
    folder = Path(folder).absolute()
    check_marked(folder)
    check_output_file(folder / "results.json")
    claim(folder, ["run", "personas", "survey"])
    survey_folder(folder / "survey")
    run = open_run(
        simulate(
            size.listeners,
            **SETTING,
            out_dir=folder / "run",
            formats=("parquet",),
            seed=SEED,
            workers=workers,
        )
    )
    sample = sampled(run)
    results = measured(sample)
    rules, invariants, n_plays = checked(run, sample)
    smaller = in_processes(smaller_jobs(size), workers)
    bases = {
        name: values_of(sample, (target,)) if name in FAINT else smaller[0]
        for name, (_, target, _) in MECHANISMS.items()
    }
    study = Study(
        size,
        sample,
        results,
        rules,
        invariants,
        n_plays,
        uniform_results(run, size.uniform),
        spread_of(smaller[: len(SEEDS)]),
        ablations_of(bases, smaller[len(SEEDS) :]),
        survey_score(folder / "survey"),
        personas_run(folder / "personas", workers),
    )
    with replaced_file(folder / "results.json") as temporary:
        temporary.write_bytes(json_bytes(plain_numbers(study)))
    return study


def personas_run(folder, workers=0):
    """Simulate a small run with the bundled personas into a folder; returns the `OpenedRun`."""
    return open_run(
        simulate(
            PERSONA_LISTENERS,
            **SETTING,
            out_dir=folder,
            formats=("parquet",),
            seed=SEED,
            personas_path="bundled",
            workers=workers,
        )
    )


def smaller_jobs(size):
    """The smaller runs: one per seed, then one per mechanism that is switched off."""
    seeds = [(size.smaller, seed, {}, REPLICATES * (seed == SEEDS[0]), None) for seed in SEEDS]
    faint, others = (size.listeners, SEED), (size.smaller, SEEDS[0])
    return seeds + [
        (*(faint if name in FAINT else others), changes, REPLICATES, (target,))
        for name, (changes, target, _) in MECHANISMS.items()
    ]


def in_processes(jobs, workers):
    """The results of smaller runs, in order, computed by `workers` processes (0: one per core),
    with a progress bar.
    """
    with executor_of(workers or cores(), "") as executor:
        with main_left_alone():
            runs = executor.map(smaller_run, *zip(*jobs))
        return list(tqdm(runs, total=len(jobs), desc="seeds and mechanisms", unit="run"))


def smaller_run(n, seed, changes, replicates, names):
    """Simulate n listeners with changed parameters, and measure some targets, or all; returns the
    result of `values_of`.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = write_changed_run(
            Path(folder), Run(num_users=n, seed=seed, **SETTING), replace(Behaviour(), **changes)
        )
        return values_of(sampled(place, replicates, progress=False, names=names), names)


def write_changed_run(folder, run, behaviour):
    """Simulate a run with other model parameters in this process; returns the folder's path."""
    ids, files = run.listener_ids(), []
    for part, first in enumerate(range(0, len(ids), LISTENERS_AT_ONCE)):
        listened = listen(run, ids[first : first + LISTENERS_AT_ONCE], behaviour=behaviour)
        files += [write_table(folder, name, getattr(listened, name), part) for name in PART_TABLES]
    catalogue = listened.world.catalogue
    files += [write_table(folder, name, getattr(catalogue, name)) for name in CATALOGUE_TABLES]
    record = identity(run, {}, fingerprints(), LISTENERS_AT_ONCE)
    put(folder, "run.json", manifest_bytes(record, files))
    return folder


def uniform_results(run, n):
    """Simulate the uniform loop with the first n listeners of a run and measure it: a list of
    `Result`.
    """
    listeners = read_parquet(run, "listeners").slice(0, n)
    versions = read_parquet(run, "profile_versions")
    chosen = pc.is_in(versions["listener_id"], listeners["listener_id"].combine_chunks())
    start, end = map(wall_ms, Run(**SETTING).window)
    with tempfile.TemporaryDirectory() as folder:
        write_uniform_run(
            folder, listeners, versions.filter(chosen), start, (end - start) // DAY_MS
        )
        sample = sampled(folder, 0, progress=False)
        return measured(sample) + checked(folder, sample, progress=False)[0]


def spread_of(runs):
    """The measured numbers of each seed: DataFrame by target and check, one column per seed."""
    return pd.DataFrame(
        {
            seed: {
                (target, check): values[0]
                for target, checks in run.items()
                for check, values in checks.items()
            }
            for seed, run in zip(SEEDS, runs)
        }
    )


def ablations_of(bases, runs):
    """The table `Study.ablations`. bases: mechanism -> values with the mechanism."""
    return pd.DataFrame.from_dict(
        {
            name: ablation(bases[name], run, target, check)
            for (name, (_, target, check)), run in zip(MECHANISMS.items(), runs)
        },
        orient="index",
    )


def ablation(base, run, target, check):
    """One row of `ablations_of`."""
    with_it, without = (entry[target].get(check, np.array([np.nan])) for entry in (base, run))
    rule = check_named(target, check)
    steps, shows = moved(rule, with_it, without)
    return {
        "target": target,
        "check": check,
        "with_it": with_it[0],
        "without_it": without[0],
        "score_without": score_of(rule, without[0]),
        "errors_moved": steps,
        "shows": shows,
    }


def plain_numbers(study):
    """The results of a study as plain values for JSON: {size, results, uniform, spread, ablations,
    invariants, n_plays, survey}.
    """
    return {
        "size": asdict(study.size),
        "results": [asdict(result) for result in study.results + study.rules],
        "uniform": [asdict(result) for result in study.uniform],
        "spread": {" ".join(key): row.tolist() for key, row in study.spread.iterrows()},
        "ablations": study.ablations.to_dict("index"),
        "invariants": study.invariants.to_dict(),
        "n_plays": study.n_plays,
        "survey": study.survey,
    }
