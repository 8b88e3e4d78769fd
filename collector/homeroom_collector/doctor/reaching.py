"""Whether addresses can be reached, and whether ours is free: names, ports, and certificates of others."""

from __future__ import annotations

import asyncio
import socket
import ssl
from urllib.parse import urlsplit

from homeroom_collector.config import Listen
from homeroom_collector.doctor.finding import Finding, fail, ok

_SECONDS = 5.0
_PORTS = {"https": 443, "http": 80}


async def reach(check: str, url: str) -> Finding:
    """Connect to an address, up to the handshake of TLS; nothing is asked for."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    return await connect(check, host, port, context)


async def connect(check: str, host: str, port: int, context: ssl.SSLContext | None = None) -> Finding:
    """The same for a host and a port."""
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
        writer.close()
        return ok(check, f"{where} answers")
    except socket.gaierror:
        return fail(
            check,
            f"nobody knows the name {host}",
            "see that the name is right, and that this machine has a name server (/etc/resolv.conf)",
        )
    except ssl.SSLError as error:
        return fail(
            check,
            f"the certificate of {where} is not trusted: {error}",
            "renew it there, or install the CA that signed it here",
        )
    except (TimeoutError, OSError) as error:
        why = "no answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        return fail(check, f"{where} cannot be reached: {why}", "see that it runs, and that no firewall is between")


async def port(listen: Listen, own_url: str) -> Finding:
    """Whether our port is free, or ours already."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in listen.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((listen.host, listen.port))
        return ok("port", f"{listen.host}:{listen.port} is free: the collector does not run")
    except PermissionError:
        do = "take a port above 1023 behind a proxy, or give the unit AmbientCapabilities=CAP_NET_BIND_SERVICE"
        return fail("port", f"this user may not listen on {listen.port}", do)
    except OSError:
        pass
    if await _is_homeroom(own_url):
        return ok("port", f"Homeroom listens on {listen.host}:{listen.port}")
    return fail(
        "port",
        f"another program listens on {listen.host}:{listen.port}",
        f"see which: ss -ltnp 'sport = :{listen.port}'; stop it, or set listen.port",
    )


async def _is_homeroom(own_url: str) -> bool:
    parts = urlsplit(own_url)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    if context is not None:  # it is this machine that we ask, whatever its certificate says
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=context)
            try:
                writer.write(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
                answer = await reader.read(4_096)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return answer.endswith(b"alive\n")
