"""Letting the audience hear of a report once it is committed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from homeroom_collector.ingest.audience import Audience
from homeroom_collector.ingest.joined import GoogleFacts
from homeroom_collector.ingest.merge import News

_log = logging.getLogger(__name__)


def telling(audience: Audience, google: GoogleFacts) -> Callable[[str, News], None]:
    """Make what the writer calls for each report that was new."""

    def tell(device_id: str, news: News) -> None:
        try:
            report = google.joined(device_id, news)
            audience.apply(device_id, report, news.received_at, on_campus=news.on_campus)
        except Exception:
            # The report is on disk; a view that cannot show it must not stop the writer.
            _log.exception("report of %s cannot be shown", device_id)

    return tell
