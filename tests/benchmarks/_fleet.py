"""A register of any size, written straight into a store: enrolling 350,000 devices is not what is measured."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from homeroom_collector.store import Connection, open_store, secrets
from homeroom_collector.store.schema import device_keys, devices, latest, schools

SCHOOLS = 1_700
_AT_ONCE = 5_000


def _secret(index: int) -> str:
    return f"{index:043d}"


def key_of(index: int) -> str:
    """The key of the device with this index."""
    return f"hrk{index:016x}.{_secret(index)}"


def _chunks(count: int) -> Iterator[range]:
    for start in range(0, count, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, count))


async def register(url: str, count: int) -> None:
    """Write schools, devices and their keys."""
    async with open_store(url) as store:
        schools_there = [_school(index) for index in range(min(count, SCHOOLS))]
        await store.write(lambda connection: connection.execute(schools.insert(), schools_there))
        for chunk in _chunks(count):
            await store.write(partial(_write, chunk))


def _write(chunk: range, connection: Connection) -> None:
    connection.execute(devices.insert(), [_device(index) for index in chunk])
    connection.execute(device_keys.insert(), [_key(index) for index in chunk])
    rows = [{"device_number": index + 1, "seen": "", "sections": ""} for index in chunk]
    connection.execute(latest.insert(), rows)


def _school(index: int) -> dict[str, object]:
    return {"school_id": f"school-{index}", "name": f"School {index}", "level": "other", "grades": "", "networks": "[]"}


def _device(index: int) -> dict[str, object]:
    return {
        "number": index + 1,
        "device_id": f"dev-{index:020x}",
        "device_class": "computer",
        "school_id": f"school-{index % SCHOOLS}",
        "grade_band": "6-8",
        "serial": f"SER{index:08d}",
        "manufacturer": "Example",
        "model": "Classbook 14",
        "platform": "linux",
        "enrolled_at": 1_760_000_000.0,
    }


def _key(index: int) -> dict[str, object]:
    return {
        "key_id": f"hrk{index:016x}",
        "device_number": index + 1,
        "secret_sha256": secrets.digest_of(_secret(index)),
        "created_at": 1_760_000_000.0,
    }
