"""``enroll``: exchange the enrolment token for a device key, now."""

from __future__ import annotations

import argparse
import sys

from homeroom_agent.clock import Clock
from homeroom_agent.commands.start import configured
from homeroom_agent.probes import load_probes
from homeroom_agent.probes.uptime import boot_id
from homeroom_agent.rounds import Rounds
from homeroom_agent.sending import Sending
from homeroom_agent.stores import stores


def main(options: argparse.Namespace) -> int:
    """Enrol, also where there is a key already. Raises AgentError."""
    config, clock, boot = configured(options), Clock(), boot_id()
    rounds = Rounds(config, load_probes(), clock=clock, boot=boot)
    with stores(config, config.directory) as (spool, state):
        rounds.identify(state)
        device = Sending(config, spool, state, clock=clock, boot=boot).enrol()
    sys.stdout.write(f"enrolled as {device.device_id}\n")
    return 0
