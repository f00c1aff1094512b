"""Cards differ from person to person."""

import wrapsim_helpers as ws

from .. import headlines

FEW = 20  # of a card that fewer listeners have, no share is asked


def test_over_200_listeners_no_headline_of_a_card_covers_more_than_a_quarter(tmp_path):
    run = ws.simulate(200, out_dir=tmp_path / "run", formats="parquet")
    found = headlines.headlines_of(run)
    print(*headlines.table(found), sep="\n")
    assert len(found) > 9
    for name, counts in found.items():
        most, n = counts.most_common(1)[0]
        if counts.total() >= FEW:
            assert n <= counts.total() / 4, (name, most, n / counts.total())
