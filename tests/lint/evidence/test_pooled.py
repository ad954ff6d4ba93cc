"""Rates over everything together, lists behind a colon, and what is said of elsewhere: none of it is an error."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import lint_text

ARMS = {
    "bare": [(148, 200), (96, 200), (131, 280), (172, 280), (118, 200)],
    "hinted": [(141, 200), (101, 200), (124, 280), (168, 280), (121, 200)],
}
KINDS = ["books", "dates", "drugs", "towns", "quotes"]
ROWS = [
    f"| {arm} | {kind} | {k} | {n} | {100 * k / n:.1f} |"
    for arm, cells in ARMS.items()
    for kind, (k, n) in zip(KINDS, cells, strict=True)
]
TABLE = "\n".join(["| Arm | Kind | Hits | Out of | Share (%) |", "|---|---|---|---|---|", *ROWS])
FITS = """| Host | Spearman ρ | p |
|---|---|---|
| heron | 0.83 | 1.4e-25 |
| stork | 0.44 | 7.3e-06 |
| crane | 0.67 | 8.3e-14 |
| egret | 0.61 | 4.2e-11 |
"""


def found(*lines: str) -> list[str]:
    page = "# Hints change little (LOW confidence)\n\n### Results\n\n" + "\n".join(f"- {line}" for line in lines)
    return [f.message for f in lint_text(f"{page}\n\n{TABLE}\n\n{FITS}\n").findings if f.code == "CR312"]


@pytest.mark.parametrize(
    "line",
    [
        "The hinted arm stays near the bare one, at 56.5% against 57.3% (n = 1,160 each).",
        "With everything together it is 56.5% hinted and 57.3% bare.",
        "The link is strongest in heron and weakest in stork: ρ = 0.83, p = 1.4e-25; ρ = 0.44, p = 7.3e-6 (N = 96).",
    ],
)
def test_what_the_counts_or_the_list_give_is_right(line: str) -> None:
    known = "In the bare arm books reach 74.0%, dates 48.0%, towns 61.4% and quotes 59.0%."
    assert found(known, line) == []


def test_a_misprint_of_one_thing_is_still_found() -> None:
    assert found("In the bare arm books reach 74.0%, dates 84.0%, towns 61.4% and quotes 59.0%.") != []
