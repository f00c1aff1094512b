"""The `wrapsim` command, also as `python -m wrapsim_helpers`.

`main` imports the commands itself, so that Ctrl-C during these imports prints no traceback.
"""

import sys


def main():
    """Run the command; exit code 130 after Ctrl-C, also while its modules are imported."""
    try:
        from .commands import main as run_command

        run_command()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
