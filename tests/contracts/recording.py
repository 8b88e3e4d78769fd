"""Serves a recorded walk from memory through the session Protocol: fast, and with the recording's own defects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from homeroom_collector.errors import SnmpAnswerError
from homeroom_collector.snmp.session import Cost, EngineName, IpAddress, Oid, SnmpVersion, Value

PUBLIC = Path(__file__).parents[3] / "shared" / "snmp" / "public"
_INTEGERS = {"2", "65", "66", "67", "70"}


def parse(raw: bytes) -> dict[str, Value]:
    """Read .snmprec lines, in file order; of a repeated OID the last value counts, as on the wire of snmpsim."""
    values: dict[str, Value] = {}
    for line in raw.decode("latin-1").split("\n"):
        oid, _, rest = line.strip().partition("|")
        tag, _, written = rest.partition("|")
        value = _value(tag, written)
        if value is not None:
            values[oid] = value
    return values


def _value(tag: str, written: str) -> Value | None:
    number = tag.rstrip("x")
    raw = bytes.fromhex(written) if tag.endswith("x") else written.strip().encode("latin-1")
    if number in _INTEGERS:
        return int(raw)
    if number == "4":
        return raw
    if number == "6":
        return Oid(written.strip().lstrip("."))
    if number == "64":
        return IpAddress(".".join(map(str, raw)) if tag.endswith("x") else written.strip())
    return None


class RecordingSession:
    """One recorded device. Counts a request for each GET, and for each ``max_repetitions`` variables walked."""

    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values
        self.cost = Cost()
        self.engine: EngineName = "gufo"
        self.version: SnmpVersion = "2c"
        self.max_repetitions = 20
        self.max_bindings = 32

    @classmethod
    def of(cls, path: Path) -> RecordingSession:
        return cls(parse(path.read_bytes()))

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        found = {oid: self.values[oid] for oid in oids if oid in self.values}
        self.cost.requests += math.ceil(len(oids) / self.max_bindings)
        self.cost.variables += len(found)
        return found

    async def walk(self, oid: str, *, limit: int = 50_000) -> dict[str, Value]:
        found = {name: value for name, value in self.values.items() if name.startswith(oid + ".")}
        if len(found) > limit:
            raise SnmpAnswerError(f"more than {limit} variables below {oid}")
        self.cost.requests += len(found) // max(1, self.max_repetitions) + 1
        self.cost.variables += len(found)
        return found

    async def close(self) -> None:
        pass
