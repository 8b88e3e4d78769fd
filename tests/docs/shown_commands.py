"""Every command of ours that the documentation shows: lines of code blocks, and words in running text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAMS = ("homeroom", "homeroom-agent", "make")
SHELLS = ("", "sh", "console", "shell", "bash")
_FENCE = re.compile(r"\s*(`{3,})(\w*)")
_INDENTED = re.compile(r"(?: {4}|\t)\S")
_RUNNING = re.compile(rf"`((?:{'|'.join(PROGRAMS)}) [^`]+)`")
_BEGINNING = re.compile(rf"^(?:\$ )?(?:sudo (?:-u \S+ )?)?(?:[\w./]*/)?({'|'.join(PROGRAMS)})(?= |$)")


@dataclass(frozen=True)
class Shown:
    """One command as it stands in a page. ``runnable`` is false in running text, where only a part may be written."""

    page: str
    line: int
    text: str
    runnable: bool

    @property
    def words(self) -> list[str]:
        """Program and arguments, without what the shell does with them."""
        words = shlex.split(_BEGINNING.sub(r"\1", self.text), comments=self.runnable)
        ends = [words.index(sign) for sign in (">", "|", "&&") if sign in words]
        return words[: min(ends, default=len(words))]

    @property
    def said_to_find(self) -> bool:
        """Whether the page says that status 1 is an answer of this command, too."""
        return "exit status 1" in self.text

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {' '.join(self.words)}"


def pages() -> list[Path]:
    """The pages with commands in them."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def shown_in(path: Path) -> Iterator[Shown]:
    """The commands of one page, in order."""
    page = path.relative_to(ROOT).as_posix()
    fence, begun = None, ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if found := _FENCE.match(line):
            fence = found[2] if fence is None else None
        elif fence in SHELLS or (fence is None and _INDENTED.match(line)):
            begun += line.strip().removesuffix("\\")
            if not line.endswith("\\"):
                if _BEGINNING.match(begun):
                    yield Shown(page, number, begun, runnable=True)
                begun = ""
        elif fence is None:
            yield from (Shown(page, number, text, runnable=False) for text in _RUNNING.findall(line))
