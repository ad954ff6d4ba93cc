"""The states of what was measured, before and after, first and last, over all: of a label, and told by words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from ..regex import regex
from .names import words_of
from .states import AFTER, BEFORE

__all__ = ["FIRST", "LAST", "stage_of", "stages_in"]

FIRST = (
    r"start(?:s|ed|ing)?|beg[ai]n(?:s|ning)?|begun|sets? out|setting out|outset|to begin with|initial(?:ly)?|untrained|"
    r"untuned"
)
LAST = r"end(?:s|ed|ing)?(?: up)?|finish(?:es|ed)?|final(?:ly)?|afterwards?|eventually"
"""Verbs and adverbs of the two ends of a course, "ends at twice what it set out from"."""
_TOLD: Mapping[str, re.Pattern[str]] = {
    "before": regex(
        r"\b(?:before(?:hand)?|un(?:tuned|trained|treated|quanti[sz]ed)|baseline|original(?:ly)?|initial(?:ly)?|base)\b"
        r"(?!\s+(?:\d|one|two|three|four))",
        re.IGNORECASE,
    ),
    "after": regex(
        r"\bafter(?:wards?)?\b(?!\s+(?:\d|one|two|three|four|all|that|this|which))|"
        r"(?<!-)\b(?<!un)(?:tuned|trained|final(?:ly)?|following)\b",
        re.IGNORECASE,
    ),
    "first": regex(rf"\b(?:{FIRST}|at first)\b", re.IGNORECASE),
    "last": regex(rf"\b(?:{LAST}|at last)\b", re.IGNORECASE),
    "whole": regex(
        r"\b(?:pool(?:ed|ing)?|overall|together|altogether|all told|in all|all in all|in total|combined|in aggregate|"
        r"(?:all|every|any) (?:of )?(?:the )?(?:\w+ )?[a-z]+|averaged?|on average|mean|sum(?:med)?)\b",
        re.IGNORECASE,
    ),
}
"""What a clause says to be of a state, by the state."""
_TREATED = words_of("tuned trained treated")


@lru_cache(maxsize=1024)  # each table of the page asks of the same clauses
def stages_in(text: str) -> frozenset[str]:
    """The states of which a clause speaks.

    >>> sorted(stages_in("before tuning it starts higher"))
    ['before', 'first']
    """
    return frozenset(stage for stage, pattern in _TOLD.items() if pattern.search(text))


def stage_of(label: str) -> str:
    """``before``, ``after`` or "", by a word of a label.

    >>> stage_of("Before (%)"), stage_of("tuned"), stage_of("Rate")
    ('before', 'after', '')
    """
    words = words_of(label)
    return "before" if words & BEFORE else "after" if words & (AFTER | _TREATED) else ""
