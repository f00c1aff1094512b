"""Similarity of sampled listeners and survey respondents from whom they were not drawn, scored by
SDMetrics in an environment of its own.

SDMetrics needs pandas below 3, so it is not installed in the project's environment: a script runs
in a venv in the folder of the results.
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
from ..storage.outputs import claim, replaced_file, writable_output_folder

SAMPLED = 5_000
ASKED = 0.90  # lowest overall score that passes
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
    """SDMetrics' quality report on listeners that are drawn from one half of the survey, compared
    with the respondents of the other half.

    folder   folder for the environment and the tables
    Returns  {'overall', 'Column Shapes', 'Column Pair Trends', 'columns': {name: score}}, each 0 to
             1, with 'version', 'n' (listeners), 'asked' (lowest overall score that passes), and
             'halves': the report that compares the two halves of the survey
    Raises RuntimeError if the environment cannot be created, ValueError if the folder holds a file
    that wrapsim did not write.
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
        with replaced_file(folder / f"{name}.csv") as temporary:
            table.to_csv(temporary, index=False)
    return scored(python, folder, "drawn") | {
        "halves": scored(python, folder, "half"),
        "n": SAMPLED,
        "asked": ASKED,
    }


def survey_folder(folder):
    """The folder for the environment and the tables: created, tested for writing, and marked as
    ours.
    """
    folder = writable_output_folder(folder)
    claim(folder, ["sdmetrics"])
    return folder


def scored(python, folder, name):
    """SDMetrics' report that compares a table with the held-out respondents, a dict."""
    process = subprocess.run(
        [python, "-c", SCRIPT, folder / "real.csv", folder / f"{name}.csv"],
        capture_output=True,
        text=True,
    )
    if process.returncode:
        raise RuntimeError(f"SDMetrics stopped: {process.stderr.strip().splitlines()[-1]}")
    return json.loads(process.stdout.splitlines()[-1])


def environment(folder):
    """Path of the Python of an environment with SDMetrics; creates the environment if needed."""
    python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (Path(folder) / "ready").is_file():
        venv.create(folder, with_pip=True)  # also over an unfinished environment
        process = subprocess.run(
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
        if process.returncode:
            raise RuntimeError(
                f"SDMetrics could not be installed: {process.stderr.strip().splitlines()[-1]}"
            )
        (Path(folder) / "ready").touch()
    return python


def split_survey(path, first, second, seed):
    """Split the rows of a survey file at random into two files; returns the path of the second."""
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    chosen = np.random.default_rng(seed).permutation(len(rows)) % 2 == 0
    for target, chosen_rows in ((first, chosen), (second, ~chosen)):
        with (
            replaced_file(target) as temporary,
            open(temporary, "w", encoding="utf-8", newline="") as file,
        ):
            csv.writer(file).writerows(
                [header, *(row for row, its in zip(rows, chosen_rows) if its)]
            )
    return second


def respondents(survey):
    """The columns that respondents and listeners share, of respondents; a DataFrame of text."""
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
    """The columns of `respondents`, of n listeners drawn from a survey file without weights."""
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
