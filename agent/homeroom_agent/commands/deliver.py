"""``deliver``: send what waits, and end. With ``--tell``, a process that ``run`` started."""

from __future__ import annotations

import argparse

from homeroom_agent.clock import Clock
from homeroom_agent.commands.start import configured, tell_schedule
from homeroom_agent.config import Config
from homeroom_agent.errors import AgentError
from homeroom_agent.probes.uptime import boot_id
from homeroom_agent.sending import Sending
from homeroom_agent.stores import each_store


def main(options: argparse.Namespace) -> int:
    """Send. Raises AgentError where that failed; the reports go on waiting."""
    config, clock, boot = configured(options), Clock(), boot_id()
    try:
        send_waiting(config, clock=clock, boot=boot)
    finally:
        if options.tell:
            tell_schedule(config, clock)
    return 0


def send_waiting(config: Config, *, clock: Clock, boot: str) -> None:
    """Send what waits and is not held back by an earlier failure. Raises the first AgentError, after trying all."""
    problems: list[AgentError] = []
    for spool, state in each_store(config):
        sending = Sending(config, spool, state, clock=clock, boot=boot)
        try:
            if sending.is_due():
                sending.attempt()
        except AgentError as error:
            problems.append(error)
    if problems:
        raise problems[0]
