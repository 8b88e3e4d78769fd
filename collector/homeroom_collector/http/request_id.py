"""The name of each request, in its answer and in the lines of the log that it causes: so one finds the other.

It says nothing: neither who asked nor how many did. Nothing is stored.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from random import Random

from multidict import istr

HEADER = istr("X-Request-Id")  # looked up for every request, four times as fast as a plain string
# UUIDs and what nginx and Caddy make. No colons and points: HAProxy's own format has the client's address in it.
_WELL_FORMED = re.compile(r"[0-9A-Za-z-]{8,64}")
_FIRST_BIT = 1 << 63  # set, so that hex() always gives 16 digits: it is the fastest, and each report pays for it
_current: ContextVar[str] = ContextVar("request_id", default="")
# Not a secret, and two of a kind do no harm; a system call for each report would.
_chance = Random()  # noqa: S311


def begin(given: str | None = None) -> None:
    """Name the request that is answered from here on. ``given`` is what a trusted proxy calls it, None: nothing."""
    if given is None or not _WELL_FORMED.fullmatch(given):
        given = hex(_chance.getrandbits(64) | _FIRST_BIT)[2:]
    _current.set(given)


def current() -> str:
    """The name of the request that is answered here; empty outside of any."""
    return _current.get()
