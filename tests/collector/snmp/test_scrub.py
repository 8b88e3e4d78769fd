"""A recording that leaves the district tells what the device is, and nothing of who and where."""

from __future__ import annotations

import pytest

from homeroom_collector.snmp.recording.record import lines
from homeroom_collector.snmp.recording.scrub import Scrubber, is_left_out

TEXT = "1.3.6.1.4.1.9.1.1.0"


def scrubbed(text: str, *secrets: str) -> str:
    return Scrubber(secrets).octets(TEXT, text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("gateway 10.20.30.40 up", "gateway 192.0.2.1 up"),
        ("10.0.0.1 and 10.0.0.2 and 10.0.0.1", "192.0.2.1 and 192.0.2.2 and 192.0.2.1"),
        ("mask 255.255.255.0 on 127.0.0.1", "mask 255.255.255.0 on 127.0.0.1"),
        ("via 2001:db9:1::5 today", "via 2001:db8::1 today"),
        ("at fe80::1", "at 2001:db8::1"),
        ("ask jane.doe@district.example", "ask someone@example.org"),
        ("MAC 00:1b:21:aa:bb:cc", "MAC 00:1b:21:00:00:01"),
        ("MAC 00-1b-21-aa-bb-cc", "MAC 00-1b-21-00-00-01"),
        ("MAC 001b.21aa.bbcc", "MAC 001b.2100.0001"),
        ("Version 16.11.1a, 12:34:56", "Version 16.11.1a, 12:34:56"),
        ("release 1.2.3.4.5", "release 1.2.3.4.5"),
    ],
)
def test_addresses_and_people_are_replaced(text, instead):
    assert scrubbed(text) == instead


def test_secrets_are_replaced_wherever_they_stand():
    assert scrubbed("snmp-server community hush-hush RO", "hush-hush") == "snmp-server community secret RO"


def test_the_devices_own_name_is_replaced_wherever_it_stands():
    scrubber = Scrubber()
    scrubber.learn(b"lincoln-core.district.example")
    text = b"Linux lincoln-core 6.1, lincoln-core.district.example"
    assert scrubber.octets(TEXT, text) == b"Linux device 6.1, device"


@pytest.mark.parametrize(
    ("oid", "content", "instead"),
    [
        ("1.3.6.1.2.1.1.4.0", b"Jane Doe", b"<private>"),
        ("1.3.6.1.2.1.1.6.0", b"12 Main Street", b"<private>"),
        ("1.3.6.1.2.1.1.6.0", b"", b""),
        ("1.3.6.1.2.1.1.5.0", b"lincoln-core", b"device"),
        ("1.3.6.1.2.1.31.1.1.1.18.3", b"Jane's office", b"<private>"),
        ("1.0.8802.1.1.2.1.4.1.1.9.0.1.1", b"closet-4", b"neighbour-1"),
        ("1.3.6.1.4.1.9.9.23.1.2.1.1.4.1.1", b"\x0a\x01\x02\x03", b"\xc0\x00\x02\x01"),
        ("1.3.6.1.2.1.2.2.1.6.1", b"\x00\x11\x22\x33\x44\x55", b"\x00\x11\x22\x00\x00\x01"),
        ("1.3.6.1.2.1.2.2.1.6.2", b"abcdef", b"abc\x00\x00\x01"),
        ("1.3.6.1.2.1.2.2.1.6.3", bytes(6), bytes(6)),
        ("1.3.6.1.2.1.17.1.1.0", b"\xf0\x11\x22\x33\x44\x55", b"\xf0\x11\x22\x00\x00\x01"),
        ("1.3.6.1.2.1.2.2.1.2.1", b"Port 1", b"Port 1"),
        (
            "1.3.6.1.6.3.10.2.1.1.0",
            b"\x80\x00\x00\x09\x03\x00\x1b\x21\xaa\xbb\xcc",
            b"\x80\x00\x00\x09\x03\x00\x1b\x21\0\0\0",
        ),
    ],
)
def test_what_is_known_to_be_private_is_replaced(oid, content, instead):
    assert Scrubber().octets(oid, content) == instead


@pytest.mark.parametrize(
    "oid",
    [
        "1.3.6.1.2.1.4.22.1.2.1.10.0.0.1",
        "1.3.6.1.2.1.17.4.3.1.1.0.1.2.3.4.5",
        "1.3.6.1.6.3.15.1.2.2.1.3",
        "1.3.6.1.2.1.25.4.2.1.5.7",
    ],
)
def test_tables_of_stations_programs_and_users_are_left_out(oid):
    assert is_left_out(oid)


@pytest.mark.parametrize("oid", ["1.3.6.1.2.1.2.2.1.10.1", "1.3.6.1.2.1.47.1.1.1.1.11.1", "1.3.6.1.2.1.40.1", TEXT])
def test_all_else_is_kept(oid):
    assert not is_left_out(oid)


def test_lines_are_what_snmpsim_reads():
    rows = {
        "1.3.6.1.2.1.1.1.0": b"\x04Switch",
        "1.3.6.1.2.1.1.2.0": b"\x061.3.6.1.4.1.9",
        "1.3.6.1.2.1.1.3.0": b"\x43123",
        "1.3.6.1.2.1.2.2.1.2.1": b"\x04 padded | and piped",
        "1.3.6.1.2.1.2.2.1.2.2": b"\x04two\nlines",
        "1.3.6.1.2.1.2.2.1.10.1": b"\x417",
        "1.3.6.1.2.1.4.20.1.1.10.0.0.1": b"\x40\x0a\x00\x00\x01",
        "1.3.6.1.4.1.9.2.0": b"\x40\x0a\x00\x00\x01",
        "1.3.6.1.4.1.9.3.0": b"\x05",
        "1.3.6.1.4.1.9.4.0": b"\x44\x9f\x78\x04\x42\x2a\x00\x00",
    }
    assert list(lines(rows, Scrubber())) == [
        "1.3.6.1.2.1.1.1.0|4|Switch",
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9",
        "1.3.6.1.2.1.1.3.0|67|123",
        "1.3.6.1.2.1.2.2.1.2.1|4x|20706164646564207c20616e64207069706564",
        "1.3.6.1.2.1.2.2.1.2.2|4x|74776f0a6c696e6573",
        "1.3.6.1.2.1.2.2.1.10.1|65|7",
        "1.3.6.1.4.1.9.2.0|64|192.0.2.1",
        "1.3.6.1.4.1.9.3.0|5|",
        "1.3.6.1.4.1.9.4.0|68x|9f7804422a0000",
    ]
