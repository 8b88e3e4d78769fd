"""A laptop is given leave, measures its school's line and reports it: the real agent and the real collector."""

import os
import re
from pathlib import Path

from stack import Stack, until

SCHOOLS = (
    "school_id,name,level,bandwidth_contracted_mbps,networks\n"
    "lincoln,Lincoln Elementary,elementary,10000,127.0.0.0/8 ::1/128\n"
)
SOON = {"interval": 10, "jitter": 0, "throughput": {"averaging": 2, "max_bytes": 2_000_000}}
NOT_PAID_BY_VOLUME = "#!/bin/sh\necho 'GENERAL.STATE:100 (connected)'\necho 'GENERAL.METERED:no'\n"
PAID_BY_VOLUME = NOT_PAID_BY_VOLUME.replace(":no", ":yes")
FIRST_SIGHT_SECONDS = 60


def network_manager(folder: Path, says: str) -> str:
    """A PATH whose nmcli says what this machine's network may not be able to."""
    program = folder / "bin" / "nmcli"
    program.parent.mkdir()
    program.write_text(says)
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


async def test_the_download_rate_of_a_laptop_on_campus_is_in_the_metrics(stack: Stack):
    await stack.collector(schools=SCHOOLS, agents=SOON)
    await stack.agent(PATH=network_manager(stack.folder, NOT_PAID_BY_VOLUME))

    async def rate() -> float | None:
        stack.children.check()
        found = re.search(
            r"^homeroom_device_download_bytes_per_second\{.*\} (\S+)$", await stack.metrics(), re.MULTILINE
        )
        return float(found[1]) if found else None

    # Loopback carries far more than any school's line; far less would be a measurement of something else.
    assert await until(rate, FIRST_SIGHT_SECONDS, "a measured download rate") > 5_000_000
    metrics = await stack.metrics()
    assert re.search(r'^homeroom_throughput_bytes_total\{direction="download"\} 2e\+06$', metrics, re.MULTILINE)
    assert re.search(r'^homeroom_throughput_bytes_total\{direction="upload"\} 2e\+06$', metrics, re.MULTILINE)


async def test_a_laptop_whose_volume_is_paid_moves_no_byte(stack: Stack):
    await stack.collector(schools=SCHOOLS, agents=SOON)
    await stack.agent(PATH=network_manager(stack.folder, PAID_BY_VOLUME))

    async def reported_twice() -> bool | None:
        found = re.search(
            r'^homeroom_ingest_reports_total\{result="accepted"\} (\S+)$', await stack.metrics(), re.MULTILINE
        )
        return True if found and float(found[1]) >= 2 else None

    await until(reported_twice, FIRST_SIGHT_SECONDS, "a second report")
    metrics = await stack.metrics()
    assert 'homeroom_throughput_slots_total{result="granted"} 1.0' in metrics
    assert 'homeroom_throughput_bytes_total{direction="download"} 0.0' in metrics
    assert "homeroom_device_download_bytes_per_second{" not in metrics
