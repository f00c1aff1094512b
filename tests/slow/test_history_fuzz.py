"""Random files of histories, in number."""

from tests.exchange.fuzz import fuzz


def test_every_row_of_10_000_random_files_is_counted():
    fuzz(10_000)
