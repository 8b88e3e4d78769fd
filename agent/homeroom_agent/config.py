"""The agent's configuration: one TOML file, overridden by ``HOMEROOM_AGENT_SECTION_KEY`` in the environment.

Every key, its default and its meaning are in ``configs/agent.toml``. Nothing here talks to the network.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from homeroom_agent import kinds, places
from homeroom_agent.errors import ConfigError
from homeroom_agent.strict import decode, section, setting

ENVIRONMENT_PREFIX = "HOMEROOM_AGENT_"
PATH_VARIABLE = "HOMEROOM_AGENT_CONFIG"

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Where reports go and how they get there."""

    url: str = setting(kinds.url, default="")
    token: kinds.Secret = setting(kinds.secret, default=kinds.Secret(""))
    token_file: Path | None = setting(kinds.file, default=None)
    ca_file: Path | None = setting(kinds.file, default=None)
    proxy: str = setting(kinds.text, default="")
    allow_plain_http: bool = setting(kinds.switch, default=False)
    timeout: float = setting(kinds.seconds(1, 300), default=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When to measure and send. The collector may change interval and jitter within the two limits."""

    interval: float = setting(kinds.seconds(10, _DAY), default=5 * _MINUTE)
    interval_minimum: float = setting(kinds.seconds(10, _DAY), default=_MINUTE)
    interval_maximum: float = setting(kinds.seconds(10, _DAY), default=6 * _HOUR)
    jitter_ratio: float = setting(kinds.ratio, default=0.1)
    resend_after: float = setting(kinds.seconds(_HOUR, 30 * _DAY), default=_DAY)
    backoff_maximum: float = setting(kinds.seconds(10, _DAY), default=15 * _MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """Where reports wait, and how many."""

    directory: Path | None = setting(kinds.file, default=None)
    max_size: int = setting(kinds.size_bytes(1_000_000, 10**12), default=20_000_000)
    max_age: float = setting(kinds.seconds(_HOUR, 366 * _DAY), default=30 * _DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """What is measured."""

    disabled: tuple[str, ...] = setting(kinds.names, default=())
    timeout: float = setting(kinds.seconds(1, 300), default=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the system cannot say of the machine itself."""

    serial: str = setting(kinds.serial, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is said on standard error."""

    level: str = setting(kinds.choice("debug", "info", "warning", "error"), default="info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything. ``str(config)`` shows no secret."""

    collector: Collector = section(Collector)
    schedule: Schedule = section(Schedule)
    spool: Spool = section(Spool)
    probes: Probes = section(Probes)
    machine: Machine = section(Machine)
    log: Log = section(Log)

    @property
    def directory(self) -> Path:
        """Where the agent keeps everything that it writes."""
        return self.spool.directory or places.state_directory()

    @property
    def directories(self) -> list[Path]:
        """The same, and after it where to go while it cannot be written."""
        fallback = places.fallback_directory()
        return [self.directory, fallback] if fallback else [self.directory]


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """Read the file given, else the one named by HOMEROOM_AGENT_CONFIG, else the system's own if it exists.

    Raises ConfigError with all problems, of the file and of the environment.
    """
    named = path or (Path(environment[PATH_VARIABLE]) if environment.get(PATH_VARIABLE) else None)
    chosen = named or places.config_file()
    document = _read(chosen) if named or chosen.exists() else {}
    settings = {name: text for name, text in environment.items() if name != PATH_VARIABLE}
    config = decode(Config, document, settings, ENVIRONMENT_PREFIX)
    problems = list(_contradictions(config))
    if problems:
        raise ConfigError(problems)
    return config


def require_collector(config: Config) -> None:
    """Raise ConfigError where the agent is not told whom to report to."""
    if not config.collector.url:
        raise ConfigError(["collector.url: missing; for example https://homeroom.example.org"])


def enrolment_token(config: Config) -> str | None:
    """The token to enrol with, or None. Raises ConfigError where its file cannot be read."""
    collector = config.collector
    if collector.token:
        return collector.token.reveal()
    if collector.token_file is None:
        return None
    try:
        return collector.token_file.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"collector.token_file: {_unreadable(collector.token_file, error)}"]) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        # Notepad and PowerShell write a byte order mark, which TOML does not know.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([_unreadable(path, error)]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: not TOML: {error}"]) from None


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> str:
    return f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}"


def _contradictions(config: Config) -> list[str]:
    collector, schedule = config.collector, config.schedule
    problems = []
    if not schedule.interval_minimum <= schedule.interval <= schedule.interval_maximum:
        problems.append("schedule.interval: must lie between schedule.interval_minimum and schedule.interval_maximum")
    if collector.token and collector.token_file:
        problems.append("collector.token: give either token or token_file")
    if collector.ca_file and not os.access(collector.ca_file, os.R_OK):
        problems.append(f"collector.ca_file: {collector.ca_file}: cannot be read")
    if collector.url.startswith("http:") and not (collector.allow_plain_http or _loopback(collector.url)):
        problems.append("collector.url: http would send the device key in the clear; use https, or allow_plain_http")
    return problems


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())
