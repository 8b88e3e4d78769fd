"""Linux: ``/sys/class/drm``. The built-in screen hangs on an eDP, LVDS or DSI connector."""

import re
from typing import Any

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers.display import edid
from homeroom_agent.parsers.tree import Tree, captured

_ROOT = "sys/class/drm"
_BUILT_IN = re.compile(r"card\d+-(eDP|LVDS|DSI)-")


def parse(raw: bytes) -> dict[str, Any]:
    """Facts of a ``.sysfs.json`` capture."""
    return edid.document(screen(captured(raw)))


def screen(tree: Tree) -> edid.Screen | None:
    """The built-in screen; None where the machine has none."""
    for name in tree.names(_ROOT):
        if _BUILT_IN.match(name) and (found := _screen(tree, f"{_ROOT}/{name}")) is not None:
            return found
    return None


def _screen(tree: Tree, path: str) -> edid.Screen | None:
    try:
        return edid.screen(tree.read(f"{path}/edid"))
    except (OSError, CaptureError):
        pass
    try:
        mode = re.match(r"(\d{2,5})x(\d{2,5})", tree.read(f"{path}/modes").decode("ascii", "replace"))
    except OSError:
        return None
    return edid.Screen(width_pixels=int(mode[1]), height_pixels=int(mode[2])) if mode else None
