"""Listeners as the NumPy records that the compiled loop reads."""

import numpy as np

from ..instants import DAY_MS
from ..schema import DEVICES
from .clocks import clocks, zone_windows
from .homes import countries
from .loop_types import PERSON, VERSION, People
from .survey_weights import TableKey, age_group_of, genre_totals

# field of PERSON -> column of `sample_people`
COLUMNS = {
    "number": "listener_id",
    "key": "key",
    "country": "country",
    "home_country": "home_country",
    "favourite": "genre",
    "kind": "kind",
    "south": "south",
    "gender": "gender",
    "chronotype": "chronotype",
    "phone": "phone_platform",
    "computer": "computer_platform",
    "minutes": "minutes_per_day",
    "novelty": "novelty",
    "skip": "skip_tendency",
    "shuffle": "shuffle_share",
    "private": "private_share",
    "offline": "offline_share",
}


def lower_listeners(run, people, versions, other_totals):
    """Listeners and their profile versions as the compiled loop reads them: `People`.

    people, versions  as from `sample_people`
    other_totals      float64, (L, genres), running totals as from `other_genres`

    Fields of a PERSON record: kind is a position in `behaviours_of`, country a position in
    `nations`, home_country a row of places.csv or -1. favourite is a position in GENRE_NAMES, which
    is also the number of the genre's pool in a catalogue.
    """
    zones = people["time_zone"].categories
    zone = people["time_zone"].codes
    starts, ends, _ = zone_windows(run, zones)
    row = versions["row"]
    numbers = np.arange(len(zone))
    fields = {field: people[column] for field, column in COLUMNS.items()} | {
        "zone": zone,
        "origin_ms": zone_windows(run.origin, zones)[0][zone],
        "start_ms": starts[zone],
        "end_ms": ends[zone],
        "joined_ms": people["joined_on"].astype(np.int64) * DAY_MS,
        "birth_year": people["birth_date"].astype("datetime64[Y]").astype(int) + 1970,
        "home_music": np.append(countries()["home_music"], 0.0)[people["home_country"]],
        "devices": np.cumsum([people[f"{name}_share"] for name in DEVICES], axis=0).T,
        "other_totals": other_totals,
        "first_version": np.searchsorted(row, numbers),
        "after_versions": np.searchsorted(row, numbers, side="right"),
    }
    return People(
        np.rec.fromarrays([fields[name] for name in PERSON.names], PERSON),
        np.rec.fromarrays([versions[name] for name in ("valid_from", "age", "plan")], VERSION),
        *clocks(run.origin, zones),
    )


def other_genres(survey, people):
    """Running totals of genre shares among listeners like each listener, float64, (L, genres).

    Shares are by survey group, age, gender and plan, smoothed as by `response_shares`.
    """
    group, gender, plan = (people[name] - 1 for name in ("listener_type", "gender", "plan"))
    return genre_totals(TableKey(survey))[group, age_group_of(people["age"]), gender, plan]
