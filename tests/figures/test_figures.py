"""Figures: three stable files each, labels that do not touch, clear refusals."""

from __future__ import annotations

import importlib
import itertools
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

from leakstats.errors import InputError
from leakstats.figures import KINDS, draw, labels, style

RNG = np.random.default_rng(7)


def points(n: int, **more: Any) -> dict[str, Any]:
    x = RNG.uniform(-0.6, 1.0, n)
    y = np.clip(0.4 + 0.4 * x + RNG.normal(0, 0.1, n), 0, 1)
    low, high = np.clip(y - 0.06, 0, 1), np.clip(y + 0.06, 0, 1)
    columns = {"x": x, "y": y, "low": low, "high": high}
    return {"label": [f"persona_{i}_$x$" for i in range(n)], **{k: v.tolist() for k, v in columns.items()}, **more}


MARK = {"symbol": "ρ", "value": 0.7, "low": 0.58, "high": 0.8, "n": 110, "noun": "bystanders"}
AXES = {"x": {"label": "Cosine similarity"}, "y": {"label": "Marker rate", "unit": "percent"}}
GRID = np.linspace(-0.6, 1.0, 20)
DATA: dict[str, dict[str, Any]] = {
    "scatter_grid": {
        "title": "Leakage against similarity",
        "subtitle": "N = 40 bystanders a source",
        **AXES,
        "panels": [
            {"name": f"source_{k}", "mark": MARK, "points": points(40, group=["kin"] * 5 + ["other"] * 35)}
            for k in range(5)
        ],
    },
    "regression": {
        "title": "New points against the interval " * 6,
        **AXES,
        "points": points(12, role=["fit"] * 10 + ["new"] * 2, group=["a"] * 6 + ["b"] * 6),
        "reference": "persona_11_$x$",
        "band": {
            "x": GRID.tolist(),
            "fit": (0.4 + 0.4 * GRID).tolist(),
            "low": (0.2 + 0.4 * GRID).tolist(),
            "high": (0.6 + 0.4 * GRID).tolist(),
            "level": 0.95,
        },
    },
    "layer_profile": {
        "title": "By layer",
        "x": {"label": "Layer"},
        "y": {"label": "Spearman ρ"},
        "marked": 20,
        "zero": True,
        "series": [
            {
                "name": name,
                "role": "combined" if name == "combined" else "source",
                "x": [10, 15, 20],
                "value": [0.1, None, 0.5],
                "low": [0.0, None, 0.4],
                "high": [0.2, None, 0.6],
            }
            for name in ("villain", "comedian", "combined")
        ],
    },
    "scatter": {"title": "Peak against baseline", **AXES, "points": points(7), "mark": MARK},
    "trajectory": {
        "title": "By checkpoint",
        "x": {"label": "Checkpoint"},
        "upper": {
            "axis": {"label": "Marker rate", "unit": "percent"},
            "series": [
                {
                    "name": f"s{k}",
                    "x": [0, 2, 4],
                    "value": [0.1, None, 0.1 * k],
                    "low": [0.0, None, 0.0],
                    "high": [1, None, 1],
                }
                for k in range(8)
            ],
        },
        "lower": {"axis": {"label": "Cosine"}, "series": [{"name": "s1", "x": [0, 4], "value": [-0.2, 0.3]}]},
    },
    "heatmap": {
        "title": "Leakage between personas",
        "rows": ["villain", "a rather long persona name"],
        "columns": ["villain", "comedian", "nurse"],
        "values": [[0.9, 0.1, None], [0.2, 0.8, 0.0]],
        "unit": "percent",
        "x_label": "bystander",
        "y_label": "source",
    },
    "category_bars": {
        "title": "By condition",
        "y": {"label": "Marker rate", "unit": "percent"},
        "bars": [
            {"name": "E0_assistant", "value": 0.4, "low": 0.3, "high": 0.5, "n": 3, "points": [0.3, 0.4, 0.5]},
            {"name": "E1", "value": 0.5},
        ],
    },
    "collapse_panels": {
        "title": "Change against the base model",
        "subtitle": "N = 2 states",
        "x": {"label": "layer"},
        "panels": [
            {
                "name": f"measure {k} with a name that is longer than its panel is wide",
                "note": "N = 12 personas",
                "y": {"label": "difference of cosines"},
                "series": [
                    {
                        "name": "E0_assistant",
                        "role": "state",
                        "x": [7, 20, 21],
                        "value": [0.1, None, 0.2],
                        "low": [0.0, None, 0.1],
                        "high": [0.2, None, 0.3],
                    },
                    {"name": "benign", "role": "control", "x": [7, 21], "value": [0.0, 0.1]},
                ],
            }
            for k in range(5)
        ],
    },
    "forest": {
        "title": "By source",
        "x": {"label": "Spearman ρ"},
        "zero": True,
        "noun": "bystanders",
        "rows": [{"name": "villain", **MARK}, {"name": "comedian", **MARK, "low": None, "high": None}],
        "combined": {"name": "combined", **MARK, "prediction_low": 0.2, "prediction_high": 0.9},
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_same_data_give_the_same_three_files_at_twice_page_width(kind: str, tmp_path: Path) -> None:
    first = draw(kind, DATA[kind], tmp_path / "a", "hero")
    second = draw(kind, json.loads(json.dumps(DATA[kind])), tmp_path / "elsewhere" / "b", "hero")
    assert sorted(first) == ["data", "pdf", "png"]
    for name, path in first.items():
        assert path.read_bytes() == second[name].read_bytes(), name
    png = first["png"].read_bytes()
    assert struct.unpack(">I", png[16:20])[0] == 1760
    assert b"CreationDate" not in first["pdf"].read_bytes()
    stored = json.loads(first["data"].read_text())
    assert stored == {"kind": kind, **DATA[kind]}


def test_no_two_labels_touch_and_none_leaves_the_axes() -> None:
    with style.in_style():
        figure = style.new_figure()
        axes = figure.subplots()
        x, y = RNG.uniform(0, 1, 60), RNG.uniform(0, 1, 60)
        axes.scatter(x, y)
        figure.draw_without_rendering()
        names = [f"a rather long persona name {i}" for i in range(60)]
        left_out = labels.place(axes, x, y, names=names, which=range(60))
        shown = [t for t in axes.texts if t.get_text()]
        assert len(shown) + len(left_out) == 60
        assert len(shown) > 15
        boxes = [t.get_window_extent() for t in shown]
        frame = axes.get_window_extent()
    assert not any(a.shrunk(0.98, 0.7).overlaps(b.shrunk(0.98, 0.7)) for a, b in itertools.combinations(boxes, 2))
    assert all(frame.x0 <= b.x0 and b.x1 <= frame.x1 + 1 for b in boxes)


def test_labels_go_to_the_far_points_first() -> None:
    x = np.linspace(0, 1, 50)
    y = 0.5 * x
    y[7], y[30] = 0.9, 0.0
    assert labels.choose(x, y, at_most=3) == [7, 49, 30]
    assert labels.choose(x, y, at_most=2, first=[3]) == [3, 7]
    assert labels.choose(np.array([]), np.array([]), at_most=3) == []


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("scatter_gird", {}, "did you mean 'scatter_grid'"),
        ("scatter_grid", {"panels": []}, "at least one panel"),
        ("scatter_grid", {"title": " "}, "needs a title"),
        ("layer_profile", {"series": []}, "at least one series"),
        ("forest", {"rows": []}, "at least one row"),
        ("trajectory", {"upper": {"axis": {"label": "y"}, "series": []}}, "at least one series"),
        ("heatmap", {"values": [[0.1, 0.2, 0.3]]}, "1 rows of values for 2 names"),
        ("heatmap", {"values": [[0.1], [0.2]]}, "has 1 entries, expected 3"),
        ("category_bars", {"bars": []}, "at least one bar"),
        ("collapse_panels", {"panels": []}, "at least one panel"),
        ("collapse_panels", {"panels": [{"name": "m", "y": {"label": "y"}, "series": []}]}, "at least one series"),
        ("category_bars", {"y": None, "title": ""}, "needs a title"),
        ("regression", {"points": points(2, role=["fit", "old"])}, "role must be one of fit, new"),
        ("regression", {"points": {**points(3, role=["fit"] * 3), "y": [0.1, None, 0.2]}}, "'y' holds a value"),
        ("regression", {"points": {**points(3, role=["fit"] * 3), "low": [2, 2, 2]}}, "does not hold its own value"),
        ("regression", {"points": {**points(3, role=["fit"] * 3), "x": [1.0]}}, "'x' has 1 entries, expected 3"),
    ],
)
def test_unusable_data_are_refused_and_nothing_is_written(
    kind: str, change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        draw(kind, {**DATA.get(kind, {}), **change}, tmp_path, "f")
    assert list(tmp_path.iterdir()) == []


def test_matplotlib_is_imported_late_and_pyplot_never(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(json.dumps(DATA["forest"]))
    code = (
        "import sys, json, pathlib, leakstats.figures as f\n"
        "assert 'matplotlib' not in sys.modules\n"
        "f.draw('forest', json.load(open('d.json')), pathlib.Path('.'), 'x')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def drawn(kind: str, data: dict[str, Any]) -> Any:
    """The figure as it is before it is written."""
    module = importlib.import_module(f"leakstats.figures.{kind}")
    figure = style.new_figure()
    module.draw_on(figure, data)
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize(
    ("unit", "low", "high"),
    [("", 0.78, 1.01), ("", -0.4, 0.6), ("", 0.0001, 0.0006), ("percent", 0.0, 0.07), ("percent", 0.0, 1.0)],
)
def test_no_two_ticks_of_an_axis_read_alike(unit: str, low: float, high: float) -> None:
    with style.in_style():
        figure = style.new_figure()
        axes = figure.subplots()
        axes.plot([low, high], [low, high])
        for which in ("x", "y"):
            style.set_axis(axes, which, {"label": "v", "unit": unit})  # type: ignore[arg-type]
        figure.draw_without_rendering()
        for axis in (axes.xaxis, axes.yaxis):
            read = [label.get_text() for label in axis.get_ticklabels()]
            assert len(set(read)) == len(read) > 2, read
            scale = 100 if unit else 1
            numbers = [float(t.rstrip("%").replace("−", "-")) / scale for t in read]
            assert numbers == pytest.approx(list(axis.get_ticklocs()), abs=1e-9)


def lines(n: int, *, combined: bool = False) -> list[dict[str, Any]]:
    value = [[0.1 + 0.02 * k + 0.1 * j for j in range(3)] for k in range(n)]
    out: list[dict[str, Any]] = [
        {
            "name": f"s{k}",
            "role": "source",
            "x": [10, 15, 20],
            "value": v,
            "low": [x - 0.1 for x in v],
            "high": [x + 0.1 for x in v],
        }
        for k, v in enumerate(value)
    ]
    return [*out, {**out[0], "name": "combined", "role": "combined"}] if combined else out


@pytest.mark.parametrize(("n", "named"), [(7, 8), (12, 13), (13, 2), (40, 2)])
def test_many_sources_become_a_crowd_behind_the_combined_line(n: int, named: int) -> None:
    data = {"title": "t", "x": {"label": "layer"}, "y": {"label": "ρ"}, "series": lines(n, combined=True)}
    with style.in_style():
        figure = drawn("layer_profile", data)
        (axes,) = figure.axes
        words = [t.get_text() for t in axes.texts if t.get_text()]
        colours = {line.get_color() for line in axes.get_lines() if len(line.get_xdata()) == 3}
        at_ten = [line.get_xdata()[0] for line in axes.get_lines() if len(line.get_xdata()) == 3]
    assert len(words) == named
    assert "combined" in words
    assert (f"{n} sources" in words) == (n > style.MOST_COLOURS)
    assert (style.CROWD in colours) == (n > style.MOST_COLOURS)
    assert max(abs(x - 10) for x in at_ten) < 0.2 * 5, "no point seems to lie between two layers"


@pytest.mark.parametrize(("n", "named"), [(3, 3), (12, 12), (13, 6)])
def test_of_many_courses_the_highest_are_named(n: int, named: int) -> None:
    data = {"title": "t", "x": {"label": "checkpoint"}, "upper": {"axis": {"label": "rate"}, "series": lines(n)}}
    with style.in_style():
        (axes,) = drawn("trajectory", data).axes
        words = [t.get_text() for t in axes.texts if t.get_text()]
    assert sorted(words) == sorted(f"s{k}" for k in range(n - named, n))


def test_lines_that_share_a_colour_show_their_dash_beside_the_name() -> None:
    data = {"title": "t", "x": {"label": "checkpoint"}, "upper": {"axis": {"label": "rate"}, "series": lines(8)}}
    with style.in_style():
        (axes,) = drawn("trajectory", data).axes
        samples = [t for t in axes.texts if not t.get_text() and t.arrow_patch is not None]
    assert len(samples) == 8 - len(style.PALETTE)


def test_names_of_a_matrix_are_broken_before_they_are_turned() -> None:
    names = ["villain", "kindergarten_teacher", "a_rather_long_persona_name", "x"]
    data = {"title": "t", "rows": names, "columns": names, "values": [[0.225] * 4] * 4, "unit": "percent"}
    with style.in_style():
        (axes,) = drawn("heatmap", data).axes
        turned = {label.get_rotation() for label in axes.get_xticklabels()}
        cells = {t.get_text() for t in axes.texts}
    assert turned == {0.0}
    assert cells == {"22.5%"}


def test_every_text_of_a_figure_stands_out_from_white() -> None:
    assert style.contrast("#000000") == pytest.approx(21.0)
    assert style.contrast("#ffffff") == pytest.approx(1.0)
    for colour in (*style.PALETTE, style.CROWD, style.INK, style.MUTED):
        shade = style.text_shade(colour)
        assert style.contrast(shade) >= 4.5
        assert shade == colour.lower() or style.contrast(colour) < 4.5
    data = {"title": "t", "x": {"label": "layer"}, "y": {"label": "ρ"}, "series": lines(12, combined=True)}
    with style.in_style():
        figure = drawn("layer_profile", data)
        texts = [t for axes in figure.axes for t in axes.texts if t.get_text()]
    assert len(texts) == 13
    assert all(style.contrast(to_hex(t.get_color())) >= 4.5 for t in texts)
