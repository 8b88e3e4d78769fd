"""Getting reports to the collector over HTTPS: proxies, private authorities, retries, portals, refusals.

Owns the HTTP of the wire format. Knows nothing of what a report holds, and keeps nothing on disk.
"""

from homeroom_agent.transport.answers import Accepted, Enrolled
from homeroom_agent.transport.backoff import Backoff
from homeroom_agent.transport.client import Answer, Client
from homeroom_agent.transport.collector import Transport
from homeroom_agent.transport.delivery import Delivery, Pace, Tally
from homeroom_agent.transport.route import Route, route_to

__all__ = [
    "Accepted",
    "Answer",
    "Backoff",
    "Client",
    "Delivery",
    "Enrolled",
    "Pace",
    "Route",
    "Tally",
    "Transport",
    "route_to",
]
