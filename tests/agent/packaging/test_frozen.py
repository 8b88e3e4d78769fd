"""The agent without Python: built here, compared with the source, installed from its package, and removed again."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent_servers import Collector, serving

ROOT = Path(__file__).parents[3]
PACKAGING = ROOT / "agent" / "packaging"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(sys.platform != "linux", reason="the package is Debian's"),
]


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once, however many processes run these tests."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "frozen-agent"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            folders = ["--distpath", shared / "dist", "--workpath", shared / "work"]
            spec = PACKAGING / "frozen" / "homeroom-agent.spec"
            subprocess.run(
                [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *folders, spec],
                check=True,
                timeout=900,
            )
            (shared / "done").touch()
    return shared / "dist" / "homeroom-agent"


@pytest.fixture
def package(frozen: Path, tmp_path: Path) -> Path:
    built = subprocess.run(
        [sys.executable, PACKAGING / "linux" / "build_deb.py", frozen, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    return Path(built.stdout.strip())


def shown(*program: str | Path) -> dict[str, Any]:
    environment = {**os.environ, "HOMEROOM_AGENT_SPOOL_DIRECTORY": "/nonexistent/homeroom"}
    ran = subprocess.run([*program, "show"], capture_output=True, text=True, check=True, timeout=300, env=environment)
    return json.loads(ran.stdout)


def test_the_frozen_agent_reports_what_the_source_reports(frozen: Path):
    from_source = shown(sys.executable, "-m", "homeroom_agent")
    from_frozen = shown(frozen / "homeroom-agent")
    assert from_frozen.keys() == from_source.keys()
    for section in ("identity", "os", "disks", "unavailable", "display", "windows11", "agent_version"):
        assert from_frozen.get(section) == from_source.get(section)
    assert [run["name"] for run in from_frozen["probes"]] == [run["name"] for run in from_source["probes"]]
    assert [run.get("error") for run in from_frozen["probes"]] == [run.get("error") for run in from_source["probes"]]
    for section in ("cpu", "memory", "uptime"):
        assert from_frozen[section].keys() == from_source[section].keys()
    for section in ("filesystems", "links", "batteries", "temperatures"):
        assert [row.keys() for row in from_frozen[section]] == [row.keys() for row in from_source[section]]


def test_the_frozen_agent_stays_small_and_sends(frozen: Path, tmp_path: Path):
    with serving(Collector()) as collector:
        environment = {
            **os.environ,
            "HOMEROOM_AGENT_COLLECTOR_URL": collector.url,
            "HOMEROOM_AGENT_COLLECTOR_TOKEN": "token",
            "HOMEROOM_AGENT_COLLECTOR_PROXY": "none",
            "HOMEROOM_AGENT_SPOOL_DIRECTORY": str(tmp_path / "state"),
        }
        with subprocess.Popen([frozen / "homeroom-agent", "run"], env=environment) as agent:
            for _ in range(600):
                if collector.reports or agent.poll() is not None:
                    break
                try:
                    agent.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            status = Path(f"/proc/{agent.pid}/status").read_text()
            agent.terminate()
            assert agent.wait(60) == 0
    assert collector.reports
    resident_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident_kb <= 22_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A system that has nothing but a register of packages and of users."""
    if not shutil.which("dpkg"):
        pytest.skip("apt-get install dpkg")
    folder = tmp_path / "root"
    for place in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "etc", "usr/bin", "usr/lib"):
        (folder / place).mkdir(parents=True)
    (folder / "var/lib/dpkg/status").touch()
    (folder / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\n")
    return folder


def dpkg(root: Path, *arguments: str | Path) -> None:
    subprocess.run(
        [
            "dpkg",
            f"--root={root}",
            "--force-script-chrootless,not-root,depends,bad-path",
            "--log=/dev/null",
            *arguments,
        ],
        check=True,
        timeout=600,
        capture_output=True,
    )


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text(errors="replace") if path.name in ("passwd", "group") else ""
        for path in root.rglob("*")
        if "var/lib/dpkg" not in path.as_posix() and (path.is_symlink() or path.is_file())
    }


def test_the_package_installs_runs_and_its_removal_leaves_nothing(package: Path, root: Path):
    before = files(root)
    dpkg(root, "--install", package)
    assert (root / "lib/systemd/system/homeroom-agent.service").exists()
    assert (root / "etc/homeroom-agent/agent.toml").stat().st_mode & 0o007 == 0
    program = root / "usr/bin/homeroom-agent"
    assert shown(program)["agent_version"]
    sound = subprocess.run([program, "check-config"], capture_output=True, text=True, timeout=300, check=False)
    assert sound.returncode == 2
    assert "collector.url: missing" in sound.stderr
    for leftover in ("var/lib/homeroom-agent/spool.db", "run/homeroom-agent/spool.db", "etc/homeroom-agent/token"):
        (root / leftover).parent.mkdir(parents=True, exist_ok=True)
        (root / leftover).touch()
    dpkg(root, "--remove", "homeroom-agent")
    assert (root / "var/lib/homeroom-agent/spool.db").exists()
    dpkg(root, "--purge", "homeroom-agent")
    # The register of users keeps a lock and copies of its own whenever a user comes or goes.
    registers = (
        "etc/.pwd.lock",
        "etc/passwd-",
        "etc/group-",
        "etc/shadow",
        "etc/shadow-",
        "etc/gshadow",
        "etc/gshadow-",
    )
    assert {name: text for name, text in files(root).items() if name not in registers} == before
    assert [path for path in root.rglob("*homeroom*") if "var/lib/dpkg" not in path.as_posix()] == []
