"""Linux's sysfs and procfs as a small tree: a live one and a captured one answer alike.

Paths are relative to the root (``sys/class/net``). Reading raises OSError as the kernel does; the helpers below turn
that into None, so that a file that is absent, empty or failing costs one fact and not the report.
"""

import errno
import posixpath
import re
from collections.abc import Mapping
from typing import Any, Protocol

from homeroom_agent.errors import CaptureError
from homeroom_agent.parsers import capture
from homeroom_agent.parsers.values import clean, whole

# The kernel gives up after 40 links; a capture may hold a loop.
_LINKS = 40
FORMAT = "sysfs-tree/1"


class Tree(Protocol):
    """What a parser may ask of a file system."""

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises OSError."""
        ...

    def names(self, path: str) -> list[str]:
        """Names in a directory, in natural order; empty where there is none."""
        ...

    def real(self, path: str) -> str:
        """The path with every symbolic link followed; the path itself where that fails."""
        ...


def natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts ``nvme10n1`` after ``nvme9n1``."""
    return [(int(part[:18]), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)]


def text(tree: Tree, path: str) -> str | None:
    """The file's text without padding; None where it is absent, empty or fails. Firmware text may be Latin-1."""
    try:
        raw = tree.read(path)
    except OSError:
        return None
    try:
        return clean(raw.decode())
    except UnicodeDecodeError:
        return clean(raw.decode("latin-1"))


def integer(tree: Tree, path: str, minimum: int = 0) -> int | None:
    """The file's whole number; None where it has none."""
    return whole(text(tree, path), minimum)


def exists(tree: Tree, path: str) -> bool:
    """Whether the path is there, as a file or as a directory."""
    return posixpath.basename(path) in tree.names(posixpath.dirname(path))


def why_missing(tree: Tree, path: str) -> str:
    """Reason for a fact that the file did not give, in words a technician can act on."""
    try:
        tree.read(path)
    except PermissionError:
        return "needs administrator rights"
    except FileNotFoundError:
        return "this machine does not provide it"
    except OSError as error:
        return f"read failed: {errno.errorcode.get(error.errno or 0, 'error')}"
    return "the system gives no usable value"


class CapturedTree:
    """A tree kept in one JSON document: ``files``, ``symlinks``, ``errors`` (errno by name) and ``root_only``."""

    def __init__(self, document: Mapping[str, Any], *, as_root: bool = True) -> None:
        self._files = _table(document, "files")
        self._links = {path: link for path, link in _table(document, "symlinks").items() if isinstance(link, str)}
        self._errors = _table(document, "errors")
        root_only = document.get("root_only")
        denied = root_only if isinstance(root_only, list) and not as_root else []
        self._denied = {path for path in denied if isinstance(path, str)}
        self._children = self._directories()

    def read(self, path: str) -> bytes:
        """The file's bytes, or the recorded failure."""
        where = self.real(path)
        if where in self._denied:
            raise PermissionError(errno.EACCES, "root only", path)
        if where in self._errors:
            raise OSError(_number(self._errors[where]), "recorded failure", path)
        if where not in self._files:
            raise FileNotFoundError(errno.ENOENT, "not in the capture", path)
        return _bytes(self._files[where])

    def names(self, path: str) -> list[str]:
        """Names in a directory."""
        return sorted(self._children.get(self.real(path), ()), key=natural)

    def real(self, path: str) -> str:
        """The path with every link followed."""
        parts, done = [part for part in path.split("/") if part], ""
        for _ in range(_LINKS * 8):
            if not parts:
                return done
            done = posixpath.normpath(posixpath.join(done, parts.pop(0)))
            if done in self._links:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(done), self._links[done]))
                parts, done = [part for part in target.split("/") if part] + parts, ""
        return path

    def _directories(self) -> dict[str, set[str]]:
        children: dict[str, set[str]] = {}
        for path in (*self._files, *self._links, *self._errors):
            while path and (parent := posixpath.dirname(path)) != path:
                if posixpath.basename(path) in children.setdefault(parent, set()):
                    break
                children[parent].add(posixpath.basename(path))
                path = parent
        return children


def captured(raw: bytes, *, as_root: bool = True) -> CapturedTree:
    """Open a ``.sysfs.json`` capture. Raises CaptureError where it is none."""
    document = capture.json_object(raw)
    if document.get("format") != FORMAT:
        raise CaptureError(f'not a sysfs capture: "format" is not "{FORMAT}"')
    return CapturedTree(document, as_root=as_root)


def _table(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return {path.strip("/"): item for path, item in value.items()} if isinstance(value, dict) else {}


def _number(name: object) -> int:
    number = getattr(errno, name, errno.EIO) if isinstance(name, str) and name.isupper() else errno.EIO
    return number if isinstance(number, int) else errno.EIO


def _bytes(content: object) -> bytes:
    if isinstance(content, str):
        return content.encode("utf-8", "replace")
    if isinstance(content, dict) and isinstance(content.get("base64"), str):
        import base64  # only captures hold binary files

        try:
            return base64.b64decode(content["base64"])
        except ValueError:
            pass
    raise OSError(errno.EIO, "damaged in the capture")
