"""A load generator cheap enough to outrun what it measures: raw HTTP over kept-alive connections, one report a POST.

``python -m tests.benchmarks._load PORT DEVICES REPORTS CONNECTIONS RATE FIRST``: reports go out for device after
device, beginning with FIRST; RATE 0 is as fast as answers come. Prints a JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator

import uvloop

from tests.benchmarks._fleet import key_of, report_at

_HEAD = (
    b"POST /api/v1/reports HTTP/1.1\r\nHost: collector\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n"
)


def requests(devices: int, reports: int, first: int) -> Iterator[bytes]:
    """One request after the other; a device's sequence grows with every round over all devices."""
    for turn in range(first, first + reports):
        round_, device = divmod(turn, devices)
        now = time.time()
        body = b'{"reports":[%b]}' % report_at(now, round_ + 1)
        yield _HEAD % (key_of(device).encode(), len(body)) + body


class Connection(asyncio.Protocol):
    """Sends the next request when the last was answered, and no sooner than its time."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        wait = self._load.wait()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._send_now)
        else:
            self._send_now()

    def _send_now(self) -> None:
        request = next(self._load.requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        # One small answer to one request: it comes in one piece on loopback.
        self._load.answered(data.startswith(b"HTTP/1.1 200"), time.perf_counter() - self._sent_at)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._load.left()


class Load:
    """What all connections share."""

    def __init__(self, requests: Iterator[bytes], connections: int, rate: float) -> None:
        self.requests, self._open, self._rate = requests, connections, rate
        self._started, self._sent = time.perf_counter(), 0
        self.good = self.bad = 0
        self.seconds: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    def wait(self) -> float:
        self._sent += 1
        return self._started + self._sent / self._rate - time.perf_counter() if self._rate else 0.0

    def answered(self, good: bool, seconds: float) -> None:
        self.good += good
        self.bad += not good
        self.seconds.append(seconds)

    def left(self) -> None:
        self._open -= 1
        if not self._open:
            self.done.set_result(None)


async def main(port: int, devices: int, reports: int, connections: int, rate: float, first: int) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    load = Load(requests(devices, reports, first), connections, rate)
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port)
    await load.done
    took = time.perf_counter() - load._started
    ordered = sorted(load.seconds)
    return {
        "acknowledged": load.good,
        "refused": load.bad,
        "per_second": load.good / took,
        "p50_seconds": ordered[len(ordered) // 2],
        "p99_seconds": ordered[len(ordered) * 99 // 100],
    }


if __name__ == "__main__":
    port, devices, reports, connections = map(int, sys.argv[1:5])
    work = main(port, devices, reports, connections, float(sys.argv[5]), int(sys.argv[6]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(work)))
