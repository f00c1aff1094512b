"""No deprecation of another library reaches those who use the package."""

import warnings

import pytest

import wrapsim_helpers as ws

OUTDATED = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
STEPS = {
    "a story": lambda run: ws.tell_story(run),
    "cards": lambda run: ws.make_cards(ws.tell_story(run)),
    "insights": lambda run: ws.everybody(run),
    "a crowd's hours": lambda run: ws.draw_crowd_hours(
        ws.listener_hours(ws.period_tables(run)).execute()
    ),
    "leaving": lambda run: ws.draw_leaving(ws.crowd_leaving(ws.period_tables(run)).execute()),
    "volume": lambda run: ws.draw_volume(ws.volume_by_plan(run)),
    "effects": lambda run: ws.effects_of(run),
    "measures": lambda run: ws.measured(ws.sampled(run)),
    "verify": lambda run: ws.verify(run, workers=1),
    "Avro": lambda run: list(ws.read_avro(next(run.rglob("*.avro")))),
    "one listener again": lambda run: ws.again(run, 3),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_warns_of_what_is_outdated(step, tiny_run):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        STEPS[step](tiny_run)
    assert [str(one.message) for one in caught if issubclass(one.category, OUTDATED)] == []
