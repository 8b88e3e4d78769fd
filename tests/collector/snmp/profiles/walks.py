"""A device in memory, answering from a recorded walk (the .snmprec format of snmpsim)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from homeroom_collector.snmp.session import Cost, IpAddress, Oid, Value

_NUMBERS = {"2", "65", "66", "67", "70"}


def parse_walk(text: str) -> dict[str, Value]:
    """Read ``oid|tag|value`` lines; the last of a repeated OID wins, as on the wire. NULL is absent."""
    found: dict[str, Value] = {}
    for line in text.splitlines():
        oid, _, rest = line.strip("\r").partition("|")
        tag, _, value = rest.partition("|")
        if oid and not oid.startswith("#") and tag not in ("", "5"):
            found[oid] = _value(tag, value)
    return found


def _value(tag: str, value: str) -> Value:
    if tag in _NUMBERS:
        return int(value)
    if tag == "6":
        return Oid(value.lstrip("."))
    if tag.startswith("64"):
        return IpAddress(".".join(str(byte) for byte in bytes.fromhex(value)) if tag.endswith("x") else value)
    return bytes.fromhex(value) if tag.endswith("x") else value.encode()


class WalkSession:
    """Answers gets and walks from a dictionary, and counts both."""

    def __init__(self, variables: dict[str, Value]) -> None:
        self.cost = Cost()
        self.asked: list[str] = []
        self._variables = variables
        self._order = sorted(variables, key=lambda oid: [int(arc) for arc in oid.split(".")])

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        self._charge(oids)
        return {oid: self._variables[oid] for oid in oids if oid in self._variables}

    async def walk(self, oid: str, *, limit: int = 50_000) -> dict[str, Value]:
        self._charge([oid])
        return {name: self._variables[name] for name in self._order if name.startswith(f"{oid}.")}

    async def close(self) -> None:
        pass

    def _charge(self, oids: Sequence[str]) -> None:
        self.cost.requests += 1
        self.asked.extend(oids)


def load_walk(path: Path) -> WalkSession:
    return WalkSession(parse_walk(path.read_bytes().decode("latin-1").replace("\r\n", "\n")))
