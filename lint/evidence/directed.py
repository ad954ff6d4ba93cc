"""What words of direction are held against: the moves of a sentence."""

from __future__ import annotations

import re

from .idioms import Span, intervals, spans
from .knowledge import Clash
from .lexicon import DirectionWord
from .passages import Sentence

__all__ = ["clash_of", "moves_in"]


def clash_of(sentence: Sentence, word: DirectionWord, message: str) -> Clash:
    """A word of direction that numbers contradict."""
    start = sentence.start + word.start
    return Clash(
        "direction",
        sentence.passage.place(start, sentence.start + word.end),
        message,
        "correct the word or the numbers",
    )


def moves_in(sentence: Sentence) -> list[Span]:
    """The pairs of numbers of a sentence of which the second came of the first."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    out = []
    for s in spans(sentence):
        if id(s.left) in ends or s.kind == "range":
            continue
        if "coefficient" in (s.left.role, s.right.role) and (s.kind != "move" or min(s.left.value, s.right.value) <= 0):
            continue  # of two negative ones the weaker is the larger
        if re.search(
            r"\b(?:spans|range|ranges|ranging|run|runs|between|cosines?|spanning|go)\s*(?:from\s*)?$",
            sentence.between(max(sentence.start, s.start - 24), s.start),
            re.IGNORECASE,
        ):
            continue
        out.append(s)
    return out
