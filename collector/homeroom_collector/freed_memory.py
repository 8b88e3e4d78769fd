"""Giving back to the system what the C library keeps of freed memory.

Bodies of all sizes, decompressed and decoded, leave holes between what stays. glibc keeps the pages of these holes
unless it is asked (malloc_trim(3)), so that a collector under odd load would seem to grow for days.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys

EVERY_SECONDS = 120.0


def give_back() -> bool:
    """Return free pages to the system; False where there is nothing to return or another C library. Milliseconds."""
    if sys.platform != "linux":
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))


async def keep_giving_back() -> None:
    """Do so every few minutes, beside the event loop, until cancelled."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await asyncio.to_thread(give_back)
