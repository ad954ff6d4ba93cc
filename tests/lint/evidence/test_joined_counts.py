"""Totals beside the factors or terms that their own sentence joins, and numbers that a column of counts holds."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, lint_text

TABLE = (
    "| Ferry | Trips | Late trips | Late rate |\n|---|---|---|---|\n"
    "| Aurora | 410 | 23 | 5.6% |\n| Boreas | 380 | 41 | 10.8% |\n| Ceres | 520 | 12 | 2.3% |\n\n"
    "140 tickets per ferry were checked.\n"
)


def found(text: str) -> list[str]:
    page = f"# Ferries run late (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}\n\n{TABLE}"
    report = lint_text(page, Options(no_results=True))
    return [f.message for f in report.findings if f.code == "CR417" and f.line == 7]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("Eleven quays × 250 = {} sheets.", "2,750", "2,570"),
        ("9 quays × 60 sheets give {} sheets a season.", "540", "480"),
        ("Over all quays, {} sheets were read (9 × 60).", "540", "450"),
        ("At 60 sheets a quay, the nine quays gave {} sheets.", "540", "450"),
        ("The winter arm holds {} sheets in total, 60 for each of nine quays.", "540", "590"),
        ("Nine quays at 60 sheets a head: {} sheets a season.", "540", "560"),
        ("Eight quays, four tides and five crews make {} timed runs.", "160", "210"),
        ("We followed 7 quays at 6 tides, one every two hours, hence {} cells.", "42", "420"),
        ("It was read at 6 tides for 7 quays, i.e. in {} cells, each of them twice.", "42", "52"),
        ("That is 471 late + 193 early, so {} sheets in the whole season.", "664", "646"),
        ("The two count {} late sheets, that is to say 156 plus 130.", "286", "268"),
        ("In total {} tickets were checked.", "420", "380"),
        ("Together the three ferries made {} trips.", "1,310", "1,210"),
        ("The three ferries add up to {} trips.", "1,310", "1,210"),
        ("Aurora and Ceres together made {} trips.", "930", "960"),
        ("Boreas logged {} trips.", "380", "390"),
    ],
)
def test_of_one_construction(text: str, right: str, wrong: str) -> None:
    assert found(text.format(right)) == []
    assert found(text.format(wrong)) != []


@pytest.mark.parametrize(
    "text",
    [
        "Nine quays, four tides and five crews make 18 names on the list.",
        "Of 9 quays × 60 sheets only 500 sheets were kept.",
        "9 quays at 6 tides are 108 cells, 2 readings each.",
        "Together the first two ferries made 790 trips.",
        "Aurora made 12 trips more than planned.",
        "Boreas has 17 trips of more than an hour.",
        "12 + 3 crews left, so 8 crews were new.",
        "Over six weeks, 120 sheets were lost (2 a day).",
    ],
)
def test_of_something_else(text: str) -> None:
    assert found(text) == []


def test_two_zeros_are_no_factors() -> None:
    assert found("There were 0 and 0, 60 answers in all.") == []
