from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from homeroom_collector.errors import SourceError
from homeroom_collector.model import School
from homeroom_collector.rules.calendar_book import CalendarBook
from homeroom_collector.sources import calendar_feeds
from homeroom_collector.sources.calendar_keeper import CalendarKeeper, Plan
from homeroom_collector.sources.calendar_settings import CalendarSettings, FeedSettings, PartSettings
from homeroom_collector.store import Store, closures, open_store
from homeroom_collector.store.calendar_memory import CalendarMemory

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 2, 1, 12, tzinfo=ZONE).timestamp()
BREAK = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Winter Recess\r\n"
    b"DTSTART;VALUE=DATE:20260216\r\nDTEND;VALUE=DATE:20260221\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
HILL, VALE = School(school_id="hill", name="Hill"), School(school_id="vale", name="Vale")
MONDAY, RECESS = date(2026, 2, 9), date(2026, 2, 17)


class District:
    """A web server that publishes a calendar, until it fails."""

    def __init__(self) -> None:
        self.status = 200

    async def answer(self, _request: web.Request) -> web.Response:
        return web.Response(status=self.status, body=BREAK)


@pytest.fixture
async def district() -> AsyncIterator[tuple[District, str]]:
    district, app = District(), web.Application()
    app.add_routes([web.get("/private-key/basic.ics", district.answer)])
    server = TestServer(app)
    await server.start_server(access_log=None)  # its log would name the address, which ours must not
    try:
        yield district, str(server.make_url("/private-key/basic.ics"))
    finally:
        await server.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path / 'homeroom.db'}") as store:
        yield store


def keeper(store: Store, folder: Path, settings: CalendarSettings) -> CalendarKeeper:
    return CalendarKeeper(Plan(settings=settings, zone=ZONE, folder=folder), CalendarMemory(store))


def has_school(book: CalendarBook, school: School, day: date) -> bool:
    return bool(book.of(school).rules.bells(day))


async def test_a_feed_of_the_district_closes_every_school(
    store: Store, tmp_path: Path, district: tuple[District, str]
) -> None:
    _, address = district
    kept = keeper(store, tmp_path, CalendarSettings(feeds=(FeedSettings(source=address),)))
    book = await kept.refresh(NOW)
    assert not has_school(book, HILL, RECESS)
    assert has_school(book, HILL, MONDAY)
    assert kept.read_at == {"feeds[0]": NOW}


async def test_a_file_of_one_school_closes_only_that_one(store: Store, tmp_path: Path) -> None:
    (tmp_path / "hill.ics").write_bytes(BREAK)
    part = PartSettings(feeds=(FeedSettings(source="hill.ics"),))
    book = await keeper(store, tmp_path, CalendarSettings(schools={"hill": part})).refresh(NOW)
    assert not has_school(book, HILL, RECESS)
    assert has_school(book, VALE, RECESS)


async def test_a_feed_that_fails_leaves_what_it_said_even_over_a_restart(
    store: Store, tmp_path: Path, district: tuple[District, str], caplog: pytest.LogCaptureFixture
) -> None:
    server, address = district
    settings = CalendarSettings(feeds=(FeedSettings(source=address),))
    kept = keeper(store, tmp_path, settings)
    await kept.refresh(NOW)
    server.status = 500
    assert not has_school(await kept.refresh(NOW + 60), HILL, RECESS)
    restarted = keeper(store, tmp_path, settings)
    assert not has_school(await restarted.recall(NOW + 120), HILL, RECESS)
    assert "answered 500" in caplog.text
    assert "private-key" not in caplog.text, "the address of a private calendar is a secret"


async def test_a_day_called_off_is_heard_of_and_can_be_taken_back(store: Store, tmp_path: Path) -> None:
    kept = keeper(store, tmp_path, CalendarSettings())
    assert has_school(await kept.recall(NOW), HILL, MONDAY)
    snow = closures.Closure(school_id="hill", day=MONDAY, reason="snow", declared_at=NOW)
    await store.write(lambda connection: closures.declare(connection, [snow]))
    assert await kept.look_for_closures()
    assert not await kept.look_for_closures()
    assert not has_school(kept.book(), HILL, MONDAY)
    assert has_school(kept.book(), VALE, MONDAY)
    assert await store.write(lambda connection: closures.withdraw(connection, "hill", MONDAY))
    ice = closures.Closure(school_id="", day=MONDAY, reason="ice", declared_at=NOW)
    await store.write(lambda connection: closures.declare(connection, [ice]))
    assert await kept.look_for_closures()
    assert not has_school(kept.book(), VALE, MONDAY)


@pytest.mark.parametrize("source", ["missing.ics", "http://127.0.0.1:1/x.ics", "."])
async def test_what_cannot_be_read_is_said_in_words(source: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        await calendar_feeds.fetch(source, tmp_path)


async def test_a_feed_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_feeds, "MOST_BYTES", 10)
    (tmp_path / "long.ics").write_bytes(BREAK)
    with pytest.raises(SourceError, match="larger than"):
        await calendar_feeds.fetch("long.ics", tmp_path)
