"""Percentages of the design, which name an arm and are no rates: "falls back to 62.8 at 30%" of arms 3, 15 and 30."""

from __future__ import annotations

from ..regex import regex
from .grammar import Number
from .knowledge import Evidence
from .passages import Sentence

__all__ = ["is_dose"]

_FEWEST = 3
"""Arms with a number in their name, of which each is a dose."""
_DIGITS = regex(r"(?<!\d)0*(\d{1,3})$")
_AT = regex(r"\b(?:at|up to|until|beyond|past|above|below|with|under|from|of|than|not)\s+(?:only )?$")


def is_dose(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a whole percentage behind "at" that the name of one of several arms ends in."""
    if number.role != "percent" or number.decimals > 0 or number.signed or number.bound:
        return False
    if _AT.search(sentence.between(sentence.start, number.start)) is None:
        return False
    if "doses" not in evidence.cache:
        ends = (_DIGITS.search(name) for name in evidence.page_names if not name.startswith("#"))
        evidence.cache["doses"] = frozenset(int(m[1]) for m in ends if m is not None)
    doses: frozenset[int] = evidence.cache["doses"]
    return len(doses) >= _FEWEST and int(number.value) in doses
