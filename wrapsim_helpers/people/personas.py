"""Kinds of people and arms of an experiment: a YAML file that overrides named parameters of the
model.

    personas:
      commuter: {about: "an hour on the train", share: 0.12, set: {seek_back_share: 0.1}, times:
      {minutes_factor: 1.5},
                 who: {age: [18, 65]}}
    cohorts:
      new_radio: {tag: B, share: 0.5, times: {context_shares: {radio: 1.5}}}

A persona is who somebody is, a cohort what they are tried with; everybody has at most one of each.
`set` replaces a parameter of `Behaviour` and `times` multiplies it, and nothing else about a
listener changes.
"""

import functools
from collections import namedtuple
from dataclasses import dataclass, fields, replace

import numpy as np
import yaml

from ..checking import check_choice, front_door, yaml_value
from ..parameters import GENDERS, PLANS
from ..schema import SYMBOLS
from ..source_files import read_source, source_of
from .behaviour import Behaviour
from .model_parameters import abouts
from .survey_shares import GENRE_NAMES

PARAMETERS = abouts(Behaviour)
WHO = {"gender": GENDERS, "plan": PLANS, "genre": GENRE_NAMES}
KEYS = {
    "personas": ("about", "share", "set", "times", "who"),
    "cohorts": ("about", "share", "set", "times", "who", "tag"),
}


@dataclass(frozen=True)
class Group:
    """A persona or a cohort.

    name, about, tag  text; the tag is a cohort's arm, such as "B"
    share    share of those who fit `who` that belong to it, 0 to 1
    set, times  parameter of Behaviour -> value or factor; a number, a list as long as the
                parameter, or part -> number
    who      whom it is for: age [from, below] in years, gender, plan, genre (one or a list each);
             empty for everybody
    """

    name: str
    about: str = ""
    tag: str = ""
    share: float = 0.0
    set: dict | None = None
    times: dict | None = None
    who: dict | None = None


Personas = namedtuple("Personas", "personas cohorts")  # two tuples of Group
NOBODY = Personas((), ())


# -- the file --------------------------------------------------------------------------------------


@front_door
def load_personas(path=""):
    """The personas and cohorts of a YAML file, checked: `Personas`. "" reads the bundled file,
    which has a dozen personas.

    Raises FileNotFoundError for a missing file and ValueError, with the nearest name, for what is
    not in the model.
    """
    source = read_source("personas", path)
    try:
        record = yaml_value(source.data.decode(), UniqueKeys)
    except ValueError as error:
        raise ValueError(f"{source.name} is not YAML: {error}; correct it.") from None
    return checked(source.name, record)


class UniqueKeys(yaml.SafeLoader):
    """YAML in which no map names anything twice: of two such groups one would be lost."""

    def construct_mapping(self, node, deep=False):
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(
                problem=f"{twice[0]!r} stands there twice", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)


def personas_of(run):
    """The run's `Personas`; NOBODY if its personas_path is empty."""
    return personas_in(source_of(run, "personas")) if run.personas_path != "" else NOBODY


personas_in = functools.lru_cache(maxsize=4)(load_personas)  # by the bytes of a `SourceFile`


def checked(where, record):
    """`Personas` of a record as in the file; `where` names it in errors."""
    if not isinstance(record, dict) or not set(record) <= set(KEYS):
        raise ValueError(f"{where} must map 'personas', 'cohorts' or both to groups by name.")
    found = Personas(
        *(
            tuple(
                checked_group(where, kind, name, one)
                for name, one in checked_map(where, kind, record.get(kind)).items()
            )
            for kind in KEYS
        )
    )
    for groups in found:
        check_shares(where, groups)
    return found


def checked_map(where, key, value):
    """A map of the file, {} where there is none; ValueError for anything else."""
    if value is not None and not isinstance(value, dict):
        raise ValueError(
            f"{where}: {key} is {value!r}; it must be a map of names to values, such as {{novelty: "
            f"2}}."
        )
    return value or {}


def checked_group(where, kind, name, one):
    """One `Group` of a file; ValueError for a key, parameter, part or condition that is not
    known.
    """
    where = f"{where}, {name}"
    if ":" in str(name):
        raise ValueError(
            f"{where}: a name must not hold a colon, which in the tables stands before a cohort's "
            f"tag."
        )
    if not isinstance(one, dict):
        raise ValueError(
            f"{where} is {one!r}; it must be a map with a share, such as {{share: 0.1, times: "
            f"{{novelty: 2}}}}."
        )
    one = {check_choice(f"{where}: key", key, KEYS[kind]): value for key, value in one.items()}
    share = one.get("share")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError(f"{where}: share is {share!r}; it must be a number from 0 to 1.")
    one["who"] = checked_who(where, checked_map(where, "who", one.get("who")))
    for action in ("set", "times"):
        one[action] = {
            check_choice(f"{where}: {action}", field, changeable()): value
            for field, value in checked_map(where, action, one.get(action)).items()
        }
    group = Group(
        str(name),
        **{key: str(value) if key in ("about", "tag") else value for key, value in one.items()},
    )
    changed(where, Behaviour(), group)
    return group


def changeable():
    """Names of the parameters that a file may override: all but the rules of the plans, which hold
    for everybody.
    """
    return [field.name for field in fields(Behaviour) if not field.name.startswith("rule_")]


def checked_who(where, who):
    """Conditions with known names and values; genders, plans and genres as lists."""
    who = {check_choice(f"{where}: who", key, ("age", *WHO)): value for key, value in who.items()}
    age = who.get("age", [0, 200])
    if not (
        isinstance(age, list)
        and len(age) == 2
        and all(isinstance(limit, int) for limit in age)
        and age[0] < age[1]
    ):
        raise ValueError(
            f"{where}: age is {age!r}; it must be [from, below] in years, such as [18, 65]."
        )
    return {
        key: value
        if key == "age"
        else [
            check_choice(f"{where}: {key}", one, WHO[key])
            for one in (value if isinstance(value, list) else [value])
        ]
        for key, value in who.items()
    }


def check_shares(where, groups):
    """Nothing where nobody's groups have shares of more than 1 together; ValueError naming them
    otherwise.
    """
    for age in sorted({0, *(limit for one in groups for limit in one.who.get("age", ()))}):
        for gender, plan, genre in ((g, p, m) for g in GENDERS for p in PLANS for m in GENRE_NAMES):
            mine = [one for one in groups if fits(one, age, gender, plan, genre)]
            if sum(one.share for one in mine) > 1 + 1e-9:
                raise ValueError(
                    f"{where}: the shares of {', '.join(one.name for one in mine)} sum to "
                    f"{sum(one.share for one in mine):g} for "
                    f"a {gender} listener of {age} with the {plan} plan; they must not exceed 1."
                )


def fits(group, age, gender, plan, genre):
    """Whether somebody fits the conditions of a group."""
    low, below = group.who.get("age", (0, 200))
    return low <= age < below and all(
        value in group.who.get(key, (value,)) for key, value in zip(WHO, (gender, plan, genre))
    )


def as_record(personas):
    """`Personas` as a plain dict in the form of the file, from which `checked` makes them again."""
    return {
        kind: {
            one.name: {key: getattr(one, key) for key in KEYS[kind] if getattr(one, key)}
            | {"share": one.share}
            for one in groups
        }
        for kind, groups in personas._asdict().items()
        if groups
    }


# -- parameters ------------------------------------------------------------------------------------


def behaviours_of(base, personas):
    """The parameters of every kind of listener: a list of Behaviour, one per (no persona or each) x
    (no cohort or each).

    The first is the plain one; `kinds` numbers them. A cohort's overrides come after a persona's.
    """
    return [
        changed(one.name, changed(other.name, base, other), one)
        for other in (Group(""), *personas.personas)
        for one in (Group(""), *personas.cohorts)
    ]


def changed(where, behaviour, group):
    """A Behaviour with a group's overrides."""
    new = {
        name: overridden(where, behaviour, name, value, replaced)
        for name, value in (group.set or {}).items()
    }
    behaviour = replace(behaviour, **new)
    return replace(
        behaviour,
        **{
            name: overridden(where, behaviour, name, value, np.multiply)
            for name, value in (group.times or {}).items()
        },
    )


def replaced(_, value):
    """The value, whatever was there."""
    return value


def overridden(where, behaviour, name, value, action):
    """One parameter after `set` or `times`, of the type it had; ValueError where it would mean
    nothing.
    """
    before = np.array(getattr(behaviour, name), dtype=np.float64)
    after = before.copy()
    for place, one in placed(where, name, value, before):
        after[place] = action(before[place], one)
    if PARAMETERS[name].total == "kept":
        after *= before.sum(axis=-1, keepdims=True) / np.maximum(
            after.sum(axis=-1, keepdims=True), 1e-12
        )
    check_value(where, name, value, before, after)
    return as_tuple(after.tolist())


def placed(where, name, value, before):
    """What a value of the file is for: [(place in the parameter, array), ...]."""
    if isinstance(value, dict):
        parts = PARAMETERS[name].parts
        if not parts:
            raise ValueError(
                f"{where}: {name} has no named parts; give a number"
                + (f" or {before.shape} numbers." if before.ndim else ".")
            )
        return [
            (
                parts.index(check_choice(f"{where}: {name}", part, parts)),
                number(where, name, one),
            )
            for part, one in value.items()
        ]
    given = number(where, name, value)
    if given.ndim and given.shape != before.shape:
        raise ValueError(
            f"{where}: {name} is {value!r}; it must be a number or have the shape {before.shape}."
        )
    return [(..., given)]


def number(where, name, value):
    """A value of the file as float64; ValueError where it is no number."""
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{where}: {name} is {value!r}; it must be a number or a list of numbers."
        ) from None


def check_value(where, name, value, before, after):
    """Raises ValueError if a changed parameter breaks the bounds or the sum of its `About`."""
    about = PARAMETERS[name]
    inside = np.isfinite(after) & (after >= about.low) & (after <= about.high)
    if inside.all() and keeps_total(about.total, after):
        return
    said = {
        f"not below {about.low:g}": np.isfinite(about.low),
        f"at most {about.high:.4g}": np.isfinite(about.high),
        "above 0 in sum": about.total in ("kept", "positive"),
        "at most 1 in sum": about.total == "at most 1",
    }
    raise ValueError(
        f"{where}: {name} becomes {after.tolist()!r} by {value!r}; it must be "
        f"{' and '.join(words for words, holds in said.items() if holds) or 'a number'} (it was "
        f"{before.tolist()!r})."
    )


def keeps_total(total, values):
    """Whether values keep the rule of their sum: see `About`."""
    if total == "at most 1":
        return values.sum() <= 1 + 1e-9
    return not total or (values.sum(axis=-1) > 0).all()


def as_tuple(value):
    """Nested lists as nested tuples."""
    return tuple(map(as_tuple, value)) if isinstance(value, list) else value


# -- who belongs to what ---------------------------------------------------------------------------


def members(u, groups, people):
    """Which group each listener belongs to, int64, (L,): 0 for none, otherwise its place among the
    groups plus 1.

    u       float64, (L,), one uniform draw per listener
    people  name -> int64, (L,): age in years, gender, plan (codes of SYMBOLS) and genre (place
            in GENRE_NAMES)
    """
    group, before = np.zeros(len(u), np.int64), np.zeros(len(u))
    for place, one in enumerate(groups, 1):
        share = one.share * fitting(one, people)
        group[(u >= before) & (u < before + share)] = place
        before = before + share
    return group


def fitting(group, people):
    """Whether each listener fits the conditions of a group, bool, (L,)."""
    low, below = group.who.get("age", (0, 200))
    words = {"gender": SYMBOLS["gender"], "plan": SYMBOLS["plan"], "genre": GENRE_NAMES}
    return np.logical_and.reduce(
        [(people["age"] >= low) & (people["age"] < below)]
        + [
            np.isin(people[key], [words[key].index(value) for value in group.who[key]])
            for key in WHO
            if key in group.who
        ]
    )


def names_of(groups):
    """What stands in the listeners table for each group: its name; a cohort's arm follows after a
    colon.
    """
    return [f"{one.name}:{one.tag}" if one.tag else one.name for one in groups]


def kinds(personas, persona, cohort):
    """Which of `behaviours_of` each listener lives by, int64, (L,). persona, cohort: as from
    `members`.
    """
    return np.asarray(persona) * (1 + len(personas.cohorts)) + np.asarray(cohort)
