"""Sums that are written out: 323 + 97 = 420, 63% − 12% = 51 pp. Printed digits are intervals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
            signs, first = [1], i
            i += 1
            while i < len(numbers) and (sign := _joined(plain, numbers[i - 1], numbers[i])):
                signs.append(sign)
                i += 1
            terms = list(numbers[first:i])
            total = _result(plain, numbers, first, i) if len(terms) > 1 else None
            if total is None or not _judged([*terms, total]):
                continue
            before = plain[max(0, terms[0].start - 4) : terms[0].start]
            if before.rstrip().endswith("=") or _GOES_ON.match(plain, total.end):
                continue
            low = sum(s * (t.low if s > 0 else t.high) for s, t in zip(signs, terms, strict=True))
            high = sum(s * (t.high if s > 0 else t.low) for s, t in zip(signs, terms, strict=True))
            room = 1e-9 * max(1.0, abs(low), abs(high))
            if high < total.low - room or low > total.high + room:
                written = " ".join(plain[terms[0].start : terms[-1].end].split())
                yield Clash(
                    "sum",
                    evidence.document.place(
                        stretch.text, min(terms[0].start, total.start), max(terms[-1].end, total.end)
                    ),
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


def _judged(numbers: list[Number]) -> bool:
    """True where all are of one kind and say how much; the result of percentages may be in points."""
    if any(n.role not in _SUMMED or n.bound for n in numbers):
        return False
    kinds = {"count" if n.role in ("n", "value") else n.role for n in numbers[:-1]}
    last = "count" if numbers[-1].role in ("n", "value") else numbers[-1].role
    return len(kinds) == 1 and (last in kinds or (last == "points" and kinds == {"percent"}))
