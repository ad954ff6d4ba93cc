"""Signs of differences in words, against those that a table gives them."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.signed import sign_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """\
# Floors crack (LOW confidence)

- {}

| Floor | Dry mix | Wet mix | Change (pp) |
|---|---|---|---|
| attic | 12.0% | 17.5% | +5.5 |
| cellar | 8.0% | 6.5% | −1.5 |
| stairs | 30.0% | 41.0% | +11.0 |

| Grams of salt | Brine | Crust |
|---|---|---|
| 10 | 61.0% | 22.0% |
| 40 | 52.5% | 35.0% |
| 90 | 47.0% | 38.5% |

| Predictor | Coefficient | SE |
|---|---|---|
| Depth | −14.20 | 3.10 |
| Width | 2.75 | 1.20 |
"""


def found(sentence: str) -> list[str]:
    """What the signs of a sentence contradict."""
    document = parse_document(PAGE.format(sentence))
    evidence = Evidence(document, Outline(document, load_template("v1")))
    sentences = [s for p in evidence.passages if p.plain == sentence for s in p.sentences]
    assert sentences
    return [c.message for s in sentences for c in sign_clashes(evidence, s)]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("The cellar changed by −1.5 points.", "The cellar changed by +1.5 points."),
        ("Wet minus dry, attic: +5.5 pp.", "Wet minus dry, attic: −5.5 pp."),
        ("Dry minus wet, attic: −5.5 pp.", "Dry minus wet, attic: +5.5 pp."),
        ("From the dry to the wet mix the stairs moved by +11.0 pp.", "From dry to wet the stairs moved by −11.0 pp."),
        (
            "The floors at the ends are attic (+5.5) and cellar (−1.5).",
            "The floors are attic (−5.5) and cellar (−1.5).",
        ),
        ("The wet mix moved the attic by +5.5 points.", "The wet mix moved the attic by −5.5 points."),
        ("Brine, 10 → 40 grams: −8.5 pp.", "Brine, 10 → 40 grams: +8.5 pp."),
        ("At 40 grams crust minus brine is −17.5 points.", "At 40 grams crust minus brine is +17.5 points."),
        ("Depth has −14.20, the only one below zero.", "Depth has +14.20."),
    ],
)
def test_a_sign_is_held_against_what_is_taken_from_what(right: str, wrong: str) -> None:
    assert found(right) == []
    assert len(found(wrong)) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "The attic has −5.5 pp with the dry mix.",  # from the wet one
        "The attic differs by −5.5 pp, dry and wet.",  # in which order, nothing says
        "Attic and cellar differ by −5.5 points.",
        "Instead of +1.5 points the cellar shows a loss.",
        "The cellar was expected to change by +1.5 points.",
        "The cellar changed by 1.5 points.",
        "The stairs are +11.5 points over the attic.",
    ],
)
def test_a_difference_in_no_order_is_let_be(sentence: str) -> None:
    assert found(sentence) == []
