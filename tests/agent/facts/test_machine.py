"""Identity, memory, system and support: placeholders are nobody, and names that lie are corrected."""

import struct
from typing import Any

import pytest
from tests.agent.facts.captured import parse, sysfs, under

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.dmi.machine import Machine, iso_date
from homeroom_agent.parsers.dmi.smbios import installed_bytes, structures
from homeroom_agent.parsers.dmi.sysfs import SERIAL
from homeroom_agent.parsers.os.release import Release
from homeroom_agent.parsers.os.support import support_end_date
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.tree import CapturedTree, why_missing
from homeroom_agent.parsers.windows.processor import from_registry, is_accepted
from homeroom_agent.parsers.windows.readiness import Computer, verdict
from homeroom_agent.parsers.windows.tpm import Tpm

DMI = "sys/class/dmi/id"
PLACEHOLDERS = """
To be filled by O.E.M.|TO BE FILLED BY O.E.M.|To Be Filled By O.E.M|Default string|$(DEFAULT_STRING)|
OEM Default string000|System Serial Number|System Product Name|System manufacturer|System Version|
SmbiosType1_SystemProductName|Type2 - Board Serial Number|Type1Sku0|Not Specified|Not Applicable|N/A|n.a.|None|NULL|
OEM|O.E.M.|INVALID|XXXXXXXXXX|0123456789|123456789|0123456789ABCDEF|000000|0| |--|..|<BAD INDEX>|Chassis Serial Number|
Asset-1234567890|No Asset Tag|Board Serial Number|Base Board Serial Number|SKU Number|Unknown|Undefined|Empty|
FFFFFFFF|1111111
""".replace("\n", "").split("|")
REAL = """
7KQ4T33|Latitude 3190 2-in-1|LENOVO|Acer|R90Y7K3Q|System76|Type Cover|NA1234|Reks|GOOGLE|PF1XK0B7|00000123|OEM2|
Standard PC (Q35 + ICH9, 2009)|Virtual Machine|5CD0123456|Oryx Pro|100
""".replace("\n", "").split("|")


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_is_no_identity(text: str):
    assert real_text(f"  {text}  ") is None


@pytest.mark.parametrize("text", REAL)
def test_a_real_name_is_kept(text: str):
    assert real_text(f" {text} \n") == text


def linux(**files: str | int) -> dict[str, Any]:
    return sysfs("dmi", under(DMI, **files), root_only=[f"{DMI}/product_serial"])


def test_a_serial_number_needs_root():
    answer = linux(sys_vendor="HP", product_name="HP Stream 11", product_serial="5CD0123456")
    assert (answer["serial"], answer["serial_without_root"]) == ("5CD0123456", None)


def test_firmware_text_may_be_latin_1():
    import base64

    name = {"base64": base64.b64encode("Portégé Z20\n".encode("latin-1")).decode()}
    assert sysfs("dmi", {f"{DMI}/product_name": name})["model"] == "Portégé Z20"


@pytest.mark.parametrize(
    ("chassis", "form"),
    [
        ("8", "laptop"),
        ("9", "laptop"),
        ("10", "laptop"),
        ("14", "laptop"),
        ("31", "convertible"),
        ("30", "tablet"),
        ("32", "detachable"),
        ("3", "desktop"),
        ("13", "all-in-one"),
        ("138", "laptop"),
        ("2", None),
        ("x", None),
    ],
)
def test_the_chassis_tells_the_form_and_its_lock_bit_nothing(chassis: str, form: str | None):
    assert linux(sys_vendor="ACME", chassis_type=chassis)["form_factor"] == form


@pytest.mark.parametrize(
    ("vendor", "product"),
    [
        ("QEMU", "Standard PC"),
        ("VMware, Inc.", "VMware7,1"),
        ("innotek GmbH", "VirtualBox"),
        ("Microsoft Corporation", "Virtual Machine"),
    ],
)
def test_a_virtual_machine_is_no_desktop(vendor: str, product: str):
    answer = linux(sys_vendor=vendor, product_name=product, chassis_type=3)
    assert (answer["form_factor"], answer["is_virtual"]) == ("vm", True)


def test_a_surface_is_not_virtual_though_its_maker_makes_virtual_machines():
    assert linux(sys_vendor="Microsoft Corporation", product_name="Surface Go 2")["is_virtual"] is False


def test_a_board_without_dmi_is_told_by_its_device_tree():
    files = {
        "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\x00",
        "proc/device-tree/compatible": "raspberrypi,4-model-b\x00",
    }
    answer = sysfs("dmi", files)
    assert (answer["model"], answer["manufacturer"]) == ("Raspberry Pi 4 Model B Rev 1.4", "raspberrypi")


def test_a_lenovo_is_shown_by_its_name_and_a_mac_by_its_model():
    assert Machine(manufacturer="LENOVO", model="81M9", model_friendly="300e 2nd Gen").shown_model == "300e 2nd Gen"
    assert Machine(manufacturer="Apple Inc.", model="Mac17,6", model_friendly="MacBook Pro").shown_model == "Mac17,6"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("03/30/2021", "2021-03-30"),
        ("08/13/02", "2002-08-13"),
        ("2021-03-30", "2021-03-30"),
        ("20210330000000.000000+000", "2021-03-30"),
        ("13/30/2021", None),
        ("00/00/0000", None),
        ("", None),
    ],
)
def test_firmware_dates_become_iso(text: str, date: str | None):
    assert iso_date(text) == date


def test_windows_names_no_user():
    system = {"Manufacturer": "Dell Inc.", "Model": "Latitude 3120", "PCSystemType": 2, "UserName": "SCHOOL\\anna"}
    captured = {
        "Win32_ComputerSystem": system,
        "Win32_BIOS": {"SMBIOSBIOSVersion": "1.2.3", "SerialNumber": "ABC1234", "ReleaseDate": "/Date(1617062400000)/"},
        "Win32_SystemEnclosure": {"ChassisTypes": 31, "SMBIOSAssetTag": "No Asset Tag"},
    }
    answer = parse("dmi", ".cim.json", captured)
    assert "anna" not in str(answer)
    expected = ("Latitude 3120", "ABC1234", "convertible", "2021-03-30", None)
    assert (
        answer["model"],
        answer["serial"],
        answer["form_factor"],
        answer["bios_date"],
        answer["asset_tag"],
    ) == expected


@pytest.mark.parametrize(
    ("name", "form"),
    [("MacBook Air", "laptop"), ("Mac mini", "desktop"), ("Mac Studio", "desktop"), ("iMac", "all-in-one")],
)
def test_a_macs_form_is_in_its_name(name: str, form: str):
    hardware = {
        "machine_model": "Mac14,2",
        "machine_name": name,
        "physical_memory": "8 GB",
        "serial_number": "X0Y1Z2W3V4",
    }
    answer = parse("dmi", ".system_profiler.json", {"SPHardwareDataType": [hardware]})
    assert (answer["form_factor"], answer["ram_bytes"]) == (form, 8 * 2**30)


def test_a_macs_identity_is_bytes_in_ioreg():
    import plistlib

    service = {"model": b"Mac14,2\x00", "manufacturer": b"Apple Inc.\x00", "IOPlatformSerialNumber": "X0Y1Z2W3V4"}
    answer = parse("dmi", ".ioreg.plist", plistlib.dumps([service]))
    assert (answer["manufacturer"], answer["model"], answer["serial"]) == ("Apple Inc.", "Mac14,2", "X0Y1Z2W3V4")


def smbios(*entries: tuple[int, bytes, list[str]]) -> bytes:
    table = b""
    for number, (kind, body, strings) in enumerate(entries):
        text = b"".join(string.encode() + b"\x00" for string in strings) or b"\x00"
        table += struct.pack("<BBH", kind, 4 + len(body), number) + body + text + b"\x00"
    return struct.pack("<4BI", 0, 3, 4, 0, len(table)) + table


def test_the_firmwares_table_gives_identity_and_memory():
    module = bytes(8) + struct.pack("<H", 8192) + bytes(14) + struct.pack("<I", 0)
    large = bytes(8) + struct.pack("<H", 0x7FFF) + bytes(14) + struct.pack("<I", 65_536)
    raw = smbios(
        (0, bytes([1, 2, 0, 0, 3]), ["Dell Inc.", "1.10.0", "01/08/2020"]),
        (1, bytes([1, 2, 3, 4]) + bytes(19), ["Dell Inc.", "Latitude 3190", "x", "7KQ4T33"]),
        (3, bytes([1, 0x8A, 0, 0, 2]), ["Dell Inc.", "Asset-1234567890"]),
        (17, module, ["DIMM A"]),
        (17, bytes(10), ["empty slot"]),
        (17, large, ["DIMM B"]),
        (127, b"", []),
    )
    answer = parse("dmi", ".smbios.bin", raw)
    assert (answer["manufacturer"], answer["model"], answer["serial"]) == ("Dell Inc.", "Latitude 3190", "7KQ4T33")
    assert (answer["form_factor"], answer["bios_date"], answer["asset_tag"]) == ("laptop", "2020-01-08", None)
    assert answer["ram_bytes"] == (8192 + 65_536) * 2**20
    assert installed_bytes(list(structures(raw[8:]))) == answer["ram_bytes"]


def test_a_damaged_table_ends_where_it_breaks():
    raw = smbios((1, bytes([1, 2, 0, 0]), ["HP", "Stream"]))
    assert parse("dmi", ".smbios.bin", raw[8:] + b"\x11\xff")["model"] == "Stream"


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


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        ({"files": {SERIAL: "5CD0123456"}, "root_only": [SERIAL]}, "needs administrator rights"),
        ({"files": {}}, "this machine does not provide it"),
        ({"files": {}, "errors": {SERIAL: "ENODEV"}}, "read failed: ENODEV"),
        ({"files": {SERIAL: "Default string"}}, "the system gives no usable value"),
    ],
)
def test_a_missing_serial_number_says_why(tree: dict[str, Any], reason: str):
    assert why_missing(CapturedTree(tree, as_root=False), SERIAL) == reason
