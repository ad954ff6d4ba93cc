"""How sure a value is said to be: the stretches with the ends of its interval, its ±, its standard error.

None of their numbers is a value of its own: no coefficient, no rate and no count.
"""

from __future__ import annotations

import re

from ..regex import regex
from .grammar import Number
from .passages import Sentence, once

__all__ = ["is_margin", "less_margins", "margins"]

_END = r"[-+−–]?\d{0,6}\.?\d{1,9}\s?%?"
_PAIR = rf"{_END}\s?(?:,|;|to|and|–|—|-|\.\.|…)\s?{_END}"
_MARGIN = regex(
    # "95% CI: 0.16–0.74", "a bootstrap 95% interval of [0.16, 0.74]", "CI95 (0.16, 0.74)"
    r"(?:\b(?:bootstrap\w*|cluster\w*|percentile|BCa|Fisher(?:['’]s)?(?: z)?|Wilson|Bayes\w*|credible|exact)\s+){0,3}"
    r"(?:\b\d\d(?:\.\d+)?\s?%\s?-?\s?)?"
    r"\b(?:CIs?(?:\s?\d\d)?|(?:confidence |credible )?(?:intervals?|limits|bounds)|HDI|CrI)\b\s*"
    rf"(?:\(\d\d(?:\.\d+)?\s?%\))?\s*(?:[=:,]|of|from|is|runs from|between|spans)?\s*"
    rf"(?:[(\[]\s*{_PAIR}\s*[)\]]|{_PAIR})"
    # "[0.16, 0.74]"
    rf"|\[\s*(?:\d\d(?:\.\d+)?\s?%(?:\s?CI)?\s?[:,]?\s)?{_PAIR}\s*\]"
    # "± 0.1", "+/- 0.1"
    rf"|(?:±|\+\s?/\s?[-−–])\s?{_END}"
    # "SE 0.15", "SD = 0.15", "a standard error of 0.15"
    r"|\b(?:S\.?E\.?M?|S\.?D|s\.\s?[ed]\.?|se|sd|sem|std(?:\.|ev)?|"
    r"(?:robust |clustered )?[Ss]tandard (?:errors?|deviations?)|"
    rf"[Mm]argin of error)(?![\w])\.?\s*(?:[=:≈~]|of|is|was|being)?\s*{_END}"
)
_HINT = regex(
    r"[±\[]|/\s?[-−–]|\b(?:CI|HDI|CrI|interval|limits|bounds|S\.?E|S\.?D|s\.\s?[ed]|se|sd|sem|std|standard|margin)",
    re.IGNORECASE,
)


@once
def margins(sentence: Sentence) -> tuple[tuple[int, int], ...]:
    """Where the margins of a sentence's values stand, from their first word to behind their last number."""
    if len(sentence.numbers) < 2 or _HINT.search(sentence.text) is None:
        return ()
    return tuple(m.span() for m in _MARGIN.finditer(sentence.passage.plain, sentence.start, sentence.end))


def is_margin(sentence: Sentence, number: Number) -> bool:
    """True for a number that says how sure another is: the end of an interval, a ±, a standard error."""
    return any(start <= number.start and number.end <= end for start, end in margins(sentence))


def less_margins(sentence: Sentence, left: int, right: int) -> str:
    """The characters from ``left`` to before ``right`` without the margins that lie between."""
    text, at = "", left
    for start, end in margins(sentence):
        if left <= start and end <= right:
            text, at = text + sentence.between(at, start), end
    return text + sentence.between(at, right)
