"""Totals of parts of stated sizes: cells of two sizes, runs and arms, products in a written sum."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, lint_text


def found(text: str) -> list[str]:
    page = f"# Buses run late (LOW confidence)\n\n## TL;DR\n\n### Methodology\n\n{text}\n"
    return [f.message for f in lint_text(page, Options(no_results=True)).findings if f.code == "CR417"]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (
            "Nine dates times seven lines make 63 cells. A cell holds n = 200 rides (20 questions × 10); in the 18 "
            "cells of two lines it holds n = 600, so that there are {} answers altogether.",
            "19,800",
            "19,700",
        ),
        ("- 20 runs\n- 25 questions × 6 draws = 150 a run, 600 a line, {} in total", "3,000", "3,100"),
        (
            "Every line answers as itself and as 54 others, always 24 questions with 5 samples, n = 120 per prompt, "
            "so {} replies for each line.",
            "6,480",
            "6,500",
        ),
        ("We drew six replies to each of three dozen prompts (n = {}).", "216", "212"),
        ("Six lines, both raters: 6 × 250 × 2 raters × 2 rounds = {} judgements.", "6,000", "7,000"),
        ("In all 4 × 150 + 2 × 210 + 260 = {}.", "1,280", "1,380"),
        ("There are 8 lines and 9 stops, 40 metres apart, hence {} cells.", "72", "74"),
    ],
)
def test_totals_of_parts(text: str, right: str, wrong: str) -> None:
    assert found(text.format(right)) == []
    assert len(found(text.format(wrong))) == 1
