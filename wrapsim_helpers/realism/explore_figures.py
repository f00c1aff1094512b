"""The explorer of published figures: published, measured here, in the report, by uniform draws, and
with a mechanism switched off.
"""

from pathlib import Path

from ..cards.words import capital
from ..charts.explorer.page import (
    Explorer,
    control,
    page_data,
    still_page,
    still_picture,
)
from ..charts.style import finish
from ..checking import front_door
from .evidence import draw_scores
from .report import four_digits, interval_of
from .reported import report_of_project
from .results_text import published_text, short
from .scores import (
    FAIL,
    LEFT_OUT,
    PASS,
    TOO_SMALL,
    check_named,
    is_counted,
    known,
    targets,
    verdict,
)

LAYOUT = Path(__file__).parent / "figures.js"
READINGS = {
    PASS: "agrees with it",
    FAIL: "misses it",
    TOO_SMALL: "has too few listeners to tell",
    LEFT_OUT: "does not have the plays that it needs",
}
ROLES = {
    "outcome": "An outcome: it must come out of the simulation.",
    "input": "An input: it is given to the model, so agreement proves nothing.",
    "rule": "A rule: it must hold without exception.",
}
START = "An outcome that is also the start value of a parameter."


@front_door
def explore_figures(results: list):
    """Choose a published figure, and see it beside the numbers that are measured.

    results  list of `Result` of a run, as from `measured`
    Returns an `Explorer`: for each check of the figure the published value with its tolerance, this
    run's number, that of the project's report, that of uniform draws, and the number without the
    mechanism that was chosen beforehand to show in it. All numbers are computed, so it needs no
    kernel.
    """
    answers = figure_answers(results)
    controls = [control("figure", "Figure", "choice", list(answers), 0, figure_names(answers))]
    first, *_ = answers.values()
    data = page_data(first, controls, "Back to the first figure")
    data |= {"answers": {str(i): answer for i, answer in enumerate(answers.values())}}
    alt = " ".join(map(figure_alt, filter(is_judged, results)))
    picture = still_picture(finish(draw_scores(results)), alt)
    layout = LAYOUT.read_text(encoding="utf-8")
    return Explorer(layout, data, None, still_page(layout, data, picture))


def figure_names(names):
    """Domain and meaning of figures, as in the menu. names: ids of targets"""
    return [f"{targets()[name]['domain']}: {targets()[name]['what']}" for name in names]


def figure_answers(results):
    """Id of a target -> what the page shows of it, in the order of the results."""
    by_target: dict = {}
    for result in results:
        by_target.setdefault(result.target, []).append(result)
    return {target: figure_answer(target, of) for target, of in by_target.items()}


def figure_answer(target, results):
    """What the page shows of a target. results: of its checks"""
    return {
        "said": figure_said(target, results),
        "checks": list(map(check_answer, results)),
    }


def is_judged(result):
    """Whether a result is of a counted outcome, and the run is large enough for a verdict."""
    return is_counted(targets()[result.target]) and result.verdict in (PASS, FAIL)


def figure_alt(result):
    """A published and a measured number in words."""
    check = "" if result.check == "value" else f" ({result.check.replace('_', ' ')})"
    text = f"published {published_text(result)}, this run {short(result.observed)}"
    return f"{capital(targets()[result.target]['what'])}{check}: {text}."


def figure_said(target, results):
    """A target in words: meaning, source, role, and what this run says of it."""
    about = targets()[target]
    role = START if about["role"] == "outcome" and known(target) else ROLES[about["role"]]
    return (
        f"{capital(about['what'])}. Published by {about['source']}: {about['population']}. "
        f"{role} This run {READINGS[verdict(results)]}. {mechanism_said(target)}"
    )


def mechanism_said(target):
    """The mechanisms that were chosen to show in a target, in words."""
    names = [mechanism for mechanism, of, *_ in report_of_project()["mechanisms"] if of == target]
    if not names:
        return "No mechanism was chosen to show in this figure."
    return f"Switched off to show in it: {', '.join(names)}."


# -- a check ---------------------------------------------------------------------------------------


def check_answer(result):
    """What the page shows of one check of a target: its published value and tolerance, and rows of
    measured numbers, all with four digits.
    """
    name = "" if result.check == "value" else result.check.replace("_", " ")
    check = check_named(result.target, result.check)
    rows, text = measured_rows(result), published_text(result)
    numbers = ", ".join(f"{row['label']} {row['text']}" for row in rows)
    return {
        "name": name,
        "text": text,
        "published": [check["low"], check["high"]],
        "band": tolerated(check),
        "rows": rows,
        "alt": f"{name} published {text}, {numbers}.".strip(),
    }


def tolerated(check):
    """The ends of what is within the tolerance of a check; None for an open end."""
    low, high, within = check["low"], check["high"], check["within"] or 0.0
    if "factor" in check:
        return [low / check["factor"], high * check["factor"]]
    return [None if low is None else low - within, None if high is None else high + within]


def measured_rows(result):
    """The measured numbers of a check as rows, see `number_row`."""
    report, key = report_of_project(), f"{result.target} {result.check}"
    observed, low, high, uniform = report["figures"].get(key, [None] * 4)
    switched = [
        row
        for mechanism, target, check, with_it, without in report["mechanisms"]
        if (target, check) == (result.target, result.check)
        for row in (
            number_row(f"with it, {report['smaller']} listeners", with_it),
            number_row(f"without {mechanism}", without),
        )
    ]
    return [
        number_row("this run", *map(four_digits, (result.observed, *interval_of(result)))),
        number_row(f"report, {report['listeners']:,} listeners", observed, low, high),
        number_row("uniform draws", uniform),
        *switched,
    ]


def number_row(label, value, low=None, high=None):
    """A measured number with the ends of its 95 % interval, for the page; None if there is none."""
    text = "-" if value is None else short(value)
    return {"label": label, "value": value, "low": low, "high": high, "text": text}
