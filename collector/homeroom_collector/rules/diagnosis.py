"""From findings to verdicts: keys, causes, members, severity. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from homeroom_collector.rules.health.rule import Finding, Rule
from homeroom_collector.rules.problem import Problem, Severity, key_of, subject_of
from homeroom_collector.rules.problem_state import Verdict
from homeroom_collector.rules.root_cause import District, Explained, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a verdict needs beside findings and causes.

    ``rule`` is that of a school and kind; ``school`` and ``called`` tell where a finding belongs and how people call
    what it is about. ``computers`` gives those of a school that was cut off at a moment. ``suppressed`` says whether a
    finding must not become a problem now. From ``critical_members`` devices on, what is a warning is critical.
    """

    rule: Callable[[str, str], Rule | None]
    school: Callable[[Finding], str]
    called: Callable[[Finding], str]
    computers: Callable[[str, float], Sequence[str]]
    suppressed: Callable[[Finding, str], bool]
    critical_members: int = 20


def verdicts(
    findings: Sequence[Finding], district: District, around: Surroundings, cut_off: Sequence[str] = ()
) -> Iterator[Verdict]:
    """Judge everything at once. ``cut_off`` are schools of which nothing is heard, so their computers are explained."""
    explained = Explained(findings, district)
    schools = {found: around.school(finding) for found, finding in explained.findings.items()}
    keys = {found: _key(finding, schools[found]) for found, finding in explained.findings.items()}
    members = _members(explained, district, around, cut_off)
    for found, finding in explained.findings.items():
        rule, root = around.rule(schools[found], finding.kind), explained.roots[found]
        if rule is None:
            continue
        cause = keys[root] if root != found else _former(finding, keys[found], explained, district)
        blamed = explained.findings[root]
        yield Verdict(
            problem=_problem(finding, keys[found], schools[found], rule, around, members.get(found, ()), cause),
            holds=None if cause is None and explained.is_open(finding) else finding.holds,
            since=finding.since,
            suppressed=around.suppressed(blamed, schools[root]),
        )


def key_of_finding(finding: Finding, around: Surroundings) -> str:
    """Key of the problem that a finding is."""
    return _key(finding, around.school(finding))


def _key(finding: Finding, school: str) -> str:
    return key_of(school, finding.kind, subject_of(finding.name, finding.part))


def _former(finding: Finding, key: str, explained: Explained, district: District) -> str | None:
    """What explained it until just now, and is recovering: it may need a moment longer than its cause."""
    names = [finding.name]
    if finding.kind == "wifi_down":
        names = [each.device_id for each in explained.gear_of(finding.name) if each.kind == "access_point"]
    former = next((district.recovering[name] for name in names if name in district.recovering), None)
    return None if former == key else former


def _problem(
    finding: Finding,
    key: str,
    school: str,
    rule: Rule,
    around: Surroundings,
    members: Collection[str],
    cause: str | None,
) -> Problem:
    severity = rule.severity
    if severity == Severity.WARNING and len(members) >= around.critical_members:
        severity = Severity.CRITICAL
    return Problem(
        key=key,
        school=school,
        kind=finding.kind,
        subject=subject_of(finding.name, finding.part),
        severity=severity,
        summary=f"{around.called(finding)} {finding.says}",
        evidence=finding.evidence,
        members=tuple(sorted(members)),
        cause=cause,
        runbook=finding.kind,
    )


def _members(
    explained: Explained, district: District, around: Surroundings, cut_off: Sequence[str]
) -> Mapping[Key, set[str]]:
    """Devices that each root explains, without the one that it is about."""
    members: dict[Key, set[str]] = {}
    for found, finding in explained.findings.items():
        root = explained.roots[found]
        is_device = finding.name in district.places or finding.name in district.school_of
        if root != found and is_device and finding.name != root[1]:
            members.setdefault(root, set()).add(finding.name)
    for school in cut_off:
        reason = explained.cut_off(school)
        if reason is not None:
            root = explained.roots[reason.kind, reason.name, reason.part]
            mine = members.setdefault(root, set())
            mine.update(around.computers(school, reason.since))
            mine.update(explained.unheard(school, reason.since))
    return members
