"""``homeroom snmp discover`` against real agents on several loopback addresses."""

from __future__ import annotations

import csv
import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import zygote
from fast_agent import fast_agent, switch
from free_ports import free_port
from homeroom_collector import strict
from homeroom_collector.snmp.settings import SnmpSettings, problems, with_files
from snmp_agents import SNMPD, SNMPD_MISSING, running, snmpd, until_bound

needs_snmpd = pytest.mark.skipif(SNMPD is None, reason=SNMPD_MISSING)


def discover(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return zygote.run(["snmp", "discover", *arguments], cwd=folder)


def rows(result: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    assert result.returncode == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture(scope="module")
def switches() -> Iterator[int]:
    """A switch at every address of 127.0.0.0/8 but those of 127.255.0.0/16."""
    with fast_agent(switch(8)) as (port, _):
        yield port


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    (tmp_path / "schools.csv").write_text(
        "school_id,name,level,grades,enrollment_students,bandwidth_contracted_mbps,networks,timezone\n"
        "lincoln,Lincoln,high,9-12,800,1000,127.9.0.0/16,\n"
        "annex,Annex,high,9-12,80,100,127.9.1.0/24,\n"
    )
    (tmp_path / "collector.yml").write_text(
        "schools: {file: schools.csv}\n"
        "snmp:\n"
        "  credentials:\n"
        "    - {name: district, version: '2c', community: public}\n"
    )
    return tmp_path / "collector.yml"


def test_a_dry_run_says_what_would_be_asked_and_asks_nobody(tmp_path):
    result = discover(tmp_path, "10.0.0.0/22", "--community", "public", "--dry-run")
    assert result.returncode == 0
    assert "would ask 1022 addresses at port 161" in result.stdout
    assert "with 1 credentials" in result.stdout


@pytest.mark.parametrize("network", ["10.0.0.0/99", "10.0.0.9-10.0.0.1", "fe80::-10.0.0.1", "printer", "10.0.0.0/8"])
def test_what_is_no_network_is_a_usage_error(tmp_path, network):
    result = discover(tmp_path, network, "--community", "public")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_devices_are_found_recognised_and_given_to_their_schools(switches, configuration):
    result = discover(
        configuration.parent, "127.9.0.1-127.9.0.2", "127.9.1.7", "127.255.0.1-127.255.0.30", f"--port={switches}",
        "--config", "collector.yml", "--timeout=0.5", "--retries=0", "--output=targets.yml", "--format=csv",
    )  # fmt: skip
    found = rows(result)
    assert [(row["address"], row["school"], row["credentials"]) for row in found] == [
        ("127.9.0.1", "lincoln", "district"),
        ("127.9.0.2", "lincoln", "district"),
        ("127.9.1.7", "annex", "district"),
    ]
    assert {row["kind"] for row in found} == {"switch"}
    targets = yaml.safe_load((configuration.parent / "targets.yml").read_text())
    assert targets[0] == {
        "name": "lincoln-2",
        "host": "127.9.0.1",
        "credentials": "district",
        "port": switches,
        "school": "lincoln",
    }
    assert len({target["name"] for target in targets}) == 3


def test_targets_that_were_there_stay_as_they_are(switches, configuration):
    output = configuration.parent / "targets.yml"
    kept = {"name": "core", "host": "127.9.0.1", "credentials": "district", "kind": "router"}
    strict.write_yaml(output, [kept])
    for _ in range(2):
        result = discover(
            configuration.parent, "127.9.0.1-127.9.0.2", f"--port={switches}", "--config", "collector.yml",
            "--timeout=0.5", "--retries=0", "--output=targets.yml",
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
    targets = yaml.safe_load(output.read_text())
    assert targets[0] == kept
    assert [target["host"] for target in targets] == ["127.9.0.1", "127.9.0.2"]


def test_the_written_targets_are_read_by_the_collector(switches, configuration):
    discover(
        configuration.parent, "127.9.0.1", f"--port={switches}", "--config", "collector.yml", "--output=targets.yml"
    )
    section = yaml.safe_load(configuration.read_text())["snmp"]
    settings = strict.decode(SnmpSettings, section | {"targets_from": [str(configuration.parent / "targets.yml")]})
    complete = with_files(settings)
    assert problems(complete) == []
    assert [target.host for target in complete.targets] == ["127.9.0.1"]


@needs_snmpd
def test_one_device_with_many_addresses_is_found_once(tmp_path):
    port = free_port()
    places = ",".join(f"udp:127.0.0.{number}:{port}" for number in (3, 4, 5))
    (tmp_path / "snmpd.conf").write_text(f"agentAddress {places}\nrocommunity public\nsysName one\n")
    command = [str(SNMPD), "-f", "-Lf", "log", "-C", "-c", str(tmp_path / "snmpd.conf"), "-p", str(tmp_path / "pid")]
    command[3] = str(tmp_path / "log")
    with running(command, os.environ | {"SNMP_PERSISTENT_DIR": str(tmp_path / "p"), "MIBS": ""}):
        until_bound(port, host="127.0.0.3")
        found = rows(
            discover(tmp_path, "127.0.0.0/29", f"--port={port}", "--community", "public", "--timeout=2", "--format=csv")
        )
    assert [(row["address"], row["also"]) for row in found] == [("127.0.0.3", "127.0.0.4 127.0.0.5")]


@needs_snmpd
def test_a_device_that_knows_another_password_is_told(tmp_path):
    with snmpd(tmp_path, ["createUser homeroom SHA right-password", "rouser homeroom auth"]) as port:
        (tmp_path / "password").write_text("wrong-password\n")
        (tmp_path / "password").chmod(0o600)
        (tmp_path / "collector.yml").write_text(
            "snmp:\n  credentials:\n"
            "    - {name: core, version: '3', user: homeroom, auth: sha, auth_password_file: password}\n"
        )
        result = discover(tmp_path, "127.0.0.1", f"--port={port}", "--config", "collector.yml", "--format=csv")
    assert [row["address"] for row in rows(result)] == ["127.0.0.1"]
    assert "authentication password or protocol is wrong" in result.stderr
