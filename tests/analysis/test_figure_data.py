"""What the figures of courses and conditions plot is what the ledger holds."""

from __future__ import annotations

from pathlib import Path

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


@pytest.mark.parametrize("name", ["persona100", "assistant_variants"])
def test_studies_of_one_checkpoint_and_condition_have_no_such_figure(project_root: Path, name: str) -> None:
    kinds = {s.kind for s in analysis(project_root, name).figure_specs}
    assert not kinds & {"trajectory", "category_bars"}
