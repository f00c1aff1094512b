"""The published figures and the fitted parameters of the model, from data/behaviour."""

import functools
import json

from ..resources import resource


@functools.cache
def figures(name="targets"):
    """One JSON file of data/behaviour as a dict."""
    return json.loads(resource("data", "behaviour", f"{name}.json").read_text(encoding="utf-8"))


def published(figure_id):
    """The value of one published figure, as in data/behaviour/targets.json."""
    return figures()[figure_id]["value"]
