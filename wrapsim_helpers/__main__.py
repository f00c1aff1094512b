"""`python -m wrapsim_helpers` is the `wrapsim` command."""

from .commands import main

if __name__ == "__main__":
    main()
