"""Parts of the application that run in the background for as long as it does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

_log = logging.getLogger(__name__)
T = TypeVar("T")


def beside(
    key: web.AppKey[T], loop: Callable[[T], Coroutine[Any, Any, None]]
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Run a loop over what the application has under a key, from its start until its end."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(loop(app[key]), name=loop.__name__)
        task.add_done_callback(say_if_failed)
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return context


def say_if_failed(task: asyncio.Task[None]) -> None:
    """To be called when a task that should not end has ended."""
    if not task.cancelled() and (error := task.exception()):
        _log.critical("%s has ended", task.get_name(), exc_info=error)
