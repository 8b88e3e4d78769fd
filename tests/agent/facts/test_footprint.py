"""A laptop carries only the parsers of its own system."""

import subprocess
import sys

import pytest

ELSEWHERE = (
    "ioctl",
    "powercfg",
    "cim",
    "windows",
    "_windows",
    "ioreg",
    "system_profiler",
    "_macos",
    "plistlib",
    "winreg",
)
PROGRAM = """
import sys
from homeroom_agent import probes
for probe in probes.load_probes():
    probe.read({})
print(*sys.modules)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks what is loaded on Linux; run it there")
def test_linux_loads_no_parser_of_windows_or_macos():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    loaded = [name for name in run.stdout.split() if name.startswith("homeroom_agent") or "." not in name]
    assert [name for name in loaded if set(name.split(".")) & set(ELSEWHERE)] == []
