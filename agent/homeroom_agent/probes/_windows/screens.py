r"""Windows: what screens said of themselves, kept in the registry under ``Enum\DISPLAY``; readable without rights.

The registry also remembers every monitor that was ever attached and does not say which is built in, so the smallest of
laptop size is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.display import edid

_DISPLAYS = r"SYSTEM\CurrentControlSet\Enum\DISPLAY"
_SMALLEST_INCHES, _LARGEST_INCHES = 9.0, 18.5


def described(
    keys: Callable[[str], list[str]], values: Callable[[str], Mapping[str, int | str | bytes]]
) -> Iterator[edid.Screen]:
    """Every screen that the registry remembers."""
    for model in keys(_DISPLAYS):
        for instance in keys(rf"{_DISPLAYS}\{model}"):
            raw = values(rf"{_DISPLAYS}\{model}\{instance}\Device Parameters").get("EDID")
            try:
                yield edid.screen(raw if isinstance(raw, bytes) else b"")
            except CaptureError:
                continue


def built_in(screens: Iterable[edid.Screen]) -> edid.Screen | None:
    """The smallest screen of a laptop's size; None where there is none."""
    sized = [s for s in screens if s.diagonal_inches and _SMALLEST_INCHES <= s.diagonal_inches <= _LARGEST_INCHES]
    return min(sized, key=lambda screen: screen.diagonal_inches or 0, default=None)
