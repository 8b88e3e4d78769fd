"""One round: measure, put the report together, keep it in the spool, and remember what was said."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeroom_agent import __version__, boots
from homeroom_agent.clock import Clock
from homeroom_agent.config import Config
from homeroom_agent.directives import in_force
from homeroom_agent.errors import ReportError
from homeroom_agent.measure import Measured, Measurement, Memory
from homeroom_agent.probes import Probe
from homeroom_agent.report import encode
from homeroom_agent.report.codec import from_wire
from homeroom_agent.spool import Moment, Spool
from homeroom_agent.state import State
from homeroom_agent.stated import with_serial

_log = logging.getLogger(__name__)

_THROUGHPUT_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Known:
    """What the agent remembers, for a report that is only shown."""

    memory: Memory = field(default_factory=dict)
    number: int = 0
    lost: int = 0


class Rounds:
    """Measures with the given probes. ``boot`` is the id of the boot that is running."""

    def __init__(self, config: Config, probes: Sequence[Probe], *, clock: Clock, boot: str) -> None:
        self._config = config
        wanted = [probe for probe in probes if probe.name not in config.probes.disabled]
        self._probes = with_serial(wanted, config.machine.serial)
        self._clock = clock
        self._boot = boot

    def keep(self, spool: Spool, state: State) -> int:
        """Measure, and keep the report in the spool. Returns its number. Raises SpoolError where the disk refuses."""
        measured, at = self._measure(state.all())
        moment = Moment(self._boot, self._clock.steady())
        lost = spool.lost_total
        number = spool.append(lambda number: report(measured.document, number, at, lost), moment=moment)
        state.put(measured.memory)
        return number

    def note_boot(self, state: State, mark: Path, *, watching: bool) -> None:
        """Count a boot once. ``watching`` tells that a service runs; its mark of a clean end is used up then."""
        before = state.get("boots")
        after = boots.begin(before, self._boot, watching=watching, ended=_read_mark(mark))
        if after != before:
            state.put({"boots": after})
        if watching:
            _use_up(mark)

    def show(self, known: Known) -> bytes:
        """The report that a collector would get that knows nothing yet. Nothing is kept."""
        measured, at = self._measure(known.memory, everything=True)
        return report(measured.document, known.number, at, known.lost)

    def identify(self, state: State) -> None:
        """Measure only which machine this is, for enrolment."""
        identity = [probe for probe in self._probes if probe.name == "identity"]
        memory = self._measurement(identity, state.all(), {}).run(self._clock.wall(), everything=True).memory
        state.put({name: value for name, value in memory.items() if name.startswith("probe.")})

    def _measure(self, memory: Memory, *, everything: bool = False) -> tuple[Measured, float]:
        at = self._clock.wall()
        now = {
            "here": {"boot": self._boot, "version": __version__},
            "enrolled_at": memory.get("enrolment", {}).get("at"),
            "connectivity_at": memory.get("connectivity", {}).get("at"),
        }
        last = memory.get("round", {})
        memory = _still_true(memory, last, now)
        directives = in_force(memory.get("settings", {}), self._config.schedule)
        measured = self._measurement(self._probes, memory, directives.probe_intervals).run(at, everything=everything)
        _add_boots(measured.document, memory.get("boots", {}))
        if now["connectivity_at"] and (everything or now["connectivity_at"] != last.get("connectivity_at")):
            measured.document["connectivity"] = memory["connectivity"]["section"] | _throughput(memory, at)
        measured.memory["round"] = now
        return measured, at

    def _measurement(self, probes: Sequence[Probe], memory: Memory, intervals: Mapping[str, float]) -> Measurement:
        return Measurement(
            probes,
            memory=memory,
            resend_after_seconds=self._config.schedule.resend_after,
            timeout_seconds=self._config.probes.timeout,
            intervals=intervals,
        )


def _still_true(memory: Memory, last: Mapping[str, Any], now: Mapping[str, Any]) -> Memory:
    """What is remembered, without what a boot, an update or an enrolment has made doubtful."""
    if now["enrolled_at"] != last.get(
        "enrolled_at"
    ):  # a collector that has just met this device was told nothing so far
        memory = {**memory, "said": {}}
    if now["here"] != last.get("here"):  # a part may have been changed, or all but the disk; or a probe knows more now
        memory = {
            name: _forgetting_when(value) if name.startswith("probe.") else value for name, value in memory.items()
        }
    return memory


def report(document: dict[str, Any], number: int, measured_at: float, lost: int) -> bytes:
    """A report of the wire format, encoded. A section that the format refuses is left out, and said.

    Each probe's facts are sound by themselves; joined, they may pass a bound.
    """
    envelope = {
        "version": 1,
        "source": "agent",
        "agent_version": __version__,
        "sequence": number,
        "measured_at": round(measured_at, 3),
        "lost_reports_total": lost,
    }
    while True:
        try:
            return encode(from_wire(envelope | document))
        except ReportError as error:
            section = re.split(r"[.:\[]", str(error), maxsplit=1)[0]
            if section not in document:
                raise
            _log.warning("%s is left out of the report: %s", section, error)
            document = {name: value for name, value in document.items() if name != section}


def _throughput(memory: Memory, now: float) -> dict[str, Any]:
    """The last measurement of throughput, repeated for a day: a section replaces the one before it."""
    last = memory.get("throughput", {})
    facts = last.get("facts", {})
    return facts if 0 <= now - last.get("at", 0.0) < _THROUGHPUT_SECONDS else {}


def _forgetting_when(record: Mapping[str, Any]) -> dict[str, Any]:
    """A probe's record, so that the probe is due."""
    return {name: value for name, value in record.items() if name not in ("ran_at", "failed_at")}


def _read_mark(mark: Path) -> str:
    try:
        return mark.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""  # no clean end that could be shown


def _use_up(mark: Path) -> None:
    try:
        mark.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s: %s; an unexpected shutdown may pass for a clean one", mark, error.strerror)


def _add_boots(document: dict[str, Any], remembered: Mapping[str, Any]) -> None:
    counts = {name: remembered[name] for name in boots.COUNTS if name in remembered}
    if counts:
        document["uptime"] = document.get("uptime", {}) | counts
