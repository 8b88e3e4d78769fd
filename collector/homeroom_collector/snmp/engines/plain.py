"""Tells which answers gufo-snmp may read itself.

gufo-snmp decodes fast but trusts its peer: it does not look at error-status, cuts a twelve-byte Counter32 to four,
and panics on an empty binding. So each datagram is looked at here before gufo may have it, and what is not plain is
read with ``wire.py``. Plain is: well formed, no error, each value a number, text or OID of proper length.
"""

from __future__ import annotations

import re
from typing import Final

from homeroom_collector.snmp.engines.wire import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    INTEGER,
    OBJECT_ID,
    OCTETS,
    RESPONSE,
    SEQUENCE,
    TIME_TICKS,
    MalformedError,
    Octets,
    element,
)

_MOST_OCTETS: Final = {INTEGER: 4, COUNTER32: 4, GAUGE32: 4, TIME_TICKS: 4, COUNTER64: 8, OBJECT_ID: 126}
_MESSAGE_TAGS: Final = (SEQUENCE, INTEGER, OCTETS)
_SHORT_NAMES, _SHORT_BINDINGS = range(9, 17), range(14, 49)
"""Octets of a name and of a whole binding, as nearly all counters have them."""


def is_plain(octets: Octets, size: int) -> bool:
    """Tell whether gufo reads this version 1 or 2c response as it is meant."""
    try:
        outer, position, end = element(octets, 0, size)
        version, start, position = element(octets, position, end)
        if position - start != 1 or octets[start] > 1:
            return False
        community, _, position = element(octets, position, end)
        return (outer, version, community) == _MESSAGE_TAGS and is_plain_pdu(octets, position, end)
    except (MalformedError, IndexError):
        return False


def is_plain_pdu(octets: Octets, position: int, end: int) -> bool:
    """Tell the same of the PDU between two positions. Raises MalformedError or IndexError where it is cut short."""
    kind, position, end = element(octets, position, end)
    number, start, position = element(octets, position, end)
    if (kind, number) != (RESPONSE, INTEGER) or not 0 < position - start <= 5:
        return False
    if octets[position : position + 6] != b"\x02\x01\x00\x02\x01\x00":
        return False
    rows, position, end = element(octets, position + 6, end)
    return rows == SEQUENCE and position < end and _are_plain(octets, position, end)


def _are_plain(octets: Octets, position: int, end: int) -> bool:
    """Go through all bindings. Runs for every answer, so what is short is one match, and the rest one loop."""
    while position < end:
        position = _after_short_ones(octets, position, end)
        if position < end:
            after = _after_plain(octets, position)
            if after is None:
                return False
            position = after
    return position == end


def _after_short_ones(octets: Octets, position: int, end: int) -> int:
    found = _SHORT_ONES.match(octets, position, end)
    assert found is not None  # it matches the empty string too
    return found.end()


def _after_plain(octets: Octets, position: int) -> int | None:
    """Where the binding at a position ends; None where it is not plain. Raises IndexError where it is cut short."""
    tag, length, position = _head(octets, position)
    stop = position + length
    if tag != SEQUENCE or octets[position] != OBJECT_ID:
        return None
    position += octets[position + 1] + 2
    if position + 2 > stop or octets[position - 1] > 127:
        return None
    tag, length, start = _head(octets, position)
    if start + length != stop or (tag == OBJECT_ID and octets[stop - 1] > 127):
        return None
    is_short = start == position + 2
    return stop if tag == OCTETS or (is_short and length and _fits(tag, length, octets[start])) else None


def _head(octets: Octets, position: int) -> tuple[int, int, int]:
    """Tag, length and where the content starts: in the short form or in one or two octets of length."""
    tag, length = octets[position], octets[position + 1]
    if length <= 127:
        return tag, length, position + 2
    if length == 0x81:
        return tag, octets[position + 2], position + 3
    if length == 0x82:
        return tag, octets[position + 2] << 8 | octets[position + 3], position + 4
    return tag, -1, position


def _fits(tag: int, length: int, first: int) -> bool:
    most = _MOST_OCTETS.get(tag, -2)
    return length <= most or (length == most + 1 and first == 0)


def _short_ones() -> re.Pattern[bytes]:
    """Any number of plain bindings whose lengths are the usual ones, one branch for each pair of lengths."""
    bindings = []
    for size in _SHORT_BINDINGS:
        contents = [_content(name, size - 4 - name) for name in _SHORT_NAMES if size - 4 - name >= 0]
        bindings.append(b"\\x%02x\\x06(?:%b)" % (size, b"|".join(contents)))
    return re.compile(b"(?:0(?:%b))*+" % b"|".join(bindings), re.DOTALL)


def _content(name: int, value: int) -> bytes:
    """Pattern of a name and a value of so many octets; a name never ends in the middle of an arc."""
    tags = [OCTETS, *(tag for tag, most in _MOST_OCTETS.items() if tag != OBJECT_ID and 0 < value <= most)]
    either = b"".join(b"\\x%02x" % tag for tag in tags)
    return b"\\x%02x.{%d}[\\0-\\x7f][%b]\\x%02x.{%d}" % (name, name - 1, either, value, value)


_SHORT_ONES: Final = _short_ones()
