"""Windows: the text of Get-Tpm and of tpmtool. tpmtool's words are translated: what is not understood is unknown."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.values import flag
from homeroom_agent.parsers.windows.tpm import Tpm, document, spec_version


def parse_get_tpm(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.get-tpm.txt`` capture."""
    values = _values(raw)
    if "TpmPresent" not in values:
        raise CaptureError("not Get-Tpm's output: it has no TpmPresent")
    present, ready, enabled = (flag(values.get(f"Tpm{name}")) for name in ("Present", "Ready", "Enabled"))
    return document(Tpm(present=present, enabled=enabled, ready=ready))


def parse_tpmtool(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.tpmtool.txt`` capture: the version has the same form in every language."""
    values = _values(raw)
    version = next((spec_version(value) for value in values.values() if re.fullmatch(r"[12]\.[0-9]", value)), None)
    if not values:
        raise CaptureError("not tpmtool's output: it has no name and value")
    present = flag(values.get("TPM Present"))
    present = True if present is None and version is not None else present
    ready = [flag(value) for value in values.values() if flag(value) is not None]
    return document(Tpm(present=present, version=version, ready=True if ready[:2] == [True, True] else None))


def _values(raw: bytes) -> dict[str, str]:
    rows = (line.strip().lstrip("-").partition(":") for line in capture.text(raw).splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in rows}
