"""How the log is written: a line of text for people, or one JSON object a line for programs that collect logs.

Everything goes to standard error, where systemd and containers take it from. What is written is the callers' to say; no
secret is ever among it.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import msgspec

from homeroom_collector.http import request_id

Form = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]
# Of migrations migrate.py says what changed; of a report's printing nobody wants to know each step.
_TALKATIVE = ("alembic", "fontTools", "weasyprint")
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """``format``: text or JSON; ``level``: the least that is written."""

    format: Form = "text"
    level: Level = "info"


class TextFormatter(logging.Formatter):
    """A line for people; where a request caused it, its name stands at the end, before any traceback."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        """Write the line."""
        named = request_id.current()
        return super().formatMessage(record) + (f" [request {named}]" if named else "")


class JsonFormatter(logging.Formatter):
    """One object a line: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, ``request`` and ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if named := request_id.current():
            said["request"] = named
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(said).decode()


def begin() -> None:
    """Write text, until a configuration says otherwise."""
    logging.basicConfig(level=logging.INFO, format=_TEXT, stream=sys.stderr)
    for talkative in _TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)


def follow(settings: LogSettings) -> None:
    """Write from now on as the configuration says."""
    root = logging.getLogger()
    root.setLevel(settings.level.upper())
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter() if settings.format == "json" else TextFormatter())
