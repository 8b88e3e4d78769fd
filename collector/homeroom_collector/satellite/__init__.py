"""A satellite: the poller of one school, with a disk of its own, that hands its reports on when it can.

Asks network gear as the collector's own poller does, and forwards as a laptop's agent does: what is measured is on disk
before anything is sent, and leaves the disk when the collector has committed it.
"""

from homeroom_collector.satellite.run import run
from homeroom_collector.satellite.settings import SatelliteSettings, load

__all__ = ["SatelliteSettings", "load", "run"]
