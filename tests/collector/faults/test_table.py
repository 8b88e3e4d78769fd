"""Every line of the table of faults names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_each_fault_in_the_documentation_is_shown_by_a_test_that_there_is():
    text = (ROOT / "docs" / "faults.md").read_text().split("## Measured")[0]
    rows = [line.split("|") for line in text.splitlines() if line.count("|") == 6][2:]
    assert len(rows) >= 12
    for row in rows:
        named = re.findall(r"`([\w/]+\.py)`", row[5])
        assert named, row[1]
        for name in named:
            assert list((ROOT / "tests").glob(f"**/{name}")), name
