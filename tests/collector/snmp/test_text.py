import pytest

from homeroom_collector.snmp.reading.text import hexadecimal, mac, text, whole


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Gi1/0/1", "Gi1/0/1"),
        (b"Software Loopback Interface 1\0", "Software Loopback Interface 1"),
        ("Zürich".encode(), "Zürich"),
        ("Zürich".encode("latin-1"), "Zürich"),
        (b"\x80\x7f\x01", "0x807f01"),
        (b"\xff\x9e\0\0", "0xff9e0000"),
        (b"ag\0\0\0", "ag"),
        (b"\0\x08=\x12\0", "="),
        (b"\x01\x02", "0x0102"),
        (b"line one\r\nline two\r\n", "line one\r\nline two"),
        (b" \0 ", None),
        (b"", None),
        (None, None),
        (7, "7"),
    ],
)
def test_octets_become_text(raw, expected):
    assert text(raw) == expected


def test_text_is_cut_to_its_bound():
    assert text(b"x" * 300, limit=255) == "x" * 255


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"\x00\x11\x22\x33\x44\x55", "00:11:22:33:44:55"),
        (b"00:11:22:33:44:55", "00:11:22:33:44:55"),
        (b"0:11:2:33:4:55", "00:11:02:33:04:55"),
        (b"0011.2233.4455", "00:11:22:33:44:55"),
        (b"00-11-22-33-44-55", "00:11:22:33:44:55"),
        (b"\0\0\0\0\0\0", None),
        (b"", None),
        (7, None),
    ],
)
def test_hardware_addresses_have_one_form(raw, expected):
    assert mac(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(7, 7), (7.9, 7), (b"42", 42), (b"-3\0", -3), (b"4 2", None), (b"", None), (None, None)],
)
def test_whole_numbers_come_out_of_text_too(raw, expected):
    assert whole(raw) == expected


def test_no_octets_have_no_hexadecimal():
    assert hexadecimal(b"") == ""
