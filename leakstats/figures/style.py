"""The one visual style: colours, type, headings, axes and file metadata."""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, MaxNLocator

from leakstats.errors import InputError
from leakstats.estimate import Interval
from leakstats.numbers import format_count, format_interval, format_number, format_percent

__all__ = [
    "ACCENT",
    "CROWD",
    "GRID",
    "INK",
    "MOST_COLOURS",
    "MUTED",
    "PALETTE",
    "WIDTH",
    "contrast",
    "group_colours",
    "head",
    "headed",
    "in_style",
    "line_look",
    "mark_text",
    "name_text",
    "new_figure",
    "rendered",
    "set_axis",
    "set_label",
    "text_shade",
]

WIDTH = 8.8
"""Inches; drawn at 200 dots an inch this is twice the 880 pixels of an issue page."""
DPI = 200

INK, MUTED, GRID, CROWD = "#222222", "#6b6b6b", "#e4e4e4", "#97a3b0"
# Okabe & Ito (2008), told apart under the common colour-vision deficiencies; yellow is left out (too light on white).
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
ACCENT = PALETTE[1]
MOST_COLOURS = 2 * len(PALETTE)
"""Lines of one panel that colour and dash tell apart; more are drawn as a crowd."""

_RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "text.color": INK,
    "text.parse_math": False,  # a persona may be called "cost_$5_a_day$"
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "pdf.fonttype": 42,
    "svg.hashsalt": "leakstats",
}


@contextmanager
def in_style() -> Iterator[None]:
    """Matplotlib's settings as this project draws; the caller's own settings come back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for name, value in _RC.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        yield


def new_figure() -> Figure:
    """An empty figure with an Agg canvas and no window state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = Figure(figsize=(WIDTH, 4.8), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def rendered(figure: Figure, form: Literal["png", "pdf"]) -> bytes:
    """The figure's bytes, without dates or software names so that they can be compared."""
    metadata: dict[str, Any]
    if form == "png":
        metadata = {"Software": None}
    else:
        metadata = {"CreationDate": None, "Creator": None, "Producer": None}
    out = io.BytesIO()
    figure.savefig(out, format=form, dpi=DPI, metadata=metadata)
    return out.getvalue()


def head(figure: Figure, data: Mapping[str, Any], *, height: float) -> None:
    """Set the figure's height in inches, print title and subtitle at its top left, and lay the axes out below."""
    title = data.get("title")
    if not isinstance(title, str) or not title.strip():
        raise InputError(f"a figure needs a title, got {title!r}")
    title_lines = _wrapped(figure, title, fontsize=11, fontweight="bold")
    subtitle_lines = _wrapped(figure, data.get("subtitle") or "", fontsize=8.5)
    top = 0.10 + 0.20 * len(title_lines) + 0.165 * len(subtitle_lines) + 0.06
    height += top
    figure.set_size_inches(WIDTH, height)
    figure.set_layout_engine("constrained", rect=(0.0, 0.0, 1.0, 1.0 - top / height), w_pad=0.06, h_pad=0.06)
    place: dict[str, Any] = {"ha": "left", "va": "top", "x": 0.08 / WIDTH}
    figure.text(y=1 - 0.09 / height, s="\n".join(title_lines), fontsize=11, fontweight="bold", **place)
    if subtitle_lines:
        y = 1 - (0.12 + 0.20 * len(title_lines)) / height
        figure.text(y=y, s="\n".join(subtitle_lines), fontsize=8.5, color=MUTED, **place)


def _wrapped(figure: Figure, text: str, **font: Any) -> list[str]:
    """``text`` in as few lines as fit the page width, of about equal length so that no word stands alone."""
    if not text.strip():
        return []
    probe = figure.text(0, 0, text, **font)
    full = probe.get_window_extent().width / figure.dpi
    probe.remove()
    limit = max(20, int(len(text) * (WIDTH - 0.25) / full))
    lines = textwrap.wrap(text, limit)
    while len(textwrap.wrap(text, limit - 1)) == len(lines) and limit > 20 and len(lines) > 1:
        limit -= 1
        lines = textwrap.wrap(text, limit)
    return lines


def name_text(name: str) -> str:
    """A persona's or group's name as it is shown: underscores become spaces."""
    return name.replace("_", " ")


def mark_text(mark: Mapping[str, Any], *, percent: bool = False) -> str:
    """An estimate as one short line: symbol, value, interval, N."""
    value = format_percent(mark["value"]) if percent else format_number(mark["value"])
    text = f"{mark['symbol']} = {value}" if mark.get("symbol") else value
    if mark.get("low") is not None and mark.get("high") is not None:
        decimals = 1 if percent else 2
        text += " " + format_interval(Interval(mark["low"], mark["high"]), decimals=decimals, percent=percent)
    if mark.get("n") is not None:
        text += f", N = {format_count(mark['n'])}" + (f" {mark['noun']}" if mark.get("noun") else "")
    return text


def group_colours(groups: list[str]) -> dict[str, str]:
    """A colour for each group, in order of first appearance; beyond the palette everything is muted."""
    names = list(dict.fromkeys(groups))
    return {name: PALETTE[i] if i < len(PALETTE) else MUTED for i, name in enumerate(names)}


def line_look(index: int) -> tuple[str, str]:
    """Colour and dash of the line with that index: the palette first, then again with dashes and dots."""
    dashes = ("-", "--", ":")
    return PALETTE[index % len(PALETTE)], dashes[(index // len(PALETTE)) % len(dashes)]


def contrast(colour: str) -> float:
    """WCAG 2.1 contrast of a colour with white, from 1 to 21."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(1.05 / (0.05 + linear @ np.array([0.2126, 0.7152, 0.0722])))


@functools.cache
def text_shade(colour: str) -> str:
    """The colour as text in it is printed: darkened, hue kept, until it stands out from white by 4.5 to 1."""
    red, green, blue = to_rgb(colour)
    while contrast(to_hex((red, green, blue))) < 4.5:
        red, green, blue = red * 0.97, green * 0.97, blue * 0.97
    return to_hex((red, green, blue))


def set_label(axis: Axis, text: str) -> None:
    """Label an axis, its first letter large."""
    axis.set_label_text(headed(text))


def headed(text: str) -> str:
    """``text`` with its first letter large."""
    return text[:1].upper() + text[1:]


class _Ticks(Formatter):
    """Ticks with as many decimals as tell them apart, the same on the whole axis."""

    def __init__(self, *, percent: bool) -> None:
        self.percent = percent

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Iterable[float]) -> list[str]:
        ticks = [round(float(v), 9) for v in values]
        least = 0 if self.percent else 1
        shown = np.array(ticks) * (100.0 if self.percent else 1.0)
        exact = (d for d in range(least, 7) if np.allclose(shown, np.round(shown, d), rtol=0.0, atol=1e-7))
        decimals = next(exact, 7)
        write = format_percent if self.percent else format_number
        return [write(v, decimals=decimals) for v in ticks]


def set_axis(axes: Axes, which: Literal["x", "y"], axis: Mapping[str, Any], *, label: bool = True) -> None:
    """Label one axis and print its ticks in its unit."""
    target = axes.xaxis if which == "x" else axes.yaxis
    if label:
        set_label(target, axis["label"])
    percent = axis.get("unit") == "percent"
    target.set_major_formatter(_Ticks(percent=percent))
    target.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10] if percent else [1, 2, 5, 10]))
    if axis.get("limits"):
        low, high = axis["limits"]
        (axes.set_xlim if which == "x" else axes.set_ylim)(low, high)
