"""The collector's HTTP interface as the agent uses it. Paths and shapes are those of docs/api.md."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote

from homeroom_agent.errors import TransportError
from homeroom_agent.transport import answers
from homeroom_agent.transport.client import Answer, Client

_PREFIX = "/api/v1"
_CHUNK_BYTES = 65_536
_PROBLEM_BYTES = 10_000
_JSON = {"Content-Type": "application/json"}


class Transport:
    """Calls of one device, or of a satellite. ``key`` is its bearer key, or empty before enrolment.

    Every call raises TransportError; ``permanent`` there means that the same bytes will never be taken.
    """

    def __init__(self, client: Client, key: str = "") -> None:
        self.client = client
        self._authorisation = {"Authorization": f"Bearer {key}"} if key else {}

    def send(self, reports: Sequence[bytes]) -> answers.Accepted:
        """Send encoded reports as one batch. When this returns, the collector has committed all but ``rejected``."""
        body = gzip.compress(b'{"reports":[' + b",".join(reports) + b"]}", 9, mtime=0)
        headers = {**_JSON, **self._authorisation, "Content-Encoding": "gzip"}
        answer = self.client.request("POST", f"{_PREFIX}/reports", headers=headers, body=body)
        return answers.accepted(answer, len(reports))

    def enroll(self, token: str, device: Mapping[str, Any], writer: str) -> answers.Enrolled:
        """Exchange an enrolment token for a device key.

        ``device`` is the identity section of a report, ``writer`` the spool's name for who numbers the reports.
        """
        body = json.dumps({"token": token, "device": device, "writer": writer}).encode()
        return answers.enrolled(self.client.request("POST", f"{_PREFIX}/enroll", headers=_JSON, body=body))

    def renew_key(self, key_id: str, secret_sha256: str) -> None:
        """Announce the digest of a new key, which works from then on beside the present one."""
        body = json.dumps({"key_id": key_id, "secret_sha256": secret_sha256}).encode()
        headers = {**_JSON, **self._authorisation}
        answers.fine(self.client.request("POST", f"{_PREFIX}/key", headers=headers, body=body))

    def echo(self, *, timeout_seconds: float) -> None:
        """Make the smallest round trip there is."""
        answer = self.client.request(
            "GET", f"{_PREFIX}/echo", headers=self._authorisation, timeout_seconds=timeout_seconds
        )
        answers.fine(answer)

    def download(self, slot_id: str, size_bytes: int, *, seconds: float) -> tuple[int, float]:
        """Fetch bytes that mean nothing; bytes received after the first ones, and the seconds they took."""

        def take(response: HTTPResponse) -> tuple[int, float]:
            _check(response)
            response.read1(_CHUNK_BYTES)
            started = time.perf_counter()
            received, spent = 0, 0.0
            while spent < seconds and (chunk := response.read1(_CHUNK_BYTES)):
                received += len(chunk)
                spent = time.perf_counter() - started
            return received, spent

        path = f"{_PREFIX}/throughput?bytes={size_bytes}&slot={quote(slot_id, safe='')}"
        return self.client.stream("GET", path, headers=self._authorisation, chunks=None, take=take)

    def upload(self, slot_id: str, size_bytes: int, *, seconds: float) -> tuple[int, float]:
        """Send bytes that mean nothing; bytes sent, and the seconds until the collector had them."""
        started = time.perf_counter()
        sent = 0

        def chunks() -> Iterator[bytes]:
            nonlocal sent
            block = os.urandom(_CHUNK_BYTES)  # what a proxy on the way cannot compress
            while sent < size_bytes and time.perf_counter() - started < seconds:
                chunk = block[: size_bytes - sent]
                sent += len(chunk)
                yield chunk

        path = f"{_PREFIX}/throughput?slot={quote(slot_id, safe='')}"
        headers = {**self._authorisation, "Content-Type": "application/octet-stream"}
        self.client.stream("POST", path, headers=headers, chunks=chunks(), take=_check)
        return sent, time.perf_counter() - started


def _check(response: HTTPResponse) -> None:
    """Raise TransportError unless the answer is a collector's 200."""
    if response.status != HTTPStatus.OK or "html" in response.headers.get("Content-Type", ""):
        answers.fine(Answer(response.status, response.headers, response.read(_PROBLEM_BYTES)))
        raise TransportError("a page came instead of a measurement: a Wi-Fi portal?")
