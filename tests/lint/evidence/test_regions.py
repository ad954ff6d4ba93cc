"""Which part of a table a stretch of a sentence names, and the unit that words above a table give."""

from __future__ import annotations

import pytest

from leakstats.lint.document import Table
from leakstats.lint.evidence.stated_units import percent_columns, words_above
from leakstats.lint.parsing import parse_document

PAGE = """# T

Late trains{unit}.

| Line | {heads} |
|---|---|---|
| coast | 12.4 | {low} |
| valley | 31.9 | 18.3 |
"""


@pytest.mark.parametrize(
    ("unit", "heads", "low", "columns"),
    [
        (" in %", "winter | summer", "8.6", {1, 2}),
        (", % of 90 trains", "winter | summer", "8.6", {1, 2}),
        (" in %", "before | index", "8.6", {1}),
        (" in %", "before | delay (min)", "8.6", {1}),
        (" in % points", "winter | summer", "8.6", set()),
        (", 95% CI", "winter | summer", "8.6", set()),
        (" in %", "winter | summer", "186", set()),
    ],
)
def test_unit_above_a_table(unit: str, heads: str, low: str, columns: set[int]) -> None:
    document = parse_document(PAGE.format(unit=unit, heads=heads, low=low))
    at = next(i for i, block in enumerate(document.blocks) if isinstance(block, Table))
    table = document.blocks[at]
    assert isinstance(table, Table)
    said = words_above(document.blocks, at)
    found = percent_columns(said, [c.text.text for c in table.header], table.rows)
    assert found == columns
