"""Drift from an earlier file: by question where both files keep them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis import Settings, analyze
from leakstats.analysis.document import AnalysisDocument
from leakstats.results import from_document
from leakstats.stats import clustered_difference, difference_interval

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def collapse() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "examples/em_collapse/results.json").read_text("utf-8"))
    return document


def compared(now: dict[str, Any], before: dict[str, Any]) -> AnalysisDocument:
    settings = Settings(n_resamples=99)
    return analyze(from_document(now), settings=settings, reference=from_document(before)).document


def moved(document: dict[str, Any]) -> dict[str, Any]:
    """The same study with two hits fewer in every third row that has them."""
    out = copy.deepcopy(document)
    for table in out["tables"]:
        if table["kind"] == "counted":
            table["successes"] = [k - 2 if i % 3 == 0 and k >= 2 else k for i, k in enumerate(table["successes"])]
    return out


def test_intervals_pair_the_questions(collapse: dict[str, Any]) -> None:
    before = moved(collapse)
    found = compared(collapse, before)
    drifts = [e for e in found.entries if e.id.analysis == "stability" and e.id.statistic == "max_drift"]
    results = from_document(collapse)
    entry = next(e for e in drifts if "question" in results.table(str(e.id.facets["outcome"])).factors)
    table = found.table(f"drift.{entry.id.facets['outcome']}")
    now_results, before_results = from_document(collapse), from_document(before)
    cells = now_results.table(str(entry.id.facets["outcome"]))
    assert "question" in cells.factors
    place = max(range(len(table.columns["drift"])), key=lambda i: abs(table.columns["drift"][i]))
    which = {f: levels[place] for f, levels in table.factors.items()}
    parts = [r.table(cells.id).select(**which).aggregate(by=("question",)) for r in (now_results, before_results)]
    level = 1 - 0.05 / len(table.columns["drift"])
    expected = clustered_difference(
        parts[0].successes,
        parts[0].trials,
        parts[0].column("question").tolist(),
        parts[1].successes,
        parts[1].trials,
        parts[1].column("question").tolist(),
        level=level,
    )
    assert entry.result.value == pytest.approx(expected.value)
    assert entry.result.interval.low == pytest.approx(expected.interval.low)
    plain = difference_interval(
        *(int(v.sum()) for p in parts for v in (p.successes, p.trials)),
        level=level,
    )
    assert entry.result.interval.low != pytest.approx(plain.interval.low)


def test_without_questions_the_assumption_is_doubtful(collapse: dict[str, Any]) -> None:
    persona100 = json.loads((ROOT / "examples/persona100/results.json").read_text("utf-8"))
    found = compared(persona100, moved(persona100))
    (question,) = (q for q in found.raw["analyses"] if q["name"] == "stability")
    assert any(a["status"] == "doubtful" and "cluster by question" in a["detail"] for a in question["assumptions"])
