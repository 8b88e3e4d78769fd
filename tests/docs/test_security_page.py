"""The threat model promises nothing that no test shows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ACTORS = (
    "A curious pupil with a device", "A stolen laptop", "Someone on the school's Wi-Fi",
    "A compromised server at a school", "A hostile SNMP agent", "A leaked enrolment token", "A malicious CSV",
    "A nosy member of staff",
)  # fmt: skip


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_a_test_that_the_page_names_exists(file: str, test: str):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert test in found


@pytest.mark.parametrize("actor", ACTORS)
def test_every_actor_has_a_stake_and_every_remedy_a_test(actor: str):
    section = PAGE.partition(f"## {actor}\n")[2].partition("\n## ")[0]
    assert "**At stake.**" in section
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 3
    assert [row for row in rows if "::test_" not in row] == []
