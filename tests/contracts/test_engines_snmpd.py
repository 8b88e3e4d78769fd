"""Both engines against a real net-snmp agent: every version, every pair of algorithms, and every way to be refused."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from free_ports import free_port
from homeroom_collector.errors import SnmpAuthenticationError, SnmpRefusedError, SnmpTimeoutError
from homeroom_collector.snmp.engines.choice import Engines
from homeroom_collector.snmp.session import Credentials, Endpoint, Secret
from snmp_agents import SNMPD, SNMPD_MISSING, snmpd

pytestmark = pytest.mark.skipif(SNMPD is None, reason=SNMPD_MISSING)

SYSTEM = "1.3.6.1.2.1.1"
SYS_NAME, SYS_LOCATION = f"{SYSTEM}.5.0", f"{SYSTEM}.6.0"
MISSING = f"{SYSTEM}.99.0"
AUTH = {"md5": "MD5", "sha": "SHA", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
PRIV = {"des": "DES", "aes": "AES", "aes192": "AES192", "aes256": "AES256"}
PAIRS = list(itertools.product(AUTH, PRIV))
CISCO = {"aes192c": "AES192C", "aes256c": "AES256C"}
AUTH_PASSWORD, PRIV_PASSWORD = "first-password", "second-password"

CONFIGURATION = [
    "rocommunity public 127.0.0.1",
    "sysLocation Lincoln Elementary, room 12",
    "sysName closet-3",
    *(f"createUser {a}-{p} {AUTH[a]} {AUTH_PASSWORD} {PRIV[p]} {PRIV_PASSWORD}" for a, p in PAIRS),
    *(f"rouser {a}-{p} authpriv" for a, p in PAIRS),
    *(f"createUser cisco-{p} SHA {AUTH_PASSWORD} {CISCO[p]} {PRIV_PASSWORD}" for p in CISCO),
    *(f"rouser cisco-{p} authpriv" for p in CISCO),
    *(f"createUser {a} {AUTH[a]} {AUTH_PASSWORD}" for a in AUTH),
    *(f"rouser {a} auth" for a in AUTH),
    "createUser nobody",
    "rouser nobody noauth",
]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), CONFIGURATION) as port:
        yield port


@pytest.fixture(params=["gufo", "pysnmp"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engines]:
    engines = Engines(request.param)
    yield engines
    await engines.close()


def at(port: int, **more: float) -> Endpoint:
    return Endpoint(**({"host": "127.0.0.1", "port": port, "timeout_seconds": 0.5, "retries": 1} | more))


def community(version: str, name: str = "public") -> Credentials:
    return Credentials(version=version, community=Secret(name))


def user(auth: str | None = None, priv: str | None = None, **more: object) -> Credentials:
    name = "-".join(filter(None, [auth, priv])) or "nobody"
    known = {
        "version": "3",
        "user": name,
        "auth_protocol": auth,
        "auth_password": Secret(AUTH_PASSWORD) if auth else None,
        "priv_protocol": priv,
        "priv_password": Secret(PRIV_PASSWORD) if priv else None,
    }
    return Credentials(**(known | more))


ANYONE = [community("1"), community("2c"), user(), user("sha256"), user("sha", "aes")]


def label(credentials: Credentials) -> str:
    return f"{credentials.version}-{credentials.user or 'community'}"


@pytest.mark.parametrize("credentials", ANYONE, ids=label)
async def test_a_get_brings_what_is_there_and_leaves_out_what_is_not(engine, port, credentials):
    session = await engine.open(at(port), credentials)
    try:
        assert await session.get([SYS_NAME, MISSING, SYS_LOCATION]) == {
            SYS_NAME: b"closet-3",
            SYS_LOCATION: b"Lincoln Elementary, room 12",
        }
        assert await session.get([MISSING]) == {}
    finally:
        await session.close()


@pytest.mark.parametrize("credentials", ANYONE, ids=label)
async def test_both_engines_walk_to_equal_values(port, credentials):
    walks = []
    for name in ("gufo", "pysnmp"):
        engines = Engines(name)
        session = await engines.open(at(port), credentials)
        rows = (
            await session.walk(SYSTEM)
            | await session.walk("1.3.6.1.2.1.2.2.1.2")
            | await session.walk("1.3.6.1.4.1.2021.10")
        )
        walks.append({oid: (type(value), value) for oid, value in rows.items() if "1.3.6.1.2.1.1.3" not in oid})
        assert session.engine == name
        await session.close()
        await engines.close()
    first, second = walks
    assert first.keys() == second.keys()
    loads = {oid for oid in first if oid.startswith("1.3.6.1.4.1.2021.10")}
    assert {oid: first[oid] for oid in first.keys() - loads} == {oid: second[oid] for oid in second.keys() - loads}
    assert {oid: first[oid][0] for oid in loads} == {oid: second[oid][0] for oid in loads}
    assert float in {kind for kind, _ in first.values()}


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
async def test_every_pair_of_algorithms_is_spoken(engine, port, pair):
    session = await engine.open(at(port), user(*pair))
    try:
        assert await session.get([SYS_NAME]) == {SYS_NAME: b"closet-3"}
        assert SYS_LOCATION in await session.walk(SYSTEM)
    finally:
        await session.close()


@pytest.mark.parametrize("priv", CISCO)
async def test_keys_extended_as_cisco_does_are_spoken_by_the_engine_that_can(engine, port, priv):
    way = Credentials(
        version="3",
        user=f"cisco-{priv}",
        auth_protocol="sha",
        auth_password=Secret(AUTH_PASSWORD),
        priv_protocol=priv,
        priv_password=Secret(PRIV_PASSWORD),
    )
    session = await engine.open(at(port), way)
    try:
        assert session.engine == "pysnmp"
        assert await session.get([SYS_NAME]) == {SYS_NAME: b"closet-3"}
    finally:
        await session.close()


@pytest.mark.parametrize("auth", AUTH)
async def test_every_algorithm_is_spoken_without_privacy(engine, port, auth):
    session = await engine.open(at(port), user(auth))
    try:
        assert await session.get([SYS_NAME]) == {SYS_NAME: b"closet-3"}
    finally:
        await session.close()


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        (user("sha", "aes", user="stranger"), "does not know this user"),
        (user("sha", "aes", auth_password=Secret("not-the-password")), "authentication password"),
        (user("sha256", auth_password=Secret("not-the-password")), "authentication password"),
        (user("sha", "aes", auth_protocol="sha512"), "authentication password or protocol"),
        (user("sha", "aes", priv_password=Secret("not-the-password")), "privacy password"),
        (user("sha", "aes", priv_protocol="des"), "privacy password or protocol"),
        (user("sha", "aes", context="vlan-7"), "context 'vlan-7'"),
        (user("sha", "aes", priv_protocol=None, priv_password=None), "authorizationError|refuses this user"),
    ],
    ids=["user", "auth password", "auth password without privacy", "auth protocol", "priv password", "priv protocol",
         "context", "level"],
)  # fmt: skip
async def test_a_refusal_says_what_is_wrong(engine, port, credentials, words):
    with pytest.raises(SnmpAuthenticationError, match=words) as caught:
        await ask(engine, at(port), credentials)
    assert caught.value.permanent


async def ask(engine: Engines, endpoint: Endpoint, credentials: Credentials) -> object:
    session = await engine.open(endpoint, credentials)
    try:
        return await session.get([SYS_NAME])
    finally:
        await session.close()


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_wrong_community_is_silence(engine, port, version):
    with pytest.raises(SnmpTimeoutError, match="no answer"):
        await ask(engine, at(port, timeout_seconds=0.1), community(version, "secret"))


async def test_a_port_where_nothing_listens_is_said_at_once(engine):
    with pytest.raises(SnmpRefusedError, match="nothing listens there"):
        await ask(engine, at(free_port(), timeout_seconds=30), community("2c"))


async def test_a_dead_port_is_silence_to_version_3(engine):
    with pytest.raises(SnmpTimeoutError):
        await ask(engine, at(free_port(), timeout_seconds=0.2), user("sha", "aes"))


async def test_a_host_nobody_knows_is_said(engine):
    with pytest.raises(SnmpTimeoutError, match="cannot be found"):
        await ask(engine, Endpoint(host="no-such-host.invalid"), community("2c"))


@pytest.mark.parametrize("credentials", [community("2c"), user("sha", "aes")], ids=label)
async def test_without_repetitions_a_walk_uses_getnext(engine, port, credentials):
    session = await engine.open(at(port, max_repetitions=0), credentials)
    try:
        rows = await session.walk(SYSTEM)
        assert session.cost.requests == len(rows) + 1
    finally:
        await session.close()
