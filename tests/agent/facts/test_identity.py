"""Identity: placeholders are nobody, a form is told by its chassis, and no user is named."""

import struct
from typing import Any

import pytest
from tests.agent.facts.captured import parse, sysfs, under

from homeroom_agent.parsers.dmi.machine import Machine, iso_date
from homeroom_agent.parsers.dmi.smbios import installed_bytes, structures
from homeroom_agent.parsers.dmi.sysfs import SERIAL
from homeroom_agent.parsers.placeholders import real_text
from homeroom_agent.parsers.tree import CapturedTree, why_missing

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
