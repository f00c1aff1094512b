"""What callers give: plain values of any library, one message for each wrong call, in the words of
the door that was used.
"""

import contextlib
import inspect
import io
import sys

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import commands, parameters
from wrapsim_helpers.commands import errors

WEEK = {"start_time": "2025-03-25", "end_time": "2025-03-27"}
LONG = "x" * 300  # longer than a file's name may be
NUMBERS = (-3, 2.5, "many", True, [], 10**30)
TIMES = ("1 May 2025", "", 5, None, "2039-01-01", "2025-13-01", pd.NaT)
WORDS = ("nonsense", 5, [], True)
FILES = ("nowhere.csv", LONG, "a\0b", 5, [], True)
FOLDERS = (LONG, "a\0b", 5, [], "s4://bucket/run", "taken.txt", "taken.txt/below")
RUNS = ("nowhere", LONG, 5, [], "taken.txt", "s4://bucket/run")
NAMES = ("Pop", 5, ["Popp"], [None], {"Pop"}, b"Pop")
WRONG = {  # argument -> values that it must not have
    "num_users": (0, None, *NUMBERS),
    "seed": NUMBERS,
    "listeners_per_part": NUMBERS,
    "first_listener": NUMBERS,
    "catalogue_tracks": (7, *NUMBERS),
    "workers": NUMBERS,
    "part": (0, *NUMBERS),
    "parts": (0, *NUMBERS),
    "number": NUMBERS,
    "listener_id": NUMBERS,
    "first_year": (1999, *NUMBERS),
    "start_time": TIMES,
    "end_time": TIMES,
    "genres": NAMES,
    "formats": (*NAMES, [], None),
    "codec": WORDS,
    "population": WORDS,
    "survey_group": WORDS,
    "scheduler": (5, []),
    "survey_path": FILES,
    "songs_path": FILES,
    "personas_path": FILES,
    "path": FILES,
    "paths": FILES[:4],
    "out_dir": FOLDERS,
    "run_dir": RUNS,
    "user": ("nobody", 99, -1, []),
    "year": (1999, 2.5, "x", []),
    "edition": (2012, *WORDS),
    "theme": WORDS,
    "name": WORDS,
    "columns": ("play_id", ["nope"], 5),
    "age": (5, 101, 2.5, "old", True),
    "gender": WORDS,
    "plan": WORDS,
    "preferred_genre": WORDS,
    "user_id": ("nobody", -1, 3.5, "1" * 5000),
    "latitude": (91, "north", True),
    "longitude": (181, "east"),
    "given": ("x", 5),
    "question": WORDS,
    "ids": ("x", [-1], 5, ["a"]),
    "listened": (None, "x"),
    "story": (None, "x"),
    "run": (None, "x"),
    "job": (None, "x"),
    "survey": (None, "x"),
    "songs": (None, "x"),
    "plays": (None, "x"),
    "tracks": (None, "x"),
    "versions": ("x", 5),
    "cards": (None, "x"),
    "results": (None, "x"),
    "behaviour": ("x", 5),
    "names": ("x", ["nope"]),
    "replicates": NUMBERS,
}
INHERITED = {
    "open_job": ws.Run,
    "plan": ws.Run,
    "generate_listening_session": ws.one_listener,
}  # whose arguments pass through


@pytest.fixture(scope="module")
def listened():
    return ws.listen(ws.Run(num_users=2, **WEEK))


@pytest.fixture(scope="module")
def doors(tiny_run, listened, survey, songs):
    """Function -> arguments that it takes without complaint, one of which is then replaced."""
    crowd, reads, tracks = (
        {"num_users": 2, **WEEK, "out_dir": "new"},
        {"run_dir": tiny_run},
        listened.world.catalogue.tracks,
    )
    return {
        "Run": WEEK,
        "Given": {},
        "simulate": crowd,
        "open_job": crowd,
        "plan": crowd,
        "one_listener": WEEK,
        "generate_listening_session": WEEK,
        "generate_multiple_users_session": {"num_users": 2, **WEEK},
        "continue_run": {**reads, "end_time": "2025-04-12", "out_dir": "new"},
        "again": {**reads, "user": 1},
        "show": reads,
        "verify": reads,
        "latest_run": reads,
        "read_manifest": reads,
        "open_run": reads,
        "read_parquet": {**reads, "name": "plays"},
        "read_table": {**reads, "name": "plays"},
        "tell_story": reads,
        "everybody": reads,
        "period_tables": reads,
        "write_everybody": {**reads, "out_dir": "new"},
        "window": {"year": 2025},
        "make_cards": {"story": ws.tell_story(tiny_run)},
        "write_cards": {"cards": [], "out_dir": "new"},
        "card_folder": {},
        "show_story": {"story": ws.tell_story(tiny_run)},
        "write_story": {"story": ws.tell_story(tiny_run), "out_dir": "new"},
        "write_summary": {"story": ws.tell_story(tiny_run), "out_dir": "new"},
        "effects_of": reads,
        "volume_by_plan": reads,
        "sampled": reads,
        "verdicts": {"results": []},
        "listen": {"run": listened.run},
        "what_if": {"listened": listened},
        "one_session": {"listened": listened},
        "describe_listener": {"listened": listened},
        "write_listener": {"listened": listened, "out_dir": "new"},
        "check_plays": {"plays": listened.plays, "tracks": tracks},
        "load_survey": {},
        "load_songs": {},
        "load_personas": {},
        "read_avro": {"path": "x"},
        "read_plays_avro": {"paths": "x", "tracks": tracks},
        "survey_weights": {"survey": survey, "population": "world", "survey_group": "all"},
        "response_shares": {"survey": survey, "question": "genre"},
        "build_catalogue": {"songs": songs},
        "make_part": {"job": ws.Run(), "part": 0},
    }


def arguments_of(function):
    """Names of everything that a public function takes."""
    names = list(inspect.signature(getattr(ws, function)).parameters)
    return [
        name
        for name in dict.fromkeys(
            [
                *names,
                *(
                    inspect.signature(INHERITED[function]).parameters
                    if function in INHERITED
                    else ()
                ),
            ]
        )
        if name in WRONG
    ]


def accepted_later(function, argument, value):
    """Whether a record takes a value that is looked up only when it is used: names of files and
    genres.
    """
    looked_up = (
        argument.endswith("_path")
        and isinstance(value, str)
        or argument == "preferred_genre"
        or argument == "genres"
        and isinstance(value, list)
    )
    if (function, argument, value) == ("continue_run", "formats", None):
        return True  # None is "", which means the formats of the earlier run
    return (
        function in ("Run", "Given") and looked_up or function == "Given" and argument == "genres"
    )


def wrong_calls(function):
    """(argument, value) of every call of a function that must fail."""
    return [
        (argument, value)
        for argument in arguments_of(function)
        for value in WRONG[argument]
        if not accepted_later(function, argument, value)
        and not (function == "make_part" and argument == "part")
        and not (function == "continue_run" and argument == "formats" and not value)
    ]


FUNCTIONS = (
    "Run",
    "Given",
    "simulate",
    "open_job",
    "plan",
    "one_listener",
    "generate_listening_session",
    "generate_multiple_users_session",
    "continue_run",
    "again",
    "show",
    "verify",
    "latest_run",
    "read_manifest",
    "open_run",
    "read_parquet",
    "read_table",
    "tell_story",
    "everybody",
    "period_tables",
    "write_everybody",
    "window",
    "make_cards",
    "write_cards",
    "card_folder",
    "show_story",
    "write_story",
    "write_summary",
    "effects_of",
    "volume_by_plan",
    "sampled",
    "verdicts",
    "listen",
    "what_if",
    "one_session",
    "describe_listener",
    "write_listener",
    "check_plays",
    "load_survey",
    "load_songs",
    "load_personas",
    "read_avro",
    "read_plays_avro",
    "survey_weights",
    "response_shares",
    "build_catalogue",
    "make_part",
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with one file in it, in which nothing may be written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.txt").write_text("x")
    return tmp_path


def says(message, value):
    """Whether a message tells what was given: the value itself, or one of those in a list."""
    given = [value, *value] if isinstance(value, (list, set)) and value else [value]
    return any(
        text in message
        for one in given
        for text in (repr(one), str(one), f"{one:,}" if type(one) is int else repr(one))
    )


def complaint(call, value):
    """The problem with how a call fails; None if it fails with a clear message."""
    try:
        outcome = call()
        list(outcome) if inspect.isgenerator(outcome) else None
        return "was accepted"
    except (ValueError, TypeError, FileNotFoundError, PermissionError) as error:
        text = str(error)
        return (
            None
            if says(text, value) and not getattr(error, "errno", None)
            else f"does not say what was given: {text[:150]}"
        )
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:150]}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_wrong_value_is_answered_with_what_was_given_and_writes_nothing(function, doors, here):
    wrong = {}
    for argument, value in wrong_calls(function):
        beside = {"latitude": 50, "longitude": 10} if argument in ("latitude", "longitude") else {}
        wrong[argument, repr(value)[:40]] = complaint(
            lambda: getattr(ws, function)(**doors[function] | beside | {argument: value}), value
        )
    assert not {call: words for call, words in wrong.items() if words}
    assert [path.name for path in here.iterdir()] == ["taken.txt"]


def test_more_than_two_hundred_wrong_calls_are_tried():
    assert sum(len(wrong_calls(function)) for function in FUNCTIONS) > 400 and len(COMMANDS) > 200


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in ws.__all__
        if inspect.isfunction(getattr(ws, name))
        and not name.startswith("draw_")
        or name in ("Run", "Given", "Behaviour")
    ],
)
def test_an_argument_that_does_not_exist_names_the_public_function_and_the_nearest_right_one(name):
    function = getattr(ws, name)
    takes = [*inspect.signature(function).parameters]
    with pytest.raises(TypeError) as caught:
        function(**{"zyx": 1})
    assert str(caught.value).startswith(f"{name}() has no argument 'zyx'. ")
    for argument in takes[:1] if takes[:1] != ["rest"] else []:
        with pytest.raises(TypeError) as caught:
            function(**{f"{argument}x": 1})
        assert f"{name}() has no argument '{argument}x'. Did you mean '{argument}'? " in str(
            caught.value
        )


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: ws.simulate(num_user=3),
            "simulate() has no argument 'num_user'. Did you mean 'num_users'? It takes: num_users, "
            "start_time, end_time, genres, ",
        ),
        (
            lambda: ws.plan(seeed=3),
            "plan() has no argument 'seeed'. Did you mean 'seed'? It takes: num_users, ",
        ),
        (
            lambda: ws.generate_listening_session(agee=3),
            "generate_listening_session() has no argument 'agee'. Did you mean 'age'? It takes: "
            "user_id, ",
        ),
        (
            lambda: ws.Given(genre="Pop"),
            "Given() has no argument 'genre'. Did you mean 'preferred_genre'? It takes: "
            "preferred_genre, age, gender, plan, latitude",
        ),
        (lambda: ws.Run(given=3), "given is 3; it must be of type Given."),
        (lambda: ws.describe_listener("x"), "listened is 'x'; it must be of type Listened."),
    ],
)
def test_the_message_about_an_argument_is_whole(call, words):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value).startswith(words)


# -- values of other libraries ---------------------------------------------------------------------


def test_values_of_numpy_and_pandas_are_the_values_themselves():
    plain = ws.Run(
        3,
        "2025-01-01",
        "2025-02-01T00:00:00",
        ("Pop",),
        seed=5,
        given=ws.Given("", 30, "male", latitude=59.5, longitude=18.0),
    )
    given = ws.Given(
        np.str_(""),
        np.int8(30),
        pd.Series(["male"])[0],
        latitude=np.float32(59.5),
        longitude=np.float64(18.0),
    )
    for genres in (["Pop"], np.array(["Pop"]), pd.Series(["Pop"]), pd.Index(["Pop"])):
        same = ws.Run(
            np.int64(3),
            np.datetime64("2025-01-01"),
            pd.Timestamp("2025-02-01"),
            genres,
            seed=np.uint64(5),
            given=given,
        )
        assert (
            same == plain
            and type(same.num_users) is type(same.given.age) is int
            and type(same.given.latitude) is float
        )
    assert (
        ws.Run(3, "2025-01-01T00:00:00", np.datetime64("2025-02-01T00", "ns")).end_time
        == "2025-02-01T00:00:00"
    )
    assert (
        ws.window(np.int64(2025), np.int64(2024))
        == ws.window(2025, "2024")
        == ws.window(2025, 2024)
    )


@pytest.mark.parametrize(
    "missing", [None, pd.NA, np.nan, np.float32("nan"), pd.NaT, np.datetime64("NaT")]
)
def test_what_is_missing_is_drawn(missing, tiny_run):
    drawn = dict.fromkeys(
        [
            "user_id",
            "preferred_genre",
            "age",
            "gender",
            "plan",
            "latitude",
            "longitude",
            "survey_path",
            "songs_path",
        ],
        missing,
    )
    assert (
        ws.one_listener(**drawn)
        == ws.one_listener()
        == ws.one_listener(age="", latitude="", longitude="")
    )
    assert ws.Given(age=missing) == ws.Given(age=-1) == ws.Given(age="") == ws.Given()
    assert (
        ws.Run(genres=missing, personas_path=missing) == ws.Run()
        and ws.latest_run(tiny_run) == tiny_run
    )
    assert ws.tell_story(tiny_run, missing, missing).listener == ws.tell_story(tiny_run).listener


@pytest.mark.parametrize(
    "function", ["simulate", "generate_multiple_users_session", "open_job", "plan", "Run"]
)
def test_no_genres_may_be_said_everywhere_as_none(function, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    crowd = {"num_users": 1, **WEEK, "genres": None}
    assert getattr(ws, function)(**crowd) is not None


def test_capitals_matter_nowhere(tiny_run, survey):
    story = ws.tell_story(tiny_run, edition="ALL")
    assert story.edition == "all" and ws.window(2025, "All") == ws.window(2025)
    assert ws.make_cards(story, "Night")[0].png == ws.make_cards(story, "night")[0].png
    assert np.array_equal(
        ws.survey_weights(survey, "World", "a"), ws.survey_weights(survey, "world", "A")
    )
    assert parameters.Output("", ["Parquet", "AVRO"], "Zstandard").formats == {
        "avro": "zstandard",
        "parquet": "zstandard",
    }
    assert ws.read_parquet(tiny_run, "Plays", listener_id=np.int64(2)).equals(
        ws.read_parquet(tiny_run, "plays", listener_id=2)
    )
    run = ws.Run(
        population="Survey", survey_group="ALL", given=ws.Given(gender="Female", plan="PREMIUM")
    )
    assert (run.population, run.survey_group, run.given.gender, run.given.plan) == (
        "survey",
        "all",
        "female",
        "premium",
    )


def test_what_is_fixed_for_a_crowd_holds_for_everybody():
    rows = ws.generate_multiple_users_session(
        3, **WEEK, age=np.int64(40), plan="Free", gender="female", seed=4
    )
    assert {
        (
            row["UserProfile"]["Age"],
            row["UserProfile"]["SubscriptionPlan"],
            row["UserProfile"]["Gender"],
        )
        for row in rows
    } == {(40, "free", "female")}
    alone = ws.generate_listening_session(1, **WEEK, age=40, plan="free", gender="female", seed=4)
    assert alone == [row for row in rows if row["UserSongInteraction"]["PlayId"] >> 32 == 1]


def test_records_print_as_a_few_lines(tiny_run, listened):
    story = ws.tell_story(tiny_run)
    assert repr(story).startswith(
        f"Story of {story.listener['name']} (listener {story.listener['listener_id']}), 2025-03-20 "
        f"to 2025-04-09, edition 'all'\n"
    )
    for record in (
        story,
        listened,
        listened.world,
        listened.world.catalogue,
        ws.period_tables(tiny_run),
        ws.sampled(tiny_run, progress=False),
        ws.Behaviour(),
    ):
        assert len(repr(record)) < 500 and repr(record).count("\n") < 5
    assert repr(ws.Behaviour(loyalty=0.7)) == "Behaviour(loyalty=0.7)"


# -- the command line ------------------------------------------------------------------------------

TYPED_NUMBERS = ("-3", "2.5", "many", "", "9" * 5000)
TYPED_PATHS = ("nowhere", LONG, "taken.txt", "s4://bucket/run", "taken.txt/below")
TYPED_FOLDERS = (LONG, "taken.txt", "s4://bucket/run", "taken.txt/below")
CROWD = [["simulate", "2", "new"], ["plan", "2", "new"]]
COMMANDS = [  # (words typed, how the argument at fault is typed, the value)
    *((["simulate", "--", users, "new"], "USERS", users) for users in ("0", *TYPED_NUMBERS)),
    *((["plan", "--", users, "new"], "USERS", users) for users in ("0", *TYPED_NUMBERS)),
    *(
        ([command, "2", folder], "OUT_DIR", folder)
        for command in ("simulate", "plan")
        for folder in TYPED_FOLDERS
    ),
    *(
        ([*crowd, option, time], option, time)
        for crowd in CROWD
        for option in ("--start", "--end")
        for time in ("1 May 2025", "", "2039-01-01", "1999-01-01", "2025-13-01")
    ),
    *(
        ([*crowd, option, word], option, word)
        for crowd in CROWD
        for option in ("--population", "--codec", "--format", "--genre")
        for word in ("nonsense", "", LONG)
    ),
    *(
        ([*crowd, f"{option}={number}"], option, number)
        for crowd in CROWD
        for option in ("--seed", "--workers", "--catalogue-tracks")
        for number in TYPED_NUMBERS
    ),
    *(
        ([*crowd, option, file], option, file)
        for crowd in CROWD
        for option in ("--survey", "--songs", "--personas")
        for file in ("nowhere", LONG, "s4://bucket/x", "taken.txt/below")
    ),
    *(
        (["simulate", "2", "new", *words], "--part", words[-1])
        for words in (
            ["--part", "1"],
            ["--parts", "3"],
            ["--part", "4", "--parts", "3"],
            ["--part", "x", "--parts", "3"],
            ["--part", "0", "--parts", "3"],
        )
    ),
    *(
        ([command, folder, *rest], "RUN_DIR" if folder != "nowhere" else "", folder)
        for command, *rest in (
            ["show"],
            ["verify"],
            ["effects"],
            ["cards", "new"],
            ["insights", "new"],
            ["again", "new", "--user", "1"],
            ["continue", "new", "--end", "2025-05-01"],
        )
        for folder in ("nowhere", LONG)
    ),
    *(
        ([command, "RUN", folder, *rest], "OUT_DIR", folder)
        for command, *rest in (
            ["cards"],
            ["insights"],
            ["again", "--user", "1"],
            ["continue", "--end", "2025-05-01"],
        )
        for folder in TYPED_FOLDERS
    ),
    *(
        (["realism", "--users", "3", "--output", folder], "--output", folder)
        for folder in TYPED_FOLDERS
    ),
    *(
        (["init", folder], "FOLDER" if folder != "taken.txt" else "", folder)
        for folder in TYPED_FOLDERS
    ),
    *((["run", "01_schema", "-o", file], "--output", file) for file in (".", *TYPED_FOLDERS)),
    *((["batch", "sets.yaml", "-o", folder], "--output", folder) for folder in TYPED_FOLDERS),
    *(
        ([command, "RUN", "new", "--year", year], "--year", year)
        for command in ("cards", "insights")
        for year in ("1999", "x", "2.5")
    ),
    *(
        ([command, "RUN", "new", "--edition", word], "--edition", word)
        for command in ("cards", "insights")
        for word in ("2012", "nonsense", "")
    ),
    *(
        ([command, "RUN", "new", "--user", user], "--user", user)
        for command in ("cards", "again")
        for user in ("nobody", "99", LONG)
    ),
    *(
        (["cards", "RUN", "new", "--theme", word], "--theme", word)
        for word in ("nonsense", "", LONG)
    ),
    *(
        ([*words, f"--users={number}"], "--users", number)
        for words in (["realism"], ["wrapped"])
        for number in ("0", *TYPED_NUMBERS)
    ),
    *(
        (["continue", "RUN", "new", "--end", time], "--end", time)
        for time in ("2025-04-01", "1 May 2025", "2039-01-01")
    ),
    *(
        ([command, name], "", name)
        for command in ("run", "batch")
        for name in ("nowhere.ipynb", "taken.txt", LONG)
    ),
    *(
        (["run", "02_single_user", "-p", f"{name}={value}"], "", value)
        for name, value in (("age", "x"), ("age", "["), ("latitude", "north"), ("agee", "1"))
    ),
    (["schema", "nonsense"], "FORM", "nonsense"),
]


def run_command(words, monkeypatch):
    """(exit code, what was printed on stderr) of a command in this process, without progress
    bars.
    """
    said = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["wrapsim", *words])
    with (
        contextlib.redirect_stderr(said),
        contextlib.redirect_stdout(io.StringIO()),
        pytest.raises(SystemExit) as caught,
    ):
        commands.main()
    return caught.value.code, said.getvalue()


@pytest.mark.parametrize("first", sorted({words[0] for words, *_ in COMMANDS}))
def test_a_wrong_command_is_answered_with_one_message_and_exit_2_and_writes_nothing(
    first, tiny_run, here, monkeypatch
):
    (here / "sets.yaml").write_text("a: {notebook: 01_schema}")
    wrong = {}
    for words, typed, value in (one for one in COMMANDS if one[0][0] == first):
        code, said = run_command(
            [str(tiny_run) if word == "RUN" else word for word in words], monkeypatch
        )
        as_it_should = (
            code == 2
            and said.startswith("wrapsim: ")
            and said.count("wrapsim: ") == 1
            and typed in said
            and "Traceback" not in said
        )
        given = value in said.replace(",", "") or "agee" in said
        if not (as_it_should and given):
            wrong[" ".join(words)[:80]] = code, said[:300]
    assert not wrong
    assert sorted(path.name for path in here.iterdir()) == ["sets.yaml", "taken.txt"]


@pytest.mark.parametrize(
    "text, typed",
    [
        ("num_users is 0; give num_users.", "USERS is 0; give USERS."),
        ("seed is -1; it must be", "--seed is -1; it must be"),
        ("end_time '2' is not after start_time '3'", "--end '2' is not after --start '3'"),
        (
            "survey_path is '/a/num_users/b', or leave survey_path empty",
            "--survey is '/a/num_users/b', or leave --survey empty",
        ),
        (
            "/data/num_users/run holds no run of that seed",
            "/data/num_users/run holds no run of that seed",
        ),
        (
            "part is 1 and parts is None; a part of parts",
            "--part is 1 and --parts is None; a part of parts",
        ),
    ],
)
def test_a_message_names_arguments_as_they_are_typed(text, typed):
    command = commands.typer.main.get_command(commands.app).commands["simulate"]
    assert errors.as_typed(text, errors.typed_names(command)) == typed
