"""Totals of parts whose sizes a text states: so many cells of 150 and the others of 450, "80 a run" over 24 runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import prod

from ..regex import regex
from .factors import ASKED, Factor, factors_of_page
from .grammar import Number
from .knowledge import Evidence
from .lexicon import TRIALS
from .rosters import COUNT, things_of_page
from .word_numbers import spelled_numbers, whole_number

__all__ = ["is_total_of_parts"]

_SIZE = regex(
    rf"(?<![\w.,/])(?P<n>{COUNT})(?![\w%]|[.,]\d)\s+(?:(?:[a-z-]+\s+)?{TRIALS}\s+)?"
    r"(?:an?|per|for each|for every|from each|from every|in each|in every|to each|to every|to an?)\s+"
    r"(?:single\s+)?(?P<thing>[a-z-]{3,})\b",
    re.IGNORECASE,
)
""" "80 a run", "n = 150 per prompt", "320 replies for each arm"."""
_BARE = regex(r"\s*(?:\)|[,;]|(?:at|for|in|on|with|from|under)\b)", re.IGNORECASE)
"""Behind a size that leaves out what it counts: "120 replies at each stop, 240 at the last"."""
_FEWEST = 20
"""Trials of a part; fewer are draws of one question."""
_MOST = 60
"""Counts of a page that are tried."""


def is_total_of_parts(
    evidence: Evidence, value: int, plain: str, own: Sequence[Factor], numbers: Sequence[Number]
) -> bool:
    """True if a total is so many times the size of one part, or the sum of parts of two sizes."""
    sizes = dict(_sizes(plain))
    said = {int(n.value) for n in numbers if n.decimals <= 0 and n.value > 1} | spelled_numbers(plain)
    for size, thing in sizes.items():
        if size < value and value % size == 0 and value // size in said | things_of_page(evidence, thing):
            return True
    stated = {*sizes, *_asked(own), *(int(n.value) for n in numbers if n.role == "n" and n.label == "n")}
    stated |= {int(n.value) for n in numbers if n.role == "count" and n.decimals <= 0 and _BARE.match(plain, n.end)}
    return _is_of_two_sizes(evidence, value, stated, own)


def _sizes(plain: str) -> Iterator[tuple[int, str]]:
    """The sizes of parts, with what a part is."""
    for match in _SIZE.finditer(plain):
        if (size := whole_number(match["n"])) >= _FEWEST:
            yield size, match["thing"]


def _asked(own: Sequence[Factor]) -> set[int]:
    """What the questions of a text and how often each was asked make."""
    questions, times = ([f.value for f in own if f.noun in ASKED and (f.noun == "*") == star] for star in (False, True))
    return {a * b for a in questions for b in times}


def _is_of_two_sizes(evidence: Evidence, value: int, sizes: set[int], own: Sequence[Factor]) -> bool:
    """True if some of a known number of parts have one size and the others another, and together they make a value."""
    pairs = list(combinations(sorted(s for s in sizes if s >= _FEWEST), 2))
    if not pairs:
        return False
    counts = sorted({f.value for f in (*own, *factors_of_page(evidence)) if f.noun not in ASKED})[:_MOST]
    parts = {*counts, *map(prod, combinations(counts, 2))}
    return any(a * m < value < b * m and (value - a * m) % (b - a) == 0 for a, b in pairs for m in parts)
