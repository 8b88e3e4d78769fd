"""Laying a report out as HTML: one document with its style inside, so that it can be sent and kept."""

from __future__ import annotations

from importlib import resources

from homeroom_collector.views.pages.environment import render
from homeroom_collector.views.reports.made import Report


def as_html(report: Report) -> str:
    """The whole document."""
    # A chart has its style inside: programs that make PDF draw each drawing by itself.
    return render("report.html", report=report, style=_text("report.css"), chart_style=_text("chart.css"))


def _text(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")
