"""``homeroom demo``: a whole pretended district on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from homeroom_collector.demo.run import demo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    parser.add_argument("--port", type=int, default=8080, help="collector's port; another is taken if it is in use")
    parser.add_argument("--laptops", type=int, default=60, help="pretended laptops (default: %(default)s)")
    parser.add_argument(
        "--folder", type=Path, default=Path("var/demo"), help="where everything is kept (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Run until Ctrl-C."""
    return demo(options.folder, options.port, options.laptops)
