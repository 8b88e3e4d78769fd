"""The zip file of a OneRoster CSV export (1EdTech, CSV binding 1.2), as rows of the few files that are needed.

Files with people in them (users, demographics, results, …) are not in the list below, and no other file can be opened.
Of the files in it only the columns that are named are handed on.
https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal

from homeroom_collector.errors import ConfigError

Name = Literal["manifest", "orgs", "academicSessions", "classes", "enrollments"]
_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "manifest": (("propertyName", "value"), ()),
    "orgs": (("sourcedId", "name", "type"), ("status", "identifier")),
    "academicSessions": (("sourcedId", "startDate", "endDate"), ("status",)),
    "classes": (("sourcedId", "grades", "schoolSourcedId", "termSourcedIds"), ("status", "classType")),
    "enrollments": (
        ("classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
        ("status", "beginDate", "endDate"),
    ),
}
"""Columns that each file must have, and those that it may have."""
_VERSIONS = ("1.1", "1.2")
_MOST_BYTES = 4 * 1024**3

Record = dict[str, str]


class Archive:
    """An open export. Raises ConfigError for anything that is not one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise ConfigError([f"{path}: cannot be read: {error.strerror or error}"]) from None
        except zipfile.BadZipFile as error:
            raise ConfigError([f"{path}: not a zip file: {error}"]) from None
        self._check_version()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def _check_version(self) -> None:
        said = {row["propertyName"]: row["value"] for row in self.rows("manifest")}
        version = said.get("oneroster.version", "")
        if not version.startswith(_VERSIONS):
            raise ConfigError(
                [f"{self._path}: OneRoster version {version or 'unknown'}; known: {', '.join(_VERSIONS)}"]
            )

    def rows(self, name: Name) -> Iterator[Record]:
        """Rows of one file that are not to be deleted, with the columns that are needed; absent ones are empty."""
        needed, more = _COLUMNS[name]
        where = f"{self._path}: {name}.csv"
        try:
            with self._zip.open(self._member(name)) as raw:
                # utf-8-sig: some exports begin with a byte order mark.
                table = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""), strict=True)
                missing = [column for column in needed if column not in (table.fieldnames or ())]
                if missing:
                    raise ConfigError([f"{where}: missing column {column}" for column in missing])
                for row in table:
                    record = {column: (row.get(column) or "").strip() for column in (*needed, *more)}
                    if record.get("status", "").lower() != "tobedeleted":
                        yield record
        except (csv.Error, UnicodeDecodeError) as error:
            raise ConfigError([f"{where}: not CSV in UTF-8: {error}"]) from None
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise ConfigError([f"{where}: cannot be unpacked: {error}"]) from None

    def _member(self, name: str) -> zipfile.ZipInfo:
        """The file itself; some exports put all of them into one folder."""
        wanted = f"{name}.csv".lower()
        found = [info for info in self._zip.infolist() if info.filename.rpartition("/")[2].lower() == wanted]
        if len(found) != 1:
            raise ConfigError([f"{self._path}: {name}.csv: {'missing' if not found else 'in it more than once'}"])
        if found[0].file_size > _MOST_BYTES:
            raise ConfigError([f"{self._path}: {name}.csv: larger than {_MOST_BYTES} bytes"])
        return found[0]
