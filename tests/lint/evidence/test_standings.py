"""Places in the order of a column or of a row, in words."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.standings import standing_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """\
# Crews stall at high load (LOW confidence)

### Results

**Main takeaways:**

- {}

## Headline numbers

Delay in seconds by load:

|  | Heron | Rook | Stork | Wren |
|---|---|---|---|---|
| Load 2 | 31 | 44 | 38 | 35 |
| Load 8 | 90 | 71 | 64 | 77 |

| Crew | Parcels/s at load 8 | Crew size | Wages (EUR) | Stalled parcels |
|---|---|---|---|---|
| Heron | 1,150 | 4 | 21.5 | 6.1% |
| Rook | 1,420 | 6 | 19.0 | 2.4% |
| Stork | 1,610 | 5 | 33.0 | 3.3% |
| Wren | 1,290 | 9 | 27.5 | 4.0% |
"""


def found(sentence: str) -> list[str]:
    """What the superlatives of a sentence contradict."""
    document = parse_document(PAGE.format(sentence))
    evidence = Evidence(document, Outline(document, load_template("v1")))
    sentences = [s for p in evidence.passages if p.plain == sentence for s in p.sentences]
    assert sentences
    return [c.message for s in sentences for c in standing_clashes(evidence, s)]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("At load 8 the slowest crew is Heron.", "At load 8 the slowest crew is Wren."),
        ("Heron is the fastest crew at load 2.", "Stork is the fastest crew at load 2."),
        ("Rook stalls least often.", "Stork stalls least often."),
        ("Wren stalls second most often.", "Stork stalls second most often."),
        ("The highest throughput is that of Stork.", "The highest throughput is that of Wren."),
        ("Stork gets the highest wages, 33.0 EUR.", "Wren gets the highest wages, 33.0 EUR."),
        ("The third-highest wages go to Heron.", "The third-highest wages belong to Rook."),
    ],
)
def test_a_place_is_held_against_the_order(right: str, wrong: str) -> None:
    assert found(right) == []
    assert len(found(wrong)) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "Of the crews with new boots Wren stalls least often.",
        "Heron is the largest.",  # of what, no word says
        "Stork is the most careful crew.",
        "Rook does not have the highest wages.",
        "Apart from Stork the highest wages are those of Rook.",
        "Per parcel the highest wages are those of Heron.",
        "Within its group Rook stalls most often.",
        "Stork recovers most often.",  # an event that no table has
        "The crew with the highest morale is Rook.",
    ],
)
def test_an_order_that_is_not_understood_is_let_be(sentence: str) -> None:
    assert found(sentence) == []
