"""Renew the key of a device, killed with SIGKILL at its Nth system call, for many N; then report with what is left.

A program of its own, so that it may fork: ``python kill_renewal.py FOLDER URL TOKEN EVERY`` is one laptop. Prints a
line of JSON: how often it was killed, and the numbers of the reports that were acknowledged. Linux only.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

from agent.kill_at_every_call import KILL_LIMIT, killed_at
from agent_laptop import Laptop
from homeroom_agent import identity
from homeroom_agent.config import load
from homeroom_agent.renewal import renewed
from homeroom_agent.transport import Client, Transport, route_to


def renew(laptop: Laptop) -> None:
    """Renew the key as the agent does, with the key that works."""
    folders = laptop.config.directories
    device = identity.load(folders)
    assert device is not None
    collector = laptop.config.collector
    with Client(route_to(collector.url, "none"), ca_file=None, timeout_seconds=20) as client:
        renewed(device, Transport(client, device.key.reveal()), partial(identity.save, folders))


def main(folder: Path, url: str, token: str, every: int) -> None:
    """Enrol, then be killed again and again."""
    laptop = Laptop(folder, url)
    environment = {"HOMEROOM_AGENT_SPOOL_DIRECTORY": str(folder / "state"), "HOMEROOM_AGENT_COLLECTOR_TOKEN": token}
    laptop.config = load(folder / "agent.toml", environment)
    sent = laptop.measure()
    laptop.send()
    stop, kills = 1, 0
    while stop < KILL_LIMIT and killed_at(stop, partial(renew, laptop)):
        sent += laptop.measure()
        laptop.send()
        stop, kills = stop + every, kills + 1
    print(json.dumps({"kills": kills, "sent": sent, "waiting": laptop.waiting()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
