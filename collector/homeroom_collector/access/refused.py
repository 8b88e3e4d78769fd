"""Why somebody is not let in, and how that is said: a problem to programs, a page or the way to it to people."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from aiohttp import web

from homeroom_collector.errors import RefusedError
from homeroom_collector.http import request_id
from homeroom_collector.http.problem import told

SIGN_IN = "/sign-in"
Render = Callable[..., str]
"""From the name of a page and what it shows to its text."""


class NotSignedInError(RefusedError):
    """Nobody knows who is calling."""

    def __init__(self, detail: str = "sign in, or send an API token as: Authorization: Bearer TOKEN") -> None:
        super().__init__(401, detail)


class NotAllowedError(RefusedError):
    """The caller is known, and may not."""

    def __init__(self, detail: str = "your role does not allow this") -> None:
        super().__init__(403, detail)


def wants_page(request: web.Request) -> bool:
    """Whether a person with a browser asks, and not a program."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def refusal(request: web.Request, error: RefusedError, render: Render) -> web.StreamResponse:
    """The answer to somebody who is not let in."""
    if not wants_page(request):
        return told(error)
    if isinstance(error, NotSignedInError):
        back = request.path_qs if request.method == "GET" and request.path_qs != "/" else ""
        query = "?" + urlencode({"next": back}) if back else ""
        return web.Response(status=303, headers={"Location": SIGN_IN + query})
    title, ours = "Not for you" if error.status == 403 else "Not possible", error.status >= 500
    named = request_id.current() if ours else ""
    text = render("refused.html", title=title, detail=str(error), request_id=named)
    return web.Response(status=error.status, text=text, content_type="text/html")


def safe_next(path: str) -> str:
    """Where to go after signing in: a path of this site, and the first page for everything else."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain and not path.startswith(SIGN_IN) else "/"
