"""Screens: what they say of themselves, and which one is built in."""

import base64
from typing import Any

from tests.agent.facts.captured import parse, sysfs, under

from homeroom_agent.probes._windows import screens


def edid(width: int, height: int, width_mm: int, height_mm: int) -> bytes:
    raw = bytearray(b"\x00\xff\xff\xff\xff\xff\xff\x00" + bytes(120))
    timing = bytearray(18)
    timing[0:2] = b"\x01\x1d"
    timing[2], timing[4] = width & 0xFF, width >> 8 << 4
    timing[5], timing[7] = height & 0xFF, height >> 8 << 4
    timing[12], timing[13], timing[14] = width_mm & 0xFF, height_mm & 0xFF, width_mm >> 8 << 4 | height_mm >> 8
    raw[54:72] = timing
    return bytes(raw)


def test_a_screen_describes_itself():
    answer = parse("display", ".edid.bin", edid(1366, 768, 256, 144))
    assert answer == {"width_pixels": 1366, "height_pixels": 768, "diagonal_inches": 11.6}


def test_an_aspect_ratio_in_place_of_millimetres_is_no_size():
    assert parse("display", ".edid.bin", edid(1920, 1080, 16, 9))["diagonal_inches"] is None


def test_linux_takes_the_screen_of_the_built_in_connector():
    drm = "sys/class/drm"
    files: dict[str, Any] = {
        f"{drm}/card0-HDMI-A-1/edid": {"base64": base64.b64encode(edid(3840, 2160, 600, 340)).decode()},
        f"{drm}/card0-eDP-1/edid": {"base64": base64.b64encode(edid(1366, 768, 256, 144)).decode()},
    }
    assert sysfs("display", files)["width_pixels"] == 1366


def test_a_screen_without_edid_still_has_its_modes():
    answer = sysfs("display", under("sys/class/drm/card1-DSI-1", edid="", modes="800x1280\n720x1280"))
    assert (answer["width_pixels"], answer["height_pixels"], answer["diagonal_inches"]) == (800, 1280, None)


def test_windows_takes_the_smallest_screen_of_laptop_size_of_all_it_remembers():
    remembered = {"AUO1": edid(1366, 768, 256, 144), "DEL1": edid(2560, 1440, 600, 340), "BAD": b"short"}
    keys = {"DISPLAY": [*remembered], **{name: ["1"] for name in remembered}}
    found = screens.described(
        lambda path: keys[path.rpartition("\\")[2]], lambda path: {"EDID": remembered[path.split("\\")[-3]]}
    )
    screen = screens.built_in(found)
    assert screen is not None
    assert screen.width_pixels == 1366


def test_a_mac_tells_pixels_of_its_built_in_screen():
    internal = {"spdisplays_connection_type": "spdisplays_internal", "_spdisplays_pixels": "2560 x 1664"}
    report = {
        "SPDisplaysDataType": [
            {"_name": "Apple M2", "spdisplays_ndrvs": [{"_spdisplays_pixels": "3840 x 2160"}, internal]}
        ]
    }
    assert parse("display", ".system_profiler.json", report)["width_pixels"] == 2560
