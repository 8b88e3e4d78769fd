"""Reports by mail through a real mail server: a school's month, the district's quarter, each once when it is over."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.decisions.made_up import board
from homeroom_collector.cli import main
from homeroom_collector.decisions.board import Board
from homeroom_collector.letters.post import Outcome, Post
from homeroom_collector.letters.reports import Reports
from homeroom_collector.letters.settings import AtSchool, ReportSettings
from homeroom_collector.rules.calendar import CalendarRules, Patch, Span
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.store import Store
from homeroom_collector.views.reports import PdfMissingError, last_month, last_quarter
from postbox import Mailbox

ZONE = ZoneInfo("America/Chicago")
YEAR = CalendarRules(zone=ZONE, terms=(Span(date(2026, 8, 17), date(2026, 12, 18)),))
# School 2 was closed for all of October.
BOOK = CalendarBook(YEAR, schools={"school-02": Patch(off=frozenset(date(2026, 10, day) for day in range(1, 32)))})
SETTINGS = ReportSettings(
    pdf="never",
    monthly=[AtSchool(school=f"school-{n:02d}", to=f"principal-{n}@d.example") for n in (0, 1, 2, 9)],
    quarterly=["board@d.example"],
)
OCTOBER_IS_OVER = date(2026, 11, 1)


def at(day: date, clock: str) -> float:
    return datetime.combine(day, time.fromisoformat(clock), ZONE).timestamp()


def board_on(day: date) -> Board:
    return replace(board(120), today=day)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """What reports read of both stores is tested where they are made, and sending once in ``test_post``."""
    return f"sqlite:///{tmp_path / 'homeroom.db'}"


class Sender:
    """A process that sends reports; another one on the same store is another process."""

    def __init__(self, store: Store, box: Mailbox, settings: ReportSettings = SETTINGS) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.reports = Reports(post=Post(store, box.server), settings=settings, zone=ZONE, book=lambda: BOOK)

    async def send(self, today: date, clock: str) -> None:
        await self.reports.send(board_on(today), at(today, clock), lambda each: self.outcomes.update([each]))


async def test_each_principal_reads_of_the_month_of_his_own_school_and_of_no_other(store: Store, box: Mailbox):
    await Sender(store, box).send(OCTOBER_IS_OVER, "07:00")
    subjects = {each["To"]: each["Subject"] for each in box.messages}
    # School 2 did not teach, and there is no school 9.
    assert subjects == {
        "principal-0@d.example": "Technology at School 0: October 2026",
        "principal-1@d.example": "Technology at School 1: October 2026",
    }
    text = box.text_to("principal-1@d.example")
    assert "School 1 pays for 500 Mbit/s" in text
    assert "School 0" not in text
    [message] = [each for each in box.messages if each["To"] == "principal-1@d.example"]
    html = message.get_body(("html",))
    assert html is not None
    assert "School 1 pays for 500 Mbit/s" in html.get_content()
    # Mail programs show no drawings, and must load nothing.
    assert not re.search(r"<svg|<script|src=|href=|url\(", html.get_content())


async def test_the_district_reads_of_its_quarter_when_that_is_over(store: Store, box: Mailbox):
    sender = Sender(store, box)
    await sender.send(OCTOBER_IS_OVER, "07:00")
    assert "board@d.example" not in box.told
    await sender.send(date(2026, 10, 1), "07:00")
    assert "July to September 2026" in box.text_to("board@d.example")


@pytest.mark.parametrize(
    ("day", "clock"), [(OCTOBER_IS_OVER, "06:59"), (date(2026, 11, 8), "07:01"), (date(2026, 8, 1), "09:00")]
)
async def test_nothing_too_early_too_late_or_of_a_month_without_school(
    store: Store, box: Mailbox, day: date, clock: str
):
    await Sender(store, box).send(day, clock)
    assert box.messages == []


async def test_each_is_sent_once_however_often_processes_begin_anew(store: Store, box: Mailbox):
    for day in range(1, 8):
        for clock in ("07:00", "07:01", "23:00"):
            await Sender(store, box).send(date(2026, 11, day), clock)
    same = Sender(store, box)
    for _ in range(3):
        await same.send(date(2026, 11, 3), "12:00")
    assert Counter(box.told) == {"principal-0@d.example": 1, "principal-1@d.example": 1}
    assert same.outcomes == {"done before": 2}  # and then it does not even ask the store


async def test_what_the_mail_server_did_not_take_is_sent_later_that_day(store: Store, box: Mailbox):
    box.answers = ["451 busy"]
    sender = Sender(store, box)
    await sender.send(OCTOBER_IS_OVER, "07:00")
    await sender.send(OCTOBER_IS_OVER, "07:10")
    assert sender.outcomes == {"failed": 1, "sent": 2}
    assert sorted(box.told) == ["principal-0@d.example", "principal-1@d.example"]


async def test_a_board_of_the_old_month_waits_for_the_new_one(store: Store, box: Mailbox):
    sender = Sender(store, box)
    await sender.reports.send(board_on(date(2026, 10, 31)), at(OCTOBER_IS_OVER, "07:00"), lambda _: None)
    assert box.messages == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_pdf_is_attached_where_it_can_be_made(store: Store, box: Mailbox):
    one = replace(SETTINGS, pdf="always", monthly=SETTINGS.monthly[:1])
    await Sender(store, box, one).send(OCTOBER_IS_OVER, "07:00")
    [attached] = box.messages[0].iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("school-00-2026-10.pdf", "application/pdf")
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.startswith(b"%PDF-")


async def test_without_the_program_that_makes_pdf_the_letter_goes_alone_unless_it_must_not(
    store: Store, box: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    one = replace(SETTINGS, monthly=SETTINGS.monthly[:1])
    with pytest.raises(PdfMissingError, match="pip install"):
        await Sender(store, box, replace(one, pdf="always")).send(OCTOBER_IS_OVER, "07:00")
    await Sender(store, box, replace(one, pdf="auto")).send(OCTOBER_IS_OVER, "07:20")
    assert [list(each.iter_attachments()) for each in box.messages] == [[]]


def test_the_periods_that_are_over():
    assert last_month(date(2026, 1, 1)).name == "December 2025"
    assert [last_quarter(date(2026, month, 1)).name[:7] for month in (1, 3, 4, 12)] == [
        "October",
        "October",
        "January",
        "July to",
    ]


@pytest.fixture
def config(tmp_path: Path, box: Mailbox) -> Path:
    mail = {"host": "127.0.0.1", "port": box.port, "encryption": "none", "sender": "homeroom@d.example"}
    readers = {"pdf": "never", "monthly": [{"school": "lincoln", "to": "pat@d.example"}], "quarterly": ["b@d.example"]}
    document: dict[str, Any] = {"store": {"url": "sqlite:///h.db"}, "schools": {"file": "schools.csv"}}
    (tmp_path / "schools.csv").write_text("school_id,name\nlincoln,Lincoln\nadams,Adams\n")
    (tmp_path / "collector.yml").write_text(json.dumps(document | {"mail": mail, "reports": readers}))
    return tmp_path / "collector.yml"


def test_the_command_sends_once_tells_before_and_sends_again_when_it_must(
    config: Path, box: Mailbox, capsys: pytest.CaptureFixture[str]
):
    def told(*options: str) -> str:
        assert main(["report", "--config", str(config), "--send", *options]) == 0
        return capsys.readouterr().out

    month = ("--month", "2026-10")
    assert "would be sent: Technology at Lincoln: October 2026, without a PDF" in told(*month, "--dry-run")
    assert box.messages == []
    assert " sent" in told(*month)
    assert "sent before" in told(*month, "--dry-run")
    assert "done before" in told(*month)
    assert box.told == ["pat@d.example"]
    told(*month, "--again")
    told("--quarter", "2026-Q3")
    assert box.told == ["pat@d.example", "pat@d.example", "b@d.example"]


def test_the_command_says_what_is_missing(config: Path, box: Mailbox, capsys: pytest.CaptureFixture[str]):
    assert main(["report", "--config", str(config), "--send", "--month", "2026-10", "--school", "adams"]) == 1
    assert "nobody is named under reports:" in capsys.readouterr().err
    box.answers = ["550 nobody here"]
    assert main(["report", "--config", str(config), "--send", "--month", "2026-10"]) == 1
    assert "failed" in capsys.readouterr().out
    assert main(["report", "--config", str(config), "--dry-run", "--month", "2026-10"]) == 2
    assert "only with --send" in capsys.readouterr().err
    config.write_text("store: {url: 'sqlite:///h.db'}\n")
    assert main(["report", "--config", str(config), "--send", "--month", "2026-10"]) == 2
    assert "mail.host: missing" in capsys.readouterr().err
