"""All dashboards, and the files that hold them."""

from __future__ import annotations

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from homeroom_dashboards import devices, district, equity, monitoring, network, problems, refresh, school

_ORDER = (district, school, network, devices, problems, refresh, equity, monitoring)
FOLDER = Path(__file__).parents[1] / "dashboards"


def dashboards() -> tuple[Dashboard, ...]:
    """Every dashboard, the first being the one to start with."""
    return tuple(_numbered(module.dashboard().build()) for module in _ORDER)


def _numbered(built: Dashboard) -> Dashboard:
    """Give every panel an id of its own, which Grafana needs to tell them apart."""
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    return built


def files() -> dict[str, str]:
    """The committed files by name: the uid of a dashboard, and its JSON with sorted keys."""
    encoder = JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False)
    return {f"{built.uid}.json": encoder.encode(built) + "\n" for built in dashboards()}


def write(folder: Path = FOLDER) -> None:
    """Write all files; files of dashboards that are no more are left for git to show."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")
