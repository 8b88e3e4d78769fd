"""The pages that people look at: rendered here, readable without scripts, in the school's own time."""

from homeroom_collector.views.pages.environment import render
from homeroom_collector.views.pages.routes import routes

__all__ = ["render", "routes"]
