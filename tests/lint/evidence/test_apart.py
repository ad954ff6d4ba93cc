"""Differences and ratios of the rows and columns that a clause names, whatever its verb."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, lint_text

TABLE = (
    "| Kiln | Salt | Ash | Slip |\n|---|---|---|---|\n"
    "| Birch-20 | 62.5% | 48.0% | 31.5% |\n| Alder-35 | 71.0% | 40.5% | 22.0% |\n| Larch-60 | 55.5% | 29.0% | 12.5% |\n"
    "\n"
    "| Firing | Birch-20 | Alder-35 |\n|---|---|---|\n"
    "| round 0 | 8.0% | 11.0% |\n| round 4 | 30.5% | 24.5% |\n| round 9 | 44.0% | 26.0% |\n"
)


def found(text: str) -> list[str]:
    page = f"# Kilns crack pots (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}\n\n{TABLE}"
    report = lint_text(page, Options(no_results=True))
    return [f.message for f in report.findings if f.code in ("CR408", "CR409", "CR410") and f.line == 7]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("On Ash the Larch-60 is worth {} pp less than the Alder-35.", "11.5", "16.5"),
        ("Between round 4 and round 9 the Birch-20 puts on another {} points.", "13.5", "15.5"),
        ("On Ash the Birch-20 cracks {} times as many pots as its 60 sibling, the Larch-60.", "1.7", "2.7"),
        ("The Birch-20 ends at {} times what it set out from.", "5.5", "3.5"),
        ("On Salt the Alder-35 is 8.5 pp up on the Birch-20, or {} in relative terms.", "14%", "8.5%"),
        ("On Slip the Larch-60 costs {} against the Alder-35.", "9.5 points", "9.5 percent"),
        ("The oven {} its wood (9.2 kg, from 18.0).", "halves", "doubles"),
    ],
)
def test_ends(text: str, right: str, wrong: str) -> None:
    assert found(text.format(right)) == []
    assert found(text.format(wrong))
