"""What is in a run folder, for people. It imports little: `wrapsim show` starts at once."""

from ..checking import front_door, in_bytes
from ..parameters import Run, differences, identity, identity_hash
from ..schema import fingerprints, released
from ..storage import places
from ..storage.manifest import identity_of, is_finished, read_manifest


@front_door
def show(run_dir):
    """What is in a run folder, finished or not?

    Text of a few lines; FileNotFoundError where it is no run's.
    """
    place = places.place_of(run_dir)
    found = identity_of(place)
    lines = (
        finished_lines(read_manifest(place))
        if is_finished(place)
        else unfinished_lines(place, found)
    )
    return "\n".join([*parameter_lines(found), *lines, *difference_lines(found)])


def parameter_lines(found):
    """Who, when and which seed."""
    of = found["parameters"]
    genres = f", genres {', '.join(of['genres'])}" if of["genres"] else ""
    return [
        f"{of['num_users']:,} listeners from number {of['first_listener']:,}, {of['start_time']} "
        f"to "
        f"{of['end_time']}, "
        f"population {of['population']}, seed {of['seed']}{genres}",
        f"identity {identity_hash(found)}, schema {release_of(found['schema'])}, wrapsim "
        f"{found['versions']['wrapsim']}",
    ]


def finished_lines(manifest):
    """How much there is."""
    sums = {
        suffix: [one for one in manifest["files"] if one["file"].endswith(suffix)]
        for suffix in ("parquet", "avro")
    }
    return [
        f"finished: {manifest['plays']:,} plays in {manifest['parts']:,} parts",
        *(
            f"  {name:8} {len(files):,} files, {in_bytes(sum(one['bytes'] for one in files))}"
            for name, files in sums.items()
            if files
        ),
    ]


def unfinished_lines(place, found):
    """How far it got, and who is at it."""
    from ..storage.locks import holder_of, locks_of

    of, n_whole = (
        found["parameters"],
        sum(name.startswith("parts/part-") for name in places.names(place, "parts")),
    )
    locks = locks_of(place)
    return [
        f"not finished: {n_whole:,} of {-(-of['num_users'] // of['listeners_per_part']):,} parts "
        f"are whole; the same command goes on from there",
        *(
            f"  {name}: process {holder_of(place, name)['pid']} on {holder_of(place, name)['host']}"
            for name in locks
        ),
    ]


def difference_lines(found):
    """What this installation would do otherwise."""
    here = {"schema": fingerprints(), "versions": identity(Run(), {}, {}, 1)["versions"]}
    other = differences(here, {key: found[key] for key in here})
    return [f"made elsewhere: {line}" for line in other]


def release_of(found):
    """Number of the schema release with these fingerprints, as text."""
    return next(
        (
            f"release {number}"
            for number, schema in released().items()
            if fingerprints(schema) == found
        ),
        "of no release known here",
    )
