"""Totals of equal parts in one phrase: a side, each of two arms, each of so many questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..inline import Text
from ..regex import regex
from .knowledge import Clash, Evidence
from .lexicon import TRIALS
from .total_texts import IN_ALL, LOST, wrong_total
from .word_numbers import SPELLED, whole_number

__all__ = ["equal_part_clashes"]

_LARGE = r"\d{1,3}(?:[,\u202f\u00a0\u2009 ]\d{3})+|\d{2,6}"
"""A number of trials, thousands parted or not."""
_SIDES = regex(
    rf"(?<![\w.,])(?P<a>{_LARGE})\s+(?:[a-z-]+\s+){{0,2}}?(?:(?:a|per|each|on each|on either|for each|either)\s+side|"
    r"before,?\s+(?:and\s+)?(?:as many|the same number|just as many)\s+after(?:wards)?)\W{1,3}"
    r"(?:(?:so|and|hence|thus|that is|which makes|in all|together)\s+)*"
    rf"(?P<t>{_LARGE})(?P<after>[^.;:\d]{{0,40}})",
    re.IGNORECASE,
)
_OF_SIDES = regex(
    rf"(?<![\w.,])(?P<t>{_LARGE})(?P<after>\s+[a-z]+\s+(?:in all|in total|altogether|in sum|all told|overall)),?\s+"
    rf"(?:or |that is |i\.e\. )?(?P<a>{_LARGE})\s+(?:[a-z]+\s+)?(?:a|per|each|on each|on either|for each)\s+side\b",
    re.IGNORECASE,
)
_GROUPS = regex(
    rf"(?<![\w.,])(?P<m>\d{{1,3}}|{SPELLED})\s+(?:[a-z-]+\s+)?[a-z-]+s\s+(?:of|with|at|to)\s+(?P<a>{_LARGE})\s+(?:[a-z-]+\s+)?"
    rf"{TRIALS}\s+(?:each|apiece)\W{{0,3}}(?P<makes>(?:(?:so|hence|thus|which|that|is|makes?|gives?|for|and|together)\s+)*"
    rf"(?:makes?|gives?|for a total of|a total of)\s+)?(?P<t>{_LARGE})(?P<after>[^.;:\d]{{0,40}})",
    re.IGNORECASE,
)
""" "Two arms of 600 replies each make 1,200"."""


_OF_MORE = regex(rf"\b(?:\d{{1,3}}|{SPELLED})\s+[a-z-]+\s+(?:of|with|by)\s+(?:the\s+)?$", re.IGNORECASE)


def equal_part_clashes(evidence: Evidence, text: Text, plain: str) -> Iterator[Clash]:
    """Totals that are not what the equal parts beside them make."""
    yield from _sides(evidence, text, plain)
    yield from _before_factors(evidence, text, plain)


def _sides(evidence: Evidence, text: Text, plain: str) -> Iterator[Clash]:
    """Totals of equal parts: "1,550 lines a side, 3,100 in all", "two arms of 600 replies each make 1,200"."""
    low = plain.lower()
    for match in _GROUPS.finditer(plain) if "each" in low or "apiece" in low else ():
        m, a, total = (whole_number(match[x]) for x in ("m", "a", "t"))
        if _OF_MORE.search(plain[: match.start()]):
            continue  # "three rounds of 12 pots with 160 seeds each"
        if total > a and total != m * a and (match["makes"] or IN_ALL.match(match["after"])):
            yield wrong_total(
                evidence, text, match.start("t"), match.end("t"), f"{match['t']} is not {match['m']} times {match['a']}"
            )
    if "side" not in low and "before" not in low:
        return
    for match in (*_SIDES.finditer(plain), *_OF_SIDES.finditer(plain)):
        a, total = whole_number(match["a"]), whole_number(match["t"])
        trial = regex(rf"\s+(?:[a-z-]+\s+)?{TRIALS}\b", re.IGNORECASE).match(match["after"])
        if total > a and total != 2 * a and (trial or IN_ALL.match(match["after"]) or not match["after"].strip(" .*)")):
            yield wrong_total(
                evidence, text, match.start("t"), match.end("t"), f"{match['t']} is not twice {match['a']}"
            )


_SAMPLED = regex(
    rf"(?<![\w.,])(?P<t>{_LARGE})\s+(?:[a-z]+\s+)?{TRIALS}\b[^.;:()\d]{{0,60}}?(?<!or )"
    rf"(?P<a>\d{{1,4}}|{SPELLED})\s+(?:[a-z]+\s+)?(?:questions|prompts|items|tasks|problems|probes)\s+(?P<b>\d{{1,3}}|{SPELLED})\s+times\b",
    re.IGNORECASE,
)


def _before_factors(evidence: Evidence, text: Text, plain: str) -> Iterator[Clash]:
    """Numbers of trials in front of their factors: "216 replies, got by asking each of 18 prompts 12 times"."""
    for match in _SAMPLED.finditer(plain) if "times" in plain else ():
        total, a, b = (whole_number(match[x]) for x in ("t", "a", "b"))
        if a * b and total % (a * b) and not LOST.search(plain[max(0, match.start() - 60) : match.end() + 60]):
            yield wrong_total(
                evidence, text, match.start("t"), match.end("t"), f"{match['t']} is not {match['a']} times {match['b']}"
            )
