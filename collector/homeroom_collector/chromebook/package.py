"""Serving the extension to the browsers that a policy tells to install it: the update manifest and the CRX file.

The update manifest is Chromium's "gupdate" document (developer.chrome.com, "Self-host for Linux").
Nothing in the package is secret, so anyone may fetch it. A new file is served as soon as it is there.
"""

from __future__ import annotations

import io
import json
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin
from xml.sax.saxutils import quoteattr

from aiohttp import web

from homeroom_collector.access import OPEN, requires
from homeroom_collector.chromebook import crx
from homeroom_collector.chromebook.crx import CrxError

MANIFEST_PATH = "/chromebook/updates.xml"
FILE_PATH = "/chromebook/homeroom.crx"

_log = logging.getLogger(__name__)
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Package:
    """One CRX file, read and checked. ``update_url`` is where browsers look for the next version."""

    extension_id: str
    version: str
    update_url: str
    raw: bytes

    def updates(self) -> str:
        """The update manifest; the file is beside it."""
        codebase = urljoin(self.update_url, FILE_PATH.rpartition("/")[2])
        return (
            "<?xml version='1.0' encoding='UTF-8'?>\n"
            "<gupdate xmlns='http://www.google.com/update2/response' protocol='2.0'>\n"
            f"  <app appid={quoteattr(self.extension_id)}>\n"
            f"    <updatecheck codebase={quoteattr(codebase)} version={quoteattr(self.version)}/>\n"
            "  </app>\n</gupdate>\n"
        )


def read(path: Path) -> Package:
    """Read a CRX file. Raises CrxError."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES)
        found = crx.unpack(raw)
        with zipfile.ZipFile(io.BytesIO(found.archive)) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        return Package(found.extension_id, manifest["version"], manifest["update_url"], raw)
    except OSError as error:
        raise CrxError(f"{path}: {error.strerror}") from None
    except (CrxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise CrxError(f"{path}: {error}; make it with: make chromebook-dist") from None


class Shelf:
    """The package, read again when its file changes. A file that is wrong leaves the one before in place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._package = read(path)
        self._stamp = self._now_stamp()

    def package(self) -> Package:
        """The package as it is now."""
        stamp = self._now_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._package = read(self._path)
            except CrxError as error:
                _log.warning("the extension stays at version %s: %s", self._package.version, error)
        return self._package

    def _now_stamp(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size


def routes(shelf: Shelf) -> list[web.RouteDef]:
    """What browsers fetch."""

    async def updates(_request: web.Request) -> web.Response:
        return web.Response(text=shelf.package().updates(), content_type="text/xml")

    async def file(_request: web.Request) -> web.Response:
        return web.Response(body=shelf.package().raw, content_type="application/x-chrome-extension")

    return requires(OPEN, web.get(MANIFEST_PATH, updates), web.get(FILE_PATH, file))
