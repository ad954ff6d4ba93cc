"""What words say of intervals of named rows: overlap, sides, ends and what lies inside, against the tables."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.interval_claims import interval_claim_clashes
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.printed_intervals import printed_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """# Ferries leak less after a refit (LOW confidence)

## TL;DR

### Results

**Main takeaways:**

- {}

# Detailed report

Leaks in %, n = 400 a ferry.

| Ferry | Before | After | Δ (pp) | 95% CI of Δ |
|---|---|---|---|---|
| Osprey | 31.5 | 22.0 | -9.5 | [-15.6, -3.4] |
| Kestrel | 28.0 | 25.5 | -2.5 | [-8.6, +3.7] |
| Heron | 40.3 | 18.8 | -21.5 | [-27.7, -15.3] |
| Dunlin | 19.0 | 21.3 | +2.3 | [-3.3, +7.8] |
"""


def found(sentence: str) -> list[str]:
    """What is said of the intervals of a takeaway."""
    document = parse_document(PAGE.format(sentence))
    evidence = Evidence(document, Outline(document, load_template("v1")), [])
    return [c.message for c in (*interval_claim_clashes(evidence), *printed_clashes(evidence))]


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("The interval of Heron lies entirely {} that of Kestrel.", "below", "above"),
        ("The intervals of Kestrel and Dunlin {}, so they are alike.", "overlap", "do not overlap"),
        ("On the change the intervals of Heron and Kestrel {}, n = 400 each.", "do not meet", "overlap"),
        ("Zero lies {} the interval of Osprey.", "outside", "inside"),
        ("The upper end for Osprey is {} pp.", "−3.4", "−4.3"),
        ("The lower bound of Kestrel is {} the upper bound of Heron.", "above", "below"),
        ("The interval of Heron, −27.7 to {}, is clear of zero.", "−15.3", "−13.5"),
        ("The Dunlin interval goes from −3.3 to {} pp.", "+7.8", "+8.7"),
    ],
)
def test_words_on_named_intervals(sentence: str, right: str, wrong: str) -> None:
    assert not found(sentence.format(right))
    assert found(sentence.format(wrong))


@pytest.mark.parametrize(
    "sentence",
    [
        "Most intervals overlap that of Kestrel.",
        "The interval of Heron would overlap that of Kestrel with half the sample.",
        "Neither Osprey nor Heron has an interval that holds zero.",
        "The intervals of Osprey and Heron hardly overlap before the refit.",
        "The upper end of the fleet is 9.0 pp.",
    ],
)
def test_words_on_others(sentence: str) -> None:
    assert not found(sentence)
