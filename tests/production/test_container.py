"""The container: what compose and the programs in it say of their files, and that it is confined as it should be.

Files are laid where their containers would have them, in a mount namespace of the test's own.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack import tool

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "configs" / "container"
COMPOSE = yaml.safe_load((PLACE / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRETS = sorted(COMPOSE["secrets"])
COLLECTOR = "/etc/homeroom/collector.yml"
CONTAINERFILE = (PLACE / "Containerfile").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_has_rights_or_a_root_that_it_could_write_to(name: str):
    service = SERVICES[name]
    user, _, _ = service["user"].partition(":")
    assert int(user) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & service.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_says_how_it_fares_and_writes_to_one_volume_only(name: str):
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    written = [mount for mount in service["volumes"] if not mount.endswith(":ro")]
    assert [mount.split(":")[0] for mount in written] == ["homeroom" if name == "collector" else name]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_container_is_given_is_there(name: str):
    given = [mount.split(":")[0] for mount in SERVICES[name]["volumes"] if mount.startswith(".")]
    assert [path for path in given if not (PLACE / path).exists()] == []
    assert "SECRET" not in str(SERVICES[name].get("environment", {}))
    assert set(SERVICES[name].get("secrets", [])) <= set(SECRETS)


def test_nothing_listens_beyond_this_machine():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_image_belongs_to_a_user_of_its_own_and_takes_only_what_is_locked():
    last = CONTAINERFILE.rsplit("FROM ", maxsplit=1)[1]
    assert "\nUSER 10001:10001\n" in last
    assert SERVICES["collector"]["user"] == "10001:10001"
    assert [
        line for line in CONTAINERFILE.splitlines() if "pip install" in line and "--require-hashes" not in line
    ] == []
    copied = [
        line.split()[1] for line in CONTAINERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line
    ]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    sent = (PLACE / "Containerfile.dockerignore").read_text().splitlines()
    assert [path for path in copied if f"!{path}" not in sent] == []


def test_compose_understands_every_word():
    command = [tool("docker-compose"), "--file", str(PLACE / "compose.yml"), "config", "--quiet"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_alertmanager_inside_differs_only_in_where_homeroom_is():
    outside = yaml.safe_load((ROOT / "configs" / "alertmanager" / "alertmanager.yml").read_text())
    inside = yaml.safe_load((PLACE / "alertmanager.yml").read_text())
    (webhook,) = next(each["webhook_configs"] for each in outside["receivers"] if each["name"] == "homeroom")
    webhook["url"] = "http://collector:8080/api/v1/alerts"
    webhook["http_config"]["authorization"]["credentials_file"] = "/run/secrets/alertmanager-token"
    assert inside == outside


# What is written below /etc stays in memory, and goes with the namespace.
NAMESPACE = """
set -e
mount -t tmpfs tmpfs /run
mkdir /run/upper /run/work /run/secrets
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
"""


def laid_out(name: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program where the files of a service lie as they would in its container, and its secrets with them."""
    mounts = [mount.split(":")[:2] for mount in SERVICES[name]["volumes"] if ":/etc/" in mount]
    lines = [f"mkdir -p $(dirname {target}); cp -r {(PLACE / source).resolve()} {target}" for source, target in mounts]
    secrets = [f"echo secret >/run/secrets/{secret}" for secret in SECRETS]
    script = "\n".join([NAMESPACE, *lines, *secrets, '"$@"'])
    inside = [tool("unshare"), "--mount", "sh", "-c", script, "sh", *command]
    return subprocess.run(inside, capture_output=True, text=True, timeout=60, check=False)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs a mount namespace; run the tests as root")


@needs_root
@pytest.mark.parametrize(
    ("name", "program", "words"),
    [
        ("collector", sys.executable, ["-m", "homeroom_collector", "check-config", "--config", COLLECTOR]),
        ("prometheus", "promtool", ["check", "config", "/etc/prometheus/prometheus.yml"]),
        ("alertmanager", "amtool", ["check-config", "/etc/alertmanager/alertmanager.yml"]),
    ],
)
def test_each_program_accepts_its_files_where_they_are_mounted(name: str, program: str, words: list[str]):
    ran = laid_out(name, [tool(program), *words])
    assert ran.returncode == 0, ran.stdout + ran.stderr
