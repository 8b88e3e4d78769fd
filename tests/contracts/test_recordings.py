"""Every recording of ../shared, read from memory, against its expected facts."""

import pytest

from contracts import score
from homeroom_agent.report import from_wire

pytestmark = pytest.mark.skipif(not score.names(), reason="../shared/snmp is not beside this checkout")

FLOORS = {
    "reachable": 1.0,
    "system": 1.0,
    "interfaces": 1.0,
    "storage": 1.0,
    "neighbors": 1.0,
    "physical": 1.0,
    "printer": 1.0,
    "poe": 1.0,
    "processors": 0.64,
    "memory": 0.64,
    "sensors": 0.49,
    "states": 0.23,
    "identity": 0.45,
}


def test_each_section_is_as_right_as_it_ever_was():
    right, total = score.tally(score.names())
    shares = {name: right[name] / total[name] for name in FLOORS}
    assert {name: share for name, share in shares.items() if share < FLOORS[name]} == {}


@pytest.mark.parametrize("name", score.names())
def test_what_was_read_keeps_the_bounds_of_a_report(name: str):
    document = {"version": 1, "source": "snmp", "sequence": 1, "measured_at": 1.0, "network": score.read(name)}
    assert from_wire(document).network is not None
