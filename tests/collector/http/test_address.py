"""Who is asking, and whether from school."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from homeroom_collector.http.address import Addresses, Campus
from homeroom_collector.model import School


def client(peer: str, *forwarded: str, trusted: tuple[str, ...] = ("10.0.0.0/24", "::1/128")) -> str:
    headers = CIMultiDict(("X-Forwarded-For", value) for value in forwarded)
    return Addresses(trusted).of(make_mocked_request("POST", "/", headers=headers).clone(remote=peer))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.9", (), "192.0.2.9"),
        ("192.0.2.9", ("203.0.113.5",), "192.0.2.9"),
        ("10.0.0.1", ("203.0.113.5",), "203.0.113.5"),
        ("10.0.0.1", ("198.51.100.7, 203.0.113.5",), "203.0.113.5"),
        ("10.0.0.1", ("198.51.100.7", "203.0.113.5, 10.0.0.2"), "203.0.113.5"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        ("10.0.0.1", ("nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.5, nonsense, 10.0.0.2",), "10.0.0.2"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("::1", ("2001:db8::5",), "2001:db8::5"),
        ("::ffff:10.0.0.1", ("203.0.113.5",), "203.0.113.5"),
        ("10.0.0.1", ("::ffff:203.0.113.5",), "203.0.113.5"),
    ],
)
def test_forwarded_addresses_are_believed_only_from_trusted_proxies(
    peer: str, forwarded: tuple[str, ...], expected: str
):
    assert client(peer, *forwarded) == expected


def test_without_trusted_proxies_nobody_can_claim_an_address():
    assert client("10.0.0.1", "203.0.113.5", trusted=()) == "10.0.0.1"


def test_campus_is_the_schools_own_networks():
    campus = Campus()
    campus.put(School(school_id="lincoln", name="Lincoln", networks=("10.11.0.0/16", "2001:db8:11::/48")))
    assert campus.holds("lincoln", "10.11.3.4") is True
    assert campus.holds("lincoln", "::ffff:10.11.3.4") is True
    assert campus.holds("lincoln", "2001:db8:11::7") is True
    assert campus.holds("lincoln", "203.0.113.5") is False
    assert campus.holds("lincoln", "") is False


def test_where_nobody_named_the_networks_nobody_knows():
    campus = Campus()
    campus.put(School(school_id="lincoln", name="Lincoln"))
    assert campus.holds("lincoln", "10.11.3.4") is None
    assert campus.holds("unheard-of", "10.11.3.4") is None


def test_a_change_of_networks_counts_at_once():
    campus = Campus()
    campus.put(School(school_id="lincoln", name="Lincoln", networks=("10.11.0.0/16",)))
    assert campus.holds("lincoln", "10.12.0.1") is False
    campus.put(School(school_id="lincoln", name="Lincoln", networks=("10.12.0.0/16",)))
    assert campus.holds("lincoln", "10.12.0.1") is True
