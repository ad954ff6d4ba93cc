"""Midranks, and ranks of rates that are exact because they never leave the integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError
from leakstats.stats._arrays import FloatArray, counts

__all__ = ["coarse_midranks", "exact_ratio_ranks", "midranks", "tie_sizes"]

_EXACT_DENOMINATOR = 2**26
"""Two different fractions with denominators up to this are at least 2**-52 apart, further than rounding moves them."""


def midranks(values: FloatArray, *, axis: int = -1) -> FloatArray:
    """Ranks 1..n along ``axis``, ties sharing the mean of their ranks; ties are exact equality of the doubles."""
    v = np.moveaxis(values, axis, -1)
    n = v.shape[-1]
    if n == 0:
        return np.zeros_like(values)
    order = np.argsort(v, axis=-1, kind="stable")
    ordered = np.take_along_axis(v, order, axis=-1)
    place = np.arange(n, dtype=np.int64)
    first = np.ones(v.shape, dtype=bool)
    first[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    start = np.maximum.accumulate(np.where(first, place, 0), axis=-1)
    last = np.ones(v.shape, dtype=bool)
    last[..., :-1] = first[..., 1:]
    backwards = np.where(last, place, n - 1)[..., ::-1]
    end = np.minimum.accumulate(backwards, axis=-1)[..., ::-1]
    ranks = np.empty(v.shape, dtype=np.float64)
    np.put_along_axis(ranks, order, (start + end) / 2.0 + 1.0, axis=-1)
    return np.moveaxis(ranks, -1, axis)


def coarse_midranks(values: FloatArray) -> FloatArray:
    """Midranks along the last axis of many rows of moderate numbers; values within about 1e-11 may count as ties.

    For sums that differ by rounding only. The place is kept in the low bits of the number itself, so that sorting
    numbers (several times faster than argsort) orders the places too. Shape (b, n), abs(values) < 32.
    """
    b, n = values.shape
    bits = max(n.bit_length(), 10)
    low = np.int64((1 << bits) - 1)
    # numbers between 32 and 96 are positive, and positive doubles sort like their bit patterns
    keys = (values + 64.0).view(np.int64)
    keys += (low + 1) >> 1
    keys &= ~low
    keys |= np.arange(n, dtype=np.int64)
    keys.sort(axis=1)
    place = keys & low
    keys ^= place
    place += np.arange(0, b * n, n, dtype=np.int64)[:, None]
    ranks = np.empty(b * n)
    ranks[place.ravel()] = np.broadcast_to(np.arange(1.0, n + 1.0), (b, n)).ravel()
    tied = np.flatnonzero((keys[:, 1:] == keys[:, :-1]).any(axis=1))
    if tied.size:
        flat = np.empty(b * n, dtype=np.int64)
        flat[place.ravel()] = (keys >> bits).ravel()  # at most 53 bits are left: exact as doubles
        ranks.reshape(b, n)[tied] = midranks(flat.reshape(b, n)[tied].astype(np.float64))
    return ranks.reshape(b, n)


def tie_sizes(values: FloatArray) -> npt.NDArray[np.int64]:
    """How many values each distinct value has, in increasing order of the value."""
    return np.unique(values, return_counts=True)[1].astype(np.int64)


def exact_ratio_ranks(successes: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """Midranks of rates from their counts, with ties decided in exact arithmetic.

    A mean of three seeds' rates is not a rational number any more once it is a double: 455/600 reached along two
    ways may differ in the last digit, which breaks a tie and moves a rank correlation. Ranks of ranks are the same
    ranks, so the result goes into :func:`~leakstats.stats.spearman` or :func:`~leakstats.stats.kendall` as it is.

    Parameters
    ----------
    successes, trials : array-like of whole numbers, shape (n,) or (n, k)
        ``0 <= successes <= trials``, ``trials >= 1``; ``trials`` may be one number for all. With shape (n, k)
        (k seeds) a row's value is the mean of its k rates, computed as a fraction.

    Returns
    -------
    array of float, shape (n,)
        Ranks from 1; tied rates share the mean of their ranks.

    Raises
    ------
    InputError
        If the counts are not whole, out of range, or have another shape.

    Notes
    -----
    Valid for any counts. Checked against ranks of whole-number fractions by brute force.

    Examples
    --------
    >>> exact_ratio_ranks([455, 910, 1], [600, 1200, 2]).tolist()
    [2.5, 2.5, 1.0]
    >>> exact_ratio_ranks([[150, 152, 153], [151, 151, 153], [0, 0, 1]], 200).tolist()
    [2.5, 2.5, 1.0]
    """
    k, n = counts(successes, trials, quantity="exact ratio ranks")
    if k.ndim not in (1, 2):
        raise InputError(f"exact ratio ranks: successes must have shape (n,) or (n, k), got {k.shape}")
    if k.ndim == 2:
        if k.shape[1] == 0:
            raise InputError("exact ratio ranks: successes has no columns")
        if not (n == n[:, :1]).all():
            return _fraction_ranks(
                [sum(map(Fraction, a, b), Fraction(0)) for a, b in zip(k.tolist(), n.tolist(), strict=True)]
            )
        k, n = k.sum(axis=1), n.sum(axis=1)
    if k.size == 0 or int(n.max()) <= _EXACT_DENOMINATOR:
        # one correctly rounded division: equal fractions give equal doubles, different ones different doubles
        return midranks(k / n)
    return _fraction_ranks([Fraction(a, b) for a, b in zip(k.tolist(), n.tolist(), strict=True)])


def _fraction_ranks(values: list[Fraction]) -> FloatArray:
    place = {value: float(i) for i, value in enumerate(sorted(set(values)))}
    return midranks(np.array([place[value] for value in values]))
