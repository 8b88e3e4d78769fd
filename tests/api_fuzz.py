"""Schemathesis against a running collector: every call of ``/openapi.json``, as every kind of caller."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postbox import Mailbox

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth",
)  # fmt: skip
ROLES = ("admin", "technician", "help_desk", "viewer", "school_staff", "scraper", "alerts")


@dataclass(frozen=True)
class Outcome:
    """How it ended: ``fine``, and what was said."""

    fine: bool
    said: str


def email_desk(mailbox: Mailbox) -> dict[str, Any]:
    """``tickets.yml`` with a help desk that is reached by mail: without one, alerts are turned away unread."""
    server = {"host": "127.0.0.1", "port": mailbox.port, "encryption": "none"}
    return {"desk": "email", "email": {"to": "help@d.example", "sender": "homeroom@d.example", **server}}


async def fuzz(
    url: str, bearer: str | None, *, examples: int, seed: int, folder: Path, phases: str, only: str | None = None
) -> Outcome:
    """Call everything with this token or key, None as nobody. ``examples`` bounds the cases of each call and phase.

    ``only``: one path instead of everything.
    """
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json",
        "--checks", ",".join(CHECKS), "--max-examples", str(examples), "--seed", str(seed), "--phases", phases,
        "--workers", "1", "--warnings", "off", "--no-shrink", "--continue-on-failure", "--request-timeout", "20",
        "--suppress-health-check", "all",
    ]  # fmt: skip
    if bearer is not None:
        command += ["--header", f"Authorization: Bearer {bearer}"]
    if only is not None:
        command += ["--include-path", only]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    return Outcome(process.returncode == 0, out.decode(errors="replace"))
