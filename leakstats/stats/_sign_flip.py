"""Exact sign-flip counts without listing all flips."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leakstats.stats._arrays import FloatArray

__all__ = ["MAX_EXACT", "FlipCounts", "sign_flip_counts"]

MAX_EXACT = 40
"""Most values whose 2**n flips are counted exactly: two halves of 2**20 sums each are sorted and searched."""

_TOLERANCE = 1e-9
"""Sums this close, relative to the largest possible, are ties: rounding must not decide a count."""


class FlipCounts(NamedTuple):
    """How many of all sign flips are as extreme as the data; each count includes the data themselves."""

    total: int
    two_sided: int
    """Flips with |sum| >= |observed|."""
    greater: int
    """Flips with sum >= observed."""
    less: int
    """Flips with sum <= observed."""
    smallest: int
    """What ``two_sided`` is when all values have the same sign; zeros double it."""


def _all_sums(values: FloatArray) -> FloatArray:
    """The 2**n sums of +-values, sorted."""
    sums = np.zeros(1)
    for v in values:
        sums = np.concatenate([sums - v, sums + v])
    sums.sort()
    return sums


def sign_flip_counts(differences: FloatArray) -> FlipCounts:
    """How many of the 2**n sign flips give a sum as extreme as the observed one.

    The values are split in two halves; for each sum of one half the sums of the other that reach the threshold are
    found by bisection, so that n = 40 costs two million sums instead of 10**12.

    Parameters
    ----------
    differences : array, shape (n,), n <= MAX_EXACT, finite
    """
    n = differences.size
    total = 2**n
    size = np.abs(differences)
    largest = float(size.max()) if n else 0.0
    if largest == 0.0:
        return FlipCounts(total, total, total, total, total)
    scaled = np.ldexp(differences, -int(np.frexp(largest)[1]))
    # the largest values are dealt out in turn, so that both halves hold sums of the same magnitude
    order = np.argsort(-np.abs(scaled), kind="stable")
    one, two = _all_sums(scaled[order[0::2]]), _all_sums(scaled[order[1::2]])
    observed = float(scaled.sum())
    slack = _TOLERANCE * float(np.abs(scaled).sum())

    def at_least(threshold: float) -> int:
        return int((two.size - np.searchsorted(two, threshold - slack - one, side="left")).sum(dtype=np.int64))

    greater, less = at_least(observed), at_least(-observed)
    # by symmetry as many flips lie at or below -|observed| as at or above it; at 0 the two sets are everything
    two_sided = total if abs(observed) <= slack else 2 * at_least(abs(observed))
    smallest = 2 ** (1 + int((scaled == 0.0).sum()))
    return FlipCounts(total, min(two_sided, total), greater, less, smallest)
