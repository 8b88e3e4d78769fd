"""``homeroom problems``: what is wrong, what explains what, and who looks after it."""

from __future__ import annotations

import argparse
import getpass
import json
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.errors import CollectorError
from homeroom_collector.rules.problem import Severity
from homeroom_collector.rules.problem_state import State
from homeroom_collector.store import Connection, problem_list, problem_people, problem_times
from homeroom_collector.store.problem_list import STATES, Wanted

_COLUMNS = (
    "problem_id", "severity", "state", "opened_at", "school_id", "kind", "summary", "members", "acknowledged_by",
    "owner",
)  # fmt: skip
_EFFECTS = (*_COLUMNS, "cause")
_WAITS = ("school_id", "opened", "acknowledged", "acknowledge_minutes", "closed", "repair_minutes")
_DAY_SECONDS = 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_list(commands.add_parser("list", help="problems that are known, the newest first"))
    showing = _add_one(commands, "show", "one problem with its evidence, members and history", _show)
    showing.add_argument("--format", choices=("table", "json"), default="table", help="how to print")
    acknowledging = _add_one(commands, "ack", "say that somebody has seen it", _acknowledge)
    acknowledging.add_argument("--note", default="", metavar="TEXT", help="what to say to it")
    noting = _add_one(commands, "note", "write something to it", _note)
    noting.add_argument("text", metavar="TEXT", help="the note")
    owning = _add_one(commands, "own", "give it to somebody; without a name, back to all", _own)
    owning.add_argument("owner", nargs="?", metavar="NAME", help="who looks after it")
    times = commands.add_parser("times", help="time to acknowledge and to repair, by school")
    add_config(times)
    add_format(times)
    times.add_argument("--days", type=float, default=30.0, metavar="N", help="opened how far back (default: 30)")
    times.set_defaults(run=_times)


def _add_list(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_format(parser)
    parser.add_argument("--school", metavar="ID", help="only those of one school")
    parser.add_argument("--kind", metavar="KIND", help="only those of one kind, such as switch_down")
    parser.add_argument("--severity", choices=tuple(each.value for each in Severity), help="only those of one severity")
    parser.add_argument("--state", choices=(*STATES, "all"), help="default: open and recovering")
    parser.add_argument("--effects", action="store_true", help="also what another problem explains")
    parser.add_argument("--most", type=int, default=1_000, metavar="N", help="the newest N (default: 1000)")
    parser.set_defaults(run=_list)


def _add_one(commands: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text)
    add_config(parser)
    parser.add_argument("problem", metavar="PROBLEM", help="its number, or its key for the newest with that key")
    if name != "show":
        parser.add_argument("--as", dest="author", metavar="NAME", help="who says so (default: who is signed in here)")
    parser.set_defaults(run=run)
    return parser


def run(options: argparse.Namespace) -> int:
    """Never called: each subcommand has its own."""
    raise AssertionError(options)


def _list(options: argparse.Namespace) -> int:
    states = {None: (State.OPEN.value, State.RECOVERING.value), "all": STATES}
    wanted = Wanted(
        states=states.get(options.state, (options.state,)),
        schools=None if options.school is None else [options.school],
        kind=options.kind,
        severity=options.severity,
        effects=options.effects,
        most=options.most,
    )
    rows = _read(options, partial(problem_list.listed, wanted=wanted))
    columns = _EFFECTS if options.effects else _COLUMNS
    show([{**row, "members": row["member_count"]} for row in rows], columns, options.format)
    return 0


def _show(options: argparse.Namespace) -> int:
    def look(connection: Connection) -> dict[str, Any] | None:
        return problem_list.one(connection, problem_people.number_of(connection, options.problem))

    problem = _read(options, look)
    assert problem is not None
    print(json.dumps(problem, indent=2) if options.format == "json" else _told(problem))
    return 0


def _told(problem: dict[str, Any]) -> str:
    """One problem in words, for a terminal."""
    lines = [
        f"{problem['severity']}: {problem['summary']}",
        f"  number    {problem['problem_id']}, {problem['key']}",
        f"  state     {problem['state']}, since {_moment(problem['pending_at'])}",
        f"  runbook   docs/runbooks/{problem['runbook']}.md",
    ]
    lines += [f"  cause     {problem['cause']}"] if problem["cause"] else []
    lines += [f"  owner     {problem['owner']}"] if problem["owner"] else []
    lines += ["evidence:"] + [_evidence(each) for each in problem["evidence"]] if problem["evidence"] else []
    if problem["member_count"]:
        shown = ", ".join(problem["members"][:20])
        more = problem["member_count"] - len(problem["members"][:20])
        lines += [f"explains {problem['member_count']} devices:", f"  {shown}" + (f" and {more} more" if more else "")]
    lines += ["explains problems:"] + [f"  {key}" for key in problem["explains"]] if problem["explains"] else []
    lines += ["history:"] + [_event(each) for each in problem["events"]] if problem["events"] else []
    return "\n".join(lines)


def _evidence(each: dict[str, Any]) -> str:
    rule = "" if each["rule"] is None else f" (rule: {each['rule']})"
    return f"  {each['name']} = {each['measured']}{rule}"


def _event(each: dict[str, Any]) -> str:
    who = f" by {each['author']}" if each["author"] else ""
    return f"  {_moment(each['at'])} {each['kind']}{who}" + (f": {each['text']}" if each["text"] else "")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _acknowledge(options: argparse.Namespace) -> int:
    def act(connection: Connection, number: int, author: str) -> str:
        done = problem_people.acknowledge(connection, number, time.time(), author, options.note)
        return "acknowledged" if done else "closed, or acknowledged before"

    return _act(options, act)


def _note(options: argparse.Namespace) -> int:
    def act(connection: Connection, number: int, author: str) -> str:
        problem_people.note(connection, number, time.time(), author, options.text)
        return "noted"

    return _act(options, act)


def _own(options: argparse.Namespace) -> int:
    def act(connection: Connection, number: int, author: str) -> str:
        problem_people.own(connection, number, time.time(), author, options.owner)
        return f"given to {options.owner}" if options.owner else "given back to all"

    return _act(options, act)


def _act(options: argparse.Namespace, act: Any) -> int:
    def work(connection: Connection) -> tuple[int, str]:
        number = problem_people.number_of(connection, options.problem)
        return number, act(connection, number, options.author or _signed_in())

    async def written(settings: Settings) -> tuple[int, str]:
        async with store_of(settings) as store:
            return await store.write(work)

    number, said = wait_for(written(settings_of(options)))
    print(f"problem {number}: {said}")
    return 0


def _signed_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise CollectorError("nobody is signed in here; say who you are with --as NAME") from None


def _times(options: argparse.Namespace) -> int:
    since = time.time() - options.days * _DAY_SECONDS
    rows = _read(options, partial(problem_times.waits, opened_since=since))
    show([_minutes(row) for row in rows], _WAITS, options.format)
    return 0


def _minutes(row: problem_times.Waits) -> dict[str, Any]:
    means = {name: getattr(row, f"{name}_seconds") for name in ("acknowledge", "repair")}
    rounded = {f"{name}_minutes": None if mean is None else round(mean / 60, 1) for name, mean in means.items()}
    return {**row._asdict(), **rounded}


def _read(options: argparse.Namespace, look: Any) -> Any:
    async def read(settings: Settings) -> Any:
        async with store_of(settings) as store:
            return await store.read(look)

    return wait_for(read(settings_of(options)))
