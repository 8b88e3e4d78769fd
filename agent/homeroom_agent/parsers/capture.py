"""Captured bytes into text and JSON, bounded. Raises CaptureError, and nothing else, for what cannot be read."""

import json
import math
from pathlib import Path
from typing import Any

from homeroom_agent.errors import CaptureError

# The largest public capture is 0.2 MB; a year of powercfg history stays under 2 MB.
CAPTURE_BYTES = 16 * 1024 * 1024


def read(path: Path) -> bytes:
    """The whole file. Raises CaptureError where it is missing, unreadable or too large."""
    try:
        with path.open("rb") as file:
            raw = file.read(CAPTURE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise CaptureError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > CAPTURE_BYTES:
        raise CaptureError(f"{path}: over {CAPTURE_BYTES} bytes, not a capture")
    return raw


def text(raw: bytes) -> str:
    """Decode what a system tool wrote: UTF-16 with a mark, UTF-8, else the console's code page 850.

    Line ends become line feeds: wmic ends its lines with CR CR LF where its output is piped.
    """
    return _decoded(raw).replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp850")


def json_value(raw: bytes) -> Any:
    """Decode JSON, in UTF-8 or (PowerShell's redirection) UTF-16. NaN and the infinities become None."""
    try:
        return json.loads(_decoded(raw), parse_constant=lambda _: None, parse_float=_finite)
    except RecursionError:
        raise CaptureError("not a capture: JSON nested too deeply") from None
    except ValueError as error:
        raise CaptureError(f"not JSON: {error}") from None


def json_object(raw: bytes) -> dict[str, Any]:
    """Decode a JSON object; CaptureError where it is something else."""
    value = json_value(raw)
    if not isinstance(value, dict):
        raise CaptureError("not a capture: a JSON object was expected")
    return value


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None
