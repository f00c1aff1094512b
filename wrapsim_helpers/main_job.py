"""Before the notebooks of `wrapsim wrapped` or of a batch: compile the model, clear the folder."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

# the folders that the main job writes
JOB_FOLDERS = ("cards", "notebooks", "one_listener", "run", "your_wrapped")


def compile_everything():
    """Compile the model, and make the default catalogue: simulate and read a small run, so that
    all compiled code is called.
    """
    from .runs.simulate import simulate
    from .runs.verify import verify

    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder:
        run_dir = Path(folder) / "run"
        simulate(1, "2025-01-01", "2025-01-08", out_dir=run_dir, workers=1)
        verify(run_dir, 1)


def clear_job(folder):
    """Remove the files that an earlier main job wrote into its folder. If the folder holds a file
    that wrapsim did not write, it raises ValueError and removes nothing.
    """
    from .runs.own_files import own_files
    from .storage.locks import refuse_held
    from .storage.outputs import (
        check_clear,
        claim,
        clear,
        entries,
        fault_of,
        marker_of,
        refuse_fault,
    )

    if folder.is_dir():
        for path in entries(folder):
            refuse_fault(folder, path, fault_of(path, marker_of(folder)))
        paths = [path for path in check_clear(folder, own_files) if path.parent != folder]
        refuse_held(folder / "run")
        refuse_run_of_another_command(folder / "run")
        clear(folder, paths)
    claim(folder, JOB_FOLDERS)


def refuse_run_of_another_command(run_dir):
    """Raise ValueError if a folder holds a run that the main job did not make."""
    from .parameters import Run, run_of
    from .storage.manifest import identity_of

    with suppress(FileNotFoundError):
        run = run_of(identity_of(run_dir))
        if replace(run, listeners_per_part=0) != Run(num_users=run.num_users, seed=run.seed):
            raise ValueError(
                f"{run_dir} holds a run that the main job did not make. Move it elsewhere, or name "
                f"another folder with -o."
            )
