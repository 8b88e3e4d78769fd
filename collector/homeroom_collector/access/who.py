"""From the claims of an OpenID Connect token to somebody with roles. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from homeroom_collector.access.mapping import RoleRule, grants
from homeroom_collector.access.refused import NotAllowedError
from homeroom_collector.access.roles import Caller
from homeroom_collector.access.settings import OpenIdSettings

METHOD = "openid"


def who(claims: Mapping[str, Any], settings: OpenIdSettings, rules: Sequence[RoleRule]) -> Caller:
    """The caller, who has at least one role. Raises NotAllowedError with what is missing."""
    name = claims.get(settings.name_claim)
    if not isinstance(name, str) or not name:
        raise NotAllowedError(f"your account has no {settings.name_claim}; Homeroom tells people apart by it")
    if settings.name_claim == "email" and claims.get("email_verified") is False:
        raise NotAllowedError(f"the address {name} is not confirmed by your sign-in service")
    for claim, wanted in settings.require.items():
        if claims.get(claim) != wanted:
            raise NotAllowedError(f"your account is not of {wanted}")
    found = grants(rules, name, _texts(claims.get(settings.groups_claim)))
    if not found:
        raise NotAllowedError(f"{name} has no role in Homeroom; ask whoever looks after it")
    return Caller(name, METHOD, found)


def _texts(value: Any) -> list[str]:
    """Groups: a list, or a single one."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
