"""The results as text: a table for the terminal, and a report in Markdown with pictures."""

from dataclasses import asdict
from itertools import chain
from pathlib import Path

import numpy as np

from ..parameters import WIDE
from ..people.figures import figures
from ..storage.manifest import json_bytes
from ..storage.outputs import (
    check_marked,
    check_output_file,
    claim,
    replaced_file,
    writable_output_folder,
)
from .ablation import FAINT, UNSHOWN
from .people_page import PAGE, write_people_page
from .reported import NUMBERS
from .results_text import markdown, row_of, score_text, short, summary_of
from .scores import FAIL, LEFT_OUT, PASS, TOO_SMALL, Z95, judged, known, targets, verdicts

HEAD = """# How real is it?

Written by `make realism`; do not edit. This report compares {listeners:,} listeners over a year
({plays:,} plays) with the {figures} published figures of
[data/behaviour/targets.json](../data/behaviour/targets.json). Their roles and tolerances were
frozen before anything was fitted. Everything is measured from the run's tables alone. {world}

**How to read it.** Each number has a 95 % interval from {replicates} bootstrap samples of
listeners. Its score is the distance from the published figure in tolerances; a score up to 1
passes. If the interval is wider than the tolerance, the run is *too small* for a verdict.

- A *rule* must hold without exception.
- An *input* is given to the model, so it is no evidence: it is reported, not scored.
- An *outcome* must come out within its tolerance. For outcomes marked *, the figure is also the
  start value of a parameter of the model, so they are weaker evidence.
- *not here* means that the run does not have the plays that the figure needs.

[people.md](people.md) shows the first listeners of the same run, one row each: would you believe
them?

The last two columns show the same number for the loop that this project began with, which draws
everything uniformly ({uniform} listeners), and its range over five seeds ({smaller} listeners
each).
"""
CAPTIONS = {
    "scores": "Look for dots right of the line: these figures miss; the reasons are below.",
    "uniform": "Look for what uniform draws get right by chance.",
    "leaving": "Look for the steep fall in the first seconds.",
    "endings": "Compare the forward button with the track's end.",
    "skips_by_age": "Look for the minimum at 35.",
    "hours": "Look for bars that differ from the line.",
    "volume": "Look for the tails: a few people listen all day.",
    "contexts": "Look for the order of the bars.",
    "release_ages": "Look for how fast the bars fall.",
    "artist_ranks": "Look for the slope between rank 10 and 1000.",
    "distinct_tracks": "Look for a line that flattens: fewer tracks are new over time.",
    "taste_overlap": "Look for the two means on the left, and the first bar on the right: if "
    "everybody follows the charts, both are far above the published values.",
}
SURVEY = """SDMetrics {version} compares {n:,} listeners drawn from one half of the survey with
the respondents of the other half, by age band, gender, plan, favourite genre, time of use and group
of respondents. The score is **{overall:.3f}** overall (shapes of columns {shapes:.3f}, trends of
pairs {pairs:.3f}); at least {asked:.2f} is required. The two halves of the survey, compared with
each other, score {halves[overall]:.3f}; a higher score is not to be expected.

This score shows that drawing whole rows preserves shares and pairs of responses. It does not show
that the survey represents the world, that the listeners behave like real people, or that no
respondent is copied: each listener does copy one respondent, and the score would not detect it.
"""


# -- the report ------------------------------------------------------------------------------------


def write_report(study, pictures, folder, name="realism"):
    """Write the report of a study as Markdown with pictures and the file NUMBERS, and the page of
    single listeners next to it; returns the path of the report.

    pictures  name -> picture with `png` (bytes) and `alt` (text), in the order of the report
    Raises the errors of `check_report`.
    """
    path, shown = check_report(folder, name)
    alt = {file: (f"{name}/{file}.png", picture.alt) for file, picture in pictures.items()}
    contents = {shown / f"{file}.png": picture.png for file, picture in pictures.items()}
    contents[path] = "\n".join(report_lines(study, alt)).encode()
    contents[shown / NUMBERS] = json_bytes(report_numbers(study))
    for file, content in contents.items():
        with replaced_file(file) as temporary:
            temporary.write_bytes(content)
    write_people_page(study.sample.log.run, study.personas, path.parent)
    return path


def check_report(folder, name="realism"):
    """(path of a report's text, folder of its pictures); creates the folder and tests whether it is
    writable.

    Raises ValueError unless the folder is new, empty, or holds an earlier report (and perhaps other
    files), and if the report would replace a file that wrapsim did not write or that was changed.
    """
    folder = Path(folder).absolute()
    check_marked(folder)
    for file in (f"{name}.md", PAGE):
        check_output_file(folder / file)
    claim(folder, [name])
    return folder / f"{name}.md", writable_output_folder(folder / name)


def report_numbers(study):
    """The numbers of a report that notebook 05 shows, alone and beside those of its run; a dict for
    JSON.

    listeners, smaller, uniform  sizes of the runs, see `Size`
    figures     "target check" -> [observed, low, high, of the uniform loop]; low and high are the
                ends of the 95 % interval
    verdicts    "target check" -> verdict on it, of targets alone
    mechanisms  [mechanism, target, check, with it, without it]
    All numbers have four digits; None if there is none.
    """
    uniform = {(result.target, result.check): result.observed for result in study.uniform}
    return asdict(study.size) | {
        "figures": {
            f"{result.target} {result.check}": [
                *map(four_digits, (result.observed, *interval_of(result))),
                four_digits(uniform.get((result.target, result.check), np.nan)),
            ]
            for result in study.results + study.rules
        },
        "verdicts": {f"{result.target} {result.check}": result.verdict for result in study.results},
        "mechanisms": [
            [name, row.target, row.check, *map(four_digits, (row.with_it, row.without_it))]
            for name, row in study.ablations.iterrows()
        ],
    }


def interval_of(result):
    """The ends of the 95 % interval of a result; NaN if there is none."""
    reach = Z95 * result.error
    return result.observed - reach, result.observed + reach


def four_digits(value):
    """A number as in `short`, for JSON: None for NaN."""
    return float(short(value).replace(",", "")) if value == value else None


def report_lines(study, pictures):
    """The lines of the report. pictures: name -> (path, alt)."""
    everything = study.results + study.rules
    head = HEAD.format(
        listeners=study.size.listeners,
        plays=study.n_plays,
        world=world_text(study.sample.log),
        figures=len(targets()),
        replicates=len(study.sample.weights) - 1,
        uniform=study.size.uniform,
        smaller=study.size.smaller,
    )
    shown = {name: picture_lines(name, *picture) for name, picture in pictures.items()}
    first = [*shown.pop("scores", ()), *shown.pop("uniform", ())]
    sections = {
        "In short": [*short_lines(study, everything), "", *first],
        "Every figure": table_lines(study),
        "What misses, and why": missing_lines(everything),
        "Figures that contradict each other": contradiction_lines(everything),
        "The rules": rule_lines(study),
        "Without each mechanism": ablation_lines(study),
        "Compared with the survey": [survey_text(study.survey)],
        "In pictures": chain(*shown.values()),
    }
    titled = ((f"## {title}", "", *lines, "") for title, lines in sections.items())
    return [head, *chain(*titled)]


def world_text(log):
    """A sentence that states the size of the catalogue and whether it is that of the default
    world. log: the `Log` of the run
    """
    n_tracks = log.run.parameters["catalogue_tracks"]
    is_default = n_tracks == WIDE
    return (
        f"Its catalogue has {log.tracks['artist_id'].nunique():,} artists and {len(log.tracks):,} "
        f"tracks: "
        + (
            "the default world, as in the notebooks and in `wrapsim simulate`."
            if is_default
            else f"**not** the default world, but one with `catalogue_tracks={n_tracks}`."
        )
    )


def short_lines(study, results):
    """The summary of the report as a list."""
    shows = study.ablations["shows"]
    return [
        *(f"- {sentence}" for sentence in summary_of(results)),
        known_and_not(results),
        f"- Of {len(shows)} mechanisms, {shows.sum()} show when switched off.",
    ]


def known_and_not(results):
    """How many counted outcomes pass among those from which the model starts, and among all other
    outcomes: a list item.
    """
    ok = judged(results)["verdict"] == PASS
    start = ok[[known(target) for target in ok.index]]
    others = ok.drop(start.index)
    return (
        f"- Of {len(start)} outcomes that are the start value of a parameter, {start.sum()} pass; "
        f"of {len(others)} other outcomes, {others.sum()}."
    )


def picture_lines(name, path, alt):
    """The lines of a picture with its caption."""
    return [f"![{alt}]({path})", "", CAPTIONS.get(name, ""), ""]


NO_REASON = "The reason is not known yet."
TABLE_HEAD = (
    "",
    "figure",
    "role",
    "tier",
    "published",
    "measured",
    "interval",
    "score",
    "verdict",
    "uniform loop",
    "five seeds",
)


def table_lines(study):
    """The lines of the table of all figures, one row per check, by domain."""
    uniform = {(result.target, result.check): result.observed for result in study.uniform}
    results = study.results + study.rules
    return markdown(TABLE_HEAD, [table_row(result, uniform, study.spread) for result in results])


def table_row(result, uniform, spread):
    """One check as a row of the table. uniform: (target, check) -> value of the uniform loop;
    spread: DataFrame of values by seed
    """
    row, key = row_of(result), (result.target, result.check)
    mark = "*" if row["role"] == "outcome" and known(result.target) else ""
    check = "" if result.check in ("value", "breaches") else f" {result.check.replace('_', ' ')}"
    return (
        targets()[result.target]["domain"],
        f"`{result.target}`{check}",
        row["role"] + mark,
        *(row[name] for name in TABLE_HEAD[3:9]),
        short(uniform.get(key, np.nan)),
        range_of_seeds(spread.loc[key]) if key in spread.index else "-",
    )


def range_of_seeds(values):
    """The range of a number over seeds, as text; "-" if no seed has it."""
    return "-" if values.isna().all() else f"{short(values.min())} to {short(values.max())}"


def missing_lines(results):
    """List items: every figure that fails, and every counted figure without a verdict, with its
    meaning, source and reason; counted figures first.
    """
    table = verdicts(results)
    missing = table[(table["counted"] & (table["verdict"] != PASS)) | (table["verdict"] == FAIL)]
    missing = missing[["yields_to" not in targets()[target] for target in missing.index]]
    return [
        f"- **`{target}`** ({row.tier}, {row.role}, {row.verdict}): {targets()[target]['what']}. "
        f"*{targets()[target]['source']}.* {reason(target, row.verdict)}"
        for target, row in missing.sort_values("counted", ascending=False, kind="stable").iterrows()
    ] or ["Nothing."]


def reason(target, word):
    """Why a figure fails or has no verdict."""
    return {
        FAIL: figures("misses").get(target, NO_REASON),
        LEFT_OUT: f"It applies to {targets()[target]['applies']}.",
        TOO_SMALL: "A run with more listeners would give a verdict.",
    }[word]


def contradiction_lines(results):
    """List items: figures that yield to another, with their verdict and the reason."""
    table = verdicts(results)
    return [
        f"- **`{target}`** yields to `{entry['yields_to']}` "
        f"({table.loc[target, 'verdict'] if target in table.index else LEFT_OUT}, not counted). "
        f"{entry['why']}"
        for target, entry in targets().items()
        if "yields_to" in entry
    ]


def rule_lines(study):
    """The lines of the table of rules with their breaches."""
    introduction = (
        f"SQL on the tables checks every play ({study.n_plays:,} plays). The rules of the plans "
        f"and of a summary are in the table above."
    )
    return [
        introduction,
        "",
        *markdown(("rule", "breaches"), [(rule, f"{n:,}") for rule, n in study.invariants.items()]),
    ]


def ablation_lines(study):
    """The lines of the table of ablations."""
    introduction = (
        f"Each mechanism is switched off in a run of {study.size.smaller} listeners with the same "
        f"random streams. Its figure was chosen beforehand. A mechanism *shows* if that figure "
        f"leaves its tolerance or moves by more than three bootstrap standard errors of the "
        f"movement, over the same listeners. Measured on all listeners: "
        f"{', '.join(sorted(FAINT))}."
    )
    rows = [
        (
            name,
            f"`{row.target}` {row.check.replace('_', ' ')}",
            short(row.with_it),
            short(row.without_it),
            score_text(row.score_without),
            score_text(row.errors_moved),
            "yes" if row.shows else "**no**",
        )
        for name, row in study.ablations.iterrows()
    ]
    unshown = [
        f"- **{name}** does not show: {UNSHOWN.get(name, 'it may need more listeners.')}"
        for name, row in study.ablations.iterrows()
        if not row.shows
    ]
    return [
        introduction,
        "",
        *markdown(
            ("mechanism", "figure", "with it", "without", "score without", "errors moved", "shows"),
            rows,
        ),
        "",
        *unshown,
    ]


def survey_text(survey):
    """The section on SDMetrics' score: the result, and what it does not show."""
    return SURVEY.format(
        shapes=survey["Column Shapes"], pairs=survey["Column Pair Trends"], **survey
    )
