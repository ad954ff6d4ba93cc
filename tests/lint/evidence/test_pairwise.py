"""Comparisons of two rows or two columns of a table, in words."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.pairwise import pairwise_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """\
# Crews stall at high load (LOW confidence)

Six crews sorted parcels; a parcel stalls if nobody picks it up.

- {}

Delay in seconds by load:

|  | Heron | Rook | Stork |
|---|---|---|---|
| Load 2 | 31 | 44 | 38 |
| Load 8 | 90 | 71 | 64 |

| Crew | Parcels/s at load 8 | Wages (EUR) | Stalled parcels |
|---|---|---|---|
| Heron | 1,150 | 21.5 | 6.1% |
| Rook | 1,420 | 19.0 | 2.4% |
| Stork | 1,610 | 33.0 | 3.3% |

| Floor | Dry mix | Wet mix | Change (pp) |
|---|---|---|---|
| attic | 12.0% | 17.5% | +5.5 |
| cellar | 8.0% | 6.5% | −1.5 |
| stairs | 30.0% | 41.0% | +11.0 |
| Mean | 16.7% | 21.7% | +5.0 |
"""


def found(sentence: str) -> list[str]:
    """What the comparisons of a sentence contradict."""
    document = parse_document(PAGE.format(sentence))
    evidence = Evidence(document, Outline(document, load_template("v1")))
    sentences = [s for p in evidence.passages if p.plain == sentence.replace("`", "") for s in p.sentences]
    assert sentences
    return [c.message for s in sentences for c in pairwise_clashes(evidence, s)]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Rook is slower than Heron at load 2.", "Rook is faster than Heron at load 2."),
        ("At load 8 Rook is faster than Heron.", "At load 8 Rook is slower than Heron."),
        ("Stork is cheaper than nobody.", "Stork is cheaper than Rook."),
        ("Heron stalls more often than Rook.", "Heron stalls less often than Rook."),
        ("Rook < Stork in stalled parcels.", "Rook > Stork in stalled parcels."),
        ("Stork needs higher wages than Heron.", "Stork needs lower wages than Heron."),
        ("On the stairs the wet mix is above the dry mix.", "On the stairs the wet mix is below the dry mix."),
        ("In the cellar the wet mix exceeds nothing.", "In the cellar the wet mix exceeds the dry mix."),
        ("On average the wet mix is higher than the dry one.", "On average the wet mix is lower than the dry one."),
        (
            "The wet mix is higher than the dry one on most floors.",
            "The wet mix is higher than the dry on every floor.",
        ),
        (
            "Under the wet mix the attic is lower than the stairs.",
            "With the wet mix the attic is above the stairs.",
        ),
    ],
)
def test_a_comparison_is_held_against_its_two_cells(right: str, wrong: str) -> None:
    assert found(right) == []
    assert len(found(wrong)) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "Rook is slower than Heron at light loads.",  # of which rows this is, nothing says
        "The attic is more tolerant than the cellar.",  # unknown, which way
        "The attic recovers more often than the stairs.",  # an event that no header has
        "The attic with the dry mix is above the cellar with the wet mix.",  # cells of two columns
        "If Rook were slower than Stork, nobody would notice.",
        "Heron is not cheaper than Rook.",
        "Rook is smaller than Heron.",  # in what it is, no column says
        "Per parcel Stork is cheaper than Rook.",
        "The stairs gained less than the attic relative to the dry mix.",
        "With 14 people Rook is larger than Stork.",
    ],
)
def test_what_is_not_understood_is_let_be(sentence: str) -> None:
    assert found(sentence) == []
