"""What the demo's terminal shows: live counts where there is a terminal, a line now and then where there is none."""

from __future__ import annotations

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from homeroom_collector.demo.counts import Counts
from homeroom_collector.demo.plan import Places


class Screen:
    """The terminal of one demo. Use as a context manager."""

    def __init__(self, console: Console, places: Places, link: str, *, prometheus: bool) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._heading = _heading(places, link, prometheus=prometheus)
        self._last_line = ""

    def __enter__(self) -> Screen:
        if self._console.is_terminal:
            self._live.start()
            self._live.update(self._heading, refresh=True)
        else:
            self._console.print(self._heading, soft_wrap=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, counts: Counts) -> None:
        """Draw the newest counts."""
        if self._console.is_terminal:
            self._live.update(Group(self._heading, _table(counts)), refresh=True)
        elif (line := _line(counts)) != self._last_line:
            self._last_line = line
            self._console.print(line, soft_wrap=True)


def _heading(places: Places, link: str, *, prometheus: bool) -> Text:
    text = Text.assemble(("Homeroom demo", "bold"), "  open: ", (link, "underline"))
    text.append("\n  The link works once; your browser stays signed in. For another browser: ")
    text.append(f"homeroom sign-in --config {places.collector}\n  Metrics: {places.url}/metrics")
    if prometheus:
        text.append(f"  Prometheus: http://127.0.0.1:{places.prometheus_port}")
    return text.append("\nCtrl-C stops everything.")


def _table(counts: Counts) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in _rows(counts):
        table.add_row(name, value)
    return table


def _rows(counts: Counts) -> list[tuple[str, str]]:
    laptops = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(counts.laptops_by_state.items()))
    return [
        ("reports taken", f"{counts.reports:,}"),
        ("laptops", laptops or "none yet"),
        ("network gear", f"{counts.gear_up} of {counts.gear_total} up, {counts.ports_up} ports up"),
        ("metric series", f"{counts.series:,}"),
    ]


def _line(counts: Counts) -> str:
    return "; ".join(f"{name}: {value}" for name, value in _rows(counts))
