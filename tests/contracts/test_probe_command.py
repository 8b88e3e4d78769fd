"""``homeroom snmp probe`` as other programs call it: a real agent, the contract's shape and exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import zygote
from free_ports import free_port
from snmp_agents import SNMPD, SNMPD_MISSING, simulator, snmpd

pytestmark = pytest.mark.skipif(SNMPD is None, reason=SNMPD_MISSING)

SECTIONS = {
    "target", "reachable", "snmp_version", "engine", "system", "identity", "interfaces", "processors", "memory",
    "storage", "sensors", "ups", "printer", "poe", "wireless", "neighbors", "physical", "errors", "poll",
}  # fmt: skip
# Without this machine's packages and connections: thousands of rows that nothing here is about.
VIEW = [
    "view device included .1",
    *(f"view device excluded .1.3.6.1.2.1.{table}" for table in ("25.6", "6.13", "6.19")),
]
CONFIGURATION = [
    *VIEW,
    "rocommunity public default -V device",
    "sysName lincoln-server",
    "sysContact Jane Doe <jane@district.example>",
    "sysLocation 12 Main Street",
    "createUser homeroom SHA first-password AES second-password",
    "rouser homeroom authpriv -V device",
]
V3 = ["--user=homeroom", "--auth=sha", "--priv=aes"]
PASSWORDS = {
    "HOMEROOM_SNMP_AUTH_PASSWORD": "first-password",
    "HOMEROOM_SNMP_PRIV_PASSWORD": "second-password",
}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), CONFIGURATION) as port:
        yield f"127.0.0.1:{port}"


def probe(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")} | environment
    return zygote.run(["snmp", "probe", *arguments], environment=known)


def document(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return json.loads(result.stdout)


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
@pytest.mark.parametrize("options", [["--version=1"], ["--version=2c"], [], V3], ids=["1", "2c", "default", "3"])
def test_the_answer_has_every_section(target, engine, options):
    result = probe(target, "--format=json", f"--engine={engine}", *options, **PASSWORDS)
    assert result.returncode == 0, result.stderr
    found = document(result)
    assert found.keys() >= SECTIONS
    assert (found["target"], found["reachable"], found["engine"]) == (target, True, engine)
    assert found["snmp_version"] == {"--version=1": "1", V3[0]: "3"}.get(options[0] if options else "", "2c")
    assert found["system"]["name"] == "lincoln-server"
    assert found["interfaces"]
    assert found["ups"] is None
    assert found["poe"] == []
    assert found["poll"]["requests"] > 0


def test_a_device_that_knows_version_1_only_is_asked_with_it(tmp_path):
    lines = ["com2sec reader default public", "group readers v1 reader", "view all included .1",
             'access readers "" v1 noauth exact all none none']  # fmt: skip
    with snmpd(tmp_path, lines) as port:
        found = document(probe(f"127.0.0.1:{port}", "--format=json", "--timeout=1", "--retries=1"))
    assert (found["reachable"], found["snmp_version"]) == (True, "1")


def test_a_device_that_does_not_answer_is_said_and_is_status_1():
    result = probe(f"127.0.0.1:{free_port()}", "--format=json", "--timeout=0.2", "--retries=0")
    assert result.returncode == 1
    found = document(result)
    assert found["reachable"] is False
    assert found.keys() >= SECTIONS
    assert found["errors"][0]["table"] == "session"


def test_a_wrong_password_is_said_and_is_status_1(target):
    result = probe(target, "--format=json", *V3, **PASSWORDS | {"HOMEROOM_SNMP_AUTH_PASSWORD": "not-the-password"})
    assert result.returncode == 1
    assert "authentication password or protocol is wrong" in document(result)["errors"][0]["error"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["127.0.0.1:0"], "not a port"),
        (["127.0.0.1", "--version=4"], "invalid choice"),
        (["127.0.0.1", "--version=3"], "--user"),
        (["127.0.0.1", "--version=2c", "--user=x"], "are of SNMPv3"),
        (["127.0.0.1", "--user=x", "--priv=aes"], "no privacy without authentication"),
        (["127.0.0.1", "--user=x", "--auth=sha"], "HOMEROOM_SNMP_AUTH_PASSWORD"),
        (["127.0.0.1", "--timeout=0"], "not between"),
        ([], "TARGET"),
    ],
)
def test_what_makes_no_sense_is_status_2_with_the_reason(arguments, words):
    result = probe(*arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_no_password_is_taken_from_the_command_line():
    said = probe("--help").stdout
    assert "password" in said
    assert "--auth-password" not in said


@pytest.mark.parametrize("style", ["table", "csv"])
def test_other_formats_are_for_people_and_spreadsheets(target, style):
    result = probe(target, f"--format={style}")
    assert result.returncode == 0, result.stderr
    assert "lincoln-server" in result.stdout


def test_a_recording_is_scrubbed_and_can_be_played(target, tmp_path):
    recording = tmp_path / "device.snmprec"
    result = probe(target, "--format=json", f"--record={recording}", *V3, **PASSWORDS)
    assert result.returncode == 0, result.stderr
    text = recording.read_text()
    for private in ("lincoln-server", "Jane", "Main Street", "first-password", "homeroom"):
        assert private not in text
    with simulator(tmp_path, tmp_path / "cache") as port:
        played = document(probe(f"127.0.0.1:{port}", "--community=device", "--format=json", "--timeout=5"))
    found = document(result)
    assert [each["name"] for each in played["interfaces"]] == [each["name"] for each in found["interfaces"]]
    assert played["system"]["description"].split()[0] == "Linux"
    assert played["system"]["name"] == "device"


def test_a_folder_that_is_not_there_is_told_before_the_device_is_asked(target, tmp_path):
    missing: Path = tmp_path / "nowhere" / "x.snmprec"
    result = probe(target, f"--record={missing}")
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{missing.parent} is no folder" in result.stderr


def test_a_recording_that_cannot_be_written_is_told(target, tmp_path):
    result = probe(target, f"--record={tmp_path}")
    assert result.returncode == 2
    assert "Is a directory" in result.stderr
