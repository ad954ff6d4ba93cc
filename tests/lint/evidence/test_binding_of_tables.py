"""Which field of a file a table prints, and where two cells that agree with one prove nothing."""

from __future__ import annotations

import json
from pathlib import Path

from leakstats.lint.engine import Options, lint_text

RATES = {
    "plain": [97, 112, 68, 121, 77],
    "notice": [61, 83, 59, 72, 80],
    "pledge": [38, 47, 31, 20, 41],
}
FITS = {"fits": {"test": ["plain_vs_fall", "plain_vs_size", "size_vs_fall"], "value": [0.9, 0.7, 0.4], "size": [5] * 3}}
UNITS = ["heron", "gull", "tern", "stork", "crane"]


def test_rows_of_one_unit_are_not_the_largest_of_each_condition(tmp_path: Path) -> None:
    """Gull holds the maximum of two of the three conditions, which makes its third cell no maximum."""
    path = tmp_path / "results.json"
    path.write_text(
        json.dumps(
            {
                "units": UNITS,
                **FITS,
                **{k: {"hits": v, "asked": [180] * 5, "percent": [x / 1.8 for x in v]} for k, v in RATES.items()},
            }
        )
    )
    rows = [
        f"| {unit} | {arm} | {RATES[arm][i] / 1.8:.1f} | {RATES[arm][i]}/180 |"
        for i, unit in enumerate(UNITS)
        for arm in RATES
    ]
    page = "\n".join(
        ["# Notices help (LOW confidence)", "", "| Unit | Condition | Rate % | k/n |", "|---|---|---|---|", *rows, ""]
    )
    report = lint_text(page, Options(results=(path,)))
    assert [f.message for f in report.findings if f.code == "CR311"] == []
