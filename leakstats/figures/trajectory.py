"""Rates by checkpoint, one line a source, with the similarity at the same checkpoints below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    names = _told_apart(panels)
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


def _told_apart(panels: Sequence[Mapping[str, Any]]) -> list[str]:
    """The series that get a colour and a name: all, or where they are too many those with the largest values above."""
    names = list(dict.fromkeys(str(line["name"]) for panel in panels for line in panel["series"]))
    if len(names) <= style.MOST_COLOURS:
        return names
    peaks = {
        str(line["name"]): max((v for v in line["value"] if v is not None), default=-np.inf)
        for line in panels[0]["series"]
    }
    return sorted(peaks, key=lambda name: -peaks[name])[: len(style.PALETTE)]


def _draw_panel(axes: Axes, panel: Mapping[str, Any], names: list[str]) -> list[End]:
    """One line a series with its intervals; the ends to be named."""
    style.set_axis(axes, "y", member(panel, "axis", where="trajectory panel"))
    axes.grid(axis="x", visible=False)
    ends = []
    for line in panel["series"]:
        where = f"trajectory series {line['name']!r}"
        x = numbers(line, "x", n=len(line["x"]), where=where)
        value = numbers(line, "value", n=x.size, where=where, missing=True)
        named = line["name"] in names
        colour, dash = style.line_look(names.index(line["name"])) if named else (style.CROWD, "-")
        look: dict[str, Any] = {"color": colour, "linestyle": dash, "linewidth": 1.3, "markersize": 3.6, "zorder": 3}
        if not named:
            look |= {"linewidth": 0.8, "markersize": 2.0, "zorder": 2, "alpha": 0.6}
        axes.plot(x, value, marker="o", **look)
        reach = bars(line, value, where=where)
        if reach is not None and named:
            axes.errorbar(x, value, yerr=reach, fmt="none", ecolor=colour, elinewidth=0.8, alpha=0.5, zorder=2)
        known = value[np.isfinite(value)]
        if known.size and named:
            ends.append(End(float(known[-1]), line["name"], colour, dash=dash))
    axes.margins(x=0.03, y=0.08)
    return ends
