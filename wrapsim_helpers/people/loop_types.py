"""The types of listeners in the compiled loop.

Compiled code depends on them, so they are apart from what fills them (`loop_records`).
"""

from collections import namedtuple

import numpy as np

from ..schema import DEVICES
from .survey_shares import GENRE_NAMES

People = namedtuple("People", "persons versions zones changes")  # see `lower_listeners`
PERSON = np.dtype(
    [
        ("number", "i8"),
        ("key", "u8"),
        ("origin_ms", "i8"),
        ("start_ms", "i8"),
        ("end_ms", "i8"),
        ("joined_ms", "i8"),
        ("zone", "i4"),
        ("country", "i4"),
        ("home_country", "i4"),
        ("birth_year", "i4"),
        ("favourite", "i4"),
        ("kind", "i4"),
        ("south", "i1"),
        ("gender", "i1"),
        ("chronotype", "i1"),
        ("phone", "i1"),
        ("computer", "i1"),
        ("home_music", "f8"),  # share of domestic music in the charts of the country
        ("minutes", "f8"),
        ("novelty", "f8"),
        ("skip", "f8"),
        ("shuffle", "f8"),
        ("private", "f8"),
        ("offline", "f8"),
        ("devices", "f8", (len(DEVICES),)),
        ("other_totals", "f8", (len(GENRE_NAMES),)),
        ("first_version", "i8"),
        ("after_versions", "i8"),
    ],
    align=True,
)
VERSION = np.dtype([("from_ms", "i8"), ("age", "i4"), ("plan", "i1")], align=True)
