"""The settings of a satellite: one YAML file, strict. ``configs/satellite.yml`` shows every key with its default.

Relative paths are relative to the folder of that file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.logs import LogSettings
from homeroom_collector.secret import Secret, misplaced
from homeroom_collector.snmp import settings as snmp
from homeroom_collector.snmp.settings import SnmpSettings
from homeroom_collector.strict import Seconds, SecretText

_LEAST_SPOOL_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorSettings:
    """The way to the collector, and the token that lets this satellite in once.

    ``proxy`` is an address, ``none``, or empty for what the system says.
    """

    url: str
    token: SecretText | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    proxy: str = ""
    timeout: Seconds = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """Where reports wait, how many bytes of them, and for how long; the key is kept in the same folder."""

    directory: Path = Path("satellite")
    max_bytes: int = 1_000_000_000
    max_age: Seconds = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SatelliteSettings:
    """Everything that can be set."""

    collector: CollectorSettings
    log: LogSettings = field(default_factory=LogSettings)
    spool: SpoolSettings = field(default_factory=SpoolSettings)
    send_every: Seconds = 5.0
    report_every: Seconds = 60.0
    longest_backoff: Seconds = 300.0
    snmp: SnmpSettings = field(default_factory=SnmpSettings)


def load(path: Path) -> SatelliteSettings:
    """Read and check a configuration. Raises ConfigError with everything that is wrong."""
    settings = _located(strict.load(SatelliteSettings, path), path.absolute().parent)
    complete = replace(settings, snmp=snmp.with_files(settings.snmp))
    if problems := [f"{path}: {problem}" for problem in (*_problems(complete), *snmp.problems(complete.snmp))]:
        raise ConfigError(problems)
    return settings


def _problems(settings: SatelliteSettings) -> Iterator[str]:
    collector = settings.collector
    if not _is_url(collector.url):
        yield f"collector.url: {collector.url!r} is not an address; for example https://homeroom.school.example"
    if collector.token is not None:
        yield f"collector.token: {misplaced('token', environment=False)}"
    for name in ("send_every", "report_every", "longest_backoff"):
        if getattr(settings, name) <= 0:
            yield f"{name}: must be more than 0"
    if collector.timeout <= 0:
        yield "collector.timeout: must be more than 0"
    if settings.spool.max_bytes < _LEAST_SPOOL_BYTES:
        yield f"spool.max_bytes: must be at least {_LEAST_SPOOL_BYTES}"
    for index, target in enumerate(settings.snmp.targets):
        if target.school:
            yield f"snmp.targets[{index}].school: the collector knows the school of this satellite; leave it out"
        if target.wan:
            yield f"snmp.targets[{index}].wan: not here; label the port, see docs/satellites.md"


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def token_of(settings: CollectorSettings) -> Secret | None:
    """The token, None where there is none. Raises ConfigError where its file cannot be read."""
    if settings.token_file is None:
        return settings.token
    try:
        text = settings.token_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ConfigError([f"collector.token_file: {settings.token_file}: cannot be read: {reason}"]) from None
    return Secret(text) if text else None


def _located(settings: SatelliteSettings, folder: Path) -> SatelliteSettings:
    collector = settings.collector
    return replace(
        settings,
        collector=replace(
            collector,
            token_file=folder / collector.token_file if collector.token_file else None,
            ca_file=folder / collector.ca_file if collector.ca_file else None,
        ),
        spool=replace(settings.spool, directory=folder / settings.spool.directory),
        snmp=snmp.located(settings.snmp, folder),
    )
