"""TLS: certificates are served as they are on disk, and a renewal needs no restart."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import trustme
from aiohttp import web
from prometheus_client import CollectorRegistry

from homeroom_collector.app import build
from homeroom_collector.config import Listen, Settings, StoreSettings
from homeroom_collector.errors import ConfigError
from homeroom_collector.serving import runner_of, site_of
from homeroom_collector.tls import Certificate


class Place:
    """Certificate files of a test, and the authority that made them."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.certificate, self.key = folder / "tls.crt", folder / "tls.key"
        self.renew()

    def renew(self) -> bytes:
        """Write a new pair; give the certificate as the client sees it (DER)."""
        made = self.authority.issue_cert("127.0.0.1")
        made.private_key_pem.write_to_path(str(self.key))
        self.certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        return ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
async def served(place: Place) -> AsyncIterator[tuple[Certificate, int]]:
    certificate = Certificate(place.certificate, place.key)
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.context).start()
    yield certificate, runner.addresses[0][1]
    await runner.cleanup()


async def seen_by_a_client(place: Place, port: int) -> bytes:
    context = ssl.create_default_context()
    place.authority.configure_trust(context)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="127.0.0.1")
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return bytes(shown)


async def test_a_renewed_certificate_is_served_without_a_restart(place: Place, served: tuple[Certificate, int]):
    certificate, port = served
    first = await seen_by_a_client(place, port)
    renewed = place.renew()
    assert certificate.look()
    assert await seen_by_a_client(place, port) == renewed != first
    assert not certificate.look()


async def test_a_broken_renewal_leaves_the_old_in_place(place: Place, served: tuple[Certificate, int]):
    certificate, port = served
    first = await seen_by_a_client(place, port)
    place.certificate.write_text("half a certif")
    assert not certificate.look()
    assert await seen_by_a_client(place, port) == first
    place.certificate.unlink()
    assert not certificate.look()
    renewed = place.renew()
    assert certificate.look()
    assert await seen_by_a_client(place, port) == renewed


async def test_a_key_of_another_certificate_is_not_taken(place: Place, served: tuple[Certificate, int]):
    certificate, port = served
    first = await seen_by_a_client(place, port)
    place.authority.issue_cert("127.0.0.1").private_key_pem.write_to_path(str(place.key))
    assert not certificate.look()
    assert await seen_by_a_client(place, port) == first


def test_files_that_cannot_be_used_at_the_start_are_a_matter_of_configuration(tmp_path: Path):
    with pytest.raises(ConfigError, match="No such file"):
        Certificate(tmp_path / "a", tmp_path / "b")
    for name in "ab":
        (tmp_path / name).write_text("nonsense")
    with pytest.raises(ConfigError, match=r"listen\.tls"):
        Certificate(tmp_path / "a", tmp_path / "b")


def client_of(place: Place, version: ssl.TLSVersion) -> ssl.SSLContext:
    """A client that speaks this version and no other, with whatever ciphers its OpenSSL still has for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    place.authority.configure_trust(context)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the old versions, which is what this is about
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def shaken_hands(place: Place, port: int, version: ssl.TLSVersion) -> str | None:
    try:
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client_of(place, version), server_hostname="127.0.0.1"
        )
    except (ssl.SSLError, ConnectionError):
        return None
    spoken = writer.get_extra_info("ssl_object").version()
    writer.close()
    return str(spoken)


@pytest.mark.parametrize(
    ("version", "spoken"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
async def test_tls_of_today_is_spoken(
    place: Place, served: tuple[Certificate, int], version: ssl.TLSVersion, spoken: str
):
    assert await shaken_hands(place, served[1], version) == spoken


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_old_tls_is_refused_though_the_client_would(
    place: Place, served: tuple[Certificate, int], version: ssl.TLSVersion
):
    assert await shaken_hands(place, served[1], version) is None
    # The client itself can: a server that allows the version, and differs in nothing else, is spoken to.
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    lax.load_cert_chain(place.certificate, place.key)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        lax.minimum_version = ssl.TLSVersion.TLSv1
    lax.set_ciphers("ALL:@SECLEVEL=0")
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=lax)
    async with server:
        said = await shaken_hands(place, server.sockets[0].getsockname()[1], version)
    assert said == {ssl.TLSVersion.TLSv1: "TLSv1", ssl.TLSVersion.TLSv1_1: "TLSv1.1"}[version]


async def test_browsers_are_told_to_come_encrypted_only(place: Place, tmp_path: Path):
    app = build(Settings(store=StoreSettings(url=f"sqlite:///{tmp_path / 'homeroom.db'}")))
    runner = runner_of(app, stop_seconds=1)
    await runner.setup()
    certificate = Certificate(place.certificate, place.key)
    await site_of(runner, Listen(port=0), CollectorRegistry(), certificate.context).start()
    context = ssl.create_default_context()
    place.authority.configure_trust(context)
    url = f"https://127.0.0.1:{runner.addresses[0][1]}/healthz"
    async with aiohttp.ClientSession() as http, http.get(url, ssl=context) as answer:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    await runner.cleanup()
