"""Numbers that follow from other numbers: differences, ratios, shares, rates of counts, and ends of their intervals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from leakstats.tails import clopper_pearson_interval, wilson_interval

from ..evidence.grammar import Number
from .explanation import Explanation

__all__ = ["MOST_PAIRS", "end_of", "fits_pair", "is_rate_of", "of_pair", "percents"]

MOST_PAIRS = 60


def percents(numbers: list[Number]) -> list[Number]:
    return [n for n in numbers if n.role == "percent"]


def is_rate_of(rate: Number, k: Number, n: Number) -> bool:
    low, high = rate.scaled()
    return n.value > 0 and low - 1e-9 <= k.value / n.value <= high + 1e-9


def _limits(k: int, n: int) -> Iterator[tuple[float, float]]:
    """The usual 95 % intervals of ``k`` of ``n``."""
    if 0 <= k <= n and 1 < n <= 1_000_000:
        for of in (wilson_interval, clopper_pearson_interval):  # the second, which is slow, only where it is asked for
            interval = of(k, n)
            yield interval.low, interval.high


def end_of(number: Number, counts: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The ``k of n`` of whose interval the number is an end."""
    scale = 100.0 if number.role == "percent" or number.value > 1 else 1.0
    for k, n in counts:
        if any(number.allows(end, scale=scale) for ends in _limits(k, n) for end in ends):
            return k, n
    return None


def fits_pair(number: Number, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """True if the number may be a - b (points, values) or a / b (fold, and percent as a share or a change)."""
    low, high = number.scaled()
    if number.bound == "~":
        low, high = low - 0.05 * abs(low), high + 0.05 * abs(high)
    room = 1e-9
    if number.role in ("points", "value"):
        least, most = a[0] - b[1], a[1] - b[0]
        if least <= high + room and low - room <= most:
            return True
        return not number.signed and -most <= high + room and low - room <= -least
    if b[0] <= 0:
        return False
    least, most = a[0] / b[1], a[1] / b[0]
    if least <= high + room and low - room <= most:
        return True
    return number.role == "percent" and any(
        x - 1 <= high + room and low - room <= y - 1 for x, y in ((least, most), (2 - most, 2 - least))
    )


def of_pair(number: Number, others: list[Number], where: str) -> Explanation | None:
    """The two ``others`` of which the number is the difference, the ratio or the share."""
    if number.role not in ("points", "fold", "value", "percent") or len(others) > MOST_PAIRS:
        return None
    for a, b in permutations(others, 2):
        if a.role != b.role and {a.role, b.role} != {"value", "coefficient"}:
            continue
        if number.role == "value" and a.role == "percent":
            continue
        if fits_pair(number, a.scaled(), b.scaled()):
            what = {"points": "difference", "value": "difference", "fold": "ratio"}.get(number.role, "share or change")
            return Explanation("derived", f"the {what} of {a.text}{a.unit} and {b.text}{b.unit} {where}")
    return None
