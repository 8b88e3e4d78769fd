"""Every kind of problem has a runbook with all its parts, and every runbook a kind."""

from pathlib import Path

import pytest

from homeroom_collector.rules.health.catalog import DEFAULTS

RUNBOOKS = Path(__file__).parents[3] / "docs" / "runbooks"
PARTS = ("## What it means", "## How to check", "## How to fix", "## When to ignore")


def test_rules_and_runbooks_are_in_step():
    assert {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"} == set(DEFAULTS)


def test_the_list_of_runbooks_names_each():
    listed = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in DEFAULTS if f"[`{kind}`]({kind}.md)" not in listed] == []


@pytest.mark.parametrize("kind", DEFAULTS)
def test_a_runbook_says_what_to_do(kind: str):
    text = (RUNBOOKS / f"{kind}.md").read_text(encoding="utf-8")
    assert f"Kind: `{kind}`" in text
    places = [text.index(part) for part in PARTS]
    assert places == sorted(places)
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        assert len(text[start:end]) > 40, text[start:end]
