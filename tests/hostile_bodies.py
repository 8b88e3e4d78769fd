"""Bodies for ``/api/v1/reports`` that were right once: golden reports, changed by a seeded hand."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from collector.ingest.wire_documents import ODD, document

GOLDEN = [json.loads(file.read_text()) for file in sorted((Path(__file__).parent / "data" / "reports").glob("*.json"))]
PIECES = (
    b"NaN", b"1e999", b"-0", b'"\\ud800"', b"null", b"[" * 500, b'{"a":' * 500, b"9" * 400, b"\x00", b"\xff\xfe",
    b'"device_id":"dev-other",', b'"sequence":', b"{}", b"[]", b"\\u0000", b'"', b"}", b"]", b",", b":", b"\xc3\x28",
)  # fmt: skip
REFUSED_FOR_GOOD = frozenset({400, 403, 413, 415, 422})
USUAL = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Body:
    """What is sent."""

    content: bytes
    headers: dict[str, str]


def mutated(chance: Random) -> Body:
    """One body. About one in ten is still right."""
    envelope: Any = {"reports": [_report(chance) for _ in range(chance.choice((1, 1, 1, 2, 5)))]}
    if chance.random() < 0.5:
        envelope = _in_json(chance, envelope)
    content = json.dumps(envelope, ensure_ascii=chance.random() < 0.9).encode("utf-8", "surrogatepass")
    if chance.random() < 0.5:
        content = _in_bytes(chance, content)
    return _wrapped(chance, content)


def _report(chance: Random) -> Any:
    if chance.random() < 0.2:
        return document(chance)
    return json.loads(json.dumps(chance.choice(GOLDEN))) | {"sequence": chance.randrange(100_000)}


def _in_json(chance: Random, value: Any) -> Any:
    """Change one thing somewhere inside."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(list(value))
        if chance.random() < 0.1:
            return {key: each for key, each in value.items() if key != name}
        if chance.random() < 0.1:
            return value | {name + chance.choice(("x", "", "\0")): chance.choice(ODD)}
        return value | {name: _in_json(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        if chance.random() < 0.1:
            return value * chance.choice((0, 2, 70))
        return [*value[:place], _in_json(chance, value[place]), *value[place + 1 :]]
    return chance.choice(ODD)


def _in_bytes(chance: Random, content: bytes) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 8))):
        start, length = chance.randrange(len(content) + 1), chance.choice((0, 1, 1, 4, 64))
        new = chance.choice((b"", chance.randbytes(1), chance.choice(PIECES), content[start : start + length] * 2))
        content = content[:start] + new + content[start + length :]
    return content[: chance.randrange(len(content) + 1)] if chance.random() < 0.1 else content


def _wrapped(chance: Random, content: bytes) -> Body:
    if chance.random() < 0.5:
        return Body(
            content, USUAL if chance.random() < 0.97 else {"Content-Type": chance.choice(("text/plain", "a/b"))}
        )
    wrap = chance.choice((gzip.compress, gzip.compress, gzip.compress, zlib.compress))
    packed = wrap(content)
    if chance.random() < 0.2:
        packed = _in_bytes(chance, packed)
    return Body(
        packed, USUAL | {"Content-Encoding": chance.choice(("gzip", "gzip", "gzip", "x-gzip", "deflate", "br"))}
    )


@dataclass
class Barrage:
    """What was answered to how many bodies; ``wrong`` holds the first that nobody should ever be answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    enrolments: int = 0


async def barrage(
    http: aiohttp.ClientSession,
    url: str,
    enrol: Callable[[], Awaitable[str]],
    *,
    bodies: int,
    seed: int,
    at_once: int,
    between: Callable[[int], None] = lambda _: None,
) -> Barrage:
    """Send so many bodies, as ``at_once`` devices. ``between`` is told how many were sent, every hundred."""
    found = Barrage()
    numbers = iter(range(bodies))

    async def device() -> None:
        key = await enrol()
        for number in numbers:
            chance = Random(f"{seed}/{number}")
            body = mutated(chance)
            headers = body.headers | {"Authorization": f"Bearer {key}"}
            async with http.post(f"{url}/api/v1/reports", data=body.content, headers=headers) as answer:
                text = await answer.text()
            found.statuses[answer.status] += 1
            if answer.status == 401:  # another serial number was said: two machines, which have to enrol again
                key = await enrol()
                found.enrolments += 1
            elif answer.status != 200 and not (answer.status in REFUSED_FOR_GOOD and "problem" in answer.content_type):
                found.wrong.append(f"seed {seed}, body {number}: {answer.status} {text[:200]}")
            if number % 100 == 0:
                between(number)

    await asyncio.gather(*(device() for _ in range(at_once)))
    return found
