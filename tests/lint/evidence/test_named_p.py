"""p-values beside the name of a row, against the p of that row."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.named_p import row_p_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """\
# Cheeses gain from salt (LOW confidence)

### Results

**Main takeaways:**

- {}

## Headline numbers

| Cheese | Plain | Salted | Gain | p |
|---|---|---|---|---|
| Brie | 31.2 | 38.9 | +7.7 | <.001 |
| Feta | 47.7 | 49.2 | +1.5 | 0.047 |
| Gouda | 62.4 | 63.0 | +0.6 | 0.36 |
"""


def found(sentence: str) -> list[str]:
    """What the p-values of a sentence contradict."""
    document = parse_document(PAGE.format(sentence))
    return [c.message for c in row_p_clashes(Evidence(document, Outline(document, load_template("v1"))))]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Feta only just gets past the threshold (p = 0.047).", "Feta only just gets past the threshold (p = 0.47)."),
        ("Neither Gouda (p = 0.36) nor Feta (p = 0.047) is sure.", "Neither Gouda (p = 0.63) nor Feta is sure."),
        ("For Gouda the p is 0.36.", "For Gouda the p is 0.036."),
    ],
)
def test_a_p_is_that_of_its_row(right: str, wrong: str) -> None:
    assert found(right) == []
    assert len(found(wrong)) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "Adjusted by Holm, Feta has p = 0.14.",
        "Feta against Gouda gives p = 0.22.",
        "Without its rind Feta has p = 0.3.",
        "Tasters prefer the salted Gouda (p = 0.008).",
        "On ranks Feta has r = 0.41 (p = 0.2).",
        "Brie is clear at p < 0.05.",
    ],
)
def test_the_p_of_another_test_is_let_be(sentence: str) -> None:
    assert found(sentence) == []
