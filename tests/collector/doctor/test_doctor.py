"""``homeroom doctor`` names what is wrong, and what to do: faults are planted into one that is well."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

import killing
from free_ports import free_port
from homeroom_collector.cli import main
from homeroom_collector.doctor import telling
from killing import Ledger


@dataclass
class Patient:
    """A collector that ran and stopped, and the files around it, which a test may spoil."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "homeroom.db"

    def sql(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as store:
            store.execute(statement, values)

    def certificate(self, name: str = "tls", **options: Any) -> None:
        """A certificate of a CA that this machine does not know, whose own certificate is in the file, too."""
        authority = trustme.CA()
        issued = authority.issue_cert("collector.example", **options)
        chain = [each.bytes() for each in issued.cert_chain_pems] + [authority.cert_pem.bytes()]
        (self.folder / f"{name}.crt").write_bytes(b"".join(chain))
        (self.folder / f"{name}.key").write_bytes(issued.private_key_pem.bytes())
        (self.folder / f"{name}.key").chmod(0o600)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a collector leaves that ran for a moment and heard three devices."""
    folder = tmp_path_factory.mktemp("healthy")

    async def live() -> None:
        async with killing.serving(folder) as (collector, http):
            ledger = Ledger()
            await killing.enrol(collector, ledger, http, 3)
            for device in range(3):
                assert await killing.send(collector, ledger, http, device, [1])

    asyncio.run(live())
    return folder


@pytest.fixture
def patient(healthy: Path, tmp_path: Path) -> Patient:
    for name in ("homeroom.db", "schools.csv"):
        shutil.copy(healthy / name, tmp_path)
    made = Patient(tmp_path)
    made.file.chmod(0o600)
    made.certificate()
    made.settings = {
        "listen": {"port": free_port(), "tls": {"certificate": "tls.crt", "key": "tls.key"}},
        "store": {"url": "sqlite:///homeroom.db"},
        "schools": {"file": "schools.csv"},
    }
    return made


@pytest.fixture
def examine(patient: Patient, capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, list[dict[str, str]]]]:
    def look() -> tuple[int, list[dict[str, str]]]:
        config = patient.folder / "doctor.yml"
        config.write_text(json.dumps(patient.settings))
        status = main(["doctor", "--config", str(config), "--format", "json"])
        found = json.loads(capsys.readouterr().out)
        return status, [each for each in found if each["status"] != "ok"]

    return look


def test_of_a_collector_that_is_well_nothing_is_said(examine):
    assert examine() == (0, [])


def _expired(patient: Patient) -> None:
    patient.certificate(not_after=datetime.now(UTC) - timedelta(days=3))


def _soon(patient: Patient) -> None:
    patient.certificate(not_after=datetime.now(UTC) + timedelta(days=3))


def _other_key(patient: Patient) -> None:
    patient.certificate("other")
    patient.settings["listen"]["tls"]["key"] = "other.key"


def _no_chain(patient: Patient) -> None:
    file = patient.folder / "tls.crt"
    file.write_text(file.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")


def _open_key(patient: Patient) -> None:
    (patient.folder / "tls.key").chmod(0o644)


def _clock_went_back(patient: Patient) -> None:
    patient.sql("UPDATE latest SET received_at = ?", time.time() + 7_200)


def _clock_is_wrong(patient: Patient) -> None:
    patient.sql("UPDATE latest SET clock_skew_seconds = 900.0")


def _damaged(patient: Patient) -> None:
    body = bytearray(patient.file.read_bytes())
    body[4096 * 4 : 4096 * 40] = b"\x5a" * (4096 * 36)
    patient.file.write_bytes(body)


def _newer(patient: Patient) -> None:
    patient.sql("UPDATE alembic_version SET version_num = '9999'")


def _older(patient: Patient) -> None:
    patient.sql("UPDATE alembic_version SET version_num = '0003'")


def _open_store(patient: Patient) -> None:
    patient.file.chmod(0o644)


def _silent_switch(patient: Patient) -> None:
    target = {"name": "core-1", "host": "127.0.0.1", "port": free_port(), "school": "lincoln"}
    ways = [{"name": "read", "community": "public"}]
    patient.settings["snmp"] = {"credentials": ways, "targets": [target], "timeout": "1s"}


def _old_feed(patient: Patient) -> None:
    patient.sql("INSERT INTO calendar_feeds VALUES ('x', x'00', ?)", time.time() - 30 * 86_400)


def _year_over(patient: Patient) -> None:
    (patient.folder / "calendar.yml").write_text("terms: [{first: 2020-08-17, last: 2021-05-28}]\n")
    patient.settings["calendar"] = {"file": "calendar.yml"}


def _no_prometheus(patient: Patient) -> None:
    endpoint = {"name": "long", "url": f"http://127.0.0.1:{free_port()}/api/v1/write"}
    patient.settings["remote_write"] = {"endpoints": [endpoint]}


def _unknown_name(patient: Patient) -> None:
    endpoint = {"name": "long", "url": "https://prometheus.invalid/api/v1/write"}
    patient.settings["remote_write"] = {"endpoints": [endpoint]}


def _no_desk(patient: Patient) -> None:
    (patient.folder / "secret").write_text("s3cret")
    (patient.folder / "secret").chmod(0o600)
    desk = {"url": f"http://127.0.0.1:{free_port()}", "queue": "General", "token": {"file": "secret"}}
    (patient.folder / "tickets.yml").write_text(json.dumps({"desk": "request_tracker", "request_tracker": desk}))
    patient.settings["tickets"] = {"file": "tickets.yml"}


def _missing_secret(patient: Patient) -> None:
    patient.settings["snmp"] = {"credentials": [{"name": "read", "community_file": "nowhere"}]}


def _open_secret(patient: Patient) -> None:
    (patient.folder / "community").write_text("s3cret")
    (patient.folder / "community").chmod(0o644)
    patient.settings["snmp"] = {"credentials": [{"name": "read", "community_file": "community"}]}


def _no_variable(patient: Patient) -> None:
    patient.settings["snmp"] = {"credentials": [{"name": "read", "community_env": "HOMEROOM_NOT_THERE"}]}


def _spelling(patient: Patient) -> None:
    patient.settings["lisen"] = {}


PLANTED: list[tuple[Callable[[Patient], None], str, str, str]] = [
    (_expired, "certificate expiry", "fail", "expired on"),
    (_soon, "certificate expiry", "warning", "expires in 2 days"),
    (_other_key, "certificate key", "fail", "is not the key of"),
    (_no_chain, "certificate chain", "warning", "does not know"),
    (_open_key, "certificate key", "fail", "everybody on this machine"),
    (_clock_went_back, "clock", "fail", "our clock went back"),
    (_clock_is_wrong, "clock", "fail", "900 s or more ahead of us"),
    (_damaged, "store integrity", "fail", "the store is damaged"),
    (_newer, "store schema", "fail", "newer than this program's"),
    (_older, "store schema", "warning", "version 0003"),
    (_open_store, "store permissions", "fail", "everybody on this machine"),
    (_silent_switch, "snmp", "fail", "core-1"),
    (_old_feed, "calendar", "warning", "30 days ago"),
    (_year_over, "calendar", "warning", "no instruction within 90 days"),
    (_no_prometheus, "prometheus", "fail", "cannot be reached"),
    (_unknown_name, "prometheus", "fail", "nobody knows the name prometheus.invalid"),
    (_no_desk, "help desk", "fail", "cannot be reached"),
    (_missing_secret, "secrets", "fail", "cannot be read"),
    (_open_secret, "secrets", "fail", "everybody on this machine"),
    (_no_variable, "secrets", "fail", "HOMEROOM_NOT_THERE"),
    (_spelling, "configuration", "fail", "listen"),
]


@pytest.mark.parametrize(("plant", "check", "status", "says"), PLANTED, ids=[each[0].__name__ for each in PLANTED])
def test_a_fault_is_named_with_what_to_do(
    patient: Patient, examine, plant: Callable[[Patient], None], check: str, status: str, says: str
):
    plant(patient)
    code, found = examine()
    named = [each for each in found if each["check"] == check and says in each["says"]]
    assert named, found
    assert (named[0]["status"], code) == (status, 1 if any(each["status"] == "fail" for each in found) else 0)
    assert all(each["do"] for each in found), "each says what to do"
    assert "s3cret" not in json.dumps(found)


@pytest.fixture
def stranger(patient: Patient) -> Iterator[None]:
    """Another program on our port, which does not speak."""
    with socket.create_server(("127.0.0.1", patient.settings["listen"]["port"])):
        yield


def test_another_program_on_our_port_is_named(stranger: None, patient: Patient, examine):
    del patient.settings["listen"]["tls"]
    code, found = examine()
    assert [(each["check"], each["status"]) for each in found] == [("port", "fail")]
    assert (code, "ss -ltnp" in found[0]["do"]) == (1, True)


def test_agents_that_were_left_behind_are_named(patient: Patient, examine, monkeypatch: pytest.MonkeyPatch):
    patient.sql("UPDATE latest SET report = json_set(report, '$.agent_version', '0.1.0')")
    monkeypatch.setattr(telling, "__version__", "0.9.0")
    code, found = examine()
    assert (code, found[0]["check"], found[0]["says"]) == (0, "agents", "3 of 3 agents are old: 3 with 0.1.0")


def test_ten_faults_at_once_are_all_named(patient: Patient, examine):
    spoil = (_expired, _open_key, _clock_is_wrong, _open_store, _silent_switch, _old_feed, _year_over, _no_desk)
    for plant in (*spoil, _no_prometheus):
        plant(patient)
    _open_secret_beside(patient)
    code, found = examine()
    assert code == 1
    checks = {"certificate expiry", "certificate key", "clock", "store permissions", "snmp", "calendar"}
    assert checks | {"prometheus", "help desk", "secrets"} <= {each["check"] for each in found}
    assert len(found) >= 10


def _open_secret_beside(patient: Patient) -> None:
    snmp = dict(patient.settings["snmp"])
    _open_secret(patient)
    patient.settings["snmp"] = snmp | {"credentials": patient.settings["snmp"]["credentials"]}
