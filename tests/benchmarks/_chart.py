"""Two lines over the number of devices, as a picture for the page."""

from __future__ import annotations

import math
from collections.abc import Mapping

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 720, 260, 64, 40, 60
_PANEL = (_WIDTH - 2 * _LEFT - _GAP) / 2


def chart(microseconds: Mapping[int, float], megabytes: Mapping[int, float]) -> str:
    """Processor time of a report and resident memory, each from zero, devices on a logarithmic axis."""
    panels = [
        _panel(_LEFT, "microseconds of processor time a report", microseconds, linear=False),
        _panel(_LEFT + _PANEL + _GAP, "resident memory, MB", megabytes, linear=True),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12" fill="#444">'
    )
    return f"{head}<title>{_words(microseconds, megabytes)}</title>{''.join(panels)}</svg>\n"


def _words(microseconds: Mapping[int, float], megabytes: Mapping[int, float]) -> str:
    said = [f"{size:,} devices: {cost:.0f} µs, {megabytes[size]:.0f} MB" for size, cost in microseconds.items()]
    return "; ".join(said)


def _panel(left: float, title: str, values: Mapping[int, float], *, linear: bool) -> str:
    """Memory grows with the devices, so they stand on a linear axis; for a cost that stays, on a logarithmic one."""
    bottom, top = _HEIGHT - 36, max(values.values()) * 1.15
    places = [size if linear else math.log10(size) for size in values]
    low, high = (0.0 if linear else places[0]), places[-1]
    dots = [
        (left + (place - low) / ((high - low) or 1) * _PANEL, bottom - value / top * (bottom - _TOP))
        for place, value in zip(places, values.values(), strict=True)
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in dots)
    parts = [
        f'<text x="{left:.0f}" y="20">{title}</text>',
        f'<path d="M{left:.1f} {_TOP}V{bottom}H{left + _PANEL:.1f}" fill="none" stroke="#999"/>',
        f'<path d="{path}" fill="none" stroke="#00796b" stroke-width="2"/>',
    ]
    for number, ((x, y), (size, value)) in enumerate(zip(dots, values.items(), strict=True)):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#00796b"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{value:,.0f}</text>')
        # On a linear axis small sizes stand on one another.
        if not linear or number in (0, len(dots) - 1):
            parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{size:,}</text>')
    return "".join(parts)
