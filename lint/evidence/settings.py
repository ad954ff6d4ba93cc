"""What an experimenter sets, a dose, a budget, how many were sampled: a ratio of two such settings is no result."""

from __future__ import annotations

import re

from ..regex import regex

__all__ = ["is_of_a_setting"]

_SETTING = (
    r"(?:(?:(?!(?:after|with|without|in|on|over|during|from|to|by|for|at|under|between|and|or|but|of|when|than|as|is|was|"
    r"were|are)\b)[a-z-]+\s+){0,2}?(?:sampling|samples?|draws?|dos(?:e|es|age|ing)|budgets?|batch(?:es)?|temperature|rank|steps|"
    r"epochs|data|dataset|prompts|questions|rows|parameters|seeds|compute|training|schedule|warm-?up|regularisation|"
    r"regularization|window|context|sample sizes?|number of [a-z-]+|amount of [a-z-]+|learning[ -]rate|"
    r"(?:sampling|dropout|decay|feed|frame|training|mixing|masking)[ -](?:rate|ratio)|weight decay|size of the [a-z-]+|"
    r"(?:batch|step|sample|training|model|panel|test)[ -](?:size|set|length|time)|penalty|threshold|strength|coverage|"
    r"n)(?![\w-]))"
)
_OBJECT = regex(
    rf"\s*(?:(?:the|its|their|our|this|that|these|those|each|every|his|her|a|all)\s+)?{_SETTING}", re.IGNORECASE
)
""" "tripled the sampling", "twice the budget", "doubles the dose"."""
_TO_N = regex(r"\s+(?:(?:that|this|it|these|them)\s+)?(?:up\s+)?to\s+n\s*=\s*\d")
""" "a second batch doubles that to n = 600": how many were sampled."""
_SUBJECT = regex(
    rf"(?:^|[,;:—–(]\s*|\b(?:the|its|their|our|a|whose|and|his|her)\s+){_SETTING}(?:\s+(?:of|for|at|in)\s+[^.;:,]{{1,30}}?)?\s+"
    r"(?:(?:was|were|is|are|got|being|be|has been|had been|have been|to be|which we|that we|we|then|also|again|"
    r"roughly|about|simply)\s+){1,3}$",
    re.IGNORECASE,
)
""" "The learning rate was halved"."""


_WITH = regex(rf"\bwith\s+(?:the|its|their|our|a)\s+{_SETTING}\s+$", re.IGNORECASE)
""" "With the dose doubled"."""


def is_of_a_setting(before: str, after: str) -> bool:
    """True if the words around a ratio say that a setting has it, as its object or its subject."""
    if _OBJECT.match(after) or _TO_N.match(after):
        return True
    return _SUBJECT.search(before) is not None or _WITH.search(before) is not None
