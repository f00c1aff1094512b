"""The results as text: a table for the terminal, and a report in Markdown with pictures."""

from pathlib import Path

import numpy as np
import pandas as pd

from ..checking import front_door
from ..people.figures import figures
from ..storage.outputs import (
    check_marked,
    check_output_file,
    claim,
    replaced_file,
    writable_output_folder,
)
from .ablation import FAINT, UNSHOWN
from .scores import (
    FAIL,
    LEFT_OUT,
    PASS,
    TOO_SMALL,
    Z95,
    is_counted,
    known,
    passed,
    targets,
    verdicts,
)

HEAD = """# How real is it?

Written by `make realism`; do not edit. This report compares {listeners:,} listeners over a year
({plays:,} plays) with the {figures} published figures of
[data/behaviour/targets.json](../data/behaviour/targets.json). Their roles and tolerances were
frozen before anything was fitted. Everything is measured from the run's tables alone.

**How to read it.** Each number has a 95 % interval from {replicates} bootstrap samples of
listeners. Its score is the distance from the published figure in tolerances; a score up to 1
passes. If the interval is wider than the tolerance, the run is *too small* for a verdict.

- A *rule* must hold without exception.
- An *input* is given to the model, so it is no evidence: it is reported, not scored.
- An *outcome* must come out within its tolerance. For outcomes marked *, the figure is also the
  start value of a parameter of the model, so they are weaker evidence.
- *not here* means that the run does not have the plays that the figure needs.

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
}
SURVEY = """SDMetrics {version} compares {n:,} listeners drawn from one half of the survey with
the respondents of the other half, by age band, gender, plan, favourite genre, time of use and group
of respondents. The score is **{overall:.3f}** overall (shapes of columns {shapes:.3f}, trends of
pairs {pairs:.3f}); at least {asked:.2f} is required. The two halves of the survey, compared with
each other, score {halves:.3f}; a higher score is not to be expected.

This score shows that drawing whole rows preserves shares and pairs of responses. It does not show
that the survey represents the world, that the listeners behave like real people, or that no
respondent is copied: each listener does copy one respondent, and the score would not detect it.
"""


# -- for the terminal ------------------------------------------------------------------------------


def lines_of(results):
    """The results as lines of aligned text, one per check, then how many counted targets pass."""
    head = (
        f"{'target':<27}{'check':<28}{'role':<9}{'tier':<5}{'published':>19}{'measured':>11}"
        f"{'interval':>22}{'score':>7}  verdict"
    )
    return [head, *map(line_of, results), "", *summary_of(results)]


def line_of(result):
    """One check as a line of text."""
    target = targets()[result.target]
    return (
        f"{result.target:<27}{result.check:<28}{target['role']:<9}{target['tier']:<5}"
        f"{published_text(result):>19}{short(result.observed):>11}"
        f"{interval_text(result):>22}{score_text(result.score):>7}  {result.verdict}"
    )


def published_text(result):
    """A published value, range or sign as text."""
    within = next(
        check for check in targets()[result.target]["checks"] if check["name"] == result.check
    )["within"]
    slack = f" \u00b1 {short(within)}" if within else ""
    if result.low == result.high:
        return short(result.low) + slack
    if np.isinf(result.low) or np.isinf(result.high):
        return (
            f"over {short(result.low)}" if np.isinf(result.high) else f"under {short(result.high)}"
        ) + slack
    return f"{short(result.low)} to {short(result.high)}" + slack


def interval_text(result):
    """The 95 % interval as text; a dash if there is none."""
    if result.error != result.error:
        return "-"
    reach = Z95 * result.error
    return f"{short(result.observed - reach)} to {short(result.observed + reach)}"


def score_text(score):
    """A score with two decimals; a dash for NaN."""
    return "-" if score != score else "inf" if np.isinf(score) else f"{score:.2f}"


def short(value):
    """A number with about four digits as text."""
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@front_door
def summary_of(results: list):
    """Sentences that state whether the rules hold, how many counted outcomes pass in each tier, and
    which fail.
    """
    table = verdicts(results)
    broken = table.index[(table["role"] == "rule") & (table["verdict"] != PASS)]
    sentences = (
        [f"Rules: {', '.join(broken) + ' broken' if len(broken) else 'none broken'}."]
        if (table["role"] == "rule").any()
        else []
    )
    sentences += [
        f"Tier {tier}: {row.n_pass:.0f} of {row.n:.0f} outcomes that apply pass ({row.share:.0%}; "
        f"{row.needed:.0%} are required"
        + (f"; {row.n_small:.0f} need more listeners)." if row.n_small else ").")
        for tier, row in passed(results).iterrows()
    ]
    for word in (FAIL, TOO_SMALL, LEFT_OUT):
        named = table.index[table["counted"] & (table["verdict"] == word)]
        sentences += [f"{word}: {', '.join(named)}"] if len(named) else []
    return sentences + weaker(table)


def weaker(table):
    """A sentence that lists the figures that fail but are not counted: tier C, inputs, or figures
    that yield to another. Empty list if there are none.
    """
    named = table.index[~table["counted"] & (table["verdict"] == FAIL) & (table["role"] != "rule")]
    return (
        [f"fail, but not counted (tier C, inputs, or yielding to another): {', '.join(named)}"]
        if len(named)
        else []
    )


@front_door
def results_table(results: list):
    """The results as a DataFrame, one row per check: what, by, role, tier, published, measured,
    interval, score, verdict.
    """
    known_as = targets()
    return pd.DataFrame(
        [
            {
                "figure": result.target,
                "check": result.check,
                "what": known_as[result.target]["what"],
                "by": known_as[result.target]["source"],
                "role": known_as[result.target]["role"],
                "tier": known_as[result.target]["tier"],
                "published": published_text(result),
                "measured": short(result.observed),
                "interval": interval_text(result),
                "score": score_text(result.score),
                "verdict": result.verdict,
            }
            for result in results
        ]
    ).set_index("figure")


@front_door
def published_by():
    """The sources of the figures: DataFrame by source with year, number of figures, and number of
    counted outcomes.
    """
    rows = pd.DataFrame(
        [
            {
                "source": target["source"],
                "year": target["year"],
                "figures": 1,
                "counted": is_counted(target),
            }
            for target in targets().values()
        ]
    )
    return (
        rows.groupby("source")
        .agg(year=("year", "max"), figures=("figures", "sum"), counted=("counted", "sum"))
        .sort_values("figures", ascending=False)
    )


@front_door
def tell_rules(invariants: pd.Series, n_plays):
    """Sentences that state the number of plays checked, and the broken rules of the tables.

    invariants  Series of breaches by rule
    """
    sentences = [
        f"{len(invariants)} rules of the tables over {n_plays:,} plays: "
        f"{invariants.sum():,} breaches."
    ]
    return sentences + [f"broken {n:,} times: {rule}" for rule, n in invariants.items() if n]


# -- the report ------------------------------------------------------------------------------------


def write_report(study, pictures, folder, name="realism"):
    """Write the report of a study as Markdown with pictures; returns the path of the text.

    pictures  name -> picture with `png` (bytes) and `alt` (text), in the order of the report
    Raises the errors of `check_report`.
    """
    path, shown = check_report(folder, name)
    for picture_name, picture in pictures.items():
        with replaced_file(shown / f"{picture_name}.png") as temporary:
            temporary.write_bytes(picture.png)
    with replaced_file(path) as temporary:
        temporary.write_bytes(
            "\n".join(
                report_lines(
                    study,
                    {
                        picture_name: (f"{name}/{picture_name}.png", picture.alt)
                        for picture_name, picture in pictures.items()
                    },
                )
            ).encode()
        )
    return path


def check_report(folder, name="realism"):
    """(path of a report's text, folder of its pictures); creates the folder and tests whether it is
    writable.

    Raises ValueError unless the folder is new, empty, or holds an earlier report (and perhaps other
    files), and if the report would replace a file that wrapsim did not write or that was changed.
    """
    folder = Path(folder).absolute()
    check_marked(folder)
    check_output_file(folder / f"{name}.md")
    claim(folder, [name])
    return folder / f"{name}.md", writable_output_folder(folder / name)


def report_lines(study, pictures):
    """The lines of the report. pictures: name -> (path, alt)."""
    everything = study.results + study.rules
    head = HEAD.format(
        listeners=study.size.listeners,
        plays=study.n_plays,
        figures=len(targets()),
        replicates=len(study.sample.weights) - 1,
        uniform=study.size.uniform,
        smaller=study.size.smaller,
    )
    first = {name: picture for name, picture in pictures.items() if name in ("scores", "uniform")}
    sections = {
        "In short": [*short_lines(study, everything), "", *picture_lines(first)],
        "Every figure": table_lines(study),
        "What misses, and why": missing_lines(everything),
        "Figures that contradict each other": contradiction_lines(everything),
        "The rules": rule_lines(study),
        "Without each mechanism": ablation_lines(study),
        "Compared with the survey": [survey_text(study.survey)],
        "In pictures": picture_lines(
            {name: picture for name, picture in pictures.items() if name not in first}
        ),
    }
    titled = ((f"## {title}", "", *lines, "") for title, lines in sections.items())
    return [head, *(line for section in titled for line in section)]


def short_lines(study, results):
    """The summary of the report as a list."""
    shows = study.ablations["shows"]
    return [
        *(f"- {sentence}" for sentence in summary_of(results)),
        *known_and_not(results),
        f"- Of {len(shows)} mechanisms, {shows.sum()} show when switched off.",
    ]


def picture_lines(pictures):
    """The lines that show pictures. pictures: name -> (path, alt)"""
    return [line for name, picture in pictures.items() for line in shown_number(name, *picture)]


def known_and_not(results):
    """List items: how many counted outcomes pass among those from which the model starts, and among
    all other outcomes.
    """
    table = verdicts(results)
    judged = table[table["counted"] & (table["verdict"] != LEFT_OUT)]
    start = np.array([known(target) for target in judged.index], dtype=bool)
    ok = (judged["verdict"] == PASS).to_numpy()
    return [
        f"- Of {start.sum()} outcomes that are the start value of a parameter, {ok[start].sum()} "
        f"pass; of {(~start).sum()} other outcomes, {ok[~start].sum()}."
    ]


def shown_number(name, path, alt):
    """The lines of a picture with its caption."""
    return [f"![{alt}]({path})", "", CAPTIONS.get(name, ""), ""]


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
    target, key = targets()[result.target], (result.target, result.check)
    mark = "*" if target["role"] == "outcome" and known(result.target) else ""
    check = "" if result.check in ("value", "breaches") else f" {result.check.replace('_', ' ')}"
    return (
        target["domain"],
        f"`{result.target}`{check}",
        target["role"] + mark,
        target["tier"],
        published_text(result),
        short(result.observed),
        interval_text(result),
        score_text(result.score),
        result.verdict,
        short(uniform.get(key, np.nan)),
        range_of_seeds(spread.loc[key]) if key in spread.index else "-",
    )


def range_of_seeds(values):
    """The range of a number over seeds, as text; "-" if no seed has it."""
    return "-" if values.isna().all() else f"{short(values.min())} to {short(values.max())}"


def markdown(head, rows):
    """Lines of a Markdown table."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + ":--|" * len(head),
        *("| " + " | ".join(map(str, row)) + " |" for row in rows),
    ]


def missing_lines(results):
    """List items: every figure that fails, and every counted figure without a verdict, with its
    meaning, source and reason; counted figures first.
    """
    table, reasons = verdicts(results), figures("misses")
    missing = table[(table["counted"] & (table["verdict"] != PASS)) | (table["verdict"] == FAIL)]
    missing = missing[
        ["yields_to" not in targets()[target] for target in missing.index]
    ].sort_values("counted", ascending=False, kind="stable")
    return [
        f"- **`{target}`** ({row.tier}, {row.role}, {row.verdict}): {targets()[target]['what']}. "
        f"*{targets()[target]['source']}.* "
        + (
            reasons.get(target, "The reason is not known yet.")
            if row.verdict == FAIL
            else applies_text(target, row.verdict)
        )
        for target, row in missing.iterrows()
    ] or ["Nothing."]


def applies_text(target, word):
    """Why a figure has no verdict."""
    return (
        f"It applies to {targets()[target]['applies']}."
        if word == LEFT_OUT
        else "A run with more listeners would give a verdict."
    )


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
        version=survey["version"],
        n=survey["n"],
        overall=survey["overall"],
        shapes=survey["Column Shapes"],
        pairs=survey["Column Pair Trends"],
        asked=survey["asked"],
        halves=survey["halves"]["overall"],
    )
