"""The small parts: expressions, numbers in prose, unwrapping, what an analysis holds."""

from __future__ import annotations

from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument
from leakstats.reporting.expressions import Expression, read_pieces
from leakstats.reporting.markup import structure_problems, unwrapped
from leakstats.reporting.numbers_in_text import numbers_in
from leakstats.reporting.shape import RateTable, other_tables_of, questions_of, rate_tables_of


def test_an_expression_is_one_call_with_literal_arguments() -> None:
    pieces = read_pieces('a\nb {{ f("x}}", -1, [2.5, true], k=none) }} c', first_line=10)
    assert pieces == [
        "a\nb ",
        Expression('f("x}}", -1, [2.5, true], k=none)', 11, "f", ["x}}", -1, [2.5, True]], {"k": None}),
        " c",
    ]


def test_an_expression_may_span_lines() -> None:
    (only,) = read_pieces('{{ f(\n  "x",\n  k=1\n) }}')
    assert isinstance(only, Expression)
    assert (only.args, only.kwargs, only.source) == (["x"], {"k": 1}, 'f( "x", k=1 )')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ρ = −0.70 [0.58, 0.80], p < 1e−15", ["−0.70", "0.58", "0.80", "1e−15"]),
        ("22,000 rows, 41.6% of 5", ["22,000", "41.6%", "5"]),
        ("see #66 and `x=3`, L20, v1.2 and https://x/3", []),
        ("```\n3 4\n```\n![3](4.png) <!-- 5 -->", []),
        ("", []),
    ],
)
def test_numbers_that_a_reader_sees(text: str, found: list[str]) -> None:
    assert [n for _, n in numbers_in(text)] == found


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("a\nb", "a b"),
        ("a\n\nb", "a\n\nb"),
        ("- a\n  b\n- c", "- a b\n- c"),
        ("a  \nb", "a  \nb"),
        ("a\\\nb", "a\\\nb"),
        ("```\na\nb\n```\nc\nd", "```\na\nb\n```\nc d"),
        ("| a |\n|---|\n| b |", "| a |\n|---|\n| b |"),
        ("a\n> b", "a\n> b"),
        ("<details>\nx", "<details>\nx"),
    ],
)
def test_soft_breaks_become_blanks(text: str, out: str) -> None:
    assert unwrapped(text) == out


def test_structure_problems_name_their_line() -> None:
    assert structure_problems("fine\n\n#### deep", 5, 3) == []
    ((line, said),) = structure_problems("fine\n\n## shallow", 5, 3)
    assert (line, said.startswith("a heading of level 2")) == (7, True)


def test_the_shape_of_an_analysis(document: AnalysisDocument, raw: dict[str, Any]) -> None:
    assert rate_tables_of(document) == [RateTable("rates.cells", "persona", "source")]
    assert other_tables_of(document) == ["influence.points"]
    by_name = {q.name: q for q in questions_of(document)}
    assert (by_name["similarity"].across, by_name["similarity"].single) == (("layer",), True)
    assert (by_name["prediction"].across, by_name["prediction"].single) == ((), True)
    assert by_name["rates"].summaries == ("mean_rate",)
    raw["tables"][1]["id"] = "influence.10"
    assert other_tables_of(AnalysisDocument(raw)) == []
