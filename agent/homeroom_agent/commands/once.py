"""``once``: one report, and end. With ``--spool`` for timers and ``run``: all that must be remembered is on disk."""

from __future__ import annotations

import argparse
import logging
import sys

from homeroom_agent.attempts import wait_seconds
from homeroom_agent.clock import Clock
from homeroom_agent.commands.start import configured, tell
from homeroom_agent.errors import AgentError
from homeroom_agent.probes import load_probes
from homeroom_agent.probes.uptime import boot_id
from homeroom_agent.rounds import Rounds
from homeroom_agent.sending import Sending
from homeroom_agent.spool import Spool
from homeroom_agent.state import State
from homeroom_agent.stores import CLEAN_END_MARK, stores

_log = logging.getLogger(__name__)


def main(options: argparse.Namespace) -> int:
    """Measure and send. Raises AgentError where the report could not be sent and was not to be kept."""
    config, clock, boot = configured(options), Clock(), boot_id()
    rounds = Rounds(config, load_probes(), clock=clock, boot=boot)
    with stores(config) as (spool, state):
        rounds.note_boot(state, config.directory / CLEAN_END_MARK, watching=options.tell)
        number = rounds.keep(spool, state)
        sending = Sending(config, spool, state, clock=clock, boot=boot)
        if options.spool:
            _send_if_due(sending, spool, state, clock)
            if options.tell:
                tell(config, spool, state, clock=clock, boot=boot)
            return 0
        try:
            sending.attempt()
        except AgentError:
            spool.ack([number])  # a technician who tries things out leaves nothing behind
            raise
    sys.stdout.write(f"report {number} was sent to {config.collector.url}\n")
    return 0


def _send_if_due(sending: Sending, spool: Spool, state: State, clock: Clock) -> None:
    """Being away from the network is no failure here: the reports wait, and the log says so once."""
    if wait_seconds(state, clock.wall()):
        return
    try:
        sending.attempt()
    except AgentError as error:
        _log.debug("%d reports wait: %s", len(spool), error)
