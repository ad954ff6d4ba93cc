"""Chooses which points get a label, and places labels so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from .columns import FloatArray
from .style import INK, MUTED

__all__ = ["choose", "place"]

Box = tuple[float, float, float, float]  # left, bottom, right, top, in pixels

_ANGLES = tuple(math.radians(a) for a in (20, 160, -20, -160, 90, -90, 45, 135, -45, -135, 0, 180, 65, 115, -65, -115))
_REACH = (1.0, 1.9, 3.0, 4.4, 6.0, 8.0)
_STEPS = tuple(i / 11 for i in range(12))


def choose(x: FloatArray, y: FloatArray, *, at_most: int, first: Sequence[int] = ()) -> list[int]:
    """Which points to label: ``first``, then the highest on each axis and the largest residuals of a straight line.

    Ties are broken by position, so the same data choose the same points.
    """
    chosen = list(dict.fromkeys(first))
    if x.size == 0:
        return chosen
    residual = np.abs(y - y.mean())
    if x.size > 2 and np.ptp(x) > 0:
        slope, offset = np.polyfit(x, y, 1)
        residual = np.abs(y - (slope * x + offset))
    order = [int(i) for i in np.argsort(-residual, kind="stable")]
    ends = [int(np.argmax(y)), int(np.argmax(x))]
    for i in [order[0], *ends, *order[1:]]:
        if len(chosen) >= at_most:
            break
        if i not in chosen:
            chosen.append(i)
    return chosen


@dataclass(frozen=True)
class _Label:
    artist: Text
    anchor: tuple[float, float]
    width: float
    height: float
    radius: float
    stem: Box | None

    def box(self, x: float, y: float) -> Box:
        """The label's box, centred at (x, y)."""
        return (x - self.width / 2, y - self.height / 2, x + self.width / 2, y + self.height / 2)

    def on_stem(self, box: Box, gap: float) -> bool:
        """Whether the box stands at an end of this point's interval, so that the bar itself leads to it."""
        inside = self.stem is not None and self.stem[1] - gap <= box[3] and box[1] <= self.stem[3] + gap
        return inside and abs((box[0] + box[2]) / 2 - self.anchor[0]) < self.width / 4


def _overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def _crosses(p: tuple[float, float], q: tuple[float, float], box: Box) -> bool:
    """Whether the segment p-q meets the box (sampled: leaders are short)."""
    return any(
        box[0] <= p[0] + t * (q[0] - p[0]) <= box[2] and box[1] <= p[1] + t * (q[1] - p[1]) <= box[3] for t in _STEPS
    )


def _candidates(label: _Label, gap: float) -> list[tuple[float, Box]]:
    """Places around the point, nearest first, each with its cost of distance."""
    ax, ay = label.anchor
    out = []
    if label.stem is not None:
        for end in (label.stem[3] + gap * 0.4 + label.height / 2, label.stem[1] - gap * 0.4 - label.height / 2):
            out.append((8.0, label.box(ax, end)))
    for reach in _REACH:
        away = label.radius + gap * (reach - 0.6)
        for angle in _ANGLES:
            cx = ax + math.cos(angle) * (away + label.width / 2)
            cy = ay + math.sin(angle) * (away + label.height / 2)
            out.append((4.0 * reach, label.box(cx, cy)))
    return out


def _nearest(box: Box, anchor: tuple[float, float]) -> tuple[float, float]:
    return min(max(anchor[0], box[0]), box[2]), min(max(anchor[1], box[1]), box[3])


def place(
    axes: Axes,
    x: FloatArray,
    y: FloatArray,
    *,
    names: Sequence[str],
    which: Sequence[int],
    size: float = 7.0,
    low: FloatArray | None = None,
    high: FloatArray | None = None,
    radius: FloatArray | None = None,
    line: tuple[FloatArray, FloatArray] | None = None,
    worth: float = math.inf,
) -> list[str]:
    """Print ``names[i]`` for each ``i`` of ``which`` beside its point; the layout of the figure must be final.

    Labels keep off each other and inside the axes always, and off points, intervals (``low`` to ``high``) and the
    leader lines of others as far as there is room; ``radius`` (in typographic points; default 2.5) says how large the
    markers are, ``line`` (x, y) is a curve to keep off. A label with no free place is left out, and so is one
    whose best place costs more than ``worth`` (4 for each step away, 5 to 14 for each thing covered or crossed).

    Returns
    -------
    list of str
        The names that had to be left out.
    """
    canvas = axes.figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError("labels are measured on an Agg canvas; make the figure with style.new_figure()")
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    to_pixels = axes.transData.transform
    pixels = to_pixels(np.column_stack([x, y]))
    frame = axes.get_window_extent(renderer)
    gap = 5.0 * axes.figure.dpi / 100.0
    radii = (np.full(x.size, 2.5) if radius is None else radius) * axes.figure.dpi / 72.0
    dots = [(px - r, py - r, px + r, py + r) for (px, py), r in zip(pixels, radii, strict=True)]
    curve = np.empty((0, 2)) if line is None else to_pixels(np.column_stack(line))
    stems: list[Box | None] = [None] * x.size
    if low is not None and high is not None:
        ends = zip(to_pixels(np.column_stack([x, low])), to_pixels(np.column_stack([x, high])), strict=True)
        stems = [(a[0] - 1, a[1], a[0] + 1, b[1]) for a, b in ends]

    labels: list[_Label] = []
    for i in which:
        artist = axes.text(x[i], y[i], names[i], fontsize=size, color=INK, ha="center", va="center", zorder=6)
        artist.set_path_effects([withStroke(linewidth=1.8, foreground="white", alpha=0.8)])
        extent = artist.get_window_extent(renderer)
        anchor = (float(pixels[i, 0]), float(pixels[i, 1]))
        width, height = extent.width + gap * 0.25, extent.height * 0.9 + gap * 0.25
        labels.append(_Label(artist, anchor, width, height, float(radii[i]), stems[i]))

    def cost(k: int, distance: float, box: Box, others: list[tuple[_Label, Box]]) -> float:
        near, anchor = _nearest(box, labels[k].anchor), labels[k].anchor
        total = distance
        total += sum(14.0 for dot in dots if _overlap(box, dot))
        total += sum(12.0 for stem in stems if stem is not None and _overlap(box, stem))
        total += 10.0 * bool(((curve >= box[:2]) & (curve <= box[2:])).all(axis=1).any())
        total += sum(12.0 for other, spot in others if _crosses(other.anchor, _nearest(spot, other.anchor), box))
        if not labels[k].on_stem(box, gap):
            total += sum(12.0 for _, spot in others if _crosses(anchor, near, spot))
            total += sum(5.0 for j, dot in enumerate(dots) if j != which[k] and _crosses(anchor, near, dot))
        return total

    chosen: list[Box | None] = [None] * len(labels)
    for _ in range(4):  # later sweeps let early labels give way to later ones
        before = list(chosen)
        for k, label in enumerate(labels):
            others = [(labels[j], b) for j, b in enumerate(chosen) if b is not None and j != k]
            best, best_cost = None, worth
            for distance, box in _candidates(label, gap):
                if distance >= best_cost:
                    continue
                if box[0] < frame.x0 + 2 or box[2] > frame.x1 or box[1] < frame.y0 + 2 or box[3] > frame.y1 + gap:
                    continue
                if any(_overlap(box, spot) for _, spot in others):
                    continue
                found = cost(k, distance, box, others)
                if found < best_cost:
                    best, best_cost = box, found
            chosen[k] = best
        if chosen == before:
            break

    left_out = []
    back = axes.transData.inverted()
    for label, spot in zip(labels, chosen, strict=True):
        if spot is None:
            left_out.append(label.artist.get_text())
            label.artist.remove()
            continue
        label.artist.set_position(tuple(back.transform(((spot[0] + spot[2]) / 2, (spot[1] + spot[3]) / 2))))
        near = _nearest(spot, label.anchor)
        if math.dist(near, label.anchor) > label.radius + gap * 1.2 and not label.on_stem(spot, gap):
            (ax, ay), (bx, by) = back.transform(label.anchor), back.transform(near)
            axes.plot([ax, bx], [ay, by], color=MUTED, linewidth=0.5, zorder=2.5)
    return left_out
