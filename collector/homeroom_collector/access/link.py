"""One-time links: how the first person signs in, and everyone where no sign-in service is set up."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from homeroom_collector.access.refused import SIGN_IN
from homeroom_collector.access.roles import Grant, encode
from homeroom_collector.store import Store, sessions


async def make_link(store: Store, base_url: str, name: str, grant: Grant, expires_at: float) -> str:
    """A new link that signs in once, as ``name`` with one role."""
    make = partial(sessions.make_link, name=name, grants=encode([grant]), expires_at=expires_at)
    return f"{base_url}{SIGN_IN}/link?{urlencode({'key': await store.write(make)})}"
