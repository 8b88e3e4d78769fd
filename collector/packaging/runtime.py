"""Lays out a Python environment for the collector: our packages, and what is locked, as it was tested here.

Nothing is downloaded: ``make install`` brought everything in by hash. The environment has no pip and runs where it is
told that it will lie; its interpreter is the system's own, of the same minor version as this one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path, PurePosixPath

from lock import Pinned, read

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGES = (ROOT / "agent" / "homeroom_agent", ROOT / "collector" / "homeroom_collector")
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
# Of what an installer leaves behind, only this is used when the program runs.
_KEPT_METADATA = {"METADATA", "entry_points.txt", "licenses", "LICENSE", "LICENSE.txt", "LICENSE.rst", "WHEEL"}

LAUNCHER = """\
#!{place}/bin/python -I
import sys
from homeroom_collector.cli import main
sys.exit(main())
"""


def distributions() -> list[Pinned]:
    """What the lock wants on this machine. Raises SystemExit where something else is installed."""
    wanted = [each for each in read(HERE / "requirements.lock") if each.wanted_here()]
    if wrong := [each.name for each in wanted if metadata.version(each.name) != each.version]:
        raise SystemExit(f"not installed as locked: {', '.join(wrong)}; type: make install")
    return wanted


def lay_out(tree: Path, place: PurePosixPath, wanted: list[Pinned]) -> None:
    """Write the environment below ``tree`` for a machine on which it lies at ``place``."""
    home = tree / place.relative_to("/")
    packages = home / "lib" / f"python{MINOR}" / "site-packages"
    packages.mkdir(parents=True)
    for each in wanted:
        _copy(metadata.distribution(each.name), packages)
    for package in PACKAGES:
        shutil.copytree(package, packages / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    _ourselves(packages)
    _programs(home, place)
    _compile(packages, tree)


def _copy(distribution: metadata.Distribution, packages: Path) -> None:
    """Copy the files that a distribution lists, without its programs and without what an installer notes."""
    for file in distribution.files or ():
        if file.parts[0] == ".." or file.suffix == ".pyc":
            continue
        if file.parts[0].endswith(".dist-info") and file.parts[1] not in _KEPT_METADATA:
            continue
        target = packages / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.locate(), target)
        target.chmod(0o755 if file.suffix == ".so" else 0o644)


def _ourselves(packages: Path) -> None:
    ours = metadata.distribution("homeroom")
    folder = packages / f"homeroom-{ours.version}.dist-info"
    folder.mkdir()
    for name in ("METADATA", "entry_points.txt"):
        (folder / name).write_text(ours.read_text(name) or "", encoding="utf-8")


def _programs(home: Path, place: PurePosixPath) -> None:
    (home / "pyvenv.cfg").write_text(f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {MINOR}\n")
    (home / "bin").mkdir()
    (home / "bin" / "python").symlink_to(f"/usr/bin/python{MINOR}")
    launcher = home / "bin" / "homeroom"
    launcher.write_text(LAUNCHER.format(place=place))
    launcher.chmod(0o755)


def _compile(packages: Path, tree: Path) -> None:
    """Compile ahead, since nobody may write there later; the same source makes the same bytes."""
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(tree), "-p", "/", str(packages)]
    # A template among the sources of a distribution need not be Python: what cannot be compiled is left as it is.
    subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": "0"}, stdout=subprocess.DEVNULL, check=False)
