"""Read a runs.yaml: sets of parameters, each for one notebook, with defaults and matrices."""

import itertools
import math
import re
from collections import Counter

from ..checking import check_path, did_you_mean, near_names, yaml_value
from ..notebooks import Refused
from ..people.personas import UniqueKeys

# the name of a set, which is also the name of the executed notebook
SET_NAME = re.compile(r"\w([\w. -]*\w)?")
PLACEHOLDER = re.compile(r"\{(\w+)\}")  # in the name of a set: the value of a parameter
MOST_SETS = 10_000
FILE_KEYS = ("defaults", "sets")
SET_KEYS = ("notebook", "parameters", "matrix")
EXAMPLE = 'sets: {"{plan}_{age}": {matrix: {plan: [free, premium], age: [20, 40]}}}'


def chosen_sets(file, only):
    """The sets of a runs.yaml: all, or those named in `only`. Raises Refused for a missing file or
    an unknown name.
    """
    if not check_path("file", file).is_file():
        raise Refused(
            f"there is no file {str(file)!r}; give a YAML file such as notebooks/runs.yaml."
        )
    sets = sets_in(file)
    unknown = [name for name in only if name not in sets]
    if unknown:
        hint = did_you_mean(near_names(unknown[0], sets)) or f" It has: {', '.join(sets)}."
        raise Refused(f"{file.name} has no set {unknown[0]!r}.{hint}")
    return {name: values for name, values in sets.items() if not only or name in only}


def sets_in(file):
    """name -> {notebook, parameters} of a runs.yaml, each matrix expanded.

    A file has `sets` and, if wanted, `defaults` (a notebook and parameters for every set); a file
    without these two keys has the sets themselves. Raises Refused if it has another form.
    """
    defaults, sets = defaults_and_sets(file, read_sets(file))
    sets = {name: {} if values is None else values for name, values in sets.items()}
    for name, values in sets.items():
        check_keys(file, name, values)
    complete = {name: completed_set(file, name, defaults, values) for name, values in sets.items()}
    check_number(file, complete)
    expanded = [pair for name in complete for pair in expand(file, name, complete[name])]
    check_set_names(file, [name for name, _ in expanded])
    return dict(expanded)


def read_sets(file):
    """The map in a runs.yaml. Raises Refused if it is not YAML, or no map."""
    try:
        record = yaml_value(file.read_text(encoding="utf-8-sig"), UniqueKeys)
    except ValueError as error:
        hint = ' Put a name with {...} in quotes: "{plan}_{age}".' * ("{" in str(error))
        raise Refused(f"{file.name} is not YAML ({error}); correct it.{hint}") from None
    if not isinstance(record, dict):
        raise wrong_form(file)
    if not record.get("sets", record):
        raise Refused(f"{file.name} has no set; write one, such as {EXAMPLE}.")
    return record


def wrong_form(file):
    """The error for a file of another form."""
    return Refused(f"{file.name} must map names to {{notebook: ..., parameters: {{...}}}}.")


def defaults_and_sets(file, record):
    """The defaults and the sets of a runs.yaml. Raises Refused for a key that belongs elsewhere."""
    if not {*FILE_KEYS, "matrix"} & record.keys():
        return {}, record
    for key in record:
        if key not in FILE_KEYS:
            raise Refused(
                f"{file.name} has {shortened(key)} beside defaults and sets; move it into a set, "
                f"such as {EXAMPLE}."
            )
    if "sets" not in record:
        raise Refused(f"{file.name} has defaults, but no sets; add some, such as {EXAMPLE}.")
    defaults, sets = record.get("defaults") or {}, record["sets"]
    if not isinstance(defaults, dict) or not isinstance(sets, dict):
        raise wrong_form(file)
    check_keys(file, "defaults", defaults, allowed=SET_KEYS[:2])
    return defaults, sets


def check_keys(file, name, values, allowed=SET_KEYS):
    """Raise Refused unless a set has the known keys only, with values of the right kind."""
    if not isinstance(values, dict) or not all(
        isinstance(values.get(key) or {}, dict) for key in ("parameters", "matrix")
    ):
        raise wrong_form(file)
    for key in values:
        if key not in allowed:
            hint = did_you_mean(near_names(str(key), allowed))
            raise Refused(
                f"{file.name}: set {name!r} has {shortened(key)}.{hint} It may have: "
                f"{', '.join(allowed)}."
            )
    check_parameter_names(file, name, values)
    if not isinstance(values.get("notebook", ""), str):
        raise Refused(
            f"{file.name}: set {name!r} has the notebook {shortened(values['notebook'])}; it must "
            f"be text, such as 02_single_user."
        )


def check_parameter_names(file, name, values):
    """Raise Refused unless the parameters of a set have names, each given once."""
    for key in [*(values.get("parameters") or {}), *(values.get("matrix") or {})]:
        if not isinstance(key, str):
            raise Refused(
                f"{file.name}: set {name!r} has a parameter {shortened(key)}; the name of a "
                f"parameter must be text, such as seed."
            )
    for key in values.get("matrix") or {}:
        if key in (values.get("parameters") or {}):
            raise Refused(
                f"{file.name}: set {name!r} has {key!r} in both parameters and matrix; remove one."
            )


def completed_set(file, name, defaults, values):
    """A set completed by the defaults. Raises Refused if no notebook is named, or a matrix has no
    list of values.
    """
    complete = {"notebook": "", "matrix": {}} | defaults | values
    complete["parameters"] = {
        **(defaults.get("parameters") or {}),
        **(values.get("parameters") or {}),
    }
    if not complete["notebook"]:
        raise Refused(
            f"{file.name}: set {name!r} names no notebook; add notebook: 02_single_user to it, or "
            f"to defaults."
        )
    for key, choices in (complete["matrix"] or {}).items():
        if not isinstance(choices, list) or not choices:
            raise Refused(
                f"{file.name}: set {name!r} has {key}: {shortened(choices)} in its matrix; it must "
                f"be a list of values, such as {key}: [1, 2]."
            )
    return complete


def check_number(file, sets):
    """Raise Refused if the matrices of a file make too many sets."""
    number = sum(math.prod(map(len, (values["matrix"] or {}).values())) for values in sets.values())
    if number > MOST_SETS:
        raise Refused(
            f"{file.name} has {number:,} sets; at most {MOST_SETS:,} are allowed. Shorten the "
            f"lists of its matrix, or split the file."
        )


def expand(file, name, values):
    """(name, {notebook, parameters}) of each combination of a set's matrix, the last list varying
    fastest; the set itself if it has no matrix.
    """
    matrix = values["matrix"] or {}
    for chosen in itertools.product(*matrix.values()):
        parameters = values["parameters"] | dict(zip(matrix, chosen))
        yield (
            set_name(file, name, parameters),
            {"notebook": values["notebook"], "parameters": parameters},
        )


def set_name(file, name, parameters):
    """The name of a set with each {parameter} replaced by its value. Raises Refused for a parameter
    that the set does not have.
    """
    if not isinstance(name, str):
        return name  # `check_set_names` rejects it
    for key in PLACEHOLDER.findall(name):
        if key not in parameters:
            known = f" It has: {', '.join(parameters)}." if parameters else ""
            hint = did_you_mean(near_names(key, parameters)) or known
            raise Refused(
                f"{file.name}: the name {name!r} uses {key}, which the set does not give a "
                f"value.{hint}"
            )
    return PLACEHOLDER.sub(lambda match: as_name(parameters[match[1]]), name)


def as_name(value):
    """A value of a parameter as part of a file name: other characters than letters, digits, "_",
    "." and "-" become "-".
    """
    text = "-".join(map(str, value)) if isinstance(value, list) else str(value)
    return re.sub(r"[^\w. -]", "-", text)


def check_set_names(file, names):
    """Raise Refused unless each name can be a file name, and no two names are the same file."""
    for name in names:
        if not isinstance(name, str) or not SET_NAME.fullmatch(name) or len(name.encode()) > 100:
            raise Refused(
                f"{file.name} names a set {shortened(name)}, which cannot be a file name. Use text "
                f"of letters, digits, '-', '_', '.' and spaces, at most 100 "
                f"bytes, that begins and ends with a letter, digit or '_'; put a number in "
                f'quotes, such as "2025".'
            )
    counts = Counter(map(str.casefold, names))
    for name in names:
        if counts[name.casefold()] > 1:
            raise Refused(
                f"{file.name} has two sets named {name!r}, or names that differ only in case, "
                f"which some disks treat as one file. Rename one; the name of a set with a matrix "
                f'must use its parameters, such as "{{plan}}_{{age}}".'
            )


def shortened(value):
    """A value as Python writes it, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
