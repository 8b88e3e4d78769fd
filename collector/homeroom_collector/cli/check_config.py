"""``homeroom check-config``: everything that is wrong with the configuration, at once."""

from __future__ import annotations

import argparse

from homeroom_collector.cli.options import add_config
from homeroom_collector.config import load
from homeroom_collector.decisions import refresh_settings, standards_settings
from homeroom_collector.errors import ConfigError
from homeroom_collector.problems import settings as problem_settings
from homeroom_collector.sources import calendar_settings, schools
from homeroom_collector.store.engine import parse_url
from homeroom_collector.tickets import settings as ticket_settings
from homeroom_collector.tls import Certificate

NAME = "check-config"
HELP = "check the configuration and the files it names, and change nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)


def run(options: argparse.Namespace) -> int:
    """Raise ConfigError with all findings; print one line where there are none."""
    settings = load(options.config)
    findings: list[str] = []
    tls, file, calendar = settings.listen.tls, settings.schools.file, settings.calendar.file
    for check in (
        lambda: parse_url(settings.store.url),
        lambda: schools.read(file) if file else None,
        lambda: calendar_settings.load(calendar) if calendar else None,
        lambda: problem_settings.load(settings.rules.file),
        lambda: standards_settings.load(settings.decisions.standards),
        lambda: refresh_settings.load(settings.decisions.refresh),
        lambda: ticket_settings.load(settings.tickets.file),
        lambda: Certificate(tls.certificate, tls.key) if tls else None,
    ):
        try:
            check()
        except ConfigError as error:
            findings += error.problems
    if findings:
        raise ConfigError(findings)
    print(f"{options.config}: in order")
    return 0
