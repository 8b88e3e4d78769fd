"""``tickets.yml``: which help desk, when a ticket is made, how it lives. ``configs/tickets.yml`` shows every key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from pathlib import Path
from typing import Literal

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.mail import MailSettings
from homeroom_collector.mail import settings as mail_settings
from homeroom_collector.rules.ticket_policy import Closing, Hours, Staff, TicketPolicy
from homeroom_collector.safe_url import safe
from homeroom_collector.secret import located, unreadable
from homeroom_collector.strict import Clock, Seconds
from homeroom_collector.tickets.alertmanager import settings as alertmanager
from homeroom_collector.tickets.alertmanager.settings import AlertmanagerSettings
from homeroom_collector.tickets.desks import DESKS
from homeroom_collector.tickets.desks.django_helpdesk import DjangoHelpdeskSettings
from homeroom_collector.tickets.desks.email import EmailSettings
from homeroom_collector.tickets.desks.freshservice import FreshserviceSettings
from homeroom_collector.tickets.desks.glpi import GlpiSettings
from homeroom_collector.tickets.desks.incident_iq import IncidentIqSettings
from homeroom_collector.tickets.desks.jira import JiraSettings
from homeroom_collector.tickets.desks.osticket import OsTicketSettings
from homeroom_collector.tickets.desks.request_tracker import RequestTrackerSettings
from homeroom_collector.tickets.desks.servicenow import ServiceNowSettings
from homeroom_collector.tickets.desks.webhook import WebhookSettings
from homeroom_collector.tickets.desks.zammad import ZammadSettings
from homeroom_collector.tickets.desks.zendesk import ZendeskSettings

_LEAST_LEASE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BySeverity:
    """When tickets may be made: at any time, when people are at work there, or never."""

    critical: Hours = "always"
    warning: Hours = "staffed"
    info: Hours = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingSettings:
    """What is done when the cause is gone: resolve with a note, or only say so."""

    critical: Closing = "resolve"
    warning: Closing = "resolve"
    info: Closing = "resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSettings:
    """When a ticket is told more."""

    every: Seconds = 900.0
    most: int = 20
    growth: float = 2.0
    growth_least: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FlappingSettings:
    """When a pause proves little."""

    cycles: int = 3
    within: Seconds = 86_400.0
    hold: Seconds = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StormSettings:
    """How many tickets are made one by one."""

    most: int = 20
    within: Seconds = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanSettings:
    """What people at the help desk decide holds."""

    check_every: Seconds = 900.0
    patience: Seconds = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """How soon a help desk that did not do something is asked again."""

    first: Seconds = 1.0
    longest: Seconds = 300.0
    refused: Seconds = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSettings:
    """When people are at work on a day of school."""

    start: Clock = time(7)
    end: Clock = time(16, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSettings:
    """The whole file. ``desk`` names the section of the help desk; None makes no tickets."""

    desk: str | None = None
    every: Seconds = 10.0
    lease: Seconds = 30.0
    timeout: Seconds = 10.0
    keep: Seconds = 400 * 86_400.0
    runbooks: str = ""
    unsure: Literal["report", "repeat"] = "report"
    settle: Seconds = 30.0
    hold: Seconds = 600.0
    reopen: Seconds = 72 * 3600.0
    hours: BySeverity = field(default_factory=BySeverity)
    kind_hours: dict[str, Hours] = field(default_factory=dict)
    staff: StaffSettings = field(default_factory=StaffSettings)
    closing: ClosingSettings = field(default_factory=ClosingSettings)
    notes: NoteSettings = field(default_factory=NoteSettings)
    flapping: FlappingSettings = field(default_factory=FlappingSettings)
    storm: StormSettings = field(default_factory=StormSettings)
    humans: HumanSettings = field(default_factory=HumanSettings)
    retry: RetrySettings = field(default_factory=RetrySettings)
    alertmanager: AlertmanagerSettings = field(default_factory=AlertmanagerSettings)
    request_tracker: RequestTrackerSettings | None = None
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None
    zendesk: ZendeskSettings | None = None
    freshservice: FreshserviceSettings | None = None
    jira: JiraSettings | None = None
    servicenow: ServiceNowSettings | None = None
    zammad: ZammadSettings | None = None
    osticket: OsTicketSettings | None = None
    django_helpdesk: DjangoHelpdeskSettings | None = None
    glpi: GlpiSettings | None = None
    incident_iq: IncidentIqSettings | None = None

    def policy(self) -> TicketPolicy:
        """As the rules want it."""
        return TicketPolicy(
            settle_seconds=self.settle,
            hold_seconds=self.hold,
            reopen_seconds=self.reopen,
            note_every_seconds=self.notes.every,
            notes_most=self.notes.most,
            growth_ratio=self.notes.growth,
            growth_least=self.notes.growth_least,
            flap_cycles=self.flapping.cycles,
            flap_within_seconds=self.flapping.within,
            flap_hold_seconds=self.flapping.hold,
            storm_most=self.storm.most,
            storm_within_seconds=self.storm.within,
            check_every_seconds=self.humans.check_every,
            human_patience_seconds=self.humans.patience,
            retry_first_seconds=self.retry.first,
            retry_longest_seconds=self.retry.longest,
            retry_refused_seconds=self.retry.refused,
            hours={each.name: getattr(self.hours, each.name) for each in fields(self.hours)},
            kind_hours=self.kind_hours,
            closing={each.name: getattr(self.closing, each.name) for each in fields(self.closing)},
        )

    def staff_hours(self) -> Staff:
        """As the rules want it."""
        return Staff(start=self.staff.start, end=self.staff.end)


def load(path: Path | None, mail: MailSettings | None = None) -> TicketSettings:
    """Read and check the file; None makes no tickets. Raises ConfigError with everything that is wrong.

    ``mail`` is the section of ``collector.yml`` on which a help desk that is reached by mail may rely.
    """
    if path is None:
        return TicketSettings()
    settings = _located(strict.load(TicketSettings, path), path.absolute().parent)
    if problems := [f"{path}: {problem}" for problem in _problems(settings, mail or MailSettings())]:
        raise ConfigError(problems)
    return settings


def require_desk(settings: TicketSettings) -> None:
    """Raise ConfigError where no help desk is named, or its section is missing."""
    if settings.desk is None:
        raise ConfigError(["tickets: no help desk is named; set tickets.file in collector.yml, and desk in that file"])
    if problems := list(_desk_problems(settings)):
        raise ConfigError(problems)


def _desk_problems(settings: TicketSettings) -> Iterator[str]:
    if settings.desk is not None and settings.desk not in DESKS:
        yield f"desk: {settings.desk!r} is not known; known: {', '.join(DESKS)}"
    elif settings.desk is not None and getattr(settings, settings.desk) is None:
        yield f"{settings.desk}: missing; the section of the help desk that desk names"


def _problems(settings: TicketSettings, mail: MailSettings) -> Iterator[str]:
    checks = {
        "every: must be more than 0": settings.every > 0,
        f"lease: must be at least {_LEAST_LEASE_SECONDS:g}s": settings.lease >= _LEAST_LEASE_SECONDS,
        "timeout: must be more than 0": settings.timeout > 0,
        "notes.growth: must be above 1": settings.notes.growth > 1,
        "notes.growth_least: must be at least 1": settings.notes.growth_least >= 1,
        "notes.most: must not be negative": settings.notes.most >= 0,
        "flapping.cycles: must be at least 1": settings.flapping.cycles >= 1,
        "flapping.hold: must not be less than hold": settings.flapping.hold >= settings.hold,
        "storm.most: must be at least 1": settings.storm.most >= 1,
        "retry.first: must be more than 0": settings.retry.first > 0,
        "retry.longest: must not be less than retry.first": settings.retry.longest >= settings.retry.first,
        "staff: end must be later than start": settings.staff.end > settings.staff.start,
    }
    yield from (message for message, fine in checks.items() if not fine)
    yield from _desk_problems(settings)
    yield from alertmanager.problems(settings.alertmanager)
    if settings.email is not None:
        yield from _email_problems(settings.email, mail)
    for name in ("alertmanager", *DESKS):
        url = getattr(getattr(settings, name), "url", None)
        if url is not None and not safe(url):
            yield f"{name}.url: {url!r} is not an https address"


def _email_problems(email: EmailSettings, mail: MailSettings) -> Iterator[str]:
    if email.host is not None:
        yield from mail_settings.problems(email.server(mail), "email")
    elif mail.host is None:
        yield "email.host: missing; name a mail server here, or in the section mail of collector.yml"


def missing_secrets(settings: TicketSettings, mail: MailSettings, environment: Mapping[str, str]) -> list[str]:
    """Secrets of the chosen help desk and of Alertmanager that cannot be read, each with its dotted path."""
    found = unreadable(settings.alertmanager, "alertmanager", environment)
    if settings.desk is not None:
        found += unreadable(getattr(settings, settings.desk), settings.desk, environment)
        if settings.desk == "email" and settings.email is not None and settings.email.host is None:
            found += unreadable(mail, "mail", environment)
    return found


def _located(settings: TicketSettings, folder: Path) -> TicketSettings:
    """Make the files of secrets start at ``folder``."""
    return replace(settings, **{name: located(getattr(settings, name), folder) for name in ("alertmanager", *DESKS)})
