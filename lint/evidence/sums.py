"""Sums that are written out: 323 + 97 = 420, 63% − 12% = 51 pp. Printed digits are intervals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod

from ..regex import regex
from .claims import is_claim
from .grammar import Number
from .knowledge import Clash, Evidence
from .stretches import stretches
from .total_texts import LOST

__all__ = ["sum_clashes"]

_TERM = regex(r"(?:\s+(?!and\b|but\b)[a-z-]{3,}){0,3}\s*(?P<sign>[+\u2212\u2013-]|\bplus\b|\bminus\b)\s*")
_RESULT = regex(
    r"(?:\s+[a-z-]+){0,3}?\s*(?:=|[,:;]?\s+(?:so|hence|thus|i\.e\.|that is|which is|makes?|making|gives?|giving)\b)\s*"
    r"(?:a total of\s+|in all\s+)?",
    re.IGNORECASE,
)
_RESULT_OF = regex(r"[^.;:()]{0,60}?,\s*(?:that is(?: to say)?|i\.e\.|namely|being)\s*,?\s*", re.IGNORECASE)
"""Between a result and the terms behind it: "286 letters, that is to say 156 plus 130"."""
_GOES_ON = regex(r"\s*[+\u2212*/×=-]\s*\d")
_MOST_BETWEEN = 60
_SUMMED = ("count", "value", "percent", "points", "n")


def sum_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Results behind "=" that the terms in front of it do not give, whatever their roundings."""
    for stretch in stretches(evidence):
        claims = is_claim(stretch.passage) if stretch.passage is not None else not stretch.in_card
        if not claims or not _is_written_out(stretch.plain):
            continue
        plain, numbers = stretch.plain, stretch.numbers
        i = 0
        while i < len(numbers) - 1:
            first, end = i, _end_of_product(plain, numbers, i)
            signs, terms = [1], [numbers[i:end]]
            while end < len(numbers) and (sign := _joined(plain, numbers[end - 1], numbers[end])):
                signs.append(sign)
                start, end = end, _end_of_product(plain, numbers, end)
                terms.append(numbers[start:end])
            i = end
            total = _result(plain, numbers, first, end) if len(terms) > 1 else None
            if total is None or not all(_judged([*term, total], product=len(term) > 1) for term in terms):
                continue
            before = plain[max(0, numbers[first].start - 4) : numbers[first].start]
            if before.rstrip().endswith(("=", "×", "*", "·")) or _GOES_ON.match(plain, total.end):
                continue
            ends = [_bounds(term) for term in terms]
            low = sum(s * (a if s > 0 else b) for s, (a, b) in zip(signs, ends, strict=True))
            high = sum(s * (b if s > 0 else a) for s, (a, b) in zip(signs, ends, strict=True))
            room = 1e-9 * max(1.0, abs(low), abs(high))
            if high < total.low - room or low > total.high + room:
                start, end = numbers[first].start, terms[-1][-1].end
                written = " ".join(plain[start:end].split())
                yield Clash(
                    "sum",
                    evidence.document.place(stretch.text, min(start, total.start), max(end, total.end)),
                    f"{written} is {0.5 * (low + high):.6g}, not {total.text}{total.unit}",
                    "correct the result or a term",
                )


def _result(plain: str, numbers: Sequence[Number], first: int, end: int) -> Number | None:
    """The number behind the terms that says what they give, or the count in front that they explain."""
    if end < len(numbers) and _RESULT.fullmatch(plain, numbers[end - 1].end, numbers[end].start):
        said = plain[numbers[first].start : numbers[end].end + _MOST_BETWEEN]
        return (
            numbers[end] if "=" in plain[numbers[end - 1].end : numbers[end].start] or not LOST.search(said) else None
        )
    before = next((n for n in reversed(numbers[:first]) if n.role == "count"), None)
    if before is not None and _RESULT_OF.fullmatch(plain, before.end, numbers[first].start):
        return before
    return None


def _is_written_out(text: str) -> bool:
    return ("=" in text and any(sign in text for sign in "\u2212\u2013-")) or "+" in text or " plus " in text


def _joined(plain: str, left: Number, right: Number) -> int:
    """1 or −1 where the two numbers are terms of one sum, by its sign; 0 where they are not."""
    if right.signed or right.start - left.end > _MOST_BETWEEN:
        return 0
    match = _TERM.fullmatch(plain, left.end, right.start)
    if match is None or (match["sign"] in "\u2013-" and match.group(0) == match["sign"]):
        return 0  # ".44–.87" is a range
    return 1 if match["sign"] in ("+", "plus") else -1


_TIMES = regex(r"(?:\s+[a-z-]{3,}){0,2}\s*[×x*·]\s*")


def _end_of_product(plain: str, numbers: Sequence[Number], first: int) -> int:
    """The end of the numbers that "×" joins to the first of a term, "3 × 180 + 240"."""
    end = first + 1
    while end < len(numbers) and _TIMES.fullmatch(plain, _end_of_digits(numbers[end - 1]), numbers[end].start):
        end += 1
    return end


def _bounds(term: Sequence[Number]) -> tuple[float, float]:
    """What the digits of a term allow; factors are counts, and exact."""
    if len(term) == 1:
        return term[0].low, term[0].high
    exact = prod(n.value for n in term)
    return exact, exact


def _end_of_digits(number: Number) -> int:
    """Where a number ends without the "×" behind it."""
    return number.start + len(number.text)


def _judged(numbers: list[Number], *, product: bool = False) -> bool:
    """True where all are of one kind and say how much; the result of percentages may be in points.

    The factors of a product are whole numbers, "3 × 180 + 240".
    """
    if product:
        return all(n.role in ("count", "n", "fold") and n.decimals <= 0 and not n.bound for n in numbers)
    if any(n.role not in _SUMMED or n.bound for n in numbers):
        return False
    kinds = {"count" if n.role in ("n", "value") else n.role for n in numbers[:-1]}
    last = "count" if numbers[-1].role in ("n", "value") else numbers[-1].role
    return len(kinds) == 1 and (last in kinds or (last == "points" and kinds == {"percent"}))
