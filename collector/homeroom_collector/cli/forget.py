"""``homeroom forget``: let go of everything that is known of a device, with a receipt."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from homeroom_collector.cli.options import add_config, settings_of, wait_for
from homeroom_collector.errors import CollectorError
from homeroom_collector.ingest.forgetting import EVERY_SECONDS
from homeroom_collector.store import Connection, Store, open_store
from homeroom_collector.store.compacting import compact
from homeroom_collector.store.forgetting import receipts, sweep
from homeroom_collector.store.forgetting.found import Found, find
from homeroom_collector.store.forgetting.taking_away import take_away
from homeroom_collector.store.forgetting.tickets_left import DeskTicket, desk_tickets


@dataclass(frozen=True, slots=True)
class _Done:
    """What was found and what became of it. Without a receipt nothing was done."""

    found: Found
    counts: dict[str, int] = field(default_factory=dict)
    receipt: str = ""
    desks: tuple[DeskTicket, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    parser.add_argument("name", nargs="?", help="serial number, device id or asset tag")
    parser.add_argument("--yes", action="store_true", help="do it; without this, only say what would be forgotten")
    parser.add_argument("--prove", metavar="RECEIPT", help="only say when this name was forgotten")
    parser.add_argument("--compact", action="store_true", help="only write the store anew without what was deleted")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Forget, prove, or compact."""
    url = settings_of(options).store.url
    if options.compact:
        wait_for(compact(url))
        return 0
    if options.name is None:
        print("homeroom forget: name a serial number, a device id or an asset tag", file=sys.stderr)
        return 2
    if options.prove is not None:
        return _prove(url, options.name, options.prove)
    done = wait_for(_forget(url, options.name, really=options.yes))
    if not done.found:
        print(f"nothing is known of {options.name}", file=sys.stderr)
        return 1
    _say(done, options.format)
    return 0 if done.receipt else 1


async def _forget(url: str, name: str, *, really: bool) -> _Done:
    async with open_store(url) as store:
        found = await store.read(partial(find, name=name))
        if not found or not really:
            return _Done(found, desks=await store.read(partial(desk_tickets, found=found)))
        done = await _taken(store, found)
    await compact(url)
    return done


async def _taken(store: Store, found: Found) -> _Done:
    """First what is about the device, in one transaction with its log entry; then what other rows say of it."""
    now = time.time()

    def work(connection: Connection) -> _Done:
        desks = desk_tickets(connection, found)
        counts = take_away(connection, found, now)
        return _Done(found, counts, receipts.write(connection, found, counts, now), desks)

    done = await store.write(work)
    for _ in range(5):
        places = await store.read(partial(sweep.look, found=found))
        if not places:
            return done
        await store.write(partial(sweep.black_out, places=places))
    left = sorted({f"{place.table}.{place.column}" for place in places})
    raise CollectorError(
        f"it is forgotten, but its name is still in {', '.join(left)}; stop the collector and forget it again"
    )


def _prove(url: str, name: str, receipt: str) -> int:
    async def work() -> receipts.Proof | None:
        async with open_store(url) as store:
            return await store.read(partial(receipts.prove, receipt=receipt, name=name))

    proof = wait_for(work())
    if proof is None:
        print("no entry of the log belongs to this receipt and this name", file=sys.stderr)
        return 1
    print(f"forgotten {datetime.fromtimestamp(proof.at, UTC).isoformat(timespec='seconds')}: {_counted(proof.counts)}")
    return 0


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nothing"


def _say(done: _Done, style: str) -> None:
    found = done.found
    hints = [f"ticket {each.desk_id} at the help desk is about it: delete it there" for each in done.desks]
    if found.in_google:
        hints.append("Google's register listed it: remove it there, or the next synchronisation brings it back")
    if style == "json":
        counts = {"receipt": done.receipt or None, "forgotten": done.counts, "hints": hints}
        print(json.dumps({"devices": list(found.device_ids), "assets": len(found.assets)} | counts, indent=2))
        return
    what = f"{len(found.numbers)} devices ({', '.join(found.device_ids)}) and {len(found.assets)} lines of the register"
    if not done.receipt:
        print(f"would forget {what}; nothing was done. To do it: --yes", file=sys.stderr)
    else:
        print(f"forgotten: {_counted(done.counts)}")
        print(f"receipt: {done.receipt}")
        print(
            "Keep the receipt: with it and the name, homeroom forget NAME --prove RECEIPT shows the log's entry.",
            file=sys.stderr,
        )
        print(f"Collectors that run let go of it within {EVERY_SECONDS * 2:.0f} seconds.", file=sys.stderr)
    for hint in hints:
        print(hint, file=sys.stderr)
