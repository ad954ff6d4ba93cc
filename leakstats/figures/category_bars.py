"""A bar a category with its interval, and the units behind it as points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from leakstats.errors import InputError
from leakstats.numbers import format_count

from . import style
from .columns import FloatArray, member

__all__ = ["draw_on"]


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw a bar for each of ``data["bars"]``; see :mod:`leakstats.figures` for the members."""
    bars = list(member(data, "bars", where="category_bars"))
    if not bars:
        raise InputError("category_bars needs at least one bar, got none")
    style.head(figure, data, height=3.7)
    axes = figure.subplots()
    style.set_axis(axes, "y", member(data, "y", where="category_bars"))
    axes.grid(axis="x", visible=False)
    for i, bar in enumerate(bars):
        axes.bar(i, bar["value"], width=0.62, color=style.PALETTE[0], alpha=0.25, zorder=1)
        if bar.get("low") is not None and bar.get("high") is not None:
            axes.plot([i, i], [bar["low"], bar["high"]], color=style.INK, linewidth=1.6, zorder=4)
        axes.plot([i], [bar["value"]], marker="D", markersize=5, color=style.INK, zorder=5)
        values = np.sort(np.array(bar.get("points") or [], dtype=np.float64))
        axes.plot(
            i + _beside(values), values, linestyle="", marker="o", markersize=3.4, color=style.PALETTE[0], zorder=3
        )
    names = [style.name_text(str(bar["name"])) for bar in bars]
    counts = [f"\nn = {format_count(bar['n'])}" if bar.get("n") is not None else "" for bar in bars]
    tilt = max(map(len, names)) > 84 // len(names)
    labels = [name.replace(" ", "\n", 1) if tilt else name for name in names]
    axes.set_xticks(range(len(bars)), [f"{name}{count}" for name, count in zip(labels, counts, strict=True)])
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(bars) - 0.4)
    if data["y"].get("limits") is None:
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))


_OFFSETS = (-0.20, 0.10, -0.10, 0.20)


def _beside(values: FloatArray) -> FloatArray:
    """Offsets that keep near values apart and the middle free for the interval: always the same for the same values."""
    return np.array([_OFFSETS[i % len(_OFFSETS)] for i in range(values.size)], dtype=np.float64)
