"""What a help desk is built with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from homeroom_collector.mail import MailSettings
from homeroom_collector.tickets.rest import Rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """``session`` is the program's one HTTP client; secrets come from files or from ``environment``.

    ``mail`` is the section of that name, for help desks that are reached by mail.
    """

    session: aiohttp.ClientSession
    environment: Mapping[str, str]
    timeout_seconds: float
    mail: MailSettings = field(default_factory=MailSettings)

    def rest(self, url: str, headers: Mapping[str, str]) -> Rest:
        """Calls to one address that all carry the same headers."""
        return Rest(self.session, url, headers, self.timeout_seconds)
