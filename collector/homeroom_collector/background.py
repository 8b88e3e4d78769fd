"""Parts of the application that run in the background for as long as it does.

A vital part that ends by an error takes the process with it, and so does any part for want of memory, which would take
one after the other: who started the process starts it again, and one that answers and does not work is noticed late.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

_log = logging.getLogger(__name__)
T = TypeVar("T")
CRIPPLED = web.AppKey("crippled", asyncio.Event)
"""Set when the process had better be started anew."""


def beside(
    key: web.AppKey[T], loop: Callable[[T], Coroutine[Any, Any, None]], *, vital: bool = False
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Run a loop over what the application has under a key, from its start until its end."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(loop(app[key]), name=loop.__name__)
        watch(task, app[CRIPPLED], vital=vital)
        yield
        task.cancel()
        await asyncio.wait([task])

    return context


def watch(task: asyncio.Task[None], crippled: asyncio.Event, *, vital: bool = False) -> None:
    """Say it when a task that should not end has ended by an error, and set the event where that is a reason."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            if vital or _for_want_of_memory(error):
                crippled.set()
            _log.critical("%s has ended", task.get_name(), exc_info=error)

    task.add_done_callback(ended)


def _for_want_of_memory(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(map(_for_want_of_memory, error.exceptions))
    # CPython says no more of a thread that gets no stack (Modules/_threadmodule.c).
    return isinstance(error, MemoryError) or str(error) == "can't start new thread"
