"""Samples: what is kept of a report, how it gets into few rows, and how it comes out again."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from homeroom_collector.history.chunk import BLOCK_SECONDS, packed, unpacked
from homeroom_collector.history.sample import ComputerSample, GearSample, PortSample, line, read
from homeroom_collector.ingest.wire import Wire

NOW = 1_795_000_000.0
REPORT = Wire().report(b'{"source":"agent","sequence":1,"measured_at":1}')


def sample(**sections: Any) -> Any:
    raw = json.dumps({"source": "agent", "sequence": 1, "measured_at": NOW, **sections})
    (read_back,) = read(line(Wire().report(raw), NOW))
    return read_back


def test_a_computer_gives_what_its_charts_show():
    links = [{"name": "eth0", "receive_bytes": 5, "transmit_bytes": 1}, {"name": "wlan0", "receive_bytes": 10}]
    links[1]["wifi_signal_dbm"] = -61.0
    found = sample(
        cpu={"usage_ratio": 0.25},
        memory={"available_bytes": 4096},
        batteries=[{"name": "0", "charge_ratio": 0.9}, {"name": "1", "charge_ratio": 0.4}, {"name": "2"}],
        links=links,
        connectivity={"latency_seconds": 0.02},
    )
    assert found == ComputerSample(NOW, 0.25, 4096, 0.4, -61.0, 0.02, 15, 1)


def test_what_was_not_measured_is_unknown():
    assert sample() == ComputerSample(NOW)


def test_a_switch_gives_the_counters_of_ports_that_count():
    interfaces = [
        {"index": 1, "name": "1", "in_octets": 5, "out_octets": 6, "counter_bits": 64, "speed_bps": 10**9},
        {"index": 2, "name": "2"},
        {"index": 3, "name": "uplink", "in_octets": 0, "discontinuity_seconds": 4.0},
    ]
    found = sample(network={"reachable": True, "system": {"uptime_seconds": 9.0}, "interfaces": interfaces})
    ports = [PortSample("1", 5, 6, 64, 10**9), PortSample("uplink", 0, discontinuity_seconds=4.0)]
    assert found == GearSample(NOW, True, 9.0, ports)


def test_a_switch_that_did_not_answer_is_a_sample_too():
    assert sample(network={"reachable": False}) == GearSample(NOW, False)


@given(st.lists(st.floats(NOW, NOW + 3 * BLOCK_SECONDS), max_size=60))
def test_samples_come_out_as_they_went_in_by_time(moments: list[float]):
    lines = "".join(line(REPORT, at) for at in moments)
    rows = list(packed(lines))
    assert [each.at for each in unpacked([body for *_, body in rows], None)] == sorted(moments)
    assert [each.at for each in unpacked([], lines)] == sorted(moments)
    for block, first_at, body in rows:
        inside = [each.at for each in unpacked([body], None)]
        assert first_at == min(inside)
        assert {int(at // BLOCK_SECONDS) for at in inside} == {block}


def test_four_hours_of_a_laptop_take_little_room():
    lines = "".join(
        line(Wire().report(json.dumps({"source": "agent", "sequence": 1, "measured_at": at, **_laptop(at)})), at)
        for at in [NOW + 300 * n for n in range(48)]
    )
    assert sum(len(body) for *_, body in packed(lines)) < 48 * 50


def _laptop(at: float) -> dict[str, Any]:
    return {
        "cpu": {"usage_ratio": round(at / 7 % 1, 3)},
        "memory": {"available_bytes": int(at * 1e3 % 8e9)},
        "batteries": [{"name": "BAT0", "charge_ratio": round(at / 1e5 % 1, 2)}],
        "links": [{"name": "wlan0", "wifi_signal_dbm": -60.0, "receive_bytes": int(at * 9), "transmit_bytes": int(at)}],
        "connectivity": {"latency_seconds": round(at / 3 % 0.1, 4)},
    }
