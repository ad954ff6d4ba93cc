"""Differences without a unit of points: "0.09 worse than the panel", "by 241 ms", "lost 6.5 marks"."""

from __future__ import annotations

import re

from ..regex import regex
from .contrasts import contrast
from .grammar import Number
from .idioms import interval_ends, pairs_of_counts, spans
from .knowledge import Evidence
from .lexicon import direction_words
from .passages import Sentence
from .wording import DIFFERS

__all__ = ["bare_clash"]

_BY = regex(r"\bby\s+(?:only |just |about |some |a mere |another )?$", re.IGNORECASE)
_CHANGED = regex(
    r"\b(?:adds?|added|gain(?:s|ed)?|los(?:es?|t)|cost|costs|sav(?:es?|ed)|shed|sheds|puts? on|won|wins)\s+"
    r"(?:only |just |about |some |a mere |another )?$",
    re.IGNORECASE,
)
_NAMED = regex(
    r"\b(?:differences?|gaps?|distances?|margins?|discrepanc(?:y|ies)|lead|advantage)\b[^.;:()]{0,60}?"
    r"\b(?:of|is|was|amounts? to|comes? to|equals)\s+(?:only |just |about |some |a mere )?$",
    re.IGNORECASE,
)
_LISTED = regex(r":\s*$")
_MORE = regex(
    r"\s*(?:[A-Za-zµ/]{1,12}\s+)?(?:more|less|higher|lower|worse|better|fewer|faster|slower|longer|shorter|larger|smaller|"
    r"apart)\b",
    re.IGNORECASE,
)
_CLOSED = regex(
    r"\s*(?:[A-Za-zµ]{1,8}(?:/s)?\b)?\s*"
    r"(?:[,;:)*]|\.(?!\d)|$|(?:from|between|in|for|on|at|to|than|when|under)\b)"
)


def bare_clash(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with a difference in the unit of a table; "" where nothing is, or where it may be no difference.

    It is judged only against the two cells whose rows and columns its clause names, or against the one pair of a row.
    """
    if not _is_difference(sentence, number):
        return ""
    known = contrast(evidence, sentence, number, number.start)
    if known is None:
        known = contrast(evidence, sentence, number, number.start, in_rows=True)
        if known is None or not known.changes or len(known.pairs) > len(known.changes):
            return ""
    elif len(known.pairs) > 1:
        return ""
    scales = (1.0, 0.01) if number.value > 1 else (1.0,)  # "lost 6", of two percentages
    fits = any(known.differs(number.low * s, number.high * s) for s in scales)
    return "" if fits else f"{number.text} is no difference of the values that it speaks of{known.against()}"


def _is_difference(sentence: Sentence, number: Number) -> bool:
    plain = number.role in ("value", "count") or (number.role, number.label) == ("none", "size")
    if not plain or number.bound not in ("", "~") or number.label not in ("", "size"):
        return False
    if any(number in x for x in pairs_of_counts(sentence)) or id(number) in interval_ends(sentence):
        return False
    if any(number in (s.left, s.right) for s in spans(sentence)):
        return False
    lead = sentence.between(sentence.start, number.start)
    if _MORE.match(sentence.between(number.end, sentence.end)):
        return number.decimals > 0 or number.label == "size"  # "3 more languages"
    if not _CLOSED.match(sentence.between(number.end, sentence.end)):
        return False
    if _BY.search(lead):
        return DIFFERS.search(lead) is not None or bool(direction_words(lead)) or _CHANGED.search(lead) is not None
    listed = number.signed and _LISTED.search(lead) is not None
    return listed or _CHANGED.search(lead) is not None or _NAMED.search(lead) is not None
