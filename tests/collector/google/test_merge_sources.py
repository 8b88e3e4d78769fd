from typing import Any

from homeroom_collector.rules.merge_sources import TABLE, Origin, Origins, Part, merged

NOW = 1_800_000_000.0
HOUR = 3600.0


def part(origin: Origin, age: float, **sections: Any) -> Part:
    return Part(origin=origin, measured_at=NOW - age, sections=sections)


def test_every_rule_orders_every_source():
    assert all(sorted(rule.order) == ["agent", "directory", "extension", "telemetry"] for rule in TABLE.values())


def test_battery_health_is_googles_and_the_charge_the_extensions():
    origins: Origins = {}
    found = merged(
        [
            part("extension", 60, batteries=[{"name": "battery", "charge_ratio": 0.4, "state": "charging"}]),
            part(
                "telemetry",
                3 * HOUR,
                batteries=[{"name": "b1", "health_ratio": 0.7, "cycle_count": 9, "charge_ratio": 1}],
            ),
        ],
        origins,
    )
    (battery,) = found["batteries"]
    assert battery == {
        "name": "b1",
        "health_ratio": 0.7,
        "cycle_count": 9,
        "charge_ratio": 0.4,
        "state": "charging",
    }
    assert origins["batteries.b1.health_ratio"].origin == "telemetry"
    assert origins["batteries.b1.charge_ratio"].measured_at == NOW - 60


def test_the_version_is_that_of_whoever_looked_last():
    parts = [part("extension", 9 * HOUR, os={"version": "140"}), part("directory", HOUR, os={"version": "141"})]
    assert merged(parts)["os"]["version"] == "141"
    parts = [part("extension", 60, os={"version": "142"}), part("directory", HOUR, os={"version": "141"})]
    assert merged(parts)["os"]["version"] == "142"


def test_a_container_does_not_speak_for_the_chromebook():
    parts = [
        part("agent", 0, os={"name": "Debian", "version": "12"}, memory={"total_bytes": 1, "swap_total_bytes": 5}),
        part("directory", 30 * HOUR, os={"name": "ChromeOS", "version": "140"}, memory={"total_bytes": 4}),
    ]
    found = merged(parts)
    assert found["os"] == {"name": "ChromeOS", "version": "140"}
    assert found["memory"] == {"total_bytes": 4}, "nor does it complete what another says of the machine"


def test_what_only_the_container_speaks_of_is_better_than_nothing():
    parts = [part("agent", 0, memory={"total_bytes": 1}), part("directory", 0, os={"name": "ChromeOS"})]
    assert merged(parts)["memory"] == {"total_bytes": 1}


def test_a_direct_fact_stands_for_an_hour_against_fresher_ones():
    fresh, stale = {"size_bytes": 10, "mount": "/home"}, {"size_bytes": 9, "mount": "/home"}
    near = [part("extension", HOUR, filesystems=[stale]), part("telemetry", 0, filesystems=[fresh])]
    assert merged(near)["filesystems"][0]["size_bytes"] == 9
    far = [part("extension", 2 * HOUR, filesystems=[stale]), part("telemetry", 0, filesystems=[fresh])]
    assert merged(far)["filesystems"][0]["size_bytes"] == 10


def test_an_old_load_is_not_shown_as_that_of_now():
    found = merged(
        [part("telemetry", 3 * HOUR, cpu={"usage_ratio": 0.9, "model": "N4500"}), part("extension", 0, os={})]
    )
    assert found["cpu"] == {"model": "N4500"}


def test_rows_are_told_apart_by_name_where_there_are_several():
    two = [{"name": "disk", "model": "a"}, {"name": "disk1", "model": "b"}]
    found = merged([part("telemetry", 0, disks=two), part("extension", 0, disks=[{"name": "disk1", "type": "emmc"}])])
    assert found["disks"] == [{"name": "disk1", "model": "b", "type": "emmc"}, {"name": "disk", "model": "a"}]


def test_one_source_alone_is_itself():
    sections = {"os": {"version": "1"}, "disks": [{"name": "disk", "model": "a"}]}
    assert merged([part("directory", 0, **sections)]) == sections


def test_a_row_that_nothing_is_known_of_is_left_out():
    old = part("telemetry", 9 * HOUR, links=[{"name": "default", "wifi_signal_dbm": -50}])
    assert "links" not in merged([old, part("directory", 0, os={"version": "1"})])
