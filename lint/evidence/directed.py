"""What words of direction are held against: the moves of a sentence."""

from __future__ import annotations

import re
from itertools import pairwise

from leakstats.records import struct

from ..regex import regex
from .idioms import Span, interval_ends, is_rate, pairs_of_counts, spans
from .knowledge import Clash
from .lexicon import DirectionWord
from .passages import Sentence, once

__all__ = ["Rate", "clash_of", "coefficients_in", "moves_in", "rates_in"]


@struct
class Rate:
    """A rate of a sentence, printed as one or as "78 of 260", in percent; or a coefficient."""

    start: int
    end: int
    value: float
    role: str
    text: str


def clash_of(sentence: Sentence, word: DirectionWord, message: str) -> Clash:
    """A word of direction that numbers contradict."""
    start = sentence.start + word.start
    return Clash(
        "direction",
        sentence.passage.place(start, sentence.start + word.end),
        message,
        "correct the word or the numbers",
    )


@once
def moves_in(sentence: Sentence) -> list[Span]:
    """The pairs of numbers of a sentence of which the second came of the first."""
    out: list[Span] = []
    if len(sentence.numbers) < 2:
        return out
    ends = interval_ends(sentence)
    for s in (*spans(sentence), *_turned(sentence)):
        if id(s.left) in ends or s.kind == "range":
            continue
        if "coefficient" in (s.left.role, s.right.role) and (s.kind != "move" or min(s.left.value, s.right.value) <= 0):
            continue  # of two negative ones the weaker is the larger
        if regex(
            r"\b(?:spans|range|ranges|ranging|run|runs|between|cosines?|spanning|go)\s*(?:from\s*)?$", re.IGNORECASE
        ).search(sentence.between(max(sentence.start, s.start - 24), s.start)):
            continue
        if s.kind == "to" and _OF_SIZE.search(sentence.between(max(sentence.start, s.start - 24), s.start)):
            continue
        out.append(s)
    return out


def _turned(sentence: Sentence) -> list[Span]:
    """The pairs of "0.45 becomes 0.38"."""
    if "bec" not in sentence.text and "turn" not in sentence.text:
        return []
    return [
        Span(a, b, "move", a.at, b.end)
        for a, b in pairwise(sentence.numbers)
        if {a.role, b.role} <= {"value", "coefficient"} or a.role == b.role == "percent"
        if _BECOMES.fullmatch(sentence.between(a.end, b.at))
    ]


_BECOMES = regex(r"\s*%?\s+(?:becomes?|became|turns? into|turned into)\s+(?:only |just )?", re.IGNORECASE)
_OF_SIZE = regex(r"\b(?:by|of)\s+(?:about |roughly |only |some |~)?$", re.IGNORECASE)
"""Before the sizes of several changes, "by 4 to 9 points", and before the whole of a part, "8 out of 60 to 31"."""


@once
def rates_in(sentence: Sentence) -> list[Rate]:
    """The rates of a sentence that are no ends of intervals, no bounds and no differences, each once."""
    if not sentence.numbers:
        return []
    ends = interval_ends(sentence)
    found = [
        Rate(n.at, n.end, n.value if n.role == "percent" else 100 * n.value, n.role, n.text)
        for n in sentence.numbers
        if id(n) not in ends and is_rate(sentence, n) and n.bound in ("", "~") and not n.signed
    ]
    found += [
        Rate(k.at, n.end, 100 * k.value / n.value, "percent", f"{k.text} of {n.text}")
        for k, n in pairs_of_counts(sentence)
        if n.value >= 20
    ]
    out: list[Rate] = []
    for rate in sorted(found, key=lambda x: x.start):
        if not out or abs(rate.value - out[-1].value) > 0.6 or rate.start - out[-1].end > 12:
            out.append(rate)  # "31% (31/100)" is one
    return out


_OF_FIT = regex(
    r"\b(?:fits?|relations?|relationships?|associations?|links?|correlations?|coefficients?|spearman|pearson)\b|"
    r"(?<![\w'’])(?:r|ρ|rho)(?![\w'’])",
    re.IGNORECASE,
)
_OTHER_QUANTITY = regex(
    r"\b(?:cos\w*|similarit\w+|likeness|closeness|distances?|overlaps?|projections?|starting|slopes?|loss)\b"
    r"[^.;:,()\d]{0,24}$",
    re.IGNORECASE,
)


def coefficients_in(sentence: Sentence) -> list[Rate]:
    """The coefficients of a sentence; in one that speaks of a fit the bare decimals too, "it was .69 before"."""
    if not sentence.numbers:
        return []
    ends = interval_ends(sentence)
    bare = any(n.role == "value" and n.decimals > 1 for n in sentence.numbers)
    fit = (
        bare
        and sum(n.role == "coefficient" and not n.bound for n in sentence.numbers) < 2
        and _OF_FIT.search(sentence.text) is not None
    )
    return [
        Rate(n.at, n.end, n.value, "coefficient", n.text)
        for n in sentence.numbers
        if not n.bound
        and abs(n.value) <= 1
        and id(n) not in ends
        and (n.role == "coefficient" or (fit and n.role == "value" and n.decimals > 1 and not n.label))
        and not _OTHER_QUANTITY.search(sentence.between(max(sentence.start, n.at - 48), n.at))
    ]
