"""The texts in which a total may stand, and what tells a total from a factor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..inline import Text
from ..regex import regex
from .grammar import Number
from .knowledge import Clash, Evidence
from .stretches import Stretch, stretches

__all__ = ["IN_ALL", "LOST", "is_factor", "is_made", "with_totals", "wrong_total"]

LOST = regex(
    r"\b(?:kept|keep|filter\w*|drop(?:ped|s)?|fail\w*|exclud\w*|discard\w*|invalid|remain\w*|left|pars\w+|valid|empty|"
    r"except\w*|apart from|but for|other than|twice|doubl\w+|tripl\w+|trebl\w+|quadrupl\w+|halv\w+|unequal|varies|"
    r"varying|save for|(?:two|three|four|five) times|respectively|passes)\b",
    re.IGNORECASE,
)
"""What makes a total no product."""


IN_ALL = regex(
    r"[^.;:,()\d]{0,30}\b(?:altogether|in all|in total|in sum|overall|all told|together|all in all|combined)\b",
    re.IGNORECASE,
)


def with_totals(evidence: Evidence) -> Iterator[Stretch]:
    """Texts in which a total may stand."""
    for stretch in stretches(evidence):
        if stretch.passage is None:
            read = len(stretch.plain) > _FEWEST_DIGITS < sum(map(str.isdigit, stretch.plain))
        else:
            read = stretch.passage.part != "prior"
        if read:
            yield stretch


_FEWEST_DIGITS = 3
"""A cell with no more of them holds no total beside its factors."""


def is_factor(plain: str, number: Number) -> bool:
    """True for both numbers of "6 × 84 pairs", and of "30 photo pairs × 4"."""
    return plain[: number.start].rstrip()[-1:] in ("×", "x", "*", "·") or _TIMES.match(plain, number.end) is not None


_TIMES = regex(r"\s*(?:[a-z][\w-]*\s+){0,3}[×·]")


_MADE_OF = regex(r"[×x*·]\s*\d[\d,]*(?:\s+[a-z-]+){0,2}\s*=\s*$")


def is_made(plain: str, number: Number) -> bool:
    """True for the total behind "12 × 28 × 5 =", which is held against these factors."""
    return _MADE_OF.search(plain[max(0, number.at - 40) : number.at]) is not None


def wrong_total(evidence: Evidence, text: Text, start: int, end: int, why: str) -> Clash:
    """The clash of a total that stands from ``start`` to ``end`` of a text."""
    return Clash("product", evidence.document.place(text, start, end), why, "correct the total or a factor")
