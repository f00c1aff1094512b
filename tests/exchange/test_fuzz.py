"""A few hundred random files; tests/slow tries 10,000 and `wrapsim fuzz` 100,000."""

from tests.exchange.fuzz import fuzz


def test_every_row_of_400_random_files_is_counted():
    fuzz(400)
