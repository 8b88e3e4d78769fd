"""What the topology is drawn from, out of the store, where it is kept also while a device does not answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report
from homeroom_collector.fleet.drawing import Outline
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.snmp.topology.seen import outline
from homeroom_collector.store import Store, gear
from homeroom_collector.store.gear import StoredGear

_log = logging.getLogger(__name__)
_PORTION = 20
"""Reading one takes a third of a millisecond, and the event loop waits for a portion."""


@dataclass(frozen=True, slots=True)
class Polled:
    """One device: whether its newest poll was answered (None: there is none) and when, and what is known of it."""

    reachable: bool | None
    measured_at: float | None
    outline: Outline


async def polled(store: Store, wire: Wire, *, keep: bool = False) -> list[Polled]:
    """All gear that ever answered, in order of enrolment. ``keep`` puts new outlines into the store."""
    found: list[Polled] = []
    number = -1
    while portion := await store.read(partial(gear.after, number=number, most=_PORTION)):
        changed: dict[int, str] = {}
        found += [each for stored in portion if (each := _polled(stored, wire, changed)) is not None]
        if keep and changed:
            await store.write(partial(gear.keep_outlines, outlines=changed))
        number = portion[-1].device_number
    return found


def _polled(stored: StoredGear, wire: Wire, changed: dict[int, str]) -> Polled | None:
    newest, kept = _read(stored.report, wire), _read(stored.outline, wire)
    reachable = newest.network.reachable if newest and newest.network else None
    if newest is not None and newest.network is not None and newest.network.interfaces is not None:
        facts = outline(newest.network)
        text = wire.converted(Report(source="snmp", sequence=0, measured_at=0.0, network=facts)).raw
        if text != stored.outline:
            changed[stored.device_number] = text
    elif kept is not None and kept.network is not None:
        facts = kept.network
    else:
        return None
    known = Outline(device_id=stored.device_id, school_id=stored.school_id, gear=facts)
    return Polled(reachable, stored.measured_at, known)


def _read(text: str | None, wire: Wire) -> Report | None:
    try:
        return None if text is None else wire.report(text)
    except ReportError as error:
        _log.warning("stored report left out of the topology: %s", error)
        return None
