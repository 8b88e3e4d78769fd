"""The section ``mail``: which server takes our letters, and from whom they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from homeroom_collector.safe_url import LOOPBACK
from homeroom_collector.secret import SecretSource
from homeroom_collector.strict import Seconds, shaped

_ADDRESS = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+"

Address = Annotated[str, shaped(_ADDRESS, "an e-mail address")]
"""An e-mail address without a name; nothing that would begin another header."""

Encryption = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """``host`` None sends nothing. ``sender`` is a mailbox that opens no tickets itself."""

    host: str | None = None
    port: int = 25
    encryption: Encryption = "starttls"
    user: str | None = None
    password: SecretSource | None = None
    sender: Address | None = None
    timeout: Seconds = 10.0


def is_address(text: str) -> bool:
    """Whether this is an e-mail address without a name."""
    return re.fullmatch(_ADDRESS, text) is not None


def problems(settings: MailSettings, where: str = "mail") -> Iterator[str]:
    """Everything that is wrong with a well-typed section, each with its dotted path."""
    if settings.host is not None and settings.sender is None:
        yield f"{where}.sender: missing; the address that letters come from"
    if not 0 < settings.port <= 65_535:
        yield f"{where}.port: {settings.port} is not a port"
    if (settings.user is None) != (settings.password is None):
        yield f"{where}.user, {where}.password: belong together"
    if settings.password is not None and settings.encryption == "none" and settings.host not in LOOPBACK:
        yield f"{where}.encryption: a password is sent encrypted, or to this machine only"
    if settings.timeout <= 0:
        yield f"{where}.timeout: must be more than 0"
