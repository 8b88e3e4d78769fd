"""Asks the public lists of known vulnerabilities about every distribution of a lock file: ``audit.py LOCK``.

A finding is exit status 1. An answer that nobody gave is no good news: where a distribution could not be looked up
anywhere the status is 3, while pip-audit by itself would call that fine. ``--allow-unreached`` makes it 0, for machines
without a way to the lists, and still says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lock import read

NONE_KNOWN, FOUND, NOT_REACHED = 0, 1, 3
SERVICES = ("pypi", "osv")
TIMEOUT_SECONDS = 600

ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not touch us, by id, each with the reason and the day on which to look again."""


@dataclass
class Answers:
    """What the lists say: vulnerabilities by distribution, and why a list said nothing."""

    asked: frozenset[str]
    known: dict[str, list[str]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)

    @property
    def unanswered(self) -> list[str]:
        """Distributions that no list told us about."""
        return sorted(self.asked - self.known.keys())

    @property
    def findings(self) -> list[str]:
        """A line for each vulnerability."""
        return [line for _, lines in sorted(self.known.items()) for line in lines]


def ask(lock: Path, services: Sequence[str], osv_url: str | None) -> Answers:
    """Ask one list after the other until every distribution that is installed here is answered for."""
    answers = Answers(frozenset(each.name for each in read(lock) if each.wanted_here()))
    for service in services:
        if answers.unanswered:
            _ask(service, lock, ["--osv-url", osv_url] if service == "osv" and osv_url else [], answers)
    return answers


def _ask(service: str, lock: Path, more: Sequence[str], answers: Answers) -> None:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off", "--vulnerability-service", service, *more]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    try:
        dependencies = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        answers.silent.append(f"{service}: {_last_line(ran.stderr)}")
        return
    skipped = [each["skip_reason"] for each in dependencies if "skip_reason" in each]
    if skipped:
        answers.silent.append(f"{service}: {len(skipped)} not audited, such as: {skipped[0]}")
    for each in dependencies:
        if "skip_reason" not in each:
            answers.known[each["name"]] = [_line(each, found) for found in each["vulns"] if found["id"] not in ACCEPTED]


def _line(distribution: dict[str, str], found: dict[str, list[str]]) -> str:
    repaired = ", ".join(found["fix_versions"]) or "no version yet"
    return f"{distribution['name']} {distribution['version']}: {found['id']}; repaired in {repaired}"


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "said nothing")


def verdict(answers: Answers, *, allow_unreached: bool) -> int:
    """Say what was found, and what could not be looked up, and give the exit status."""
    say = sys.stderr.write
    say("".join(f"{line}\n" for line in answers.findings))
    if answers.unanswered:
        say(f"NOT AUDITED: {len(answers.unanswered)} of {len(answers.asked)} distributions could not be looked up.\n")
        say("".join(f"  {line}\n" for line in answers.silent))
    if answers.findings:
        return FOUND
    if answers.unanswered:
        return NONE_KNOWN if allow_unreached else NOT_REACHED
    say(f"{len(answers.asked)} distributions, no known vulnerability.\n")
    return NONE_KNOWN


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--service", action="append", choices=SERVICES, help="default: both, one after the other")
    parser.add_argument("--osv-url", metavar="URL", help="where the OSV list is, instead of its own address")
    parser.add_argument("--allow-unreached", action="store_true", help="0 where a list could not be reached")
    options = parser.parse_args()
    found = ask(options.lock, options.service or SERVICES, options.osv_url)
    sys.exit(verdict(found, allow_unreached=options.allow_unreached))
