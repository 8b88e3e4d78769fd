"""Targets: what the poller polls, made from settings. Reads secrets from files and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from homeroom_collector.errors import ConfigError
from homeroom_collector.secret import Secret
from homeroom_collector.snmp.session import Credentials, Endpoint
from homeroom_collector.snmp.settings import CredentialSettings, SnmpSettings, TargetSettings, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One device to poll. ``ways`` are tried in order until one works; ``way_names`` says how they are called."""

    device_id: str
    school_id: str
    endpoint: Endpoint
    ways: tuple[Credentials, ...]
    interval_seconds: float
    kind: str | None = None
    way_names: tuple[str, ...] = ()


def way_name(target: Target, place: int) -> str:
    """How the credentials at a place among a target's ways are called."""
    return target.way_names[place] if place < len(target.way_names) else str(place)


def way_place(target: Target, name: str) -> int | None:
    """Where among a target's ways the credentials with this name are."""
    return next((place for place in range(len(target.ways)) if way_name(target, place) == name), None)


def way_named(target: Target, name: str) -> Credentials | None:
    """Credentials of a target by their name."""
    place = way_place(target, name)
    return None if place is None else target.ways[place]


def targets(settings: SnmpSettings, environment: Mapping[str, str]) -> list[Target]:
    """Make the targets. Raises ConfigError with every secret that is missing."""
    known = ways_of(settings, environment)
    return [_target(item, settings, known) for item in settings.targets]


def ways_of(settings: SnmpSettings, environment: Mapping[str, str]) -> dict[str, Credentials]:
    """Credentials by name, their secrets read. Raises ConfigError with every secret that is missing."""
    found: dict[str, Credentials] = {}
    missing: list[str] = []
    for item in settings.credentials:
        try:
            found[item.name] = _credentials(item, environment)
        except ConfigError as error:
            missing += error.problems
    if missing:
        raise ConfigError(missing)
    return found


def _target(item: TargetSettings, settings: SnmpSettings, known: Mapping[str, Credentials]) -> Target:
    repetitions = settings.max_repetitions if item.max_repetitions is None else item.max_repetitions
    endpoint = Endpoint(
        host=item.host,
        port=item.port,
        timeout_seconds=settings.timeout,
        retries=settings.retries,
        max_repetitions=repetitions,
    )
    names = tuple(named(item) or known)
    return Target(
        device_id=item.name,
        school_id=item.school,
        endpoint=endpoint,
        ways=tuple(known[name] for name in names),
        way_names=names,
        interval_seconds=item.interval or settings.interval,
        kind=item.kind,
    )


def _credentials(item: CredentialSettings, environment: Mapping[str, str]) -> Credentials:
    return Credentials(
        version=item.version,
        community=_secret(item, "community", environment),
        user=item.user,
        auth_protocol=item.auth,
        auth_password=_secret(item, "auth_password", environment),
        priv_protocol=item.priv,
        priv_password=_secret(item, "priv_password", environment),
        context=item.context,
    )


def _secret(item: CredentialSettings, name: str, environment: Mapping[str, str]) -> Secret | None:
    variable: str | None = getattr(item, f"{name}_env")
    file: Path | None = getattr(item, f"{name}_file")
    inline: Secret | None = getattr(item, name)
    if variable is not None:
        if not environment.get(variable):
            raise ConfigError([f"snmp credentials {item.name!r}: the environment has no {variable}"])
        return Secret(environment[variable])
    if file is not None:
        return _from_file(item.name, file)
    return inline


def _from_file(name: str, path: Path) -> Secret:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ConfigError([f"snmp credentials {name!r}: {path}: cannot be read: {reason}"]) from None
    if not text:
        raise ConfigError([f"snmp credentials {name!r}: {path}: is empty"])
    return Secret(text)
