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
