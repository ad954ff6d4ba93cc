"""leakstats plan: what the design can show, from the data's own numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from leakstats.analysis.precision import ASSUMED_ICC, design_precision
from leakstats.errors import DesignError
from leakstats.plan_command import plan
from leakstats.results import load
from leakstats.stats import rate_precision

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_counts_by_question_give_the_icc():
    report = design_precision(load(EXAMPLES / "em_collapse" / "results.json"))
    assert (report.questions, report.completions, report.training_seeds) == (28, 10, 1)
    # the golden median over all 60 cells, the source's own included, is 0.0389
    assert report.icc == pytest.approx(0.0389, abs=0.005)
    again = rate_precision(28, 10, rate=report.rate, icc=report.icc)
    assert report.cell.interval == again.interval


def test_without_counts_by_question_the_icc_is_assumed_and_said():
    report = design_precision(load(EXAMPLES / "persona100" / "results.json"))
    assert (report.questions, report.completions) == (20, 10)
    assert report.icc == ASSUMED_ICC
    assert "assumed" in report.icc_source
    detectable, expected, combined = report.correlations
    assert detectable.n == 110
    assert combined.interval.width > expected.interval.width / 3
    assert any("no interval here covers training noise" in note for note in report.notes)


def test_more_questions_buy_more_than_more_completions():
    report = design_precision(
        load(EXAMPLES / "em_collapse" / "results.json"), questions=[20, 40], completions=[10, 20], training_seeds=[1]
    )
    width = dict(
        zip(
            zip(report.table["questions"], report.table["completions"], strict=True),
            report.table["half_width"],
            strict=True,
        )
    )
    assert width[40.0, 10.0] < width[20.0, 20.0] < width[20.0, 10.0]


def test_printed_rates_cannot_be_planned_from():
    with pytest.raises(DesignError, match="no table of counts"):
        design_precision(load(EXAMPLES / "convergence" / "results.json"))


def test_command_prints_a_table_and_json():
    path = str(EXAMPLES / "assistant_variants" / "results.json")
    text = CliRunner().invoke(plan, [path, "--questions", "20,40", "--seeds", "1"])
    assert text.exit_code == 0
    assert "minimum detectable correlation" in text.output
    data = json.loads(CliRunner().invoke(plan, [path, "--format", "json"]).output)
    assert data["questions"] == 20
    assert CliRunner().invoke(plan, [path, "--questions", "many"]).exit_code == 2
