"""The one thing along a line of a table to which words give a place, and no slice that the line is of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..regex import regex
from .line_binding import Bound
from .passages import Sentence
from .places import Place
from .sides import Said

__all__ = ["is_slice", "names_itself_as_slice", "place_holder"]


def place_holder(text: str, place: Place, said: Sequence[Said]) -> Said | None:
    """The one thing to which the place can be given."""
    plain = [s for s in said if len(s.members) == 1]
    if place.behind:
        after = [s for s in plain if 0 <= s.start - place.end <= 12]
        return after[0] if after else None
    if not plain or len({s.members for s in said}) > 1:
        return None
    holder = plain[0]
    if _PAIR.match(text, holder.end) or _PAIRED.search(text, max(0, holder.start - 8), holder.start):
        return None  # "Ghent to Lille is highest": of two together
    between = text[place.end : holder.start] if holder.start >= place.end else text[holder.end : place.start]
    return holder if _OF_ANOTHER.search(between) is None else None


_PAIR = regex(r"[`\"'*]*\s*(?:to|→|->|×|–)\s+[`\"'*A-Z]")
_PAIRED = regex(r"\b(?:to|→|->|×|–)\s+[`\"'*]*$")
_OF_ANOTHER = regex(
    r"\b(?:and|below|above|than|against|versus|vs|or|near|like|as)\b|\b(?:its|their|it|"
    r"they)\b(?= (?:own )?(?:\w+ )?(?:is|was|are|were)\b)",
    re.IGNORECASE,
)
"""Between a place and a thing: the place is another's."""
_SLICE = regex(
    r"\b(?:on|in|at|under|for|with|facing|against|after|before|within|by)\s+(?:(?:the|its|a|an|all|"
    r"every)\s+)?[`\"'*]*$",
    re.IGNORECASE,
)


def is_slice(text: str, said: Said) -> bool:
    return _SLICE.search(text, max(0, said.start - 24), said.start) is not None


def names_itself_as_slice(sentence: Sentence, bound: Bound, left: int, right: int) -> bool:
    return any(
        is_slice(sentence.text, s)
        for s in bound.line.other.find(sentence)
        if left <= s.start < right and s.members == {bound.line.at}
    )
