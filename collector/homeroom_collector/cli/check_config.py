"""``homeroom check-config``: everything that is wrong with the configuration, at once."""

from __future__ import annotations

import argparse
import os

from homeroom_collector.cli.options import add_config
from homeroom_collector.config import Settings, load
from homeroom_collector.decisions import refresh_settings, standards_settings
from homeroom_collector.errors import ConfigError
from homeroom_collector.letters import settings as letter_settings
from homeroom_collector.mail import MailSettings
from homeroom_collector.problems import settings as problem_settings
from homeroom_collector.secret import unreadable
from homeroom_collector.sources import calendar_settings, schools
from homeroom_collector.store.engine import parse_url
from homeroom_collector.tickets import settings as ticket_settings
from homeroom_collector.tls import Certificate


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
        lambda: _letters(settings, {each.school_id for each in schools.read(file)}) if file else None,
        lambda: calendar_settings.load(calendar) if calendar else None,
        lambda: problem_settings.load(settings.rules.file),
        lambda: standards_settings.load(settings.decisions.standards),
        lambda: refresh_settings.load(settings.decisions.refresh),
        lambda: _tickets(settings),
        lambda: _refuse(unreadable(settings.mail, f"{options.config}: mail", os.environ)),
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


def _refuse(findings: list[str]) -> None:
    if findings:
        raise ConfigError(findings)


def _letters(settings: Settings, known: set[str]) -> None:
    _refuse(list(letter_settings.unknown_schools(settings.digests, settings.reports, known)))


def _tickets(settings: Settings) -> None:
    """The file, and whether the help desk's secrets can be read by who runs this."""
    chosen = ticket_settings.load(settings.tickets.file, settings.mail)
    missing = ticket_settings.missing_secrets(chosen, MailSettings(), os.environ)
    _refuse([f"{settings.tickets.file}: {problem}" for problem in missing])
