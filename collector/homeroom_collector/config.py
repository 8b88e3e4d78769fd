"""The collector's settings: one YAML file, strict. ``configs/collector.yml`` shows every key with its default.

Relative paths, also that of an SQLite store, are relative to the folder of the configuration file.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeroom_collector import strict
from homeroom_collector.access import settings as access
from homeroom_collector.access.settings import AccessSettings
from homeroom_collector.chromebook import settings as chromebook
from homeroom_collector.chromebook.settings import ChromebookSettings
from homeroom_collector.decisions import policies
from homeroom_collector.decisions.policies import DecisionSettings
from homeroom_collector.errors import ConfigError
from homeroom_collector.fleet import Freshness
from homeroom_collector.history.upkeep import Retention
from homeroom_collector.http import settings as connections
from homeroom_collector.http.settings import ConnectionSettings
from homeroom_collector.ingest import enrolment_settings as enrolment
from homeroom_collector.ingest import satellite_settings as satellites
from homeroom_collector.ingest import settings as agents
from homeroom_collector.ingest.enrolment_settings import EnrolmentSettings
from homeroom_collector.ingest.limits import Allowance
from homeroom_collector.ingest.merge import Sampling
from homeroom_collector.ingest.satellite_settings import SatellitesSettings
from homeroom_collector.ingest.settings import AgentSettings
from homeroom_collector.letters import settings as letters
from homeroom_collector.letters.settings import DigestSettings, ReportSettings
from homeroom_collector.logs import LogSettings
from homeroom_collector.mail import MailSettings
from homeroom_collector.mail import settings as mail
from homeroom_collector.replicas import settings as replicas
from homeroom_collector.replicas.settings import ReplicaSettings
from homeroom_collector.rules.bandwidth import BandwidthPolicy
from homeroom_collector.rules.presence import PresencePolicy
from homeroom_collector.secret import located as secrets_located
from homeroom_collector.snmp import settings as snmp
from homeroom_collector.snmp.settings import SnmpSettings
from homeroom_collector.sources.google import settings as google
from homeroom_collector.sources.google.settings import GoogleSettings
from homeroom_collector.strict import Seconds
from homeroom_collector.views.metrics.settings import MetricsSettings
from homeroom_collector.views.remote_write import settings as remote_write
from homeroom_collector.views.remote_write.settings import RemoteWriteSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Certificate and key files (PEM); reloaded when they change."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where to serve. Forwarded addresses are believed only from ``trusted_proxies`` (CIDR blocks)."""

    host: str = "127.0.0.1"
    port: int = 8080
    tls: Tls | None = None
    trusted_proxies: list[str] = field(default_factory=list)
    connections: ConnectionSettings = field(default_factory=ConnectionSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where everything is kept: ``sqlite:///file`` or ``postgresql://user@host/database``.

    ``check``: every page of an SQLite store is read at every start, and a collector that finds a damaged one ends.
    """

    url: str = "sqlite:///homeroom.db"
    check: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolsSettings:
    """The register of schools as a CSV file, read at every start; None keeps what the store has."""

    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """Terms, bell times and days off as a YAML file; None lives by the built-in school year."""

    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFile:
    """Thresholds of the rules that find problems as a YAML file; None lives by the defaults."""

    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """Bounds of what is taken in."""

    max_request_bytes: int = 1_048_576
    max_body_bytes: int = 8_388_608
    max_reports_per_request: int = 500
    queue_reports: int = 20_000
    reports_per_commit: int = 1_000
    late_reports: Seconds = 35 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """How much may be sent or asked, by each device, by each API token and each person signed in, and by each address.

    A whole school may stand behind one address, a laptop may bring weeks at once, and one Prometheus may scrape a
    thousand schools. ``failure`` is of wrong keys and tokens.
    """

    device: Allowance = field(default_factory=lambda: Allowance(per_second=10, burst=10_000))
    reader: Allowance = field(default_factory=lambda: Allowance(per_second=200, burst=5_000))
    address: Allowance = field(default_factory=lambda: Allowance(per_second=1_000, burst=20_000))
    failure: Allowance = field(default_factory=lambda: Allowance(per_second=1, burst=100))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """How long what is kept: samples for charts, and days of computers, of network gear and of its ports."""

    samples: Seconds = 48 * 3600.0
    gear_samples_every: Seconds = 300.0
    computers: Seconds = 5 * 366 * 86_400.0
    network: Seconds = 5 * 366 * 86_400.0
    interfaces: Seconds = 400 * 86_400.0

    def retention(self) -> Retention:
        """As upkeep wants it."""
        return Retention(
            samples=self.samples, computers=self.computers, network=self.network, interfaces=self.interfaces
        )

    def sampling(self) -> Sampling:
        """As ingest wants it."""
        return Sampling(keep_seconds=self.samples, gear_every_seconds=self.gear_samples_every)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessSettings:
    """How long what a device said counts as its state: fast facts, and slow ones such as battery health."""

    live: Seconds = 900.0
    lasting: Seconds = 30 * 86_400.0

    def freshness(self) -> Freshness:
        """As the fleet wants it."""
        return Freshness(live_seconds=self.live, lasting_seconds=self.lasting)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceSettings:
    """When silence begins to matter; hours and days are instructional."""

    present: Seconds = 900.0
    overdue_hours: float = 4.0
    missing_days: int = 5
    gear_unknown: Seconds = 300.0
    synced: Seconds = 6 * 3600.0

    def policy(self) -> PresencePolicy:
        """As the rules want it."""
        return PresencePolicy(
            present_seconds=self.present,
            overdue_hours=self.overdue_hours,
            missing_days=self.missing_days,
            gear_unknown_seconds=self.gear_unknown,
            synced_seconds=self.synced,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFile:
    """Which help desk gets which tickets, as a YAML file; None makes none."""

    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthSettings:
    """What a school's line to the outside should carry, for each student enrolled."""

    megabits_per_student: float = 1.0

    def policy(self) -> BandwidthPolicy:
        """As the rules want it."""
        return BandwidthPolicy(megabits_per_student=self.megabits_per_student)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set."""

    listen: Listen = field(default_factory=Listen)
    log: LogSettings = field(default_factory=LogSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    replicas: ReplicaSettings = field(default_factory=ReplicaSettings)
    schools: SchoolsSettings = field(default_factory=SchoolsSettings)
    timezone: str = "UTC"
    calendar: CalendarFile = field(default_factory=CalendarFile)
    rules: RulesFile = field(default_factory=RulesFile)
    decisions: DecisionSettings = field(default_factory=DecisionSettings)
    agents: AgentSettings = field(default_factory=AgentSettings)
    enrolment: EnrolmentSettings = field(default_factory=EnrolmentSettings)
    chromebooks: ChromebookSettings = field(default_factory=ChromebookSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    snmp: SnmpSettings = field(default_factory=SnmpSettings)
    google: GoogleSettings = field(default_factory=GoogleSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    remote_write: RemoteWriteSettings = field(default_factory=RemoteWriteSettings)
    satellites: SatellitesSettings = field(default_factory=SatellitesSettings)
    freshness: FreshnessSettings = field(default_factory=FreshnessSettings)
    presence: PresenceSettings = field(default_factory=PresenceSettings)
    tickets: TicketFile = field(default_factory=TicketFile)
    mail: MailSettings = field(default_factory=MailSettings)
    digests: DigestSettings = field(default_factory=DigestSettings)
    reports: ReportSettings = field(default_factory=ReportSettings)
    bandwidth: BandwidthSettings = field(default_factory=BandwidthSettings)


_URL_TELLS_TOO_MUCH = (
    "a password does not belong in this file; leave it out of the address, and name a file that holds it in the "
    "environment as PGPASSFILE, or the password itself as PGPASSWORD"
)


def own_url(listen: Listen, port: int) -> str:
    """The address of a collector for a browser on its own machine; ``port`` is the one it was given."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(listen.host, listen.host)  # noqa: S104 - as it is written
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{'https' if listen.tls else 'http'}://{host}:{port}"


def load(path: Path) -> Settings:
    """Read and check a configuration. Raises ConfigError with everything that is wrong."""
    settings = _located(strict.load(Settings, path), path.absolute().parent)
    complete = replace(settings, snmp=snmp.with_files(settings.snmp))
    if problems := [f"{path}: {problem}" for problem in _problems(complete)]:
        raise ConfigError(problems)
    return settings


def _problems(settings: Settings) -> list[str]:
    found = []
    if not 0 <= settings.listen.port <= 65_535:
        found.append(f"listen.port: {settings.listen.port} is not a port")
    for index, block in enumerate(settings.listen.trusted_proxies):
        try:
            ipaddress.ip_network(block)
        except ValueError as error:
            found.append(f"listen.trusted_proxies[{index}]: {error}")
    if not settings.store.url.startswith("sqlite") and urlsplit(settings.store.url).password is not None:
        found.append(f"store.url: {_URL_TELLS_TOO_MUCH}")
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        found.append(f"timezone: {settings.timezone!r} is not known; for example America/Chicago")
    ingest = settings.ingest
    bounds = ("max_request_bytes", "max_body_bytes", "max_reports_per_request", "queue_reports", "reports_per_commit")
    if settings.history.gear_samples_every <= 0:
        found.append("history.gear_samples_every: must be above 0")
    for name in ("device", "reader", "address", "failure"):
        allowance = getattr(settings.limits, name)
        if allowance.per_second <= 0 or allowance.burst < 1:
            found.append(f"limits.{name}: per_second must be above 0, and burst at least 1")
    found += [f"ingest.{name}: must be at least 1" for name in bounds if getattr(ingest, name) < 1]
    if settings.bandwidth.megabits_per_student <= 0:
        found.append("bandwidth.megabits_per_student: must be more than 0")
    return [
        *found,
        *connections.problems(settings.listen.connections),
        *access.problems(settings.access, trusted_proxies=bool(settings.listen.trusted_proxies)),
        *agents.problems(settings.agents),
        *enrolment.problems(settings.enrolment),
        *chromebook.problems(settings.chromebooks),
        *policies.problems(settings.decisions),
        *snmp.problems(settings.snmp),
        *replicas.problems(settings.replicas),
        *google.problems(settings.google),
        *remote_write.problems(settings.remote_write),
        *satellites.problems(settings.satellites),
        *mail.problems(settings.mail),
        *letters.problems(settings.digests, settings.reports, settings.mail),
    ]


def _located(settings: Settings, folder: Path) -> Settings:
    tls, schools, calendar = settings.listen.tls, settings.schools.file, settings.calendar.file
    if tls:
        tls = Tls(certificate=folder / tls.certificate, key=folder / tls.key)
    return replace(
        settings,
        listen=replace(settings.listen, tls=tls),
        access=access.located(settings.access, folder),
        store=replace(settings.store, url=_located_url(settings.store.url, folder)),
        schools=SchoolsSettings(file=folder / schools if schools else None),
        calendar=CalendarFile(file=folder / calendar if calendar else None),
        rules=RulesFile(file=folder / settings.rules.file if settings.rules.file else None),
        decisions=replace(
            settings.decisions,
            **{
                name: folder / file
                for name in ("standards", "refresh")
                if (file := getattr(settings.decisions, name)) is not None
            },
        ),
        tickets=TicketFile(file=folder / settings.tickets.file if settings.tickets.file else None),
        chromebooks=chromebook.located(settings.chromebooks, folder),
        snmp=snmp.located(settings.snmp, folder),
        google=google.located(settings.google, folder),
        remote_write=remote_write.located(settings.remote_write, folder),
        mail=secrets_located(settings.mail, folder),
    )


def _located_url(url: str, folder: Path) -> str:
    scheme, separator, file = url.partition(":///")
    if not scheme.startswith("sqlite") or not separator or file.startswith("/"):
        return url
    return f"{scheme}:///{folder / file}"
