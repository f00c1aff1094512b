"""Scores, by SDMetrics, how similar listeners are to survey respondents from whom they were not
drawn.

SDMetrics needs pandas below 3, so it has its own environment, a venv in the folder of the results.
"""

import csv
import itertools
import json
import subprocess
import sys
import venv

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
BANDS = (0, 12, 20, 35, 60, 200)  # ages between the bands of the survey
BAND_NAMES = ("6-12", "12-20", "20-35", "35-60", "60+")
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
    """The folder for the environment and the tables: created, tested for writing, and marked as a
    folder of wrapsim.
    """
    folder = writable_output_folder(folder)
    claim(folder, ["sdmetrics"])
    return folder


def scored(python, folder, name):
    """SDMetrics' report that compares a table with the held-out respondents, a dict."""
    tables = folder / "real.csv", folder / f"{name}.csv"
    return json.loads(output_of("SDMetrics stopped", python, "-c", SCRIPT, *tables)[-1])


def output_of(failure, *command):
    """The lines that a command prints. Raises RuntimeError with `failure` and the last line of its
    errors if it fails.
    """
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        raise RuntimeError(f"{failure}: {process.stderr.strip().splitlines()[-1]}")
    return process.stdout.splitlines()


def environment(folder):
    """Path of the Python of an environment with SDMetrics; creates the environment if needed."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (folder / "ready").is_file():
        venv.create(folder, with_pip=True)  # also over an unfinished environment
        install = "-m pip install --quiet --disable-pip-version-check -r".split()
        packages = resource("data", "behaviour", "sdmetrics.txt")
        output_of("SDMetrics could not be installed", python, *install, packages)
        (folder / "ready").touch()
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
            csv.writer(file).writerows([header, *itertools.compress(rows, chosen_rows)])
    return second


def respondents(survey):
    """Respondents as a DataFrame of text, with the columns that listeners have, too."""
    table = survey[["age_band", "gender", "plan", "genre", "time_slot"]]
    table = table.rename(columns={"age_band": "age"})
    return table.assign(group=listener_types(survey)).astype(str)


def drawn_listeners(survey_path, n=SAMPLED):
    """n listeners drawn from a survey file without weights, with the columns of `respondents`."""
    run = Run(num_users=n, survey_path=str(survey_path), population="survey")
    listeners, versions = (
        table.to_pandas()
        for table in sample_listeners(
            run, Behaviour(), load_survey(str(survey_path)), run.listener_ids()
        )
    )
    first = versions.drop_duplicates("listener_id").set_index("listener_id")
    first = first.loc[listeners["listener_id"]].reset_index()
    return pd.DataFrame(
        {
            "age": pd.cut(first["age"], BANDS, right=False, labels=BAND_NAMES),
            "gender": listeners["gender"],
            "plan": first["plan"],
            "genre": listeners["favourite_genre"],
            "time_slot": listeners["time_slot"],
            "group": listeners["listener_type"],
        }
    ).astype(str)
