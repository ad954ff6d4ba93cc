"""A file that holds more than the things of a claim: the pool beside its panels, a control beside the kinds."""

from __future__ import annotations

import json

import pytest

from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.lint.results import ResultFiles
from leakstats.lint.rule import Rule
from leakstats.lint.rules.broken_bound import BrokenBound
from leakstats.lint.rules.false_range import FalseRange
from leakstats.template import load_template

HEAD = "# Uptake falls with distance (LOW confidence)\n\n## TL;DR\n\n### Results\n\n"
# ρ and its p with 30 birds a panel, and of all 120 together
PANELS = {"oak": (0.71, 1.11e-05), "elm": (0.62, 0.0002579), "ash": (0.56, 0.001291), "yew": (0.48, 0.007267)}
OTHER_PANELS = {"oak": (0.74, 2.96e-06), "elm": (0.58, 0.000781), "ash": (0.52, 0.003226), "yew": (0.43, 0.01771)}
SHARES = {"barley": 31, "hops": 12, "malt": 55, "yeast": 44, "plain": 92}


def complaints(rule: Rule, text: str, results: object) -> list[str]:
    template = load_template("v1")
    files = ResultFiles((read_dataset("results.json", json.dumps(results)),))
    page = Page(parse_document(f"{HEAD}{text}"), template, template.profiles["review"], results=files)
    return [f.message for f in rule.check(page)]


def correlations(panels: dict[str, tuple[float, float]], kind: str, pooled: bool) -> list[dict[str, object]]:
    rows = [{"set": k, kind: r, "p": p, "n": 30} for k, (r, p) in panels.items()]
    return [*rows, {"set": "all", kind: 0.51, "p": 2.685e-09, "n": 120}] if pooled else rows


@pytest.mark.parametrize(("bound", "holds"), [("1e-02", True), ("1e-03", False)])
def test_the_panels_of_one_size_are_a_set_without_their_pool(bound: str, holds: bool) -> None:
    results = {"spearman": correlations(PANELS, "rho", True), "pearson": correlations(OTHER_PANELS, "r", False)}
    text = f"- Nearness goes with uptake in every one of the 4 woods (p<{bound} each, N=30).\n"
    assert bool(complaints(BrokenBound(), text, results)) is not holds


@pytest.mark.parametrize(("top", "share", "holds"), [("malt", "55.0%", True), ("yeast", "44.0%", False)])
def test_a_control_that_no_table_lists_with_the_ends_is_none_of_them(top: str, share: str, holds: bool) -> None:
    table = (
        "| | Barley | Hops | Malt | Yeast |\n|---|---|---|---|---|\n| Brewed | 31/100 | 24/200 | 55/100 | 44/100 |\n"
    )
    results = {"uptake": {k: {"brewed": {"hits": v, "n": 100, "rate": v / 100}} for k, v in SHARES.items()}}
    text = f"Brewed bars go from 12.0% (hops) to {share} ({top}).\n\n{table}"
    assert bool(complaints(FalseRange(), text, results)) is not holds
