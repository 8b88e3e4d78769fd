"""Every kind of problem and every alert has a runbook with all its parts, and every runbook one of them."""

import re
from pathlib import Path

import pytest

from homeroom_collector.rules.health.catalog import DEFAULTS

ROOT = Path(__file__).parents[3]
RUNBOOKS = ROOT / "docs" / "runbooks"
ALERTS = (ROOT / "configs" / "prometheus" / "rules" / "homeroom.yml").read_text(encoding="utf-8")
KINDS = sorted({*DEFAULTS, *re.findall(r"runbook_url: \S+/runbooks/(\w+)$", ALERTS, re.MULTILINE)})
PARTS = ("## What it means", "## How to check", "## How to fix", "## When to ignore")


def test_rules_and_runbooks_are_in_step():
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == set(KINDS)


def test_the_list_of_runbooks_names_each():
    listed = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"[`{kind}`]({kind}.md)" not in listed] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_runbook_says_what_to_do(kind: str):
    text = (RUNBOOKS / f"{kind}.md").read_text(encoding="utf-8")
    assert f"Kind: `{kind}`" in text
    places = [text.index(part) for part in PARTS]
    assert places == sorted(places)
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        assert len(text[start:end]) > 40, text[start:end]
