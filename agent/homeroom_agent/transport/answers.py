"""What the collector says, told apart from what anything else on the way says (RFC 9457, RFC 9110)."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from homeroom_agent.errors import TransportError
from homeroom_agent.transport.client import Answer

_OK, _CREATED = 200, 201
_NEVER_TAKEN = frozenset({400, 413, 415, 422})
_NEEDS_A_COLLECTOR = frozenset(range(200, 500)) - {429}
_RETRY_AFTER_LIMIT_SECONDS = 86400.0
_DETAIL_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Accepted:
    """The collector committed the batch. ``rejected`` gives index and reason of those it will never take."""

    accepted: int
    duplicates: int
    rejected: dict[int, str]
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The device is known. ``device_key`` is secret."""

    device_id: str
    device_key: str
    settings: dict[str, Any]


def accepted(answer: Answer, count: int) -> Accepted:
    """Read the answer to a batch of ``count`` reports. Raises TransportError for everything but a commit."""
    document = _document(answer, _OK)
    taken, duplicates, rejected = (document.get(name) for name in ("accepted", "duplicates", "rejected"))
    if not (isinstance(taken, int) and isinstance(duplicates, int) and isinstance(rejected, list)):
        raise _not_a_collector(answer)
    reasons = dict(_rejection(item, count, answer) for item in rejected)
    return Accepted(taken, duplicates, reasons, _settings(document))


def enrolled(answer: Answer) -> Enrolled:
    """Read the answer to an enrolment. Raises TransportError; permanent where the token is refused."""
    document = _document(answer, _CREATED)
    device_id, device_key = document.get("device_id"), document.get("device_key")
    if not isinstance(device_id, str) or not isinstance(device_key, str) or not device_key:
        raise _not_a_collector(answer)
    return Enrolled(device_id, device_key, _settings(document))


def fine(answer: Answer) -> None:
    """Accept any answer of a collector that is 200. Raises TransportError."""
    if answer.status != _OK:
        raise _refusal(answer)


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Seconds asked for by ``Retry-After``, as a number or a date (RFC 9110, 10.2.3); at most a day."""
    if value is None:
        return None
    try:
        seconds = float(value) if value.strip().isdigit() else parsedate_to_datetime(value).timestamp() - now
    except ValueError:
        return None
    return min(max(0.0, seconds), _RETRY_AFTER_LIMIT_SECONDS)


def _document(answer: Answer, expected: int) -> dict[str, Any]:
    if answer.status != expected:
        raise _refusal(answer)
    document = _json_object(answer)
    if document is None:
        raise _not_a_collector(answer)
    return document


def _json_object(answer: Answer) -> dict[str, Any] | None:
    if not answer.content_type.endswith("json"):
        return None
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _rejection(item: Any, count: int, answer: Answer) -> tuple[int, str]:
    index = item.get("index") if isinstance(item, dict) else None
    if type(index) is not int or not 0 <= index < count:
        raise _not_a_collector(answer)
    return index, str(item.get("detail", ""))[:_DETAIL_LENGTH]


def _settings(document: dict[str, Any]) -> dict[str, Any]:
    settings = document.get("settings")
    return settings if isinstance(settings, dict) else {}


def _refusal(answer: Answer) -> TransportError:
    """An error status. Only a collector's own JSON may say that a report, or a key, is refused for good."""
    problem = _json_object(answer)
    if problem is None and answer.status in _NEEDS_A_COLLECTOR:
        return _not_a_collector(answer)
    wait = retry_after_seconds(answer.headers.get("Retry-After"), time.time())
    detail = str(problem.get("detail") or problem.get("title") or "")[:_DETAIL_LENGTH] if problem else ""
    return TransportError(
        f"answered {answer.status}{': ' + detail if detail else ''}",
        permanent=answer.status in _NEVER_TAKEN,
        status=answer.status,
        retry_after_seconds=wait,
    )


def _not_a_collector(answer: Answer) -> TransportError:
    kind = answer.content_type or "no content type"
    return TransportError(
        f"answered {answer.status} with {kind}, which no Homeroom collector does: "
        "a Wi-Fi portal that wants a login, a filter's page, or a wrong collector.url"
    )
