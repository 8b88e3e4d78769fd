"""Backups: one file with everything that a store holds at one moment, and the way back from it; see docs/backup.md."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int | None], None]
"""Told how much is done, and of how much; None where nobody knows. The unit is the caller's affair: pages or bytes."""
