"""The yardstick: an aiohttp handler that reads a body and answers, and does nothing else."""

import asyncio
import sys

import uvloop
from aiohttp import web


async def post(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=b'{"accepted":1}', content_type="application/json")


async def main() -> None:
    app = web.Application()
    app.add_routes([web.post("/api/v1/reports", post)])
    runner = web.AppRunner(app, access_log=None, auto_decompress=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(f"serving on http://127.0.0.1:{runner.addresses[0][1]}", file=sys.stderr, flush=True)
    await asyncio.Event().wait()


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
    loop.run(main())
