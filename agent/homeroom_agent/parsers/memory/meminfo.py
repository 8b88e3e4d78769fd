"""Linux: ``/proc/meminfo``. Its "kB" are KiB (proc_meminfo(5))."""

from dataclasses import dataclass
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.values import whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Memory and swap in bytes. ``available`` is None on kernels before 3.14, where any figure would be a guess."""

    total: int | None = None
    available: int | None = None
    swap_total: int | None = None
    swap_free: int | None = None

    @property
    def swap_used(self) -> int | None:
        """Swap in use."""
        if self.swap_total is None or self.swap_free is None:
            return None
        return max(self.swap_total - self.swap_free, 0)


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.meminfo.txt`` capture."""
    found = amounts(capture.text(raw))
    if found == Amounts():
        raise CaptureError("not /proc/meminfo: it has none of MemTotal, MemAvailable, SwapTotal, SwapFree")
    return document(found)


def document(found: Amounts) -> dict[str, Any]:
    """The answer of ``parse memory``."""
    return {
        "total_bytes": found.total,
        "available_bytes": found.available,
        "swap_total_bytes": found.swap_total,
        "swap_used_bytes": found.swap_used,
    }


def amounts(text: str) -> Amounts:
    """Read the four lines that are reported."""
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return Amounts(
        total=_bytes(lines.get("MemTotal")),
        available=_bytes(lines.get("MemAvailable")),
        swap_total=_bytes(lines.get("SwapTotal")),
        swap_free=_bytes(lines.get("SwapFree")),
    )


def _bytes(words: str | None) -> int | None:
    parts = (words or "").split()
    amount = whole(parts[0], 0, 2**53) if parts else None
    return None if amount is None else amount * (1024 if parts[1:2] == ["kB"] else 1)
