"""How many things have intervals in two columns that overlap, or that lie apart."""

from __future__ import annotations

import re
from collections import defaultdict

from leakstats.facts import Fact

from ..regex import regex
from .fields import Asked
from .knowledge import Evidence
from .names import stem, words_of
from .tallies import Tally, tally_of
from .widths import stated_intervals

__all__ = ["APART", "TOGETHER", "of_overlap"]

_INTERVALS = regex(r"\b(?:intervals?|CIs?|bands?|error bars?|limits|ranges)\b", re.IGNORECASE)
APART = regex(
    r"\b(?:disjoint|(?:(?:(?:do(?:es)?|did) ?n(?:o|['’])t|cannot|can't|fail(?:s|ed)? to|never|nor|no longer|no|without)"
    r"(?: even| so much as| quite| ever| any)? (?:overlap|touch|meet|intersect)\w*)|non-?overlapping|"
    r"(?:lies?|lay|stays?|stayed|stands?) apart|"
    r"(?:are|is|were|was|stays?|remains?) (?:well |clearly |fully )?separated?|"
    r"clear of (?:each other|one another))\b",
    re.IGNORECASE,
)
TOGETHER = regex(r"\b(?:overlap(?:s|ped|ping)?|intersect(?:s|ed)?|touch(?:es|ed)?)\b", re.IGNORECASE)


def of_overlap(evidence: Evidence, asked: Asked) -> list[Tally] | None:
    """ "The bands of the two barns stay apart in 4 of 6": by the tables; ``None`` where nothing of it is asked.

    Of more than two columns the words have to name two.
    """
    if _INTERVALS.search(asked.text) is None:
        return None
    apart = APART.search(asked.text) is not None
    if not apart and TOGETHER.search(asked.text) is None:
        return None
    columns: dict[tuple[int, int], dict[str, Fact]] = defaultdict(dict)
    heads: dict[tuple[int, int], str] = {}
    for stated in (x for x in stated_intervals(evidence) if x.column[0] >= 0):
        heads[stated.column] = stated.where
        low, high = stated.low, stated.high
        fact = Fact("interval", stated.names, low.value, high.value, stated.where)
        columns[stated.column].update(dict.fromkeys(stated.names, fact))
    sized = [c for c, facts in columns.items() if len({id(f) for f in facts.values()}) == asked.total]
    if len(sized) > 2:
        said = {stem(w) for w in words_of(asked.text)}
        sized = [c for c in sized if said & {stem(w) for w in words_of(heads[c])}]
    if len(sized) != 2:
        return []
    first, second = (columns[c] for c in sized)
    return [tally_of(first, _lies_apart if apart else _meets, second)]


def _lies_apart(a: Fact, b: Fact) -> tuple[bool, bool]:
    gap = max(a.low - b.high, b.low - a.high)
    return gap > _TIE, gap > -_TIE


def _meets(a: Fact, b: Fact) -> tuple[bool, bool]:
    gap = max(a.low - b.high, b.low - a.high)
    return gap < -_TIE, gap < _TIE


_TIE = 1e-9
"""Printed ends that are equal may be on either side."""
