"""What sentences say about significance."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.passages import Passage
from leakstats.lint.evidence.verdicts import verdicts
from leakstats.lint.inline import Text


def said(text: str) -> list[str]:
    passage = Passage(Text(text, (), 0, len(text)), text, "prose", 0, "other", (), None)  # type: ignore[arg-type]
    found = (v for s in passage.sentences for v in verdicts(s))
    return ["no" if v.negative else "yes" for v in found]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("The slope is significant.", ["yes"]),
        ("The slope differs significantly from zero.", ["yes"]),
        ("The slope did not differ significantly from zero.", ["no"]),
        ("The slope is no longer significant at depth 9.", ["no"]),
        ("The slope was not found to be significant.", ["no"]),
        ("The slope doesn't come out as significant.", ["no"]),
        ("Swallows that do not sing in the rain leave significantly earlier.", []),
        ("None of the herons stays, and the slope is significant.", ["yes"]),
        ("The slope is barely significant.", ["yes"]),
        ("The slope is just significant.", ["yes"]),
        ("The slope is hardly significant.", ["no"]),
        ("The slope is significant in neither lake.", ["no"]),
        ("The slope reaches the 5% level in none of the lakes.", ["no"]),
        ("The slope is significant in no fewer than two lakes.", ["yes"]),
    ],
)
def test_denials_of_significance(text: str, verdict: list[str]) -> None:
    assert said(text) == verdict
