"""``deliver``: send what waits, and end. With ``--tell``, a process that ``run`` started."""

from __future__ import annotations

import argparse

from homeroom_agent.clock import Clock
from homeroom_agent.commands.start import configured, tell
from homeroom_agent.probes.uptime import boot_id
from homeroom_agent.sending import Sending
from homeroom_agent.stores import stores


def main(options: argparse.Namespace) -> int:
    """Send. Raises AgentError where that failed; the reports go on waiting."""
    config, clock, boot = configured(options), Clock(), boot_id()
    with stores(config) as (spool, state):
        try:
            Sending(config, spool, state, clock=clock, boot=boot).attempt()
        finally:
            if options.tell:
                tell(config, spool, state, clock=clock, boot=boot)
    return 0
