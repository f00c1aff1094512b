"""How often the intervals of `wrapsim effects` contain the requested values, over many seeds.

python -m benchmarks.calibration        20 runs of 500 listeners over a year, about 6 minutes
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

import wrapsim_helpers as ws

LEAST, LEAST_OF_A_KIND = 0.92, 0.75  # share of values in their interval: of all, of each kind
# the example of the README, and groups that change every parameter that `effects` counts
PERSONAS = """
personas:
  commuter: {share: 0.12, who: {age: [18, 65]}, set: {seek_back_share: 0.1},
             times: {minutes_factor: 1.5}}
  busy: {share: 0.5, set: {private_share: 0.1, offline_share: 0.2, seek_forward_share: 0.06},
         times: {pause_share: 2, hazard_scale: 1.5, premium_churn: 2, days: {Sunday: 1.5}}}
  calm: {share: 0.38, set: {shuffle_shape: [1.0, 1.6], leave_shares: [0.5, 0.3, 0.2]},
         times: {context_shares: {album: 2, radio: 0.5}, hazard_scale: 0.7}}
cohorts:
  new_radio: {tag: B, share: 0.5,
              times: {context_shares: {radio: 1.5, charts: 4}, leave_shares: {back: 2}}}
"""


def calibration(seeds, folder):
    """Effects with a requested and an observed value, of one run per seed; a DataFrame.

    Its columns are those of `effects_of`, and seed and inside, whether the interval contains the
    requested value.
    """
    path = Path(folder) / "personas.yaml"
    path.write_text(PERSONAS, encoding="utf-8")
    rows = pd.concat(effects_of_seed(seed, folder, str(path)) for seed in seeds)
    rows = rows[rows["holds"] != "not seen"]
    return rows.assign(inside=rows["holds"] == "yes")


def effects_of_seed(seed, folder, personas_path, num_users=500):
    """The effects of a year of listeners, with the seed in a column."""
    run_dir = ws.simulate(
        num_users,
        "2025-01-01",
        "2026-01-01",
        seed=seed,
        out_dir=Path(folder) / str(seed),
        formats=["parquet"],
        personas_path=personas_path,
        workers=1,
    )
    return ws.effects_of(run_dir).assign(seed=seed)


def by_kind(rows):
    """How many requested values lie in their interval, and of how many runs, for each effect."""
    return rows.groupby("effect", sort=False)["inside"].agg(["sum", "count"])


if __name__ == "__main__":
    n_seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as place:
        result = calibration(range(n_seeds), place)
    kinds, share = by_kind(result), result["inside"].mean()
    print(kinds.to_string())
    print(f"{100 * share:.1f} % of {len(result)} requested values lie in their 95 % interval")
    rare = kinds["sum"] < LEAST_OF_A_KIND * kinds["count"]
    sys.exit(1 if share < LEAST or rare.any() else 0)
