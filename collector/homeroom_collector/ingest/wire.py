"""Decoding at speed: msgspec Structs derived from the report's own declarations.

There is one source of truth, ``homeroom_agent.report``. What the fast decoder takes is a part of what the reference
takes; whatever it refuses is shown to the reference, which either accepts it after all (a counter above 63 bits) or
says why not. A fast report is used as a ``Report``: same attributes, same types, but a Struct.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, NamedTuple, NoReturn, cast

import msgspec

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Report, decode, from_wire, to_wire
from homeroom_agent.report.bounds import Bounds
from homeroom_agent.report.codec import FieldShape, shapes
from homeroom_collector.errors import RefusedError
from homeroom_collector.ingest.merge import PREFIXES, SECTIONS, prefix_of, sections_of

# msgspec compares whole numbers as signed 64 bits; counters above that take the reference's way.
_LARGEST = 2**63 - 1
_LONG_BYTES = 4096
_LARGE_BYTES = 65_536
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Decoded(NamedTuple):
    """One report of a batch, and the JSON it was."""

    position: int
    report: Report
    raw: str


@dataclasses.dataclass(frozen=True, slots=True)
class Rejected:
    """One report of a batch that will never be taken, and the HTTP status that says so."""

    index: int
    detail: str
    status: int = 422


def derive(cls: type, known: dict[type, type]) -> type:
    """Make the Struct of a fact class. ``known`` holds those already made and receives the new ones."""
    if cls not in known:
        defaults = {f.name: f.default for f in dataclasses.fields(cls)}
        fields = [_field(shape, defaults[shape.name], known) for shape in shapes(cls).values()]
        known[cls] = msgspec.defstruct(
            cls.__name__,
            fields,
            kw_only=True,
            forbid_unknown_fields=True,
            omit_defaults=True,
            gc=False,  # reports hold no cycles
            rename={shape.name: name for name, shape in shapes(cls).items()},
            module=__name__,
        )
    return known[cls]


def _field(shape: FieldShape, default: Any, known: dict[type, type]) -> tuple[str, Any] | tuple[str, Any, Any]:
    kind = _kind(shape, known)
    if shape.required:
        return shape.name, kind
    return shape.name, (kind | None if shape.optional else kind), default


def _kind(shape: FieldShape, known: dict[type, type]) -> Any:
    if shape.item is None:
        return _value(shape.kind, shape.bounds, known)
    item = _value(shape.item, shape.bounds, known)
    return Annotated[list[item], msgspec.Meta(max_length=shape.bounds.max_items)]  # type: ignore[valid-type]


def _value(kind: type, bounds: Bounds, known: dict[type, type]) -> Any:
    if dataclasses.is_dataclass(kind):
        return derive(kind, known)
    if kind is str:
        return Annotated[str, msgspec.Meta(max_length=bounds.max_length)]
    if kind is bool:
        return bool
    most = bounds.maximum
    if kind is int and most is not None:
        most = min(most, _LARGEST)
    return Annotated[kind, msgspec.Meta(ge=bounds.minimum, le=most)]


def _kept_decoder(report: type[msgspec.Struct], prefix: str) -> msgspec.json.Decoder[Any]:
    """A decoder of what is kept beside reports of one source: sections, each with the time it was measured."""
    kinds = {each.name: each.type for each in msgspec.structs.fields(report)}
    fields = [(name, tuple[float, kinds[name]] | None, None) for name in SECTIONS]  # type: ignore[valid-type]
    names = {name: prefix + name for name in SECTIONS}
    kept = msgspec.defstruct("Kept", fields, rename=names, forbid_unknown_fields=True, gc=False, module=__name__)
    return msgspec.json.Decoder(kept)


class Wire:
    """The decoders, made once and shared by all requests; they hold no state.

    A large body has a thread of its own, one after the other: a hundred milliseconds of JSON that was made to hurt must
    not keep everyone waiting.
    """

    def __init__(self) -> None:
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="large-bodies")
        known: dict[type, type] = {}
        report = derive(Report, known)
        envelope = msgspec.defstruct("Envelope", [("reports", list[msgspec.Raw])], forbid_unknown_fields=True)
        self._kind = report
        self._report: msgspec.json.Decoder[Any] = msgspec.json.Decoder(report)
        self._kept = {prefix: _kept_decoder(report, prefix) for prefix in PREFIXES}
        self._envelope: msgspec.json.Decoder[Any] = msgspec.json.Decoder(envelope)

    def report(self, raw: bytes | str) -> Report:
        """Decode one report. Raises ReportError naming the field."""
        try:
            return cast("Report", self._report.decode(raw))
        except _UNREADABLE:
            return decode(raw)

    def facts(self, document: dict[str, Any]) -> Report:
        """A report from its JSON values. Raises ReportError naming the field."""
        try:
            return cast("Report", msgspec.convert(document, self._kind))
        except msgspec.ValidationError:
            return from_wire(document)

    def newest(self, report: str, kept: str | None) -> Report | None:
        """A stored report with the sections that are kept beside it.

        None where that cannot be read in one go: another source's are among them, or a bound became tighter since.
        """
        try:
            found = self._report.decode(report)
            if kept:
                beside = self._kept[prefix_of(found.source)].decode(kept)
                for name, section in zip(SECTIONS, sections_of(beside), strict=True):
                    if section is not None and getattr(found, name) is None:
                        setattr(found, name, section[1])
        except _UNREADABLE:
            return None
        return cast("Report", found)

    def converted(self, report: Report) -> Decoded:
        """Check a report made inside this process. Raises ReportError naming the field."""
        try:
            struct: Any = msgspec.convert(report, self._kind, from_attributes=True)
            return Decoded(0, struct, msgspec.json.encode(struct).decode())
        except msgspec.ValidationError:
            wire = to_wire(report)
            return Decoded(0, from_wire(wire), _compact(wire))

    def text(self, report: Report) -> str:
        """A report that was decoded here, as :meth:`report` reads it."""
        return _compact(to_wire(report)) if isinstance(report, Report) else msgspec.json.encode(report).decode()

    async def batch_in_turn(self, raw: bytes, most: int) -> tuple[list[Decoded], list[Rejected]]:
        """As :meth:`batch`, without holding up the event loop."""
        if len(raw) <= _LARGE_BYTES:
            return self.batch(raw, most)
        return await asyncio.get_running_loop().run_in_executor(self._aside, self.batch, raw, most)

    def batch(self, raw: bytes, most: int) -> tuple[list[Decoded], list[Rejected]]:
        """Decode ``{"reports": […]}`` into acceptable reports and rejections.

        Raises RefusedError where the whole is unusable: 400 not JSON, 413 too many, 422 not of this form.
        """
        try:
            raws = self._envelope.decode(raw).reports
            _check_count(len(raws), most)
            return [self._decoded(index, item) for index, item in enumerate(raws)], []
        except _UNREADABLE:
            return _slowly(raw, most)

    def _decoded(self, index: int, raw: msgspec.Raw) -> Decoded:
        report = self._report.decode(raw)
        return Decoded(index, report, _text(report, raw))


def _text(report: Any, raw: msgspec.Raw) -> str:
    """The JSON to keep. A long one is written anew: it may be blanks for the most part."""
    view = memoryview(raw)
    return str(view, "utf-8") if len(view) <= _LONG_BYTES else msgspec.json.encode(report).decode()


def _compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def _slowly(raw: bytes, most: int) -> tuple[list[Decoded], list[Rejected]]:
    document = json_object(raw, {"reports"})
    if not isinstance(document["reports"], list):
        raise RefusedError(422, "reports: expected a list")
    _check_count(len(document["reports"]), most)
    accepted, rejected = [], []
    for index, item in enumerate(document["reports"]):
        try:
            accepted.append(Decoded(index, from_wire(item), _compact(item)))
        except ReportError as error:
            rejected.append(Rejected(index, str(error)))
    return accepted, rejected


def json_object(raw: bytes, names: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    """Read a JSON object that has these members, and may have the optional ones. Raises RefusedError."""
    try:
        document = json.loads(raw.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise RefusedError(400, "not JSON: nested too deeply") from None
    except ValueError as error:
        raise RefusedError(400, f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise RefusedError(422, "expected an object")
    if unknown := sorted(set(document) - names - optional):
        raise RefusedError(422, f"{unknown[0][:64]}: unknown field; known here: {', '.join(sorted(names | optional))}")
    if missing := sorted(names - set(document)):
        raise RefusedError(422, f"{missing[0]}: missing")
    return document


def _check_count(count: int, most: int) -> None:
    if count > most:
        raise RefusedError(413, f"{count} reports in one request, at most {most}; send them in several")
    if not count:
        raise RefusedError(422, "reports: at least one is needed")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
