"""A device's own report and what Google says of it, as one report. Which fact wins is ``rules.merge_sources``.

Pure but for :class:`GoogleFacts`, which remembers Google's facts of each Chromebook, so that a report that arrives is
joined without asking the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from homeroom_agent.report import Report
from homeroom_collector.ingest.merge import SECTIONS, News, is_mixed, prefix_of, qualified, replaced, whole_report
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.rules.merge_sources import Origin, Part, merged
from homeroom_collector.store.latest import Stored

_NAMES = frozenset(SECTIONS)
# Texts that were checked before they were stored.
_read = msgspec.json.decode
_ORIGINS: Mapping[str, Origin] = {prefix_of("extension"): "extension", prefix_of("agent"): "agent"}


def stored_report(stored: Stored) -> str:
    """Everything that is known of a device now, as the JSON of one report. One of its sources has said something."""
    if stored.google is None and stored.report is not None and not is_mixed(stored.report, stored.kept):
        return whole_report(stored.report, stored.kept)
    return msgspec.json.encode(_joined(stored, googles(stored))).decode()


def newest_report(stored: Stored, wire: Wire, google: Sequence[Part]) -> Report:
    """The same, decoded: no text in between. ``google`` are Google's facts. Raises ReportError naming the field."""
    if not google and stored.report is not None:
        found = wire.newest(stored.report, stored.kept)
        if found is not None:
            return found
        return wire.report(stored_report(stored))
    return wire.facts(_joined(stored, google))


def _joined(stored: Stored, google: Sequence[Part]) -> dict[str, Any]:
    """Everything that is known of a device, as one report."""
    if stored.report is None:
        newest = max(google, key=lambda part: part.measured_at)
        head = {"version": 1, "source": "google", "sequence": int(newest.measured_at * 1000)}
        return head | {"measured_at": newest.measured_at} | merged(google)
    document = _read(stored.report)
    head = {name: value for name, value in document.items() if name not in _NAMES}
    return head | merged([*_own(document, stored.kept, stored.measured_at or 0.0), *google])


def googles(stored: Stored) -> list[Part]:
    """What Google said of a device; empty where it said nothing."""
    return list(_of_google(stored.google)) if stored.google else []


def measured_at(stored: Stored, google: Sequence[Part]) -> float:
    """When the newest of it was measured, on the collector's clock."""
    return max(google_at(google) or 0.0, stored.measured_at or 0.0)


def google_at(google: Sequence[Part]) -> float | None:
    """When the newest of Google's facts was measured: then the device synchronised. None where Google said nothing."""
    return max((part.measured_at for part in google), default=None)


def _of_google(google: str) -> Iterator[Part]:
    for kind, (at, document) in _read(google).items():
        yield Part(origin=cast("Origin", kind), measured_at=at, sections=_sections(document))


def _own(document: dict[str, Any], kept: str | None, at: float) -> Iterator[Part]:
    """The newest report, and sections of earlier ones and of the device's other source, each with its time."""
    own = prefix_of(document["source"])
    yield Part(origin=_ORIGINS[own], measured_at=at, sections=_sections(document))
    for name, (kept_at, section) in (_read(kept) if kept else {}).items():
        prefix, plain = qualified(name)
        if prefix != own or plain not in document:
            yield Part(origin=_ORIGINS[prefix], measured_at=kept_at, sections={plain: section})


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

    def forget(self, device_id: str) -> None:
        """Let go of what Google said of a device."""
        self._texts.pop(device_id, None)

    def joined(self, device_id: str, news: News) -> Report:
        """A report of the device itself with what its other source and Google add to its sections.

        The same where nobody else knows anything. Sections that the report lacks stay away: who hears of it knows them
        from before.
        """
        report, google = news.report, self._texts.get(device_id)
        if google is None and not news.beside:
            return report
        own = _sections(_read(msgspec.json.encode(report)))
        parts = [Part(origin=_ORIGINS[prefix_of(report.source)], measured_at=report.measured_at, sections=own)]
        for part in [*_beside(news), *(_of_google(google) if google else ())]:
            common = {name: value for name, value in part.sections.items() if name in own}
            parts.append(Part(origin=part.origin, measured_at=part.measured_at, sections=common))
        document = {"source": report.source, "sequence": report.sequence, "measured_at": report.measured_at}
        whole = self._wire.facts(document | merged(parts))
        return cast("Report", replaced(report, {name: getattr(whole, name) for name in own}))


def _beside(news: News) -> Iterator[Part]:
    for name, (at, section) in news.beside.items():
        prefix, plain = qualified(name)
        yield Part(origin=_ORIGINS[prefix], measured_at=at, sections={plain: _read(section)})
