"""Files, registry values and programs of the systems: releases, restarts, updates and mounts."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeroom_agent.parsers.os.release import Release
from homeroom_agent.probes import _linux, _linux_updates, _macos, _macos_updates, _programs, filesystems
from homeroom_agent.probes._windows import updates


def test_a_program_is_stopped_in_time_and_its_absence_is_no_error():
    assert _programs.run(("sleep", "5"), 0.05) is None
    assert _programs.run(("/no/such/program",), 1.0) is None
    assert _programs.run(("printf", "%s", "ok"), 5.0) == b"ok"


def test_the_live_tree_reads_as_the_kernel_does(tmp_path: Path):
    directory = tmp_path / "sys" / "class" / "net"
    directory.mkdir(parents=True)
    (directory / "eth10").write_text("b")
    (directory / "eth9").symlink_to("eth10")
    tree = _linux.LiveTree(tmp_path)
    assert (tree.names("sys/class/net"), tree.names("sys/none")) == (["eth9", "eth10"], [])
    assert (tree.read("sys/class/net/eth9"), tree.real("sys/class/net/eth9")) == (b"b", "sys/class/net/eth10")
    with pytest.raises(FileNotFoundError):
        tree.read("sys/none")


def tree_with(root: Path, **files: str) -> _linux.LiveTree:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return _linux.LiveTree(root)


@pytest.mark.parametrize(
    ("files", "release", "pending"),
    [
        ({"run__reboot-required": ""}, "ubuntu", True),
        ({"proc__sys__kernel__osrelease": "6.1\n", "lib__modules__6.2__x": ""}, "arch", True),
        ({"proc__sys__kernel__osrelease": "6.1\n", "lib__modules__6.1__x": ""}, "debian", False),
        ({"proc__sys__kernel__osrelease": "6.1\n", "lib__modules__6.1__x": ""}, "fedora", None),
    ],
)
def test_a_linux_restart_is_due_where_something_says_so(
    tmp_path: Path, files: dict[str, str], release: str, pending: bool | None
):
    assert _linux_updates.pending_reboot(tree_with(tmp_path, **files), Release(id=release)) is pending


def test_the_last_update_is_when_packages_changed(tmp_path: Path):
    assert _linux_updates.last_update_at(tmp_path) is None
    tree_with(tmp_path, var__lib__dpkg__status="")
    os.utime(tmp_path / "var" / "lib" / "dpkg" / "status", (1.0, 1_790_000_000.0))
    assert _linux_updates.last_update_at(tmp_path) == 1_790_000_000.0


def test_a_release_without_a_build_gives_the_kernels(tmp_path: Path):
    tree = tree_with(
        tmp_path, **{"usr__lib__os-release": "ID=debian\nVERSION_ID=12\n", "proc__sys__kernel__osrelease": "6.1.0-18\n"}
    )
    assert _linux_updates.release(tree) == Release(id="debian", version="12", build="6.1.0-18")


def test_windows_waits_for_a_restart_while_a_key_says_so():
    assert updates.pending_reboot(lambda path: path.endswith("RebootRequired")) is True
    assert updates.pending_reboot(lambda path: False) is False


def test_windows_update_notes_utc_and_later_versions_note_nothing():
    noted = updates.last_update_at(lambda path: {"LastSuccessTime": "2026-09-09 10:00:00"}, lambda path: 5.0)
    assert noted == datetime(2026, 9, 9, 10, tzinfo=UTC).timestamp()
    assert updates.last_update_at(lambda path: {}, lambda path: 5.0) == 5.0


def test_windows_says_its_release_from_the_registry():
    values: dict[str, int | str | bytes] = {"ProductName": "Windows 10 Pro", "CurrentBuildNumber": "22631", "UBR": 4460}
    values |= {"CurrentMajorVersionNumber": 10, "CurrentMinorVersionNumber": 0, "DisplayVersion": "23H2"}
    values["DigitalProductId"] = b"secret"
    release = updates.release(lambda path: values)
    assert (release.name, release.version, release.build) == ("Windows 11 Pro", "23H2", "10.0.22631.4460")


def test_macos_says_its_release_and_updates_from_property_lists(tmp_path: Path):
    import plistlib

    version = tmp_path / "System" / "Library" / "CoreServices" / "SystemVersion.plist"
    history = tmp_path / "Library" / "Receipts" / "InstallHistory.plist"
    for path in (version, history):
        path.parent.mkdir(parents=True)
    version.write_bytes(
        plistlib.dumps({"ProductName": "macOS", "ProductVersion": "14.5", "ProductBuildVersion": "23F79"})
    )
    when = datetime(2026, 5, 4, 3, 2, 1)  # noqa: DTZ001 - property lists hold UTC without saying so
    rows = [{"displayName": "macOS 14.5", "date": when}, {"displayName": "Some Game", "date": when.replace(month=9)}]
    history.write_bytes(plistlib.dumps(rows))
    assert _macos_updates.release(tmp_path) == Release(id="macos", name="macOS", version="14.5", build="23F79")
    assert _macos_updates.last_update_at(tmp_path) == when.replace(tzinfo=UTC).timestamp()


def test_a_mac_that_does_not_answer_has_no_facts_and_no_error(tmp_path: Path):
    assert _macos.ioreg("-n", "X", runner=lambda command, seconds: None) == b""
    assert _macos.profile("SPStorageDataType", runner=lambda command, seconds: b"garbage") == {}
    assert _macos_updates.release(tmp_path) == Release(id="macos")


def test_something_rare_is_due_again_after_its_time_or_when_the_clock_was_set_back():
    memory: dict[str, Any] = {}
    moments = [100.0, 150.0, 201.0, 20.0]
    assert [_macos.is_due(memory, "at", 100.0, now) for now in moments] == [True, False, True, True]


@pytest.mark.parametrize(
    ("platform", "mount", "filesystem", "options"),
    [
        ("linux", "/", "ext4", "rw"),
        ("linux", "/boot/efi", "vfat", "rw"),
        ("linux", "/home", "ext4", "rw"),
        ("win32", "C:\\", "NTFS", "rw,fixed"),
        ("darwin", "/", "apfs", "ro"),
        ("darwin", "/System/Volumes/Data", "apfs", "rw"),
    ],
)
def test_the_systems_own_places_are_named(platform: str, mount: str, filesystem: str, options: str):
    assert filesystems.is_system_place(platform, mount, filesystem, options)


@pytest.mark.parametrize(
    ("platform", "mount", "filesystem", "options"),
    [
        ("linux", "/home/anna", "ext4", "rw"),
        ("linux", "/media/anna/ANNAS STICK", "vfat", "rw"),
        ("linux", "/run/media/anna/X", "exfat", "rw"),
        ("linux", "/mnt/x", "ext4", "rw"),
        ("linux", "/", "tmpfs", "rw"),
        ("linux", "/", "nfs4", "rw"),
        ("linux", "/", "fuse.sshfs", "rw"),
        ("win32", "D:\\", "", "cdrom"),
        ("win32", "E:\\", "FAT32", "rw,removable"),
        ("win32", "H:\\", "NTFS", "rw,remote"),
        ("darwin", "/Volumes/ANNA", "hfs", "rw"),
    ],
)
def test_what_a_person_named_is_not_named(platform: str, mount: str, filesystem: str, options: str):
    assert not filesystems.is_system_place(platform, mount, filesystem, options)
