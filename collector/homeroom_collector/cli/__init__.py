"""The ``homeroom`` command. Each subcommand is a file of its own that says its arguments and does its work.

Exit status: 0 done, 1 findings or failure, 2 usage or configuration.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence

from homeroom_agent import __version__
from homeroom_collector import logs
from homeroom_collector.cli.commands import COMMANDS
from homeroom_collector.errors import CollectorError, ConfigError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    said = sys.argv[1:] if arguments is None else arguments
    options = _parser(next((each for each in said if not each.startswith("-")), "")).parse_args(said)
    logs.begin()
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


def _parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """What may be typed. Only the chosen command says more than what it is for; None: all do."""
    parser = argparse.ArgumentParser(
        prog="homeroom", description="Takes attendance for a school district's technology."
    )
    parser.add_argument("--version", action="version", version=f"homeroom {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        if chosen is None or command.name == chosen:
            gc.disable()  # what is imported stays: to look through it for garbage takes a fifth of that time
            module = command.load()
            gc.enable()
            module.add_arguments(sub)
            if sub.get_default("run") is None:
                sub.set_defaults(run=module.run)
    return parser
