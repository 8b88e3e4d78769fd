"""The way to the collector: TLS, proxies, portals and errors that say what to do."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from agent_servers import PORTAL, Collector, Proxy, problem, proxying, serving
from homeroom_agent.errors import TransportError
from homeroom_agent.transport import Client, Transport, route_to

REPORT = b'{"version":1,"sequence":1}'


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Collector]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    with serving(Collector(), context) as collector:
        yield collector


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


@pytest.fixture
def plain() -> Iterator[Collector]:
    with serving(Collector()) as collector:
        yield collector


def send(url: str, *, proxy: str = "none", ca_file: Path | None = None, timeout: float = 10.0, key: str = "key-0"):
    with Client(route_to(url, proxy), ca_file=ca_file, timeout_seconds=timeout) as client:
        return Transport(client, key).send([REPORT])


def failure(url: str, **options) -> TransportError:
    with pytest.raises(TransportError) as caught:
        send(url, **options)
    return caught.value


def test_a_private_authority_is_trusted_when_its_file_is_given(secure: Collector, ca_file: Path):
    assert send(secure.url, ca_file=ca_file).accepted == 1


def test_an_unknown_authority_is_refused_with_what_to_do(secure: Collector):
    error = failure(secure.url)
    assert "set collector.ca_file" in str(error)
    assert not error.permanent
    assert not secure.requests


def test_a_certificate_of_another_host_is_refused(authority: trustme.CA, ca_file: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("portal.example.org").configure_cert(context)
    with serving(Collector(), context) as other:
        assert "not trusted" in str(failure(other.url, ca_file=ca_file))
        assert not other.requests


def test_a_ca_file_that_holds_no_certificate_is_named(secure: Collector, tmp_path: Path):
    (tmp_path / "empty.pem").write_text("nothing")
    error = failure(secure.url, ca_file=tmp_path / "empty.pem")
    assert "empty.pem" in str(error)
    assert error.permanent


def test_tls_to_a_server_without_it_says_so(plain: Collector):
    assert "no TLS there" in str(failure(plain.url.replace("http", "https")))


def test_requests_share_a_connection_and_survive_its_end(plain: Collector):
    with Client(route_to(plain.url, "none")) as client:
        transport = Transport(client, "key-0")
        transport.echo(timeout_seconds=5)
        transport.send([REPORT])
        assert plain.connections == 1
        client._connection.sock.shutdown(socket.SHUT_RDWR)
        assert transport.send([REPORT]).duplicates == 1
        assert plain.connections == 2


def test_https_passes_a_proxy_by_a_tunnel(secure: Collector, ca_file: Path):
    with proxying(Proxy(login="Basic YW5uOnMzY3JldA==")) as proxy:
        sent = send(secure.url, proxy=f"http://ann:s3cret@127.0.0.1:{proxy.port}", ca_file=ca_file)
    assert sent.accepted == 1
    assert proxy.asked[0].startswith(f"CONNECT {secure.url.removeprefix('https://')} ")


def test_plain_http_asks_the_proxy_for_the_whole_address(plain: Collector):
    error = failure("http://127.0.0.9:8080/homeroom", proxy=plain.url)
    assert plain.requests == ["POST http://127.0.0.9:8080/homeroom/api/v1/reports"]
    assert f"127.0.0.9:8080 through the proxy {plain.url.removeprefix('http://')}" in str(error) or error.status == 404


def test_a_proxy_that_wants_a_login_is_named_without_the_password(secure: Collector, ca_file: Path):
    with proxying(Proxy(login="Basic x")) as proxy:
        error = failure(secure.url, proxy=f"http://ann:s3cret@127.0.0.1:{proxy.port}", ca_file=ca_file)
    assert "wants a login" in str(error)
    assert "collector.proxy" in str(error)
    assert "s3cret" not in str(error)


def test_the_proxy_of_the_environment_is_used_unless_the_host_is_exempt(
    secure: Collector, ca_file: Path, monkeypatch: pytest.MonkeyPatch
):
    with proxying(Proxy()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert send(secure.url, proxy="", ca_file=ca_file).accepted == 1
        assert len(proxy.asked) == 1
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert send(secure.url, proxy="", ca_file=ca_file).duplicates == 1
        assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://wpad.example.org/proxy.pac", "PAC"),
        ("https://proxy.example.org:3129", "does not speak"),
        ("http://", "cannot be used"),
        ("http://[", "cannot be used"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_said_in_words(address: str, said: str):
    error = failure("https://homeroom.example.org", proxy=address)
    assert said in str(error)
    assert error.permanent


@pytest.mark.parametrize(
    "page",
    [
        PORTAL,
        (200, {"Content-Type": "application/json"}, b'{"status":"success"}'),
        (200, {"Content-Type": "application/json"}, b"{"),
        (200, {"Content-Type": "application/json"}, b"[" * 100_000),
        (200, {"Content-Type": "application/json"}, b'{"accepted":1,"duplicates":0,"rejected":[{"index":7}]}'),
        (302, {"Location": "http://portal.example/"}, b""),
        (511, {"Content-Type": "text/html"}, b"<html>"),
        (400, {"Content-Type": "text/html"}, b"<html>filter</html>"),
        (401, {"Content-Type": "text/html"}, b"<html>log in</html>"),
        (403, {"Content-Type": "text/html"}, b"<html>blocked</html>"),
    ],
)
def test_a_page_of_a_portal_or_filter_is_no_collector_and_nothing_is_taken_for_sent(plain: Collector, page):
    plain.replies = [page]
    error = failure(plain.url)
    assert not error.permanent
    assert error.status != 401


def test_an_endless_answer_is_cut(plain: Collector):
    plain.replies = [(200, {"Content-Type": "application/json"}, b" " * 2_000_000)]
    assert "more than" in str(failure(plain.url))


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_the_collector_refuses_for_good_is_permanent(plain: Collector, status: int):
    plain.replies = [problem(status, "cpu.usage_ratio: 7 is above 1")]
    error = failure(plain.url)
    assert error.permanent
    assert "cpu.usage_ratio" in str(error)


@pytest.mark.parametrize(("status", "header", "seconds"), [(503, "17", 17.0), (429, "999999999", 86400.0)])
def test_retry_after_is_carried_and_bounded(plain: Collector, status: int, header: str, seconds: float):
    plain.replies = [problem(status, "busy", Retry_After=header)]
    error = failure(plain.url)
    assert not error.permanent
    assert error.retry_after_seconds == seconds


def test_a_host_that_is_not_there_is_named():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert str(failure(f"http://127.0.0.1:{port}")).startswith(f"127.0.0.1:{port}: Connection refused")


def test_a_server_that_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = failure(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
    assert "no answer in time" in str(error)


def test_a_server_that_speaks_no_http_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hello() -> None:
            client, _ = server.accept()
            client.sendall(b"220 mail.example.org ESMTP\r\n")
            client.recv(4096)
            client.close()

        thread = threading.Thread(target=hello)
        thread.start()
        error = failure(f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join(10)
    assert "no HTTP there" in str(error)
