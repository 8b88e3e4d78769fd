"""Real servers for the agent's tests: a collector in a few lines, a portal, a proxy. All on loopback, in threads."""

from __future__ import annotations

import gzip
import json
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]


def problem(status: int, detail: str, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    document = {"type": "about:blank", "title": "refused", "status": status, "detail": detail}
    return status, {"Content-Type": "application/problem+json", **named}, json.dumps(document).encode()


def answer(document: dict[str, Any], status: int = 200) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


PORTAL: Reply = (200, {"Content-Type": "text/html"}, b"<html>Welcome to the library! Please log in.</html>")


@dataclass
class Collector:
    """Takes reports as the contract says: each once by sequence. ``replies`` are given first, one per request."""

    tokens: set[str] = field(default_factory=lambda: {"token"})
    key: str = "key-0"
    settings: dict[str, Any] = field(default_factory=dict)
    replies: list[Reply | None] = field(default_factory=list)
    refuse: Callable[[dict[str, Any]], str | None] = lambda report: None
    reports: dict[int, dict[str, Any]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    duplicates: int = 0
    devices: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""

    def handle(self, method: str, path: str, headers: Any, body: bytes) -> Reply:
        self.requests.append(f"{method} {path}")
        if self.replies and (scripted := self.replies.pop(0)) is not None:
            return scripted
        if path == "/api/v1/enroll":
            return self._enroll(json.loads(body))
        if headers.get("Authorization") != f"Bearer {self.key}":
            return problem(401, "this device key is not known; enrol again")
        if path == "/api/v1/echo":
            return answer({})
        if path == "/api/v1/reports":
            return self._take(body, headers)
        return problem(404, "nothing here")

    def _enroll(self, document: dict[str, Any]) -> Reply:
        if document["token"] not in self.tokens:
            return problem(403, "this token is not valid")
        self.devices.append(document["device"])
        self.key = f"key-{len(self.devices)}"
        return answer({"device_id": "dev-1", "device_key": self.key, "settings": self.settings}, 201)

    def _take(self, body: bytes, headers: Any) -> Reply:
        assert headers["Content-Encoding"] == "gzip"
        self.bodies.append(body)
        reports = json.loads(gzip.decompress(body))["reports"]
        rejected, accepted = [], 0
        for index, report in enumerate(reports):
            if reason := self.refuse(report):
                rejected.append({"index": index, "detail": reason})
            elif report["sequence"] in self.reports:
                self.duplicates += 1
            else:
                self.reports[report["sequence"]] = report
                self.order.append(report["sequence"])
                accepted += 1
        duplicates = len(reports) - accepted - len(rejected)
        document = {"accepted": accepted, "duplicates": duplicates, "rejected": rejected, "settings": self.settings}
        return answer(document)


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def setup(self) -> None:
            super().setup()
            collector.connections += 1

        def _any(self) -> None:
            body = self._body()
            status, headers, content = collector.handle(self.command, self.path, self.headers, body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self._headers_buffer += [b"\r\n", content]  # one write: two would wait for a delayed acknowledgement
            self.flush_headers()

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        do_GET = do_POST = _any  # noqa: N815 - the names are http.server's

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    return Handler


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gives up is part of these tests."""


@contextmanager
def serving(collector: Collector, tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Collector]:
    """Run the collector until the end of the block."""
    server = _QuietServer(("127.0.0.1", port), _handler(collector))
    if tls:
        # Handshakes happen in the handler's thread, so that one broken client does not block the next.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    collector.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@dataclass
class Proxy:
    """Opens tunnels by CONNECT; with ``login`` set, only for those who send that Proxy-Authorization."""

    login: str | None = None
    asked: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def proxying(proxy: Proxy) -> Iterator[Proxy]:
    """Run the proxy until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    proxy.port = listener.getsockname()[1]
    thread = threading.Thread(target=_accept, args=(listener, proxy), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _accept(listener: socket.socket, proxy: Proxy) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_tunnel, args=(client, proxy), daemon=True).start()


def _tunnel(client: socket.socket, proxy: Proxy) -> None:
    with client:
        head = b""
        while b"\r\n\r\n" not in head and (read := client.recv(4096)):
            head += read
        line, *rest = head.decode().split("\r\n")
        proxy.asked.append(line)
        if proxy.login is not None and f"Proxy-Authorization: {proxy.login}" not in rest:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = line.split(" ")[1].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _pump(client, server)


def _pump(one: socket.socket, other: socket.socket) -> None:
    partner = {one: other, other: one}
    while True:
        ready, _, _ = select.select([one, other], [], [], 20)
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            partner[source].sendall(data)
        if not ready:
            return
