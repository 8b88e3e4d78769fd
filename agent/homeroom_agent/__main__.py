"""Commands of ``homeroom-agent``. Exit status: 0 done, 1 failure, 2 usage, 3 a format that ``parse`` does not read."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from homeroom_agent import __version__
from homeroom_agent.errors import AgentError, CaptureFormatError, ConfigError

_FAILED, _USAGE, _NOT_READ = 1, 2, 3

_COMMANDS = {
    "run": "measure and send until stopped",
    "once": "measure once, send, and end",
    "show": "print the report that would be sent now, and send nothing",
    "enroll": "exchange the enrolment token for a device key",
    "check-config": "say what is wrong with the configuration",
    "deliver": "send what waits on disk, and end; run does this by itself",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    # Each command imports what it needs and no more: `run` stays resident, and must not pay for TLS, HTTP or parsers.
    command = import_module(f"homeroom_agent.commands.{options.command.replace('-', '_')}")
    try:
        return int(command.main(options))
    except ConfigError as error:
        return _complain(error, _USAGE)
    except CaptureFormatError as error:
        return _complain(error, _NOT_READ)
    except AgentError as error:
        return _complain(error, _FAILED)
    except KeyboardInterrupt:
        return _FAILED


def _complain(error: AgentError, status: int) -> int:
    for line in str(error).splitlines():
        sys.stderr.write(f"homeroom-agent: {line}\n")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="homeroom-agent", description="Measures the machine, never the person.")
    parser.add_argument("--version", action="version", version=f"homeroom-agent {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name, what in _COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what)
        command.add_argument("--config", type=Path, metavar="FILE", help="configuration (TOML)")
        if name in ("once", "deliver"):
            command.add_argument("--tell", action="store_true", help=argparse.SUPPRESS)  # run reads what it says
        if name == "once":
            command.add_argument(
                "--spool", action="store_true", help="keep the report where it cannot be sent, and send older ones"
            )
    parse = commands.add_parser("parse", help="print the facts derived from a captured output of an operating system")
    parse.add_argument("kind", metavar="KIND", help="battery, disk, dmi, thermal, network, windows11, os or memory")
    parse.add_argument("file", metavar="FILE", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
