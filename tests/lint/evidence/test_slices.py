"""Counts of free prose against complete slices of tables."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.amounts import amounts_in
from leakstats.lint.evidence.slices import read_words


@pytest.mark.parametrize(
    ("text", "low", "total", "noun"),
    [
        ("in four of five harbours it rains", 4, 5, "harbours"),
        ("at one pier out of eight", 1, 8, "pier"),
        ("Out of 20 harbour cells, seven lie above 30%", 7, 20, "cells"),
        ("all but one of the nine ferries", 8, 9, "ferries"),
        ("none of the six ferries sank", 0, 6, "ferries"),
        ("no ferry sank", 0, 0, "ferry"),
        ("at least three of the seven buoys", 3, 7, "buoys"),
    ],
)
def test_amounts(text: str, low: float, total: int, noun: str) -> None:
    (found,) = amounts_in(text)
    assert (found.low, found.total, found.noun) == (low, total, noun)


@pytest.mark.parametrize(
    "text", ["about four of five harbours", "not all ferries", "the two ferries", "across twelve harbours"]
)
def test_loose_amounts_are_none(text: str) -> None:
    assert [a for a in amounts_in(text) if a.noun not in ("", "all")] == []


def test_words_of_states_are_words_of_their_own() -> None:
    assert [w.stem for w in read_words("in-harbour and out-of-harbour")] == ["in-harbour", "and", "out-of-harbour"]
