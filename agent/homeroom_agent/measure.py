"""One round of measuring: which probes are due, what they found, and what of it is worth sending.

A fast section goes into every report. A slow one goes when it changed, or after a while. What is remembered for that is
handed back, to be kept once the report itself is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeroom_agent.errors import AgentError
from homeroom_agent.probes import SLOW_SECONDS, Facts, Probe
from homeroom_agent.report import ProbeRun, Report, encode, to_wire

_log = logging.getLogger(__name__)

Memory = dict[str, dict[str, Any]]

_TOLD_SECONDS = 0.1
"""A probe that succeeds sooner is not named in the report: a dozen names would be a tenth of it."""
_REASONS = 128
"""No report gives more reasons for missing facts."""

_RETRY_SECONDS = 3600.0
"""A slow probe that failed is tried again after this time, if its own interval is longer."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A round's outcome: sections as they go on the wire, and what the state is to keep, by name."""

    document: dict[str, Any]
    memory: Memory = field(default_factory=dict)


class Measurement:
    """Runs probes that are due and assembles what they found.

    ``intervals`` overrides a probe's own interval by name. ``memory`` is what was remembered; it is left as it is.
    """

    def __init__(
        self,
        probes: Iterable[Probe],
        *,
        memory: Memory,
        resend_after_seconds: float,
        timeout_seconds: float,
        intervals: Mapping[str, float] | None = None,
    ) -> None:
        self._probes = list(probes)
        self._memory = memory
        self._resend_after_seconds = resend_after_seconds
        self._timeout_seconds = timeout_seconds
        self._intervals = intervals or {}

    def run(self, now: float, *, everything: bool = False) -> Measured:
        """Measure at ``now`` (Unix seconds). ``everything`` runs every probe and leaves no section out."""
        memory = {f"probe.{probe.name}": dict(self._memory.get(f"probe.{probe.name}", {})) for probe in self._probes}
        ran, fresh = [], set()
        for probe in self._probes:
            record = memory[f"probe.{probe.name}"]
            if not everything and not _due(record, now, self._interval(probe)):
                continue
            run, found = self._try(probe, record, now)
            ran.append(run)
            if found:
                fresh.add(probe.name)
        said = dict(self._memory.get("said", {}))
        told = [run for run in ran if everything or run.error is not None or run.duration_seconds >= _TOLD_SECONDS]
        document = {"probes": to_wire(told)} if ran else {}
        document |= self._worth_sending(memory, fresh, said, now, everything=everything)
        return Measured(document, {**memory, "said": said})

    def _interval(self, probe: Probe) -> float:
        return self._intervals.get(probe.name, probe.interval_seconds)

    def _try(self, probe: Probe, record: dict[str, Any], now: float) -> tuple[ProbeRun, bool]:
        started = time.perf_counter()
        remembered = dict(record.get("memory", {}))
        error: str | None = None
        try:
            facts = within(self._timeout_seconds, lambda: probe.read(remembered))
            found = _checked(facts)
        except Exception as failure:  # the outer loop of probes: a failure is data, the others go on
            error = _in_words(failure)
            record["failed_at"] = now
            if self._fast(probe):  # what it found last time is not true any more
                record.pop("sections", None)
            _log.warning("probe %s failed: %s", probe.name, failure)
        else:
            record.pop("failed_at", None)
            record.update(ran_at=now, memory=remembered, **found)
        spent = time.perf_counter() - started
        # Hundredths tell a slow probe; more digits are noise, which does not compress.
        return ProbeRun(name=probe.name, duration_seconds=round(spent, 2), error=error), error is None

    def _worth_sending(
        self, memory: Memory, fresh: set[str], said: dict[str, Any], now: float, *, everything: bool
    ) -> dict[str, Any]:
        """Sections that are fast and fresh, slow and changed, or not said for a while. ``said`` is updated."""
        found = [(probe, memory[f"probe.{probe.name}"]) for probe in self._probes]
        fast = {name: False for probe, record in found if self._fast(probe) for name in record.get("sections", {})}
        for probe, record in found:
            if probe.name in fresh:
                fast.update((name, True) for name in record["sections"] if name in fast)
        sections = _merged(record.get("sections", {}) for _, record in found)
        sections["unavailable"] = [row for _, record in found for row in record.get("unavailable", [])][:_REASONS]
        chosen = {}
        for name, section in sections.items():
            if name in fast:
                worth = fast[name]
            else:
                what, when = said.get(name, (None, 0.0))
                worth = everything or what != section or not 0 <= now - when < self._resend_after_seconds
                if worth:
                    said[name] = (section, now)
            if worth:
                chosen[name] = section
        return chosen

    def _fast(self, probe: Probe) -> bool:
        return self._interval(probe) < SLOW_SECONDS


def _due(record: dict[str, Any], now: float, interval_seconds: float) -> bool:
    """Whether a probe is to run. A clock that was set back does not keep it waiting."""
    last, wait = record.get("ran_at"), interval_seconds
    if "failed_at" in record:
        last, wait = record["failed_at"], min(interval_seconds, _RETRY_SECONDS)
    # A timer is never exact to the second; a probe of one hour must not skip every other hour for that.
    return last is None or not 0 <= now - last < wait - min(30.0, wait / 10)


def _checked(facts: Facts) -> dict[str, Any]:
    """Facts as wire values. Raises ReportError for those that the wire format refuses: only this probe's are lost."""
    encode(Report(source="agent", sequence=0, measured_at=0.0, unavailable=facts.unavailable, **facts.sections))
    return {
        "sections": {name: to_wire(section) for name, section in facts.sections.items() if section is not None},
        "unavailable": to_wire(facts.unavailable),
    }


def _merged(contributions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One section may come from several probes: objects complete each other, lists are joined."""
    merged: dict[str, Any] = {}
    for sections in contributions:
        for name, section in sections.items():
            known = merged.get(name)
            if known is None:
                merged[name] = section
            else:
                merged[name] = known + section if isinstance(known, list) else known | section
    return merged


def _in_words(failure: Exception) -> str:
    """Why a probe failed, without the path of a file: it might hold a person's name."""
    if isinstance(failure, OSError):
        return f"{type(failure).__name__}: {failure.strerror}"
    return str(failure)[:200] if isinstance(failure, AgentError) else type(failure).__name__


def within(seconds: float, call: Callable[[], Facts]) -> Facts:
    """Run a call in a thread of its own and wait for it; raises TimeoutError where it takes longer.

    A call that hangs in the kernel cannot be ended; its thread is left behind and does not keep the agent from ending.
    """
    outcome: list[Facts | BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as failure:  # carried over to the thread that waits, and raised there
            outcome.append(failure)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError(0, f"no answer within {seconds:g} s")
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
