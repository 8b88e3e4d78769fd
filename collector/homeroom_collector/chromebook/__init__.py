"""What Chromebooks need of a collector: leave to call it from a browser, and the extension itself to install."""

from __future__ import annotations

from aiohttp import web

from homeroom_collector.chromebook.calls import letting_in
from homeroom_collector.chromebook.package import Shelf, routes
from homeroom_collector.chromebook.settings import ChromebookSettings

__all__ = ["ChromebookSettings", "serve"]


def serve(app: web.Application, settings: ChromebookSettings) -> None:
    """Let the extensions in and put the package on the shelf. Raises CrxError where the package is wrong."""
    extensions = set(settings.extensions)
    if settings.package is not None:
        shelf = Shelf(settings.package)
        extensions.add(shelf.package().extension_id)
        app.add_routes(routes(shelf))
    if extensions:
        app.middlewares.append(letting_in(extensions))
