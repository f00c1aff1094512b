"""The results in words: a table for the terminal, and a report in Markdown with pictures."""

from pathlib import Path

import numpy as np
import pandas as pd

from ..checking import front_door
from ..people.figures import figures
from ..storage.outputs import check_file, check_marked, claim, own_folder, written
from .ablation import FAINT, UNSHOWN
from .scores import FAIL, LEFT_OUT, PASS, TOO_SMALL, Z95, counts, known, passed, targets, verdicts

HEAD = """# How real is it?

Written by `make realism`; do not edit. {listeners:,} listeners over a year, {plays:,} plays, held
against the
{figures} published figures of [data/behaviour/targets.json](../data/behaviour/targets.json),
whose roles and tolerances were frozen
before anything was fitted. Everything is measured from the run's tables alone.

**How to read it.** Each number has a 95 % interval from {replicates} bootstrap samples of
listeners. Its score is the distance from the
published figure in tolerances, so up to 1 passes; where the interval is wider than the tolerance
the run is *too small* to
say. A *rule* holds without exception. An *input* is handed to the model and so is no evidence: it
is reported, not scored. An
*outcome* has to come out; those marked * are also where a parameter of the model starts from, so
they are weaker evidence.
*not here* means that the run does not hold what the figure needs. Beside it stand the same number
in the loop this project
began from, which draws everything evenly ({uniform} listeners), and its range over five seeds
({smaller} listeners each).
"""
CAPTIONS = {
    "scores": "Look for dots right of the line: the misses, listed below with their reasons.",
    "uniform": "Look for what an even draw gets right by accident.",
    "leaving": "Look for the cliff in the first seconds.",
    "endings": "Look for the forward button beside the track's end.",
    "skips_by_age": "Look for the dip at 35.",
    "hours": "Look for bars that leave the line.",
    "volume": "Look for the tails: a few listen all day.",
    "contexts": "Look for the order.",
    "release_ages": "Look for how fast the bars fall.",
    "artist_ranks": "Look for the slope between rank 10 and 1000.",
    "distinct_tracks": "Look for a line that bends: novelty wears off.",
}
SURVEY = """SDMetrics {version} compares {n:,} listeners drawn from one half of the survey with
the people of the other half, by age band, gender, plan, favourite
genre, time of use and group of answers: **{overall:.3f}** overall (shapes of columns
{shapes:.3f}, trends of pairs {pairs:.3f}; at least {asked:.2f} is
asked for). The two halves of the survey themselves score {halves:.3f}, which is what chance allows.

Such a score shows that drawing whole rows keeps shares and pairs of answers. It cannot show that
the survey is like the world, that
listeners behave like anybody, or that nobody is copied: each listener does copy one respondent's
answers, and the score would
not notice.
"""


# -- for the terminal ------------------------------------------------------------------------------


def lines_of(results):
    """The results as aligned text, one line per check, then how many counted targets pass; a list
    of strings.
    """
    head = (
        f"{'target':<27}{'check':<28}{'role':<9}{'tier':<5}{'published':>19}{'measured':>11}"
        f"{'interval':>22}{'score':>7} "
        f" verdict"
    )
    return [head, *map(line_of, results), "", *summary_of(results)]


def line_of(result):
    """One check as a line of text."""
    target = targets()[result.target]
    return (
        f"{result.target:<27}{result.check:<28}{target['role']:<9}{target['tier']:<5}{published_text(result):>19}{short(result.observed):>11}"
        f"{interval_text(result):>22}{score_text(result.score):>7}  {result.verdict}"
    )


def published_text(result):
    """A published value, range or sign."""
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
    """The 95 % interval, or a dash where none is taken."""
    if result.error != result.error:
        return "-"
    reach = Z95 * result.error
    return f"{short(result.observed - reach)} to {short(result.observed + reach)}"


def score_text(score):
    """A score in two digits; a dash for none."""
    return "-" if score != score else "inf" if np.isinf(score) else f"{score:.2f}"


def short(value):
    """A number in about four digits."""
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@front_door
def summary_of(results: list):
    """Sentences: whether the rules hold, how many counted outcomes pass in each tier, and which do
    not.
    """
    table = verdicts(results)
    broken = table.index[(table["role"] == "rule") & (table["verdict"] != PASS)]
    said = (
        [f"Rules: {', '.join(broken) + ' broken' if len(broken) else 'none broken'}."]
        if (table["role"] == "rule").any()
        else []
    )
    said += [
        f"Tier {tier}: {row.n_pass:.0f} of {row.n:.0f} outcomes that apply pass ({row.share:.0%}; "
        f"{row.needed:.0%} are asked for"
        + (f"; {row.n_small:.0f} would need more listeners)." if row.n_small else ").")
        for tier, row in passed(results).iterrows()
    ]
    for word in (FAIL, TOO_SMALL, LEFT_OUT):
        named = table.index[table["counted"] & (table["verdict"] == word)]
        said += [f"{word}: {', '.join(named)}"] if len(named) else []
    return said + weaker(table)


def weaker(table):
    """The figures that fail without being counted: weak evidence, handed in, or yielding to
    another.
    """
    named = table.index[~table["counted"] & (table["verdict"] == FAIL) & (table["role"] != "rule")]
    return (
        [f"fail, but not counted (tier C, handed in, or yielding to another): {', '.join(named)}"]
        if len(named)
        else []
    )


@front_door
def results_table(results: list):
    """The results to look through: DataFrame with what, by, role, tier, published, measured,
    interval, score, verdict; one row a check.
    """
    known_as = targets()
    return pd.DataFrame(
        [
            {
                "figure": one.target,
                "check": one.check,
                "what": known_as[one.target]["what"],
                "by": known_as[one.target]["source"],
                "role": known_as[one.target]["role"],
                "tier": known_as[one.target]["tier"],
                "published": published_text(one),
                "measured": short(one.observed),
                "interval": interval_text(one),
                "score": score_text(one.score),
                "verdict": one.verdict,
            }
            for one in results
        ]
    ).set_index("figure")


@front_door
def published_by():
    """Who published the figures: DataFrame by source with year, how many figures, and how many of
    them are counted outcomes.
    """
    rows = pd.DataFrame(
        [
            {"source": one["source"], "year": one["year"], "figures": 1, "counted": counts(one)}
            for one in targets().values()
        ]
    )
    return (
        rows.groupby("source")
        .agg(year=("year", "max"), figures=("figures", "sum"), counted=("counted", "sum"))
        .sort_values("figures", ascending=False)
    )


@front_door
def tell_rules(invariants: pd.Series, n_plays):
    """Sentences: over how many plays the tables' own rules hold, and which are broken. invariants:
    Series of counts.
    """
    said = [
        f"{len(invariants)} rules of the tables over {n_plays:,} plays: "
        f"{invariants.sum():,} breaches."
    ]
    return said + [f"broken {n:,} times: {rule}" for rule, n in invariants.items() if n]


# -- the report ------------------------------------------------------------------------------------


def write_report(study, pictures, folder, name="realism"):
    """Write what a study found as Markdown with pictures; returns the path of the text. Raises as
    `check_report`.

    pictures  name -> picture with `png` (bytes) and `alt` (text), as from `cards.finish`; shown
              in their order
    """
    path, shown = check_report(folder, name)
    for one, picture in pictures.items():
        with written(shown / f"{one}.png") as beside:
            beside.write_bytes(picture.png)
    with written(path) as beside:
        beside.write_bytes(
            "\n".join(
                report_lines(
                    study,
                    {one: (f"{name}/{one}.png", picture.alt) for one, picture in pictures.items()},
                )
            ).encode()
        )
    return path


def check_report(folder, name="realism"):
    """Path of a report's text, and of the folder of its pictures, made and tried.

    Raises ValueError unless the folder is new, empty or one of an earlier report, in which other
    files may lie too; and naming a file that would be replaced and is not as we wrote it.
    """
    folder = Path(folder).absolute()
    check_marked(folder)
    check_file(folder / f"{name}.md")
    claim(folder, [name])
    return folder / f"{name}.md", own_folder(folder / name)


def report_lines(study, pictures):
    """The report, a list of lines. pictures: name -> (path, alt)."""
    everything = study.results + study.rules
    head = HEAD.format(
        listeners=study.size.listeners,
        plays=study.n_plays,
        figures=len(targets()),
        replicates=len(study.sample.weights) - 1,
        uniform=study.size.uniform,
        smaller=study.size.smaller,
    )
    return [
        head,
        "## In short",
        "",
        *(f"- {sentence}" for sentence in summary_of(everything)),
        *known_and_not(everything),
        f"- Of {len(study.ablations)} mechanisms, {study.ablations['shows'].sum()} show when "
        "switched off.",
        "",
        *(
            line
            for name in pictures
            for line in shown(name, *pictures[name])
            if name in ("scores", "uniform")
        ),
        "## Every figure",
        "",
        *table_lines(study),
        "",
        "## What misses, and why",
        "",
        *missing_lines(everything),
        "",
        "## Figures that cannot both hold",
        "",
        *contradiction_lines(everything),
        "",
        "## The rules",
        "",
        *rule_lines(study),
        "",
        "## Without each mechanism",
        "",
        *ablation_lines(study),
        "",
        "## Beside the survey",
        "",
        survey_text(study.survey),
        "## In pictures",
        "",
        *(
            line
            for name in pictures
            for line in shown(name, *pictures[name])
            if name not in ("scores", "uniform")
        ),
    ]


def known_and_not(results):
    """How many counted outcomes pass among those the model starts from, and among the others; list
    items.
    """
    table = verdicts(results)
    judged = table[table["counted"] & (table["verdict"] != LEFT_OUT)]
    start = np.array([known(target) for target in judged.index], dtype=bool)
    ok = (judged["verdict"] == PASS).to_numpy()
    return [
        f"- Of {start.sum()} outcomes that a parameter starts from, {ok[start].sum()} pass; of "
        f"{(~start).sum()} others, {ok[~start].sum()}."
    ]


def shown(name, path, alt):
    """A picture with its caption."""
    return [f"![{alt}]({path})", "", CAPTIONS.get(name, ""), ""]


def table_lines(study):
    """The large table, one row per check, by domain."""
    rows, beside = [], {(one.target, one.check): one.observed for one in study.uniform}
    for one in study.results + study.rules:
        target, seeds = (
            targets()[one.target],
            study.spread.loc[(one.target, one.check)]
            if (one.target, one.check) in study.spread.index
            else None,
        )
        over = (
            "-"
            if seeds is None or seeds.isna().all()
            else f"{short(seeds.min())} to {short(seeds.max())}"
        )
        mark = "*" if target["role"] == "outcome" and known(one.target) else ""
        rows.append(
            (
                target["domain"],
                f"`{one.target}`"
                + ("" if one.check in ("value", "breaches") else f" {one.check.replace('_', ' ')}"),
                target["role"] + mark,
                target["tier"],
                published_text(one),
                short(one.observed),
                interval_text(one),
                score_text(one.score),
                one.verdict,
                short(beside.get((one.target, one.check), np.nan)),
                over,
            )
        )
    head = (
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
    return markdown(head, rows)


def markdown(head, rows):
    """Lines of a Markdown table."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + ":--|" * len(head),
        *("| " + " | ".join(map(str, row)) + " |" for row in rows),
    ]


def missing_lines(results):
    """Every figure that fails and every counted one that could not be judged, with what was
    published, by whom, and the reason; counted ones first; list items."""
    table, reasons = verdicts(results), figures("misses")
    missing = table[(table["counted"] & (table["verdict"] != PASS)) | (table["verdict"] == FAIL)]
    missing = missing[
        ["yields_to" not in targets()[target] for target in missing.index]
    ].sort_values("counted", ascending=False, kind="stable")
    return [
        f"- **`{target}`** ({row.tier}, {row.role}, {row.verdict}): {targets()[target]['what']}. "
        f"*{targets()[target]['source']}.* "
        + (
            reasons.get(target, "No reason is known yet.")
            if row.verdict == FAIL
            else applies_text(target, row.verdict)
        )
        for target, row in missing.iterrows()
    ] or ["Nothing."]


def applies_text(target, word):
    """Why a figure could not be judged."""
    return (
        f"It applies to {targets()[target]['applies']}."
        if word == LEFT_OUT
        else "More listeners would tell."
    )


def contradiction_lines(results):
    """Figures that yield to another, with their verdict and the reason; list items."""
    table = verdicts(results)
    return [
        f"- **`{target}`** yields to `{one['yields_to']}` "
        f"({table.loc[target, 'verdict'] if target in table.index else LEFT_OUT}, not counted). "
        f"{one['why']}"
        for target, one in targets().items()
        if "yields_to" in one
    ]


def rule_lines(study):
    """The rules of the tables with their breaches."""
    said = (
        f"Checked play by play over {study.n_plays:,} plays, by SQL that sees only the tables; "
        f"the rules of the plans and of a summary are in the table above."
    )
    return [
        said,
        "",
        *markdown(("rule", "breaches"), [(rule, f"{n:,}") for rule, n in study.invariants.items()]),
    ]


def ablation_lines(study):
    """What each mechanism moves."""
    said = (
        f"Each mechanism switched off in a run of {study.size.smaller} listeners with the same "
        f"random streams. The figure beside it was named "
        "beforehand; a mechanism *shows* where that figure leaves its tolerance or moves by more "
        "than three bootstrap standard errors of the "
        f"movement, over the same listeners. Of all listeners: {', '.join(sorted(FAINT))}."
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
        f"- **{name}** does not show: {UNSHOWN.get(name, 'more listeners would tell.')}"
        for name, row in study.ablations.iterrows()
        if not row.shows
    ]
    return [
        said,
        "",
        *markdown(
            ("mechanism", "figure", "with it", "without", "score without", "errors moved", "shows"),
            rows,
        ),
        "",
        *unshown,
    ]


def survey_text(found):
    """What SDMetrics says, and what it cannot."""
    return SURVEY.format(
        version=found["version"],
        n=found["n"],
        overall=found["overall"],
        shapes=found["Column Shapes"],
        pairs=found["Column Pair Trends"],
        asked=found["asked"],
        halves=found["halves"]["overall"],
    )
