"""p-values and verdicts against the one row of a table that a clause names."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.row_tests import p_of_row_clashes, row_verdict_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """# Bees return sooner to warm hives (LOW confidence)

## TL;DR

### Results

**Main takeaways:**

- {}

# Detailed report

Returns in %, n = 500 a hive.

| Hive | Returned | Δ vs plain (pp) | p vs plain |
|---|---|---|---|
| plain | 41.0 | – | – |
| lime | 43.2 | +2.2 | 0.48 |
| clover | 48.8 | +7.8 | 0.013 |
| heather | 57.4 | +16.4 | 2.2e-07 |

| Comparison | Δ (pp) | p |
|---|---|---|
| heather − clover | +8.6 | 0.0064 |
| clover − lime | +5.6 | 0.076 |
"""


def found(sentence: str) -> list[str]:
    """What is said of the tests of a takeaway."""
    document = parse_document(PAGE.format(sentence))
    evidence = Evidence(document, Outline(document, load_template("v1")), [])
    return [c.message for c in (*p_of_row_clashes(evidence), *row_verdict_clashes(evidence))]


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("Lime is ahead of plain by a trifle, p = {}.", "0.48", "0.048"),
        ("The gain of clover is small and still p = {} against plain (n = 500 each).", "0.013", "0.13"),
        ("At the 5% level the step for lime is {}.", "not significant", "significant"),
        ("Lime gains 2.2 points, which {} significance at 5%.", "misses", "reaches"),
        ("The rise for heather is {}, though it would not matter to a keeper.", "significant", "not significant"),
    ],
)
def test_the_row_that_is_named(sentence: str, right: str, wrong: str) -> None:
    assert not found(sentence.format(right))
    assert found(sentence.format(wrong))


@pytest.mark.parametrize(
    "sentence",
    [
        "Clover and lime are not significantly different.",
        "After a Holm correction clover is not significant.",
        "By an exact test lime has p = 0.52.",
        "Both clover and heather have p < 0.02.",
        "Over seeds, clover has p = 0.2 without the first week.",
        "Weight and returns correlate at p = 0.03 for lime.",
    ],
)
def test_other_tests(sentence: str) -> None:
    assert not found(sentence)
