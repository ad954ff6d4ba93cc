"""The plan's own claims: registration by dates, exclusions that are applied and shown, deviations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leakstats.analysis import Settings, analyze
from leakstats.results import Results, load
from leakstats.results.design import Exclusion, Plan

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "assistant_variants" / "results.json"
QUICK = Settings(n_resamples=199)


@pytest.fixture
def results() -> Results:
    return load(EXAMPLE)


def planned(results: Results, **changes) -> Plan:
    return replace(results.plan, **changes)


def question(document, name: str) -> dict:
    return next(q for q in document.raw["analyses"] if q["name"] == name)


def test_an_excluded_persona_is_left_out_and_the_whole_stands_beside(results):
    late = Exclusion(persona="librarian", reason="detector misfired", decided="after")
    plan = planned(results, exclusions=(late,))
    document = analyze(replace(results, plan=plan), settings=QUICK).document
    without = document.get("similarity.pearson[layer=20]").estimate
    # golden.json: drop-librarian pearson r (N=11)
    assert (without.value, without.n) == (pytest.approx(-0.8479840544086057, abs=1e-9), 11)
    whole = document.get("similarity.pearson[layer=20,points=with_excluded]")
    assert (whole.estimate.value, whole.estimate.n) == (pytest.approx(-0.6209360889028169, abs=1e-9), 12)
    assert whole.role == "exploratory"
    assert any("librarian" in note for note in question(document, "similarity")["notes"])
    doubtful = [a for a in question(document, "plan")["assumptions"] if a["status"] == "doubtful"]
    assert any("librarian" in a["detail"] for a in doubtful)


@pytest.mark.parametrize(
    ("changes", "held", "words"),
    [
        ({}, False, "no dated or hashed plan"),
        ({"status": "registered"}, False, "no hash and date"),
        ({"status": "registered", "registered_on": "2026-01-01", "registered_hash": "sha256:00"}, False, "not dated"),
        (
            {
                "status": "registered",
                "registered_on": "2026-01-01",
                "registered_hash": "sha256:00",
                "data_collected_on": "2026-02-01",
            },
            True,
            "before the data",
        ),
        (
            {
                "status": "registered",
                "registered_on": "2026-03-01",
                "registered_hash": "sha256:00",
                "data_collected_on": "2026-02-01",
            },
            False,
            "after the data",
        ),
    ],
)
def test_registration_is_judged_by_hash_and_dates(results, changes, held, words):
    document = analyze(replace(results, plan=planned(results, **changes)), settings=QUICK).document
    (claim,) = [a for a in question(document, "plan")["assumptions"] if "registered" in a["name"]]
    assert claim["status"] == ("met" if held else "failed")
    assert words in claim["detail"]


def test_deviations_are_repeated(results):
    document = analyze(replace(results, plan=planned(results, deviations=("seed changed",))), settings=QUICK).document
    assert "deviation from the plan: seed changed" in question(document, "plan")["notes"]


def test_a_plan_given_by_the_caller_is_used_and_said(results):
    document = analyze(results, planned(results, alpha=0.01), settings=QUICK).document
    assert document.raw["settings"]["alpha"] == 0.01
    assert document.raw["plan"]["alpha"] == 0.01
    assert any("given by the caller" in note for note in question(document, "plan")["notes"])
