"""Satellites as a part of the collector: their doors, and the register that follows the store."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.errors import CollectorError
from homeroom_collector.ingest.gate import Gate
from homeroom_collector.ingest.satellite_http import SatelliteCalls
from homeroom_collector.ingest.satellite_intake import SatelliteIntake
from homeroom_collector.ingest.satellite_register import REFRESH_SECONDS, SatelliteRegister
from homeroom_collector.ingest.satellite_settings import SatellitesSettings
from homeroom_collector.ingest.service import Intake
from homeroom_collector.store import Store

_log = logging.getLogger(__name__)


class Bounds(Protocol):
    """What may be taken in, as the configuration says."""

    @property
    def max_body_bytes(self) -> int:
        """Of one request."""

    @property
    def max_reports_per_request(self) -> int:
        """Of one request."""

    @property
    def late_reports(self) -> float:
        """How old a report may be, in seconds."""


class Bounded(Protocol):
    """The settings of a collector, as far as satellites are concerned."""

    @property
    def ingest(self) -> Bounds:
        """Bounds of what is taken in."""

    @property
    def satellites(self) -> SatellitesSettings:
        """Bounds of satellites."""


@dataclass(frozen=True, slots=True)
class SatelliteService:
    """Put together by the composition root."""

    intake: SatelliteIntake
    most_body_bytes: int

    @classmethod
    def made(cls, intake: Intake, store: Store, registry: CollectorRegistry, settings: Bounded) -> SatelliteService:
        """Beside the intake of agents, with the same writer and the same bounds."""
        bounds = settings.ingest
        satellites = SatelliteIntake(
            commit=intake.commit,
            register=SatelliteRegister(store, registry),
            wire=intake.wire,
            measures=intake.measures,
            on_device=intake.quarantine.put_device,
            most_reports=bounds.max_reports_per_request,
            most_targets=settings.satellites.most_targets,
            oldest_seconds=bounds.late_reports,
        )
        return cls(satellites, bounds.max_body_bytes)

    @property
    def register(self) -> SatelliteRegister:
        """All satellites."""
        return self.intake.register

    def routes(self, gate: Gate) -> list[web.RouteDef]:
        """What to serve."""
        return SatelliteCalls(self.intake, gate, self.most_body_bytes).routes()

    async def keep(self) -> None:
        """Follow the store until cancelled: satellites are let in and removed by other processes."""
        while True:
            try:
                await self.register.refresh()
            except CollectorError as error:
                _log.warning("satellites not read: %s", error)
            await asyncio.sleep(REFRESH_SECONDS)
