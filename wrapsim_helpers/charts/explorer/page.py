"""The page that all explorers share. With a kernel it asks for each choice; without one it has the
answers that were computed in advance.
"""

import base64
import html
import itertools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from ..style import series_text

HERE = Path(__file__).parent
SESSION = "JPY_SESSION_NAME"  # the Jupyter server names the notebook of a kernel in it


@dataclass(frozen=True)
class Explorer:
    """An explorer for a notebook cell.

    layout  JavaScript: PARTS and draw, see page.js
    data    what the page needs with a kernel, as from `page_data`
    reply   function of a choice (control's name -> value, None for unchanged); returns the answer,
            before which there may be {"soon": what is being done}. None if the explorer without a
            kernel has all answers
    still   the explorer without a kernel, as from `still_page`
    """

    layout: str = field(repr=False)
    data: dict = field(repr=False)
    reply: Callable | None = field(repr=False)
    still: str = field(repr=False)

    def _repr_html_(self):
        return self.still

    def _ipython_display_(self):
        from IPython.display import HTML, display

        display(HTML(self.still))
        if self.reply and has_page():
            from .widget import widget_of

            display(widget_of(self))


def has_page():
    """Whether a browser shows this notebook while it runs: JupyterLab, Colab or an editor."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    in_editor = "__vsc_ipynb_file__" in getattr(shell, "user_ns", {})
    return SESSION in os.environ or in_editor or "google.colab" in sys.modules


# -- controls --------------------------------------------------------------------------------------


def control(name, label, kind, values, start, texts=None):
    """A control of the page.

    kind    "range" for a slider, "choice" for a menu
    values  those asked for;  texts  their words;  start  the position of the unchanged one
    """
    texts = [str(value) for value in values] if texts is None else texts
    asked = [None if i == start else value for i, value in enumerate(values)]
    return {
        "name": name, "label": label, "kind": kind,
        "values": asked, "texts": texts, "start": start,
    }  # fmt: skip


def menu_control(name, label, present, values):
    """A menu whose first entry is the present value."""
    others = [value for value in values if value != present]
    return control(name, label, "choice", [present, *others], 0)


# -- the page --------------------------------------------------------------------------------------


def page_data(first, controls, back, **more):
    """What a page needs, a dict for JSON.

    first  the answer before anything is chosen;  back  the words of the button that shows it again
    more   what its layout needs
    """
    return more | {
        "first": first,
        "controls": controls,
        "back": back,
        "style": bundled_text("page.css"),
    }


def bundled_text(name):
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def answers_of(controls, answer):
    """The answers to all combinations of controls: positions as text, such as "0 1 0" -> answer.

    answer  function of a choice
    """
    return {
        " ".join(map(str, places)): answer(
            {c["name"]: c["values"][place] for c, place in zip(controls, places)}
        )
        for places in itertools.product(*(range(len(c["values"])) for c in controls))
    }


def still_page(layout, data, picture):
    """The explorer without a kernel: one HTML object with all its answers, and a picture that shows
    where scripts do not run.

    data     as from `page_data`, with `answers` as from `answers_of`
    picture  HTML, as from `still_picture`
    """
    text = for_script(data)
    name = f"explorer-{crc32(text.encode()):x}"
    first, last = map(bundled_text, ("picture.js", "page.js")), bundled_text("still.js")
    scripts = "\n".join([*first, layout, last])
    return (
        f'<div class="wrapsim-still" data-name="{name}">\n{picture}</div>\n<script>(() => {{\n'
        f"{scripts}\n"
        f'stillExplorer("{name}", {text});\n}})();</script>'
    )


def for_script(data):
    """JSON that can stand in a script of a page."""
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def still_alt(controls, answers, words):
    """What each choice gives, with all else unchanged, in words. words: function of an answer"""
    starts = [c["start"] for c in controls]
    sentences = []
    for i, c in enumerate(controls):
        places = ([*starts[:i], n, *starts[i + 1 :]] for n in range(len(c["texts"])))
        texts = (words(answers[" ".join(map(str, place))]) for place in places)
        sentences.append(f"{c['label']}: {series_text(c['texts'], texts)}.")
    return " ".join(sentences)


def still_picture(card, alt):
    """A picture as HTML for pages without scripts. alt: more words for its alt text"""
    alt = html.escape(f"{card.alt} {alt}", quote=True)
    src = "data:image/png;base64," + base64.b64encode(card.png).decode()
    return f'<img alt="{alt}" width="{card.width}" src="{src}">'
