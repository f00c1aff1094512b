"""Who listens: people drawn from whole survey rows, with a home, a clock, devices and habits.

A listener is a copy of one respondent's answers, so what goes together in the survey goes together here. For
population="world" the rows are weighted so that age, gender and plan have their published shares; few rows
carry the old and the very young, and `effective_sample_size` says how few.
"""

import functools
from collections import namedtuple

import numpy as np
import pandas as pd
import pytz
from faker import Faker
from faker.providers.geo import Provider as Places
from timezonefinder import TimezoneFinder

from .behaviour import GENRE_NAMES, age_groups, answer_shares, fit_margins, listener_types, published, rounded, slot_chronotypes
from .datasets import check_genre
from .run import (DAY_MS, MINUTE_MS, Given, bits, choose, compiled, decision, exps, first_instant_ms, instant_ms, listener_keys, normals,
                  resource, uniforms, zone_changes)
from .schema import CHRONOTYPES, DEVICES, SYMBOLS, TABLES, table_of

ROW, AGE, BIRTHDAY, GENRE, JOINED, KIND = map(decision, (
    "listener.row", "listener.age", "listener.birthday", "listener.genre", "listener.joined", "listener.plan_kind"))
REGION, COUNTRY, PLACE, FIRST, LAST, CHRONOTYPE = map(decision, (
    "listener.region", "listener.country", "listener.place", "listener.first_name", "listener.last_name", "listener.chronotype"))
MINUTES, NOVELTY, SKIP, SHUFFLE, PRIVATE, OFFLINE = map(decision, (
    "listener.minutes", "listener.novelty", "listener.skip", "listener.shuffle", "listener.private", "listener.offline"))
TABLET, WEIGHT, PHONE_OS, COMPUTER_OS, USER_ID = map(decision, (
    "listener.tablet", "listener.device_weight", "listener.phone_os", "listener.computer_os", "listener.user_id"))

YOUNGEST, OLDEST = 10, 80
NAMES_PER_POOL = 150
FAMILY_NAME_FIRST = ("ja_JP", "ko_KR")
OTHER_GENDER_SHARE = 0.01        # assumed: the published shares know men and women only
CAP = 25                         # no survey row stands for more than this many times its share
# published age bins -> (from, to) in completed years; the ends of the outer two are assumptions
AGE_BINS = {"0-17": (YOUNGEST, 18), "18-24": (18, 25), "25-29": (25, 30), "30-34": (30, 35), "35-44": (35, 45),
            "45-54": (45, 55), "55+": (55, OLDEST)}
GROUP_AGES = {"up to 20": (YOUNGEST, 20), "20 to 35": (20, 35), "over 35": (35, OLDEST)}
USAGE_DAYS = {"Less than 6 months": (7, 183), "6 months to 1 year": (183, 365), "1 year to 2 years": (365, 730),
              "More than 2 years": (730, 3650)}
# device -> (answer that ticks it, or None for all; weight of its use where it is owned; chance to own it where ticked)
OWNED = {"phone": ("Smartphone", 6.0, 1.0), "tablet": ("Smartphone", 1.5, 0.2), "desktop": ("Computer or laptop", 4.0, 1.0),
         "web": ("Computer or laptop", 0.6, 0.5), "speaker": ("Smart speakers or voice assistants", 2.0, 1.0),
         "wearable": ("Wearable devices", 1.0, 1.0)}
COMPUTERS = {"windows": 0.68, "macos": 0.27, "linux": 0.05}       # assumed


# -- the survey rows ----------------------------------------------------------------------------------

def survey_weights(survey, population, survey_group):
    """How likely each survey row is drawn, float64, (rows,), summing to 1.

    "survey": all rows alike. "world": raked to the published shares of age, gender and plan (age_shares,
    gender_shares, premium_share_users), no row above CAP times its share. survey_group "A" leaves the second group out.
    """
    weights = np.ones(len(survey))
    if survey_group == "A":
        weights[np.asarray(listener_types(survey)) != "A"] = 0.0
    if population == "world":
        weights = rake(survey, weights)
    return rounded(weights / weights.sum())


def rake(survey, weights, rounds=60):
    """Weights scaled, margin by margin, to the published shares of age group, gender and plan; capped."""
    margins = [(np.asarray(age_groups(survey)), group_shares()), (np.asarray(survey["gender"]), gender_shares()),
               (np.asarray(survey["plan"]), plan_shares())]
    weights = weights / weights.sum()
    cap = CAP / np.count_nonzero(weights)
    for _ in range(rounds):
        for answers, shares in margins:
            for answer, share in shares.items():
                mine = answers == answer
                weights[mine] *= share / max(weights[mine].sum(), 1e-12)
        weights = np.minimum(weights, cap)
    return weights


def group_shares():
    """Published share of each of the survey's joined age groups, from the curve by year of age."""
    shares = age_curve()
    return {group: shares[low - YOUNGEST:high - YOUNGEST].sum() for group, (low, high) in GROUP_AGES.items()}


def age_curve():
    """Published share of each year of age from YOUNGEST to OLDEST - 1, float64, (70,): even within a bin (age_shares),
    falling evenly to nothing in the open last one."""
    curve = np.zeros(OLDEST - YOUNGEST)
    for name, share in published("age_shares")["2015_sample"].items():
        low, high = AGE_BINS[name]
        shape = np.linspace(1, 0, high - low, endpoint=False) if name == "55+" else np.ones(high - low)
        curve[low - YOUNGEST:high - YOUNGEST] = share * shape / shape.sum()
    return curve / curve.sum()


def gender_shares():
    """Published share of each gender (gender_shares); the share of "other" is assumed."""
    male = published("gender_shares")
    return {"female": 1 - male - OTHER_GENDER_SHARE, "male": male, "other": OTHER_GENDER_SHARE}


def plan_shares():
    """Published share of each plan among monthly users in the latest year (premium_share_users)."""
    premium = published("premium_share_users")["2025"]
    return {"free": 1 - premium, "premium": premium}


def effective_sample_size(weights):
    """How many equally weighted rows carry as much information: (sum w)^2 / sum w^2 (Kish 1965)."""
    return float(np.sum(weights) ** 2 / np.sum(np.square(weights)))


def matching(survey, weights, given):
    """Weights of the rows that match what is given, all others 0; relaxed where nobody matches: age, then plan, gender."""
    wishes = [("age", np.asarray(age_groups(survey)) == age_group_of(given.age)) if given.age is not None else None,
              ("plan", np.asarray(survey["plan"]) == given.plan) if given.plan else None,
              ("gender", np.asarray(survey["gender"]) == given.gender) if given.gender else None]
    wishes = [matches for wish in wishes if wish for _, matches in [wish]]
    for left_out in range(len(wishes) + 1):
        left = weights * np.logical_and.reduce([np.ones(len(weights), bool), *wishes[left_out:]])
        if left.sum() > 0:
            return left
    return weights


def age_group_of(age):
    """Name of the joined age group that an age in years falls in."""
    return next((group for group, (low, high) in GROUP_AGES.items() if low <= age < high),
                "up to 20" if age < YOUNGEST else "over 35")


# -- places and names ---------------------------------------------------------------------------------

@functools.cache
def countries():
    """data/behaviour/places.csv as a DataFrame: country, name, region, weight, locale, phone_ios."""
    return pd.read_csv(resource("data", "behaviour", "places.csv"), keep_default_na=False)


@functools.cache
def towns():
    """Faker's towns in our countries, with the zone timezonefinder gives: DataFrame country, city, latitude, longitude,
    time_zone, sorted by country and name."""
    finder = TimezoneFinder()
    rows = [(country, city, round(float(lat), 5), round(float(lng), 5), finder.timezone_at(lat=float(lat), lng=float(lng)))
            for lat, lng, city, country, _ in Places.land_coords if country in set(countries()["country"])]
    return pd.DataFrame(sorted(rows), columns=["country", "city", "latitude", "longitude", "time_zone"])


def home_of(latitude, longitude):
    """The home at given coordinates: (country, city, zone), the city being Faker's nearest; ValueError at sea."""
    zone = TimezoneFinder().timezone_at(lat=latitude, lng=longitude)
    if zone is None or zone.startswith("Etc/"):
        raise ValueError(f"latitude {latitude}, longitude {longitude} lie at sea (zone {zone}); give a place on land.")
    everywhere = [(float(lat), float(lng), city, country) for lat, lng, city, country, _ in Places.land_coords]
    in_zone = [country for country, zones in pytz.country_timezones.items() if zone in zones]
    near = sorted(everywhere, key=lambda t: (t[0] - latitude) ** 2 + ((t[1] - longitude) * np.cos(np.radians(latitude))) ** 2)
    city = next((t for t in near if t[3] in in_zone), near[0])
    return (in_zone[0] if in_zone and city[3] not in in_zone else city[3]), city[2], zone


@functools.cache
def name_pool(locale, gender, seed):
    """First and last names of a locale that Faker fills once per run: (list of text, list of text)."""
    faker = Faker(locale)
    faker.seed_instance(f"{seed} {locale} {gender}")
    first = {"female": faker.first_name_female, "male": faker.first_name_male, "other": faker.first_name}[gender]
    last = {"female": faker.last_name_female, "male": faker.last_name_male, "other": faker.last_name}[gender]
    return [first() for _ in range(NAMES_PER_POOL)], [last() for _ in range(NAMES_PER_POOL)]


def full_name(locale, gender, seed, first, last):
    """One name from the pools of a locale; first and last are uniform draws."""
    firsts, lasts = name_pool(locale, gender, seed)
    given, family = firsts[int(first * NAMES_PER_POOL)], lasts[int(last * NAMES_PER_POOL)]
    return f"{family}{given}" if locale in FAMILY_NAME_FIRST else f"{given} {family}"


def draw_homes(keys, premium, given):
    """Where each listener lives: DataFrame country, city, latitude, longitude, time_zone; one row per key.

    Regions have their published shares of users and of subscribers (region_shares), so region depends on plan;
    within a region, countries have the weights of places.csv, and every town of Faker's is as likely.
    """
    if given.latitude is not None:
        country, city, zone = home_of(given.latitude, given.longitude)
        home = (country, city, round(float(given.latitude), 5), round(float(given.longitude), 5), zone)
        return pd.DataFrame([home] * len(keys), columns=list(towns().columns))
    places, regions = countries(), sorted(set(countries()["region"]))
    share = np.where(premium[:, None], region_weights(regions)["premium"], region_weights(regions)["free"])
    totals = np.cumsum(share, axis=1)
    region = (uniforms(keys, REGION, 0)[:, None] * totals[:, -1:] >= totals).sum(axis=1)
    picks, in_country = np.empty(len(keys), np.int64), uniforms(keys, COUNTRY, 0)
    for number, name in enumerate(regions):
        members = np.flatnonzero(places["region"] == name)
        mine = region == number
        picks[mine] = members[choose(in_country[mine], places["weight"].to_numpy()[members])]
    country = places["country"].to_numpy()[picks]
    first = np.searchsorted(towns()["country"], country)
    count = np.searchsorted(towns()["country"], country, side="right") - first
    return towns().iloc[first + (uniforms(keys, PLACE, 0) * count).astype(int)].reset_index(drop=True)


def region_weights(regions):
    """Share of each region among free and among premium listeners: {'free': float64, (R,), 'premium': ...}."""
    shares, premium = published("region_shares"), plan_shares()["premium"]
    subscribers = np.array([shares["subscribers"][name] for name in regions])
    everybody = np.array([shares["MAU"][name] for name in regions])
    return {"premium": subscribers, "free": np.maximum(everybody - premium * subscribers, 0.0)}


# -- listeners ----------------------------------------------------------------------------------------

def sample_listeners(run, behaviour, survey, ids, instead=Given()):
    """Who are the listeners with these numbers, and which profile do they begin with?

    ids      int64, (L,), numbers of listeners of the run
    instead  what is changed about them once they are drawn: same survey row, home and name, another age, gender,
             plan or genre, and the habits that follow from it
    Returns  (listeners, profile_versions), Arrow tables as in `schema.TABLES`; the same rows for a number whatever
             other numbers are asked for
    """
    keys, rows = listener_keys(np.uint64(run.seed), ids), survey_rows(run, survey, ids)
    people = pd.DataFrame({"listener_id": ids, "gender": run.given.gender or rows["gender"].to_numpy(str),
                           "plan": run.given.plan or rows["plan"].to_numpy(str), "listener_type": rows["listener_type"].to_numpy(str),
                           "time_slot": rows["time_slot"].to_numpy(str), "persona": "", "cohort": ""})
    people["user_id"] = run.given.user_id or user_ids(run.seed, ids)
    people["favourite_genre"] = favourite_genres(run, keys, rows)
    people["age"] = ages(keys, rows) if run.given.age is None else run.given.age
    people = people.join(draw_homes(keys, (people["plan"] == "premium").to_numpy(), run.given))
    people["name"] = names(keys, people, run.seed)
    people = people.assign(**{name: value for name, value in changes(instead).items()})
    people["birth_date"] = birth_dates(keys, people["age"].to_numpy(), run.window[0])
    people["joined_on"] = join_dates(keys, rows, run.window[0])
    people["plan_kind"] = plan_kinds(people, rows)
    people = people.assign(**habits(keys, people, behaviour), **device_shares(keys, rows), **platforms(keys, people))
    return to_table("listeners", people), profile_versions(run, people)


def survey_rows(run, survey, ids):
    """The survey row that each listener copies, DataFrame with listener_type, one row per number."""
    people = survey.assign(listener_type=listener_types(survey))
    weights = matching(survey, survey_weights(survey, run.population, run.survey_group), run.given)
    return people.iloc[choose(uniforms(listener_keys(np.uint64(run.seed), ids), ROW, 0), weights)]


def changes(instead):
    """What a Given fixes of age, gender, plan and genre: column -> value."""
    fixed = {"age": instead.age, "gender": instead.gender, "plan": instead.plan,
             "favourite_genre": check_genre("genre", instead.genre) if instead.genre else ""}
    return {column: value for column, value in fixed.items() if value not in (None, "")}


def favourite_genres(run, keys, rows):
    """The survey row's genre, or one picked from the run's list, or the one given."""
    if run.given.genre:
        return check_genre("preferred_genre", run.given.genre)
    if run.genres:
        allowed = [check_genre("genres", genre) for genre in run.genres]
        return np.array(allowed)[choose(uniforms(keys, GENRE, 0), np.ones(len(allowed)))]
    return rows["genre"].to_numpy(str)


def ages(keys, rows):
    """Completed years of age, int64: drawn from the published curve within the row's joined age group."""
    u, curve, years = uniforms(keys, AGE, 0), age_curve(), np.empty(len(keys), np.int64)
    groups = np.asarray(age_groups(rows))
    for group, (low, high) in GROUP_AGES.items():
        mine = groups == group
        years[mine] = low + choose(u[mine], rounded(curve[low - YOUNGEST:high - YOUNGEST]))
    return years


def birth_dates(keys, years, start):
    """Days of birth that make the listeners so many completed years old at the start, datetime64[D]."""
    last_birthday = np.datetime64(start.date()) - (uniforms(keys, BIRTHDAY, 0) * 365).astype(int)
    month, day = last_birthday.astype("datetime64[M]"), last_birthday
    return (month - 12 * years).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))


def join_dates(keys, rows, start):
    """Days on which the accounts were opened, datetime64[D], even within the surveyed usage period."""
    limits = np.array([USAGE_DAYS[period] for period in rows["usage_period"]])
    return np.datetime64(start.date()) - (limits[:, 0] + uniforms(keys, JOINED, 0) * (limits[:, 1] - limits[:, 0])).astype(int)


def plan_kinds(people, rows):
    """Kind of plan: none for free; the plan the respondent names; individual where they name none or are no student."""
    wanted = rows["wanted_plan"].to_numpy(str)
    wanted = np.where((wanted == "none") | ((wanted == "student") & (people["age"] >= 30)), "individual", wanted)
    return np.where(people["plan"] == "premium", wanted, "none")


def names(keys, people, seed):
    """Invented full names that fit gender and country, list of text."""
    locale = people["country"].map(countries().set_index("country")["locale"]).fillna("en_US")
    draws = zip(locale, people["gender"], uniforms(keys, FIRST, 0), uniforms(keys, LAST, 0))
    return [full_name(loc, gender, seed, first, last) for loc, gender, first, last in draws]


def habits(keys, people, b):
    """How much, when and how each listener listens: name -> float64 or text, (L,), rounded to 0.001."""
    premium, years = (people["plan"] == "premium").to_numpy(), people["age"].to_numpy()
    log_minutes = (b.log_minutes + b.sigma_minutes * normals(keys, MINUTES, 0) + b.age_slope * (years - 30)
                   + premium * float(np.log(b.premium_factor)))
    slots, shares = ("Morning", "Afternoon", "Night"), slot_chronotypes([1 / 3, 1 / 3, 1 / 3])
    chronotype = np.empty(len(keys), np.int64)
    for slot, row in zip(slots, shares):
        mine = (people["time_slot"] == slot).to_numpy()
        chronotype[mine] = choose(uniforms(keys, CHRONOTYPE, 0)[mine], rounded(row))
    return {"chronotype": np.array(CHRONOTYPES)[chronotype],
            "minutes_per_day": np.clip(exps(log_minutes), 0.05, 900).round(3),
            "novelty": (exps(b.sigma_novelty * normals(keys, NOVELTY, 0) - b.sigma_novelty ** 2 / 2)
                        * (1 + b.novelty_age * (years - 30))).clip(0.2, 4).round(3),
            "skip_tendency": exps(b.sigma_skip * normals(keys, SKIP, 0) - b.sigma_skip ** 2 / 2).round(3),
            "shuffle_share": beta_like(keys, SHUFFLE, *b.shuffle_shape).round(3),
            "private_share": (2 * b.private_share * uniforms(keys, PRIVATE, 0)).round(3),
            "offline_share": (2 * b.offline_share * uniforms(keys, OFFLINE, 0)).round(3)}


def beta_like(keys, what, alpha, beta):
    """Kumaraswamy's distribution, the closed-form neighbour of beta(alpha, beta): float64, (L,), 0 to 1."""
    u = uniforms(keys, what, 0)
    return (1 - (1 - u) ** (1 / beta)) ** (1 / alpha)


def device_shares(keys, rows):
    """Share of sessions on each device a listener owns, rounded to 0.01: name_share -> float64, (L,)."""
    weights = np.zeros((len(keys), len(DEVICES)))
    for i, device in enumerate(DEVICES):
        ticked, weight, chance = OWNED[device]
        owns = np.array([ticked in answers for answers in rows["devices"]]) & (uniforms(keys, TABLET, i) < chance)
        weights[:, i] = owns * weight * exps(0.5 * normals(keys, WEIGHT, i))
    weights[weights.sum(axis=1) == 0, 0] = 1.0
    shares = np.round(weights / weights.sum(axis=1, keepdims=True), 2)
    shares[np.arange(len(keys)), shares.argmax(axis=1)] += 1 - shares.sum(axis=1)
    return {f"{device}_share": shares[:, i].round(2) for i, device in enumerate(DEVICES)}


def platforms(keys, people):
    """What runs on each listener's phone and computer: name -> text, (L,). The phone by country, both assumed."""
    ios = people["country"].map(countries().set_index("country")["phone_ios"]).fillna(0.3)
    computer = np.array(list(COMPUTERS))[choose(uniforms(keys, COMPUTER_OS, 0), list(COMPUTERS.values()))]
    return {"phone_platform": np.where(uniforms(keys, PHONE_OS, 0) < ios, "ios", "android"), "computer_platform": computer}


def to_table(name, people):
    """One of `schema.TABLES` from a DataFrame that holds at least its columns; names of closed sets become codes."""
    def values(column):
        return [SYMBOLS[column].index(symbol) for symbol in people[column]] if column in SYMBOLS else people[column].to_numpy()
    return table_of(name, {column: values(column) for column in TABLES[name].names})


# -- profile versions ---------------------------------------------------------------------------------

def profile_versions(run, people):
    """profile_versions.parquet: age and plan of each listener from when on; a birthday begins a new version.

    Version 0 is valid from the start of the listener's window; a birthday from local midnight, on 28 February in
    common years for those born on the 29th.
    """
    start, end = run.window
    births = people["birth_date"].to_numpy().astype("datetime64[D]")
    blocks = [pd.DataFrame({"row": np.arange(len(people)), "valid_from": window_starts(run, people)[0], "age": people["age"]})]
    for year in range(start.year, end.year + 1):
        days = anniversaries(births, year)
        inside = (days > np.datetime64(start.date())) & (days < np.datetime64(end.date()))
        at = midnights(days[inside], people["time_zone"].to_numpy()[inside])
        blocks.append(pd.DataFrame({"row": np.flatnonzero(inside), "valid_from": at,
                                    "age": year - (births[inside].astype("datetime64[Y]").astype(int) + 1970)}))
    versions = pd.concat(blocks).sort_values(["row", "valid_from"], kind="stable").reset_index(drop=True)
    versions["profile_version"] = versions.groupby("row").cumcount()
    same = people.iloc[versions["row"]].reset_index(drop=True)[["listener_id", "plan", "plan_kind"]]
    return to_table("profile_versions", versions.join(same))


def anniversaries(births, year):
    """The birthdays in a year, datetime64[D]; 28 February in a common year for those born on the 29th."""
    month_day = births.astype("datetime64[M]").astype(int) % 12
    month = (np.datetime64(f"{year}-01") + month_day).astype("datetime64[M]")
    day = births - births.astype("datetime64[M]").astype("datetime64[D]")
    last = (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]") - np.timedelta64(1, "D")
    return month.astype("datetime64[D]") + np.minimum(day, last)


def midnights(days, zones):
    """UTC ms of local midnight of each day in each zone, int64; the first instant of the day where clocks skip it."""
    known = functools.cache(lambda day, zone: first_instant_ms(pd.Timestamp(day).to_pydatetime(), zone)[0])
    return np.array([known(day, zone) for day, zone in zip(days, zones)], dtype=np.int64)


def window_starts(run, people):
    """When each listener's window starts and ends: (int64 UTC ms, int64 UTC ms, how many local times had to be moved)."""
    start, end = run.window
    if run.num_users == 1:
        zone = people["time_zone"].iloc[0]
        return np.array([instant_ms("start_time", start, zone)]), np.array([instant_ms("end_time", end, zone)]), 0
    zones = people["time_zone"].unique()
    starts, ends = ({zone: first_instant_ms(moment, zone) for zone in zones} for moment in (start, end))
    moved = people["time_zone"].map({zone: starts[zone][1] or ends[zone][1] for zone in zones})
    return (people["time_zone"].map({zone: starts[zone][0] for zone in zones}).to_numpy(),
            people["time_zone"].map({zone: ends[zone][0] for zone in zones}).to_numpy(), int(moved.sum()))


# -- user ids -----------------------------------------------------------------------------------------

ODD = 0x9E3779B1                     # multiplying by an odd number modulo 2**32 can be undone
ODD_INVERSE = pow(ODD, -1, 2**32)


def user_ids(seed, ids):
    """A UUID per listener number, list of text: version 8, made from seed and number; `listener_number` undoes it."""
    keys = listener_keys(np.uint64(seed), ids)
    high = (hashed(keys, 0) & ~np.uint64(0xF000)) | np.uint64(0x8000)
    hidden = (ids.astype(np.uint64) * np.uint64(ODD) + np.uint64(mask_of(seed))) & np.uint64(0xFFFFFFFF)
    low = (hashed(keys, 1) >> np.uint64(34) << np.uint64(32)) | hidden | np.uint64(0x8000000000000000)
    return [f"{h >> 32:08x}-{h >> 16 & 0xFFFF:04x}-{h & 0xFFFF:04x}-{l >> 48:04x}-{l & 0xFFFFFFFFFFFF:012x}"
            for h, l in zip(high.tolist(), low.tolist())]


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
    """The listener number behind a user id of this seed, or None where the id is not of this seed."""
    number = (int(user_id.replace("-", "")[-8:], 16) - mask_of(seed)) * ODD_INVERSE % 2**32
    return number if number < 2**31 and user_ids(seed, np.array([number]))[0] == user_id.lower() else None


# -- records for the compiled loop --------------------------------------------------------------------

PERSON = np.dtype([
    ("number", "i8"), ("key", "u8"), ("origin_ms", "i8"), ("start_ms", "i8"), ("end_ms", "i8"), ("kind", "i4"), ("gender", "i1"), ("home", "i4"), ("zone", "i4"), ("country", "i4"), ("birth_year", "i4"),
    ("favourite", "i4"), ("chronotype", "i1"), ("phone", "i1"), ("computer", "i1"), ("minutes", "f8"), ("novelty", "f8"),
    ("skip", "f8"), ("shuffle", "f8"), ("private", "f8"), ("offline", "f8"), ("devices", "f8", (len(DEVICES),)),
    ("others", "f8", (len(GENRE_NAMES),)), ("first_version", "i8"), ("after_versions", "i8")], align=True)
VERSION = np.dtype([("from_ms", "i8"), ("age", "i4"), ("plan", "i1")], align=True)
CHANGE = np.dtype([("at_ms", "i8"), ("offset_ms", "i8")])
People = namedtuple("People", "persons versions zones changes")


def lower(run, listeners, versions, catalogue, others):
    """Listeners and their profile versions as the compiled loop reads them: (People, names of the countries).

    others   float64, (L, genres): running totals of the genres heard besides the favourite, see `other_genres`
    Returns  People: persons, one PERSON record per listener; versions, VERSION records in their order; zones, int64,
             where each zone's changes begin, and changes, CHANGE records of the clocks
    """
    people, table = listeners.to_pandas(), versions.to_pandas()
    starts, ends, _ = window_starts(run, people)
    zones, zone = np.unique(people["time_zone"], return_inverse=True)
    nations, country = np.unique(people["country"], return_inverse=True)
    persons = filled(PERSON, len(people), dict(
        number=people["listener_id"], key=listener_keys(np.uint64(run.seed), people["listener_id"].to_numpy()), origin_ms=starts, start_ms=starts, end_ms=ends,
        gender=codes(people, "gender"), home=people["country"].map({code: row for row, code in enumerate(countries()["country"])}).fillna(-1),
        zone=zone, country=country, birth_year=[day.year for day in people["birth_date"]], minutes=people["minutes_per_day"],
        favourite=people["favourite_genre"].map(catalogue.pools), novelty=people["novelty"], skip=people["skip_tendency"],
        shuffle=people["shuffle_share"], private=people["private_share"], offline=people["offline_share"], others=others,
        chronotype=codes(people, "chronotype"), phone=codes(people, "phone_platform"), computer=codes(people, "computer_platform"),
        devices=np.cumsum(people[[f"{name}_share" for name in DEVICES]].to_numpy(), axis=1),
        first_version=np.searchsorted(table["listener_id"], people["listener_id"]),
        after_versions=np.searchsorted(table["listener_id"], people["listener_id"], side="right")))
    rows = filled(VERSION, len(table), dict(from_ms=versions["valid_from"].cast("int64").to_numpy(), age=table["age"], plan=codes(table, "plan")))
    return People(persons, rows, *clocks(zones, starts.min(), ends.max())), list(nations)


def filled(dtype, rows, columns):
    """A record array from one column per field."""
    records = np.zeros(rows, dtype).view(np.recarray)
    for name, column in columns.items():
        records[name] = column
    return records


def codes(frame, column):
    """Codes of a closed set, int8."""
    return frame[column].map({symbol: i for i, symbol in enumerate(SYMBOLS[column])}).to_numpy(np.int8)


def clocks(zones, from_ms, to_ms):
    """The changes of each zone's clock around a stretch of time: (where each zone's begin, and the total; CHANGE records)."""
    changes = [zone_changes(zone, from_ms - 3 * DAY_MS, to_ms + 3 * DAY_MS) for zone in zones]
    records = [(at, offset * MINUTE_MS) for of_zone in changes for at, offset in of_zone]
    return np.cumsum([0, *map(len, changes)], dtype=np.int64), np.array(records, CHANGE).view(np.recarray)


def other_genres(survey, listeners, versions):
    """Running totals of the shares of the survey genres among listeners like each one, float64, (L, genres): by group,
    age, gender and plan, smoothed (`answer_shares`)."""
    shares = answer_shares(survey, "genre")
    people = listeners.to_pandas()
    first = versions.to_pandas().drop_duplicates("listener_id")
    cells = [(kind, age_group_of(age), gender, plan) for kind, age, gender, plan in
             zip(people["listener_type"], first["age"], people["gender"], first["plan"])]
    return np.cumsum(rounded(shares.reindex(cells).to_numpy()), axis=1)
