"""The state of the fleet in memory: what every device said last, as columns. Rebuilt from the store at start.

Owns nothing durable and does no I/O. Views read it; ingest writes to it after a commit.
"""

from homeroom_collector.fleet.ageing import Freshness
from homeroom_collector.fleet.families import Column, Family, Table
from homeroom_collector.fleet.fleet import Fleet
from homeroom_collector.fleet.member import Member
from homeroom_collector.fleet.network import Network
from homeroom_collector.fleet.pace import keep_current
from homeroom_collector.fleet.school import SchoolState

__all__ = ["Column", "Family", "Fleet", "Freshness", "Member", "Network", "SchoolState", "Table", "keep_current"]
