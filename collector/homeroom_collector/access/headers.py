"""What browsers are told to refuse on our pages: scripts and styles in the text, frames, foreign sources."""

from __future__ import annotations

from aiohttp import web
from multidict import CIMultiDict

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = CIMultiDict(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
)
_SERVER = "Homeroom"
"""aiohttp would name its version and Python's."""
_STRICT_TRANSPORT = "max-age=31536000"


def secure(response: web.StreamResponse, scheme: str) -> None:
    """Add the headers, as the last before they are sent. What a handler said itself stays."""
    headers = response.headers
    headers["Server"] = _SERVER
    if headers.keys().isdisjoint(_ALWAYS):
        headers.extend(_ALWAYS)  # nearly every answer, and one call for all of them
    else:
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
    if scheme == "https":
        headers.setdefault("Strict-Transport-Security", _STRICT_TRANSPORT)
