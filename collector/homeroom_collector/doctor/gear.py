"""A sample of the network gear, asked once each with the credentials that the configuration gives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from homeroom_collector.doctor.finding import Finding, fail, ok
from homeroom_collector.snmp import probe
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.session import EngineName
from homeroom_collector.snmp.targets import Target

_SAMPLE = 5


async def look(targets: Sequence[Target], engine: EngineName) -> AsyncIterator[Finding]:
    """Ask a few, spread over the list."""
    sample = targets[:: max(1, -(-len(targets) // _SAMPLE))]
    engines = Engines(engine)
    try:
        for target in sample:
            endpoint = replace(target.endpoint, retries=1)
            gear = await probe.probe(engines, endpoint, list(target.ways), None)
            where = f"{target.device_id} ({endpoint.host}:{endpoint.port})"
            if gear.reachable:
                yield ok("snmp", f"{where} answers")
            else:
                why = gear.errors[0].error if gear.errors else "no answer"
                do = f"try homeroom snmp probe {endpoint.host}:{endpoint.port}; see its access list and the credentials"
                yield fail("snmp", f"{where} does not answer: {why}", do)
    finally:
        await engines.close()
