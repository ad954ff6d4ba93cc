"""Numbers that words call an end of an interval: "its upper bound (18%)", "that of the nun starts at 0.2".

Ends in square brackets or behind "CI" are read in ``idioms``.
"""

from __future__ import annotations

import re

from ..regex import regex
from .grammar import Number
from .names import words_of
from .passages import Sentence

__all__ = ["is_edge"]


def is_edge(sentence: Sentence, number: Number) -> bool:
    """True if the words around a number make it one end of an interval, and no estimate."""
    text = sentence.text
    if not any(word in text for word in _TOLD):
        return False
    before = sentence.between(sentence.start, number.start)
    after = sentence.between(number.end, sentence.end)
    return (
        _is_behind(sentence, number, before)
        or _CALLED.match(after) is not None
        or _ALL_CALLED.match(after) is not None
        or (_REACHES.search(before) is not None and _OF_INTERVAL.search(before) is not None)
    )


_TOLD = ("upper", "lower", "Upper", "Lower", "interval", "Interval", "CI")
_EDGE = r"(?<!at the )(?:upper|lower) (?:confidence |credible )?(?:ends?|limits?|bounds?|edges?)"
_NAMES_EDGE = regex(rf"\b{_EDGE}\b", re.IGNORECASE)
_CALLED = regex(rf"\s*%?\s*[(,]?\s*(?:(?:as|being) (?:its |the )?)?{_EDGE}\b(?! than)")
_ALL_CALLED = regex(r"[^.;()]*\(\s*(?:the )?(?:upper|lower) (?:ends|limits|bounds|edges)\b")
"""Behind several ends: "0.60 for the nun and 1.07 for the judge (lower ends)"."""
_REACHES = regex(
    r"\b(?:starts?|begins?|opens?|stops?|ends?|closes?|reach(?:es)?|extends?|goes|go|at)\s+"
    r"(?:only |already |just |up |down )*(?:(?:at|from|to|with|near)\s+)?(?:about |only |just )?$"
)
_OF_INTERVAL = regex(r"\b(?:[Ii]ntervals?|CIs?)\b(?!.*\b(?:rates?|shares?|values?|scores?|levels?|means?)\b)")
_SMALL = frozenset(
    words_of(
        "a an the of for in at is was are were be being its their that those it on to only just still even about near "
        "there stands lies sits reaches equals n with and"
    )
)
_THAT_OF = regex(r"\b(?:that|those) (?:of|for) (?:the )?[`\"'*]*$")


def _is_behind(sentence: Sentence, number: Number, before: str) -> bool:
    """True if an end is named before the number, and nothing else is, but for things that have one too."""
    found = [m.end() for m in _NAMES_EDGE.finditer(before)]
    if not found:
        return False
    at = sentence.start + found[-1]
    if any(at <= x.start < number.start for x in sentence.numbers):
        return False
    gap, last = "", at
    for m in sentence.names:
        if at <= m.start and m.end <= number.start:
            if (
                _THAT_OF.search(sentence.between(at, m.start))
                and not words_of(sentence.between(m.end, number.start)) - _SMALL
            ):
                return True  # "the lower bound of every other; the closest is that of the nun, 28%"
            gap, last = gap + sentence.between(last, m.start), m.end
    gap += sentence.between(last, number.start)
    return ";" not in gap and words_of(gap) <= _SMALL
