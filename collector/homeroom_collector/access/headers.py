"""What browsers are told to refuse: on pages scripts and styles in the text, frames, foreign sources; elsewhere all.

Answers to programs carry the short form: a laptop gets one every five minutes, over a school's line with all others.
"""

from __future__ import annotations

from aiohttp import web
from multidict import CIMultiDict

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_ON_PAGES = CIMultiDict(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        **_ALWAYS,
    }
)
_ELSEWHERE = CIMultiDict({"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", **_ALWAYS})
_SERVER = "Homeroom"
"""aiohttp would name its version and Python's."""
_STRICT_TRANSPORT = "max-age=31536000"


def secure(response: web.StreamResponse, scheme: str) -> None:
    """Add the headers, as the last before they are sent. What a handler said itself stays."""
    headers = response.headers
    headers["Server"] = _SERVER
    wanted = _ON_PAGES if headers.get("Content-Type", "").startswith("text/html") else _ELSEWHERE
    if headers.keys().isdisjoint(wanted):
        headers.extend(wanted)  # nearly every answer, and one call for all of them
    else:
        for name, value in wanted.items():
            headers.setdefault(name, value)
    if scheme == "https":
        headers.setdefault("Strict-Transport-Security", _STRICT_TRANSPORT)
