"""Reports to hand on: a school's month and a district's quarter, in plain words, as HTML or PDF."""

from homeroom_collector.views.reports.facts import Facts
from homeroom_collector.views.reports.gathered import gathered, taught
from homeroom_collector.views.reports.made import made
from homeroom_collector.views.reports.pdf import PdfMissingError, as_pdf
from homeroom_collector.views.reports.period import Period, last_month, last_quarter, month, quarter
from homeroom_collector.views.reports.render import as_html, as_mail, as_text

__all__ = [
    "Facts",
    "PdfMissingError",
    "Period",
    "as_html",
    "as_mail",
    "as_pdf",
    "as_text",
    "gathered",
    "last_month",
    "last_quarter",
    "made",
    "month",
    "quarter",
    "taught",
]
