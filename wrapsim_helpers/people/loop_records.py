"""Listeners as the NumPy records that the compiled loop reads."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..instants import DAY_MS
from ..schema import DEVICES, SYMBOLS
from ..streams import listener_keys
from .clocks import clocks, zone_codes, zone_windows
from .homes import countries, nations
from .listeners import People
from .personas import group_names, kinds, personas_of
from .survey_shares import GENRE_NAMES
from .survey_weights import TableKey, age_group_of, genre_totals

# -- records for the compiled loop -----------------------------------------------------------------

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
        ("home", "i4"),
        ("birth_year", "i4"),
        ("favourite", "i4"),
        ("kind", "i4"),
        ("south", "i1"),
        ("gender", "i1"),
        ("chronotype", "i1"),
        ("phone", "i1"),
        ("computer", "i1"),
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


def lower_listeners(run, listeners, versions, catalogue, other_totals):
    """Listeners and their profile versions as the compiled loop reads them.

    other_totals   float64, (L, genres), running totals as from `other_genres`
    Returns        (People, codes of the countries). People has: persons, one PERSON record per
                   listener (kind: position in `behaviours_of`; country: position in the codes
                   returned; home: row of places.csv or -1); versions, VERSION records in their
                   order; zones, int64, where each zone's changes begin; changes, CHANGE records
    """
    numbers, owners = listeners["listener_id"].to_numpy(), versions["listener_id"].to_numpy()
    zones, zone = zone_codes(listeners["time_zone"])
    starts, ends, _ = zone_windows(run, zones)
    fields = person_fields(run, listeners, catalogue) | dict(
        origin_ms=zone_windows(run.origin, zones)[0][zone],
        start_ms=starts[zone],
        end_ms=ends[zone],
        zone=zone,
        other_totals=other_totals,
        first_version=np.searchsorted(owners, numbers),
        after_versions=np.searchsorted(owners, numbers, side="right"),
    )
    persons = filled(PERSON, len(numbers), fields)
    rows = filled(
        VERSION,
        len(owners),
        dict(
            from_ms=versions["valid_from"].cast("int64").to_numpy(),
            age=versions["age"].to_numpy(),
            plan=labels(versions, "plan"),
        ),
    )
    return People(persons, rows, *clocks(run.origin, zones)), nations()


def person_fields(run, listeners, catalogue):
    """The fields of PERSON that follow from a listener alone: name -> array."""
    numbers, personas = listeners["listener_id"].to_numpy(), personas_of(run)
    country = codes(listeners["country"], nations())
    groups = [
        codes(listeners[name], ["", *group_names(groups)])
        for name, groups in zip(("persona", "cohort"), personas)
    ]
    born = days_since_1970(listeners["birth_date"]).astype("datetime64[D]")
    pools = np.array(list(catalogue.pools.values()))
    devices = [listeners[f"{name}_share"].to_numpy() for name in DEVICES]
    return dict(
        number=numbers,
        key=listener_keys(np.uint64(run.seed), numbers),
        joined_ms=days_since_1970(listeners["joined_on"]) * DAY_MS,
        country=country,
        home=np.where(country < len(countries()), country, -1),
        birth_year=born.astype("datetime64[Y]").astype(int) + 1970,
        favourite=pools[codes(listeners["favourite_genre"], list(catalogue.pools))],
        kind=kinds(personas, *groups),
        **{name: labels(listeners, column) for name, column in LABELS.items()},
        **{name: listeners[column].to_numpy() for name, column in SHARES.items()},
        south=listeners["latitude"].to_numpy() < 0,
        devices=np.cumsum(devices, axis=0).T,
    )


# field of PERSON -> column of the listeners table
LABELS = {
    "gender": "gender",
    "chronotype": "chronotype",
    "phone": "phone_platform",
    "computer": "computer_platform",
}
SHARES = {
    "minutes": "minutes_per_day",
    "novelty": "novelty",
    "skip": "skip_tendency",
    "shuffle": "shuffle_share",
    "private": "private_share",
    "offline": "offline_share",
}


def filled(dtype, rows, columns):
    """A record array from one column per field. columns: field -> array, (rows,)."""
    records = np.zeros(rows, dtype).view(np.recarray)
    for name, column in columns.items():
        records[name] = column
    return records


def codes(column, words):
    """Position of each text of an Arrow column in a list of words, int64, (L,)."""
    return pc.index_in(column, value_set=pa.array(words, pa.string())).to_numpy().astype(np.int64)


def labels(table, column):
    """Codes of a closed-set column of an Arrow table, int64, (L,)."""
    return codes(table[column].cast(pa.string()), SYMBOLS[column])


def days_since_1970(column):
    """Days since 1970 of an Arrow column of dates, int64, (L,)."""
    return column.cast(pa.int32()).to_numpy().astype(np.int64)


def other_genres(survey, listeners, versions):
    """Running totals of genre shares among listeners like each listener, float64, (L, genres).

    Shares are by survey group, age, gender and plan, smoothed as by `response_shares`.
    """
    first = np.searchsorted(versions["listener_id"].to_numpy(), listeners["listener_id"].to_numpy())
    age, plan = versions["age"].to_numpy()[first], labels(versions, "plan")[first]
    return genre_totals(TableKey(survey))[
        labels(listeners, "listener_type") - 1,
        age_group_of(age),
        labels(listeners, "gender") - 1,
        plan - 1,
    ]
