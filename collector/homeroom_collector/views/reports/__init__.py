"""Reports to hand on: a school's month and a district's quarter, in plain words, as HTML or PDF."""

from homeroom_collector.views.reports.facts import Facts
from homeroom_collector.views.reports.made import made
from homeroom_collector.views.reports.pdf import PdfMissingError, as_pdf
from homeroom_collector.views.reports.period import Period, month, quarter
from homeroom_collector.views.reports.render import as_html

__all__ = ["Facts", "PdfMissingError", "Period", "as_html", "as_pdf", "made", "month", "quarter"]
