"""Commands of ``homeroom-agent``. Exit status: 0 done, 1 failure, 2 usage, 3 a format that ``parse`` does not read."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from homeroom_agent import __version__
from homeroom_agent.errors import AgentError, CaptureFormatError


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except CaptureFormatError as error:
        return _complain(error, 3)
    except AgentError as error:
        return _complain(error, 1)


def _complain(error: AgentError, status: int) -> int:
    sys.stderr.write(f"homeroom-agent: {error}\n")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="homeroom-agent", description="Measures the machine, never the person.")
    parser.add_argument("--version", action="version", version=f"homeroom-agent {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    parse = commands.add_parser("parse", help="print the facts derived from a captured output of an operating system")
    parse.add_argument("kind", metavar="KIND", help="battery, disk, dmi, thermal, network, windows11, os or memory")
    parse.add_argument("file", metavar="FILE", type=Path)
    parse.set_defaults(command=_parse)
    return parser


def _parse(options: argparse.Namespace) -> int:
    parsers = import_module("homeroom_agent.parsers")  # only here: `run` must not pay for parsers of other systems
    sys.stdout.write(json.dumps(parsers.parse(options.kind, options.file), indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
