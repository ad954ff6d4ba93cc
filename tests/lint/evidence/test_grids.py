"""Tables of the page by rows and columns: one reading for their lines and for the parts that words name."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, judge_page
from leakstats.lint.evidence.grids import Grid, grids_of
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.regions import region
from leakstats.lint.evidence.stages import stages_in
from leakstats.lint.evidence.table_lines import lines

PAGE = """# Ferries (LOW confidence)

## TL;DR

### Results

Late crossings in %, n = 200 each; NB = north bank, SB = south bank.

| Ferry | NB before | NB after | SB before | SB after |
|---|---|---|---|---|
| Auk | 12.0 | 31.0 | 22.0 | 40.0 |
| Eider | 14.0 | 29.0 | 35.0 | 18.0 |
| Pooled | 13.0 | 30.0 | 28.5 | 29.0 |

- {}
"""


def read(claim: str) -> tuple[Evidence, Grid]:
    page, _ = judge_page(PAGE.format(claim), Options(no_results=True), path="issue.md")
    (grid,) = grids_of(page.evidence)
    return page.evidence, grid


@pytest.mark.parametrize(
    ("claim", "rows", "columns"),
    [
        ("On the north bank Auk is late.", {0}, {1, 2}),
        ("Auk is late at NB.", {0}, {1, 2}),
        ("Before the works Eider is late on the south bank.", {1}, {3}),
        ("Overall the south bank is late after the works.", {2}, {4}),
    ],
)
def test_words_name_rows_and_columns(claim: str, rows: set[int], columns: set[int]) -> None:
    evidence, grid = read(claim)
    sentence = evidence.passages[-1].sentences[-1]
    found = region(grid, sentence, sentence.start, sentence.end)
    assert (found.rows, found.columns) == (rows, columns)


def test_the_lines_of_a_table_have_its_axes_and_its_short_forms() -> None:
    evidence, grid = read("Nothing is said.")
    down = [line for line in lines(evidence) if line.down]
    assert [line.head for line in down] == ["NB before", "NB after", "SB before", "SB after"]
    assert [line.state for line in down] == ["before", "after", "before", "after"]
    assert all(line.axis is grid.rows and line.other is grid.columns for line in down)
    assert {"north", "bank"} <= down[0].own
    assert not {"north", "bank"} & down[0].about


def test_a_cell_with_a_bound_or_a_p_is_no_value() -> None:
    page, _ = judge_page(
        "# Kilns (LOW confidence)\n\n"
        "| Kiln | Cracks | p |\n|---|---|---|\n| Ash | 3.5 | 0.02 |\n| Elm | <2.5 | 0.04 |\n",
        Options(no_results=True),
        path="issue.md",
    )
    (grid,) = grids_of(page.evidence)
    assert set(grid.values) == {(0, 1)}
    assert grid.p_columns == (2,)


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("it sets out lower than the others", {"first"}),
        ("eventually it is finished", {"last"}),
        ("before two of them", set()),
        ("after tuning, overall", {"after", "whole"}),
    ],
)
def test_states_and_ends_are_told_by_words(text: str, stages: set[str]) -> None:
    assert stages_in(text) == stages
