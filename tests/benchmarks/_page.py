"""What was measured last, kept in docs/performance.json and written out as tables in docs/performance.md."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks._chart import chart

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
_GROWTH = "images/growth.svg"
_SIGNS = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than"}

Results = Mapping[str, Mapping[str, Any]]


def keep(results: Results, machine: Mapping[str, Any], docs: Path = DOCS) -> None:
    """Put results in place of older ones of the same benchmarks, and write the page anew."""
    kept = docs / "performance.json"
    known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    today = datetime.now(UTC).date().isoformat()
    known |= {name: {"measured_on": today, "machine": machine, "figures": each} for name, each in results.items()}
    known = dict(sorted(known.items()))
    kept.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    page = docs / "performance.md"
    page.write_text(written(page.read_text(encoding="utf-8"), known), encoding="utf-8")
    if "growth" in known:
        figures = known["growth"]["figures"]
        (docs / _GROWTH).write_text(
            chart(
                {int(size): value for size, value in figures["microseconds_per_report"].items()},
                {int(size): value / 1e6 for size, value in figures["resident_bytes"].items()},
            ),
            encoding="utf-8",
        )


def written(page: str, known: Mapping[str, Any]) -> str:
    """The page with the tables of these results between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{''.join(_section(name, each) for name, each in known.items())}{END}{after}"


def _section(name: str, kept: Mapping[str, Any]) -> str:
    module = importlib.import_module(f"tests.benchmarks.{name}")
    about = inspect.getdoc(module) or ""
    machine = kept["machine"]
    where = f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}"
    lines = ["| figure | measured | wanted |", "|---|---|---|", *_rows(kept["figures"])]
    picture = f"![Cost of a report and memory by the number of devices]({_GROWTH})\n\n" if name == "growth" else ""
    table = "\n".join(lines)
    return f"### {name}\n\n{about}\n\nMeasured on {kept['measured_on']} ({where}).\n\n{picture}{table}\n\n"


def _rows(figures: Mapping[str, Any]) -> Iterator[str]:
    bars = figures.get("bars", {})
    for figure, value in _flat("", {name: value for name, value in figures.items() if name != "bars"}):
        sign, bar = bars.get(figure, ("", None))
        wanted = "" if bar is None else f"{_SIGNS[sign]} {_number(bar)}"
        yield f"| {figure.replace('_', ' ')} | {_number(value)} | {wanted} |"


def _flat(prefix: str, figures: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}: ", value)
        elif isinstance(value, int | float | str):
            yield f"{prefix}{name}", value


def _number(value: float | str) -> str:
    """With thousands apart, and no more digits than a noisy machine deserves."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1_000 or value == int(value) else f"{value:.3g}"
