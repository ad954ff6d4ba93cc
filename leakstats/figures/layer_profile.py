"""An estimate with its interval by layer: one line a source, the combined one in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from leakstats.errors import InputError

from . import style
from .columns import FloatArray, bars, member, numbers
from .line_ends import End, name_ends

__all__ = ["draw_on"]


def _finite(values: Sequence[float | None]) -> FloatArray:
    return np.array([v for v in values if v is not None], dtype=np.float64)


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw one line for each of ``data["series"]``; see :mod:`leakstats.figures` for the members."""
    where = "layer_profile"
    series = member(data, "series", where=where)
    if not series:
        raise InputError("layer_profile needs at least one series, got none")
    x_axis, y_axis = member(data, "x", where=where), member(data, "y", where=where)
    style.head(figure, data, height=3.9)
    axes = figure.subplots()
    layers = sorted({int(v) for s in series for v in s["x"]})
    step = min(np.diff(layers)) if len(layers) > 1 else 1
    style.set_axis(axes, "x", x_axis)
    style.set_axis(axes, "y", y_axis)
    axes.xaxis.set_major_locator(FixedLocator(layers))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(round(v))))
    axes.grid(axis="x", visible=False)
    if data.get("zero"):
        axes.axhline(0.0, color=style.MUTED, linewidth=0.8, zorder=1)
    if data.get("marked") is not None:
        axes.axvspan(
            data["marked"] - 0.32 * step,
            data["marked"] + 0.32 * step,
            color=style.GRID,
            alpha=0.6,
            zorder=0,
            linewidth=0,
        )

    sources = [s for s in series if s.get("role") != "combined"]
    order = [*sources, *(s for s in series if s.get("role") == "combined")]
    crowded = len(sources) > style.MOST_COLOURS
    spread = 0.0 if crowded else 0.34  # of the space between two layers: a point must not seem to lie between them
    slots = {id(s): (i - (len(order) - 1) / 2) * spread * step / max(len(order), 5) for i, s in enumerate(order)}
    ends: list[End] = []
    for i, line in enumerate(order):
        place = f"{where} series {line['name']!r}"
        x = numbers(line, "x", n=len(line["x"]), where=place) + slots[id(line)]
        value = numbers(line, "value", n=x.size, where=place, missing=True)
        reach = bars(line, value, where=place)
        front = line.get("role") == "combined"
        single = len(order) == 1
        colour, dash = (style.INK, "-") if front else (style.CROWD, "-") if crowded else style.line_look(i)
        look: dict[str, Any] = {"color": colour, "linewidth": 2.2 if front else 1.1, "zorder": 5 if front else 3}
        look["linestyle"] = dash
        axes.plot(x, value, marker="D" if front else "o", markersize=5.5 if front else 4, **look)
        if reach is not None and (front or not crowded):
            axes.errorbar(
                x,
                value,
                yerr=reach,
                fmt="none",
                ecolor=colour,
                elinewidth=1.8 if front else 0.9,
                alpha=1.0 if front or single else 0.55,
                zorder=4 if front else 2,
            )
        known = value[np.isfinite(value)]
        if known.size and (front or not crowded):
            ends.append(End(float(known[-1]), line["name"], colour, front, dash))
    if crowded:
        # The lines of so many sources are no longer told apart: one name for all, at the height of their median.
        last = [float(v[-1]) for v in (_finite(s["value"]) for s in sources) if v.size]
        ends += [End(float(np.median(last)), f"{len(sources)} sources", style.CROWD)] if last else []
    axes.set_xlim(layers[0] - 0.5 * step, layers[-1] + 0.45 * step)
    axes.margins(y=0.06)
    if data.get("marked") is not None:
        axes.annotate(
            "primary layer",
            (data["marked"], 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=7.5,
            color=style.MUTED,
        )
    if len(ends) > 1:
        name_ends(figure, axes, ends)
