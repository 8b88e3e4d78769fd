"""Charts as SVG, drawn here, so that they need no scripts, print well and say the same in words."""

from homeroom_collector.views.charts.bars import NARROW, Bars, bars
from homeroom_collector.views.charts.plot import Plot, plot

__all__ = ["NARROW", "Bars", "Plot", "bars", "plot"]
