"""``parse``: the facts derived from one captured output of an operating system, as JSON."""

from __future__ import annotations

import argparse
import json
import sys

from homeroom_agent.parsers import parse


def main(options: argparse.Namespace) -> int:
    """Print the facts. Raises CaptureError or CaptureFormatError."""
    sys.stdout.write(json.dumps(parse(options.kind, options.file), indent=2, ensure_ascii=False) + "\n")
    return 0
