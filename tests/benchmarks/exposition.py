"""The exposition against prometheus-client on the same samples, and what a device costs in memory and in processor.

Nothing is kept from one scrape to the next here. Memory is the growth of a
fresh process from an empty fleet to the full one, with a scrape behind it.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Device, School
from homeroom_collector.views.metrics.body import packets
from homeroom_collector.views.metrics.document import pieces
from homeroom_collector.views.metrics.formats import TEXT
from tests.fleet_samples import NOW, laptop

NAME = "exposition"
DEVICES = 50_000
COMPARED = 10_000
PER_SCHOOL = 200
ROUNDS = 7


class _Collected:
    """The samples of a document, ready for prometheus-client: collecting them is not part of its time."""

    def __init__(self, document: bytes) -> None:
        self._families = list(text_string_to_metric_families(document.decode()))

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def build(devices: int) -> Fleet:
    """A fleet of laptops with 20 measured series each."""
    fleet = Fleet()
    for number in range(devices):
        school_id = f"school-{number // PER_SCHOOL:04d}"
        if number % PER_SCHOOL == 0:
            fleet.put_school(School(school_id=school_id, name=f"School {number // PER_SCHOOL}"))
        device_id = _device_id(number)
        serial = f"PF{number:06X}"
        fleet.put_device(
            Device(device_id=device_id, device_class="computer", school_id=school_id, grade_band="6-8", serial=serial)
        )
        fleet.apply(device_id, laptop(number), NOW)
    return fleet


def _device_id(number: int) -> str:
    return f"0198f3a2-7c11-7e60-9d2a-{number:012x}"


def render(fleet: Fleet) -> bytes:
    """One whole scrape, plain text."""
    return b"".join(stream(fleet))


def stream(fleet: Fleet) -> Iterator[bytes]:
    """One whole scrape in the packets in which the server sends it."""
    return packets(pieces(TEXT, tuple(fleet.schools), per_device=True))


def drain(fleet: Fleet) -> None:
    """Make every packet of a scrape and let go of it."""
    for _ in stream(fleet):
        pass


def best_seconds(*actions: Callable[[], object]) -> list[float]:
    """Shortest processor time of each action. They take turns, so that a busy machine is busy for all of them."""
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS):
        for action, found in zip(actions, times, strict=True):
            gc.collect()
            started = time.process_time()
            action()
            found.append(time.process_time() - started)
    return [min(found) for found in times]


def compare() -> dict[str, object]:
    """Samples per second of both renderers on one set of samples, and whether they say the same."""
    fleet = build(COMPARED)
    document = render(fleet)
    registry = CollectorRegistry()
    registry.register(_Collected(document))
    reference = generate_latest(registry)
    count = sum(not line.startswith(b"#") for line in document.splitlines())
    ours, theirs = best_seconds(lambda: drain(fleet), lambda: generate_latest(registry))
    reports = [laptop(number, at=NOW + 1) for number in range(COMPARED)]
    started = time.process_time()
    for number, report in enumerate(reports):
        fleet.apply(_device_id(number), report, NOW + 1)
    applied = time.process_time() - started
    return {
        "samples": count,
        "samples_per_second": round(count / ours),
        "prometheus_client_samples_per_second": round(count / theirs),
        "ratio": round(theirs / ours, 1),
        "equal_after_parsing": int(_parsed(document) == _parsed(reference)),
        "apply_microseconds": round(applied / COMPARED * 1e6, 1),
    }


def _parsed(document: bytes) -> set[tuple[str, frozenset[tuple[str, str]], float]]:
    families = text_string_to_metric_families(document.decode())
    return {(s.name, frozenset(s.labels.items()), s.value) for family in families for s in family.samples}


def weigh() -> dict[str, object]:
    """Resident bytes per device after a full scrape, streamed; to be called in a fresh process."""
    process = psutil.Process()
    build(1)
    gc.collect()
    before = process.memory_info().rss
    fleet = build(DEVICES)
    length = sum(map(len, stream(fleet)))
    gc.collect()
    after = process.memory_info().rss
    (refresh,) = best_seconds(lambda: fleet.refresh(NOW + 60))
    return {
        "devices": DEVICES,
        "bytes_per_device": round((after - before) / len(fleet)),
        "scrape_bytes_per_device": round(length / len(fleet)),
        "refresh_microseconds_per_device": round(refresh / len(fleet) * 1e6, 2),
    }


def measure() -> dict[str, object]:
    """Both figures, with their bars."""
    weighed = subprocess.run([sys.executable, "-m", __name__], check=True, capture_output=True, timeout=300)
    bars = {"ratio": [">=", 20], "bytes_per_device": ["<=", 4000], "equal_after_parsing": [">=", 1]}
    return compare() | json.loads(weighed.stdout) | {"bars": bars}


if __name__ == "__main__":
    print(json.dumps(weigh()))
