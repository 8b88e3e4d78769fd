"""One round: measure, put the report together, keep it in the spool, and remember what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeroom_agent import __version__, boots
from homeroom_agent.clock import Clock
from homeroom_agent.config import Config
from homeroom_agent.directives import in_force
from homeroom_agent.measure import Measured, Measurement, Memory
from homeroom_agent.probes import Probe
from homeroom_agent.report import encode
from homeroom_agent.report.codec import from_wire
from homeroom_agent.spool import Moment, Spool
from homeroom_agent.state import State

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
        self._probes = [probe for probe in probes if probe.name not in config.probes.disabled]
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
            mark.unlink(missing_ok=True)

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
        enrolled_at, last = memory.get("enrolment", {}).get("at"), memory.get("round", {})
        if enrolled_at != last.get("enrolled_at"):  # a collector that has just met this device was told nothing so far
            memory = {**memory, "said": {}}
        here = {"boot": self._boot, "version": __version__}
        if last.get("here") != here:  # a part may have been changed, or all but the disk; or a probe knows more now
            memory = {
                name: _forgetting_when(value) if name.startswith("probe.") else value for name, value in memory.items()
            }
        directives = in_force(memory.get("settings", {}), self._config.schedule)
        measurement = self._measurement(self._probes, memory, directives.probe_intervals)
        measured = measurement.run(at, everything=everything)
        _add_boots(measured.document, memory.get("boots", {}))
        connectivity = memory.get("connectivity", {})
        if connectivity and (everything or connectivity["at"] != last.get("connectivity_at")):
            measured.document["connectivity"] = connectivity["section"] | _throughput(memory, at)
        measured.memory["round"] = {
            "here": here,
            "enrolled_at": enrolled_at,
            "connectivity_at": connectivity.get("at"),
        }
        return measured, at

    def _measurement(self, probes: Sequence[Probe], memory: Memory, intervals: Mapping[str, float]) -> Measurement:
        return Measurement(
            probes,
            memory=memory,
            resend_after_seconds=self._config.schedule.resend_after,
            timeout_seconds=self._config.probes.timeout,
            intervals=intervals,
        )


def report(document: dict[str, Any], number: int, measured_at: float, lost: int) -> bytes:
    """A report of the wire format, encoded. Raises ReportError where the document is none."""
    envelope = {
        "version": 1,
        "source": "agent",
        "agent_version": __version__,
        "sequence": number,
        "measured_at": round(measured_at, 3),
        "lost_reports_total": lost,
    }
    return encode(from_wire(envelope | document))


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


def _add_boots(document: dict[str, Any], remembered: Mapping[str, Any]) -> None:
    counts = {name: remembered[name] for name in boots.COUNTS if name in remembered}
    if counts:
        document["uptime"] = document.get("uptime", {}) | counts
