"""Makes a Debian package of the collector: ``build_deb.py OUTPUT_FOLDER``. Needs dpkg-deb, no root and no network.

The same commit makes the same package, byte for byte: times are the commit's (``SOURCE_DATE_EPOCH`` where it is set).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

import runtime
from lock import Pinned

from homeroom_agent import __version__

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONFIGS = ROOT / "configs"
PLACE = PurePosixPath("/opt/homeroom")

CONTROL = """\
Package: homeroom
Version: {version}
Architecture: {architecture}
Maintainer: Homeroom <homeroom@localhost>
Installed-Size: {kilobytes}
Depends: python{python}, libc6 (>= {libc})
Recommends: systemd, libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0
Suggests: prometheus, prometheus-alertmanager, postgresql, nginx | caddy, snmp
Section: admin
Priority: optional
Description: collector of Homeroom, a monitoring for school districts
 Takes reports of laptops and Chromebooks in, polls network gear over SNMP, and
 turns what was measured into metrics, tickets and refresh plans. The same
 program is the satellite that polls the gear of one school.
"""
# Where a service may write, in place of what suits a checkout.
PLACED = {
    "collector.yml": ("sqlite:///../var/homeroom.db", "sqlite:////var/lib/homeroom/homeroom.db"),
    "satellite.yml": ("../var/satellite", "/var/lib/homeroom-satellite"),
}


def main(output: Path, compression: str = "zstd", wanted: list[Pinned] | None = None) -> Path:
    """Build the package and return its path. ``wanted`` is what it brings along; None: all that is locked."""
    os.umask(0o022)
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    output.mkdir(parents=True, exist_ok=True)
    package = output / f"homeroom_{__version__}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _lay_out(tree, runtime.distributions() if wanted is None else wanted)
        _control_files(tree, architecture)
        epoch = _epoch()
        _set_times(tree, epoch)
        command = ["dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build", tree, package]
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch)}
        subprocess.run(command, check=True, stdout=sys.stderr, env=environment)
    return package


def _epoch() -> int:
    """When the commit was made, Unix time."""
    if said := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(said)
    command = ["git", "-C", ROOT, "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _lay_out(tree: Path, wanted: list[Pinned]) -> None:
    runtime.lay_out(tree, PLACE, wanted)
    _link(tree / "usr/bin/homeroom", f"{PLACE}/bin/homeroom")
    for unit in ("homeroom.service", "homeroom-poll.service"):
        _copy(CONFIGS / "systemd" / unit, tree / "lib/systemd/system" / unit)
    _copy(HERE / "debian" / "sysusers.conf", tree / "usr/lib/sysusers.d/homeroom.conf")
    for file in sorted([*CONFIGS.glob("*.yml"), *CONFIGS.glob("*.csv")]):
        _configuration(file, tree / "etc/homeroom" / file.name)
    for folder in ("prometheus", "alertmanager", "proxy", "systemd"):
        _copy_all(CONFIGS / folder, tree / "usr/share/homeroom" / folder)
    for folder in ("dashboards", "provisioning"):
        _copy_all(ROOT / "grafana" / folder, tree / "usr/share/homeroom/grafana" / folder)
    for page in sorted((ROOT / "docs").glob("*.md")):
        _copy(page, tree / "usr/share/doc/homeroom" / page.name)


def _configuration(source: Path, target: Path) -> None:
    text = source.read_text(encoding="utf-8")
    if source.name in PLACED:
        old, new = PLACED[source.name]
        if old not in text:
            raise SystemExit(f"{source}: {old} is not in it")
        text = text.replace(old, new)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    target.chmod(0o640)


def _control_files(tree: Path, architecture: str) -> None:
    kilobytes = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file() and not file.is_symlink()) // 1024
    control = CONTROL.format(
        version=__version__, architecture=architecture, kilobytes=kilobytes,
        python=runtime.MINOR, libc=platform.libc_ver()[1],
    )  # fmt: skip
    debian = tree / "DEBIAN"
    debian.mkdir(mode=0o755)
    (debian / "control").write_text(control, encoding="utf-8")
    kept = sorted(f"/{file.relative_to(tree)}\n" for file in (tree / "etc").rglob("*") if file.is_file())
    (debian / "conffiles").write_text("".join(kept), encoding="utf-8")
    for script in ("postinst", "prerm", "postrm"):
        _copy(HERE / "debian" / script, debian / script, mode=0o755)


def _set_times(tree: Path, epoch: int) -> None:
    for path in (tree, *tree.rglob("*")):
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _copy(source: Path, target: Path, *, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def _copy_all(source: Path, target: Path) -> None:
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        _copy(file, target / file.relative_to(source))


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--compression", default="zstd", choices=("zstd", "xz", "gzip", "none"))
    options = parser.parse_args()
    sys.stdout.write(f"{main(options.output, options.compression)}\n")
