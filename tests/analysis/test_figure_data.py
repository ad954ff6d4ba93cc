"""What the figures of courses and conditions plot is what the ledger holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis.questions import Analysis, analyze
from leakstats.analysis.settings import Settings
from leakstats.results import load


def analysis(root: Path, name: str) -> Analysis:
    return analyze(load(root / "examples" / name / "results.json"), settings=Settings(n_resamples=99))


def test_a_course_holds_every_cell_and_the_similarity_below(project_root: Path) -> None:
    done = analysis(project_root, "convergence")
    (spec,) = [s for s in done.figure_specs if s.kind == "trajectory"]
    table = done.document.table("rates.assistant_leakage")
    plotted = {
        (line["name"], int(x)): (v, low, high)
        for line in spec.data["upper"]["series"]
        for x, v, low, high in zip(line["x"], line["value"], line["low"], line["high"], strict=True)
    }
    assert len(plotted) == len(table) == 77
    for i in range(len(table)):
        key = (table.factors["source"][i], table.factors["checkpoint"][i])
        assert plotted[key] == tuple(table.columns[c][i] for c in ("rate", "low", "high"))
    below = {line["name"] for line in spec.data["lower"]["series"]}
    assert below < {name for name, _ in plotted}  # one source has no similarity by checkpoint
    assert "N = 7 sources, 11 checkpoints" in spec.caption


def test_conditions_show_their_mean_with_its_interval_and_the_units(project_root: Path) -> None:
    done = analysis(project_root, "em_collapse")
    (spec,) = [s for s in done.figure_specs if s.kind == "category_bars"]
    table = done.document.table("rates.bystander_rate")
    for bar in spec.data["bars"]:
        estimate = done.document.get(f"contrast.mean_rate[condition={bar['name']}]").estimate
        assert estimate.interval is not None
        assert (bar["value"], bar["n"]) == (estimate.value, estimate.n)
        assert (bar["low"], bar["high"]) == (estimate.interval.low, estimate.interval.high)
        rows = table.rows(condition=bar["name"])
        assert bar["points"] == [table.columns["rate"][i] for i in rows]


def test_stored_changes_stand_in_panels_with_the_control_told_apart(project_root: Path) -> None:
    done = analysis(project_root, "em_collapse")
    (spec,) = [s for s in done.figure_specs if s.kind == "collapse_panels"]
    assert [p["name"] for p in spec.data["panels"]] == [
        f"{quantity}, method {method}"
        for method in "AB"
        for quantity in (
            "change of the mean off-diagonal cosine of 12 personas against the base model",
            "shift of the personas along an axis",
            "change of the accuracy of a nearest-centroid classifier",
        )
    ]
    first = spec.data["panels"][0]
    assert {s["name"] for s in first["series"] if s["role"] == "control"} == {"benign_sft_375"}
    for line in first["series"]:
        assert line["x"] == [7, 14, 20, 21, 27]
        assert "low" not in line
        for layer, value in zip(line["x"], line["value"], strict=True):
            facets = f"column=delta,condition={line['name']},layer={layer},method=A,table=geometry_m1"
            assert value == done.document.get(f"collapse.stored[{facets}]").estimate.value


@pytest.mark.parametrize("name", ["persona100", "assistant_variants"])
def test_studies_of_one_checkpoint_and_condition_have_no_such_figure(project_root: Path, name: str) -> None:
    kinds = {s.kind for s in analysis(project_root, name).figure_specs}
    assert not kinds & {"trajectory", "category_bars", "collapse_panels"}


def changed(root: Path, folder: Path, name: str, change: Callable[[dict[str, Any]], None]) -> Analysis:
    raw = json.loads((root / "examples" / name / "results.json").read_text("utf-8"))
    change(raw)
    (folder / "results.json").write_text(json.dumps(raw), "utf-8")
    return analyze(load(folder / "results.json"), settings=Settings(n_resamples=99))


def test_the_source_personas_similarities_are_drawn_as_stored(project_root: Path) -> None:
    done = analysis(project_root, "persona100")
    (spec,) = [s for s in done.figure_specs if s.id == "cross_similarity"]
    raw = json.loads((project_root / "examples/persona100/results.json").read_text("utf-8"))
    table, levels = raw["similarity"][0], {k: v["levels"] for k, v in raw["factors"].items()}
    stored = {
        tuple(levels[f][table["factors"][f][i]] for f in ("source", "persona", "layer")): v
        for i, v in enumerate(table["values"])
    }
    names = spec.data["rows"]
    shown = {
        (s, p): v for s, row in zip(names, spec.data["values"], strict=True) for p, v in zip(names, row, strict=True)
    }
    assert shown == {(s, p): stored.get((s, p, 20)) for s in names for p in names}
    assert "layer 20, N = 5 sources; values as stored, without intervals" in spec.caption
    assert spec.data["diverging"]


def test_a_similarity_measured_under_several_seeds_has_its_range(project_root: Path, tmp_path: Path) -> None:
    def seeds(raw: dict[str, Any]) -> None:
        table = raw["similarity"][0]
        n = len(table["values"])
        raw["factors"]["training_seed"] = {"levels": [1, 2], "description": "training seed"}
        table["factors"] = {f: codes * 2 for f, codes in table["factors"].items()} | {
            "training_seed": [0] * n + [1] * n
        }
        values = table["values"]
        table["values"] = values + [None if v is None else v + 0.1 for v in values]
        table["kind"] = "measured"
        del table["printed"]
        raw["design"]["replication"]["training_seed"] |= {"n": 2, "values": [1, 2]}

    done = changed(project_root, tmp_path, "convergence", seeds)
    (spec,) = [s for s in done.figure_specs if s.kind == "trajectory"]
    line = spec.data["lower"]["series"][0]
    for value, low, high in zip(line["value"], line["low"], line["high"], strict=True):
        assert high - low == pytest.approx(0.1)
        assert value == pytest.approx((low + high) / 2)
    assert "(below; bars: range over 2 training seeds)" in spec.caption
    (plain,) = [s for s in analysis(project_root, "convergence").figure_specs if s.kind == "trajectory"]
    assert "(below; as stored, without intervals)" in plain.caption


@pytest.mark.parametrize("drop", ["similarity", "similarity and bystanders"])
def test_rates_alone_are_drawn_too(project_root: Path, tmp_path: Path, drop: str) -> None:
    def rates_only(raw: dict[str, Any]) -> None:
        raw["similarity"], raw["plan"]["primary"] = [], None
        if "bystanders" in drop:
            raw["tables"] = [t for t in raw["tables"] if t["id"] == "own_rate"]

    specs = changed(project_root, tmp_path, "persona100", rates_only).figure_specs
    if drop == "similarity":
        assert [s.id for s in specs] == ["cross"]
        return
    (spec,) = specs
    assert (spec.kind, spec.title) == ("category_bars", "Marker rate by source")
    assert next((b["name"], b["value"]) for b in spec.data["bars"]) == ("villain", 0.94)
    assert all(b["low"] <= b["value"] <= b["high"] for b in spec.data["bars"])
    assert "N = 5 sources" in spec.caption


def test_many_rates_are_drawn_as_means(project_root: Path, tmp_path: Path) -> None:
    def two_sources(raw: dict[str, Any]) -> None:
        raw["similarity"], raw["plan"]["primary"] = [], None
        table = next(t for t in raw["tables"] if t["id"] == "bystander_rate")
        keep = [i for i, code in enumerate(table["factors"]["source"]) if code < 2]
        for part in (table["factors"], table):
            for name, values in part.items():
                if isinstance(values, list) and len(values) > 200:
                    part[name] = [values[i] for i in keep]
        raw["tables"] = [table]

    done = changed(project_root, tmp_path, "persona100", two_sources)
    (spec,) = done.figure_specs
    means = {str(e.id): e.estimate for e in done.document.entries if e.id.statistic == "mean_rate"}
    assert len(means) == len(spec.data["bars"]) == 2
    for bar, estimate in zip(spec.data["bars"], means.values(), strict=True):
        assert estimate.interval is not None
        assert (bar["value"], bar["low"], bar["high"]) == (
            estimate.value,
            estimate.interval.low,
            estimate.interval.high,
        )


def test_bars_are_promised_only_where_they_are_drawn(project_root: Path) -> None:
    for name in ("em_collapse", "assistant_variants"):
        (spec,) = [s for s in analysis(project_root, name).figure_specs if s.kind == "regression"]
        assert ("low" in spec.data["points"]) == ("bars: " in spec.caption) == (name == "assistant_variants")
