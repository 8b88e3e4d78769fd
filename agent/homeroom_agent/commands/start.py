"""What the commands that measure and send share: configuration, log, clock, and what they tell a service."""

from __future__ import annotations

import argparse
import logging
import sys

from homeroom_agent.attempts import wait_seconds
from homeroom_agent.clock import Clock
from homeroom_agent.config import Config, load, require_collector
from homeroom_agent.directives import in_force
from homeroom_agent.stores import CLEAN_END_MARK, each_store


def configured(options: argparse.Namespace, *, collector: bool = True) -> Config:
    """Read the configuration and set up the log. Raises ConfigError."""
    config = load(options.config)
    if collector:
        require_collector(config)
    logging.basicConfig(stream=sys.stderr, level=config.log.level.upper(), format="%(levelname)s %(message)s")
    return config


def tell(config: Config, *, clock: Clock, boot: str) -> None:
    """Say on standard output what the service that started this process has to know."""
    told: dict[str, object] = {"boot": boot, "mark": config.directory / CLEAN_END_MARK}
    for spool, state in each_store(config):
        directives = in_force(state.get("settings"), config.schedule)
        told["next"] = round(directives.until_next_seconds(), 2)
        if len(spool):
            told["retry"] = round(wait_seconds(state, clock.wall()), 2)
    sys.stdout.write("".join(f"{name}={value}\n" for name, value in told.items()))
