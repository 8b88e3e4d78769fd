"""Local file systems of the system itself.

A mount is named only where it is one of the system's own places: a stick under ``/media`` carries its owner's label in
the mount's name, a home carries a person's.
"""

from __future__ import annotations

import re
import sys

import psutil

from homeroom_agent.probes import Facts
from homeroom_agent.report import Filesystem, Unavailable

NAME = "filesystems"
INTERVAL = 0.0

_SYSTEM_PLACES = {
    "linux": re.compile(
        r"/|/(boot|boot/efi|efi|boot/firmware|home|usr|var|var/log|opt|srv|tmp|mnt/stateful_partition)"
    ),
    "darwin": re.compile(r"/|/System/Volumes/Data"),
    "win32": re.compile(r"[A-Z]:\\?"),
}
_NOT_DISKS = frozenset(
    {"autofs", "devtmpfs", "fuse", "iso9660", "overlay", "proc", "ramfs", "squashfs", "sysfs", "tmpfs", "udf"}
)
_NETWORK = re.compile(r"nfs.*|cifs|smb.*|afpfs|fuse\..*|webdav|9p|ceph|glusterfs")


def read() -> Facts:
    """Size and free space of each; two mounts of one device count once."""
    rows: dict[str, Filesystem] = {}
    missing = []
    for partition in psutil.disk_partitions(all=False):
        if not is_system_place(sys.platform, partition.mountpoint, partition.fstype, partition.opts):
            continue
        try:
            usage = psutil.disk_usage(partition.mountpoint)
        except OSError as error:
            path = f"filesystems.{partition.mountpoint}"
            missing.append(Unavailable(path=path[:96], reason=f"{error.strerror or error}"[:160]))
            continue
        rows.setdefault(
            partition.device,
            Filesystem(
                mount=partition.mountpoint[:64],
                filesystem=partition.fstype[:32] or None,
                size_bytes=usage.total,
                free_bytes=usage.free,
            ),
        )
    return Facts({"filesystems": list(rows.values())}, missing)


def is_system_place(platform: str, mount: str, filesystem: str, options: str) -> bool:
    """Whether a mount is the system's own and on a local, fixed disk."""
    places = _SYSTEM_PLACES.get(platform, _SYSTEM_PLACES["linux"])
    kind = filesystem.lower()
    if places.fullmatch(mount) is None or kind in _NOT_DISKS or _NETWORK.fullmatch(kind):
        return False
    words = options.lower().split(",")
    return platform != "win32" or ("fixed" in words and kind != "")
