"""What Alertmanager says: the webhook of version 4, and ``GET /api/v2/alerts``.

github.com/prometheus/alertmanager, docs/configuration.md and api/v2/openapi.yaml. Fields that are not needed are not
looked at, so that newer versions may add some.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from homeroom_collector.errors import CollectorError
from homeroom_collector.rules.alerts import WATCHDOG, Alert

VERSION = "4"
_MOST_TEXT = 2_000
_MOST_ENTRIES = 64


class UnreadableError(CollectorError):
    """Not what Alertmanager sends."""


class _WebhookAlert(msgspec.Struct):
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: datetime  # noqa: N815 - its name on the wire
    fingerprint: str


class _Webhook(msgspec.Struct):
    version: str
    alerts: list[_WebhookAlert]


class _Status(msgspec.Struct):
    state: str
    silencedBy: list[str]  # noqa: N815 - its name on the wire
    inhibitedBy: list[str]  # noqa: N815 - its name on the wire


class _ApiAlert(msgspec.Struct):
    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: datetime  # noqa: N815 - its name on the wire
    fingerprint: str
    status: _Status


class _ApiStatus(msgspec.Struct):
    uptime: datetime


_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_webhook = msgspec.json.Decoder(_Webhook).decode
_api = msgspec.json.Decoder(list[_ApiAlert]).decode
_status = msgspec.json.Decoder(_ApiStatus).decode


def from_webhook(body: bytes) -> list[Alert]:
    """Alerts of one notification. Raises UnreadableError."""
    try:
        sent = _webhook(body)
    except _UNREADABLE as error:
        raise UnreadableError(f"not a notification of Alertmanager: {error}") from None
    if sent.version != VERSION:
        raise UnreadableError(f"webhook version {sent.version[:20]!r} is not understood; known: {VERSION}")
    return [
        Alert(
            fingerprint=each.fingerprint[:_MOST_TEXT],
            labels=_bounded(each.labels),
            annotations=_bounded(each.annotations),
            firing=each.status == "firing",
            started_at=_moment(each.startsAt),
        )
        for each in sent.alerts
        if each.labels.get("alertname") != WATCHDOG
    ]


def from_api(body: bytes) -> list[Alert]:
    """Alerts that are active now, the watchdog too. Raises UnreadableError."""
    try:
        shown = _api(body)
    except _UNREADABLE as error:
        raise UnreadableError(f"not the alerts of Alertmanager: {error}") from None
    return [
        Alert(
            fingerprint=each.fingerprint[:_MOST_TEXT],
            labels=_bounded(each.labels),
            annotations=_bounded(each.annotations),
            firing=True,
            started_at=_moment(each.startsAt),
            quiet=bool(each.status.silencedBy),
            inhibited=bool(each.status.inhibitedBy),
        )
        for each in shown
    ]


def started_at(body: bytes) -> float:
    """Since when Alertmanager runs. Raises UnreadableError."""
    try:
        return _moment(_status(body).uptime)
    except _UNREADABLE as error:
        raise UnreadableError(f"not the status of Alertmanager: {error}") from None


def _moment(said: datetime) -> float:
    """Unix seconds. Raises UnreadableError for what no clock shows: the year 1 without a zone, say."""
    try:
        return said.timestamp()
    except (ValueError, OverflowError, OSError):
        raise UnreadableError(f"startsAt: {said.isoformat()} cannot be") from None


def _bounded(texts: dict[str, str]) -> dict[str, str]:
    return {name[:200]: texts[name][:_MOST_TEXT] for name in sorted(texts)[:_MOST_ENTRIES]}
