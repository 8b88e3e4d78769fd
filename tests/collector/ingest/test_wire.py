"""The fast decoder takes exactly what the reference decoder takes."""

import contextlib
import json
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.ingest.wire_documents import document
from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report, decode, from_wire, to_wire
from homeroom_collector.errors import RefusedError
from homeroom_collector.ingest.enrolment import enrolment
from homeroom_collector.ingest.wire import Wire

GOLDEN = sorted((Path(__file__).parents[2] / "data" / "reports").glob("*.json"))
WIRE = Wire()


def plain(report: Any) -> Any:
    """Facts as JSON values, whichever decoder made them."""
    return to_wire(report) if isinstance(report, Report) else msgspec.to_builtins(report)


def outcome(decoder: Any, raw: bytes) -> Any:
    """What a decoder makes of bytes: facts, or the reason why not."""
    try:
        return plain(decoder(raw))
    except ReportError as error:
        return str(error)


def judged(decoder: Any, raw: bytes) -> Any:
    """An outcome that can be compared: with defaults filled in, and numbers as the floats they may become."""
    facts = outcome(decoder, raw)
    return _as_floats(plain(from_wire(facts))) if isinstance(facts, dict) else facts


def _as_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_floats(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_the_fast_decoder_takes_and_refuses_what_the_reference_does(seed: int, ascii_only: bool):
    raw = json.dumps(document(Random(seed)), ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert judged(WIRE.report, raw) == judged(decode, raw)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_nearly_every_right_report_goes_the_fast_way(seed: int):
    made = document(Random(seed), odd=False)
    raw = json.dumps(made).encode()
    if max(_numbers(made), default=0) < 2**63:
        assert not isinstance(WIRE.report(raw), Report)
    assert judged(WIRE.report, raw) == judged(decode, raw)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(GOLDEN), st.data())
def test_a_damaged_report_is_judged_alike(path: Path, data: st.DataObject):
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert judged(WIRE.report, bytes(raw)) == judged(decode, bytes(raw))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_golden_report_goes_the_fast_way(path: Path):
    raw = path.read_bytes()
    assert not isinstance(WIRE.report(raw), Report)
    assert judged(WIRE.report, raw) == judged(decode, raw)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_report_made_in_this_process_comes_out_the_same(path: Path):
    made = decode(path.read_bytes())
    decoded = WIRE.converted(made)
    assert plain(from_wire(plain(decoded.report))) == to_wire(made)
    assert plain(from_wire(json.loads(decoded.raw))) == to_wire(made)


def test_a_counter_of_sixty_four_bits_is_kept_whole():
    raw = b'{"source":"agent","sequence":1,"measured_at":1,"memory":{"total_bytes":18446744073709551615}}'
    report = WIRE.report(raw)
    assert report.memory
    assert report.memory.total_bytes == 2**64 - 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"reports":[{"source":"agent","sequence":1,"measured_at":NaN}]}', 400),
        (b"\xff\xfe", 400),
        (b'{"reports":' + b"[" * 100_000, 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"reports":{}}', 422),
        (b'{"reports":[]}', 422),
        (b'{"reports":[],"more":1}', 422),
        (b'{"reports":[' + b",".join([b"{}"] * 4) + b"]}", 413),
    ],
)
def test_a_body_that_is_unusable_as_a_whole_is_refused_as_a_whole(body: bytes, status: int):
    with pytest.raises(RefusedError) as caught:
        WIRE.batch(body, most=3)
    assert caught.value.status == status


def test_one_bad_report_does_not_spoil_the_others():
    good = b'{"source":"agent","sequence":1,"measured_at":1}'
    bad = b'{"source":"agent","sequence":1,"measured_at":1,"user":"jo"}'
    decoded, rejected = WIRE.batch(b'{"reports":[%b,%b,%b]}' % (good, bad, good), most=3)
    assert [each.position for each in decoded] == [0, 2]
    assert [(each.index, each.detail) for each in rejected] == [(1, "user: unknown field")]


def test_blanks_are_not_stored():
    spread = json.dumps({"source": "agent", "sequence": 1, "measured_at": 1}, indent=2000).encode()
    decoded, _ = WIRE.batch(b'{"reports":[%b]}' % spread, most=3)
    assert len(decoded[0].raw) < 100


@given(st.binary(max_size=200))
@example(b'{"token":"t","device":{"platform":"linux"}}')
@example(b'{"token":1,"device":{"platform":"linux"}}')
@example(b'{"token":"t","device":{"platform":"linux","user":"jo"}}')
@example(b'{"token":"t","device":[]}')
@example(b'{"token":"t"}')
def test_an_enrolment_is_read_or_refused_and_never_anything_else(body: bytes):
    read = None
    with contextlib.suppress(RefusedError):
        read = enrolment(body)
    assert read is None or (read.token, read.identity.platform) == ("t", "linux")


@pytest.mark.parametrize("writer", ['"0123456789abcdef"', '""'])
def test_an_enrolment_may_say_who_numbers_the_reports(writer: str):
    read = enrolment(b'{"token":"t","device":{"platform":"linux"},"writer":%b}' % writer.encode())
    assert read.writer == writer.strip('"')


@pytest.mark.parametrize("writer", ["1", "null", '"zz"', '"0123456789ABCDEF"', '"' + "0" * 33 + '"', '"0;1=2"'])
def test_a_writers_name_is_hexadecimal_or_refused(writer: str):
    with pytest.raises(RefusedError, match="writer: expected"):
        enrolment(b'{"token":"t","device":{"platform":"linux"},"writer":%b}' % writer.encode())


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [number for item in inner for number in _numbers(item)]
    return [value] if isinstance(value, int | float) else []


@pytest.mark.parametrize(
    "raw",
    [
        b'{"source":"\\ud800","sequence":1,"measured_at":1}',
        '{"source":"agent","sequence":1,"measured_at":1}'.encode("utf-16"),
        b'\xef\xbb\xbf{"source":"agent","sequence":1,"measured_at":1}',
        b'{"source":"agent","sequence":1,"measured_at":1,"uptime":{"uptime_seconds":1%b}}' % (b"0" * 400),
    ],
    ids=["half a surrogate", "UTF-16", "byte order mark", "beyond every float"],
)
def test_what_could_not_be_stored_is_refused_by_both_decoders(raw: bytes):
    for decoder in (decode, WIRE.report):
        with pytest.raises(ReportError):
            decoder(raw)
