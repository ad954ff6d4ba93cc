"""A matrix of rates or similarities, each cell with its number."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from leakstats.errors import InputError
from leakstats.numbers import format_number, format_percent

from . import style
from .columns import member, numbers

__all__ = ["draw_on"]

_LIGHT = "#f7f7f7"
# From the palette, light in the middle or at the low end, so that the printed numbers stay legible.
_RISING = LinearSegmentedColormap.from_list("rising", [_LIGHT, "#9cc7e3", style.PALETTE[0], "#003a5d"])
_BOTH = LinearSegmentedColormap.from_list("both", ["#8a3a00", style.PALETTE[1], _LIGHT, style.PALETTE[0], "#003a5d"])


_CHARACTERS = 92
"""Letters of a name that stand beside each other over the width of the matrix."""


def _decimals(columns: list[str]) -> int:
    return 1 if len(columns) <= 10 else 0


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw ``data["values"]``, a list of rows; see :mod:`leakstats.figures` for the members."""
    rows, columns = list(member(data, "rows", where="heatmap")), list(member(data, "columns", where="heatmap"))
    values = member(data, "values", where="heatmap")
    if not rows or not columns or len(values) != len(rows):
        raise InputError(f"heatmap: {len(values)} rows of values for {len(rows)} names of rows")
    matrix = np.vstack(
        [
            numbers({name: row}, name, n=len(columns), where=f"heatmap row {name!r}", missing=True)
            for name, row in zip(rows, values, strict=True)
        ]
    )
    percent = data.get("unit") == "percent"
    style.head(figure, data, height=0.36 * len(rows) + 1.5)
    axes = figure.subplots()
    known = matrix[np.isfinite(matrix)]
    if data.get("diverging"):
        reach = float(np.abs(known).max(initial=1e-9))
        colours, norm = _BOTH, Normalize(-reach, reach)
    else:
        colours, norm = _RISING, Normalize(0.0, max(float(known.max(initial=1e-9)), 1e-9))
    axes.imshow(np.ma.masked_invalid(matrix), cmap=colours, norm=norm, aspect="auto")
    axes.grid(visible=False)
    for i, j in np.ndindex(matrix.shape):
        value = float(matrix[i, j])
        if not np.isfinite(value):
            text, ink = "–", style.MUTED
        else:
            text = format_percent(value, decimals=_decimals(columns)) if percent else format_number(value)
            red, green, blue, _ = colours(norm(value))
            ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else style.INK
        axes.text(j, i, text, ha="center", va="center", fontsize=7.5, color=ink)
    room = max(6, _CHARACTERS // len(columns))
    names = [textwrap.wrap(style.name_text(c), room, break_long_words=False) or [""] for c in columns]
    tilt = max(len(line) for lines in names for line in lines) > room or max(map(len, names)) > 3
    axes.set_xticks(range(len(columns)), [(" " if tilt else "\n").join(lines) for lines in names])
    axes.tick_params(axis="x", labelrotation=35 if tilt else 0, length=0)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right" if tilt else "center")
        label.set_rotation_mode("anchor" if tilt else "default")
    axes.set_yticks(range(len(rows)), [style.name_text(r) for r in rows])
    axes.tick_params(axis="y", length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    style.set_label(axes.xaxis, data.get("x_label", ""))
    style.set_label(axes.yaxis, data.get("y_label", ""))
