"""Mean and median, as in :mod:`statistics`: to import that takes 2 ms, a hundredth of a cold start."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["mean", "median"]


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean of at least one value, without a rounding error of the sum; of none, a division by zero.

    >>> mean([0.1] * 10)
    0.1
    """
    given = [*values]
    return math.fsum(given) / len(given)


def median(values: Iterable[float]) -> float:
    """The middle value, or half way between the two in the middle.

    >>> median([3, 1, 2]), median([4, 1, 2, 3])
    (2, 2.5)
    """
    ordered = sorted(values)
    i = len(ordered) // 2
    return ordered[i] if len(ordered) % 2 else (ordered[i - 1] + ordered[i]) / 2
