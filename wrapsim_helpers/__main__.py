"""`python -m wrapsim_helpers` is the `wrapsim` command."""

from .batch import main

if __name__ == "__main__":
    main()
