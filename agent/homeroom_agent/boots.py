"""Counting boots, and those that no clean shutdown preceded. Pure: what is remembered goes in and comes out.

A service watches the boot that it runs in, and leaves a mark when the system asks it to end. A boot that follows a
watched one without that mark followed a power cut, a crash, or a battery that ran out. Without a service nobody
watches, and the number stays unknown.
"""

from __future__ import annotations

from typing import Any

COUNTS = ("boots_total", "unexpected_shutdowns_total")

_CLOCK_SLACK_SECONDS = 600.0


def begin(memory: dict[str, Any], boot: str, *, watching: bool, ended: str) -> dict[str, Any]:
    """Note the boot that is running. ``ended`` is the boot that the service's mark names, or empty."""
    after = dict(memory)
    before = memory.get("boot", "")
    if not same_boot(before, boot):
        after["boots_total"] = memory.get("boots_total", 0) + 1
        if memory.get("watched") and not same_boot(ended, before):
            after["unexpected_shutdowns_total"] = memory.get("unexpected_shutdowns_total", 0) + 1
        after["watched"] = False
    after["boot"] = boot
    if watching:
        after["watched"] = True
        after.setdefault("unexpected_shutdowns_total", 0)
    return after


def same_boot(one: str, other: str) -> bool:
    """Whether two boot ids mean one boot. Ids made of a boot time (``time:…``) move a little when the clock is set."""
    if one.startswith("time:") and other.startswith("time:"):
        return abs(float(one[5:]) - float(other[5:])) < _CLOCK_SLACK_SECONDS
    return one == other
