"""Sets of parameters in a runs.yaml: defaults, matrices, names, and which files are refused."""

import re

import pytest

from wrapsim_helpers import notebooks
from wrapsim_helpers.batches import sets_file
from wrapsim_helpers.batches.jobs import batch_jobs
from wrapsim_helpers.resources import resource

from ..conftest import TOP


@pytest.fixture
def sets_of(tmp_path):
    """Reads a text as the file sets.yaml."""

    def read(text, only=()):
        (tmp_path / "sets.yaml").write_text(text, encoding="utf-8")
        return sets_file.chosen_sets(tmp_path / "sets.yaml", only)

    return read


def test_a_matrix_is_the_product_of_its_lists_with_the_last_one_fastest(sets_of):
    sets = sets_of('"{plan}_{age}": {notebook: n, matrix: {plan: [free, premium], age: [20, 40]}}')
    assert sets == {
        "free_20": {"notebook": "n", "parameters": {"plan": "free", "age": 20}},
        "free_40": {"notebook": "n", "parameters": {"plan": "free", "age": 40}},
        "premium_20": {"notebook": "n", "parameters": {"plan": "premium", "age": 20}},
        "premium_40": {"notebook": "n", "parameters": {"plan": "premium", "age": 40}},
    }


def test_a_set_completes_itself_from_the_defaults_and_may_differ(sets_of):
    sets = sets_of(
        "defaults: {notebook: n, parameters: {seed: 1, age: 30}}\n"
        "sets:\n  a:\n  b: {notebook: m, parameters: {age: 40}}\n"
        '  "c{seed}": {matrix: {seed: [2]}}\n'
    )
    assert sets == {
        "a": {"notebook": "n", "parameters": {"seed": 1, "age": 30}},
        "b": {"notebook": "m", "parameters": {"seed": 1, "age": 40}},
        "c2": {"notebook": "n", "parameters": {"seed": 2, "age": 30}},
    }


@pytest.mark.parametrize(
    "value, name",
    [
        ("[Pop, Rap]", "x Pop-Rap"),
        ('"2025-01-07T03:00"', "x 2025-01-07T03-00"),
        ("-36.85", "x -36.85"),
        ("Olá 東京", "x Olá 東京"),
        ("../up", "x ..-up"),
    ],
)
def test_a_value_in_a_name_keeps_what_a_file_name_may_have(sets_of, value, name):
    text = f'"x {{v}}": {{notebook: n, parameters: {{v: {value}}}}}'
    assert list(sets_of(text)) == [name]


def test_a_set_of_a_matrix_is_chosen_by_its_own_name(sets_of):
    text = '"a{n}": {notebook: x, matrix: {n: [1, 2, 3]}}'
    assert list(sets_of(text, ["a2"])) == ["a2"]
    with pytest.raises(notebooks.Refused, match="has no set 'a4'. It has: a1, a2, a3."):
        sets_of(text, ["a4"])


@pytest.mark.parametrize(
    "text, words",
    [
        (
            "a: {notebook: n, paramters: {}}",
            "sets.yaml: set 'a' has 'paramters'. Did you mean 'parameters'? It may have: notebook, "
            "parameters, matrix.",
        ),
        ("a: {parameters: {}}", "set 'a' names no notebook; add notebook: 02_single_user to it,"),
        ("a: {notebook: n}\na: {notebook: m}", "'a' appears twice"),
        ("sets: {}", "sets.yaml has no set; write one, such as sets:"),
        ("{}", "sets.yaml has no set; write one, such as sets:"),
        ("defaults: {notebook: n}", "sets.yaml has defaults, but no sets; add some"),
        (
            "sets: {a: {notebook: n}}\nmatrix: {age: [1]}",
            "sets.yaml has 'matrix' beside defaults and sets; move it into a set, such as sets:",
        ),
        (
            "defaults: {notebook: n, matrix: {age: [1]}}\nsets: {a: {}}",
            "set 'defaults' has 'matrix'. It may have: notebook, parameters.",
        ),
        (
            "a: {notebook: n, matrix: {age: 3}}",
            "set 'a' has age: 3 in its matrix; it must be a list of values, such as age: [1, 2].",
        ),
        (
            "a: {notebook: n, parameters: {age: 1}, matrix: {age: [2]}}",
            "set 'a' has 'age' in both parameters and matrix; remove one.",
        ),
        (
            "a: {notebook: n, matrix: {age: [1, 2]}}",
            "has two sets named 'a', or names that differ only in case, which some disks treat as "
            "one file. Rename one; the name of a set with a matrix must use its parameters, such "
            'as "{plan}_{age}".',
        ),
        (
            '"a{aeg}": {notebook: n, matrix: {age: [1, 2]}}',
            "the name 'a{aeg}' uses aeg, which the set does not give a value. Did you mean 'age'?",
        ),
        (
            "{plan}_{age}: {notebook: n}",
            "is not YAML",
        ),
        (
            "a: {notebook: n, matrix: {"
            + ", ".join(f"p{i}: {list(range(100))}" for i in range(9))
            + "}}",
            "has 1,000,000,000,000,000,000 sets; at most 10,000 are allowed.",
        ),
    ],
)
def test_a_file_of_another_form_is_refused(sets_of, text, words):
    with pytest.raises(notebooks.Refused, match=re.escape(words)):
        sets_of(text)


@pytest.mark.parametrize("name", ["{plan}", "{plan}_{age}"])
def test_a_name_in_braces_without_quotes_is_explained(sets_of, name):
    with pytest.raises(notebooks.Refused, match=re.escape('in quotes: "{plan}_{age}".')):
        sets_of(f"sets:\n  {name}: {{notebook: n}}")


def test_the_sets_of_the_project_need_no_other_form():
    sets = sets_file.sets_in(resource("notebooks", "runs.yaml"))
    assert len(sets) >= 6 and all({"notebook", "parameters"} == {*one} for one in sets.values())


def test_the_sets_of_the_readme_can_be_executed(tmp_path):
    text = re.search(r"```yaml\n(defaults:.*?)```", (TOP / "README.md").read_text("utf-8"), re.S)
    (tmp_path / "mine.yaml").write_text(text[1], encoding="utf-8")
    sets = sets_file.sets_in(tmp_path / "mine.yaml")
    every = batch_jobs(sets, tmp_path / "my_batch", tmp_path)
    assert [job.name for job in every][::6] == ["free_20", "in_auckland"] and len(every) == 7
    assert {job.notebook.stem for job in every} == {"02_single_user"}
    assert all(job.out_dir == str(tmp_path / "my_batch" / "files" / job.name) for job in every)
