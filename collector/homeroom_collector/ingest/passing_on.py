"""Which of the reports that are taken in wait for other stores of samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from homeroom_collector.ingest.quarantine import Quarantine
from homeroom_collector.store import Connection, outbox
from homeroom_collector.store.outbox import Leaving


def passing_on(quarantine: Quarantine, endpoints: Sequence[str]) -> Callable[[Connection, Sequence[Leaving]], None]:
    """Let reports wait for every endpoint, in the transaction that takes them in.

    Those of a device in quarantine do not: it counts nowhere.
    """

    def pass_on(connection: Connection, reports: Sequence[Leaving]) -> None:
        accepted = [report for report in reports if quarantine.device(report.device_id) is None]
        outbox.put(connection, endpoints, accepted, time.time())

    return pass_on
