"""Fetches ``/metrics`` every second, for a minute at most: ``python -m tests.benchmarks._scrape PORT``."""

import sys
import time
import urllib.request

request = urllib.request.Request(
    f"http://127.0.0.1:{int(sys.argv[1])}/metrics",
    headers={"Accept-Encoding": "gzip", "Accept": "application/openmetrics-text;version=1.0.0"},
)
for _ in range(60):
    with urllib.request.urlopen(request, timeout=60) as answer:
        while answer.read(1 << 20):
            pass
    time.sleep(1.0)
