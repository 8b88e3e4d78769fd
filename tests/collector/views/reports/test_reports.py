"""Reports: in words, whole on paper, made fast, and of one school only where they are of one school."""

import re
import shutil
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from collector.decisions.made_up import board
from homeroom_collector.cli import main
from homeroom_collector.model import Device
from homeroom_collector.store import Connection, Store, attendance, devices
from homeroom_collector.store.attendance import Attended
from homeroom_collector.store.schema import daily
from homeroom_collector.views.reports import Facts, as_html, as_mail, as_pdf, made, month, quarter

OCTOBER = month("2026-10")
DAYS = [OCTOBER.first + timedelta(days=n) for n in range(31) if (OCTOBER.first + timedelta(days=n)).weekday() < 5]


@pytest.fixture(scope="module")
def facts() -> Facts:
    made_up = board()
    school = made_up.district.schools[1]
    heard = [
        Attended(day=OCTOBER.number(day), computers=90 + n % 7, polls=1440, answered=1430) for n, day in enumerate(DAYS)
    ]
    problems = [
        {"school_id": school.school_id, "kind": "battery_worn", "state": "open"},
        {"school_id": school.school_id, "kind": "uplink_down", "state": "closed"},
        {"school_id": "school-00", "kind": "disk_failing", "state": "open"},
    ]
    return Facts(
        period=OCTOBER,
        board=made_up,
        school=school,
        attended=heard,
        taught=frozenset(OCTOBER.number(day) for day in DAYS),
        events=[{"kind": "enrolled"}, {"kind": "enrolled"}, {"kind": "moved"}],
        problems=problems,
    )


@pytest.fixture(scope="module")
def pdf(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.pdf"
    file.write_bytes(as_pdf(as_html(made(facts))))
    return file


def tool(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is missing; install it with: make tools")


def test_a_school_is_told_of_itself_in_words(facts: Facts):
    html = as_html(made(facts))
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    for words in (
        "School 1",
        "October 2026",
        "On a usual school day 9",
        "answered 99% of",
        "2 problems began in this time, 1 of them still open",
        "School 1 pays for 500 Mbit/s",
        "meet the district&#39;s minimum",
        "new device",
    ):
        assert words in text, words
    assert "School 2" not in text
    assert "school-00" not in text
    assert "disk failing" not in text


def test_every_chart_is_told_in_words_too(facts: Facts):
    drawings = re.findall(r"<svg[^>]*>", as_html(made(facts)))
    assert len(drawings) >= 2
    assert all(re.search(r'role="img" aria-label="[^"]+: [^"]+"', drawing) for drawing in drawings)


def test_a_report_loads_nothing_and_runs_nothing(facts: Facts):
    html = as_html(made(facts))
    assert not re.search(r"<script|src=|href=|url\(|@import", html)


def test_a_letter_has_plain_colours_that_are_read_on_white(facts: Facts):
    html, document = as_mail(made(facts)), as_html(made(facts))
    assert "var(--" in document
    assert "--" not in html.partition("<style>")[2].partition("</style>")[0]
    colours = re.findall(r"[ {;]color: (\S+?)[;} ]", html)
    assert len(colours) >= 4
    assert [each for each in colours if contrast_on_white(each) < 4.5] == []


def contrast_on_white(colour: str) -> float:
    """Of #rrggbb, by https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; AA asks for 4.5."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_a_school_that_was_never_heard_of_gets_a_report_that_says_so(facts: Facts):
    empty = Facts(period=OCTOBER, board=board(0, 1), school=board(0, 1).district.schools[0])
    html = as_html(made(empty))
    for words in ("No computer was heard of", "No network gear was asked", "Nothing went wrong", "No device came"):
        assert words in html


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_pdf_takes_less_than_five_seconds(facts: Facts):
    began = time.process_time()
    assert as_pdf(as_html(made(facts))).startswith(b"%PDF-")
    assert time.process_time() - began < 5


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_on_paper_no_word_lies_on_another_and_none_is_cut(pdf: Path):
    boxes = subprocess.run([tool("pdftotext"), "-bbox", pdf, "-"], capture_output=True, check=True, text=True).stdout
    pages = ElementTree.fromstring(boxes).iter("{http://www.w3.org/1999/xhtml}page")
    count = 0
    for page in pages:
        width, height = float(page.get("width", 0)), float(page.get("height", 0))
        words = [
            tuple(float(word.get(name, 0)) for name in ("xMin", "yMin", "xMax", "yMax")) for word in page if word.text
        ]
        count += len(words)
        assert all(x0 >= 36 and x1 <= width - 36 and y0 >= 30 and y1 <= height - 20 for x0, y0, x1, y1 in words)
        for place, one in enumerate(words):
            for other in words[place + 1 :]:
                across = min(one[2], other[2]) - max(one[0], other[0])
                down = min(one[3], other[3]) - max(one[1], other[1])
                # Lines stand close, and a box is taller than its letters.
                assert across < 1 or down < 0.6 * min(one[3] - one[1], other[3] - other[1]), (one, other)
    assert count > 100


def test_periods_are_said_as_people_say_them():
    assert (month("2026-02").last, month("2026-02").name) == (date(2026, 2, 28), "February 2026")
    found = quarter("2026-Q3")
    assert (found.first, found.last, found.name) == (date(2026, 7, 1), date(2026, 9, 30), "July to September 2026")
    for wrong in ("2026", "2026-13", "2026-Q5"):
        for read in (month, quarter):
            with pytest.raises(ValueError, match=r"for example|month must be"):
                read(wrong)


async def test_days_are_counted_by_school(store: Store):
    def work(connection: Connection) -> list[Attended]:
        for number, (school, kind) in enumerate(
            [("a", "computer"), ("a", "computer"), ("a", "network"), ("b", "computer")]
        ):
            facts = Device(device_id="", device_class="computer", school_id=school, serial=f"SERIAL{number}")
            enrolled = devices.enrol(connection, facts, now=1.0)
            if kind == "network":
                connection.exec_driver_sql(
                    f"UPDATE devices SET device_class = 'network' WHERE number = {enrolled.number}"
                )
            row = {"day": 20261005, "device_number": enrolled.number, "reports": 3, "first_measured_at": 0.0}
            polls = {"polls": 10, "polls_answered": 9} if kind == "network" else {"polls": 0, "polls_answered": 0}
            connection.execute(daily.insert(), row | {"last_measured_at": 1.0} | polls)
        return attendance.attended(connection, "a", 20261001, 20261031)

    assert await store.write(work) == [Attended(day=20261005, computers=2, polls=10, answered=9)]


def test_the_command_writes_a_report_of_a_school_and_of_the_district(tmp_path: Path):
    config = tmp_path / "collector.yml"
    config.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    (tmp_path / "schools.csv").write_text("school_id,name\nlincoln,Lincoln\n")
    out = tmp_path / "out.html"
    for options in (("--school", "lincoln", "--month", "2026-10"), ("--quarter", "2026-Q3")):
        assert main(["report", "--config", str(config), *options, "--format", "html", "--out", str(out)]) == 0
        assert "No computer was heard of" in out.read_text()
    assert main(["report", "--config", str(config), "--school", "lincon", "--month", "2026-10", "--out", str(out)]) == 1
