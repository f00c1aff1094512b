"""Personas and cohorts: a YAML file that overrides named parameters of the model.

    personas:
      commuter:
        about: an hour on the train
        share: 0.12
        who: {age: [18, 65]}
        set: {seek_back_share: 0.1}
        times: {minutes_factor: 1.5}
    cohorts:
      new_radio: {tag: B, share: 0.5, times: {context_shares: {radio: 1.5}}}

A persona is a kind of listener, a cohort is an arm of an experiment. A listener has at most one of
each. `set` replaces a parameter of `Behaviour` and `times` multiplies it; nothing else about a
listener changes.
"""

import functools
import itertools
from collections import namedtuple
from dataclasses import dataclass, field, fields, replace

import numpy as np
import yaml

from ..checking import check_choice, front_door, yaml_value
from ..schema import SYMBOLS
from ..source_files import read_source, source_of
from .behaviour import Behaviour
from .model_parameters import as_tuple, parameter_records
from .survey_shares import GENRE_NAMES

PARAMETERS = parameter_records(Behaviour)
# condition -> its values in the order of their codes; UNKNOWN is no valid condition
WHO = {"gender": SYMBOLS["gender"], "plan": SYMBOLS["plan"], "genre": GENRE_NAMES}
PERSONA_KEYS = ("about", "share", "set", "times", "who")
KEYS = {"personas": PERSONA_KEYS, "cohorts": (*PERSONA_KEYS, "tag")}


@dataclass(frozen=True)
class Group:
    """A persona or a cohort.

    name, about, tag  text; the tag is a cohort's arm, such as "B"
    share    share of the listeners matching `who` that belong to it, 0 to 1
    set, times  parameter of Behaviour -> value or factor; a number, a list as long as the
                parameter, or part -> number
    who      conditions: age [from, below] in years, gender, plan, genre (one or a list each);
             empty for all listeners
    """

    name: str
    about: str = ""
    tag: str = ""
    share: float = 0.0
    set: dict = field(default_factory=dict)
    times: dict = field(default_factory=dict)
    who: dict = field(default_factory=dict)


Personas = namedtuple("Personas", "personas cohorts")  # two tuples of Group
NO_PERSONAS = Personas((), ())


# -- the file --------------------------------------------------------------------------------------


@front_door
def load_personas(path=""):
    """The personas and cohorts of a YAML file, checked: `Personas`.

    "" reads the bundled file, which has a dozen personas. Raises FileNotFoundError for a missing
    file, and ValueError for unknown names (with the nearest known name) and wrong values.
    """
    source = read_source("personas", path)
    try:
        record = yaml_value(source.data.decode(), UniqueKeys)
    except ValueError as error:
        raise ValueError(f"{source.name} is not YAML: {error}; correct it.") from None
    return checked_personas(source.name, record)


class UniqueKeys(yaml.SafeLoader):
    """A YAML loader that rejects a map with duplicate keys."""

    def construct_mapping(self, node, deep=False):
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        duplicates = [name for name in names if names.count(name) > 1]
        if duplicates:
            raise yaml.constructor.ConstructorError(
                problem=f"{duplicates[0]!r} appears twice", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)


def personas_of(run):
    """The run's `Personas`; NO_PERSONAS if its personas_path is empty."""
    return personas_in(source_of(run, "personas")) if run.personas_path != "" else NO_PERSONAS


personas_in = functools.lru_cache(maxsize=4)(load_personas)  # cached by the bytes of a `SourceFile`


def checked_personas(where, record):
    """`Personas` from a record in the form of the file; errors name it by `where`."""
    if not isinstance(record, dict) or not set(record) <= set(KEYS):
        raise ValueError(f"{where} must map 'personas', 'cohorts' or both to groups by name.")
    return Personas(*(checked_groups(where, kind, record.get(kind)) for kind in KEYS))


def checked_groups(where, kind, entries):
    """The personas or the cohorts of a file, a tuple of `Group`."""
    entries = checked_map(where, kind, entries)
    groups = tuple(checked_group(where, kind, name, entry) for name, entry in entries.items())
    check_shares(where, groups)
    return groups


def checked_map(where, key, value):
    """A map of the file, {} if it is missing. Raises ValueError for anything else."""
    if value is not None and not isinstance(value, dict):
        raise ValueError(
            f"{where}: {key} is {value!r}; it must be a map of names to values, such as {{novelty: "
            f"2}}."
        )
    return value or {}


def checked_group(where, kind, name, entry):
    """One `Group` of a file. Raises ValueError for an unknown key, parameter, part or condition."""
    where = f"{where}, {name}"
    if ":" in str(name):
        raise ValueError(
            f"{where}: a name must not hold a colon, which separates name and tag of a cohort in "
            f"the tables; rename it."
        )
    if not isinstance(entry, dict):
        raise ValueError(
            f"{where} is {entry!r}; it must be a map with a share, such as {{share: 0.1, times: "
            f"{{novelty: 2}}}}."
        )
    entry = {check_choice(f"{where}: key", key, KEYS[kind]): value for key, value in entry.items()}
    share = entry.get("share")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError(f"{where}: share is {share!r}; it must be a number from 0 to 1.")
    entry["who"] = checked_who(where, checked_map(where, "who", entry.get("who")))
    for action in ("set", "times"):
        entry[action] = {
            check_choice(f"{where}: {action}", field, changeable()): value
            for field, value in checked_map(where, action, entry.get(action)).items()
        }
    entry |= {key: str(entry[key]) for key in ("about", "tag") if key in entry}
    group = Group(str(name), **entry)
    with_overrides(where, Behaviour(), group)
    return group


def changeable():
    """Names of the parameters that a file may override: all except the rules of the plans."""
    return [field.name for field in fields(Behaviour) if not field.name.startswith("rule_")]


def checked_who(where, who):
    """Conditions with known names and values; genders, plans and genres as lists."""
    who = {check_choice(f"{where}: who", key, ("age", *WHO)): value for key, value in who.items()}
    match who.get("age", [0, 200]):
        case [int(low), int(below)] if low < below:
            pass
        case age:
            raise ValueError(
                f"{where}: age is {age!r}; it must be [from, below] in years, such as [18, 65]."
            )
    return {
        key: value if key == "age" else checked_choices(f"{where}: {key}", key, value)
        for key, value in who.items()
    }


def checked_choices(name, key, value):
    """The values of a condition of WHO, a list. value: as in the file, one or a list."""
    allowed = [word for word in WHO[key] if word != "UNKNOWN"]
    choices = value if isinstance(value, list) else [value]
    return [check_choice(name, choice, allowed) for choice in choices]


def check_shares(where, groups):
    """Raises ValueError if shares of groups that one listener can match sum to more than 1."""
    limits = {0, *(limit for group in groups for limit in group.who.get("age", ()))}
    values = [[word for word in words if word != "UNKNOWN"] for words in WHO.values()]
    for age, *words in itertools.product(sorted(limits), *values):
        person = {"age": age} | {key: WHO[key].index(word) for key, word in zip(WHO, words)}
        matching = [group for group in groups if meets_conditions(group, person)]
        total = sum(group.share for group in matching)
        if total > 1 + 1e-9:
            raise ValueError(
                f"{where}: the shares of {', '.join(group.name for group in matching)} sum to "
                f"{total:g} for a {words[0]} listener of {age} with the {words[1]} plan; they must "
                f"not exceed 1."
            )


def as_record(personas):
    """`Personas` as a plain dict in the form of the file; `checked_personas` reads it back."""
    return {
        kind: {
            group.name: {key: getattr(group, key) for key in KEYS[kind] if getattr(group, key)}
            | {"share": group.share}
            for group in groups
        }
        for kind, groups in personas._asdict().items()
        if groups
    }


# -- parameters ------------------------------------------------------------------------------------


def behaviours_of(base, personas):
    """The parameters of every kind of listener: a list of Behaviour.

    A kind is a combination of at most one persona and at most one cohort; `kinds` numbers them, and
    number 0 is `base`. A cohort's overrides come after a persona's.
    """
    return [
        with_overrides(cohort.name, with_overrides(persona.name, base, persona), cohort)
        for persona in (Group(""), *personas.personas)
        for cohort in (Group(""), *personas.cohorts)
    ]


def with_overrides(where, behaviour, group):
    """A Behaviour with a group's overrides; errors name the group by `where`."""
    for values, multiplied in ((group.set, False), (group.times, True)):
        new = {
            name: overridden(where, behaviour, name, value, multiplied)
            for name, value in values.items()
        }
        behaviour = replace(behaviour, **new)
    return behaviour


def overridden(where, behaviour, name, value, multiplied):
    """One parameter after `set` or `times`, with its old type. Raises ValueError if invalid."""
    before = np.array(getattr(behaviour, name), dtype=np.float64)
    after = before.copy()
    for position, change in assignments(where, name, value, before):
        after[position] = before[position] * change if multiplied else change
    if PARAMETERS[name].total == "kept":
        total = after.sum(axis=-1, keepdims=True)
        after *= before.sum(axis=-1, keepdims=True) / np.maximum(total, 1e-12)
    check_value(where, name, value, before, after)
    return as_tuple(after.tolist())


def assignments(where, name, value, before):
    """Each number of the file and its position in a parameter: [(position, array), ...]."""
    if isinstance(value, dict):
        parts = PARAMETERS[name].parts
        if not parts:
            raise ValueError(
                f"{where}: {name} has no named parts; give a number"
                + (f" or {before.shape} numbers." if before.ndim else ".")
            )
        positions = [parts.index(check_choice(f"{where}: {name}", part, parts)) for part in value]
        return [
            (position, yaml_number(where, name, number))
            for position, number in zip(positions, value.values())
        ]
    given = yaml_number(where, name, value)
    if given.ndim and given.shape != before.shape:
        raise ValueError(
            f"{where}: {name} is {value!r}; it must be a number or have the shape {before.shape}."
        )
    return [(..., given)]


def yaml_number(where, name, value):
    """A value of the file as float64. Raises ValueError if it is not a number."""
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{where}: {name} is {value!r}; it must be a number or a list of numbers."
        ) from None


def check_value(where, name, value, before, after):
    """Raises ValueError if a changed parameter breaks the bounds or the sum of its `About`."""
    about = PARAMETERS[name]
    inside = np.isfinite(after) & (about.low <= after) & (after <= about.high)
    if inside.all() and keeps_total(about.total, after):
        return
    limits = {
        f"not below {about.low:g}": np.isfinite(about.low),
        f"at most {about.high:.4g}": np.isfinite(about.high),
        "above 0 in sum": about.total in ("kept", "positive"),
        "at most 1 in sum": about.total == "at most 1",
    }
    raise ValueError(
        f"{where}: {name} becomes {after.tolist()!r} by {value!r}; it must be "
        f"{' and '.join(words for words, applies in limits.items() if applies) or 'a number'} "
        f"(it was {before.tolist()!r})."
    )


def keeps_total(total, values):
    """Whether values satisfy the rule for their sum; total: as in `About`."""
    if total == "at most 1":
        return values.sum() <= 1 + 1e-9
    return not total or (values.sum(axis=-1) > 0).all()


# -- who belongs to what ---------------------------------------------------------------------------


def members(u, groups, people):
    """Position, from 1, of the group that each listener belongs to; 0 for none. int64, (L,).

    u       float64, (L,), one uniform draw per listener
    people  name -> int64, (L,): age in years, gender, plan (codes of SYMBOLS) and genre (position
            in GENRE_NAMES)
    """
    membership = np.zeros(len(u), np.int64)
    before = np.zeros(len(u))
    for position, group in enumerate(groups, 1):
        share = group.share * meets_conditions(group, people)
        membership[(u >= before) & (u < before + share)] = position
        before = before + share
    return membership


def meets_conditions(group, people):
    """Whether each listener matches the conditions of a group, bool, (L,)."""
    low, below = group.who.get("age", (0, 200))
    matches = (low <= people["age"]) & (people["age"] < below)
    for key, words in WHO.items():
        if key in group.who:
            matches &= np.isin(people[key], [words.index(word) for word in group.who[key]])
    return matches


def group_names(groups):
    """Name of each group in the listeners table; a cohort's tag follows after a colon."""
    return [f"{group.name}:{group.tag}" if group.tag else group.name for group in groups]


def kinds(personas, persona, cohort):
    """Position of each listener's parameters in `behaviours_of`, int64, (L,).

    persona, cohort: as from `members`.
    """
    return np.asarray(persona) * (1 + len(personas.cohorts)) + np.asarray(cohort)
