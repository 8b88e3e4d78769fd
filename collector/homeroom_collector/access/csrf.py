"""Forms are taken only from our own pages: same origin, and with a word that only our pages were told."""

from __future__ import annotations

import hashlib
import hmac

from aiohttp import web

from homeroom_collector.access.refused import NotAllowedError

FIELD = "csrf"
HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def word_for(session_secret: str) -> str:
    """The word of a session. It cannot be turned back into the secret."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()


async def check(request: web.Request, word: str, scheme: str) -> None:
    """Raise NotAllowedError where a change does not come from a page of ours. Reading is always allowed."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{scheme}://{request.host}":
        raise NotAllowedError("this form was sent from another site")
    given = request.headers.get(HEADER) or str((await request.post()).get(FIELD, ""))
    if not hmac.compare_digest(given.encode(), word.encode()):
        raise NotAllowedError("this form is out of date; load the page again and repeat")
