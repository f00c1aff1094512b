"""Who listens: people drawn from whole survey rows, with a home, a clock, devices and habits.

A listener is a copy of one respondent's answers, so what goes together in the survey goes together
here. People are kept as columns of numbers, words come last: so a listener costs microseconds.
"""

from collections import namedtuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..checking import front_door
from ..compiled import compiled
from ..instants import DAY_MS
from ..parameters import Given, Run
from ..schema import DEVICES, SYMBOLS, TABLES, code, table_of
from ..streams import bits, choose, decision, exps, listener_keys, lns, normals, uniforms
from .behaviour import Behaviour, rounded, slot_chronotypes
from .clocks import clocks, encoded, midnights, zone_windows
from .figures import published
from .homes import countries, draw_homes, homes_of, names, nations
from .personas import behaviours_of, kinds, members, names_of, personas_of
from .survey_file import check_genre
from .survey_shares import GENRE_NAMES
from .survey_weights import (
    GROUP_AGES,
    OWNED,
    USAGE_DAYS,
    YOUNGEST,
    Kept,
    age_curve,
    age_group_of,
    answers_of,
    genre_totals,
    survey_rows,
    weights_of,
)

AGE, BIRTHDAY, GENRE, JOINED, CHRONOTYPE = map(
    decision,
    (
        "listener.age",
        "listener.birthday",
        "listener.genre",
        "listener.joined",
        "listener.chronotype",
    ),
)
MINUTES, NOVELTY, SKIP, SHUFFLE, PRIVATE, OFFLINE = map(
    decision,
    (
        "listener.minutes",
        "listener.novelty",
        "listener.skip",
        "listener.shuffle",
        "listener.private",
        "listener.offline",
    ),
)
TABLET, WEIGHT, PHONE_OS, COMPUTER_OS, USER_ID = map(
    decision,
    (
        "listener.tablet",
        "listener.device_weight",
        "listener.phone_os",
        "listener.computer_os",
        "listener.user_id",
    ),
)
PERSONA, COHORT, CHANGE_PLAN, CHANGE_AT = map(
    decision, ("listener.persona", "listener.cohort", "plan.change", "plan.change_at")
)

FREE, PREMIUM, MALE = code("plan", "free"), code("plan", "premium"), code("gender", "male")
NO_PLAN, INDIVIDUAL, STUDENT = (
    code("plan_kind", name) for name in ("none", "individual", "student")
)
STUDENT_UNTIL = 30  # years of age (assumed)
ACCOUNT_SCALE = (
    1.5  # accounts are that much older than those of 2015: so the published order fits the answers
)
FIRST_ACCOUNT_AGE = 6  # nobody opened an account younger than that (assumed)
# what runs on a computer, by what runs on the phone: Macs go with iPhones (assumed)
COMPUTERS = {
    "android": {"windows": 0.78, "macos": 0.15, "linux": 0.07},
    "ios": {"windows": 0.5, "macos": 0.47, "linux": 0.03},
}


@front_door
def sample_listeners(
    run: Run, behaviour: Behaviour, survey: pd.DataFrame, ids, instead: Given = Given()
):
    """Who are the listeners with these numbers, and which profiles do they have in the run's
    window?

    behaviour  the plain `Behaviour`; a persona or cohort of the run's file listens by its own
    survey     as from `load_survey`; not to be changed in place
    ids        int64, (L,), numbers of listeners of the run
    instead    what is changed about them once they are drawn: same survey row, home and name,
               another age, gender, plan or genre, and the habits that follow from it
    Returns    (listeners, profile_versions), Arrow tables as in `schema.TABLES`; the same rows
               for a number whatever other numbers are asked for
    """
    run = run.origin  # who goes on is who began
    keys, personas = listener_keys(np.uint64(run.seed), ids), personas_of(run)
    homes, people = homes_of(run.given), draw_people(run, survey, keys, instead)
    people["persona"] = members(uniforms(keys, PERSONA, 0), personas.personas, people)
    people["cohort"] = members(uniforms(keys, COHORT, 0), personas.cohorts, people)
    own = parameters(
        behaviours_of(behaviour, personas), kinds(personas, people["persona"], people["cohort"])
    )
    people |= (
        {"listener_id": ids}
        | plan_chances(run, survey, people, own, instead)
        | habits(keys, people, own)
        | device_shares(keys, people)
    )
    people |= platforms(keys, people)
    words = {name: pa.array(homes[name]).take(pa.array(people["home"])) for name in homes} | {
        "user_id": pa.array([run.given.user_id] * len(ids))
        if run.given.user_id
        else user_ids(run.seed, ids),
        "name": names(keys, people, run.seed),
        "favourite_genre": pa.array(GENRE_NAMES).take(pa.array(people["genre"])),
        "persona": pa.array(["", *names_of(personas.personas)]).take(pa.array(people["persona"])),
        "cohort": pa.array(["", *names_of(personas.cohorts)]).take(pa.array(people["cohort"])),
    }
    return to_table("listeners", people, words), profile_versions(
        run, people, list(homes["time_zone"])
    )


def draw_people(run, survey, keys, instead):
    """A number per listener of each of these: the answers of a survey row, and key, age, home,
    place, birth_date and joined_on.
    """
    row = survey_rows(run, survey, keys)
    people = {name: answers[row] for name, answers in answers_of(Kept(survey)).items()}
    people["key"], people["age"] = keys, ages(keys, people["age_group"])
    people["genre"] = favourite_genres(run, keys, people["genre"])
    people |= fixed(run.given, len(keys))
    people["home"] = (
        np.zeros(len(keys), int)
        if run.given.latitude is not None
        else draw_homes(keys, people["plan"] == PREMIUM)
    )
    country = np.array([nations().index(name) for name in homes_of(run.given)["country"]])[
        people["home"]
    ]
    people["place"] = np.where(country < len(countries()), country, -1)
    people |= {"first_gender": people["gender"]} | fixed(instead, len(keys))
    people["birth_date"] = birth_dates(keys, people["age"], run.window[0])
    people["joined_on"] = join_dates(
        people, account_days(run, survey, keys, people["usage"]), run.window[0]
    )
    return people


def fixed(given, n):
    """What a Given fixes of age, gender, plan and genre, for so many listeners: name -> int64,
    (n,).
    """
    wanted = {
        "age": given.age,
        "gender": code("gender", given.gender) if given.gender else None,
        "plan": code("plan", given.plan) if given.plan else None,
        "genre": GENRE_NAMES.index(check_genre("preferred_genre", given.preferred_genre))
        if given.preferred_genre
        else None,
    }
    return {name: np.full(n, value) for name, value in wanted.items() if value is not None}


def favourite_genres(run, keys, surveyed):
    """Number of the survey row's genre, or of one picked from the run's list, int64, (L,)."""
    if not run.genres:
        return surveyed
    allowed = np.array([GENRE_NAMES.index(check_genre("genres", genre)) for genre in run.genres])
    return allowed[choose(uniforms(keys, GENRE, 0), np.ones(len(allowed)))]


def ages(keys, groups):
    """Completed years of age, int64: drawn from the published curve within the row's joined age
    group.
    """
    u, curve, years = uniforms(keys, AGE, 0), age_curve(), np.empty(len(keys), np.int64)
    for group, (low, high) in enumerate(GROUP_AGES.values()):
        mine = groups == group
        years[mine] = low + choose(u[mine], rounded(curve[low - YOUNGEST : high - YOUNGEST]))
    return years


def birth_dates(keys, years, start):
    """Days of birth that make the listeners so many completed years old at the start,
    datetime64[D].
    """
    last_birthday = np.datetime64(start.date()) - (uniforms(keys, BIRTHDAY, 0) * 365).astype(int)
    month, day = last_birthday.astype("datetime64[M]"), last_birthday
    return (month - 12 * years).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))


def account_days(run, survey, keys, usage):
    """How many days ago each account was opened, int64, (L,), at least 1.

    "survey": even within the surveyed usage period. "world": the published distribution
    (account_age, 2015), scaled by ACCOUNT_SCALE; who has used the service for longer by their
    answer has the older account.
    """
    u = uniforms(keys, JOINED, 0)
    if run.population == "survey":
        limits = np.array(list(USAGE_DAYS.values()))[usage]
        return limits[:, 0] + (u * (limits[:, 1] - limits[:, 0])).astype(int)
    weights = weights_of(Kept(survey), run.population, run.survey_group)
    shares = np.bincount(answers_of(Kept(survey))["usage"], weights, len(USAGE_DAYS))
    rank = (np.cumsum(shares) - shares)[usage] + u * shares[usage]
    weeks = published("account_age")
    ranks = np.array([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
    limits = np.array(
        [
            0.0,
            weeks["p10"],
            weeks["p25"],
            weeks["p50"],
            weeks["p75"],
            weeks["p90"],
            1.3 * weeks["p90"],
        ]
    )
    at = np.minimum(np.searchsorted(ranks, rank, side="right"), len(ranks) - 1) - 1
    along = (rank - ranks[at]) / (ranks[at + 1] - ranks[at])
    return 1 + (ACCOUNT_SCALE * 7 * (limits[at] + along * (limits[at + 1] - limits[at]))).astype(
        int
    )


def join_dates(people, days, start):
    """Days on which the accounts were opened, datetime64[D]; never before the owner's
    FIRST_ACCOUNT_AGE.
    """
    most = np.maximum((people["age"] - FIRST_ACCOUNT_AGE) * 365, 1)
    return np.datetime64(start.date()) - np.minimum(days, most)


# -- habits ----------------------------------------------------------------------------------------


def parameters(behaviours, kind):
    """The parameters each listener lives by: a function from a parameter's name to its values,
    float64, (L, ...).
    """
    return lambda name: np.array([getattr(one, name) for one in behaviours], dtype=np.float64)[kind]


def habits(keys, people, own):
    """How much, when and how each listener listens: name -> float64 or codes, (L,), rounded to
    0.001.
    """
    premium, years = people["plan"] == PREMIUM, people["age"]
    log_minutes = (
        own("log_minutes")
        + own("sigma_minutes") * normals(keys, MINUTES, 0)
        + own("age_slope") * (years - 30)
        + lns(own("minutes_factor"))
        + premium * lns(own("premium_factor"))
        + (people["gender"] == MALE) * lns(own("male_factor"))
    )
    novelty, skip = (
        own(f"sigma_{name}") * normals(keys, what, 0) - own(f"sigma_{name}") ** 2 / 2
        for name, what in (("novelty", NOVELTY), ("skip", SKIP))
    )
    return {
        "chronotype": chronotypes(keys, people["time_slot"]),
        "minutes_per_day": np.clip(exps(log_minutes), 0.05, 900).round(3),
        "novelty": (exps(novelty) * (1 + own("novelty_age_slope") * (years - 30)))
        .clip(0.2, 4)
        .round(3),
        "skip_tendency": exps(skip).round(3),
        "shuffle_share": kumaraswamy(uniforms(keys, SHUFFLE, 0), *own("shuffle_shape").T).round(3),
        "private_share": (2 * own("private_share") * uniforms(keys, PRIVATE, 0)).round(3),
        "offline_share": (2 * own("offline_share") * uniforms(keys, OFFLINE, 0)).round(3),
    }


def chronotypes(keys, slots):
    """Chronotype of each listener by the surveyed time slot, codes int64, (L,)."""
    u, chronotype = uniforms(keys, CHRONOTYPE, 0), np.empty(len(keys), np.int64)
    for slot, row in enumerate(slot_chronotypes((1 / 3, 1 / 3, 1 / 3))):
        chronotype[slots == slot] = choose(u[slots == slot], rounded(row))
    return chronotype


def kumaraswamy(u, alpha, beta):
    """Quantiles of Kumaraswamy's distribution, the closed-form neighbour of beta(alpha, beta):
    float64, (L,), 0 to 1.
    """
    return (1 - (1 - u) ** (1 / beta)) ** (1 / alpha)


def device_shares(keys, people):
    """Share of sessions on each device a listener owns, rounded to 0.01: name_share -> float64,
    (L,).
    """
    weights = np.zeros((len(keys), len(DEVICES)))
    for i, (device, (_, weight, chance)) in enumerate(OWNED.items()):
        owns = people[device] & (uniforms(keys, TABLET, i) < chance)
        weights[:, i] = owns * weight * exps(0.5 * normals(keys, WEIGHT, i))
    weights[weights.sum(axis=1) == 0, 0] = 1.0
    shares = np.round(weights / weights.sum(axis=1, keepdims=True), 2)
    shares[np.arange(len(keys)), shares.argmax(axis=1)] += 1 - shares.sum(axis=1)
    return {f"{device}_share": shares[:, i].round(2) for i, device in enumerate(OWNED)}


def platforms(keys, people):
    """What runs on each listener's phone and computer, codes of platforms, int64, (L,); UNKNOWN for
    what they do not own.

    The phone goes by the country, the computer by the phone (both assumed).
    """
    ios = np.append(countries()["phone_ios"].to_numpy(), 0.3)[people["place"]]
    phone, computer = uniforms(keys, PHONE_OS, 0) < ios, np.empty(len(keys), np.int64)
    for has_ios, shares in zip((False, True), COMPUTERS.values()):
        picked = choose(uniforms(keys, COMPUTER_OS, 0)[phone == has_ios], list(shares.values()))
        computer[phone == has_ios] = np.array([code("platform", name) for name in shares])[picked]
    return {
        "phone_platform": np.where(phone, code("platform", "ios"), code("platform", "android"))
        * (people["phone_share"] + people["tablet_share"] > 0),
        "computer_platform": computer * (people["desktop_share"] > 0),
    }


def to_table(name, people, words):
    """One of `schema.TABLES`: numbers and codes from NumPy arrays, text from Arrow arrays."""
    return table_of(
        name,
        {
            column: words[column] if column in words else people[column]
            for column in TABLES[name].names
        },
    )


# -- profile versions ------------------------------------------------------------------------------


def plan_chances(run, survey, people, own, instead):
    """Chance to leave premium and to take it in a month: {'leaving', 'joining'} -> float64, (L,); 0
    where the plan is given.

    leaving  premium_churn
    joining  what keeps the share of premium among people of the same group of answers and age
             as it is, times premium_growth
    """
    changing = not (run.given.plan or instead.plan)
    answers, weights = (
        answers_of(Kept(survey)),
        weights_of(Kept(survey), run.population, run.survey_group),
    )
    everybody, premium = (
        np.bincount(plan_cell(answers), weights * which, minlength=2 * len(GROUP_AGES))
        for which in (1.0, answers["plan"] == PREMIUM)
    )
    odds = premium / np.maximum(everybody - premium, 1e-9)
    return {
        "leaving": changing * own("premium_churn"),
        "joining": changing
        * np.minimum(own("premium_growth") * own("premium_churn") * odds[plan_cell(people)], 1.0),
    }


def plan_cell(people):
    """Number of the group of answers and age, int64, (L,)."""
    return (people["listener_type"] - 1) * len(GROUP_AGES) + people["age_group"]


def profile_versions(run, people, zones):
    """profile_versions.parquet: age and plan of each listener from when on; a birthday or another
    plan begins a new version.

    Version 0 is valid from the start of the listener's window, with the plan of the survey row.

    people  name -> array, (L,): listener_id, key, home, birth_date, age, plan, wanted_plan,
            leaving, joining
    zones   time zone of each home, list of text
    """
    zone_names, zone = np.unique(zones, return_inverse=True)
    starts, ends = (limit[zone][people["home"]] for limit in zone_windows(run, zone_names)[:2])
    everybody, unchanged = np.arange(len(starts)), np.full(len(starts), -1)
    changes = [(everybody, starts, people["age"], people["plan"])]
    changes += [
        (rows, at, ages, unchanged[rows])
        for rows, at, ages in birthdays(run, people, zone_names, zone[people["home"]], starts, ends)
    ]
    changes += [
        (rows, at, unchanged[rows], plans) for rows, at, plans in plan_changes(people, starts, ends)
    ]
    row, at, age, plan = map(np.concatenate, zip(*changes))
    order = np.lexsort((at, row))
    return version_table(
        people, row[order], at[order], carried_on(age[order]), carried_on(plan[order])
    )


def carried_on(values):
    """Values with every -1 replaced by the last one before it that is not; int64, (N,), the first
    not -1.
    """
    return values[np.maximum.accumulate(np.where(values >= 0, np.arange(len(values)), 0))]


def version_table(people, row, at, age, plan):
    """The profile_versions table from the rows of the people, in order, and what holds from when
    on.
    """
    wanted = people["wanted_plan"][row]
    wanted = np.where(
        (wanted == NO_PLAN) | ((wanted == STUDENT) & (age >= STUDENT_UNTIL)), INDIVIDUAL, wanted
    )
    return table_of(
        "profile_versions",
        {
            "listener_id": people["listener_id"][row],
            "profile_version": np.arange(len(row)) - np.searchsorted(row, row),
            "valid_from": at,
            "age": age,
            "plan": plan,
            "plan_kind": np.where(plan == PREMIUM, wanted, NO_PLAN),
        },
    )


def birthdays(run, people, zone_names, zone, starts, ends):
    """Birthdays in each listener's window: [(rows of the people, UTC ms of local midnight,
    completed years), ...] by year.
    """
    births = people["birth_date"]
    for year in range(run.window[0].year, run.window[1].year + 1):
        at = midnights(run, anniversaries(births, year), zone_names, zone)
        rows = np.flatnonzero((at > starts) & (at < ends))
        yield rows, at[rows], year - (births[rows].astype("datetime64[Y]").astype(int) + 1970)


def anniversaries(births, year):
    """The birthdays in a year, datetime64[D]; 28 February in a common year for those born on the
    29th.
    """
    month_day = births.astype("datetime64[M]").astype(int) % 12
    month = (np.datetime64(f"{year}-01") + month_day).astype("datetime64[M]")
    day = births - births.astype("datetime64[M]").astype("datetime64[D]")
    last = (
        (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]") - np.timedelta64(1, "D")
    )
    return month.astype("datetime64[D]") + np.minimum(day, last)


def plan_changes(people, starts, ends):
    """Changes of plan in each listener's window: [(rows of the people, UTC ms, new plan), ...] by
    month.

    In every calendar month (UTC) a listener leaves premium, or takes it, with the chance they have,
    at an even moment of the month. Listener and month decide, not the window's end: the first
    months of a year are those of a shorter run.
    """
    keys, plan = people["key"], people["plan"]
    months = np.arange(month_of(starts.min()), month_of(ends.max()) + 2)
    limits = months.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)
    for month, first, after in zip(months[:-1].tolist(), limits, limits[1:]):
        at = first + (uniforms(keys, CHANGE_AT, month) * (after - first)).astype(np.int64)
        chance = np.where(plan == PREMIUM, people["leaving"], people["joining"])
        rows = np.flatnonzero(
            (uniforms(keys, CHANGE_PLAN, month) < chance) & (at > starts) & (at < ends)
        )
        plan = plan.copy()
        plan[rows] = np.where(plan[rows] == PREMIUM, FREE, PREMIUM)
        yield rows, at[rows], plan[rows]


def month_of(at_ms):
    """Number of the month since 1970 of an instant, int."""
    return int(np.datetime64(int(at_ms), "ms").astype("datetime64[M]").astype(int))


# -- user ids --------------------------------------------------------------------------------------

ODD = 0x9E3779B1  # multiplying by an odd number modulo 2**32 can be undone
ODD_INVERSE = pow(ODD, -1, 2**32)
HEX_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
DIGIT_PLACES = np.array(
    [i for i in range(36) if i not in (8, 13, 18, 23)]
)  # of a UUID's text; dashes between


def user_ids(seed, ids):
    """A UUID per listener number, Arrow text, (L,): version 8, made from seed and number;
    `listener_number` undoes it.
    """
    keys = listener_keys(np.uint64(seed), ids)
    high = (hashed(keys, 0) & ~np.uint64(0xF000)) | np.uint64(0x8000)
    hidden = (ids.astype(np.uint64) * np.uint64(ODD) + np.uint64(mask_of(seed))) & np.uint64(
        0xFFFFFFFF
    )
    low = (
        (hashed(keys, 1) >> np.uint64(34) << np.uint64(32)) | hidden | np.uint64(0x8000000000000000)
    )
    octets = np.stack([high, low], axis=1).astype(">u8").view(np.uint8)
    text = np.full((len(ids), 36), ord("-"), np.uint8)
    text[:, DIGIT_PLACES[0::2]], text[:, DIGIT_PLACES[1::2]] = (
        HEX_DIGITS[octets >> 4],
        HEX_DIGITS[octets & 15],
    )
    limits = np.arange(0, 36 * len(ids) + 1, 36, dtype=np.int32)
    return pa.StringArray.from_buffers(len(ids), pa.py_buffer(limits), pa.py_buffer(text))


@compiled
def hashed(keys, counter):
    """64 random bits per key for the user id, uint64, (L,)."""
    result = np.empty(len(keys), np.uint64)
    for i in range(len(keys)):
        result[i] = bits(keys[i], USER_ID, counter)
    return result


def mask_of(seed):
    """The number that hides a listener's number in the user ids of a seed, 0 to 2**32 - 1."""
    return int(bits(np.uint64(seed), USER_ID, 0)) & 0xFFFFFFFF


def listener_number(user_id, seed):
    """The listener number behind a user id of this seed, or None where the id is not of this
    seed.
    """
    number = (int(user_id.replace("-", "")[-8:], 16) - mask_of(seed)) * ODD_INVERSE % 2**32
    return (
        number
        if number < 2**31 and user_ids(seed, np.array([number]))[0].as_py() == user_id.lower()
        else None
    )


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
        ("others", "f8", (len(GENRE_NAMES),)),
        ("first_version", "i8"),
        ("after_versions", "i8"),
    ],
    align=True,
)
VERSION = np.dtype([("from_ms", "i8"), ("age", "i4"), ("plan", "i1")], align=True)
People = namedtuple("People", "persons versions zones changes")


def lower(run, listeners, versions, catalogue, others):
    """Listeners and their profile versions as the compiled loop reads them: (People, names of the
    countries).

    others   float64, (L, genres): running totals of the genres heard besides the favourite, see
             `other_genres`
    Returns  People: persons, one PERSON record per listener (kind: which of `behaviours_of`;
             country: place in the names returned; home: row of places.csv or -1); versions, VERSION
             records in their order; zones, int64, where each zone's changes begin, and changes,
             CHANGE records of the clocks
    """
    numbers, owners, personas = (
        listeners["listener_id"].to_numpy(),
        versions["listener_id"].to_numpy(),
        personas_of(run),
    )
    zones, zone = encoded(listeners["time_zone"])
    starts, ends, _ = zone_windows(run, zones)
    country = codes(listeners["country"], nations())
    persons = filled(
        PERSON,
        len(numbers),
        dict(
            number=numbers,
            key=listener_keys(np.uint64(run.seed), numbers),
            origin_ms=zone_windows(run.origin, zones)[0][zone],
            start_ms=starts[zone],
            end_ms=ends[zone],
            zone=zone,
            joined_ms=days_of(listeners["joined_on"]) * DAY_MS,
            country=country,
            home=np.where(country < len(countries()), country, -1),
            birth_year=days_of(listeners["birth_date"])
            .astype("datetime64[D]")
            .astype("datetime64[Y]")
            .astype(int)
            + 1970,
            favourite=np.array(list(catalogue.pools.values()))[
                codes(listeners["favourite_genre"], list(catalogue.pools))
            ],
            kind=kinds(
                personas,
                *(
                    codes(listeners[name], ["", *names_of(groups)])
                    for name, groups in zip(("persona", "cohort"), personas)
                ),
            ),
            **{name: labels(listeners, column) for name, column in LABELS.items()},
            **{name: listeners[column].to_numpy() for name, column in SHARES.items()},
            south=listeners["latitude"].to_numpy() < 0,
            devices=np.cumsum(
                [listeners[f"{name}_share"].to_numpy() for name in DEVICES], axis=0
            ).T,
            others=others,
            first_version=np.searchsorted(owners, numbers),
            after_versions=np.searchsorted(owners, numbers, side="right"),
        ),
    )
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
    """A record array from one column per field."""
    records = np.zeros(rows, dtype).view(np.recarray)
    for name, column in columns.items():
        records[name] = column
    return records


def codes(column, words):
    """Place of each text of an Arrow column in a list of words, int64, (L,)."""
    return pc.index_in(column, value_set=pa.array(words, pa.string())).to_numpy().astype(np.int64)


def labels(table, column):
    """Codes of a column of a closed set of an Arrow table, int64, (L,)."""
    return codes(table[column].cast(pa.string()), SYMBOLS[column])


def days_of(column):
    """Days since 1970 of an Arrow column of dates, int64, (L,)."""
    return column.cast(pa.int32()).to_numpy().astype(np.int64)


def other_genres(survey, listeners, versions):
    """Running totals of the shares of the survey genres among listeners like each one, float64, (L,
    genres): by group, age, gender and plan, smoothed (`answer_shares`)."""
    first = np.searchsorted(versions["listener_id"].to_numpy(), listeners["listener_id"].to_numpy())
    age, plan = versions["age"].to_numpy()[first], labels(versions, "plan")[first]
    return genre_totals(Kept(survey))[
        labels(listeners, "listener_type") - 1,
        age_group_of(age),
        labels(listeners, "gender") - 1,
        plan - 1,
    ]
