"""Shares of a peak that follow the first in a list, beside a file that follows the courses."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text

COURSES = {
    "nun": [25.0, 53.5, 57.5, 50.0],
    "cook": [0.0, 37.2, 42.5, 41.0],
    "pilot": [2.5, 26.0, 32.5, 30.5],
    "judge": [3.6, 45.2, 66.1, 73.4],
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    rows = [f"{who},{2 * i},{v}" for who, course in COURSES.items() for i, v in enumerate(course)]
    path = tmp_path / "courses.csv"
    path.write_text("\n".join(["persona,epoch,leakage_pct", *rows]) + "\n")
    return path


def found(line: str, results: Path) -> list[str]:
    known = "- At the peak the nun is at 57.5%, the cook at 42.5%, the pilot at 32.5% and the judge at 73.4%."
    page = f"# It rises early (LOW confidence)\n\n### Results\n\n- {line}\n{known}\n"
    report = lint_text(page, Options(results=(results,)))
    return [f.message for f in report.findings if f.code == "CR312"]


def test_shares_that_follow_are_no_rates(results: Path) -> None:
    line = "The nun reaches 93% of its peak by epoch 2 (25→53.5%), cook reaches 87% (0→37.2%), pilot 80% (2.5→26%)."
    assert found(line, results) == []


def test_a_rate_that_follows_a_share_is_still_one(results: Path) -> None:
    assert found(
        "The nun reaches 93% of its peak by epoch 2 (25→53.5%), and the rate of the cook peaks at 45.2%.", results
    )
