"""Servers that refuse everybody and repeat what they were sent, secrets too, as careless ones do."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Echo:
    """What was heard, and where the two servers are."""

    heard: list[str] = field(default_factory=list)
    url: str = ""
    smtp_port: int = 0

    async def refuse(self, request: web.Request) -> web.Response:
        """401, with everything that came."""
        said = "\n".join(
            [f"{name}: {value}" for name, value in request.headers.items()] + [(await request.read()).decode("latin-1")]
        )
        for scheme, _, text in (line.partition(" ") for line in request.headers.getall("Authorization", [])):
            said += "\n" + (base64.b64decode(text).decode() if scheme == "Basic" else text)
        self.heard.append(f"{request.path}\n{said}")
        return web.Response(status=401, text=f"no entry for:\n{request.path_qs}\n{said}")

    async def mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Ask for a password, and refuse whichever is given."""
        writer.write(b"220 echo ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            if line.upper().startswith(("EHLO", "HELO")):
                writer.write(b"250-echo\r\n250 AUTH PLAIN\r\n")
            elif line.upper().startswith("AUTH"):
                given = base64.b64decode(line.rpartition(" ")[2]).decode().split("\0")
                self.heard.append("\n".join(given))
                writer.write(f"535 5.7.8 not known: {' '.join(given)}\r\n".encode())
            else:
                writer.write(b"221 bye\r\n" if line.upper() == "QUIT" else b"502 no\r\n")
        writer.close()


@asynccontextmanager
async def echoing() -> AsyncIterator[Echo]:
    """Serve HTTP and SMTP on loopback."""
    echo, app = Echo(), web.Application()
    app.router.add_route("*", "/{any:.*}", echo.refuse)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    server = await asyncio.start_server(echo.mail, "127.0.0.1", 0)
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        echo.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        echo.smtp_port = server.sockets[0].getsockname()[1]
        yield echo
    finally:
        server.close()
        await runner.cleanup()
