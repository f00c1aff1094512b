"""Commands that draw cards and stories from a run."""

from typing import Annotated

import typer

from .options import Edition, FirstDay, LastDay, RuleTexts, RunDir, Theme, Where, Who, Year


def cards(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    user: Who = [],
    where: Where = [],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
    everybody: Annotated[
        bool, typer.Option("--everybody", help="the cards of every listener, in a folder for each")
    ] = False,
):
    """Draw the cards of a listener, of several as one, or of everybody."""
    from ..cards import write_all_cards
    from ..cards.themes import check_theme

    check_theme(theme)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    if everybody:
        check_nobody_named([*user, *where])
        rules = rules_named(edition, rule)
        folders = write_all_cards(run_dir, out_dir, theme=theme, rules=rules, **period)
        typer.echo(folders_line(run_dir, out_dir, len(folders)))
        return
    write_pictures(story_named(run_dir, user, where, rule, **period), out_dir, theme)


def folders_line(run_dir, out_dir, n_folders):
    """One line on the cards of everybody: the number of folders, and of listeners without one."""
    from ..runs.opened import open_run, read_parquet

    n_silent = len(read_parquet(open_run(run_dir), "listeners", ["listener_id"])) - n_folders
    verb = "listener has" if n_silent == 1 else "listeners have"
    silent = f"; {n_silent:,} {verb} no play in the period" * bool(n_silent)
    return f"{out_dir}: {n_folders:,} folders of cards, named in listeners.csv{silent}"


def check_nobody_named(users):
    """Raise ValueError if listeners are named for the cards of everybody."""
    if users:
        raise ValueError(
            f"--everybody draws the cards of all listeners, and {users[0]!r} is named; give either."
        )


def story(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for story.html, the cards and the JSON")],
    user: Who = [],
    where: Where = [],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
):
    """Write the story of a listener, or of several as one: a page that plays the cards, the cards,
    and the numbers as JSON.

    The page is one file that needs no network. Open story.html in a browser.
    """
    from ..cards import card_folder, make_cards, make_squares, write_cards
    from ..cards.story import write_story
    from ..cards.themes import check_theme
    from ..wrapped import write_summary, write_wrapped

    check_theme(theme)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    story = story_named(run_dir, user, where, rule, **period)
    folder = card_folder(out_dir)
    pictures = [*make_cards(story, theme), *make_squares(story, theme)]
    for path in write_cards(pictures, folder):
        typer.echo(path)
    for write in (write_summary, write_wrapped):
        typer.echo(write(story, folder))
    typer.echo(write_story(story, folder, theme))


def artist(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    artist: Annotated[str, typer.Option(help="name or number of an artist of the run")],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    theme: Theme = "press",
):
    """Draw an artist's cards, counted from all listeners of a run."""
    from ..cards import card_folder, make_cards, write_cards
    from ..cards.themes import check_theme
    from ..wrapped import tell_artist

    check_theme(theme)
    story_of_artist = tell_artist(run_dir, artist, year, edition, first_day, last_day)
    folder = card_folder(out_dir)
    for path in write_cards(make_cards(story_of_artist, theme), folder):
        typer.echo(path)


def party(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    user: Annotated[
        list[str],
        typer.Option(
            "--user", help="user id, number or name, the host first; 2 to 10, one option each"
        ),
    ],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
):
    """Draw the cards of a party: awards for two to ten listeners, and their music as one."""
    from ..cards.themes import check_theme
    from ..wrapped import party as party_of

    check_theme(theme)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    story = party_of(run_dir, user, rules=rules_named(edition, rule), **period)
    write_pictures(story, out_dir, theme)


def blend(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    user: Annotated[
        list[str],
        typer.Option("--user", help="user id, number or name; two listeners, one option each"),
    ],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
):
    """Draw the cards of a blend: what two listeners share, and songs for each other."""
    from ..cards.themes import check_theme
    from ..wrapped import blend as blend_of

    check_theme(theme)
    check_pair(user)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    story = blend_of(run_dir, *user, rules=rules_named(edition, rule), **period)
    write_pictures(story, out_dir, theme)


def check_pair(users):
    """Raise ValueError unless two listeners are named."""
    if len(users) != 2:
        n = len(users)
        raise ValueError(
            f"--user names {n} listener{'s' * (n != 1)}; a blend has two. Give --user twice, such "
            "as --user 0 --user 1; for up to ten listeners, use wrapsim party."
        )


def story_named(run_dir, user, where, rule, **period):
    """The `Story` that the options of a command name."""
    from ..notebooks import pairs_of
    from ..wrapped import tell_story

    users = pairs_of(where) if where else user if len(user) > 1 else "".join(user)
    if where:
        check_where(run_dir, user, users)
    return tell_story(run_dir, users, rules=rules_named(period["edition"], rule), **period)


def check_where(run_dir, user, values):
    """Raise ValueError if listeners are named besides --where, or if no listener has its values.

    values  as for `listeners_where`
    """
    from ..runs.opened import open_run
    from ..wrapped.story import listeners_where

    if user:
        raise ValueError(
            f"--where selects listeners by their columns, and --user {user[0]} names one; "
            "give either."
        )
    listeners_where(open_run(run_dir), values, "where")


def rules_named(edition, rule):
    """The `Rules` of an edition with other values, texts such as "by=minutes"."""
    from dataclasses import replace

    from ..notebooks import pairs_of, yaml_value
    from ..wrapped.editions import edition_named

    values = {name: yaml_value(value) for name, value in pairs_of(rule).items()}
    return replace(edition_named(edition).rules, **values)


def write_pictures(story, out_dir, theme):
    """Write the cards and squares of a story into a folder, and print their paths."""
    from ..cards import card_folder, make_cards, make_squares, write_cards

    folder = card_folder(out_dir)
    for path in write_cards([*make_cards(story, theme), *make_squares(story, theme)], folder):
        typer.echo(path)
