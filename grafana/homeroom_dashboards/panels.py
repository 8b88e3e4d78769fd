"""The four kinds of panels. Each has a title, a description, a unit and words for the case that there is no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.builders.common import ReduceDataOptions, StackingConfig
from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import BarGaugeDisplayMode, StackingMode, VizOrientation
from grafana_foundation_sdk.models.dashboard import DashboardLink as BuiltLink
from grafana_foundation_sdk.models.dashboard import DataSourceRef, DataTransformerConfig, DynamicConfigValue
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from homeroom_dashboards.limits import PLAIN, Limits, steps, thresholds

SOURCE = "datasource"
WIDTH = 24
AnyPanel = stat.Panel | timeseries.Panel | table.Panel | bargauge.Panel
PanelT = TypeVar("PanelT", stat.Panel, timeseries.Panel, table.Panel, bargauge.Panel)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What every panel says of itself. ``unit`` is Grafana's id of the unit, ``missing`` the words for no data."""

    title: str
    description: str
    missing: str
    unit: str = "short"
    limits: Limits = PLAIN
    span: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of numbers in a table."""

    title: str
    expression: str
    unit: str = "short"
    limits: Limits = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Columns of words in a table: the title of each label, and where the words lead."""

    titles: Mapping[str, str]
    links: Mapping[str, DashboardLink] = field(default_factory=dict)


def source_ref() -> DataSourceRef:
    """The data source chosen at the top of the dashboard."""
    return DataSourceRef(type_val="prometheus", uid=f"${{{SOURCE}}}")


def number(about: About, expression: str) -> stat.Panel:
    """One number: how it is now, with its course behind it."""
    panel = _about(stat.Panel(), about).height(4).thresholds(thresholds(about.limits))
    return panel.reduce_options(ReduceDataOptions().calcs(["lastNotNull"])).with_target(_query(expression, "", "A"))


def course(about: About, lines: Mapping[str, str], *, stacked: bool = False) -> timeseries.Panel:
    """Lines over time: expressions by their legend."""
    panel = _about(timeseries.Panel(), about).height(8).thresholds(thresholds(about.limits)).min(0)
    if stacked:
        panel.stacking(StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(40)
    for place, (legend, expression) in enumerate(lines.items()):
        panel.with_target(_query(expression, legend, _letter(place)))
    return panel


def ranking(about: About, legend: str, expression: str) -> bargauge.Panel:
    """Bars with their numbers, now, longest list first."""
    panel = _about(bargauge.Panel(), about).height(8).thresholds(thresholds(about.limits)).min(0)
    panel.orientation(VizOrientation.HORIZONTAL).display_mode(BarGaugeDisplayMode.BASIC)
    panel.reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
    return panel.with_target(_query(expression, legend, "A").instant())


def listing(about: About, labels: Labels, columns: tuple[Column, ...]) -> table.Panel:
    """A table with a row for each set of labels, now."""
    panel = _about(table.Panel(), about).height(10)
    for place, column in enumerate(columns):
        panel.with_target(_query(column.expression, "", _letter(place)).instant().format(PromQueryFormat.TABLE))
        panel.override_by_name(_field(place, len(columns)), _column(column))
    for name, title in labels.titles.items():
        panel.override_by_name(name, _label(title, labels.links.get(name)))
    panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    order = {name: place for place, name in enumerate(labels.titles)}
    options = {"excludeByName": {"Time": True}, "indexByName": order}
    return panel.with_transformation(DataTransformerConfig(id_val="organize", options=options))


def _about(panel: PanelT, about: About) -> PanelT:
    panel.title(about.title).description(about.description).datasource(source_ref())
    return panel.unit(about.unit).no_value(about.missing).span(about.span)


def _query(expression: str, legend: str, letter: str) -> Dataquery:
    return Dataquery().expr(expression).legend_format(legend).ref_id(letter)


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _field(place: int, of: int) -> str:
    """Grafana's name for the numbers of a query in a table, which depends on whether there are others."""
    return "Value" if of == 1 else f"Value #{_letter(place)}"


def _column(column: Column) -> list[DynamicConfigValue]:
    values: dict[str, object] = {"displayName": column.title, "unit": column.unit}
    if column.limits:
        values |= {"thresholds": steps(column.limits), "custom.cellOptions": {"type": "color-text"}}
    return [DynamicConfigValue(id_val=name, value=value) for name, value in values.items()]


def _label(title: str, link: DashboardLink | None) -> list[DynamicConfigValue]:
    values = [DynamicConfigValue(id_val="displayName", value=title)]
    if link is not None:
        values.append(DynamicConfigValue(id_val="links", value=[_short(link.build())]))
    return values


def _short(link: BuiltLink) -> dict[str, object]:
    """A link on a value has less to it than one of a whole dashboard."""
    return {"title": link.title, "url": link.url}
