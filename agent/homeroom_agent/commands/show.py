"""``show``: everything that would be sent, before it is sent. Sends nothing and keeps nothing."""

from __future__ import annotations

import argparse
import json
import os
import sys

from homeroom_agent.clock import Clock
from homeroom_agent.commands.start import configured
from homeroom_agent.config import Config
from homeroom_agent.probes import load_probes
from homeroom_agent.probes.uptime import boot_id
from homeroom_agent.rounds import Known, Rounds
from homeroom_agent.stores import FILE_NAME, stores


def main(options: argparse.Namespace) -> int:
    """Print the report with every section, also those that are sent only when they change."""
    config = configured(options, collector=False)
    rounds = Rounds(config, load_probes(), clock=Clock(), boot=boot_id())
    document = json.loads(rounds.show(_known(config)))
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return 0


def _known(config: Config) -> Known:
    """What the agent remembers, where there is anything and this user may read it; nothing is created."""
    if not os.access(config.directory / FILE_NAME, os.R_OK | os.W_OK):
        return Known()
    with stores(config, config.directory) as (spool, state):
        return Known(state.all(), spool.next_number, spool.lost_total)
