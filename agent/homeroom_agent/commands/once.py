"""``once``: one report, and end. With ``--spool`` for timers and ``run``: all that must be remembered is on disk."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from homeroom_agent.clock import Clock
from homeroom_agent.commands.deliver import send_waiting
from homeroom_agent.commands.start import configured, tell_boot, tell_schedule
from homeroom_agent.config import Config
from homeroom_agent.errors import AgentError, SpoolError
from homeroom_agent.probes import load_probes
from homeroom_agent.probes.uptime import boot_id
from homeroom_agent.rounds import Rounds
from homeroom_agent.sending import Sending
from homeroom_agent.spool import Spool
from homeroom_agent.state import State
from homeroom_agent.stores import CLEAN_END_MARK, stores

_log = logging.getLogger(__name__)


def main(options: argparse.Namespace) -> int:
    """Measure and send. Raises AgentError where the report could not be kept, or not sent and was not to be kept."""
    config, clock, boot = configured(options), Clock(), boot_id()
    if options.tell:
        tell_boot(config, boot)
    rounds = Rounds(config, load_probes(), clock=clock, boot=boot)
    with _kept(config, rounds, watching=options.tell) as (number, spool, state):
        if not options.spool:
            _send_now(Sending(config, spool, state, clock=clock, boot=boot), spool, number)
            sys.stdout.write(f"report {number} was sent to {config.collector.url}\n")
            return 0
    try:
        send_waiting(config, clock=clock, boot=boot)
    except AgentError as error:  # no failure of a timer: the reports wait, and the log said so once
        _log.debug("reports wait: %s", error)
    if options.tell:
        tell_schedule(config, clock)
    return 0


def _send_now(sending: Sending, spool: Spool, number: int) -> None:
    try:
        sending.attempt()
    except AgentError:
        spool.ack([number])  # a technician who tries things out leaves nothing behind
        raise


@contextmanager
def _kept(config: Config, rounds: Rounds, *, watching: bool) -> Iterator[tuple[int, Spool, State]]:
    """A new report's number, and the stores that hold it: in memory where the disk is full or read-only."""
    home, *elsewhere = config.directories
    with ExitStack() as stack:
        try:
            spool, state = stack.enter_context(stores(config, home))
            rounds.note_boot(state, home / CLEAN_END_MARK, watching=watching)
            number = rounds.keep(spool, state)
        except SpoolError as error:
            if not elsewhere:
                raise
            _log.warning("%s: reports are kept in %s until that is cured", error, elsewhere[0])
            spool, state = stack.enter_context(stores(config, elsewhere[0]))
            number = rounds.keep(spool, state)
        yield number, spool, state
