"""One HTTP connection to one host: TLS, proxy, timeouts, bounded answers, and errors in words."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from homeroom_agent import __version__
from homeroom_agent.errors import TransportError
from homeroom_agent.transport.route import Route

T = TypeVar("T")

ANSWER_BYTES = 1_000_000
"""No answer but a throughput measurement is longer."""

_BUNDLES = (
    "/etc/ssl/cert.pem",  # macOS, Alpine
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Message
    body: bytes

    @property
    def content_type(self) -> str:
        """Media type without parameters, lower case; empty where none was given."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


class Client:
    """Keeps its connection between requests. Not for several threads at once.

    ``ca_file`` replaces the authorities that the system trusts. Raises TransportError, never permanent unless the
    configuration itself is at fault: what is wrong with the way there may be cured by going elsewhere.
    """

    def __init__(self, route: Route, *, ca_file: Path | None = None, timeout_seconds: float = 30.0) -> None:
        self.route = route
        self._timeout_seconds = timeout_seconds
        self._context = _tls(ca_file) if route.secure else None
        self._connection: http.client.HTTPConnection | None = None

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        answer_bytes: int = ANSWER_BYTES,
        timeout_seconds: float | None = None,
    ) -> Answer:
        """Send one request and read the answer, whatever its status.

        A kept connection that the server has closed meanwhile is opened anew, once: every request here may be repeated.
        """
        tries = 1 if self._connection is None else 2
        while True:
            tries -= 1
            try:
                return self._ask(method, path, headers or {}, body, answer_bytes, timeout_seconds)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if not tries or not isinstance(error, ConnectionError):
                    raise self._explained(error) from error

    def stream(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        chunks: Iterable[bytes] | None,
        take: Callable[[http.client.HTTPResponse], T],
    ) -> T:
        """Send ``chunks`` as they come and hand the answer to ``take`` before its body is read. Ends the connection."""
        chunked = {} if chunks is None else {"Transfer-Encoding": "chunked"}
        try:
            connection = self._connection or self._opened()
            connection.request(
                method, self._target(path), chunks, self._headers({**headers, **chunked}), encode_chunked=bool(chunked)
            )
            return take(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            raise self._explained(error) from error
        finally:
            self.close()

    def connect(self) -> None:
        """Open the connection if there is none, so that the next request is only a round trip."""
        try:
            if self._connection is None:
                self._opened()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise self._explained(error) from error

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        answer_bytes: int,
        timeout_seconds: float | None,
    ) -> Answer:
        connection = self._connection or self._opened()
        if connection.sock is not None:
            connection.sock.settimeout(timeout_seconds or self._timeout_seconds)
        connection.request(method, self._target(path), body, self._headers(headers))
        response = connection.getresponse()
        read = response.read(answer_bytes + 1)
        if len(read) > answer_bytes:
            raise TransportError(f"{self.route.through}: an answer of more than {answer_bytes} bytes; not a collector?")
        if response.will_close:
            self.close()
        return Answer(response.status, response.headers, read)

    def _opened(self) -> http.client.HTTPConnection:
        host, port = self.route.proxy or (self.route.host, self.route.port)
        if self._context is None:
            self._connection = http.client.HTTPConnection(host, port, timeout=self._timeout_seconds)
        else:
            secure = http.client.HTTPSConnection(host, port, timeout=self._timeout_seconds, context=self._context)
            if self.route.proxy:
                secure.set_tunnel(self.route.host, self.route.port, dict(self.route.proxy_headers))
            self._connection = secure
        self._connection.connect()
        return self._connection

    def _target(self, path: str) -> str:
        """A proxy wants the whole URL, unless it only opens a tunnel (RFC 9112, 3.2.2)."""
        plain_proxy = self.route.proxy and not self.route.secure
        return (f"http://{self.route.authority}" if plain_proxy else "") + self.route.path + path

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        ours = {"User-Agent": f"homeroom-agent/{__version__}", "Accept": "application/json"}
        to_proxy = {} if self.route.secure else self.route.proxy_headers
        return {**ours, **to_proxy, **headers}

    def _explained(self, error: Exception) -> TransportError:
        return TransportError(f"{self.route.through}: {_reason(error)}")


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise TransportError(f"collector.ca_file: {ca_file}: {error.strerror or error}", permanent=True) from None
    if ca_file is None and not context.get_ca_certs():
        _trust_the_systems_bundle(context)
    return context


def _trust_the_systems_bundle(context: ssl.SSLContext) -> None:
    """A frozen build's OpenSSL looks where it was built; look where this system keeps its authorities."""
    bundle = next((path for path in _BUNDLES if Path(path).is_file()), None)
    if bundle is not None:
        context.load_verify_locations(bundle)


def _reason(error: Exception) -> str:
    """Say what a technician can do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({error.verify_message}); set collector.ca_file to the district's "
            "authority, or is this a Wi-Fi portal or a filter that opens TLS?"
        )
    if isinstance(error, ssl.SSLError):
        return f"no TLS there ({error.reason or error})"
    if isinstance(error, socket.gaierror):
        return f"its name is not known ({error.strerror})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if tunnel := re.search(r"Tunnel connection failed: (\d+) ?(.*)", str(error)):
        return _tunnel_refused(int(tunnel[1]), tunnel[2])
    if isinstance(error, http.client.HTTPException):
        return f"no HTTP there ({type(error).__name__})"
    return str(getattr(error, "strerror", None) or error)


def _tunnel_refused(status: int, phrase: str) -> str:
    if status == http.client.PROXY_AUTHENTICATION_REQUIRED:
        return "the proxy wants a login; write it as http://user:password@host:port in collector.proxy"
    return f"the proxy refuses to connect: {status} {phrase}".rstrip()
