"""HTML into PDF. The home of WeasyPrint, which comes with the extra ``reports``; nothing is loaded from anywhere."""

from __future__ import annotations

from typing import Any

from homeroom_collector.errors import CollectorError


class PdfMissingError(CollectorError):
    """The program that makes PDF is not installed."""


def as_pdf(html: str) -> bytes:
    """The document as a tagged PDF. Raises PdfMissingError."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        # OSError: the package is there, and the system's Pango is not.
        raise PdfMissingError(
            f"PDF needs WeasyPrint and Pango: pip install 'homeroom[reports]' and apt-get install libpango-1.0-0 "
            f"libpangoft2-1.0-0 ({error})"
        ) from None
    made = HTML(string=html, url_fetcher=_nothing).write_pdf(pdf_variant="pdf/ua-1")
    if not isinstance(made, bytes):
        raise PdfMissingError("WeasyPrint made nothing")
    return made


def _nothing(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    raise ValueError(f"a report loads nothing, and asked for {url}")
