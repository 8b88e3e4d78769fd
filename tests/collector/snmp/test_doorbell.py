"""A notification rings, and who rings too often is not heard."""

from __future__ import annotations

import pytest

from homeroom_collector.snmp.notifications.doorbell import Doorbell


class Hall:
    """A hand-made clock and what was looked at."""

    def __init__(self) -> None:
        self.now = 100.0
        self.looks: list[tuple[float, str]] = []
        self.planned: list[tuple[float, object, str]] = []

    def later(self, delay: float, callback: object, argument: str) -> None:
        self.planned.append((self.now + delay, callback, argument))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        due, self.planned = [p for p in self.planned if p[0] <= self.now], [p for p in self.planned if p[0] > self.now]
        for _, callback, argument in due:
            callback(argument)


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def bell(hall: Hall) -> Doorbell:
    hosts = {"10.0.0.1": "switch.example", "10.0.0.2": "10.0.0.2"}
    return Doorbell(
        hosts,
        lambda host: hall.looks.append((hall.now, host)),
        clock=lambda: hall.now,
        later=hall.later,
        gap_seconds=5.0,
    )


def test_a_ring_is_answered_at_once(hall, bell):
    bell.ring("10.0.0.1")
    assert hall.looks == [(100.0, "switch.example")]


def test_rings_within_the_gap_are_answered_once_when_it_ends(hall, bell):
    bell.ring("10.0.0.1")
    for _ in range(10):
        hall.wait(0.1)
        bell.ring("10.0.0.1")
    hall.wait(10)
    assert hall.looks == [(100.0, "switch.example"), (pytest.approx(111.0), "switch.example")]
    assert hall.planned == []


def test_one_device_does_not_keep_another_waiting(hall, bell):
    bell.ring("10.0.0.1")
    bell.ring("10.0.0.2")
    assert [host for _, host in hall.looks] == ["switch.example", "10.0.0.2"]


def test_after_the_gap_a_ring_is_answered_at_once_again(hall, bell):
    bell.ring("10.0.0.2")
    hall.wait(6)
    bell.ring("10.0.0.2")
    assert [at for at, _ in hall.looks] == [100.0, 106.0]


def test_strangers_are_not_heard(bell):
    assert not bell.admits("10.9.9.9")
    assert not bell.knows("10.9.9.9")


def test_a_storm_is_heard_only_so_often(hall, bell):
    assert sum(bell.admits("10.0.0.1") for _ in range(1000)) == 20
    assert bell.admits("10.0.0.2")
    hall.wait(10)
    assert sum(bell.admits("10.0.0.1") for _ in range(1000)) == 20
