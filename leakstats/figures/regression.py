"""Labelled points, with a fitted line and its prediction band where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from leakstats.errors import InputError
from leakstats.numbers import format_level

from . import labels, style
from .columns import FloatArray, bars, member, numbers

__all__ = ["draw_on"]

# Shape tells the roles apart where colour cannot: marker, size as matplotlib counts it, what the legend says.
_ROLES = {"fit": ("o", 5.5, "fitted on"), "new": ("*", 11.5, "new: predicted, not fitted on")}


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw the points, the line and its band; see :mod:`leakstats.figures` for the members."""
    where = "regression"
    points, band = member(data, "points", where=where), data.get("band")
    names = list(member(points, "label", where=where))
    x = numbers(points, "x", n=len(names), where=where)
    y = numbers(points, "y", n=len(names), where=where)
    roles = list(points.get("role") or ["fit"] * len(names))
    if len(roles) != len(names) or not set(roles) <= set(_ROLES):
        raise InputError(
            f"{where}: role must be one of {', '.join(_ROLES)} for each of {len(names)} points, got {roles}"
        )
    style.head(figure, data, height=4.3)
    axes = figure.subplots()
    style.set_axis(axes, "x", member(data, "x", where=where))
    style.set_axis(axes, "y", member(data, "y", where=where))

    curves: dict[str, FloatArray] = {}
    if band is not None:
        size = len(member(band, "x", where=f"{where} band"))
        curves = {name: numbers(band, name, n=size, where=f"{where} band") for name in ("x", "fit", "low", "high")}
        blue = style.PALETTE[0]
        axes.fill_between(curves["x"], curves["low"], curves["high"], color=blue, alpha=0.10, linewidth=0, zorder=1)
        axes.plot(curves["x"], curves["fit"], color=blue, linewidth=1.4, zorder=2)

    groups = list(points.get("group") or [""] * len(names))
    colours = style.group_colours(groups)
    reach = bars(points, y, where=where)
    if reach is not None:
        axes.errorbar(x, y, yerr=reach, fmt="none", ecolor=style.MUTED, elinewidth=0.8, alpha=0.7, zorder=2.2)
    for i, role in enumerate(roles):
        marker, diameter, _ = _ROLES[role]
        edge = "white" if role == "fit" else style.INK
        look: dict[str, Any] = {"marker": marker, "markersize": diameter, "markeredgecolor": edge, "zorder": 4}
        axes.plot([x[i]], [y[i]], linestyle="", color=colours[groups[i]], markeredgewidth=0.7, **look)
        if names[i] == data.get("reference"):
            ring: dict[str, Any] = {"marker": "o", "markersize": 17, "markerfacecolor": "none", "linestyle": ""}
            axes.plot([x[i]], [y[i]], markeredgecolor=style.INK, markeredgewidth=0.9, zorder=3.9, **ring)
    _set_view(axes, data, x, y, reach, curves)
    handles = _handles(data, roles, colours, band)
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))
    if data.get("mark"):
        axes.set_title(style.mark_text(data["mark"]), loc="left", fontsize=8.5, color=style.MUTED)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    labels.place(
        axes,
        x,
        y,
        names=[style.name_text(n) for n in names],
        which=range(len(names)),
        size=7.5,
        low=None if reach is None else y - reach[0],
        high=None if reach is None else y + reach[1],
        radius=np.array(
            [9.0 if n == data.get("reference") else _ROLES[r][1] / 2 for n, r in zip(names, roles, strict=True)]
        ),
        line=_dense(curves["x"], curves["fit"]) if curves else None,
    )


def _dense(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The curve at 400 places, close enough together that a label cannot stand between two of them."""
    grid = np.linspace(x.min(), x.max(), 400)
    return grid, np.interp(grid, x, y)


def _handles(
    data: Mapping[str, Any], roles: list[str], colours: Mapping[str, str], band: Mapping[str, Any] | None
) -> list[Line2D | Patch]:
    """What the legend shows: groups by colour, roles by shape, then line and band."""
    hollow: dict[str, Any] = {"linestyle": "", "markerfacecolor": "white", "markeredgecolor": style.INK}
    out: list[Line2D | Patch] = [
        Line2D([], [], marker="o", linestyle="", color=colour, markersize=5.5, label=style.name_text(group))
        for group, colour in colours.items()
        if group
    ]
    marker, diameter, said = _ROLES["new"]
    if "new" in roles:
        out.append(Line2D([], [], marker=marker, markersize=diameter * 0.8, label=said, **hollow))
    if data.get("reference"):
        out.append(Line2D([], [], marker="o", markersize=9, label="reference of the similarity", **hollow))
    if band is None:
        return out
    fitted = f"line through {roles.count('fit')} points"
    out.append(Line2D([], [], color=style.PALETTE[0], linewidth=1.4, label=fitted))
    said = f"{format_level(band['level'])} {band.get('name', 'prediction interval')}"
    out.append(Patch(color=style.PALETTE[0], alpha=0.15, linewidth=0, label=said))
    return out


def _set_view(
    axes: Axes,
    data: Mapping[str, Any],
    x: FloatArray,
    y: FloatArray,
    reach: FloatArray | None,
    curves: Mapping[str, FloatArray],
) -> None:
    """Show all points, bars and the band; an axis of rates stays within 0 and 100 %."""
    span = float(np.ptp(x)) or 1.0
    left, right = float(x.min()) - 0.08 * span, float(x.max()) + 0.08 * span
    if not data["x"].get("limits"):
        axes.set_xlim(left, right)
    if data["y"].get("limits"):
        return
    low = float((y if reach is None else y - reach[0]).min())
    high = float((y if reach is None else y + reach[1]).max())
    if curves:
        seen = (curves["x"] >= left) & (curves["x"] <= right)
        low = min(low, float(curves["low"][seen].min(initial=np.inf)))
        high = max(high, float(curves["high"][seen].max(initial=-np.inf)))
    room = 0.05 * ((high - low) or 1.0)
    low, high = low - room, high + room
    if data["y"].get("unit") == "percent":
        low, high = max(low, -0.02), min(high, 1.02)
    axes.set_ylim(low, high)
