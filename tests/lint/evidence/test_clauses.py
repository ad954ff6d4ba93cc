"""The clause of a place in a text."""

from __future__ import annotations

import re

import pytest

from leakstats.lint.evidence.clauses import clause_around

_TEXT = "Ghent leads, but Bruges trails; Liege is third"


@pytest.mark.parametrize(
    ("word", "clause"), [("leads", "Ghent leads"), ("Bruges", "Bruges trails"), ("third", "Liege is third")]
)
def test_a_clause_goes_from_the_cut_before_a_place_to_the_cut_behind_it(word: str, clause: str) -> None:
    left, right = clause_around(_TEXT, _TEXT.index(word), re.compile("; |, but "))
    assert _TEXT[left:right] == clause


def test_a_text_without_cuts_is_one_clause() -> None:
    assert clause_around("Ghent leads", 6, re.compile(";")) == (0, 11)
