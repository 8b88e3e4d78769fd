"""A device's own report and what Google says of it, as one report. Which fact wins is ``rules.merge_sources``.

Pure but for :class:`GoogleFacts`, which remembers Google's facts of each Chromebook, so that a report that arrives is
joined without asking the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from homeroom_agent.report import Report
from homeroom_collector.ingest.merge import SECTIONS, replaced, whole_report
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.rules.merge_sources import Origin, Part, merged
from homeroom_collector.store.latest import Stored

_NAMES = frozenset(SECTIONS)


def stored_report(stored: Stored) -> str:
    """Everything that is known of a device now, as the JSON of one report. One of its sources has said something."""
    own = None if stored.report is None else whole_report(stored.report, stored.kept)
    if stored.google is None:
        assert own is not None
        return own
    parts = list(_of_google(stored.google))
    if stored.report is None:
        newest = max(parts, key=lambda part: part.measured_at)
        head = {"version": 1, "source": "google", "sequence": int(newest.measured_at * 1000)}
        return json.dumps(head | {"measured_at": newest.measured_at} | merged(parts).sections)
    parts += _own(stored.report, stored.kept, stored.measured_at or 0.0)
    head = {name: value for name, value in json.loads(stored.report).items() if name not in _NAMES}
    return json.dumps(head | merged(parts).sections)


def measured_at(stored: Stored) -> float:
    """When the newest of it was measured, on the collector's clock."""
    times = [part.measured_at for part in _of_google(stored.google)] if stored.google else []
    return max([*times, stored.measured_at or 0.0])


def _of_google(google: str) -> Iterator[Part]:
    for kind, (at, document) in json.loads(google).items():
        yield Part(origin=cast("Origin", kind), measured_at=at, sections=_sections(document))


def _own(report: str, kept: str | None, at: float) -> Iterator[Part]:
    """The device's own report, and sections of earlier ones, each with its time."""
    document = json.loads(report)
    origin = _origin(document.get("source"))
    yield Part(origin=origin, measured_at=at, sections=_sections(document))
    for name, (kept_at, section) in (json.loads(kept) if kept else {}).items():
        if name not in document:
            yield Part(origin=origin, measured_at=kept_at, sections={name: section})


def _origin(source: Any) -> Origin:
    return "extension" if source == "extension" else "agent"


def _sections(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name in _NAMES and value is not None}


class GoogleFacts:
    """Google's facts by device, as the store has them: a kilobyte for each Chromebook."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._texts: dict[str, str] = {}

    def put(self, device_id: str, google: str | None) -> None:
        """Remember what Google said of a device."""
        if google is not None:
            self._texts[device_id] = google

    def joined(self, device_id: str, report: Report) -> Report:
        """A report of the device itself with what Google adds to its sections; the same where Google knows nothing.

        Sections that the report lacks stay away: who hears of it knows them from before.
        """
        google = self._texts.get(device_id)
        if google is None:
            return report
        own = _sections(json.loads(msgspec.json.encode(report)))
        parts = [Part(origin=_origin(report.source), measured_at=report.measured_at, sections=own)]
        parts += [
            Part(
                origin=part.origin,
                measured_at=part.measured_at,
                sections={name: value for name, value in part.sections.items() if name in own},
            )
            for part in _of_google(google)
        ]
        document = {"source": report.source, "sequence": report.sequence, "measured_at": report.measured_at}
        whole = self._wire.report(json.dumps(document | merged(parts).sections))
        return cast("Report", replaced(report, {name: getattr(whole, name) for name in own}))
