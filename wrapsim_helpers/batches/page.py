"""The page of a batch: every set with its status, parameters, time and first picture. One file
that needs no network.
"""

import datetime
import html
from collections import Counter
from pathlib import Path
from string import Template
from urllib.parse import quote

from ..cards.fonts import chain
from ..cards.story.faces import family_names, font_faces, used_characters
from ..checking import in_bytes
from ..storage.outputs import replaced_file
from .jobs import PAGES
from .side_by_side import DONE, FAILED, NOT_STARTED, UNCHANGED

HERE = Path(__file__).parent
FILE = "index.html"
WORDS = {DONE: "done", UNCHANGED: "unchanged", FAILED: "failed", NOT_STARTED: "not started"}
MOST_VALUES = 4  # recorded values on the tile of a set; the table has all
LONG = 24  # characters of a text that may be broken into lines
CLASSES = {NOT_STARTED: "not"}  # of CSS, where it is not the status
# every page needs these characters, besides those of its own texts
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;-_()/%+'\"·=…"


def write_page(results, folder, title, seconds, jobs):
    """Write index.html of a batch. Returns its path.

    results  list of `SetResult`;  title  name of the runs.yaml
    seconds  the whole batch took;  jobs  how many sets ran side by side
    """
    shared = shared_parameters(results)
    parts = {
        "title": escaped(f"{title}: {count_text(results)}"),
        "kicker": escaped(f"The batch {title}"),
        "headline": page_headline(results),
        "facts": escaped(facts_text(results, seconds, jobs)),
        "strip": "".join(strip_entry(at, result) for at, result in enumerate(results, 1)),
        "shared": shared_text(shared),
        "failures": failures(results),
        "to_values": '<a href="#results">Recorded values</a>' if recorded_names(results) else "",
        "sets": "\n".join(set_tile(at, result, shared) for at, result in enumerate(results, 1)),
        "table": values_table(results, shared),
        "footer": escaped(footer_text()),
    }
    page = Template(bundled_text("index.html")).substitute(
        parts,
        css=bundled_text("index.css"),
        js=bundled_text("index.js"),
        **fonts_of(" ".join(parts.values())),
    )
    with replaced_file(folder / FILE) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return folder / FILE


def bundled_text(name):
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def escaped(text):
    """A text for HTML, also inside quotation marks."""
    return html.escape(str(text), quote=True)


def fonts_of(text):
    """The CSS of the fonts of a page, each with the letters of the page alone, and their names."""
    letters = LETTERS + "".join(sorted({*html.unescape(text)} - {*LETTERS}))
    chains = {face: chain(letters, face) for face in ("text", "hero")}
    used = used_characters((letters, paths) for paths in chains.values())
    names = family_names(used)
    families = {face: ", ".join(names[path] for path in paths) for face, paths in chains.items()}
    return {
        "faces": font_faces(used),
        "text_face": families["text"],
        "hero_face": families["hero"],
    }


# -- numbers and words -----------------------------------------------------------------------------


def value_for_people(value):
    """A value for people: numbers with a comma between thousands and four digits of a fraction."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "missing"}[value]
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(map(value_for_people, value))
    return str(value) or '""'


def parameter_text(value):
    """A parameter for people; a float with all of its digits."""
    return str(value) if isinstance(value, float) else value_for_people(value)


def duration_text(seconds):
    """A time for people: "8.3 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def count_text(results):
    """How many sets are done, as text."""
    n_good = sum(result.status in (DONE, UNCHANGED) for result in results)
    return f"{n_good} of {len(results)} sets done"


def page_headline(results):
    """The sentence at the top of the page, as HTML."""
    counts = Counter(result.status for result in results)
    n_good = counts[DONE] + counts[UNCHANGED]
    if n_good == len(results):
        return f"All {n_good} sets are done" if n_good > 1 else "The set is done"
    bad = [
        f"{counts[status]} {WORDS[status]}" for status in (FAILED, NOT_STARTED) if counts[status]
    ]
    return f"{n_good} of {len(results)} sets are done, <b>{', '.join(bad)}</b>"


def facts_text(results, seconds, jobs):
    """Time and memory of a batch, as text."""
    kept = sum(result.status == UNCHANGED for result in results)
    peak = max(result.peak_bytes for result in results)
    return " · ".join(
        [
            f"{duration_text(seconds)}, {jobs} side by side"
            if jobs > 1
            else duration_text(seconds),
            *([f"{kept} unchanged since an earlier batch"] if kept else []),
            *([f"at most {in_bytes(peak)} of memory for a set"] if peak else []),
        ]
    )


def footer_text():
    """When and by what the page was written."""
    from importlib.metadata import version

    moment = datetime.datetime.now().astimezone()
    return f"Written by wrapsim {version('wrapsim')} on {moment:%Y-%m-%d at %H:%M %Z}."


# -- parameters ------------------------------------------------------------------------------------


def described_set(result):
    """The notebook and the parameters that the file gives to a set: name -> text."""
    given = {name: parameter_text(value) for name, value in result.job.given.items()}
    return {"notebook": result.job.notebook.stem} | given


def shared_parameters(results):
    """What all sets have in common, name -> text; {} if there is one set only."""
    every = [described_set(result).items() for result in results]
    return dict(set(every[0]).intersection(*every[1:])) if len(every) > 1 else {}


def shared_text(shared):
    """What all sets have in common, as HTML."""
    names = sorted(shared, key=lambda name: (name != "notebook", name))
    pairs = ", ".join(f"{escaped(name)} {escaped(shared[name])}" for name in names)
    return f'<p class="shared"><span>All sets:</span> {pairs}</p>' if shared else ""


def pairs_html(pairs, kind):
    """Names and texts as a list of HTML; "" without any."""
    items = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(text)}</dd></div>" for name, text in pairs
    )
    return f'<dl class="{kind}">{items}</dl>' if items else ""


# -- sets ------------------------------------------------------------------------------------------


def css_class(result):
    """The CSS class of a set's status."""
    return CLASSES.get(result.status, result.status)


def strip_entry(at, result):
    """The block of a set in the strip at the top."""
    label = escaped(f"{result.job.name}: {WORDS[result.status]}")
    return (
        f'<li><a class="{css_class(result)}" href="#set-{at}" title="{label}" '
        f'aria-label="{label}"></a></li>'
    )


def failures(results):
    """The failed sets with their errors, as HTML; "" if none failed."""
    failed = [(at, result) for at, result in enumerate(results, 1) if result.status == FAILED]
    items = "".join(
        f'<li><a href="{address(result) or "#set-" + str(at)}">{escaped(result.job.name)}</a>'
        f"<code>{escaped(result.error)}</code></li>"
        for at, result in failed
    )
    title = "1 set failed" if len(failed) == 1 else f"{len(failed)} sets failed"
    return f'<section class="failures"><h2>{title}</h2><ul>{items}</ul></section>' if failed else ""


def address(result):
    """The relative address of a set's HTML export; "" if there is none."""
    page = result.job.page
    return quote(f"{PAGES}/{page.name}") if page.is_file() and result.status != NOT_STARTED else ""


def set_tile(at, result, shared):
    """A set as HTML."""
    name, page = escaped(result.job.name), address(result)
    pairs = [pair for pair in described_set(result).items() if pair[0] not in shared]
    values = [(key, value_for_people(value)) for key, value in result.values.items()]
    title = f'<a href="{page}">{name}</a>' if page else name
    return (
        f'<li class="set" id="set-{at}">{picture_html(result)}<div class="words">'
        f"<h3>{title}</h3>"
        f"{pairs_html(pairs, 'given')}{pairs_html(values[:MOST_VALUES], 'values')}"
        f'<p class="last">{state_text(result)}{links(result, page)}</p></div></li>'
    )


def picture_html(result):
    """The first picture of a set, or its error, as HTML."""
    if result.status in (FAILED, NOT_STARTED) and result.error:
        return f'<div class="panel"><code>{escaped(result.error)}</code></div>'
    if not result.picture:
        words = "no picture" if result.status in (DONE, UNCHANGED) else WORDS[result.status]
        return f'<div class="panel empty">{words}</div>'
    alt = escaped(html.unescape(result.alt)) or f"First picture of {escaped(result.job.name)}"
    return f'<figure><img loading="lazy" src="{result.picture}" alt="{alt}"></figure>'


def state_text(result):
    """The status, time and memory of a set as HTML."""
    memory = [in_bytes(result.peak_bytes)] if result.peak_bytes else []
    measured = [duration_text(result.seconds), *memory] if result.seconds else []
    return f'<span class="state {css_class(result)}">{WORDS[result.status]}</span>' + "".join(
        f"<span>{text}</span>" for text in measured
    )


def links(result, page):
    """The links to a set's HTML export and notebook, as HTML."""
    if not page:
        return ""
    name = escaped(result.job.name)
    return (
        f'<a href="{page}" aria-label="Read {name}">Read</a>'
        f'<a href="{quote(result.job.output.name)}" aria-label="Notebook of {name}">.ipynb</a>'
    )


# -- results ---------------------------------------------------------------------------------------


def values_table(results, shared):
    """The recorded values of all sets as an HTML table, numbers with a bar; "" if nothing was
    recorded.
    """
    names = recorded_names(results)
    given = [name for result in results for name in result.job.given if name not in shared]
    columns = [*dict.fromkeys(given)]
    if not names:
        return ""
    rows = [
        [*map(result.job.given.get, columns), *map(result.values.get, names)] for result in results
    ]
    kinds = [kind_of_column(column) for column in zip(*rows)]
    bars = [*len(columns) * [0], *(largest(column) for column in [*zip(*rows)][len(columns) :])]
    head = row_html("set", [cell_html("th", *entry) for entry in zip(kinds, [*columns, *names])])
    body = "".join(
        row_html(result.job.name, [cell_html("td", *entry) for entry in zip(kinds, row, bars)])
        for result, row in zip(results, rows)
    )
    return (
        '<section class="results" id="results"><h2>Recorded values</h2><div class="scroll" '
        'tabindex="0" role="region" aria-label="Recorded values of all sets">'
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table></div>"
        '<p>The same as a file: <a href="results.parquet">results.parquet</a>, '
        '<a href="results.csv">results.csv</a></p></section>'
    )


def recorded_names(results):
    """Names of all recorded values, in the order in which they first appear."""
    return [*dict.fromkeys(name for result in results for name in result.values)]


def largest(values):
    """The value of the longest bar of a column; 0 if the column has no bars, since it has other
    values than positive numbers.
    """
    there = [value for value in values if value is not None]
    numbers = [value for value in there if isinstance(value, int | float) and value >= 0]
    return max(numbers) if len(numbers) == len(there) > 1 else 0


def kind_of_column(values):
    """The CSS class of a column: of numbers, of long texts, or ""."""
    if all(value is None or isinstance(value, int | float) for value in values):
        return "number"
    return "long" if any(len(cell_text(value)) > LONG for value in values) else ""


def cell_text(value):
    """A value in the table, as text; "" if there is none."""
    return "" if value is None else value_for_people(value)


def row_html(name, cells):
    """A row of the table as HTML: the name of a set, which may break after "_", then cells."""
    return f"<tr><th>{escaped(name).replace('_', '_<wbr>')}</th>{''.join(cells)}</tr>"


def cell_html(tag, kind, value, longest=0):
    """A cell of the table as HTML; with a bar if `longest`, the longest bar's value, is not 0."""
    bar = f' style="--share: {value / longest:.3f}"' if longest and value else ""
    return f'<{tag} class="{kind}"{bar}>{escaped(cell_text(value))}</{tag}>'
