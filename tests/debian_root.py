"""The running Debian under an overlay of its own: packages are installed as on any machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from stack import tool

# Mounts are the shell's own, and end with it. What is written comes to lie in UPPER.
_INSIDE = """
set -e
mount -t tmpfs tmpfs "$BASE"
mkdir "$BASE/upper" "$BASE/work" "$BASE/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$BASE/upper,workdir=$BASE/work" "$BASE/root"
mount --rbind /proc "$BASE/root/proc"
mount --rbind /dev "$BASE/root/dev"
cp "$PACKAGE" "$BASE/root/package.deb"
chroot "$BASE/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c "$COMMANDS"
rm "$BASE/root/package.deb"
cd "$BASE/upper"
find . ! -type d >"$LEFT"
grep -s "^homeroom" etc/passwd etc/group etc/shadow >>"$LEFT" || true
"""
_OF_DPKG = tuple(
    f"./{place}"
    for place in (
        "var/lib/dpkg/",
        "var/log/",
        "etc/passwd",
        "etc/group",
        "etc/shadow",
        "etc/gshadow",
        "etc/sub",
        "etc/.pwd",
    )
)


def in_overlay(package: Path, commands: str, folder: Path) -> tuple[str, list[str]]:
    """Run shell commands as root, with the package as /package.deb.

    Gives what they said, and every file that they left, beside dpkg's own notes. Fails where a command fails.
    """
    base, left = folder / "overlay", folder / "left"
    base.mkdir()
    environment = {"BASE": str(base), "PACKAGE": str(package), "COMMANDS": commands, "LEFT": str(left)}
    ran = subprocess.run(
        [tool("unshare"), "--mount", "sh", "-c", _INSIDE],
        env=os.environ | environment, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout, list(_foreign(left))


def _foreign(left: Path) -> Iterator[str]:
    for line in left.read_text().splitlines():
        if not line.startswith(_OF_DPKG) or ":homeroom" in line:
            yield line
