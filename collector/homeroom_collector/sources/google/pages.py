"""From a page as it came to rows for the store. A device that cannot be read is left out, never the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report
from homeroom_collector.errors import SourceError
from homeroom_collector.ingest.wire import Decoded
from homeroom_collector.rules.org_units import OrgUnitRule, Place, place
from homeroom_collector.sources.google import directory, telemetry
from homeroom_collector.sources.google.asked import DirectoryDevice, TelemetryDevice
from homeroom_collector.sources.google.values import words
from homeroom_collector.store.google_facts import Facts, Row

Item = TypeVar("Item")
Check = Callable[[Report], Decoded]


class _DirectoryPage(msgspec.Struct, rename="camel"):
    chromeosdevices: list[msgspec.Raw] | None = None
    next_page_token: str | None = None


class _TelemetryPage(msgspec.Struct, rename="camel"):
    devices: list[msgspec.Raw] | None = None
    next_page_token: str | None = None


_directory_page = msgspec.json.Decoder(_DirectoryPage)
_telemetry_page = msgspec.json.Decoder(_TelemetryPage)
_directory_device = msgspec.json.Decoder(DirectoryDevice)
_telemetry_device = msgspec.json.Decoder(TelemetryDevice)


@dataclass(slots=True, kw_only=True)
class DirectoryPage:
    """A page of the register. ``ignored``: a rule says that they are not ours."""

    rows: list[Row] = field(default_factory=list)
    next_token: str | None = None
    ignored: int = 0
    unreadable: int = 0


@dataclass(slots=True, kw_only=True)
class TelemetryPage:
    """A page of telemetry, by Google's id of the device. ``silent`` devices uploaded nothing lately."""

    facts: dict[str, Facts] = field(default_factory=dict)
    next_token: str | None = None
    silent: int = 0
    unreadable: int = 0


def read_directory(body: bytes, rules: Sequence[OrgUnitRule], check: Check) -> DirectoryPage:
    """Read a page of the register. Raises SourceError where it is none."""
    raw = _page(_directory_page, body)
    page = DirectoryPage(next_token=raw.next_page_token or None)
    for device in _each(_directory_device, raw.chromeosdevices or (), page):
        _add(page, device, rules, check)
    return page


def _add(page: DirectoryPage, device: DirectoryDevice, rules: Sequence[OrgUnitRule], check: Check) -> None:
    listed = directory.listed(device)
    if listed is None:
        page.unreadable += 1
        return
    where = place(listed.org_unit, rules)
    if where.ignored:
        page.ignored += 1
        return
    page.rows.append(_row(listed, where, _facts("directory", directory.report(device), check)))


def _row(listed: directory.Listed, where: Place, facts: Facts | None) -> Row:
    return Row(
        directory_id=listed.directory_id,
        serial=listed.serial,
        model=listed.model,
        org_unit=listed.org_unit,
        status=listed.status,
        location=listed.location,
        last_sync_at=listed.last_sync_at,
        school_id=where.school_id,
        grade_band=where.grade_band,
        facts=facts,
    )


def read_telemetry(body: bytes, check: Check) -> TelemetryPage:
    """Read a page of telemetry. Raises SourceError where it is none."""
    raw = _page(_telemetry_page, body)
    page = TelemetryPage(next_token=raw.next_page_token or None)
    for device in _each(_telemetry_device, raw.devices or (), page):
        directory_id = words(device.device_id, 128)
        facts = _facts("telemetry", telemetry.report(device), check)
        if directory_id is None:
            page.unreadable += 1
        elif facts is None:
            page.silent += 1
        else:
            page.facts[directory_id] = facts
    return page


def _facts(kind: str, report: Report | None, check: Check) -> Facts | None:
    if report is None:
        return None
    try:
        return Facts(kind=kind, measured_at=report.measured_at, report=check(report).raw)
    except ReportError:
        # One value past a bound; the device is listed all the same.
        return None


def _page(decoder: msgspec.json.Decoder[Item], body: bytes) -> Item:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"Google answered something that is not a page: {error}") from None


def _each(
    decoder: msgspec.json.Decoder[Item], raws: Iterable[msgspec.Raw], page: DirectoryPage | TelemetryPage
) -> Iterable[Item]:
    for raw in raws:
        try:
            yield decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            page.unreadable += 1
