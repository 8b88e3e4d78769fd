"""How far something long has come: a bar where there is a terminal, a line now and then where there is none."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

_EVERY_SECONDS = 10.0


class Meter:
    """One bar. Use as a context manager; ``total`` None means that nobody knows."""

    def __init__(self, console: Console, label: str, total: float | None) -> None:
        self._console, self._label, self._total = console, label, total
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"), console=console,
            disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task(label, total=total, note="")
        self._done, self._note, self._told_at = 0.0, "", time.monotonic()

    def __enter__(self) -> Meter:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        if not self._console.is_terminal:
            self._print()

    def add(self, more: float) -> None:
        """So much more is done."""
        self.set(self._done + more)

    def set(self, done: float, note: str = "") -> None:
        """So much is done."""
        self._done, self._note = done, note
        total = "" if self._total is None else f" of {self._total:,.0f}"
        self._progress.update(self._task, completed=done, note=note or f"{done:,.0f}{total}")
        if not self._console.is_terminal and time.monotonic() - self._told_at >= _EVERY_SECONDS:
            self._print()

    def _print(self) -> None:
        self._told_at = time.monotonic()
        total = "" if self._total is None else f" of {self._total:,.0f}"
        note = f": {self._note}" if self._note else ""
        self._console.print(f"{self._label} {self._done:,.0f}{total}{note}", markup=False, soft_wrap=True)
