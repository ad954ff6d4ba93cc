"""How many sizes an interval without one of its own is held against: few, however large the tables are."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.trials import candidate_sizes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template


def evidence(sentence: str, sizes: list[int], tables: int = 1) -> Evidence:
    rows = "\n".join(f"| unit {i} | {i % 50}.0% | {n} |" for i, n in enumerate(sizes))
    table = f"| Unit | Rate | n |\n|---|---|---|\n{rows}\n\n"
    text = f"# Rates differ (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {sentence}\n\n# Detailed report\n\n"
    document = parse_document(text + table * tables)
    return Evidence(document, Outline(document, load_template("v1")), [])


def test_one_size_for_every_row_gives_itself_and_its_total() -> None:
    found = candidate_sizes(evidence("Rates go from 1% to 49% (n = 150).", [150] * 100, tables=3))
    assert sorted(found) == [150, 150 * 99, 150 * 100]


def test_no_size_of_a_hundred_rows_is_taken_and_none_is_multiplied() -> None:
    assert candidate_sizes(evidence("Rates go from 1% to 49%.", list(range(100, 200)))) == ()


@pytest.mark.parametrize("rows", [5, 20])
def test_sizes_in_cells_are_summed_and_not_multiplied(rows: int) -> None:
    sizes = [100 + 7 * i for i in range(rows)]
    assert sorted(candidate_sizes(evidence("Rates go from 1% to 49%.", sizes))) == [*sizes, sum(sizes)]
