"""The cards of all listeners of a run, one folder per listener, on all cores."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tqdm.auto import tqdm

from ..checking import check_count, front_door
from ..interrupts import saying
from ..runs.opened import open_run, play_files, read_parquet
from ..runs.workers import cores, each_part
from ..storage.outputs import check_folders, claim, replaced_file
from ..wrapped import Rules
from ..wrapped.periods import open_period
from ..wrapped.story import rows_of_part, stories_of_rows
from ..wrapped.tallies import show_tallies
from .card import card_folder, make_cards, make_squares, write_cards
from .themes import check_theme

SHARES = 16  # of a worker: the cards are shared out in so many pieces, for the progress bar


@dataclass(frozen=True)
class CardsJob:
    """What every worker needs.

    run_dir, identity  address of the run, and its identity hash, so that no worker takes an earlier
              run of the same address for it
    folder    of all cards;  theme  of the cards
    n_shares  number of shares of the listeners of each part
    period    arguments of `open_period`
    """

    run_dir: str
    identity: str
    folder: Path
    theme: str
    n_shares: int
    period: tuple


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
    listener, named by number: 00000017/01_minutes.png, ...; returns the folders. listeners.csv has
    the folder, user_id and name of each of them.

    year ... rules  as for `tell_story`;  workers  processes; 0 for one per core
    Raises the errors of `tell_story` and `card_folder`.
    """
    theme, workers = check_theme(theme), check_count("workers", workers, 0, 1024) or cores()
    run = open_run(run_dir)
    period = open_period(run, year, edition, first_day, last_day, rules)
    numbers = sorted(show_tallies(period)["totals"]["listener_id"].to_pylist())
    folders = [folder_name(number) for number in numbers]
    n_shares = -(-SHARES * workers // len(play_files(run)))
    folder = card_folder(out_dir)
    arguments = -1, edition, period.first_day, period.last_day, rules
    job = CardsJob(str(run_dir), run.identity_hash, folder, theme, n_shares, arguments)
    check_folders([job.folder / name for name in folders])
    claim(job.folder, folders)
    write_index(run, numbers, job.folder)
    shares = range(n_shares * len(play_files(run)))
    again = f"Finished folders are complete in {job.folder}; run the same command again."
    with saying(lambda: again), tqdm(desc="cards", unit="listener", total=len(folders)) as progress:
        for _, n_listeners in each_part(write_cards_of, job, shares, workers):
            progress.update(n_listeners)
    return [job.folder / name for name in folders]


def folder_name(number):
    """The name of a listener's folder: eight digits."""
    return f"{number:08}"


def write_index(run, numbers, folder):
    """Write listeners.csv: folder, user_id and name of some listeners, by number."""
    people = read_parquet(run, "listeners", ["listener_id", "user_id", "name"]).to_pandas()
    people = people[people["listener_id"].isin(numbers)].sort_values("listener_id")
    people.insert(0, "folder", people.pop("listener_id").map(folder_name))
    with replaced_file(folder / "listeners.csv") as temporary:
        people.to_csv(temporary, index=False, lineterminator="\n")


def write_cards_of(job, share):
    """Write the cards of a share of the listeners of a part; returns their number.

    job  a `CardsJob`;  share  number from 0: that of the part times n_shares, plus that within it
    """
    part, remainder = divmod(share, job.n_shares)
    period, rows = rows_of_share(job, part)
    numbers = sorted(number for number in rows["minutes"] if number is not None)
    numbers = numbers[remainder :: job.n_shares]
    for story in stories_of_rows(period, rows, numbers):
        cards = [*make_cards(story, job.theme), *make_squares(story, job.theme)]
        write_cards(cards, job.folder / folder_name(story.listener["listener_id"]))
    return len(numbers)


@lru_cache(1)
def rows_of_share(job, part):
    """(period, rows of all insights) of a part; cached, since a worker has several shares of it."""
    run = open_run(job.run_dir)
    period = open_period(run, *job.period)
    return period, rows_of_part(period, play_files(run)[part])
