"""Exports: the listeners of a run as files of the service and of scrobblers, on all cores."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from ..checking import check_choice, check_count, check_names, front_door
from ..instants import DAY_MS, MS
from ..interrupts import saying
from ..runs.again import listener_named
from ..runs.opened import open_run, play_files, read_parquet, read_plays
from ..runs.workers import cores, each_part
from ..storage.manifest import json_bytes
from ..storage.outputs import (
    check_folders,
    claim,
    marker_of,
    output_folder,
    remove_outputs,
    replaced_file,
    writable_output_folder,
)
from ..wrapped.editions import EDITIONS, window
from ..wrapped.periods import fullest_year, open_period
from ..wrapped.story import rows_of_part, stories_of_rows
from ..wrapped.tallies import show_tallies
from ..wrapped.wrapped_file import public_layout
from .account_files import library_files
from .export_formats import ACCOUNT_DAYS, ACCOUNT_FOLDER, FORMS, ZIP
from .export_rows import n_rows, named_tracks, rows_of_plays
from .oddities import check_dirty, with_oddities
from .scrobble_files import (
    lastfm_files,
    lastfm_table_files,
    librefm_files,
    listenbrainz_files,
    listenbrainz_json_files,
    listenbrainz_submit_files,
    scrobbler_log_files,
)
from .spotify_files import account_files, account_old_files, endsong_files, spotify_files
from .zips import zip_bytes

SHARES = 4  # of a worker: the listeners are shared out in so many pieces, for the progress bar
LISTENERS = 20  # whose exports take as long as the start of a process
REPORT = "report.json"
# format -> (function of rows and owner: name -> bytes; name of the zip, "" for single files)
CONTENTS = {
    "spotify": (spotify_files, ZIP),
    "endsong": (endsong_files, ZIP),
    "account": (account_files, ZIP),
    "account_old": (account_old_files, ZIP),
    "listenbrainz": (listenbrainz_files, "listenbrainz_{username}_{exported_s}.zip"),
    "listenbrainz_json": (listenbrainz_json_files, ""),
    "listenbrainz_submit": (listenbrainz_submit_files, ""),
    "lastfm": (lastfm_files, ""),
    "lastfm_table": (lastfm_table_files, ""),
    "librefm": (librefm_files, ""),
    "scrobbler_log": (scrobbler_log_files, ""),
}


@dataclass(frozen=True)
class Owner:
    """Whose export it is, and when it was made, which follows from the end of the run.

    number   of the listener;  account  name of the account at the service
    exported the day of the export: the second after the last local day of the run
    """

    number: int
    account: str
    exported: date

    @property
    def username(self):
        """Name of the account at scrobblers."""
        return f"listener{self.number}"

    @property
    def exported_on(self):
        """The day of the export as an ISO date."""
        return self.exported.isoformat()

    @property
    def exported_s(self):
        """The first second of the day of the export, since 1970."""
        return int(np.datetime64(self.exported, "s").astype(np.int64))

    @property
    def account_since_ms(self):
        """When the history in account data begins, see ACCOUNT_DAYS; UTC milliseconds."""
        return MS * self.exported_s - ACCOUNT_DAYS * DAY_MS


@dataclass(frozen=True)
class ExportJob:
    """What every worker needs.

    run_dir, identity  address of the run, and its identity hash, so that no worker takes an earlier
             run at this address for it
    folder   of the format;  form  name of the format;  dirty  names of oddities
    """

    run_dir: str
    identity: str
    folder: Path
    form: str
    dirty: tuple


@front_door
def write_exports(run_dir, out_dir, users=(), form="spotify", dirty=(), workers=0):
    """Write the plays of listeners as files of a format, for tests of programs that read them;
    returns the folders, such as spotify/00000017 with my_spotify_data.zip and report.json.

    users    numbers, user ids or full names; empty for every listener with a play
    form     spotify (extended history), endsong (as it was before 2023), account, account_old,
             listenbrainz (zip), listenbrainz_json, listenbrainz_submit, lastfm, lastfm_table (with
             header), librefm or scrobbler_log
    dirty    names of oddities of real exports to add, such as ["overlaps", "zero_ms"]; the report
             counts them
    workers  processes; 0 for one per core
    The same run gives the same bytes. Names are invented, addresses are reserved for documentation.
    Raises ValueError for a listener who is not in the run or has no play, for plays that readers of
    the format refuse as too early, or for a folder with files that wrapsim did not write.
    """
    run, form = open_run(run_dir), check_choice("form", form, tuple(FORMS))
    dirty, workers = check_dirty(dirty, form), check_count("workers", workers, 0, 1024)
    check_days(run, form)
    numbers = numbers_of(run, check_names("users", users))
    folder = writable_output_folder(output_folder(out_dir, "exports") / form)
    names = [f"{number:08}" for number in numbers]
    check_folders([folder / name for name in names])
    claim(folder.parent, [form])
    claim(folder, names)
    job = ExportJob(str(run_dir), run.identity_hash, folder, form, dirty)
    carry_out_exports(job, run, numbers, workers or useful_workers(numbers))
    return [folder / name for name in names]


def check_days(run, form):
    """Raise ValueError if a run begins before the first day that readers of the format accept."""
    earliest = FORMS[form].earliest
    if str(run.days[0]) < earliest:
        raise ValueError(
            f"form is {form!r}, whose readers accept no play before {earliest}; the run begins on "
            f"{run.days[0]}. Give another form, such as 'lastfm', or simulate a later time."
        )


def useful_workers(numbers):
    """How many processes to use: a new process takes as long as LISTENERS of exports."""
    return min(cores(), -(-len(numbers) // LISTENERS))


def carry_out_exports(job, run, numbers, workers):
    """Write the exports of some listeners with a progress bar."""
    if job.form == "account":
        show_tallies(period_of(run))
    again = f"Finished folders are complete in {job.folder}; run the same command again."
    shares = export_shares(run, numbers, SHARES * workers)
    with saying(lambda: again), tqdm(desc="exports", unit="listener", total=len(numbers)) as bar:
        for _, n_listeners in each_part(write_share, job, shares, workers):
            bar.update(n_listeners)


def numbers_of(run, users):
    """Numbers of the listeners that `users` of `write_exports` names, in order."""
    answers = read_parquet(run, "answers", ["listener_id", "n_plays"])
    n_plays = dict(zip(answers["listener_id"].to_pylist(), answers["n_plays"].to_pylist()))
    numbers = sorted({listener_named(run, user) for user in users})
    if silent := [number for number in numbers if not n_plays[number]]:
        raise ValueError(
            f"users names listener {silent[0]}, who has no play in this run; name another listener."
        )
    return numbers or [number for number in sorted(n_plays) if n_plays[number]]


def export_shares(run, numbers, n_shares):
    """Pieces of work: (file of plays, numbers of listeners in it), a list of tuples."""
    parameters, files = run.parameters, {}
    for number in numbers:
        part = (number - parameters["first_listener"]) // parameters["listeners_per_part"]
        files.setdefault(part, []).append(number)
    most = -(-len(numbers) // n_shares)
    return [
        (play_files(run, of_part[0])[0], tuple(of_part[first : first + most]))
        for of_part in files.values()
        for first in range(0, len(of_part), most)
    ]


# -- in a worker -----------------------------------------------------------------------------------


def write_share(job, share):
    """Write the exports of a share of listeners, see `export_shares`; returns their number."""
    file, numbers = share
    more = account_parts(job, file, numbers) if job.form == "account" else {}
    for number in numbers:
        write_files(job, number, *export_of(job, file, number, more.get(number, {})))
    return len(numbers)


def export_of(job, file, number, more):
    """(files of one listener's export, its report). more: further files, name -> bytes"""
    run, tracks, accounts = opened_once(job)
    owner = Owner(number, accounts[number], run.days[1] + timedelta(days=2))
    seed = run.parameters["seed"]
    clean = rows_of_plays(slice_of(plays_of_file(job, file), number), tracks, seed)
    rows, counts = with_oddities(clean, job.dirty, seed)
    files = CONTENTS[job.form][0](rows, owner) | more
    return packed_files(job.form, files, owner), export_report(job, number, clean, rows, counts)


@lru_cache(1)
def opened_once(job):
    """(run, its tracks as from `named_tracks`, number -> name of the account)."""
    run = open_run(job.run_dir)
    people = read_parquet(run, "listeners", ["listener_id", "user_id"]).to_pylist()
    accounts = {row["listener_id"]: row["user_id"].replace("-", "") for row in people}
    return run, named_tracks(run), accounts


@lru_cache(1)
def plays_of_file(job, file):
    """The plays in a file of a run; cached, since a worker has several shares of it."""
    return read_plays(opened_once(job)[0], file)


def slice_of(plays, number):
    """The plays of one listener; plays: sorted by listener."""
    listeners = plays["listener_id"].to_numpy()
    first, end = np.searchsorted(listeners, (number, number + 1))
    return plays.slice(first, end - first)


def packed_files(form, files, owner):
    """The files as they lie in the folder: name -> bytes, one zip if the format is one."""
    archive = CONTENTS[form][1]
    if not archive:
        return files
    name = archive.format(username=owner.username, exported_s=owner.exported_s)
    return {name: zip_bytes(files)}


def export_report(job, number, clean, rows, counts):
    """What stands beside an export: run, listener, plays, rows, and rows with each oddity."""
    return {
        "run": job.identity,
        "listener_id": number,
        "form": job.form,
        "n_plays": n_rows(clean),
        "n_rows": n_rows(rows),
        "oddities": counts,
    }


def write_files(job, number, files, about):
    """Write the files of one export and its report, and remove earlier ones of wrapsim."""
    folder = writable_output_folder(job.folder / f"{number:08}")
    files = files | {REPORT: json_bytes(about)}
    remove_outputs(folder, list(marker_of(folder)["files"].keys() - files.keys()))
    for name, data in files.items():
        with replaced_file(folder / name) as temporary:
            temporary.write_bytes(data)


# -- account data ----------------------------------------------------------------------------------


def account_parts(job, file, numbers):
    """Library, playlist and Wrapped<year>.json of listeners: number -> {name: bytes}."""
    run, tracks, _ = opened_once(job)
    wrapped = wrapped_of(job, file, numbers)
    return {
        number: library_files(read_parquet(run, "actions", listener_id=number), tracks)
        | wrapped.get(number, {})
        for number in numbers
    }


def period_of(run):
    """The period of the Wrapped in account data, see `year_of_wrapped` and `edition_for`."""
    year = year_of_wrapped(*run.days)
    return open_period(run, year, edition_for(year, run.days[0]))


def year_of_wrapped(first_day, last_day):
    """The year with most days of the last 12 months of a run."""
    return fullest_year(max(first_day, last_day - timedelta(days=365)), last_day)


def edition_for(year, first_day):
    """The edition of a year; "all" if there is none, or if it counts no day from `first_day` on."""
    name = str(year)
    return name if name in EDITIONS and first_day <= window(year, name)[1] else "all"


def wrapped_of(job, file, numbers):
    """Wrapped<year>.json: number -> {name: bytes}, without listeners who streamed too little."""
    period, rows = rows_once(job, file)
    listening = [number for number in numbers if number in rows["minutes"]]
    return {
        story.listener["listener_id"]: {
            f"{ACCOUNT_FOLDER}/Wrapped{story.year}.json": json_bytes(public_layout(story))
        }
        for story in stories_of_rows(period, rows, listening)
        if not story.too_little
    }


@lru_cache(1)
def rows_once(job, file):
    """(period, rows of all insights) of a file of plays; cached, as `plays_of_file`."""
    period = period_of(opened_once(job)[0])
    return period, rows_of_part(period, file)
