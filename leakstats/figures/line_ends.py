"""Names lines at their right ends, spread so that no two names touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import style

__all__ = ["End", "name_ends"]


class End(NamedTuple):
    """The last value of a line, and how its name is printed."""

    value: float
    name: str
    colour: str
    front: bool = False
    dash: str = "-"


def name_ends(figure: Figure, axes: Axes, ends: Sequence[End]) -> None:
    """Print each name right of the axes at the height of its line's end, or as near as the others allow."""
    figure.draw_without_rendering()
    ordered = sorted(ends, key=lambda e: e.value)
    low, high = axes.get_ylim()
    line = 12.5 * figure.dpi / 72 * (high - low) / axes.get_window_extent().height
    for spot, end in zip(_spread([e.value for e in ordered], line), ordered, strict=True):
        axes.annotate(
            style.name_text(end.name),
            (1.0, spot),
            xycoords=("axes fraction", "data"),
            xytext=(5 if end.dash == "-" else 23, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=style.text_shade(end.colour),
            fontweight="bold" if end.front else "normal",
            annotation_clip=False,
        )
        if end.dash != "-":  # two lines share the colour: the name shows the dash too
            axes.annotate(
                "",
                (1.0, spot),
                xycoords=("axes fraction", "data"),
                xytext=(20, 0),
                textcoords="offset points",
                arrowprops={
                    "arrowstyle": "-",
                    "color": end.colour,
                    "linestyle": end.dash,
                    "linewidth": 1.3,
                    "shrinkA": 0,
                    "shrinkB": 3,
                },
                annotation_clip=False,
            )
    axes.set_ylim(low, high)


def _spread(wanted: list[float], apart: float) -> list[float]:
    """Places as near to ``wanted`` (ascending) as keeps them ``apart``: pairs that touch are pushed off each other."""
    spots = list(wanted)
    for _ in range(200):
        moved = False
        for i in range(len(spots) - 1):
            if spots[i + 1] - spots[i] < apart * (1 - 1e-9):
                middle = (spots[i] + spots[i + 1]) / 2
                spots[i], spots[i + 1] = middle - apart / 2, middle + apart / 2
                moved = True
        if not moved:
            break
    return spots
