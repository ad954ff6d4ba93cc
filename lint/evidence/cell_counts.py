"""Numbers of cells, readings or pairs that no counts of things make."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import prod

from ..regex import regex
from .factors import ASKED, Factor, factors_in, factors_of_page, factors_of_sentence, makes
from .grammar import Number
from .knowledge import Clash, Evidence
from .total_texts import LOST, is_factor, is_made, with_totals, wrong_total
from .word_numbers import spelled_numbers

__all__ = ["cell_count_clashes"]

_CELL = regex(
    r"\s+(?:[a-z-]+\s+)??(?:cells|readings|measurements|evaluations|combinations|checks|probes|pairs)\b", re.IGNORECASE
)
_SUMMED = regex(
    r"(?:^|[.!?]\s)\W*(?:this|that|these|those|which|it|all|together|altogether|in all|in total|there|we|so|thus|hence)"
    r"\b[^.;:()\d]{0,30}$|"
    r"\b(?:this|that|these|which|it)\s+(?:makes?|gives?|yields?|amounts? to|comes? to|adds? up to)\s+$|"
    r"(?:^|[.!?]\s)\W*(?:the\s+)?\d+\s[^.;:(),]{1,30}\s(?:make|give|yield|amount to|come to|add up to)\s+$",
    re.IGNORECASE,
)
"""What sums up the sentences before it: "This gives 54 cells", "With 6 towns that makes 54 cells"."""
_OTHER_SIZE = regex(r"\bexcept(?: for| in)? [^.;()]{1,60}?\b[nN]\s?=\s?\d[\d,]*", re.IGNORECASE)
""" "Except Ghent with n = 600": no cell less."""
_OF_EACH = regex(r",?\s+each\b", re.IGNORECASE)
""" "54 cells, each of them twice": what follows is of one of them, and says nothing of how many there are."""


def cell_count_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Numbers of cells ("7 kilns in 6 towns are 42 cells") that no counts of things make."""
    for stretch in with_totals(evidence):
        text, plain = stretch.text, stretch.plain
        stated = [s for s in factors_in(plain) if s.noun not in ASKED]
        numbers = stretch.numbers if len({s.noun for s in stated}) >= 2 or (stated and " cells" in plain) else ()
        for number in numbers:
            if number.role not in ("count", "n") or number.decimals > 0 or number.bound or number.value < 12:
                continue
            cells = _CELL.match(plain, number.end)
            if cells is None or is_factor(plain, number) or is_made(plain, number):
                continue
            end = cells.end() if _OF_EACH.match(plain, cells.end()) else number.end + 60
            before = _OTHER_SIZE.sub("", plain[max(0, number.start - 120) : number.start])[-60:]
            if LOST.search(before + plain[number.start : end]):
                continue
            value = int(number.value)
            mine = [s for s in factors_of_sentence(plain, number, stated) if s.value != value]
            if len({s.noun for s in mine}) < 2 and _summed(plain, number):
                mine = [s for s in stated if s.value != value and s.start < number.start]
            points = _points_of(evidence, mine[0].value) if len(mine) == 1 and _summed(plain, number) else frozenset()
            if points and not any(value == mine[0].value * x for n in points for x in (n, n - 1)):
                mine = [*mine, *(Factor("point", n, 0) for n in points)]
            if len({s.noun for s in mine}) < 2 or _is_product(value, plain, numbers):
                continue
            others = [s for s in factors_of_page(evidence) if s.value != value]
            if makes(value, mine, others, "", 1) or any(a.value * (b.value - 1) == value for a in mine for b in mine):
                continue
            if _pairs_up(plain, number, [*mine, *others]):
                continue
            yield wrong_total(
                evidence,
                text,
                number.start,
                number.end,
                f"{number.text} is no product of the counts that the page states",
            )


def _summed(plain: str, number: Number) -> bool:
    return _SUMMED.search(plain[: number.start]) is not None


def _points_of(evidence: Evidence, things: int) -> frozenset[int]:
    """How many points the courses have of which the files hold one for each of so many things."""
    found: Counter[tuple[str, int]] = Counter()
    for dataset in evidence.datasets:
        for path, values, axis in dataset.rated_vectors:
            if axis is not None:
                found[str(path[-1]), len(values)] += 1
    return frozenset(length for (_, length), many in found.items() if many == things)


def _is_product(value: int, plain: str, numbers: Sequence[Number]) -> bool:
    """True if two or three whole numbers of a text, of whatever they are, make a value: "8 ovens and 9 time points"."""
    said = {int(n.value) for n in numbers if n.decimals <= 0 and 1 < n.value < value} | spelled_numbers(plain)
    factors = sorted(a for a in said if a > 1 and value % a == 0)
    return any(prod(chosen) == value for many in (2, 3) for chosen in combinations(factors, many)) or any(
        a * a == value and (_CROSSED.search(plain) or sum(n.value == a for n in numbers) > 1) for a in factors
    )


_CROSSED = regex(
    r"\b(?:each other|one another|squares?|matri(?:x|ces)|all pairs|among themselves|both ways)\b|[²×]", re.I
)
""" "10 wards against each other": as many cells as wards times wards."""


_PAIRED = regex(r"\s+(?:[a-z-]+\s+)??(?:pairs|combinations|comparisons|contrasts)\b", re.IGNORECASE)


def _pairs_up(plain: str, number: Number, counts: Sequence[Factor]) -> bool:
    """True for as many pairs as some count of the page makes among its own things, or two counts of two kinds make."""
    if _PAIRED.match(plain[number.end :]) is None:
        return False
    value = int(number.value)
    if any(value in (n * (n - 1) // 2, n * (n - 1), n * (n + 1) // 2, n * n) for n in {s.value for s in counts}):
        return True
    factors = [s for s in counts if value % s.value == 0]
    return any(a.value * b.value == value and a.noun != b.noun for a in factors for b in factors)
