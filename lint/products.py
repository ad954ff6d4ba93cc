"""Products written out with their total: ``64 (4 × 16 × 1)``, ``20 questions × 5 completions = 100``."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from leakstats.numerals import normalise
from leakstats.records import struct

from .regex import regex

__all__ = ["Product", "products"]

_NUMBER = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)"
_UNIT = r"(?:\s{1,3}(?![xX]\b)[A-Za-z][\w-]{0,40})?"
# "per_device=4", "4", "20 questions": a factor may carry its name before or behind.
_FACTOR = regex(r"(?:[A-Za-z][\w./-]{0,40}\s{0,3}[=:]\s{0,3})?" + _NUMBER + r"(?![.,]?\d)" + _UNIT)
_TIMES = regex(r"\s*[×x*·]\s*")
_TOTAL_BEFORE = regex(_NUMBER + _UNIT + r"\s*(?:\(|=|:|,)\s*$")
_TOTAL_BEHIND = regex(r"\s*=\s*" + _NUMBER + r"(?![.,]?\d)")


@struct
class Product:
    """A stated total with its factors."""

    total: int
    factors: tuple[int, ...]
    start: int
    """Offset of the first factor in the text."""
    end: int

    @property
    def value(self) -> int:
        """What the factors give."""
        return prod(self.factors)


def products(text: str) -> Iterator[Product]:
    """The products of ``text`` that state their total.

    >>> [(p.total, p.factors) for p in products("64 (per_device=4 x grad_accum=16 x GPUs=1)")]
    [(64, (4, 16, 1))]
    >>> [(p.total, p.factors) for p in products("12 riddles × 8 replies = 96 per guest, 4× H100")]
    [(96, (12, 8))]
    """
    plain = normalise(text)
    at = 0
    while (first := _FACTOR.search(plain, at)) is not None:
        factors, end = [_int(first[1])], first.end()
        while (times := _TIMES.match(plain, end)) is not None:
            following = _FACTOR.match(plain, times.end())
            if following is None:
                break
            factors.append(_int(following[1]))
            end = following.end()
        at = max(end, first.end())
        if len(factors) < 2:
            continue
        behind = _TOTAL_BEHIND.match(plain, end)
        before = _TOTAL_BEFORE.search(plain[max(0, first.start() - 60) : first.start()])
        stated = behind or before
        if stated is not None:
            yield Product(_int(stated[1]), tuple(factors), first.start(), end)


def _int(text: str) -> int:
    return int(text.replace(",", "")) if len(text) < 30 else 0
