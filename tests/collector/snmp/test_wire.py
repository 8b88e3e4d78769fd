"""The strict reader, and the promise behind the fast path: what is plain, gufo-snmp reads as it is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fast_agent import Counter32, Counter64, encode_oid, encode_value, tlv
from homeroom_collector.snmp.engines import plain, wire
from homeroom_collector.snmp.engines.exchange import END
from homeroom_collector.snmp.session import IpAddress, Oid

from .hostile import Request, binding

REQUEST = Request(1, b"public", 0xA0, b"\x11\x22\x33", (), 1)
NAME = "1.3.6.1.2.1.2.2.1.10.1"


def is_plain(datagram: bytes) -> bool:
    return plain.is_plain(bytearray(datagram), len(datagram))


def strictly(octets: bytearray) -> list[tuple[str, object]] | None:
    """Bindings; None for a name with an arc past 32 bits, which nobody asked for whoever reads it."""
    try:
        return wire.read(octets).pdu.bindings
    except wire.MalformedError as error:
        if str(error) != "a name that is not an OID":
            raise
        return None


@pytest.mark.parametrize(
    "value",
    [
        encode_value(0),
        encode_value(-1),
        encode_value(Counter32(2**32 - 1)),
        encode_value(Counter64(2**64 - 1)),
        tlv(4, b""),
        tlv(4, b"x" * 127),
        tlv(4, b"x" * 128),
        tlv(4, b"x" * 3000),
        encode_oid("1.3.6.1.4.1.9"),
    ],
)
def test_proper_values_are_plain(value):
    answer = REQUEST.answer(binding(NAME, value), binding(NAME + ".2", encode_value(5)))
    assert is_plain(answer)
    assert [name for name, _ in wire.read(answer).pdu.bindings] == [NAME, NAME + ".2"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        REQUEST.answer(),
        REQUEST.answer(binding(NAME, encode_value(1)), status=2),
        REQUEST.answer(binding(NAME, encode_value(1)), kind=0xA8),
        REQUEST.answer(binding(NAME, b"\x05\x00")),
        REQUEST.answer(binding(NAME, b"\x82\x00")),
        REQUEST.answer(binding(NAME, tlv(0x40, b"\x0a\x00\x00\x01"))),
        REQUEST.answer(binding(NAME, tlv(0x44, b"\x9f\x78\x04\x00\x00\x00\x00"))),
        REQUEST.answer(tlv(0x30, b"")),
        REQUEST.answer(tlv(0x30, encode_oid(NAME))),
    ],
    ids=range(10),
)
def test_everything_else_is_not(answer):
    assert not is_plain(answer)


def test_a_number_in_the_long_form_is_left_to_the_strict_reader():
    answer = REQUEST.answer(binding(NAME, b"\x41\x81\x04\x00\x00\x00\x05"))
    assert not is_plain(answer)
    assert wire.read(answer).pdu.bindings == [(NAME, 5)]


@given(st.binary(max_size=300))
def test_no_octets_break_the_reader(octets):
    is_plain(octets)
    try:
        wire.read(octets)
    except wire.MalformedError:
        return


VALUES = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.integers(0, 2**32 - 1).map(Counter32),
    st.integers(0, 2**64 - 1).map(Counter64),
    st.binary(max_size=200),
)


@given(
    st.lists(st.tuples(st.integers(1, 2**31), VALUES), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=3),
)
def test_what_is_plain_can_be_read_strictly_too(rows, spots):
    octets = bytearray(REQUEST.answer(*(binding(f"{NAME}.{row}", encode_value(value)) for row, value in rows)))
    for place, octet in spots:
        octets[place % len(octets)] = octet
    if plain.is_plain(octets, len(octets)):
        found = strictly(octets)
        if found is None:
            return
        assert found
        assert all(value is not None and value is not END for _, value in found)


@pytest.mark.parametrize(
    ("tag", "content", "value"),
    [
        (2, b"\xff", -1),
        (0x41, b"\xff\xff\xff\xff", 2**32 - 1),
        (0x41, b"\x00\xff\xff\xff\xff", 2**32 - 1),
        (0x41, b"\x01\xff\xff\xff\xff", None),
        (0x41, b"", None),
        (0x46, b"\xff" * 8, 2**64 - 1),
        (0x46, b"\x00" + b"\xff" * 8, 2**64 - 1),
        (6, b"\x2b\x06\x01", Oid("1.3.6.1")),
        (6, b"\x88\x37", Oid("2.999")),
        (6, b"\x00", Oid("0.0")),
        (6, b"", None),
        (6, b"\x2b\x86", None),
        (6, b"\x2b\x90\x80\x80\x80\x00", None),
        (0x40, b"\x0a\x00\x00\x01", IpAddress("10.0.0.1")),
        (0x40, b"\x0a\x00\x01", None),
        (0x44, b"\x9f\x78\x04\x42\x2a\x00\x00", 42.5),
        (0x44, b"\x9f\x78\x04\x42", b"\x9f\x78\x04\x42"),
        (0x82, b"", END),
        (0x80, b"", None),
        (0x05, b"", None),
        (0x09, b"\x80", None),
    ],
)
def test_each_tag_has_its_value(tag, content, value):
    found = wire.value_of(tag, content)
    assert (type(found), found) == (type(value), value)
