"""The built-in screen's size and resolution: state tests ask for both."""

from __future__ import annotations

import sys

from homeroom_agent.parsers.display.edid import Screen
from homeroom_agent.probes import Facts
from homeroom_agent.probes._missing import missing
from homeroom_agent.report import Display

NAME = "display"
INTERVAL = 86_400.0


def read() -> Facts:
    """The built-in screen; no section on a machine that has none or does not describe it."""
    screen = _screen()
    if screen is None or screen == Screen():
        return Facts({})
    section = row(screen)
    names = ("width_pixels", "height_pixels", "diagonal_inches")
    return Facts({"display": section}, missing("display", section, names, "the screen does not say"))


def row(screen: Screen) -> Display:
    """The wire form of a screen."""
    return Display(
        width_pixels=screen.width_pixels,
        height_pixels=screen.height_pixels,
        diagonal_inches=screen.diagonal_inches,
    )


def _screen() -> Screen | None:
    if sys.platform == "linux":
        from homeroom_agent.parsers.display import sysfs
        from homeroom_agent.probes._linux import LiveTree

        return sysfs.screen(LiveTree())
    if sys.platform == "win32":
        from homeroom_agent.probes._windows import registry, screens

        return screens.built_in(screens.described(registry.keys, registry.values))
    if sys.platform == "darwin":
        from homeroom_agent.parsers.display import system_profiler
        from homeroom_agent.probes import _macos

        return system_profiler.screen(_macos.profile("SPDisplaysDataType"))
    return None
