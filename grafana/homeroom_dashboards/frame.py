"""What all dashboards share: uids, variables, and the links that carry them from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
    Row,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from homeroom_dashboards.panels import SOURCE, AnyPanel, source_ref

TAG = "homeroom"


class Uid(StrEnum):
    """Addresses of the dashboards, which bookmarks and links rely on: more may join, none is renamed."""

    DISTRICT = "homeroom-district"
    SCHOOL = "homeroom-school"
    NETWORK = "homeroom-network"
    DEVICES = "homeroom-devices"
    MONITORING = "homeroom-monitoring"
    REFRESH = "homeroom-refresh"
    EQUITY = "homeroom-equity"
    PROBLEMS = "homeroom-problems"


_VARIABLES = (
    ("school", "School", "label_values(homeroom_school_info, school)"),
    ("grade_band", "Grade band", 'label_values(homeroom_devices{school=~"$school", class="computer"}, grade_band)'),
    ("device", "Device", 'label_values(homeroom_device_info{school=~"$school", grade_band=~"$grade_band"}, device)'),
)


def frame(uid: Uid, title: str, description: str, *, uses: Iterable[str] = ("school",)) -> Dashboard:
    """An empty dashboard. Variables it does not use are hidden, not left out, so that links still carry them."""
    built = (
        Dashboard(f"Homeroom / {title}")
        .uid(uid)
        .description(description)
        .tags([TAG])
        .readonly()
        .timezone("browser")
        .time("now-24h", "now")
        .refresh("1m")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(DatasourceVariable(SOURCE).label("Prometheus").type("prometheus"))
        .link(_to_all())
    )
    for name, label, query in _VARIABLES:
        built.with_variable(_variable(name, label, query, shown=name in uses))
    return built


def row(built: Dashboard, title: str, panels: Sequence[AnyPanel]) -> Dashboard:
    """Add a titled row of panels to a dashboard."""
    built.with_row(Row(title))
    for panel in panels:
        built.with_panel(panel)
    return built


def to(uid: Uid, title: str, **fields: str) -> DashboardLink:
    """A link from a value to another dashboard; ``fields`` are the variables that the value's own row sets."""
    names = [name for name, _, _ in _VARIABLES if name not in fields]
    carried = [f"${{{name}:queryparam}}" for name in (SOURCE, *names)]
    chosen = [f"var-{name}=${{__data.fields.{field}}}" for name, field in fields.items()]
    return DashboardLink(title).url(f"/d/{uid}?" + "&".join([*chosen, *carried, "${__url_time_range}"]))


def _to_all() -> DashboardLink:
    return (
        DashboardLink("Homeroom")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(as_dropdown=False)
        .include_vars(include_vars=True)
        .keep_time(keep_time=True)
    )


def _variable(name: str, label: str, query: str, *, shown: bool) -> QueryVariable:
    every = VariableOption(text="All", value="$__all", selected=True)
    return (
        QueryVariable(name)
        .label(label)
        .datasource(source_ref())
        .query({"qryType": 1, "query": query, "refId": name})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        # Network gear has no grade band: ".*" finds it too, a list of all bands would not.
        .all_value(".*")
        .current(every)
        .hide(VariableHide.DONT_HIDE if shown else VariableHide.HIDE_VARIABLE)
    )
