"""Whatever a device answers, a profile neither fails nor reports what a report may not hold."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from homeroom_agent.report import NetworkGear, to_wire
from homeroom_agent.report.codec import facts_from_wire
from homeroom_collector.snmp.knowledge.answers import Answers
from homeroom_collector.snmp.knowledge.load import load_catalog
from homeroom_collector.snmp.knowledge.profile_read import evaluate
from homeroom_collector.snmp.session import IpAddress, Oid, Value

CATALOG = load_catalog()
NONSENSE: tuple[Value, ...] = (
    0, 1, 2, 3, 5, 255, -1, -40, 65535, 2**31 - 1, -(2**31), 2**32 - 1, 2**64 - 1,
    0.5, -273.15, 1e300, float("nan"), float("inf"),
    b"", b"\x00", b"\xff\xfe\x00", b"41 C/105 F", b"N/A", b"-", b"1e9", b"9" * 400, b"x" * 5000, b"\n\t{0}{name}",
    Oid("1.3.6.1.4.1.9"), IpAddress("10.0.0.1"),
)  # fmt: skip
INDEXES = ("0", "1", "1.2", "40.6", "1.300", "7.118.101.114", "0.4.86.1.2.3", ".".join(["255"] * 120))


class Babbling(Answers):
    """Answers everything that is asked, with anything."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)

    def scalar(self, oid: str) -> Value | None:
        return self._random.choice((*NONSENSE, None))

    def column(self, oid: str) -> Mapping[str, Value]:
        return {index: self._random.choice(NONSENSE) for index in self._random.sample(INDEXES, 4)}

    def label(self, oid: str, index: str) -> Value | None:
        return self.scalar(oid)


@pytest.mark.parametrize("profile", CATALOG.profiles, ids=lambda profile: profile.name)
def test_nonsense_in_every_object_still_gives_a_report_within_its_bounds(profile):
    for seed in range(20):
        facts = evaluate(profile, Babbling(seed))
        gear = NetworkGear(
            reachable=True,
            identity=facts.identity,
            processors=facts.processors,
            memory=facts.memory,
            storage=facts.storage,
            sensors=facts.sensors,
            ups=facts.ups,
            printer=facts.printer,
            poe=facts.poe,
            wireless=facts.wireless,
        )
        facts_from_wire(NetworkGear, to_wire(gear))


def test_nonsense_as_identity_of_the_device_still_finds_at_most_one_profile():
    for seed in range(200):
        CATALOG.match(Babbling(seed))
