import pytest

from contracts.recording import RecordingSession
from homeroom_agent.report.network import GearIdentity, Interface
from homeroom_collector.errors import SnmpTimeoutError
from homeroom_collector.snmp.reading import gear, identify
from homeroom_collector.snmp.reading.identify import Evidence
from homeroom_collector.snmp.session import Oid

SWITCH = {
    "1.3.6.1.2.1.1.1.0": b"Acme S8, version 4.2.1-b7, build 9",
    "1.3.6.1.2.1.1.2.0": Oid("1.3.6.1.4.1.99999.1"),
    "1.3.6.1.2.1.1.3.0": 360_000,
    "1.3.6.1.2.1.2.1.0": 8,
    "1.3.6.1.2.1.31.1.5.0": 100,
    **{f"1.3.6.1.2.1.2.2.1.2.{n}": b"port%d" % n for n in range(1, 9)},
    **{f"1.3.6.1.2.1.2.2.1.3.{n}": 6 for n in range(1, 9)},
    **{f"1.3.6.1.2.1.2.2.1.10.{n}": 1000 * n for n in range(1, 9)},
    **{f"1.3.6.1.2.1.17.1.4.1.2.{n}": n for n in range(1, 9)},
}


async def test_a_device_that_no_profile_knows_is_read_by_the_standard_tables():
    read = await gear.read_gear(RecordingSession(SWITCH))
    assert read.reachable
    assert (read.identity.kind, read.identity.model, read.identity.version) == ("switch", "Acme S8", "4.2.1-b7")
    assert [port.in_octets for port in read.interfaces] == [1000 * n for n in range(1, 9)]
    assert (read.ups, read.printer, read.wireless, read.sensors, read.poe) == (None, None, None, [], [])
    assert read.errors == []


async def test_a_poll_asks_for_what_moves_and_shows_all():
    session = RecordingSession(dict(SWITCH))
    inventory = await gear.read_inventory(session)
    dear = inventory.gear.poll
    session.values["1.3.6.1.2.1.2.2.1.10.1"] = 5_000
    read = await gear.read_counters(session, inventory)
    assert (read.interfaces[0].name, read.interfaces[0].in_octets) == ("port1", 5_000)
    assert read.identity == inventory.gear.identity
    assert read.poll.requests == 1 < dear.requests
    assert not inventory.outdated


@pytest.mark.parametrize(
    "change",
    [
        {"1.3.6.1.2.1.31.1.5.0": 359_000},
        {"1.3.6.1.2.1.1.3.0": 500},
        {"1.3.6.1.2.1.2.1.0": 9},
        {"1.3.6.1.2.1.2.2.1.10.8": None},
    ],
    ids=["ifTableLastChange moved", "the device restarted", "a port came", "a port went"],
)
async def test_an_altered_device_wants_a_new_inventory(change):
    session = RecordingSession(dict(SWITCH))
    inventory = await gear.read_inventory(session)
    session.values = {oid: value for oid, value in (session.values | change).items() if value is not None}
    await gear.read_counters(session, inventory)
    assert inventory.outdated


async def test_a_dead_device_is_an_error_not_an_empty_one():
    class Dead(RecordingSession):
        async def get(self, oids):
            raise SnmpTimeoutError("no answer")

    with pytest.raises(SnmpTimeoutError):
        await gear.read_gear(Dead({}))


def test_fields_come_from_the_first_who_knows():
    whole = identify.merged(
        [GearIdentity(vendor="Acme", profile="acme"), None, GearIdentity(vendor="ACME Inc.", serial="S1")],
        "Acme OS version 3.1",
        "switch",
    )
    assert whole == GearIdentity(kind="switch", vendor="Acme", serial="S1", version="3.1", profile="acme")


@pytest.mark.parametrize(
    ("description", "model", "version"),
    [
        ("Acme GS-1900, Firmware V2.70(AAZI.5)", "Acme GS-1900", "2.70(AAZI.5)"),
        ("Linux camera7 4.9.84 #1 SMP armv7l", None, "4.9.84"),
        ("Software Version: 15.2(7)E3, RELEASE", None, "15.2(7)E3"),
        ("HP ETHERNET MULTI-ENVIRONMENT", None, None),
        ("UPS SNMP Card", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_description_gives_away_version_and_model(description, model, version):
    found = identify.described(description)
    assert (found.model, found.version) == (model, version)


@pytest.mark.parametrize(
    ("evidence", "types", "expected"),
    [
        (Evidence(printer=True, host=True), [6], "printer"),
        (Evidence(ups=True), [6], "ups"),
        (Evidence(), [6, 71], "access_point"),
        (Evidence(bridge_ports=28), [6] * 28, "switch"),
        (Evidence(), [6] * 28, "switch"),
        (Evidence(host=True), [6] * 8, "server"),
        (Evidence(host=True, bridge_ports=24), [6] * 24, "switch"),
        (Evidence(host=True), [6], "server"),
        (Evidence(), [6], "other"),
    ],
)
def test_what_only_one_class_has_tells_the_class(evidence, types, expected):
    ports = [Interface(index=n, type=kind) for n, kind in enumerate(types, start=1)]
    assert identify.kind(evidence, ports) == expected
