"""A plan can name the condition or checkpoint that its primary analysis is about."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis import Settings, analyze
from leakstats.results import document_violations, from_document

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def two_conditions() -> dict[str, Any]:
    """persona100 twice, as two conditions, the second with its counts halved."""
    d = json.loads((ROOT / "examples/persona100/results.json").read_text("utf-8"))
    (table,) = (t for t in d["tables"] if t["id"] == "bystander_rate")
    n = len(table["successes"])
    d["factors"]["condition"] = {"levels": ["plain", "halved"]}
    table["factors"] = {k: v * 2 for k, v in table["factors"].items()} | {"condition": [0] * n + [1] * n}
    table["successes"] = table["successes"] + [k // 2 for k in table["successes"]]
    if isinstance(table["trials"], list):
        table["trials"] = table["trials"] * 2
    d["tables"] = [table]
    d["plan"]["controls"] = []
    return d


def primary_keys(document: dict[str, Any], **slice_: str) -> list[str]:
    document = copy.deepcopy(document)
    document["plan"]["primary"] |= slice_
    done = analyze(from_document(document), settings=Settings(n_resamples=99)).document
    return [str(e.id) for e in done.entries if e.role == "primary"]


def test_none_is_primary_until_one_is_named(two_conditions: dict[str, Any]) -> None:
    assert document_violations(two_conditions) == []
    assert primary_keys(two_conditions) == []


@pytest.mark.parametrize("condition", ["plain", "halved"])
def test_the_named_condition_is_primary(two_conditions: dict[str, Any], condition: str) -> None:
    (key,) = primary_keys(two_conditions, condition=condition)
    assert f"condition={condition}" in key


def test_an_unknown_condition_is_refused(two_conditions: dict[str, Any]) -> None:
    document = copy.deepcopy(two_conditions)
    document["plan"]["primary"]["condition"] = "plan"
    (violation,) = document_violations(document)
    assert violation.pointer == "/plan/primary/condition"
    assert "no level of the factor condition" in violation.message
