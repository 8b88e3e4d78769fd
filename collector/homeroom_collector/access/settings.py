"""The ``access`` section of the configuration: who may sign in, how, and as what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from homeroom_collector.access.guard import Openness
from homeroom_collector.access.mapping import RoleRule
from homeroom_collector.access.mapping import problems as rule_problems
from homeroom_collector.errors import ConfigError
from homeroom_collector.safe_url import safe
from homeroom_collector.secret import Secret, misplaced
from homeroom_collector.strict import Seconds, SecretText


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdSettings:
    """One OpenID Connect provider. ``require`` holds claims that must have exactly these values.

    ``redirect_url`` None: the address under which the browser reached us.
    """

    issuer: str
    client_id: str
    client_secret: SecretText | None = None
    client_secret_env: str | None = None
    client_secret_file: Path | None = None
    label: str = "your school account"
    scopes: list[str] = field(default_factory=lambda: ["openid", "email", "profile"])
    name_claim: str = "email"
    groups_claim: str = "groups"
    require: dict[str, str] = field(default_factory=dict)
    redirect_url: str | None = None
    timeout: Seconds = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySettings:
    """The headers in which a trusted proxy names who has signed in with it."""

    user_header: str
    groups_header: str = "Remote-Groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """Signing in. ``metrics`` says who may scrape without a token: ``loopback``, nobody (``token``), all (``open``)."""

    session: Seconds = 12 * 3600.0
    link: Seconds = 15 * 60.0
    audit: Seconds = 400 * 86_400.0
    metrics: Openness = "loopback"
    openid: OpenIdSettings | None = None
    proxy: ProxySettings | None = None
    roles: list[RoleRule] = field(default_factory=list)


def problems(settings: AccessSettings, *, trusted_proxies: bool) -> list[str]:
    """Everything that is wrong with a well-typed section, each with its dotted path."""
    found = [f"access.{name}: must be more than 0" for name in ("session", "link") if getattr(settings, name) <= 0]
    if settings.openid is not None:
        found += _openid(settings.openid)
    if settings.proxy is not None and not trusted_proxies:
        found.append("access.proxy: no proxy is trusted; name it in listen.trusted_proxies")
    if (settings.openid or settings.proxy) and not settings.roles:
        found.append("access.roles: missing; nobody who signs in would have a role")
    return [*found, *rule_problems(settings.roles, "access.roles")]


def _openid(settings: OpenIdSettings) -> Iterator[str]:
    for name in ("issuer", "redirect_url"):
        text = getattr(settings, name)
        if text is not None and not safe(text):
            yield f"access.openid.{name}: {text!r} is not an https address"
    given = [name for name in ("", "_env", "_file") if getattr(settings, f"client_secret{name}") is not None]
    if settings.client_secret is not None:
        yield f"access.openid.client_secret: {misplaced('client_secret')}"
    if len(given) > 1:
        yield f"access.openid: {' and '.join('client_secret' + name for name in given)} are both given; keep one"
    if "openid" not in settings.scopes:
        yield "access.openid.scopes: openid is missing"
    if settings.timeout <= 0:
        yield "access.openid.timeout: must be more than 0"


def located(settings: AccessSettings, folder: Path) -> AccessSettings:
    """Make relative paths start at ``folder``."""
    if settings.openid is None or settings.openid.client_secret_file is None:
        return settings
    file = folder / settings.openid.client_secret_file
    return replace(settings, openid=replace(settings.openid, client_secret_file=file))


def client_secret(settings: OpenIdSettings, environment: Mapping[str, str]) -> Secret | None:
    """The client's secret, None for a public client. Raises ConfigError where the file or variable is missing."""
    if (variable := settings.client_secret_env) is not None:
        if not environment.get(variable):
            raise ConfigError([f"access.openid.client_secret_env: the environment has no {variable}"])
        return Secret(environment[variable])
    if (file := settings.client_secret_file) is not None:
        try:
            return Secret(file.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not text"
            raise ConfigError([f"access.openid.client_secret_file: {file}: cannot be read: {reason}"]) from None
    return settings.client_secret
