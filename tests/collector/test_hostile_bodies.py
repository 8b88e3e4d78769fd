"""Bodies that were right once and were tampered with: refused for good or taken, never an error of ours."""

from __future__ import annotations

from pathlib import Path

from collector.collecting import collecting, report, settings_at
from homeroom_collector.config import LimitSettings
from homeroom_collector.ingest.limits import Allowance
from hostile_bodies import barrage

# The full run, a million bodies against a process whose memory is watched: make soak.
BODIES, SEED = 1_500, 10


async def test_whatever_is_sent_is_refused_or_taken_and_the_next_honest_report_counts(tmp_path: Path):
    limits = LimitSettings(device=Allowance(per_second=10_000, burst=1_000_000))
    async with collecting(settings_at(tmp_path, limits=limits)) as running:
        found = await barrage(running.http, running.url, running.key, bodies=BODIES, seed=SEED, at_once=4)
        assert found.wrong == []
        assert sum(found.statuses.values()) == BODIES
        assert {200, 400, 403, 413, 415, 422} <= set(found.statuses), "the mutator reaches every kind of answer"
        assert (await running.send(await running.key(), report(1)))[0] == 200
