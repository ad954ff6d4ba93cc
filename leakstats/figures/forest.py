"""One estimate a row with its interval, and the combined one with its prediction interval below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from leakstats.errors import InputError

from . import style
from .columns import member

__all__ = ["draw_on"]


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw a row for each of ``data["rows"]`` and the combined one; see :mod:`leakstats.figures` for the members."""
    rows = list(member(data, "rows", where="forest"))
    if not rows:
        raise InputError("forest needs at least one row, got none")
    axis = member(data, "x", where="forest")
    percent = axis.get("unit") == "percent"
    combined = data.get("combined")
    total = len(rows) + (1.6 if combined else 0)
    style.head(figure, data, height=0.30 * total + 0.95)
    axes = figure.subplots()
    style.set_axis(axes, "x", axis)
    axes.grid(axis="y", visible=False)
    if data.get("zero"):
        axes.axvline(0.0, color=style.MUTED, linewidth=0.8, zorder=1)
    noun = data.get("noun")
    ticks, names, texts = [], [], []
    for i, row in enumerate(rows):
        y = -float(i)
        if row.get("low") is not None and row.get("high") is not None:
            axes.plot([row["low"], row["high"]], [y, y], color=style.PALETTE[0], linewidth=1.4, solid_capstyle="butt")
        axes.plot([row["value"]], [y], marker="s", markersize=5.5, color=style.PALETTE[0])
        ticks.append(y)
        names.append(style.name_text(row["name"]))
        texts.append(style.mark_text({"noun": noun, **row}, percent=percent))
    if combined:
        y = -(len(rows) + 0.35)
        if combined.get("prediction_low") is not None:
            ends = [combined["prediction_low"], combined["prediction_high"]]
            axes.plot(ends, [y, y], color=style.ACCENT, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2)
        low, value, high = combined["low"], combined["value"], combined["high"]
        diamond = [(low, y), (value, y + 0.26), (high, y), (value, y - 0.26)]
        axes.add_patch(Polygon(diamond, closed=True, facecolor=style.ACCENT, edgecolor="none", zorder=3))
        axes.axhline(-(len(rows) - 0.45), color=style.GRID, linewidth=0.8)
        ticks.append(y)
        names.append(style.name_text(combined["name"]))
        texts.append(style.mark_text(combined, percent=percent))
    axes.set_yticks(ticks, names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(min(ticks) - 0.6, 0.6)
    axes.spines["left"].set_visible(False)
    for y, text in zip(ticks, texts, strict=True):
        axes.annotate(
            text,
            (1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            annotation_clip=False,
        )
