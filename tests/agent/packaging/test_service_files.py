"""What the system is told about the agent: hardened on Linux, well-formed elsewhere."""

import plistlib
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from systemd_units import complaints, exposure

PACKAGING = Path(__file__).parents[3] / "agent" / "packaging"
UNITS = sorted((PACKAGING / "linux").glob("*.service"))
PLISTS = sorted((PACKAGING / "macos").glob("*.plist"))
SHELL = [*sorted((PACKAGING / "linux").glob("debian.*")), *sorted((PACKAGING / "macos").glob("*.sh"))]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_little_that_the_agent_could_do_to_the_machine(unit: Path):
    assert exposure(unit) <= 3.0


@pytest.mark.parametrize(
    "unit", [*UNITS, PACKAGING / "linux" / "homeroom-agent-once.timer"], ids=lambda unit: unit.name
)
def test_systemd_knows_every_word_of_a_unit(unit: Path, tmp_path: Path):
    for each in (PACKAGING / "linux").glob("homeroom-agent*"):
        text = each.read_text().replace("/usr/bin/homeroom-agent", "/bin/true")
        (tmp_path / each.name).write_text(text)
    assert complaints(tmp_path / unit.name) == []


@pytest.mark.parametrize("plist", PLISTS, ids=lambda plist: plist.name)
def test_launchd_can_read_what_it_is_told(plist: Path):
    told = plistlib.loads(plist.read_bytes())
    assert told["Label"] == plist.stem
    assert told["ProgramArguments"][0] == "/Library/Homeroom/agent/homeroom-agent"
    assert told["Umask"] == 0o077
    ET.fromstring(plist.read_bytes())  # also for those who read comments


@pytest.mark.parametrize("script", SHELL, ids=lambda script: script.name)
def test_a_shell_can_read_every_script(script: Path):
    subprocess.run(["sh", "-n", script], check=True, timeout=10)


def test_every_place_that_macos_and_windows_are_given_is_removed_again():
    mac = (PACKAGING / "macos" / "uninstall.sh").read_text()
    for place in (
        "/Library/Homeroom",
        "/Library/Logs/Homeroom",
        "/Library/Application Support/Homeroom",
        "newsyslog.d",
    ):
        assert place in mac
    windows = (PACKAGING / "windows" / "uninstall.ps1").read_text()
    for place in ("ProgramFiles", "ProgramData", "Unregister-ScheduledTask"):
        assert place in windows
