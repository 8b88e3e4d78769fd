"""Keeping what lives as long as the process out of the garbage collector's sight."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def made_to_last() -> Iterator[None]:
    """Keep the garbage collector from looking at what lives as long as the process.

    With 350,000 devices one look takes a second, in which nothing is acknowledged. What was garbage before is let go
    of; what is read from the store makes none.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()
    gc.set_threshold(25_000, 20, 50)
