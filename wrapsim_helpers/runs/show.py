"""Summarise a run folder as text. It imports little, so that `wrapsim show` starts at once."""

from contextlib import suppress

from ..checking import front_door, in_bytes
from ..parameters import Run, differences, identity, identity_hash, run_of
from ..schema import fingerprints, released_schemas
from ..storage import places
from ..storage.manifest import identity_of, manifest_at


@front_door
def show(run_dir):
    """What is in a run folder, finished or not? A text of a few lines.

    Raises FileNotFoundError if it holds no run.
    """
    place, manifest = places.place_of(run_dir), {}
    with suppress(FileNotFoundError):
        manifest = manifest_at(place)
    stored = manifest.get("identity") or identity_of(place)
    lines = finished_lines(manifest) if manifest else unfinished_lines(place, stored)
    return "\n".join([*parameter_lines(stored), *lines, *difference_lines(stored)])


def parameter_lines(stored):
    """Lines with the parameters, hash and versions of an identity."""
    run = run_of(stored)
    genres = f", genres {', '.join(run.genres)}" if run.genres else ""
    return [
        f"{run.num_users:,} listeners from number {run.first_listener:,}, {run.start_time} to "
        f"{run.end_time}, population {run.population}, seed {run.seed}{genres}",
        f"identity {identity_hash(stored)}, schema {release_of(stored['schema'])}, wrapsim "
        f"{stored['versions']['wrapsim']}",
    ]


def finished_lines(manifest):
    """Lines with the number of plays, parts, files and bytes of a finished run."""
    by_format = {
        suffix: [file for file in manifest["files"] if file["file"].endswith(suffix)]
        for suffix in ("parquet", "avro")
    }
    return [
        f"finished: {manifest['plays']:,} plays in {manifest['parts']:,} parts",
        *(
            f"  {name:8} {len(files):,} files, {in_bytes(sum(file['bytes'] for file in files))}"
            for name, files in by_format.items()
            if files
        ),
    ]


def unfinished_lines(place, stored):
    """Lines with the complete parts of an unfinished run, and the processes that work on it."""
    from ..storage.locks import holder_of, locks_of

    run = run_of(stored)
    holders = {name: holder_of(place, name) for name in locks_of(place)}
    return [
        f"not finished: {n_receipts(place):,} of {-(-run.num_users // run.listeners_per_part):,} "
        f"parts are complete; run the same command to resume",
        *(
            f"  {name}: process {holder['pid']} on {holder['host']}"
            for name, holder in holders.items()
            if holder
        ),
    ]


def n_receipts(place):
    """Number of receipts of parts in the place of an unfinished run."""
    return sum(name.startswith("parts/part-") for name in places.file_names(place, "parts"))


def difference_lines(stored):
    """Lines with the versions and schemas of a run that this installation does not have."""
    here = {"schema": fingerprints(), "versions": identity(Run(), {}, {}, 1)["versions"]}
    lines = differences(here, {key: stored[key] for key in here})
    return [f"made by another installation: {line}" for line in lines]


def release_of(schema_fingerprints):
    """The schema release with these fingerprints, as text."""
    return next(
        (
            f"release {number}"
            for number, schema in released_schemas().items()
            if fingerprints(schema) == schema_fingerprints
        ),
        "of an unknown release",
    )
