"""Makes a Debian package of a frozen agent: ``build_deb.py FROZEN_FOLDER OUTPUT_FOLDER``. Needs dpkg-deb, no root."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

CONTROL = """\
Package: homeroom-agent
Version: {version}
Architecture: {architecture}
Maintainer: Homeroom <homeroom@localhost>
Installed-Size: {kilobytes}
Depends: libc6 (>= {libc})
Recommends: systemd
Suggests: smartmontools
Section: admin
Priority: optional
Description: laptop agent of Homeroom, a monitoring for school districts
 Measures the machine, never the person, and reports to the district's own
 collector. `homeroom-agent show` prints everything that it would send.
"""


def main(frozen: Path, output: Path) -> Path:
    """Build the package and return its path."""
    version = _version(frozen)
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    output.mkdir(parents=True, exist_ok=True)
    package = output / f"homeroom-agent_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _lay_out(frozen, tree)
        kilobytes = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) // 1024
        control = CONTROL.format(
            version=version, architecture=architecture, kilobytes=kilobytes, libc=platform.libc_ver()[1]
        )
        _control_files(tree / "DEBIAN", control)
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, package], check=True, stdout=sys.stderr)
    return package


def _version(frozen: Path) -> str:
    said = subprocess.run([frozen / "homeroom-agent", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


def _lay_out(frozen: Path, tree: Path) -> None:
    shutil.copytree(frozen, tree / "usr/lib/homeroom-agent", symlinks=True)
    _link(tree / "usr/bin/homeroom-agent", "../lib/homeroom-agent/homeroom-agent")
    for unit in ("homeroom-agent.service", "homeroom-agent-once.service", "homeroom-agent-once.timer"):
        _copy(HERE / unit, tree / "lib/systemd/system" / unit)
    _copy(HERE / "sysusers.conf", tree / "usr/lib/sysusers.d/homeroom-agent.conf")
    _copy(HERE / "tmpfiles.conf", tree / "usr/lib/tmpfiles.d/homeroom-agent.conf")
    _configuration(tree / "etc/homeroom-agent/agent.toml")
    _copy(ROOT / "docs/agent.md", tree / "usr/share/doc/homeroom-agent/agent.md")


def _configuration(target: Path) -> None:
    """The example without its address: an agent that nobody configured must not report to an example."""
    text = (ROOT / "configs/agent.toml").read_text(encoding="utf-8")
    target.parent.mkdir(parents=True)
    target.write_text(text.replace("\nurl = ", "\n# url = "), encoding="utf-8")
    target.chmod(0o640)


def _control_files(debian: Path, control: str) -> None:
    debian.mkdir(mode=0o755)
    (debian / "control").write_text(control, encoding="utf-8")
    (debian / "conffiles").write_text("/etc/homeroom-agent/agent.toml\n", encoding="utf-8")
    for script in ("postinst", "prerm", "postrm"):
        _copy(HERE / f"debian.{script}", debian / script, mode=0o755)


def _copy(source: Path, target: Path, *, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), Path(sys.argv[2]))}\n")
