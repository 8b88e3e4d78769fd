"""A device that no profile knows still has a maker."""

import asyncio

from contracts.recording import RecordingSession
from homeroom_collector.snmp.reading.gear import read_gear
from homeroom_collector.snmp.reading.makers import maker, registry
from homeroom_collector.snmp.session import Oid


def test_the_enterprise_number_names_the_maker():
    assert maker("1.3.6.1.4.1.11.2.3.9.1") == "HP"
    assert maker("1.3.6.1.4.1.119") == "NEC"


def test_a_number_that_says_nothing_names_no_one():
    assert maker("1.3.6.1.4.1.8072.3.2.10") is None
    assert maker("1.3.6.1.4.1") is None
    assert maker("1.3.6.1.2.1.33") is None
    assert maker(None) is None


def test_the_extract_says_when_it_was_taken():
    assert registry().as_of.year >= 2024


def test_a_device_without_a_profile_is_named_by_its_number_and_its_description():
    session = RecordingSession(
        {
            "1.3.6.1.2.1.1.1.0": b"NP-P502HL, firmware 2.03.01",
            "1.3.6.1.2.1.1.2.0": Oid("1.3.6.1.4.1.119.2.3.1"),
        }
    )
    identity = asyncio.run(read_gear(session)).identity
    assert identity is not None
    assert (identity.vendor, identity.model, identity.version) == ("NEC", "NP-P502HL", "2.03.01")
