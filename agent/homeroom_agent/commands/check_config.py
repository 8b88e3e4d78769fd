"""``check-config``: everything that is wrong with the configuration, at once."""

from __future__ import annotations

import argparse
import sys

from homeroom_agent.config import enrolment_token, load, require_collector
from homeroom_agent.errors import ConfigError


def main(options: argparse.Namespace) -> int:
    """Check. Raises ConfigError."""
    config = load(options.config)
    problems: list[str] = []
    for check in (require_collector, enrolment_token):
        try:
            check(config)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    sys.stdout.write("the configuration is sound\n")
    return 0
