"""Who may import whom: the house of docs/architecture.md, kept by reading every import statement."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGENT = ROOT / "agent" / "homeroom_agent"
COLLECTOR = ROOT / "collector" / "homeroom_collector"
AGENT_FOR_COLLECTOR = {"report", "spool", "transport", "errors"}

# Each third-party library has one home: a path prefix inside the collector. So has speaking SMTP.
HOMES = {
    "yaml": ("strict.py",),
    "pydantic": ("strict.py",),
    "gufo": ("snmp/engines/gufo/",),
    "pysnmp": ("snmp/engines/pysnmp/", "snmp/notifications/traps.py"),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "icalendar": ("sources/calendars.py",),
    "dateutil": ("sources/calendars.py",),
    "jinja2": ("views/",),
    "weasyprint": ("views/reports/pdf.py",),
    "authlib": ("access/openid.py",),
    "joserfc": ("access/openid.py",),
    "pyrage": ("backup/encryption.py",),
    "smtplib": ("mail/",),
    "cramjam": ("views/remote_write/snappy.py",),
}


def files(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def imports(path: Path, package: Path) -> Iterator[str]:
    """Absolute names imported by a file, also inside functions and under TYPE_CHECKING."""
    module = [package.name, *path.relative_to(package).with_suffix("").parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*module[: -node.level], *([node.module] if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def top(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def within(path: Path, package: Path, *places: str) -> bool:
    return path.relative_to(package).as_posix().startswith(places)


def case(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", files(AGENT), ids=case)
def test_the_agent_needs_the_standard_library_and_psutil_only_under_probes(path: Path):
    allowed = sys.stdlib_module_names | {"homeroom_agent"}
    if within(path, AGENT, "probes/"):
        allowed |= {"psutil"}
    assert {top(name) for name in imports(path, AGENT)} <= allowed


@pytest.mark.parametrize("path", files(COLLECTOR), ids=case)
def test_the_collector_takes_only_the_shared_parts_of_the_agent(path: Path):
    taken = {name.split(".")[1] for name in imports(path, COLLECTOR) if name.startswith("homeroom_agent.")}
    # A version number is not a part of the house.
    assert taken - {"__version__"} <= AGENT_FOR_COLLECTOR


@pytest.mark.parametrize("path", [*files(COLLECTOR / "rules"), COLLECTOR / "model.py"], ids=case)
def test_rules_do_no_io_read_no_clock_and_know_no_sql_or_http(path: Path):
    forbidden = {
        "aiohttp", "aiosqlite", "alembic", "asyncio", "http", "io", "os", "pathlib", "random", "requests", "socket",
        "sqlalchemy", "sqlite3", "subprocess", "threading", "time", "urllib",
    }  # fmt: skip
    names = set(imports(path, COLLECTOR))
    assert not {top(name) for name in names} & forbidden
    inner = {name.split(".")[1] for name in names if name.startswith("homeroom_collector.")}
    assert inner <= {"rules", "model", "errors"}
    text = path.read_text(encoding="utf-8")
    assert ".now(" not in text
    assert ".today(" not in text


@pytest.mark.parametrize("path", files(COLLECTOR / "snmp"), ids=case)
def test_snmp_never_imports_store_or_app(path: Path):
    inner = {name.split(".")[1] for name in imports(path, COLLECTOR) if name.startswith("homeroom_collector.")}
    assert not inner & {"store", "app", "cli", "ingest", "views", "tickets"}


@pytest.mark.parametrize("path", files(COLLECTOR / "views"), ids=case)
def test_views_only_read(path: Path):
    inner = {name.split(".")[1] for name in imports(path, COLLECTOR) if name.startswith("homeroom_collector.")}
    assert not inner & {"ingest", "app", "cli", "snmp"}


@pytest.mark.parametrize("path", files(COLLECTOR), ids=case)
def test_only_the_composition_root_and_the_commands_see_everything(path: Path):
    if within(path, COLLECTOR, "app.py", "cli", "demo/", "__main__.py"):
        return
    inner = {name.split(".")[1] for name in imports(path, COLLECTOR) if name.startswith("homeroom_collector.")}
    assert not inner & {"app", "cli"}


@pytest.mark.parametrize("path", files(COLLECTOR), ids=case)
def test_each_library_has_one_home(path: Path):
    for library in {top(name) for name in imports(path, COLLECTOR)} & set(HOMES):
        assert within(path, COLLECTOR, *HOMES[library]), f"{library} is at home in {HOMES[library]}"


def test_no_file_has_grown_past_five_hundred_lines():
    lengths = {
        case(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(AGENT) + files(COLLECTOR)
    }
    assert {path: n for path, n in lengths.items() if n > 500} == {}
