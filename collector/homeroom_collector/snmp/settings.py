"""The ``snmp`` section of the configuration: what to poll, how often, and with which credentials.

Owns the shape and what can be checked without reading a file. ``targets.py`` makes targets of it.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from homeroom_agent.report.network import KINDS
from homeroom_collector import strict
from homeroom_collector.errors import ConfigError
from homeroom_collector.secret import Secret, misplaced
from homeroom_collector.snmp.session import AuthProtocol, EngineName, PrivProtocol, SnmpVersion
from homeroom_collector.strict import Seconds, SecretText

_SECRETS = ("community", "auth_password", "priv_password")


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSettings:
    """One way to be let in. A secret comes from a file or an environment variable; ``community: public`` is none."""

    name: str
    version: SnmpVersion = "2c"
    community: SecretText | None = None
    community_env: str | None = None
    community_file: Path | None = None
    user: str | None = None
    auth: AuthProtocol | None = None
    auth_password: SecretText | None = None
    auth_password_env: str | None = None
    auth_password_file: Path | None = None
    priv: PrivProtocol | None = None
    priv_password: SecretText | None = None
    priv_password_env: str | None = None
    priv_password_file: Path | None = None
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """One device. ``credentials`` names one way or several, tried in order; none means: all, in order.

    ``kind`` overrides what the device is taken for; ``max_repetitions`` 0 means: never GETBULK.
    ``wan`` names the ports (ifName) that lead out of the school, where they cannot be told from their labels.
    """

    name: str
    host: str
    port: int = 161
    school: str = ""
    credentials: str | list[str] = field(default_factory=list)
    kind: str | None = None
    interval: Seconds | None = None
    max_repetitions: int | None = None
    wan: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapSettings:
    """Where traps and informs are received. Ports below 1024 need a privilege; 162 is the one devices expect."""

    host: str = "0.0.0.0"  # noqa: S104 - devices of every network send here
    port: int = 162
    gap: Seconds = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpSettings:
    """Polling of network gear."""

    engine: EngineName = "gufo"
    interval: Seconds = 60.0
    inventory: Seconds = 3600.0
    timeout: Seconds = 1.0
    retries: int = 2
    budget: Seconds = 45.0
    max_repetitions: int = 20
    at_once: int = 1000
    at_once_per_school: int = 20
    longest_backoff: Seconds = 240.0
    traps: TrapSettings | None = None
    profiles: list[Path] = field(default_factory=list)
    credentials: list[CredentialSettings] = field(default_factory=list)
    targets: list[TargetSettings] = field(default_factory=list)
    targets_from: list[Path] = field(default_factory=list)

    def wan(self) -> dict[str, list[str]]:
        """Ports to the outside by the name of the target, where they are named."""
        return {target.name: target.wan for target in self.targets if target.wan}


def with_files(settings: SnmpSettings) -> SnmpSettings:
    """Add the targets of the files that ``targets_from`` names. Raises ConfigError where one cannot be used."""
    if not settings.targets_from:
        return settings
    found: list[TargetSettings] = []
    wrong: list[str] = []
    for path in settings.targets_from:
        try:
            found += strict.decode(_TargetFile, {"targets": strict.read_yaml(path)}, where=f"{path}: ").targets
        except ConfigError as error:
            wrong += error.problems
    if wrong:
        raise ConfigError(wrong)
    return replace(settings, targets=[*settings.targets, *found], targets_from=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class _TargetFile:
    targets: list[TargetSettings]


def problems(settings: SnmpSettings) -> list[str]:
    """Everything that is wrong with a well-typed section, each with its dotted path."""
    return [
        *_bounds(settings),
        *_repeated("snmp.credentials", [item.name for item in settings.credentials]),
        *_repeated("snmp.targets", [item.name for item in settings.targets]),
        *(found for index, item in enumerate(settings.credentials) for found in _credential(index, item)),
        *(found for index, item in enumerate(settings.targets) for found in _target(index, item, settings)),
    ]


def _bounds(settings: SnmpSettings) -> Iterator[str]:
    for name in ("interval", "timeout", "budget"):
        if getattr(settings, name) <= 0:
            yield f"snmp.{name}: must be more than 0"
    for name in ("at_once", "at_once_per_school"):
        if getattr(settings, name) < 1:
            yield f"snmp.{name}: must be at least 1"
    if settings.traps is not None and not 0 < settings.traps.port < 65_536:
        yield f"snmp.traps.port: {settings.traps.port} is not a port"
    for name in ("retries", "max_repetitions"):
        if not 0 <= getattr(settings, name) <= 1000:
            yield f"snmp.{name}: must be between 0 and 1000"


def _repeated(path: str, names: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{path}: the name {name!r} is used {times} times"


def _credential(index: int, item: CredentialSettings) -> Iterator[str]:
    path = f"snmp.credentials[{index}]"
    for secret in _SECRETS:
        given = [key for key in (secret, f"{secret}_env", f"{secret}_file") if getattr(item, key) is not None]
        if len(given) > 1:
            yield f"{path}: {' and '.join(given)} are both given; keep one"
        elif (text := getattr(item, secret)) is not None and not _is_open(item, text):
            yield f"{path}.{secret}: {misplaced(secret)}"
    if item.version == "3":
        yield from _user(path, item)
    elif item.user or item.auth or item.priv or item.context:
        yield f"{path}: user, auth, priv and context are of version 3, not {item.version}"
    elif not _given(item, "community"):
        yield f"{path}.community: missing; give community_env or community_file"


def _is_open(item: CredentialSettings, text: Secret) -> bool:
    """Whether it is no secret: the community that devices leave the factory with, or one that is the name anyway."""
    return text is item.community and text.reveal() in ("public", item.name)


def _user(path: str, item: CredentialSettings) -> Iterator[str]:
    if not item.user:
        yield f"{path}.user: missing; SNMPv3 needs one"
    if item.priv and not item.auth:
        yield f"{path}.priv: SNMPv3 has no privacy without authentication; add auth"
    for protocol in ("auth", "priv"):
        if bool(getattr(item, protocol)) != _given(item, f"{protocol}_password"):
            yield f"{path}.{protocol}: a protocol and a password belong together"


def _given(item: CredentialSettings, secret: str) -> bool:
    return any(getattr(item, key) is not None for key in (secret, f"{secret}_env", f"{secret}_file"))


def _target(index: int, item: TargetSettings, settings: SnmpSettings) -> Iterator[str]:
    path = f"snmp.targets[{index}]"
    known = [credential.name for credential in settings.credentials]
    for name in named(item):
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            yield f"{path}.credentials: {name!r} is not known" + (f"; did you mean {close[0]!r}?" if close else "")
    if not known:
        yield f"{path}: there are no snmp.credentials"
    if not 0 < item.port < 65_536:
        yield f"{path}.port: {item.port} is not a port"
    if not 0 < len(item.name) <= 64:
        yield f"{path}.name: must have 1 to 64 characters"
    if item.kind is not None and item.kind not in KINDS:
        yield f"{path}.kind: {item.kind!r} is not one of: {', '.join(KINDS)}"
    if item.interval is not None and item.interval <= 0:
        yield f"{path}.interval: must be more than 0"


def named(item: TargetSettings) -> list[str]:
    """Names of the credentials that a target wants, in order; empty means all."""
    return [item.credentials] if isinstance(item.credentials, str) else item.credentials


def located(settings: SnmpSettings, folder: Path) -> SnmpSettings:
    """Make relative paths start at ``folder``."""
    return replace(
        settings,
        profiles=[folder / path for path in settings.profiles],
        targets_from=[folder / path for path in settings.targets_from],
        credentials=[_located(item, folder) for item in settings.credentials],
    )


def _located(item: CredentialSettings, folder: Path) -> CredentialSettings:
    given = {f"{secret}_file": getattr(item, f"{secret}_file") for secret in _SECRETS}
    paths: dict[str, Any] = {name: folder / path for name, path in given.items() if path is not None}
    return replace(item, **paths)
