"""The ``homeroom`` command. Each subcommand is a file of this package that says its name, arguments and work.

Exit status: 0 done, 1 findings or failure, 2 usage or configuration.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from types import ModuleType

from homeroom_agent import __version__
from homeroom_collector.cli import (
    backup,
    calendar,
    check_config,
    devices,
    equity,
    erate,
    events,
    forget,
    google,
    import_,
    maintenance,
    poll,
    problems,
    readiness,
    reconcile,
    refresh,
    register,
    report,
    restore,
    satellite,
    serve,
    sign_in,
    sign_ins,
    simulate,
    snmp,
    standards,
    tickets,
    token,
    topology,
)
from homeroom_collector.demo import command as demo
from homeroom_collector.errors import CollectorError, ConfigError

COMMANDS: tuple[ModuleType, ...] = (
    serve, demo, check_config, sign_in, sign_ins, token, calendar, devices, events, import_, google, snmp, standards,
    report,
    topology, refresh, erate, reconcile, equity, readiness, register, problems, maintenance,
    tickets,
    poll, satellite,
    backup, restore, forget,
    simulate,
)  # fmt: skip
"""Modules with NAME, HELP, ``add_arguments(parser)`` and ``run(options) -> int``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # migrate.py says what changed
    try:
        return int(options.run(options))
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 2
    except CollectorError as error:
        print(f"homeroom: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of a list had enough.
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="homeroom", description="Takes attendance for a school district's technology."
    )
    parser.add_argument("--version", action="version", version=f"homeroom {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.add_arguments(sub)
        if sub.get_default("run") is None:
            sub.set_defaults(run=command.run)
    return parser
