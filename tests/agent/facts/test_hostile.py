"""Damaged, hostile and arbitrary captures: facts, None or a CaptureError, and nothing else."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.agent.facts.samples import Sample, parameters

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.registry import FORMATS, parser_for

READERS = [(kind, suffix) for kind, formats in FORMATS.items() for suffix in formats]
HOSTILE_VALUES = [
    None, True, -1, 0, 2**63, 2**64 - 1, 10**300, -(10**300), 1e308, 0.5, "", " ", "\x00", "\ud800", "9" * 5000,
    "0x" * 9, "To be filled by O.E.M.", "%", "\u0661", "½", "nan", "-inf", "1e999", [], {}, [[]], [{}],
    {"value": [{}], "Count": 1}, "x" * 70_000,
]  # fmt: skip


def read(kind: str, suffix: str, raw: bytes) -> dict[str, Any] | None:
    """Facts, or None where the parser said what is wrong. Whatever is answered can be printed as JSON."""
    try:
        facts = parser_for(kind, f"capture{suffix}")(raw)
    except CaptureError as error:
        str(error).encode()
        return None
    json.dumps(facts, allow_nan=False, ensure_ascii=False).encode()
    return facts


@pytest.mark.parametrize(("kind", "suffix"), READERS)
@settings(max_examples=60, deadline=None)
@given(raw=st.binary(max_size=600))
@example(raw=b"")
@example(raw=b"\xff\xfe")
@example(raw=b"\xff\xfe\x00\xd8")
@example(raw=b"[" * 200_000)
@example(raw=b'{"a":' * 100_000)
@example(raw=b'{"smartctl": {}, "power_on_time": {"hours": ' + b"9" * 10_000 + b"}}")
@example(raw=b'{"smartctl": {}, "temperature": {"current": NaN}, "user_capacity": {"bytes": -Infinity}}')
@example(raw=b"\x00" * 512)
@example(raw=b"\xff" * 512)
def test_arbitrary_bytes_give_facts_or_a_reason(kind: str, suffix: str, raw: bytes):
    read(kind, suffix, raw)


@pytest.mark.parametrize("sample", parameters())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_capture_gives_facts_or_a_reason(sample: Sample, seed: int):
    rng = random.Random(seed)
    suffix = "." + sample.path.name.split(".", 1)[1]
    raw = sample.path.read_bytes()[:40_000]
    damage = _damage_json if suffix.endswith(".json") and rng.random() < 0.8 else _damage_bytes
    read(sample.kind, suffix, damage(raw, rng))


def _damage_bytes(raw: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(raw) + 1)
        end = start + rng.choice([0, 1, 1, 2, 30, 3000])
        raw = (
            raw[:start]
            + rng.choice([b"", bytes([rng.randrange(256)]), raw[end : end + 50], b"9" * 400, b"<>", b"\x00"])
            + raw[end:]
        )
    return raw


def _damage_json(raw: bytes, rng: random.Random) -> bytes:
    try:
        document = json.loads(raw)
    except ValueError:
        return _damage_bytes(raw, rng)
    places: list[Callable[[Any], None]] = []
    _places(document, places)
    for place in rng.sample(places, min(len(places), rng.choice([1, 3, 10, len(places)]))):
        place(copy.deepcopy(rng.choice(HOSTILE_VALUES)))
    return json.dumps(document).encode()


def _places(value: Any, found: list[Callable[[Any], None]]) -> None:
    """Setters for every value inside, outermost first, so that inner ones may be cut off by then."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        found.append(lambda new, key=key: value.__setitem__(key, new))
        _places(inner, found)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">%s]>%s"""
ENTITIES = b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10 if i else b"&a;" * 10) for i in range(30))


REPORT = b'<BatteryReport xmlns="http://schemas.microsoft.com/battery/2012">&a29;</BatteryReport>'
PROPERTIES = b'<plist version="1.0"><dict><key>Serial</key><string>&a29;</string></dict></plist>'


@pytest.mark.parametrize(
    ("kind", "suffix", "body"),
    [
        ("battery", ".powercfg.xml", REPORT),
        ("battery", ".ioreg.plist", PROPERTIES),
        ("disk", ".system_profiler.plist", PROPERTIES),
    ],
)
def test_an_entity_bomb_is_refused_before_it_grows(kind: str, suffix: str, body: bytes):
    with pytest.raises(CaptureError):
        parser_for(kind, f"capture{suffix}")(BOMB % (ENTITIES, body))


def test_deep_property_lists_are_read_or_refused():
    deep = b'<plist version="1.0">' + b"<array>" * 50_000 + b"</array>" * 50_000 + b"</plist>"
    assert read("battery", ".ioreg.plist", deep) is None


def test_a_capture_may_hold_a_loop_of_links():
    loop = {
        "format": "sysfs-tree/1",
        "files": {},
        "symlinks": {"sys/block/sda": "../block/sdb", "sys/block/sdb": "../block/sda"},
    }
    assert read("disk", ".sysfs.json", json.dumps(loop).encode()) == {"disks": []}


def test_a_link_out_of_the_tree_stays_in_the_capture():
    outside = {
        "format": "sysfs-tree/1",
        "files": {"sys/class/power_supply/BAT0/type": "Battery"},
        "symlinks": {"sys/class/power_supply/BAT1": "/etc", "sys/class/power_supply/BAT2": "../../../../../../etc"},
    }
    facts = read("battery", ".sysfs.json", json.dumps(outside).encode())
    assert facts is not None
    assert [battery["name"] for battery in facts["batteries"]] == ["BAT0"]


@settings(max_examples=300, deadline=None)
@given(answers=st.lists(st.binary(max_size=700), min_size=6, max_size=6))
def test_no_answer_of_a_disk_driver_breaks_its_reading(answers: list[bytes]):
    from homeroom_agent.parsers.disk import windows_storage

    names = ("device", "seek_penalty", "geometry", "nvme_log", "prediction", "temperature")
    windows_storage.drive("disk0", windows_storage.Answers(**dict(zip(names, answers, strict=True))))


@settings(max_examples=300, deadline=None)
@given(answer=st.binary(max_size=400))
def test_no_answer_of_the_kernels_wifi_breaks_its_reading(answer: bytes):
    from homeroom_agent.parsers.network import nl80211

    nl80211.family(answer)
    nl80211.interfaces(answer)
    nl80211.station(answer)
    nl80211.is_last(answer)


@settings(max_examples=100, deadline=None)
@given(table=st.binary(min_size=1352, max_size=3000))
def test_no_interface_table_breaks_its_reading(table: bytes):
    from homeroom_agent.parsers.network import windows_rows

    windows_rows.links(table, 1, {})
