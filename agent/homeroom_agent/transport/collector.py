"""The collector's HTTP interface as the agent uses it. Paths and shapes are those of docs/api.md."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from homeroom_agent.transport import answers
from homeroom_agent.transport.client import Client

_PREFIX = "/api/v1"
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

    def enroll(self, token: str, device: Mapping[str, Any]) -> answers.Enrolled:
        """Exchange an enrolment token for a device key. ``device`` is the identity section of a report."""
        body = json.dumps({"token": token, "device": device}).encode()
        return answers.enrolled(self.client.request("POST", f"{_PREFIX}/enroll", headers=_JSON, body=body))

    def echo(self, *, timeout_seconds: float) -> None:
        """Make the smallest round trip there is."""
        answer = self.client.request(
            "GET", f"{_PREFIX}/echo", headers=self._authorisation, timeout_seconds=timeout_seconds
        )
        answers.fine(answer)
