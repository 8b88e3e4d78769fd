"""What is known of one device between two looks: its findings by section, and what its next report is compared with."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterator

from homeroom_collector.rules.health.ports import Ports
from homeroom_collector.rules.health.rule import Finding, Judge, Rules, Spot
from homeroom_collector.rules.health.wireless import Radio

_NOTHING: dict[Spot, Finding] = {}


class Known:
    """One device. ``recalled`` are findings of an earlier process, until their section is judged anew.

    Of network gear: ``silent_since`` is when it first did not answer, ``outside_bps`` the speed of its outside ports.
    """

    __slots__ = ("location", "of_gear", "outside_bps", "ports", "radio", "recalled", "sections", "silent_since")

    def __init__(self) -> None:
        self.sections: dict[str, dict[Spot, Finding]] = {}
        self.recalled: dict[Spot, Finding] = {}
        self.of_gear = False
        self.silent_since: float | None = None
        self.location: str | None = None
        self.outside_bps: float | None = None
        self.ports: Ports | None = None
        self.radio: Radio | None = None

    def judge(self, name: str, rules: Rules, section: str, at: float) -> Judge:
        """Begin to judge a section, by what was found in it before."""
        return Judge(name, rules, at, ChainMap(self.sections.get(section, _NOTHING), self.recalled))

    def keep(self, section: str, kinds: Collection[str], judge: Judge) -> None:
        """Keep what was found in a section; what an earlier process knew of these kinds is outdated."""
        for spot in [spot for spot in self.recalled if spot[0] in kinds]:
            del self.recalled[spot]
        if judge.found:
            self.sections[section] = judge.found
        else:
            self.sections.pop(section, None)

    def findings(self) -> Iterator[Finding]:
        """Give everything that is wrong with the device itself."""
        for section in self.sections.values():
            yield from section.values()
        yield from self.recalled.values()

    def forget(self, kinds: Collection[str], before: float) -> None:
        """Let go of findings of some kinds that nobody saw since a moment."""
        for section in list(self.sections.values()):
            for spot, finding in list(section.items()):
                if spot[0] in kinds and finding.at < before:
                    del section[spot]

    def is_empty(self) -> bool:
        """Whether nothing would be lost with this. Gear is compared with its last poll, so it always would."""
        return not self.of_gear and not self.recalled and not any(self.sections.values())
