"""``homeroom topology``: what hangs from what, out of the store; no collector needs to run."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from typing import Any

from homeroom_collector.cli.listing import show
from homeroom_collector.cli.options import add_config, add_format, settings_of, store_of, wait_for
from homeroom_collector.config import Settings
from homeroom_collector.fleet.drawing import draw_network
from homeroom_collector.ingest.outlines import Polled, polled
from homeroom_collector.ingest.wire import Wire
from homeroom_collector.rules.presence import Cutoffs, gear_states
from homeroom_collector.snmp.settings import with_files

_COLUMNS = ("device", "school", "kind", "state", "port", "parent", "parent_port", "wan_ports")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may be typed."""
    add_config(parser)
    add_format(parser)
    parser.add_argument("--school", metavar="ID", help="only the gear of one school")


def run(options: argparse.Namespace) -> int:
    """Print one row a device, or the whole graph as JSON."""
    settings = settings_of(options)
    graph = _graph(settings, wait_for(_read(settings)))
    if options.school is not None:
        graph = _of_school(graph, options.school)
    if options.format == "json":
        print(json.dumps(graph, indent=2, ensure_ascii=False))
    else:
        show(_rows(graph), _COLUMNS, options.format)
    return 0


async def _read(settings: Settings) -> list[Polled]:
    async with store_of(settings) as store:
        return await polled(store, Wire())


def _graph(settings: Settings, found: list[Polled]) -> dict[str, Any]:
    network = draw_network([each.outline for each in found], with_files(settings.snmp).wan())
    cutoffs = Cutoffs(gear_known=time.time() - settings.presence.gear_unknown)
    answers = {each.outline.device_id: (each.measured_at, each.reachable) for each in found}
    states = gear_states(answers, network.parents, cutoffs)
    ups = {"up": True, "down": False, "unreachable": False}
    nodes = [
        node | {"state": state, "up": ups.get(state)}
        for node in network.graph["nodes"]
        if (state := states[node["id"]].value)
    ]
    return {**network.graph, "nodes": nodes}


def _of_school(graph: Mapping[str, Any], school_id: str) -> dict[str, Any]:
    """The gear of one school, with the links that it has to others."""
    nodes = [node for node in graph["nodes"] if node["school"] == school_id]
    here = {node["id"] for node in nodes}
    return {
        "nodes": nodes,
        "links": [link for link in graph["links"] if here & {link["source"], link["target"]}],
        "unmanaged": [stub for stub in graph["unmanaged"] if stub["device"] in here],
        "wan_ports": [port for port in graph["wan_ports"] if port[0] in here],
        "access_point_ports": [port for port in graph["access_point_ports"] if port[0] in here],
    }


def _rows(graph: Mapping[str, Any]) -> list[dict[str, Any]]:
    ends: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for link in graph["links"]:
        ends.setdefault((link["source"], link["target"]), (link["source_port"], link["target_port"]))
        ends.setdefault((link["target"], link["source"]), (link["target_port"], link["source_port"]))
    rows = []
    for node in graph["nodes"]:
        port, parent_port = ends.get((node["id"], node["parent"]), (None, None))
        outside = " ".join(name for device, name in graph["wan_ports"] if device == node["id"])
        rows.append(
            {
                "device": node["id"],
                "school": node["school"],
                "kind": node["kind"],
                "state": node["state"],
                "port": port,
                "parent": node["parent"],
                "parent_port": parent_port,
                "wan_ports": outside,
            }
        )
    return sorted(rows, key=lambda row: (row["school"], row["device"]))
