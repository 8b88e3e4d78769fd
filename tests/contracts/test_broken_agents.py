"""Recorded devices whose agents went wrong: values of other types, absurd numbers, missing cells, repeated reboots.

Whatever they say, what is read keeps the bounds of a report and nothing is raised.
"""

import random

import pytest

from contracts import score
from contracts.recording import PUBLIC, RecordingSession, parse
from homeroom_agent.report import from_wire, to_wire
from homeroom_collector.snmp.reading import gear
from homeroom_collector.snmp.session import IpAddress, Oid, Value

pytestmark = pytest.mark.skipif(not score.names(), reason="../shared/snmp is not beside this checkout")

SYSTEM = "1.3.6.1.2.1.1."
ABSURD: list[Value] = [
    0, 1, -1, -2, -3, 2**31 - 1, -(2**31), 2**32 - 1, 2**63, 2**64 - 1, 1.5, float("inf"), float("nan"), -1e300,
    b"", b"\0", b"\xff" * 6, b"\xff" * 1500, b"text", b"12", b"-7", b"1e400", b"9" * 400, "Zürich".encode(),
    Oid("0.0"), Oid("1.3.6.1.4.1.9.1"), IpAddress("10.0.0.1"),
]  # fmt: skip


def broken(values: dict[str, Value], chance: float, seed: int) -> dict[str, Value]:
    """Replace or drop each value with a chance; who the device is stays, so that its profile is still tried."""
    dice = random.Random(seed)
    changed: dict[str, Value] = {}
    for oid, value in values.items():
        if oid.startswith(SYSTEM) or dice.random() > chance:
            changed[oid] = value
        elif dice.random() < 0.7:
            changed[oid] = dice.choice(ABSURD)
    return changed


@pytest.mark.parametrize("chance", [0.02, 0.3, 1.0])
@pytest.mark.parametrize("name", score.names())
async def test_a_broken_agent_gives_a_report_all_the_same(name: str, chance: float):
    whole = parse((PUBLIC / f"{name}.snmprec").read_bytes())
    session = RecordingSession(broken(whole, chance, seed=1))
    inventory = await gear.read_inventory(session, score.catalog())
    keeps_its_bounds(inventory.gear)
    for seed in (2, 3):
        session.values = broken(whole, chance, seed)
        keeps_its_bounds(await gear.read_counters(session, inventory))


def keeps_its_bounds(read: gear.NetworkGear) -> None:
    assert read.reachable
    document = {"version": 1, "source": "snmp", "sequence": 1, "measured_at": 1.0, "network": to_wire(read)}
    assert from_wire(document).network is not None
