"""``homeroom snmp probe``: one device asked once, everything it tells, as the contract's JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from homeroom_agent.report.network import KINDS, NetworkGear, TableError
from homeroom_collector.errors import SnmpError, SnmpRefusedError, SnmpTimeoutError
from homeroom_collector.snmp.knowledge.match import Catalog
from homeroom_collector.snmp.reading.gear import read_gear
from homeroom_collector.snmp.session import Credentials, Endpoint, Engine

_LISTS = (
    "interfaces", "processors", "memory", "storage", "sensors", "poe", "neighbors", "physical", "errors",
)  # fmt: skip

_KINDS = frozenset(KINDS) - {"router"}
"""What other programs may rely on to find in ``identity.kind``: a closed set, older than Homeroom's own "router"."""


async def probe(engine: Engine, endpoint: Endpoint, ways: list[Credentials], catalog: Catalog | None) -> NetworkGear:
    """Ask with each way in turn until the device answers. Never raises SnmpError: what went wrong is in ``errors``."""
    gear = NetworkGear(reachable=False, engine=engine.name)
    for credentials in ways:
        try:
            return await _ask(engine, endpoint, credentials, catalog)
        except SnmpError as error:
            reason = "timeout" if type(error) is SnmpTimeoutError else str(error)[:500]
            failed = TableError(table="session", error=reason)
            gear = NetworkGear(reachable=False, engine=engine.name, snmp_version=credentials.version, errors=[failed])
            if not isinstance(error, SnmpTimeoutError) or isinstance(error, SnmpRefusedError):
                break
    return gear


async def _ask(engine: Engine, endpoint: Endpoint, credentials: Credentials, catalog: Catalog | None) -> NetworkGear:
    session = await engine.open(endpoint, credentials)
    try:
        gear = await read_gear(session, catalog)
        return dataclasses.replace(gear, engine=session.engine, snmp_version=session.version)
    finally:
        await session.close()


def document(target: str, gear: NetworkGear) -> dict[str, Any]:
    """Everything as JSON values: every section is there, empty or null where the device has none."""
    plain: dict[str, Any] = _plain(gear)
    if plain["identity"] is not None and plain["identity"]["kind"] not in _KINDS:
        plain["identity"]["kind"] = "other"
    filled = {name: [] if plain[name] is None and name in _LISTS else plain[name] for name in plain}
    return {"target": target, **filled}


def flat(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each fact as a dotted path and its value."""
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in pairs:
        place = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict | list):
            yield from flat(value, place)
        else:
            yield place, value


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name.rstrip("_"): _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return [_plain(item) for item in value] if isinstance(value, list) else value
