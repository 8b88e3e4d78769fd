"""The whole Debian package: made twice, the same both times, installed, run by its own user, upgraded and purged."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from debian_root import in_overlay
from free_ports import free_port

BUILD = Path(__file__).parents[2] / "collector" / "packaging" / "build_deb.py"

RUN = """
set -e
dpkg --install --force-depends /package.deb >/dev/null
sed -i 's/port: 8080/port: {port}/' /etc/homeroom/collector.yml
service="setpriv --reuid homeroom --regid homeroom --clear-groups --no-new-privs"
as_service() {{ $service "$@"; }}
as_service homeroom --version
as_service homeroom check-config --config /etc/homeroom/collector.yml
$service homeroom serve --config /etc/homeroom/collector.yml >/tmp/log 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
ask() {{
    /opt/homeroom/bin/python -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1:{port}/readyz").status)'
}}
for _ in $(seq 100); do
    ask >/dev/null 2>&1 && break
    sleep 0.5
done
ask
as_service homeroom token create --config /etc/homeroom/collector.yml --school lincoln-es | cut -c1-3
kill $server
wait $server
as_service homeroom report --config /etc/homeroom/collector.yml --quarter 2026-Q3 --out /var/lib/homeroom/q.pdf
head -c 5 /var/lib/homeroom/q.pdf; echo
dpkg --install --force-depends /package.deb >/dev/null
grep -c 'port: {port}' /etc/homeroom/collector.yml
find /opt/homeroom -name '*.pyc' -newer /package.deb | wc -l
rm -f /tmp/log
dpkg --purge homeroom >/dev/null 2>&1
"""
EXPECTED = ["/etc/homeroom/collector.yml: in order", "200", "hrt", "%PDF-", "1", "0"]


def main() -> int:
    """Print what was found; 1 where anything differs from what it should be."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        packages = [_built(folder / name) for name in ("one", "two")]
        digests = [hashlib.sha256(package.read_bytes()).hexdigest() for package in packages]
        said, left = in_overlay(packages[0], RUN.format(port=free_port()), folder)
        lines = said.splitlines()
        answers = [line for line in lines if not line.startswith("homeroom ")]
        outcome = {
            "bytes": packages[0].stat().st_size, "same_twice": digests[0] == digests[1], "said": lines, "left": left,
        }  # fmt: skip
    print(json.dumps(outcome, indent=2))
    return 0 if outcome["same_twice"] and answers == EXPECTED and not left else 1


def _built(folder: Path) -> Path:
    ran = subprocess.run([sys.executable, BUILD, folder], capture_output=True, text=True, timeout=900, check=True)
    return Path(ran.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
