"""A stored report with what is kept beside it is read in one go, as it would be from one text."""

from typing import Any

import msgspec
import pytest

from collector.ingest.test_merge import NOW, WIRE, Shelf, made
from homeroom_agent.errors import ReportError
from homeroom_collector.ingest.joined import googles, newest_report, stored_report
from homeroom_collector.store.latest import Stored

SLOW: dict[str, Any] = {
    "identity": {"platform": "linux", "model": "Classbook 14"},
    "os": {"name": "Debian", "version": "12"},
    "disks": [{"name": "nvme0n1", "wear_ratio": 0.1}],
}
FAST: dict[str, Any] = {"cpu": {"usage_ratio": 0.3}, "batteries": [{"name": "BAT0", "charge_ratio": 0.5}]}


def stored(*reports: dict[str, Any], google: str | None = None) -> Stored:
    shelf = Shelf()
    for report in reports:
        shelf.take([report], writer=report["source"])
    return Stored("dev", 1, shelf.row["report"], shelf.row.get("kept"), shelf.row["measured_at"], NOW, None, google)


def both_ways(found: Stored) -> tuple[Any, Any]:
    quick: Any = newest_report(found, WIRE, googles(found))
    whole: Any = WIRE.report(stored_report(found))
    return msgspec.structs.asdict(quick), msgspec.structs.asdict(whole)


@pytest.mark.parametrize("source", ["agent", "extension"])
def test_what_a_device_said_earlier_stands_beside_what_it_said_last(source: str):
    found = stored(made(1, NOW - 60, **SLOW, source=source), made(2, NOW, **FAST, source=source))
    quick, whole = both_ways(found)
    assert found.kept
    assert quick == whole
    assert quick["identity"].model == "Classbook 14"
    assert quick["cpu"].usage_ratio == 0.3
    assert found.report
    assert WIRE.newest(found.report, found.kept), "it was written anew"


def test_what_it_said_last_wins():
    first = made(1, NOW - 60, **(SLOW | {"cpu": {"usage_ratio": 0.9}}))
    quick, whole = both_ways(stored(first, made(2, NOW, **(FAST | {"os": {"version": "13"}}))))
    assert quick == whole
    assert (quick["os"].version, quick["os"].name, quick["cpu"].usage_ratio) == ("13", None, 0.3)


def test_a_report_with_nothing_beside_it_is_that_report():
    quick, whole = both_ways(stored(made(1, NOW, **FAST)))
    assert quick == whole


@pytest.mark.parametrize("last", ["agent", "extension"])
def test_where_two_sources_speak_the_rules_decide_who_is_believed(last: str):
    other = {"agent": "extension", "extension": "agent"}[last]
    found = stored(made(1, NOW - 60, **(SLOW | FAST), source=other), made(2, NOW, **FAST, source=last))
    assert found.report
    assert WIRE.newest(found.report, found.kept) is None
    quick, whole = both_ways(found)
    assert quick == whole


def test_what_google_says_is_joined():
    google = msgspec.json.encode({"directory": [NOW + 5, {"os": {"version": "142"}}]}).decode()
    quick, whole = both_ways(stored(made(1, NOW, **FAST, source="extension"), google=google))
    assert quick == whole
    assert quick["os"] is not None


def test_a_bound_that_became_tighter_is_named():
    found = stored(made(1, NOW - 60, **SLOW), made(2, NOW, **FAST))
    assert found.kept
    with pytest.raises(ReportError, match="wear_ratio"):
        newest_report(found._replace(kept=found.kept.replace("0.1", "11.0")), WIRE, [])
