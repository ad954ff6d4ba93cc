"""Rates by checkpoint, one line a source, with the similarity at the same checkpoints below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from leakstats.errors import InputError

from . import style
from .columns import bars, member, numbers
from .line_ends import End, name_ends

__all__ = ["draw_on"]


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw the upper panel and, where there is one, the lower; see :mod:`leakstats.figures` for the members."""
    where = "trajectory"
    panels = [member(data, "upper", where=where)]
    if data.get("lower") is not None:
        panels.append(data["lower"])
    if not all(panel.get("series") for panel in panels):
        raise InputError("trajectory needs at least one series in each panel, got none")
    style.head(figure, data, height=2.9 * len(panels) + 0.5)
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False)
    ticks = sorted({float(v) for panel in panels for line in panel["series"] for v in line["x"]})
    names = list(dict.fromkeys(line["name"] for panel in panels for line in panel["series"]))
    ends: list[list[End]] = []
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        ends.append(_draw_panel(axes, panel, names))
    bottom: Axes = grid[-1, 0]
    style.set_axis(bottom, "x", member(data, "x", where=where))
    bottom.xaxis.set_major_locator(FixedLocator(ticks))
    bottom.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    for axes, found in zip(grid[:, 0], ends, strict=True):
        if len(names) > 1:
            name_ends(figure, axes, found)


def _draw_panel(axes: Axes, panel: Mapping[str, Any], names: list[str]) -> list[End]:
    """One line a series with its intervals; the ends to be named."""
    style.set_axis(axes, "y", member(panel, "axis", where="trajectory panel"))
    axes.grid(axis="x", visible=False)
    ends = []
    for line in panel["series"]:
        where = f"trajectory series {line['name']!r}"
        x = numbers(line, "x", n=len(line["x"]), where=where)
        value = numbers(line, "value", n=x.size, where=where, missing=True)
        colour, dash = style.line_look(names.index(line["name"]))
        look: dict[str, Any] = {"color": colour, "linestyle": dash, "linewidth": 1.3, "markersize": 3.6, "zorder": 3}
        axes.plot(x, value, marker="o", **look)
        reach = bars(line, value, where=where)
        if reach is not None:
            axes.errorbar(x, value, yerr=reach, fmt="none", ecolor=colour, elinewidth=0.8, alpha=0.5, zorder=2)
        known = value[np.isfinite(value)]
        if known.size:
            ends.append(End(float(known[-1]), line["name"], colour))
    axes.margins(x=0.03, y=0.08)
    return ends
