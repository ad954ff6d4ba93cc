"""What a starting narrative is about, and that its words follow the numbers."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError
from leakstats.reporting.leading import hero_of, lead_of
from leakstats.reporting.starting import starting_narrative
from leakstats.template import load_template


def without_primary(raw: dict[str, Any]) -> dict[str, Any]:
    for entry in raw["estimates"]:
        entry["role"] = "secondary" if entry["role"] == "primary" else entry["role"]
    return raw


def added(raw: dict[str, Any], analysis: str, statistic: str, n: int, **changes: Any) -> dict[str, Any]:
    entry = copy.deepcopy(
        next(e for e in raw["estimates"] if e["key"] == "similarity.spearman[layer=20,source=villain]")
    )
    entry["id"] |= {"analysis": analysis, "statistic": statistic, "facets": {}}
    entry |= {"key": f"{analysis}.{statistic}", "family": None, "adjusted_p": None, "label": f"{statistic} of it"}
    entry["result"] |= {"n": n, **changes}
    raw["estimates"].append(entry)
    return raw


def figure(raw: dict[str, Any], name: str, kind: str) -> None:
    raw["figures"].append({**copy.deepcopy(raw["figures"][0]), "id": name, "kind": kind})


def test_the_planned_estimate_leads_whatever_else_there_is(raw: dict[str, Any]) -> None:
    added(raw, "contrast", "range", 5000)
    assert str(lead_of(AnalysisDocument(raw)).id) == "similarity.spearman[layer=20,scope=combined]"


def test_without_a_plan_the_question_with_most_units_leads_and_its_figure_is_first(raw: dict[str, Any]) -> None:
    without_primary(raw)
    document = AnalysisDocument(raw)
    assert str(lead_of(document).id) == "similarity.spearman[layer=10,scope=combined]"
    added(raw, "contrast", "difference", 500)
    added(raw, "contrast", "range", 200, interval=None)
    figure(raw, "bars", "category_bars")
    document = AnalysisDocument(raw)
    assert str(lead_of(document).id) == "contrast.range"
    assert hero_of(document) == "bars"
    raw["figures"] = []
    assert hero_of(AnalysisDocument(raw)) == ""


@pytest.mark.parametrize(("p", "said"), [(0.01, "The marker rate differs"), (0.2, "No difference of conditions is")])
def test_the_claim_follows_the_test(raw: dict[str, Any], p: float, said: str) -> None:
    from leakstats.phrases import evaluate
    from leakstats.reporting.expressions import Expression, read_pieces

    without_primary(raw)
    added(raw, "contrast", "range", 5000, interval=None)
    raw["estimates"][-1]["result"]["p_value"] = {"value": p, "method": "permutation"}
    document = AnalysisDocument(raw)
    text = starting_narrative(document, load_template("v1"))
    claim = text.split("claim: >-\n")[1].split("\nconfidence")[0]
    printed = "".join(
        evaluate(document, x.function, x.args, x.kwargs) if isinstance(x, Expression) else x for x in read_pieces(claim)
    )
    assert printed.strip().startswith(said)
    assert printed.endswith("apart, measured over 5000 bystanders")


def test_parents_are_explained_and_hours_are_the_studys(raw: dict[str, Any]) -> None:
    raw["study"]["parents"] = ["#12", "#13"]
    raw["setup"].setdefault("compute", {})["Total GPU-hours"] = 7
    text = starting_narrative(AnalysisDocument(raw), load_template("v1"))
    assert 'ref: "#13"\n    role: earlier study that this one builds on' in text
    assert "It follows #12, #13." in text
    assert 'the cost is {{ setup("compute", "Total GPU-hours") }} GPU-hours once a seed' in text
    del raw["setup"]["compute"]["Total GPU-hours"]
    assert "GPU-hours" not in starting_narrative(AnalysisDocument(raw), load_template("v1"))


def test_no_placeholder_is_left(document: AnalysisDocument) -> None:
    for version in ("v1", "v2"):
        text = starting_narrative(document, load_template(version))
        assert "Say here" not in text
        assert "Rewrite this" not in text


def test_an_analysis_without_a_value_has_nothing_to_say(raw: dict[str, Any]) -> None:
    raw["estimates"] = [e for e in raw["estimates"] if e["result"]["status"] != "ok"]
    with pytest.raises(LeakstatsError, match="nothing to write about"):
        starting_narrative(AnalysisDocument(raw), load_template("v1"))
    assert hero_of(AnalysisDocument(raw)) == "hero"
