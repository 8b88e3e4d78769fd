"""Memory, releases, support and Windows 11: names that lie are corrected, what is unknown stays open."""

from typing import Any

import pytest
from tests.agent.facts.captured import parse

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.os.support import support_end_date
from homeroom_agent.parsers.windows.processor import from_registry, is_accepted
from homeroom_agent.parsers.windows.readiness import Computer, verdict
from homeroom_agent.parsers.windows.tpm import Tpm


def test_an_old_kernels_available_memory_is_unknown():
    answer = parse("memory", ".meminfo.txt", "MemTotal:  100 kB\nMemFree: 40 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n")
    assert (answer["total_bytes"], answer["available_bytes"], answer["swap_used_bytes"]) == (102_400, None, 6144)


def test_windows_counts_visible_memory_in_kib_and_modules_in_bytes():
    captured = {
        "Win32_OperatingSystem": {"TotalVisibleMemorySize": "3931072", "FreePhysicalMemory": 1000},
        "Win32_PhysicalMemory": [{"Capacity": 2**31, "FormFactor": 12}, {"Capacity": "2147483648", "FormFactor": 12}],
    }
    answer = parse("memory", ".cim.json", captured)
    assert (answer["total_bytes"], answer["available_bytes"], answer["installed_bytes"]) == (
        3_931_072 * 1024,
        1_024_000,
        2**32,
    )


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('NAME="Debian GNU/Linux"', "Debian GNU/Linux"),
        ("NAME='it''s'", "it''s"),
        ("NAME=Fedora", "Fedora"),
        ('NAME="a \\"b\\" \\$c"', 'a "b" $c'),
        ("NAME=", None),
        ('NAME=""', None),
        ("# NAME=no\nNAME=yes", "yes"),
        ("NAME=first\r\nNAME=last\r\n", "last"),
    ],
)
def test_os_release_is_quoted_like_a_shell(line: str, name: str | None):
    assert parse("os", ".os-release.txt", line)["os_name"] == name


def test_a_file_without_an_assignment_is_no_os_release():
    with pytest.raises(CaptureError):
        parse("os", ".os-release.txt", "<html>")


def query(*lines: str) -> str:
    return "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\r\n" + "".join(
        f"    {line}\r\n" for line in lines
    )


def test_a_server_of_a_late_build_is_not_windows_11():
    raw = query("ProductName    REG_SZ    Windows Server 2025 Standard", "CurrentBuildNumber    REG_SZ    26100")
    answer = parse("windows11", ".reg-query.txt", raw)
    assert (answer["is_windows_11"], answer["os_name"]) == (False, "Windows Server 2025 Standard")


def test_windows_10_keeps_its_name_and_its_update_revision_is_hexadecimal():
    raw = query(
        "ProductName    REG_SZ    Windows 10 Education",
        "DisplayVersion    REG_SZ    22H2",
        "ReleaseId    REG_SZ    2009",
        "CurrentMajorVersionNumber    REG_DWORD    0xa",
        "CurrentMinorVersionNumber    REG_DWORD    0x0",
        "CurrentBuildNumber    REG_SZ    19045",
        "UBR    REG_DWORD    0x1337",
    )
    answer = parse("windows11", ".reg-query.txt", raw)
    assert (answer["os_name"], answer["is_windows_11"], answer["full_build"]) == (
        "Windows 10 Education",
        False,
        "10.0.19045.4919",
    )


def test_before_display_version_there_was_the_release_id():
    raw = query(
        "ProductName    REG_SZ    Windows 10 Pro",
        "ReleaseId    REG_SZ    1909",
        "CurrentBuildNumber    REG_SZ    18363",
    )
    assert parse("os", ".reg-query.txt", raw)["os_version"] == "1909"


@pytest.mark.parametrize(
    "message",
    [
        "ERROR: The system was unable to find the specified registry key or value.",
        "FEHLER: Der angegebene Schlüssel wurde nicht gefunden.",
        "",
    ],
)
def test_a_key_that_is_not_there_is_unknown_in_every_language(message: str):
    answer = parse("windows11", ".reg-query.txt", message.encode("cp850"))
    assert (answer["secure_boot"], answer["firmware"], answer["is_windows_11"]) == (None, None, None)


def test_secure_boot_that_is_off_still_means_uefi():
    raw = query("UEFISecureBootEnabled    REG_DWORD    0x0")
    answer = parse("windows11", ".reg-query.txt", raw)
    assert (answer["secure_boot"], answer["firmware"]) == (False, "uefi")


@pytest.mark.parametrize(
    ("caption", "sku", "build", "name"),
    [
        ("Microsoft Windows 11 Pro", None, "26100", "Windows 11 Pro"),
        ("Microsoft Windows 11 Professionnel", 48, "22631", "Windows 11 Pro"),
        ("Microsoft Windows 10 Famille", 101, "19045", "Windows 10 Home"),
        ("Microsoft Windows 7 Professionnel ", 48, "7601", "Windows 7 Professional"),
        ("Microsoft Windows 11 Education", 121, "26100", "Windows 11 Education"),
        ("Microsoft Windows 10 Enterprise LTSC", 125, "17763", "Windows 10 Enterprise LTSC"),
    ],
)
def test_a_caption_becomes_english_by_its_edition(caption: str, sku: int | None, build: str, name: str):
    item = {"Caption": caption, "OperatingSystemSKU": sku, "BuildNumber": build, "Version": f"10.0.{build}"}
    assert parse("windows11", ".cim.json", item)["os_name"] == name


@pytest.mark.parametrize(
    ("spec", "version", "fits"),
    [("2.0, 0, 1.59", "2.0", True), ("1.2, 2, 3", "1.2", False), ("Not Supported", None, None)],
)
def test_a_tpms_version_is_the_first_part(spec: str, version: str | None, fits: bool | None):
    answer = parse("windows11", ".cim.json", {"SpecVersion": spec, "IsEnabled_InitialValue": True})
    assert (answer["tpm_version"], answer["windows11_tpm_ok"]) == (version, fits)


def test_no_tpm_instance_may_mean_no_right_to_ask():
    assert parse("windows11", ".cim.json", {"Win32_Tpm": None})["tpm_present"] is None


@pytest.mark.parametrize(
    ("release", "end"),
    [
        (Release(id="windows", name="Windows 11 Pro", version="23H2"), "2025-11-11"),
        (Release(id="windows", name="Windows 11 Education", version="23H2"), "2026-11-10"),
        (
            Release(id="windows", name="Windows 10 Enterprise LTSC 2019", version="1809", build="10.0.17763.1"),
            "2029-01-09",
        ),
        (Release(id="windows", name="Windows 7 Professional", version="6.1"), "2020-01-14"),
        (Release(id="windows", name="Windows 12", version="30H1"), None),
        (Release(id="macos", name="macOS", version="12.7.6"), "2024-09-16"),
        (Release(id="macos", name="macOS", version="10.15.7"), "2022-09-12"),
        (Release(id="macos", name="macOS", version="26.1"), None),
        (Release(id="ubuntu", name="Ubuntu", version="22.04"), "2027-04-01"),
        (Release(id="arch", name="Arch Linux"), None),
        (Release(), None),
    ],
)
def test_support_ends_when_the_maker_says(release: Release, end: str | None):
    assert support_end_date(release) == end


@pytest.mark.parametrize(
    ("vendor", "family", "model", "stepping", "platform", "accepted"),
    [
        ("GenuineIntel", 6, 142, 10, 128, True),
        ("GenuineIntel", 6, 142, 9, 128, False),
        ("GenuineIntel", 6, 142, 9, 16, True),
        ("GenuineIntel", 6, 158, 9, 8, True),
        ("GenuineIntel", 6, 158, 9, 2, False),
        ("GenuineIntel", 6, 78, 3, 128, False),
        ("GenuineIntel", 6, 92, 9, 1, False),
        ("GenuineIntel", 6, 122, 1, 1, True),
        ("GenuineIntel", 6, 85, 4, 1, True),
        ("AuthenticAMD", 23, 24, 1, None, True),
        ("AuthenticAMD", 23, 17, 0, None, False),
        ("AuthenticAMD", 21, 112, 0, None, False),
        ("AuthenticAMD", 25, 80, 0, None, True),
        ("CentaurHauls", 6, 15, 1, None, None),
    ],
)
def test_windows_11_refuses_old_processors(
    vendor: str, family: int, model: int, stepping: int, platform: int | None, accepted: bool | None
):
    identifier = f"Intel64 Family {family} Model {model} Stepping {stepping}"
    found = from_registry({"VendorIdentifier": vendor, "Identifier": identifier, "Platform Specific Field 1": platform})
    assert is_accepted(found) is accepted


GOOD = Computer(
    tpm=Tpm(present=True, version="2.0"),
    uefi=True,
    processor_accepted=True,
    cores=4,
    memory_bytes=int(3.75 * 2**30),
    disk_bytes=62_537_072_640,
)


def test_a_4_gb_machine_with_64_gb_of_flash_can_be_windows_11():
    assert verdict(GOOD) == (True, [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tpm": Tpm(present=False)}, "no TPM found; it may be switched off in the firmware"),
        ({"tpm": Tpm(present=True, version="1.2")}, "TPM is older than 2.0"),
        ({"uefi": False}, "firmware starts in BIOS mode, not UEFI"),
        ({"processor_accepted": False}, "processor is older than Windows 11 accepts"),
        ({"memory_bytes": 2**31}, "less than 4 GB of memory"),
        ({"disk_bytes": 31_000_000_000}, "disk is smaller than 64 GB"),
        ({"cores": 1}, "fewer than 2 processor cores"),
    ],
)
def test_each_shortcoming_is_a_reason(change: dict[str, Any], reason: str):
    import dataclasses

    assert verdict(dataclasses.replace(GOOD, **change)) == (False, [reason])


def test_what_is_not_known_leaves_the_answer_open_unless_something_says_no():
    import dataclasses

    assert verdict(dataclasses.replace(GOOD, tpm=Tpm())) == (None, [])
    assert verdict(dataclasses.replace(GOOD, tpm=Tpm(), uefi=False))[0] is False
