"""The bounds that the words of a clause set on its numbers: "above 25%", "breaks 80%", "p stays under 0.01"."""

from __future__ import annotations

import re

from leakstats.records import replace

from ..regex import regex
from .fields import Asked
from .grammar import Number
from .idioms import spans
from .wording import FALLS_SHORT, LINEAR, NAMES_COEFFICIENT, OVERTAKEN, OVERTAKES, RANKS, REACH

__all__ = ["bounds_said"]

_LEVELS = frozenset(["percent", "value", "coefficient", "count", "none"])
"""What a number can be on which a verb sets a bound."""
_ALPHAS = (0.05, 0.01, 0.001)
_DIVIDED = regex(r"\s?/\s?([1-9]\d{0,3})\b")
"""Behind a level that is shared among tests."""
_OF_P = regex(
    r"(?<![\w-])[pP](?:[- ]?values?)?\s+(?:\([^()]*\)\s+)?"
    r"(?:(?:is|was|are|were|stays?|lies?|falls?|rises?|goes|ends)\s+)?"
    r"(?:exceed\w*|above|over|below|under|pass\w*|beyond|past|greater than|less than|larger than|smaller than)\s*$"
)
"""In front of a bound: "Pearson p exceeds"."""


def bounds_said(asked: Asked) -> list[Number]:
    """The numbers of a clause that bound something, each with its bound and with what it can only be.

    A difference of two fields is in points, and a small level of a test is a p-value.
    """
    text, sentence = asked.text, asked.sentence
    bounded = []
    ends = {id(x) for s in spans(sentence) if s.kind == "range" for x in (s.left, s.right)}
    for number in asked.numbers:
        before = sentence.between(sentence.start, number.at)
        if not number.bound and number.role in _LEVELS and id(number) not in ends:
            bound = _bound_by_verb(before, sentence.between(number.end, number.end + 40))  # "2 of 7 arrive at 0.3"
            if not bound and _CAP.search(before):
                bound = ">" if _BROKEN.search(text) else "<=" if _KEPT.search(text) else ""
            if number.role == "value" and number.value in _ALPHAS:
                tested = bound == ">=" and _OF_TEST.match(sentence.between(number.end, number.end + 16))
                bound = "<" if bound == ">" or tested else bound  # "clear 0.05", "make the 0.05 cut" are of p
            number = replace(number, bound=bound)
        if _COURSE.search(before) and _GOES_ON.match(sentence.between(number.end, sentence.end)):
            continue  # "from 0.71 over 0.78 to 0.83"
        if number.role == "value" and number.bound and _SUBTRACTED.search(before) and _SUBTRACTED.search(text):
            number = replace(number, role="points", value=100 * number.value)  # "glazed minus bare > 0.10"
        if number.role == "points" and not number.bound and not number.signed:
            number = replace(number, bound=">=")  # "6 points more in 3 of 9"
        if number.bound not in ("<", "<=", ">", ">="):
            continue
        if number.bound in ("<", ">") and _OR_AT.search(before):
            number = replace(number, bound=f"{number.bound}=")
        divided = _DIVIDED.match(sentence.between(number.end, number.end + 8))
        if divided is not None:  # "below 0.05/4 = 0.0125"
            number = replace(number, value=number.value / int(divided[1]), role="p")
        level = number.value in _ALPHAS or 0 < number.value < min(_ALPHAS)
        of_p = (
            number.role == "value" and level and (number.bound in ("<", "<=") or _P.search(sentence.text) is not None)
        )
        if of_p or (number.role in ("value", "coefficient") and _OF_P.search(before)):
            number = replace(number, role="p")
        elif number.role == "value" and (NAMES_COEFFICIENT.search(text) or RANKS.search(text) or LINEAR.search(text)):
            number = replace(number, role="coefficient")
        bounded.append(number)
    return bounded


_OF_TEST = regex(r"\s*(?:significance )?(?:cut|level|bar|mark|threshold|line|hurdle)\b", re.IGNORECASE)
_P = regex(r"\bp\b(?! [a-z]*\s?=)|\bp-values?\b")
_COURSE = regex(r"\bfrom [+−-]?\d[\d.,]*\s?%?(?:,? (?:over|past) (?:[+−-]?\d[\d.,]*\s?%?)?)+$", re.IGNORECASE)
_GOES_ON = regex(r"(?:,? over [+−-]?\d[\d.,]*\s?%?)*,? to [+−-]?\d", re.IGNORECASE)
_SUBTRACTED = regex(r"\w\s+(?:−|minus)\s+\w", re.IGNORECASE)
_BESIDE_LEVEL = regex(
    r"\b(?:(?P<below>under|below|beneath|short of)|above|over|beyond|past)\s+(?:the|a|an|our|its)\s+$", re.IGNORECASE
)
""" "Get under the 0.05 mark"."""
_CAP = regex(r"\b(?:limit|cap|ceiling|containment|tolerance|bound|maximum) (?:of|at|is|was|were)\s+$", re.IGNORECASE)
_THAN = regex(
    r"\b(?:(?P<less>(?:low|few|small|weak|short|rar|scarc|thinn|meek|mild|slow|calm|quiet|shallow|poor)er|less \w+)|"
    r"[a-z]{3,}er|more \w+) than (?:in |at )?$",
    re.IGNORECASE,
)
""" "Ruder than 35%"."""
_COMPARED = regex(r"\b(?:superior|(?P<less>inferior)) to\s+$", re.IGNORECASE)
_OR_AT = regex(r"\bat or (?:just )?(?:above|over|beyond|past|below|under|beneath)\s*$", re.IGNORECASE)
_BROKEN = regex(r"\b(?:fail\w*|break\w*|broken|breach\w*|exceed\w*|violat\w*|overstep\w*|burst\w*)\b", re.IGNORECASE)
_KEPT = regex(
    r"\b(?:holds?|held|keeps?|kept|respect\w*|pass\w*|meets?|met|stays?|within|compl(?:y|ies))\b", re.IGNORECASE
)
"""What is done to a limit of so many percent."""


def _bound_by_verb(before: str, after: str) -> str:
    """The bound that the verb beside a number states: "4 of 9 pass 30%", "30% is passed by 4 of 9"."""
    than = _THAN.search(before)
    if OVERTAKES.search(before) or (than is not None and not than["less"]):
        return ">"
    if than is not None:
        return "<"
    ranked = _COMPARED.search(before)
    if ranked is not None:
        return "<" if ranked["less"] else ">"
    if FALLS_SHORT.search(before):
        return "<"
    if REACH.search(before):
        return ">="
    beside = _BESIDE_LEVEL.search(before)
    if beside is not None:
        return "<" if beside["below"] else ">"
    passive = OVERTAKEN.match(after)
    return "" if passive is None else ">=" if passive["least"] else ">"
