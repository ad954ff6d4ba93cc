"""Intervals in words against those that a file holds."""

from __future__ import annotations

import json

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.printed_intervals import printed_clashes
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

SHIFTS = {
    "shifts": {
        "larch": {"points": -11.87, "lead_pct_points_interval_0": -24.86, "lead_pct_points_interval_1": 1.12},
        "maple": {"points": -16.53, "lead_pct_points_interval_0": -30.58, "lead_pct_points_interval_1": 2.48},
        "aspen": {"points": -6.13, "lead_pct_points_interval_0": -24.49, "lead_pct_points_interval_1": 12.22},
    }
}


@pytest.mark.parametrize(("high", "clashes"), [("1.1", 0), ("7.7", 1)])
def test_ends_in_percent_of_which_one_field_is_below_zero(high: str, clashes: int) -> None:
    text = f"Larch differs from oak by −11.9 percentage points, 95% CI: [−24.9, {high}] (n = 12)."
    document = parse_document(f"# Trees (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}\n")
    data = read_dataset("results.json", json.dumps(SHIFTS))
    evidence = Evidence(document, Outline(document, load_template("v1")), (data,))
    assert len(list(printed_clashes(evidence))) == clashes
