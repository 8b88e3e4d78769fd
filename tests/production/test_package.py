"""The Debian package of the collector, here without the libraries; with all of them it is made by ``make soak``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from debian_root import in_overlay
from stack import tool

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "collector" / "packaging"
SMALL = "import sys, pathlib, build_deb; print(build_deb.main(pathlib.Path(sys.argv[1]), 'none', []))"


def built(folder: Path) -> Path:
    tool("dpkg-deb")
    ran = subprocess.run(
        [sys.executable, "-c", SMALL, folder],
        cwd=folder.parent, env=os.environ | {"PYTHONPATH": str(PACKAGING)},
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("package") / "dist")


INSTALLED = """
set -e
dpkg --install --force-depends /package.deb >/dev/null
stat -c '%n %U:%G %a' /etc/homeroom /etc/homeroom/collector.yml /var/lib/homeroom
getent passwd homeroom | cut -d: -f6,7
readlink -f /usr/bin/homeroom
grep -c 'url: sqlite:////var/lib/homeroom/homeroom.db ' /etc/homeroom/collector.yml
head -1 /opt/homeroom/bin/homeroom
ls /lib/systemd/system/homeroom*.service
echo secret >/etc/homeroom/community
echo changed >>/etc/homeroom/schools.csv
touch /var/lib/homeroom/homeroom.db
dpkg --remove homeroom >/dev/null
ls /etc/homeroom/schools.csv /var/lib/homeroom/homeroom.db
dpkg --purge homeroom >/dev/null
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="installs a package; run the tests as root")
def test_the_package_is_installed_for_a_user_of_its_own_keeps_data_when_removed_and_leaves_nothing_when_purged(
    package: Path, tmp_path: Path
):
    said, left = in_overlay(package, INSTALLED, tmp_path)
    assert said.splitlines() == [
        "/etc/homeroom root:homeroom 750",
        "/etc/homeroom/collector.yml root:homeroom 640",
        "/var/lib/homeroom homeroom:homeroom 700",
        "/var/lib/homeroom:/usr/sbin/nologin",
        "/opt/homeroom/bin/homeroom",
        "1",
        "#!/opt/homeroom/bin/python -I",
        "/lib/systemd/system/homeroom-poll.service",
        "/lib/systemd/system/homeroom.service",
        "/etc/homeroom/schools.csv",
        "/var/lib/homeroom/homeroom.db",
    ]
    assert left == []


def test_nothing_in_the_package_can_be_written_by_others_and_all_of_it_is_as_old_as_the_commit(package: Path):
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    files = [line.split() for line in listed.splitlines()]
    assert [file[5] for file in files if file[0][0] != "l" and "w" in (file[0][5], file[0][8])] == []
    assert {file[1] for file in files} == {"root/root"}
    assert len({(file[3], file[4]) for file in files}) == 1


@pytest.mark.parametrize("script", sorted((PACKAGING / "debian").glob("p*")), ids=lambda script: script.name)
def test_a_shell_can_read_every_script(script: Path):
    subprocess.run(["sh", "-n", script], check=True, timeout=10)
