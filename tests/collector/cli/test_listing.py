"""Lists on a terminal and in a pipe."""

import io

import pytest
from rich.console import Console
from rich.text import Text

from homeroom_collector.cli import listing

ROWS = [
    {"asset": "LIN-1003", "verdict": "fail", "devices": 12, "reasons": "battery 41 % (at least 65 %); " * 6},
    {"asset": "LIN-1004", "verdict": "pass", "devices": 1204, "reasons": None},
]
COLUMNS = ("asset", "verdict", "devices", "reasons")


def on_a_terminal(width: int) -> str:
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=True, width=width, markup=False, highlight=False, color_system="standard"
    )
    listing._table(ROWS, COLUMNS, console)
    return out.getvalue()


def test_on_a_terminal_nothing_is_wider_than_it_and_nothing_is_lost():
    text = on_a_terminal(70)
    plain = Text.from_ansi(text).plain
    assert max(len(line) for line in plain.splitlines()) <= 70
    assert plain.count("battery") == 6
    assert "2 lines" in text


def test_on_a_terminal_a_failure_is_easy_to_find():
    assert "\x1b[31mfail" in on_a_terminal(120)


def test_in_a_pipe_a_row_is_one_plain_line(capsys: pytest.CaptureFixture[str]):
    listing.show(ROWS, COLUMNS, "table")
    lines = [line for line in capsys.readouterr().out.splitlines() if "LIN-" in line]
    assert len(lines) == 2
    assert lines[0].count("battery") == 6
    assert "\x1b" not in "".join(lines)
