"""What a device says when it asks to be let in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from homeroom_agent.errors import ReportError
from homeroom_agent.report import Identity
from homeroom_agent.report.codec import facts_from_wire
from homeroom_collector.errors import RefusedError
from homeroom_collector.ingest.wire import json_object

_WRITER = re.compile(r"(?:[0-9a-f]{16,32})?")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One request. ``writer`` is who numbers the reports: a name that lives as long as the numbering; empty: none."""

    token: str
    identity: Identity
    writer: str = ""


def enrolment(raw: bytes) -> Enrolment:
    """Decode ``{"token", "device", "writer"}``, the last optional. Raises RefusedError."""
    document = json_object(raw, {"token", "device"}, {"writer"})
    token, writer = document["token"], document.get("writer", "")
    if not isinstance(token, str):
        raise RefusedError(422, "token: expected text")
    if not isinstance(writer, str) or not _WRITER.fullmatch(writer):
        raise RefusedError(422, "writer: expected 16 to 32 hexadecimal digits in lower case")
    try:
        return Enrolment(token, facts_from_wire(Identity, document["device"], "device"), writer)
    except ReportError as error:
        raise RefusedError(422, str(error)) from None
