"""What the commands that measure and send share: configuration, log, clock, and what they tell a service."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping

from homeroom_agent.attempts import wait_seconds
from homeroom_agent.clock import Clock
from homeroom_agent.config import Config, load, require_collector
from homeroom_agent.directives import Slot, in_force
from homeroom_agent.state import State
from homeroom_agent.stores import CLEAN_END_MARK, each_store


def configured(options: argparse.Namespace, *, collector: bool = True) -> Config:
    """Read the configuration and set up the log. Raises ConfigError."""
    config = load(options.config)
    if collector:
        require_collector(config)
    logging.basicConfig(stream=sys.stderr, level=config.log.level.upper(), format="%(levelname)s %(message)s")
    return config


def tell_boot(config: Config, boot: str) -> None:
    """Say to the service that started this process what it needs for a clean end, before anything can go wrong."""
    _say({"boot": boot, "mark": config.directory / CLEAN_END_MARK})


def tell_schedule(config: Config, clock: Clock) -> None:
    """Say to the service when to measure next, and when to send again where something waits."""
    told = {}
    for spool, state in each_store(config):
        directives = in_force(state.get("settings"), config.schedule)
        told["next"] = round(directives.until_next_seconds(), 2)
        if len(spool):
            told["retry"] = round(wait_seconds(state, clock.wall()), 2)
        elif (wait := _until_slot_seconds(directives.slot, state, clock.wall())) is not None:
            told["retry"] = round(wait, 2)
    _say(told)


def _until_slot_seconds(slot: Slot | None, state: State, now: float) -> float | None:
    """How long until a throughput measurement that is granted and still to be made."""
    if slot is None or slot.slot_id == state.get("throughput").get("slot_id") or now > slot.not_after:
        return None
    return max(0.0, slot.not_before - now) if now < slot.not_before else None


def _say(told: Mapping[str, object]) -> None:
    sys.stdout.write("".join(f"{name}={value}\n" for name, value in told.items()))
    sys.stdout.flush()
