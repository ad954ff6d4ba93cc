"""One small scatter a panel (a source persona), on shared axes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from leakstats.errors import InputError

from . import labels, style
from .columns import bars, member, numbers

__all__ = ["draw_on"]

_MOST_NAMED = 8
"""Points that are named in every panel; where there are more, their colour must do."""
_WORTH = 42.0
"""A label that stands worse than this (far off, or over several points) is left out."""


def draw_on(figure: Figure, data: Mapping[str, Any]) -> None:
    """Draw a panel for each of ``data["panels"]``; see :mod:`leakstats.figures` for the members."""
    panels = member(data, "panels", where="scatter_grid")
    if not panels:
        raise InputError("scatter_grid needs at least one panel, got none")
    x_axis, y_axis = member(data, "x", where="scatter_grid"), member(data, "y", where="scatter_grid")
    columns = min(len(panels), 3 if len(panels) != 4 else 2)
    rows = math.ceil(len(panels) / columns)
    style.head(figure, data, height=max(2.55 * rows, 3.4) + 0.3)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    flat = list(grid.ravel())

    always = set(data.get("always_label") or [])
    counts = Counter(g for panel in panels for g in _groups(panel["points"], always, data))
    colours = style.group_colours([name for name, _ in counts.most_common()][1:])
    if len(counts) > 1:  # the crowd recedes, so that the small groups are seen
        colours = {counts.most_common(1)[0][0]: style.CROWD, **colours}
    drawn = []
    for axes, panel in zip(flat, panels, strict=False):
        where = f"scatter_grid panel {panel['name']!r}"
        points = member(panel, "points", where=where)
        names = list(member(points, "label", where=where))
        x = numbers(points, "x", n=len(names), where=where)
        y = numbers(points, "y", n=len(names), where=where)
        reach = bars(points, y, where=where)
        group = _groups(points, always, data)
        tint = [colours.get(g, style.PALETTE[0]) for g in group]
        if reach is not None:
            axes.errorbar(x, y, yerr=reach, fmt="none", ecolor=style.MUTED, elinewidth=0.5, alpha=0.35, zorder=2)
        # The largest group first, so that the small ones lie on top.
        order = sorted(range(len(names)), key=lambda i: (counts[group[i]] < max(counts.values()), i))
        sizes = [13 if counts[group[i]] == max(counts.values()) else 22 for i in order]
        axes.scatter(
            x[order], y[order], s=sizes, c=[tint[i] for i in order], edgecolors="white", linewidths=0.4, zorder=3
        )
        style.set_axis(axes, "x", x_axis, label=False)
        style.set_axis(axes, "y", y_axis, label=False)
        axes.set_title(
            style.name_text(panel["name"]), loc="left", fontweight="bold", pad=14 if panel.get("mark") else 4
        )
        if panel.get("mark"):
            axes.annotate(
                style.mark_text(panel["mark"]),
                (0, 1),
                xytext=(0, 4),
                xycoords="axes fraction",
                textcoords="offset points",
                fontsize=7.5,
                color=style.MUTED,
            )
        low = None if reach is None else y - reach[0]
        high = None if reach is None else y + reach[1]
        drawn.append((axes, names, x, y, low, high))
    for axes in flat[len(panels) :]:
        axes.set_axis_off()
    # Shared axes hide inner tick labels; the last panel of each column shows its own.
    for column in range(columns):
        last = max(i for i in range(len(panels)) if i % columns == column)
        flat[last].tick_params(labelbottom=True)
    if len(colours) > 1 and len(flat) == len(panels):
        # the legend takes the place below the panels, where a label of the whole figure would stand too
        flat[(rows - 1) * columns + columns // 2].set_xlabel(style.headed(x_axis["label"]), fontsize=9)
    else:
        figure.supxlabel(style.headed(x_axis["label"]), fontsize=9)
    figure.supylabel(style.headed(y_axis["label"]), fontsize=9)
    if y_axis.get("limits") is None:
        flat[0].margins(x=0.06, y=0.08)
    if len(colours) > 1:
        handles = [
            Line2D([], [], marker="o", linestyle="", markersize=5, color=c, label=style.name_text(name))
            for name, c in colours.items()
        ]
        if len(flat) > len(panels):
            flat[-1].legend(handles=handles, loc="center left", title="Points", alignment="left")
        else:
            figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes, names, x, y, low, high in drawn:
        which = labels.choose(x, y, at_most=int(data.get("labels_per_panel", 6)))
        if len(always) <= _MOST_NAMED:
            which += [i for i, name in enumerate(names) if name in always and i not in which]
        shown = [style.name_text(name) for name in names]
        labels.place(axes, x, y, names=shown, which=which, size=6.5, low=low, high=high, worth=_WORTH)


def _groups(points: Mapping[str, Any], always: set[str], data: Mapping[str, Any]) -> list[str]:
    """The group of each point; where the data name none, those labelled in every panel stand out as one."""
    if points.get("group"):
        return list(points["group"])
    name = data.get("always_name", "labelled in every panel")
    return [name if label in always else "other" for label in points["label"]]
