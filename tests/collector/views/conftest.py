from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry, Gauge

from fleet_samples import NOW, gear, laptop
from homeroom_agent.report.network import Interface
from homeroom_collector.fleet import Fleet
from homeroom_collector.model import Device, School
from homeroom_collector.views.metrics.routes import routes
from homeroom_collector.views.metrics.settings import MetricsSettings
from letting_in import letting_in


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet()
    fleet.put_school(School(school_id="ps1", name='The "First" School', level="elementary", enrollment_students=410))
    fleet.put_school(School(school_id="ps2", name="Second", level="high", bandwidth_contracted_bps=10**9))
    for number in range(3):
        fleet.put_device(
            Device(device_id=f"laptop-{number}", device_class="computer", school_id="ps1", grade_band="K-2")
        )
        fleet.apply(f"laptop-{number}", laptop(number), NOW)
    fleet.put_device(Device(device_id="switch-1", device_class="network", school_id="ps2"))
    ports = (
        Interface(index=1, name="1", oper_status="up", speed_bps=10**9, in_octets=10, out_octets=20, in_errors=0),
        Interface(index=2, name="2", oper_status="down", in_octets=0, out_octets=0),
    )
    fleet.apply("switch-1", gear(*ports), NOW)
    return fleet


@pytest.fixture
def registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("homeroom_ingest_queue", "Reports that wait for a commit.", registry=registry).set(3)
    return registry


@pytest.fixture
def settings() -> MetricsSettings:
    return MetricsSettings()


@pytest.fixture
async def client(fleet: Fleet, registry: CollectorRegistry, settings: MetricsSettings) -> AsyncIterator[TestClient]:
    app = letting_in()
    app.add_routes(routes(fleet, registry, settings))
    async with TestClient(TestServer(app)) as client:
        yield client
