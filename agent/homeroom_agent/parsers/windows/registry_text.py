r"""Windows: the text of ``reg query``: a key on its own line, then ``    name    REG_TYPE    value``.

Console output is in the OEM code page and its errors in the language of the system.
"""

import re

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture

_VALUE = re.compile(r"(?: {2,}|\t)(\S(?:.*?\S)?)(?: {2,}|\t)(REG_[A-Z_]+)(?:(?: {2,}|\t)(.*))?")
_KEY = re.compile(r"HKEY_[A-Z_]+(\\.*)?")
# reg's own message, such as "ERROR: The system was unable to find the specified registry key or value."
_ERROR = re.compile(r"\s*[^\W\d_]{3,12}\s*:\s\S.{0,200}")


def values(raw: bytes) -> dict[str, int | str]:
    """Values by name: numbers of REG_DWORD and REG_QWORD, text of the others. A message instead is no values.

    Raises CaptureError where it is neither.
    """
    lines = [line for line in capture.text(raw).splitlines() if line.strip()]
    found = [match for line in lines[:20_000] if (match := _VALUE.fullmatch(line.rstrip()))]
    has_key = any(_KEY.fullmatch(line.strip()) for line in lines)
    if lines and not found and not has_key and not (len(lines) <= 3 and _ERROR.fullmatch(lines[0])):
        raise CaptureError("not reg's output: it has neither a key nor a value")
    return {match[1]: _value(match[2], (match[3] or "").strip()) for match in found}


def _value(kind: str, text: str) -> int | str:
    if kind in ("REG_DWORD", "REG_QWORD") and re.fullmatch(r"0x[0-9a-fA-F]{1,16}", text):
        return int(text, 16)
    return text
