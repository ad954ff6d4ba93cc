"""What a page's tables need not hold: doubts about a clash where no file can settle it."""

from __future__ import annotations

from leakstats.facts import Fact, Series

from .grammar import Number
from .idioms import spans
from .knowledge import Evidence
from .passages import Sentence

__all__ = ["is_at_unheld_point", "is_between_others", "is_new_end", "unsaid"]


def is_at_unheld_point(evidence: Evidence, sentence: Sentence) -> bool:
    """True if a sentence speaks of a layer or a checkpoint of which neither a table nor a file holds anything."""
    if evidence.datasets:
        return False
    points = {m.name for m in sentence.names if m.name.startswith("#")}
    if "held points" not in evidence.cache:
        keys = {k for s in evidence.page_series for k in s.facts if k.startswith("#")}
        evidence.cache["held points"] = frozenset(keys)
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
    if rates and len({round(f.value, 6) for _, f in facts}) > 1:
        return False
    return any(evidence.matches(other, s, f) for s, f in facts)


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
