"""The cards of all listeners of a run, one folder per listener, on all cores."""

from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from ..checking import check_count, front_door
from ..interrupts import saying
from ..runs.opened import open_run
from ..runs.workers import each_part
from ..storage.outputs import claim
from ..wrapped import Rules, tell_story
from ..wrapped.periods import open_period
from ..wrapped.tallies import show_tallies
from .card import card_folder, make_cards, make_squares, write_cards
from .themes import check_theme


@dataclass(frozen=True)
class CardsJob:
    """What every worker needs: the run's address, the folder, the theme, and the period as named
    arguments of `tell_story`.
    """

    run_dir: str
    folder: Path
    theme: str
    period: dict


@front_door
def write_all_cards(
    run_dir,
    out_dir,
    year=-1,
    edition="all",
    first_day="",
    last_day="",
    rules: Rules | None = None,
    theme="press",
    workers=0,
):
    """Write the cards of every listener with a play, and their square pictures, into a folder per
    listener, named by number: 00000017/01_minutes.png, ...; returns the folders.

    year ... rules  as for `tell_story`;  workers  processes; 0 for one per core
    Raises the errors of `tell_story` and `card_folder`.
    """
    theme, workers = check_theme(theme), check_count("workers", workers, 0, 1024)
    opened = open_period(open_run(run_dir), year, edition, first_day, last_day, rules)
    numbers = sorted(show_tallies(opened)["totals"]["listener_id"].to_pylist())
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day, rules=rules)
    job = CardsJob(str(run_dir), card_folder(out_dir), theme, period)
    claim(job.folder, [folder_name(number) for number in numbers])
    again = f"Finished folders are complete in {job.folder}; run the same command again."
    with saying(lambda: again), tqdm(desc="cards", unit="listener", total=len(numbers)) as progress:
        for _ in each_part(write_cards_of, job, numbers, workers):
            progress.update()
    return [job.folder / folder_name(number) for number in numbers]


def folder_name(number):
    """The name of a listener's folder: eight digits."""
    return f"{number:08}"


def write_cards_of(job, number):
    """Write the cards of one listener. job: a `CardsJob`"""
    story = tell_story(job.run_dir, str(number), **job.period)
    cards = [*make_cards(story, job.theme), *make_squares(story, job.theme)]
    write_cards(cards, job.folder / folder_name(number))
