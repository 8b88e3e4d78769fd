"""Sending one letter once for its day, also where processes are killed and several run on one store."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from homeroom_collector.mail import Letter, MailError, MailServer
from homeroom_collector.store import Store, digests

_log = logging.getLogger(__name__)
Outcome = Literal["sent", "empty", "failed", "unknown", "not ours", "done before"]
SETTLED: frozenset[Outcome] = frozenset({"sent", "empty", "unknown", "done before"})
"""Nothing more happens to such a letter by itself."""


@dataclass(frozen=True, slots=True)
class Post:
    """One mail server, and what the store knows of letters.

    ``leave_seconds`` is how long a process may take to prepare a letter, and how long one waits that was not taken.
    """

    store: Store
    server: MailServer
    leave_seconds: float = 300.0

    async def once(self, name: str, day: int, now: float, compose: Callable[[], Awaitable[Letter | None]]) -> Outcome:
        """Send what ``compose`` makes, unless somebody did or does. ``name`` says what it is and for whom.

        ``compose`` gives None where there is nothing to tell. Its errors go on to the caller; another try may be made
        when the leave is over.
        """
        if await self.store.read(partial(digests.fate, recipient=name, day=day)) in ("sent", "unknown"):
            return "done before"
        begin = partial(digests.begin, recipient=name, day=day, now=now, lasts_seconds=self.leave_seconds)
        leave = await self.store.write(begin)
        if leave is None:
            return "not ours"
        letter = await compose()
        if letter is None:
            await self.store.write(partial(digests.sent, leave=leave, now=now))
            return "empty"
        sending = asyncio.ensure_future(self._send(leave, replace(letter, key=key_of(name, day)), now))
        try:
            return await asyncio.shield(sending)
        finally:
            await sending  # one that is on its way is not left in doubt because we are told to stop

    async def _send(self, leave: digests.Leave, letter: Letter, now: float) -> Outcome:
        try:
            async with self.server.waiting(letter) as give:
                if not await self.store.write(partial(digests.hand_over, leave=leave, now=now)):
                    return "not ours"
                await give()
        except MailError as error:
            if error.unsure:
                _log.warning("letter to %s may have been sent, and is not sent again: %s", letter.to, error)
                return "unknown"
            _log.warning("letter to %s not sent: %s", letter.to, error)
            await self.store.write(partial(digests.take_back, leave=leave))
            return "failed"
        await self.store.write(partial(digests.sent, leave=leave, now=now))
        _log.info("letter sent: %s", letter.subject)
        return "sent"


def key_of(name: str, day: int) -> str:
    """What the Message-ID follows from: the same for the same letter."""
    return f"letter-{day}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
