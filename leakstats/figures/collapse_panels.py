"""A panel a measure of collapse: its change by layer, one line a state, controls in grey."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from leakstats.errors import InputError

from . import style
from .columns import bars, member, numbers

__all__ = ["draw_on"]

_CONTROL: dict[str, Any] = {"color": style.INK, "linestyle": (0, (3, 2)), "marker": "D"}


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw a panel for each of ``data["panels"]``; see :mod:`leakstats.figures` for the members."""
    where = "collapse_panels"
    panels = list(member(data, "panels", where=where))
    if not panels or not all(panel.get("series") for panel in panels):
        raise InputError("collapse_panels needs at least one panel, and in each at least one series")
    x_axis = member(data, "x", where=where)
    lines = {str(s["name"]): s.get("role") == "control" for panel in panels for s in panel["series"]}
    layers = sorted({float(v) for panel in panels for s in panel["series"] for v in s["x"]})
    looks = _looks(lines)
    columns = min(len(panels), 3 if len(panels) != 4 else 2)
    rows = math.ceil(len(panels) / columns)
    legend_rows = math.ceil(len(lines) / 4)
    style.head(figure, data, height=2.5 * rows + 0.45 + 0.2 * legend_rows)
    flat = list(figure.subplots(rows, columns, sharex=True, squeeze=False).ravel())
    for i, (axes, panel) in enumerate(zip(flat, panels, strict=False)):
        _draw_panel(axes, panel, looks, layers, wrap=108 // columns)
        style.set_axis(axes, "x", x_axis, label=i + columns >= len(panels))
        # Layers stand one beside the other, whatever lies between them: neighbours must stay legible.
        axes.xaxis.set_major_locator(FixedLocator(range(len(layers))))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{layers[round(at)]:g}"))
        axes.set_xlim(-0.5, len(layers) - 0.5)
        axes.xaxis.set_tick_params(labelbottom=i + columns >= len(panels))
    for axes in flat[len(panels) :]:
        axes.remove()
    handles = [Line2D([], [], markersize=4, linewidth=1.3, label=style.name_text(n), **looks[n]) for n in lines]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(lines), 4), handlelength=2.6)


def _looks(lines: Mapping[str, bool]) -> dict[str, dict[str, Any]]:
    """Colour, dash and marker of each state; a control is told apart by all three."""
    looks: dict[str, dict[str, Any]] = {}
    states = 0
    for name, control in lines.items():
        if control:
            looks[name] = _CONTROL
        else:
            colour, dash = style.line_look(states)
            looks[name] = {"color": colour, "linestyle": dash, "marker": "o"}
            states += 1
    return looks


def _draw_panel(
    axes: Axes, panel: Mapping[str, Any], looks: Mapping[str, Mapping[str, Any]], layers: list[float], *, wrap: int
) -> None:
    """Lines and bars of one panel, its name in lines of at most ``wrap`` characters."""
    name = str(member(panel, "name", where="collapse_panels panel"))
    style.set_axis(axes, "y", member(panel, "y", where=f"collapse_panels panel {name!r}"))
    title = textwrap.wrap(style.headed(name), wrap) + ([panel["note"]] if panel.get("note") else [])
    axes.set_title("\n".join(title), loc="left", fontsize=8)
    axes.grid(axis="x", visible=False)
    axes.axhline(0.0, color=style.MUTED, linewidth=0.8, zorder=1)
    order = list(looks)
    for line in panel["series"]:
        where = f"collapse_panels series {line['name']!r}"
        value = numbers(line, "value", n=len(line["x"]), where=where, missing=True)
        look = looks[str(line["name"])]
        # Side by side, so that states that agree are all seen.
        slot = (order.index(str(line["name"])) - (len(order) - 1) / 2) * 0.5 / max(len(order), 5)
        x = np.array([layers.index(float(v)) for v in line["x"]], dtype=np.float64) + slot
        reach = bars(line, value, where=where)
        if reach is not None:
            axes.errorbar(x, value, yerr=reach, fmt="none", ecolor=look["color"], elinewidth=1.0, alpha=0.7, zorder=2)
        axes.plot(x, value, markersize=3.4, linewidth=1.1, zorder=3, **look)
