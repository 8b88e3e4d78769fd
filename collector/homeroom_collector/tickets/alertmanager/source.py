"""Alerts as a source of incidents: what was sent, held against what Alertmanager shows when asked.

A resolve that Alertmanager never sends is found here. And what is gone is believed only while the watchdog is there:
a dead Prometheus looks like a recovery of everything.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import aiohttp

from homeroom_collector.errors import CollectorError
from homeroom_collector.rules.alerts import BLIND, SOURCE, WATCHDOG, Alert, believed, hushed, incidents, reconciled
from homeroom_collector.rules.incident import Incident
from homeroom_collector.store import Connection, Store, alerts, maintenance
from homeroom_collector.store.alerts import Watch
from homeroom_collector.tickets.alertmanager import payload
from homeroom_collector.tickets.alertmanager.intake import fold
from homeroom_collector.tickets.alertmanager.measures import AlertMeasures
from homeroom_collector.tickets.alertmanager.settings import AlertmanagerSettings
from homeroom_collector.tickets.source import Look

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class AlertSource:
    """One Alertmanager. ``headers`` let us in where something stands in front of it.

    ``hold_seconds`` is how long a cause must be gone before that is believed.
    """

    store: Store
    settings: AlertmanagerSettings
    hold_seconds: float
    session: aiohttp.ClientSession
    headers: dict[str, str]
    measures: AlertMeasures

    async def look(self, now: float) -> Look:
        """Fold in what came, ask if it is time to, and say what there is."""
        url = self.settings.url
        if url is not None and await self.store.write(
            lambda connection: alerts.claim_poll(connection, url, now, self.settings.poll)
        ):
            await self._poll(url, now)
        return await self.store.write(lambda connection: self._looked(connection, now))

    def _looked(self, connection: Connection, now: float) -> Look:
        fold(connection, now)
        alerts.forget(connection, now - self.settings.keep)
        watch = alerts.watch(connection, self.settings.url or "")
        self.measures.show(alerts.depth(connection), watch, now)
        trusted = watch.watchdog_since is not None and now - watch.watchdog_since >= self.settings.settle
        there = believed(alerts.known(connection).values(), now, self.hold_seconds, trusted=trusted)
        found = incidents(hushed(there, maintenance.listed(connection, now), now))
        return Look(SOURCE, (*found, *self._blindness(watch, now)), complete=trusted)

    def _blindness(self, watch: Watch, now: float) -> list[Incident]:
        """What to tell when nobody watches any more; first seen when the watchdog was missed."""
        if self.settings.url is None:
            return []
        missed = watch.missed_since
        if missed is None or now - missed < self.settings.blind:
            return []
        return [
            Incident(
                source=SOURCE,
                school="",
                kind=BLIND,
                severity="critical",
                summary="Prometheus or Alertmanager is silent, so nobody watches by their rules",
                started_at=missed,
                evidence=(watch.error or "Alertmanager answers, but its alert Watchdog is missing.",),
            )
        ]

    async def _poll(self, url: str, now: float) -> None:
        try:
            shown = payload.from_api(await self._get(f"{url.rstrip('/')}/api/v2/alerts"))
            since = payload.started_at(await self._get(f"{url.rstrip('/')}/api/v2/status"))
        except (CollectorError, aiohttp.ClientError, TimeoutError, OSError) as error:
            said = f"{url}: {str(error) or type(error).__name__}"
            _log.warning("alerts not asked for: %s", said)
            await self.store.write(lambda connection: _missed(connection, url, now, said[:500]))
            return
        await self.store.write(lambda connection: _reconcile(connection, url, shown, since, now))

    async def _get(self, address: str) -> bytes:
        timeout = aiohttp.ClientTimeout(total=self.settings.timeout)
        async with self.session.get(address, headers=self.headers, timeout=timeout) as answer:
            answer.raise_for_status()
            return await answer.read()


def _missed(connection: Connection, url: str, now: float, error: str) -> None:
    watch = alerts.watch(connection, url)
    missed = watch.missed_since if watch.missed_since is not None else now
    alerts.put_watch(connection, replace(watch, watchdog_since=None, missed_since=missed, error=error))


def _reconcile(connection: Connection, url: str, shown: list[Alert], since: float, now: float) -> None:
    """Both must have been there for a while: the watchdog, and an Alertmanager that heard of everything again."""
    if not any(each.labels.get("alertname") == WATCHDOG for each in shown):
        _missed(connection, url, now, "")
    else:
        watch = alerts.watch(connection, url)
        before = now if watch.watchdog_since is None else watch.watchdog_since
        seen = replace(watch, watchdog_since=max(before, min(since, now)), missed_since=None, error="")
        alerts.put_watch(connection, seen)
    there = {each.fingerprint: each for each in shown if each.labels.get("alertname") != WATCHDOG}
    alerts.put(connection, reconciled(alerts.known(connection), there, now), now)
