"""What a page's tables need not hold: doubts about a clash where no file can settle it."""

from __future__ import annotations

import itertools

from leakstats.facts import Fact, Series

from ..regex import regex
from .beside import adjacent
from .grammar import Number
from .idioms import spans
from .knowledge import Evidence
from .passages import Sentence

__all__ = [
    "is_at_other_point",
    "is_at_unheld_point",
    "is_between_others",
    "is_new_end",
    "is_of_unheld_range",
    "unsaid",
]


def is_at_unheld_point(evidence: Evidence, sentence: Sentence) -> bool:
    """True if a sentence speaks of a layer or a checkpoint of which neither a table nor a file holds anything."""
    if evidence.datasets:
        return False
    points = {m.name for m in sentence.names if m.name.startswith("#")}
    if "held points" not in evidence.cache:
        named = (x for s in evidence.page_series for k, f in s.facts.items() for x in (k, *f.entities))
        evidence.cache["held points"] = frozenset(x for x in named if x.startswith("#"))
    held: frozenset[str] = evidence.cache["held points"]
    return bool(points - held)


def is_new_end(evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True if a number is one end of a move whose other end is known, and the tables may lack this one.

    A table of cosines before training does not hold those behind it: "0.34 to 0.58". Rates that a table follows over
    time, or holds at two times, are known at both ends.
    """
    if evidence.datasets:
        return False
    moves = [s for s in spans(sentence) if number in (s.left, s.right)]
    other = next((s.right if s.left is number else s.left for s in moves), None)
    if other is None:
        return False
    rates = all(s.fraction and evidence.kind(s) == "rate" for s, _ in facts)
    columns = {s.pointer for s, _ in facts if s.pointer.startswith("column") and not s.fraction}
    if (rates or len(columns) > 1) and len({round(f.value, 6) for _, f in facts}) > 1:
        return False
    return any(evidence.matches(other, s, f) for s, f in facts)


def is_of_unheld_range(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for an end of a range of which the tables do not know the other end either: "from 12% (abbot) to 60% (nun)".

    One end may be a misprint; where both are strange the range is of another measure.
    """
    if evidence.datasets:
        return False
    for low, high in itertools.pairwise(sentence.numbers):
        if number in (low, high) and _NAMED_ENDS.fullmatch(sentence.between(low.end, high.start)):
            other = low if number is high else high
            things = [m.name for m in sentence.names if other.end <= m.start < other.end + _NEAR]
            return not any(evidence.matches(other, s, f) for x in things[:1] for s, f in evidence.about.get(x, ()))
    return False


_NAMED_ENDS = regex(r"\s*%?\s*\([^()\d]*\)\s*(?:up |down )?(?:to|and)\s+")
_NEAR = 8
"""Characters between the end of a range and the name of what has it, in a bracket."""


def is_at_other_point(evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True for a value beside a checkpoint that is none of those at which the tables follow the thing."""
    if evidence.datasets:
        return False
    near = adjacent(sentence).get(sentence.numbers.index(number))
    held = {e for _, f in facts for e in f.entities if e.startswith("#")}
    return near is not None and near.name.startswith("#") and bool(held) and near.name not in held


def unsaid(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """The facts that no other number of the sentence prints: of these one may be meant by a misprint."""
    others = [x for x in sentence.numbers if x is not number and x.role in ("percent", "value", "coefficient")]
    return [(s, f) for s, f in facts if not any(evidence.matches(x, s, f) for x in others)]


def is_between_others(sentence: Sentence, number: Number) -> bool:
    """True if a number is the distance of two others of its passage: "3.77 (best 6.77, worst 3.00)"."""
    low, high = number.printed
    others = [x for x in sentence.passage.numbers if x is not number and x.role in ("percent", "value", "coefficient")]
    return any(b.low - a.high <= high and low <= b.high - a.low for a in others for b in others if b.value > a.value)
