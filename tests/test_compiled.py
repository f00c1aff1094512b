"""Compiled code: what is compiled, and where it lies."""

import wrapsim_helpers as ws
from wrapsim_helpers.compiled import code_folder


def test_a_session_is_compiled_for_one_set_of_types():
    ws.listen(ws.Run(num_users=1, end_time="2025-01-02"))
    assert len(list(code_folder("wrapsim_helpers.plays").rglob("*.play_session-*.nbc"))) == 1
