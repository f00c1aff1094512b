"""`make fit`: fit the parameters that no figure gives directly to the published figures named here.

Each round simulates a crowd, measures it, and multiplies every parameter by a power of (published /
measured). The result is data/behaviour/fitted.json, which `Behaviour` reads. No other figure of the
benchmark is used here.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import yaml
from tqdm.auto import tqdm

from ..people.figures import figures, published
from ..resources import resource
from ..runs.simulate import simulate
from ..storage.outputs import check_output_file, replaced_file
from .measure import measured, sampled
from .sample import columns_of, shares

USERS, ROUNDS, SEED = 1_500, 3, 77
# parameter -> (target, check, published value, power)
FITS = {
    "premium_factor": ("premium_free_ratio", "time", published("premium_free_ratio")["time"], 0.8),
    "sigma_minutes": ("lognormal_sigma_volume", "value", published("lognormal_sigma_volume"), 1.0),
}
SURVIVAL = ("skip_within_5s", "skip_within_10s", "skip_within_30s", "skip_before_end")


def fit():
    """Fit the parameters, starting from their present values, and write data/behaviour/fitted.json.
    Returns parameter -> value.
    """
    path = resource("data", "behaviour", "fitted.json")
    check_output_file(path)
    values = figures("fitted")
    for number in tqdm(range(ROUNDS), desc="fitting", unit="round"):
        values_by_check, fresh = crowd_with(values)
        values = moved_parameter(values, values_by_check, fresh)
        text = ", ".join(f"{name} {value}" for name, value in values.items())
        tqdm.write(f"round {number + 1}: {text}")
        with replaced_file(path) as temporary:
            temporary.write_bytes((json.dumps(values, indent=1) + "\n").encode())
    return values


def crowd_with(values):
    """Simulate and measure a crowd with these parameters: ((target, check) -> value, share of plays
    of music released in the year).
    """
    names = [*(target for target, *_ in FITS.values()), *SURVIVAL, "hours_per_mau_month"]
    with tempfile.TemporaryDirectory() as folder:
        persona = Path(folder) / "everybody.yaml"
        cohort = {"personas": {"everybody": {"share": 1.0, "set": values}}}
        persona.write_text(yaml.safe_dump(cohort), encoding="utf-8")
        run_dir = simulate(
            USERS,
            out_dir=Path(folder) / "run",
            formats="parquet",
            personas_path=str(persona),
            seed=SEED,
        )
        sample = sampled(run_dir, replicates=2, progress=False)
    values_by_check = {
        (result.target, result.check): result.observed for result in measured(sample, names)
    }
    return values_by_check, shares(columns_of(sample, "aged_", range(6)))[0, 0]


def moved_parameter(values, values_by_check, fresh):
    """The parameters of the next round, rounded to four digits."""
    new = {
        name: values[name] * (wanted / values_by_check[target, check]) ** power
        for name, (target, check, wanted, power) in FITS.items()
    }
    new["log_minutes"] = values["log_minutes"] + np.log(
        published("hours_per_mau_month")["Q4_2017"]
        / values_by_check["hours_per_mau_month", "value"]
    )
    new["fresh_share"] = min(
        values["fresh_share"] * published("release_year_mix")["2018"] / fresh, 0.98
    )
    new |= hazard_moved(values, [values_by_check[target, "value"] for target in SURVIVAL])
    return {
        name: [float(f"{number:.4g}") for number in new[name]]
        if name == "hazard"
        else float(f"{new[name]:.4g}")
        for name in values
    }


def hazard_moved(values, left):
    """The cumulative hazard at 5, 10 and 30 s, and the slope after 30 s. Each piece is multiplied
    by published / measured.
    """
    pieces = np.diff([*values["hazard"], values["hazard"][-1] + values["hazard_slope"]])
    wanted, got = (
        np.diff(-np.log1p(-np.array([0.0, *shares])))
        for shares in ([published(target) for target in SURVIVAL], left)
    )
    pieces = pieces * wanted / got
    return {"hazard": [0.0, *np.cumsum(pieces[:3])], "hazard_slope": pieces[3]}
