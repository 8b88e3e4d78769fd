"""What the site has beside the pages of docs/: the API as the collector describes it, and every file of configs/.

Completes the navigation too: an entry that ends with ``/`` stands for the pages of that folder, and pages that are
named nowhere come under "More", so that none is lost.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import api_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {".yml": "yaml", ".toml": "toml", ".conf": "nginx", ".service": "ini"}
_LINK = re.compile(r"\]\((?:\.\./)+(configs/[^)#]+)\)")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add what is made here, then see to it that everything is in the navigation."""
    files.append(File.generated(config, "api.md", content=api_page.text()))
    for path in configurations():
        files.append(File.generated(config, page_of(path), content=_shown(path)))
    config.nav = complete(config.nav or [], [file.src_uri for file in files.documentation_pages()])
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to files of configs/ to their pages."""
    del config, files
    up = "../" * page.file.src_uri.count("/")
    return _LINK.sub(lambda found: f"]({up}{page_of(found[1])})", markdown)


def configurations() -> list[str]:
    """Every file of configs/ that is kept, from the top of the repository."""
    kept = subprocess.run(["git", "ls-files", "configs"], cwd=ROOT, capture_output=True, text=True, check=True)
    return kept.stdout.splitlines()


def page_of(path: str) -> str:
    """The page that shows a file of configs/."""
    return f"{path}.md"


def _shown(path: str) -> str:
    """A file as a page, with the whole width for its lines."""
    head = f"---\ntitle: {path.removeprefix('configs/')}\nhide: [toc]\n---\n\n# {path}\n"
    language = LANGUAGES.get(Path(path).suffix, "text")
    return f"{head}\n````{language}\n{(ROOT / path).read_text(encoding='utf-8')}\n````\n"


def complete(nav: list[Any], pages: list[str]) -> list[Any]:
    """The navigation with folders spelled out and nothing missing. ``pages`` are paths from the folder of the pages."""
    whole = [_spelled(entry, pages) for entry in nav]
    left = sorted(set(pages) - set(_named(whole)))
    return [*whole, {"More": left}] if left else whole


def _spelled(entry: Any, pages: list[str]) -> Any:
    if isinstance(entry, dict):
        return {title: _spelled(inner, pages) for title, inner in entry.items()}
    if isinstance(entry, list):
        return [_spelled(inner, pages) for inner in entry]
    if not entry.endswith("/"):
        return entry
    inside = [page for page in pages if page.startswith(entry)]
    return sorted(inside, key=lambda page: (Path(page).name != "README.md", page))


def _named(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for inner in entry.values() if isinstance(entry, dict) else entry:
            yield from _named(inner)
