"""Memory that was freed goes back to the system, also from between what is still in use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HOLES = """
from homeroom_collector.freed_memory import give_back

def resident():
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS:")))

blocks = [bytes([1]) * 50_000 for _ in range(4_000)]
del blocks[:-1]  # the last one keeps the rest from going by itself
before = resident()
assert give_back()
print(before, resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="malloc_trim is glibc's")
def test_the_pages_of_holes_go_back():
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, timeout=60, check=True)
    before, after = map(int, done.stdout.split())
    assert before > 200_000
    assert after < before / 2
