import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from collector.collecting import collecting, settings_at
from homeroom_agent.report import NetworkGear, Report
from homeroom_agent.report.network import GearIdentity, Interface, Wireless
from homeroom_collector.cli import main
from homeroom_collector.ingest.service import NetworkSink
from homeroom_collector.model import Device


@pytest.fixture
def config(tmp_path: Path) -> list[str]:
    """A switch that E-rate paid for and that is polled, and one that nobody can find any more."""
    (tmp_path / "schools.csv").write_text("school_id,name,enrollment_students\nlincoln,Lincoln,500\n")
    (tmp_path / "devices.csv").write_text(
        "asset_tag,serial,school_id,room,assignment,purchase_date,cost,state,erate_year,erate_frn,erate_install_date\n"
        "N1,sg1,lincoln,MDF,infrastructure,2026-07-06,4125.00,in_use,FY2026,2699012345,2026-08-14\n"
        "N2,SG2,lincoln,,infrastructure,2026-07-06,4125.00,lost,FY2026,2699012345,2026-08-14\n"
        "L1,S1,lincoln,12,one_to_one,2026-07-06,389.00,in_use,,,\n"
    )
    file = tmp_path / "collector.yml"
    file.write_text("store: {url: 'sqlite:///homeroom.db'}\nschools: {file: schools.csv}\n")
    asyncio.run(polled(tmp_path))
    assert main(["import", "devices", str(tmp_path / "devices.csv"), "--config", str(file)]) == 0
    return ["--today", "2026-11-22", "--format", "json", "--config", str(file)]


async def polled(folder: Path) -> None:
    ports = [Interface(index=number, type=6, oper_status="up" if number < 4 else "down") for number in range(1, 9)]
    gear = NetworkGear(
        reachable=True, identity=GearIdentity(serial="SG1"), interfaces=ports, wireless=Wireless(clients=7)
    )
    async with collecting(settings_at(folder)) as running:
        collector = running.collector
        sink = NetworkSink(collector.commit, collector.intake.wire, collector.fleet.put_device)
        await sink.register(Device(device_id="mdf-1", device_class="network", school_id="lincoln"))
        now = time.time()
        await sink.submit(Report(device_id="mdf-1", source="snmp", sequence=1, measured_at=now, network=gear))


def shown(config: list[str], capsys: pytest.CaptureFixture[str], what: str) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    status = main(["erate", what, *config])
    return status, json.loads(capsys.readouterr().out)


def test_the_budget_of_each_cycle_is_shown_with_what_is_spent_and_left(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _, rows = shown(config, capsys, "budget")
    now = next(row for row in rows if row["cycle"] == "FY2026-2030")
    # Lincoln's 500 students at 201.57 and the floor of Roosevelt, whose enrolment nobody said: 100,785 and 30,175.
    assert (now["budget"], now["spent"], now["left"]) == ("130960.00", "8250.00", "122710.00")
    assert now["without_enrollment"] == "roosevelt"
    assert now["school_id"] is None


def test_the_audit_export_has_every_date_and_the_measured_use(
    config: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, rows = shown(config, capsys, "equipment")
    assert status == 0
    assert [row["asset"] for row in rows] == ["N1", "N2"]
    assert (rows[0]["disposal_from"], rows[0]["records_until"]) == ("2031-08-14", "2037-09-30")
    assert rows[0]["in_use"].endswith("3 of 8 ports in use, 7 wireless clients")
    assert rows[1]["in_use"] is None


def test_findings_are_for_scripts_too(config: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, rows = shown(config, capsys, "findings")
    assert status == 1
    assert [(row["asset"], row["finding"]) for row in rows] == [("N2", "no room"), ("N2", "lost")]
