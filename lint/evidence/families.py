"""Ranges of coefficients against those that were found with one N, a coefficient for each of several things."""

from __future__ import annotations

import re
from collections import defaultdict

from leakstats.records import struct

from ..regex import regex
from .correlations import records
from .extents import numerals
from .grammar import Number
from .idioms import pairs_of_counts
from .knowledge import Evidence
from .passages import Sentence
from .quantities import COEFFICIENT_WORD
from .slice_ranges import is_range

__all__ = ["Family", "families", "range_of_family"]


@struct
class Family:
    """The coefficients of a field or a column, which share their N."""

    values: tuple[tuple[float, float], ...]
    n: int
    pointer: str

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The smallest and the largest one."""
        return min(self.values), max(self.values)


_FEWEST = 3


def families(evidence: Evidence) -> list[Family]:
    """The sets of coefficients of the files and of the page's tables that have one N and belong to one field."""
    if "families" not in evidence.cache:
        found: dict[tuple[str, int], dict[object, tuple[float, float]]] = defaultdict(dict)
        known = {t.coefficient.pointer: t for t in evidence.triples}
        for series in evidence.data:
            triples = [known[f.pointer] for f in series.distinct if f.pointer in known]
            for t in triples if len(triples) == len(series.distinct) else ():
                found[(series.pointer, t.n or 0)][t.coefficient.pointer] = (t.coefficient.low, t.coefficient.high)
        for record in records(evidence):
            c, n = record.coefficient, record.n
            if record.passage is None and c is not None and n is not None and not record.rivals:
                head = f"table {record.sheet + 1}, column '{record.head}'"
                found[(head, n)][record.place] = (c.low, c.high)
        evidence.cache["families"] = [
            Family(tuple(values.values()), n, pointer)
            for (pointer, n), values in found.items()
            if len(values) >= _FEWEST and n
        ]
    held: list[Family] = evidence.cache["families"]
    return held


def range_of_family(evidence: Evidence, sentence: Sentence, a: Number, b: Number, start: int) -> tuple[bool, str]:
    """Whether a range is one of coefficients that the words tell, and which of its ends is wrong; "" for none.

    They are told by their N, "N = 72 per source", by how many they are, "for all 6 sources", or by both.
    """
    plain = all(x.role in ("coefficient", "value") and x.decimals >= 2 and abs(x.value) < 1 for x in (a, b))
    if not plain or not (a.role == b.role == "coefficient" or COEFFICIENT_WORD.search(sentence.text)):
        return False, ""
    gap = sentence.between(a.end, b.at)
    if _DASH.fullmatch(gap) is None and not is_range(sentence, a, b, sentence.between(start, a.at)):
        return False, ""
    known = families(evidence)
    if not known or _SOME.search(sentence.between(start, b.end + _REACH)) is not None:
        return False, ""
    low, high = sorted((a, b), key=lambda x: x.value)
    if any(_meets(low, f.ends[0]) and _meets(high, f.ends[1]) for f in known):
        return True, ""
    sizes = _sizes(sentence, a, b)
    counted = {int(k.value) for j, k in pairs_of_counts(sentence) if j.value == k.value}
    counted |= numerals(sentence.text) - {1}
    if len(sizes) > 1 or any(j.value < k.value for j, k in pairs_of_counts(sentence)):
        return False, ""
    meant = [f for f in known if f.n in sizes] if sizes else [f for f in known if len(f.values) in counted]
    meant = [f for f in meant if not counted or len(f.values) in counted] if sizes else meant
    wrong: dict[str, str] = {}
    for family in meant:
        starts, ends = _meets(low, family.ends[0]), _meets(high, family.ends[1])
        if starts != ends:
            number, end = (high, family.ends[1]) if starts else (low, family.ends[0])
            wrong.setdefault(f"{number.text} should be {sum(end) / 2:.2f}", family.pointer)
    if len(wrong) != 1:
        return False, ""
    ((said, pointer),) = wrong.items()
    return True, f"{said} ({pointer})"


def _sizes(sentence: Sentence, a: Number, b: Number) -> set[int]:
    """The N beside a range: in front of it or behind, no other coefficient between, or else earlier in its paragraph.

    "ρ .43–.75 (N = 84 each), pooled ρ = .36 (N = 504)" has 84.
    """
    later = next((x.at for x in sentence.numbers if x.start > b.end and x.role == "coefficient"), sentence.end)
    own = [x for x in sentence.numbers if x.role == "n" and x.at < later]
    own = own or [x for x in sentence.passage.numbers if x.role == "n" and x.end <= a.at]
    return {int(x.value) for x in own}


def _meets(number: Number, end: tuple[float, float]) -> bool:
    low, high = number.printed
    return low <= end[1] + _ROOM and end[0] <= high + _ROOM


_DASH = regex(r"\s?[–—-]\s?")
_ROOM = 1e-9
_REACH = 24
"""Characters behind a range that may say of what it is."""
_SOME = regex(
    r"\b(?:most|middle|typical\w*|except|without(?! excep)|exclud\w+|leaving|omit\w+|apart|half|IQR|quartiles?|"
    r"percentiles?|mainly|"
    r"mostly|usually|remaining|others?|rest|all but|single|seeds?|CIs?|confidence|interval (?:of|for)|bootstrap\w*|"
    r"partial\w*|control\w*|adjust\w*|changes?|differences?|gaps?|means?|medians?|averag\w+|significan\w+|"
    r"exceed\w*|pass(?:es|ed)?|clear(?:s|ed)?)\b",
    re.IGNORECASE,
)
"""Words for some of the coefficients, or for something else than them."""
