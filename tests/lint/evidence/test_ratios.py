"""Ratios that sentences state of what was measured, and not of how it was."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.grammar import read_numbers
from leakstats.lint.evidence.passages import Passage
from leakstats.lint.evidence.ratios import ratios
from leakstats.lint.inline import Text


def stated(text: str) -> list[str]:
    passage = Passage(Text(text, (), 0, len(text)), text, "prose", 0, "other", tuple(read_numbers(text)), None)  # type: ignore[arg-type]
    return [x.text for s in passage.sentences for x in ratios(s)]


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("The rate doubled.", ["doubled"]),
        ("The rate rose to 12%, nearly doubling.", ["doubling"]),
        ("The rate rose to 12%, doubling its first value.", ["doubling"]),
        ("The moss keeps 3.5 times the rate of the fern.", ["3.5×"]),
        ("The moss ends with 3.5 times the rate of the fern.", ["3.5×"]),
        ("Rye:oat = 1.6.", ["1.6"]),
        ("Salted/plain at 200 grams: 42%.", ["42"]),
        # of the setting, or behind the colon of a list
        ("Pool: the deep one (all swimmers: 86%).", []),
        ("Pool: the deep one: 0.86.", []),
        ("The last doubling of salt, from 5 to 9 grams, adds 17 hits.", []),
        ("Doubling the salt raises the rate.", []),
        ("Each crew made 60 casts, doubled for the deep ponds.", []),
        ("The moss keeps a little more, with 3.5 times the leaves.", []),
        ("The learning rate was halved at step 800.", []),
        ("The rate was halved at step 800.", ["halved"]),
        ("The rate of the moss after watering was halved.", ["halved"]),
        ("We tripled the sampling (n = 450) for the moss.", []),
        ("A second round doubles that to n = 600.", []),
        ("With twice the dose the moss grows.", []),
        ("The moss has twice the rate of the fern.", ["twice"]),
        ("We drew 150 leaves each and 450 for two of them, three times as many.", []),
        ("The moss sheds 150 leaves and the fern 300, three times as many.", ["three times"]),
        ("Three times the moss dried up.", []),
        ("The moss doubles after training.", ["doubles"]),
    ],
)
def test_ratios_of_what_was_measured(text: str, ratio: list[str]) -> None:
    assert stated(text) == ratio
