"""Everything that a fleet knows of each device, as plain values that can be compared."""

from __future__ import annotations

from typing import Any

from homeroom_collector.fleet import Fleet


def known(fleet: Fleet) -> dict[str, Any]:
    """Everything that is known of each device, and how schools count them."""
    found: dict[str, Any] = {state.school.school_id: dict(state.counts) for state in fleet.schools}
    for device_id in fleet.device_ids():
        member = fleet.member(device_id)
        assert member is not None
        state = fleet.school(member.device.school_id)
        assert state is not None
        rows = {table.name: state.measured(member, table.name) for table in member.tables}
        labels = [
            columns.prefixes[start + row] + columns.suffixes[start + row]
            for _, columns, start, count in state.runs(member)
            for row in range(count)
        ]
        heard = (member.seen_at, member.spoke_at, member.synced_at, member.measured_at, member.ages_at)
        what = (member.state, member.on_campus, member.software, member.attendance.up_at, list(member.measured))
        found[device_id] = (member.device, rows, labels, heard, what, member.keys)
    return found
