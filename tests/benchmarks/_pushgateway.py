"""The Pushgateway of Prometheus, taking in what a laptop says: acknowledged pushes a second, one group a device."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.free_ports import free_port

_SECONDS = 30.0
_MOST_GROUPS = 10_000
_LAST = 200
_BODY = "".join(f"homeroom_bench_{name} {index}.5\n" for index, name in enumerate("abcdefghijklmnopqrst")).encode()


def measure() -> dict[str, Any] | None:
    """Pushes a second over all groups, and over the last ones; None where the program is not installed."""
    program = shutil.which("prometheus-pushgateway")
    if program is None:
        return None
    with _running(program) as port:
        moments = list(_pushes(port))
    last = moments[-_LAST:]
    return {
        "groups": len(moments) - 1,
        "per_second": round((len(moments) - 1) / (moments[-1] - moments[0])),
        "per_second_at_the_end": round((len(last) - 1) / (last[-1] - last[0])),
    }


def _pushes(port: int) -> Iterator[float]:
    """When each push was acknowledged."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = time.perf_counter()
    yield started
    for group in range(_MOST_GROUPS):
        connection.request("PUT", f"/metrics/job/homeroom/instance/dev-{group:06d}", body=_BODY)
        with connection.getresponse() as answer:
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the Pushgateway answered {answer.status}")
        yield time.perf_counter()
        if time.perf_counter() - started > _SECONDS:
            break
    connection.close()


@contextmanager
def _running(program: str) -> Iterator[int]:
    port = free_port()
    arguments = [program, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30.0
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/-/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the Pushgateway does not answer")
