"""From reports to what changes in the store. Pure: no I/O, no clock.

The newest report of a device is kept as it came. A section it lacks, but an earlier one had, is kept beside it with the
time it was measured, so that every section is the newest of its kind, whatever the order of arrival. A report that was
taken before changes nothing.

Sections of an extension are named ``extension/cpu``, those of an agent ``cpu``: where both speak for one device, none
replaces the other's, and which is believed is decided where they are read (``ingest.joined``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter, is_not
from typing import Any

import msgspec

from homeroom_agent.report import Report
from homeroom_agent.report.codec import shapes
from homeroom_collector.history import day as days
from homeroom_collector.history.chunk import FULL_LENGTH, FULL_LENGTH_OF_GEAR, packed
from homeroom_collector.history.day import Day
from homeroom_collector.history.sample import line
from homeroom_collector.ingest.clock import Timing
from homeroom_collector.ingest.clone import is_anothers
from homeroom_collector.ingest.lanes import Lanes
from homeroom_collector.store.history import SampleRow
from homeroom_collector.store.latest import Held, Row, Whole

SECTIONS = tuple(
    name
    for name, shape in shapes(Report).items()
    if dataclasses.is_dataclass(shape.kind) or dataclasses.is_dataclass(shape.item)
)
"""Names of the sections a report may have."""

Kept = dict[str, tuple[float, msgspec.Raw]]

_EXTENSION = "extension"
_PREFIXES = {_EXTENSION: f"{_EXTENSION}/"}
PREFIXES = ("", *_PREFIXES.values())
"""What may stand before the name of a section."""
_MIXED = "+"
"""Among the names of the sections: sections of another source are kept, so the whole row must be known."""

_MACHINE: dict[str, Any] = {"uptime": None, "batteries": None, "disks": None}
sections_of = attrgetter(*SECTIONS)
"""All sections of a report, None where it lacks one."""
_is_there = partial(is_not, None)
_split: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_kept: msgspec.json.Decoder[Kept] = msgspec.json.Decoder(Kept)
_encoder = msgspec.json.Encoder()


class Arrived(msgspec.Struct, gc=False):
    """One report on its way in, ``raw``, the JSON it was, and which ``writer`` of the device numbered it.

    ``on_campus``: it came from the school's own networks; None where nobody knows. ``ordered`` sources never repeat or
    overtake; all below a sequence counts as seen.
    """

    report: Report
    raw: str
    timing: Timing
    received_at: float
    on_campus: bool | None = None
    ordered: bool = False
    writer: str = ""
    sections: str = ""

    def __post_init__(self) -> None:
        self.sections = sections_in(self.report)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which numbers are kept for charts: how long, and of network gear how often."""

    keep_seconds: float
    gear_every_seconds: float


class News(msgspec.Struct, frozen=True, gc=False):
    """A report that changed something, as the rest of the collector should see it: only what is newest, in our time.

    ``beside`` are the sections of the device's other source, by qualified name, each with its time.
    """

    report: Report
    received_at: float
    on_campus: bool | None
    beside: Kept = msgspec.field(default_factory=dict)


def sections_in(report: Report) -> str:
    """Qualified names of the sections that a report has, in the order of SECTIONS, with commas between."""
    return _names(tuple(map(_is_there, sections_of(report))), prefix_of(report.source))


@lru_cache(maxsize=4096)
def _names(present: tuple[bool, ...], prefix: str) -> str:
    return ",".join(prefix + name for name, here in zip(SECTIONS, present, strict=True) if here)


def prefix_of(source: str) -> str:
    """What stands before the names of a source's sections."""
    return _PREFIXES.get(source, "")


def qualified(name: str) -> tuple[str, str]:
    """The prefix and the plain name of a section."""
    prefix, slash, plain = name.rpartition("/")
    return prefix + slash, plain


@lru_cache(maxsize=4096)
def _set(names: str) -> frozenset[str]:
    return frozenset(names.split(",")) if names else frozenset()


def needs_whole(held: Held, arrived: Sequence[Arrived]) -> bool:
    """Whether :class:`DeviceState` must know the stored report itself, not only what stands about it in ``held``."""
    if held.measured_at is None:
        return False
    return _is_full(held) or any(each.sections != held.sections for each in arrived)


def _is_full(held: Held) -> bool:
    return held.recent_length > (FULL_LENGTH_OF_GEAR if "network" in held.sections else FULL_LENGTH)


class DeviceState:
    """The stored state of one device while reports are merged into it."""

    def __init__(self, held: Held, whole: Whole | None, sampling: Sampling) -> None:
        """``whole`` may be None where :func:`needs_whole` says so."""
        self._sampling, self._more_recent = sampling, ""
        self._full = whole.recent if whole and _is_full(held) else None
        self._number = held.number
        self._seen = Lanes(held.seen)
        self._measured_at, self._sections = held.measured_at, held.sections
        self._today = days.read(held.today)
        self._raw = whole.report if whole else None
        self._kept: Kept = _kept.decode(whole.kept) if whole and whole.kept else {}
        self._report_changed = self._kept_changed = False
        self._heard_at = held.received_at
        self._last: Arrived | None = None
        self.cloned = False
        """Another machine reports under this device's key as well."""
        self._ended: dict[int, Day] = {}

    def take(self, each: Arrived, day: int) -> News | None:
        """Merge one report, measured on ``day``. None where it was taken before."""
        seen = self._seen.of(each.writer)
        if not (seen.add_all_up_to if each.ordered else seen.add)(each.report.sequence):
            self.cloned = self.cloned or is_anothers(each.report, each.received_at, self._heard_at)
            return None
        self._last, self._heard_at = each, each.received_at
        names, sampled = each.sections, self._is_sample(each)
        newest = self._measured_at is None or each.timing.measured_at >= self._measured_at
        stale = self._replace(each, names) if newest else self._keep_late(each, names)
        beside = self._beside(each)
        guest = bool(beside) and each.report.source != _EXTENSION
        self._count(each, day, guest=guest)
        if sampled and not guest:
            self._more_recent += line(each.report, each.timing.measured_at)
        return _news(each, stale, beside)

    def _beside(self, each: Arrived) -> Kept:
        """What the device's other source last said; marks the row where there is such."""
        if _MIXED not in self._sections and not self._kept:
            return {}
        own = prefix_of(each.report.source)
        beside = {name: kept for name, kept in self._kept.items() if qualified(name)[0] != own}
        newest = _set(self._sections) - {_MIXED}
        if newest and self._raw is not None and self._measured_at is not None:
            others = [name for name in newest if qualified(name)[0] != own]
            sections = _split.decode(self._raw) if others else {}
            beside |= {name: (self._measured_at, sections[qualified(name)[1]]) for name in others}
        if beside and _MIXED not in self._sections:
            self._sections = f"{self._sections},{_MIXED}"
        return beside

    def row(self) -> Row:
        """What to write. To be called only where something was taken."""
        assert self._last is not None
        assert self._today is not None
        return Row(
            seen=str(self._seen),
            measured_at=self._measured_at,
            received_at=self._last.received_at,
            clock_skew_seconds=self._last.timing.skew_seconds,
            on_campus=self._last.on_campus,
            sections=self._sections,
            report=self._raw if self._report_changed else None,
            kept=_encoder.encode(self._kept).decode() if self._kept_changed else None,
            today=days.write(self._today),
            recent=None if self._full is None else "",
            more_recent=self._more_recent,
            device_number=self._number,
        )

    def ended_days(self) -> list[dict[str, Any]]:
        """Rows to add to the history: days that are over, and late reports of such days."""
        return [day.row(self._number) for day in self._ended.values()]

    def full_chunks(self) -> list[SampleRow]:
        """Samples that make room for new ones."""
        rows = packed(self._full) if self._full else ()
        return [SampleRow(block, self._number, first_at, body) for block, first_at, body in rows]

    def days_to_roll_up_again(self) -> list[tuple[int, int]]:
        """Days (and device number) that are over, of which more was heard now."""
        return [(day, self._number) for day in self._ended] if "network" in self._sections else []

    def _is_sample(self, each: Arrived) -> bool:
        """Whether a report is kept for charts; to be asked before it becomes the newest."""
        at, every = each.timing.measured_at, self._sampling.gear_every_seconds
        if at <= each.received_at - self._sampling.keep_seconds:
            return False
        return each.report.network is None or self._measured_at is None or at // every != self._measured_at // every

    def _count(self, each: Arrived, day: int, *, guest: bool) -> None:
        """Count a report on its day; of a guest's, which sees a virtual machine, only that it came."""
        if self._today is None or day > self._today.day:
            if self._today is not None:
                self._ended[self._today.day] = self._today
            self._today = Day(day)
        counted = self._today if day == self._today.day else self._ended.setdefault(day, Day(day))
        report = replaced(each.report, _MACHINE) if guest else each.report
        counted.count(report, each.timing.measured_at)

    def _replace(self, each: Arrived, names: str) -> list[str]:
        """Make a report the newest; what only its predecessor had is put aside. Nothing in it is outdated."""
        if names != self._sections:
            lost = _set(self._sections) - _set(names) - {_MIXED}
            if lost and self._raw is not None and self._measured_at is not None:
                self._put_aside(self._raw, lost, self._measured_at)
            self._sections = names
        self._raw, self._report_changed = each.raw, True
        self._measured_at = each.timing.measured_at
        return []

    def _keep_late(self, each: Arrived, names: str) -> list[str]:
        """Keep the sections of a late report that are the newest of their kind; return the names of the others."""
        measured_at = each.timing.measured_at
        newer = {name for name, (at, _) in self._kept.items() if at > measured_at}
        newest = _set(names) - _set(self._sections) - newer
        self._put_aside(each.raw, newest, measured_at)
        return sorted(_set(names) - newest)

    def _put_aside(self, raw: str, names: frozenset[str] | set[str], measured_at: float) -> None:
        if names:
            sections = _split.decode(raw)
            self._kept |= {name: (measured_at, sections[qualified(name)[1]]) for name in names}
            self._kept_changed = True


def _news(each: Arrived, stale: list[str], beside: Kept) -> News:
    report = each.report
    if stale or report.measured_at != each.timing.measured_at:
        # Without sent_at nobody corrects the time a second time.
        changed: dict[str, Any] = dict.fromkeys(qualified(name)[1] for name in stale)
        report = replaced(report, changed | {"measured_at": each.timing.measured_at, "sent_at": None})
    return News(report, each.received_at, each.on_campus, beside)


def replaced(report: Any, changed: dict[str, Any]) -> Any:
    """A report with other values in some fields."""
    # Reports that took the reference decoder's way are dataclasses, all others Structs.
    replace: Any = dataclasses.replace if dataclasses.is_dataclass(report) else msgspec.structs.replace
    return replace(report, **changed)


def whole_report(report: str, kept: str | None) -> str:
    """The newest report with what is kept beside it of the same source, as one JSON object."""
    if not kept:
        return report
    sections: dict[str, Any] = _split.decode(report)
    own = _prefix_in(sections)
    for name, (_, section) in _kept.decode(kept).items():
        prefix, plain = qualified(name)
        if prefix == own:
            sections.setdefault(plain, section)
    return _encoder.encode(sections).decode()


def is_mixed(report: str, kept: str | None) -> bool:
    """Whether sections of another source are kept beside a report."""
    if not kept:
        return False
    prefixes = {qualified(name)[0] for name in _kept.decode(kept)}
    return bool(prefixes - {_prefix_in(_split.decode(report))})


def _prefix_in(sections: dict[str, msgspec.Raw]) -> str:
    return prefix_of(msgspec.json.decode(sections["source"], type=str))
