"""The pages that people look at: rendered here, readable without scripts, in the school's own time."""

from homeroom_collector.views.pages.environment import render
from homeroom_collector.views.pages.frame import Frame
from homeroom_collector.views.pages.health import Health
from homeroom_collector.views.pages.routes import routes

__all__ = ["Frame", "Health", "render", "routes"]
