"""Sampled listeners against people of the survey whom they were not drawn from, scored by SDMetrics
in an environment of its own.

SDMetrics needs a pandas below 3, so it never enters the project's environment: a venv is made
beside the results, and a script of a few lines runs in it.
"""

import csv
import json
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pandas as pd

from ..parameters import Run
from ..people.behaviour import Behaviour
from ..people.listeners import sample_listeners
from ..people.survey_file import load_survey
from ..people.survey_shares import listener_types
from ..resources import resource
from ..source_files import source_path
from ..storage.outputs import claim, own_folder, written

SAMPLED = 5_000
ASKED = 0.90  # least overall score
BANDS = {"6-12": (0, 12), "12-20": (12, 20), "20-35": (20, 35), "35-60": (35, 60), "60+": (60, 200)}
SCRIPT = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from sdmetrics.reports.single_table import QualityReport
real, drawn = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in sys.argv[1:3])
report = QualityReport()
report.generate(real, drawn, {"columns": {name: {"sdtype": "categorical"} for name in real}},
verbose=False)
properties = dict(report.get_properties().set_index("Property")["Score"])
shapes = report.get_details("Column Shapes").set_index("Column")["Score"]
import sdmetrics
found = {"version": sdmetrics.__version__, "overall": report.get_score()}
print(json.dumps({**found, **properties, "columns": dict(shapes)}))
"""


def survey_score(folder, survey_path="", seed=1):
    """How like people they were not drawn from are sampled listeners? SDMetrics' quality report.

    folder   where the environment and the tables are kept
    Returns  {'overall', 'Column Shapes', 'Column Pair Trends', 'columns': {name: score}}, each 0 to
             1, with 'version', 'n' (listeners), 'asked' (least overall), and 'halves': the same of
             the half that listeners are drawn from
    Raises RuntimeError where the environment cannot be made, ValueError naming a file in the folder
    that is not ours.
    """
    folder = survey_folder(folder)
    python, drawn_from = environment(folder / "sdmetrics"), folder / "half.csv"
    held_out = split_survey(
        source_path("survey", survey_path), drawn_from, folder / "other.csv", seed
    )
    tables = {
        "real": respondents(load_survey(str(held_out))),
        "drawn": drawn_listeners(drawn_from),
        "half": respondents(load_survey(str(drawn_from))),
    }
    for name, table in tables.items():
        with written(folder / f"{name}.csv") as beside:
            table.to_csv(beside, index=False)
    return scored(python, folder, "drawn") | {
        "halves": scored(python, folder, "half"),
        "n": SAMPLED,
        "asked": ASKED,
    }


def survey_folder(folder):
    """The folder for the environment and the tables, made, tried and claimed before the environment
    is begun in it.
    """
    folder = own_folder(folder)
    claim(folder, ["sdmetrics"])
    return folder


def scored(python, folder, name):
    """SDMetrics' report of one table against the people held out, a dict."""
    told = subprocess.run(
        [python, "-c", SCRIPT, folder / "real.csv", folder / f"{name}.csv"],
        capture_output=True,
        text=True,
    )
    if told.returncode:
        raise RuntimeError(f"SDMetrics stopped: {told.stderr.strip().splitlines()[-1]}")
    return json.loads(told.stdout.splitlines()[-1])


def environment(folder):
    """Path of the Python of an environment with SDMetrics; made where it is not there yet."""
    python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (Path(folder) / "ready").is_file():
        venv.create(folder, with_pip=True)  # over what is left of one that was not finished
        told = subprocess.run(
            [
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
                resource("data", "behaviour", "sdmetrics.txt"),
            ],
            capture_output=True,
            text=True,
        )
        if told.returncode:
            raise RuntimeError(
                f"SDMetrics could not be installed: {told.stderr.strip().splitlines()[-1]}"
            )
        (Path(folder) / "ready").touch()
    return python


def split_survey(path, one, other, seed):
    """Write a survey file's rows to two files, by chance half and half; returns the path of the
    second.
    """
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    chosen = np.random.default_rng(seed).permutation(len(rows)) % 2 == 0
    for target, mine in ((one, chosen), (other, ~chosen)):
        with written(target) as beside, open(beside, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *(row for row, its in zip(rows, mine) if its)])
    return other


def respondents(survey):
    """What listeners have in common with respondents, of respondents; a DataFrame of text."""
    return pd.DataFrame(
        {
            "age": survey["age_band"].astype(str),
            "gender": survey["gender"].astype(str),
            "plan": survey["plan"].astype(str),
            "genre": survey["genre"].astype(str),
            "time_slot": survey["time_slot"].astype(str),
            "group": np.asarray(listener_types(survey)).astype(str),
        }
    )


def drawn_listeners(survey_path, n=SAMPLED):
    """The same of listeners who are drawn from a survey file as it is."""
    run = Run(num_users=n, survey_path=str(survey_path), population="survey")
    listeners, versions = (
        table.to_pandas()
        for table in sample_listeners(
            run, Behaviour(), load_survey(str(survey_path)), run.listener_ids()
        )
    )
    first = versions.drop_duplicates("listener_id").set_index("listener_id")
    age = first["age"].reindex(listeners["listener_id"]).to_numpy()
    band = pd.cut(age, [low for low, _ in BANDS.values()] + [200], right=False, labels=list(BANDS))
    return pd.DataFrame(
        {
            "age": band.astype(str),
            "gender": listeners["gender"].astype(str),
            "plan": first["plan"].reindex(listeners["listener_id"]).astype(str).to_numpy(),
            "genre": listeners["favourite_genre"].astype(str),
            "time_slot": listeners["time_slot"].astype(str),
            "group": listeners["listener_type"].astype(str),
        }
    )
