"""Relative changes against the points beside them, and differences in points that are written as percent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .apart import apart, clause_of, levels_named
from .claims import is_claim, is_moot
from .compared import EARLIER_ISSUE, rates_of
from .contrasts import Contrast, Range
from .grammar import Number
from .idioms import interval_ends, spans
from .knowledge import Clash, Evidence
from .passages import Sentence

__all__ = ["RELATIVE", "relative_clashes"]

RELATIVE = regex(
    r"\brelative(?:ly)?\b(?!\s+to\b)|\b(?:in|by) (?:proportion|ratio)\b(?!\s+to\b)|\bproportion\w*\b(?!\s+of\b)",
    re.IGNORECASE,
)
_OF_FORMER = regex(
    r"\s*of\s+(?:the\s+|its\s+|their\s+|what\s+|those\s+)?(?:[\w'’-]+\s+){0,4}?(?:used to|had|began with|"
    r"started with|former|original|initial|before|previous)\b",
    re.IGNORECASE,
)
_CHANGED = regex(
    r"\b(?:costs?|gain(?:s|ed)?|los(?:es?|t)|adds?|added|sheds?|removes?|removed|saves?|saved|gives? up|gave up|drops?|"
    r"dropped|falls?|fell|rises?|rose|climbs?|climbed|grows?|grew|leads?|trails?|beats?|buys?|ahead|behind)\s+"
    r"(?:[`\"'*]*[\w.-]+[`\"'*]*\s+){0,2}?(?:by\s+)?(?:only |about |just |some |another |nearly )?$",
    re.IGNORECASE,
)
_MORE = regex(r"\s+(?:more|less|fewer|higher|lower|up|down|ahead|behind|apart|better|worse)\b", re.IGNORECASE)
_NEAR = 60
"""Characters between the points of a change and its percentage."""


def relative_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Relative changes that do not follow from the points beside them, and points that are written as percent."""
    for passage in evidence.passages:
        for sentence in passage.sentences if is_claim(passage) else ():
            percents = [n for n in sentence.numbers if n.role == "percent" and n.bound in ("", "~")]
            if not percents or EARLIER_ISSUE.search(sentence.text):
                continue
            points = [n for n in sentence.numbers if n.role == "points" and n.bound in ("", "~")]
            ends = interval_ends(sentence)
            in_span = {id(x) for s in spans(sentence) for x in (s.left, s.right)}
            for number in percents:
                if id(number) in ends or id(number) in in_span or number.value == 0:
                    continue
                wrong = ""
                if len(points) == 1 and _is_beside(sentence, points[0], number):
                    wrong = _against_points(evidence, sentence, points[0], number)
                elif not points and len(percents) == 1:
                    wrong = _as_points(evidence, sentence, number)
                if wrong:
                    yield Clash("percent-points", passage.place(number.start, number.end), wrong, "write pp, or divide")


def _is_beside(sentence: Sentence, points: Number, number: Number) -> bool:
    """True if a percentage is said to be the relative change that a number of points is."""
    one, two = sorted((points, number), key=lambda n: n.start)
    between = sentence.between(one.end, two.start)
    if len(between) > _NEAR or any(one.end <= n.start < two.start for n in sentence.numbers):
        return False
    behind = sentence.between(two.end, sentence.end)
    if number is two and _OF_FORMER.match(behind):
        return True
    return RELATIVE.search(between) is not None or RELATIVE.search(_CLAUSE.split(behind)[0]) is not None


_CLAUSE = regex(r"[,;:.()](?!\d)|\b(?:while|whereas|but|and)\b")


def _against_points(evidence: Evidence, sentence: Sentence, points: Number, number: Number) -> str:
    """What is wrong with a relative change: that no level which is named is what it makes of the points.

    Of 9.1 points that are 9.1 percent the level was 100%.
    """
    if is_moot(sentence):
        return ""
    low, high = (abs(x) for x in sorted(points.printed, key=abs))
    least, most = (abs(x) for x in sorted(number.printed, key=abs))
    if least <= 0:
        return ""
    base: Range = (low / most, high / least)
    held = list(levels_named(evidence, sentence, sentence.start, sentence.end))
    if not held and least <= high and low <= most:
        held = list(evidence.known_rates)  # nobody is named, and the two are one number: of 100%
    others = rates_of(sentence, True, number)
    if not held or any(a <= base[1] + 1e-9 and base[0] - 1e-9 <= b for a, b in (*held, *others)):
        return ""
    return (
        f"{number.text}{number.unit} is no relative change: {points.text} points are that of {50 * sum(base):.3g}%, "
        "which is no level of what it speaks of"
    )


def _as_points(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with a change in percent: that it is the difference of two levels which the clause names."""
    left, right = clause_of(sentence, number.start)
    before, behind = sentence.between(left, number.start), sentence.between(number.end, right)
    if not (_CHANGED.search(before) or _MORE.match(behind)) or RELATIVE.search(sentence.text) or _OF.match(behind):
        return ""
    found = apart(evidence, sentence, number.start, points=True)
    if found is None or not found.differs(*number.scaled()) or _is_relative(found, number):
        return ""
    low, high = number.scaled()
    if any(a <= high + 1e-9 and low - 1e-9 <= b for pair in found.pairs for a, b in pair):
        return ""
    return f"{number.text}{number.unit} is a difference of percentages: percentage points, not percent"


_OF = regex(r"\s*of\b")


def _is_relative(found: Contrast, number: Number) -> bool:
    """True if a number may be the relative change of two levels."""
    low, high = (abs(x) for x in number.scaled())
    for pair in found.pairs:
        for a, b in (pair, pair[::-1]):
            if b[0] <= 0:
                continue
            ends: Sequence[float] = [abs(x - y) / y for x in a for y in b]
            if min(ends) <= high + 1e-9 and low - 1e-9 <= max(ends):
                return True
    return False
