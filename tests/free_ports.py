"""Ports of 127.0.0.1 for servers that tests start.

They lie below those that the system gives to outgoing connections (Linux: ``net.ipv4.ip_local_port_range``), so none
is taken between the choice and the start; no port is given twice by a process, nor by two workers of one run.
"""

from __future__ import annotations

import itertools
import os
import random
import socket

_FIRST, _LAST, _WORKERS = 20_000, 32_000, 16
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
# Another run on the same machine most likely begins elsewhere.
_rounds = itertools.count(random.randrange((_LAST - _FIRST) // _WORKERS))


def free_port() -> int:
    """A port that nobody has, neither over TCP nor over UDP."""
    for number in _rounds:
        port = _FIRST + (number * _WORKERS + _worker) % (_LAST - _FIRST)
        if _is_free(port):
            return port
    raise AssertionError("the count has no end")


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
