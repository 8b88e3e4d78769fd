"""``kill -9`` while tickets are made and resolved at a real Request Tracker, small enough for every run (make soak)."""

from __future__ import annotations

from pathlib import Path

import pytest

import alertmanager
import request_tracker
from ticket_storm import chain, seed_of, storm


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_kills_and_an_outage_make_no_second_ticket_and_repeat_no_note(tmp_path: Path):
    if request_tracker.program() is None or alertmanager.program() is None:
        pytest.skip("needs Request Tracker 5 and Alertmanager; install them with: make tools")
    pace = {"every": "500ms", "lease": "5s", "settle": "0s", "hold": "2s", "retry": {"first": "500ms", "longest": "2s"}}
    async with chain(tmp_path, **pace, alertmanager={"poll": "1s", "settle": "1s"}) as programs:
        outcome = await storm(programs, incidents=8, kills=4, down_seconds=3.0, seed=(seed := seed_of()))
    assert (outcome.tickets, outcome.keys, outcome.resolved, outcome.repeated_notes) == (8, 8, 8, 0), seed
    assert outcome.notes == 16
