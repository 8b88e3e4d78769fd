"""What somebody else wrote is never a formula in a spreadsheet, nor a command to a terminal, whichever way it comes."""

import csv
import io

import pytest

from homeroom_collector.cli.listing import show
from homeroom_collector.spreadsheet import cell
from homeroom_collector.views.api.listing import as_csv

HOSTILE = [
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
]
HARMLESS = ["", "Lincoln", "-1.5", "+7", "1e3", "5 - 3", "a=b", 7, 0.5, True]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_becomes_text(text: str):
    assert cell(text) == "'" + text.replace("\r", "\n")


@pytest.mark.parametrize("value", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(value: object):
    assert cell(value) == value


def test_commands_and_calls_write_the_same(capsys: pytest.CaptureFixture[str]):
    rows = [{"name": text, "count": -3, "seen_at": None} for text in HOSTILE]
    show(rows, ("name", "count", "seen_at"), "csv")
    of_a_call = as_csv(("name", "count", "seen_at"), rows)
    for text in (capsys.readouterr().out, of_a_call):
        found = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert found == [["'" + name.replace("\r", "\n"), "-3", ""] for name in HOSTILE]


def test_what_a_device_says_of_itself_does_not_command_the_terminal(capsys: pytest.CaptureFixture[str]):
    show([{"name": "\x1b[2J\x1b]0;owned\x07\u202eabc\n\r"}], ("name",), "table")
    shown = capsys.readouterr().out
    assert "owned" in shown
    assert not set(shown) & set("\x1b\x07\r\u202e")
