"""``/api/v1`` for programs that read: devices, schools, calendar, and the description of every call."""

from homeroom_collector.views.api.calendar import routes as calendar_routes
from homeroom_collector.views.api.devices import routes as device_routes
from homeroom_collector.views.api.openapi import routes as openapi_routes
from homeroom_collector.views.api.schools import routes as school_routes

__all__ = ["calendar_routes", "device_routes", "openapi_routes", "school_routes"]
