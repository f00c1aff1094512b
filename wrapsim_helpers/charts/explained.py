"""How the insights of a story were counted, as a table."""

import pandas as pd

from ..checking import front_door
from ..wrapped import Story
from .tables import in_words


@front_door
def explained(story: Story, names):
    """How some insights of a story were counted: a table of `Story.explain`. Insights without rows
    are left out.
    """
    known = [name for name in names if len(story.tables.get(name, ()))]
    rows = [(name.replace("_", " ").capitalize(), story.explain(name)) for name in known]
    return in_words(pd.DataFrame(rows, columns=["Insight", "How it was counted"]))
