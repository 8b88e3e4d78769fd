"""Laying a report out: as one HTML document with its style inside, as the body of a letter, and as plain text."""

from __future__ import annotations

import re
from importlib import resources

from homeroom_collector.views.pages.environment import render
from homeroom_collector.views.reports.made import Report


def as_html(report: Report) -> str:
    """The whole document."""
    return _laid_out(report, drawn=True)


def as_mail(report: Report) -> str:
    """The same for mail programs, which show no drawings and know no variables: charts in words, plain colours."""
    return _laid_out(report, drawn=False)


def as_text(report: Report) -> str:
    """The same without any layout."""
    lines = [f"{report.title}, {report.period}"]
    for part in report.parts:
        lines += ["", part.title, *part.sentences]
        if part.chart is not None:
            lines.append(f"{part.chart.title}: {part.chart.words}")
        lines += [": ".join(row) for row in part.rows]
    return "\n".join([*lines, "", f"Made by Homeroom on {report.today}."])


def _laid_out(report: Report, *, drawn: bool) -> str:
    # A chart has its style inside: programs that make PDF draw each drawing by itself.
    style = _text("report.css")
    styles = {"style": style if drawn else _without_variables(style), "chart_style": _text("chart.css")}
    return render("report.html", report=report, drawn=drawn, **styles)


def _without_variables(style: str) -> str:
    """A style sheet with each variable's value in its place; Outlook, which draws mail by Word, leaves them out."""
    values = dict(re.findall(r"(--[\w-]+): ([^;]+);", style))
    rules = re.sub(r":root \{[^}]*\}\n", "", style)
    return re.sub(r"var\((--[\w-]+)\)", lambda found: values[found[1]], rules)


def _text(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")
