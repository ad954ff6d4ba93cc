"""p-values of correlations: enumerated, counted, sampled by permutation, or from an approximation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from leakstats.errors import InputError
from leakstats.estimate import Alternative, PValue
from leakstats.stats._arrays import FloatArray
from leakstats.stats._ranks import midranks, tie_sizes
from leakstats.stats.resampling import Permutation, all_permutations, count_extreme

__all__ = [
    "ENUMERATED",
    "KENDALL_COUNTED",
    "SAMPLED",
    "Null",
    "default_permutation",
    "kendall_counted_p",
    "kendall_null",
    "perfect_p",
    "permutation_p",
    "product_null",
]

ENUMERATED = 9
"""Up to this n all permutations are listed."""
SAMPLED = 30
"""Up to this n the default p-value is a permutation p-value."""
KENDALL_COUNTED = 100
"""Up to this n the distribution of tau without ties is counted."""

_TOLERANCE = 1e-9
_CHUNK = 2**15


@dataclass(frozen=True)
class Null:
    """A statistic of permuted data; its natural scale is 1."""

    observed: float
    statistics: Callable[[npt.NDArray[np.integer]], FloatArray]
    """Permutations of shape (b, n) -> statistics of shape (b,)."""


def default_permutation() -> Permutation:
    """The plan of ``method="auto"``: 9,999 permutations from ``default_rng(0)``, the same at every call."""
    return Permutation(n_resamples=9999, rng=np.random.default_rng(0))


def product_null(u: FloatArray, v: FloatArray) -> Null:
    """Products of a fixed unit vector with permutations of another (Pearson; Spearman on ranks)."""

    def statistics(block: npt.NDArray[np.integer]) -> FloatArray:
        out: FloatArray = v[block] @ u
        return out

    return Null(float(u @ v), statistics)


def kendall_null(x: FloatArray, y: FloatArray, observed: float) -> Null:
    """Kendall's tau-b of x with permutations of y."""
    a = np.sign(x[None, :] - x[:, None]).astype(np.float32)
    ranks = midranks(y).astype(np.float32)
    b = np.sign(y[None, :] - y[:, None])
    scale = math.sqrt(float(np.abs(a).sum(dtype=np.float64)) * float(np.abs(b).sum())) / 2.0

    def statistics(block: npt.NDArray[np.integer]) -> FloatArray:
        permuted = ranks[block]
        total = np.zeros(block.shape[0])
        for i in range(x.size - 1):
            total += np.sign(permuted[:, i + 1 :] - permuted[:, i : i + 1]) @ a[i, i + 1 :]
        out: FloatArray = total / scale
        return out

    return Null(observed, statistics)


def _chunks(n: int) -> Iterator[npt.NDArray[np.integer]]:
    table = all_permutations(n)
    for start in range(0, table.shape[0], _CHUNK):
        yield table[start : start + _CHUNK].astype(np.intp)


def permutation_p(
    null: Null, n: int, *, plan: Permutation | None, alternative: Alternative, method: str = ""
) -> PValue:
    """The p-value over the permutations of ``plan``, or over all n! of them where ``plan`` is None (n <= 9).

    ``method`` names it; "exact" or "permutation" where it is empty.
    """
    if plan is None:
        if n > ENUMERATED:
            raise InputError(
                f"method='exact' enumerates n! permutations for n <= {ENUMERATED}, got n = {n}; pass a Permutation"
            )
        values = np.concatenate([null.statistics(block) for block in _chunks(n)])
        extreme = count_extreme(values, null.observed, alternative=alternative, tolerance=_TOLERANCE)
        furthest = {"two-sided": np.abs(values).max(), "greater": values.max(), "less": values.min()}[alternative]
        least = count_extreme(values, float(furthest), alternative=alternative, tolerance=_TOLERANCE)
        total = values.size
        return PValue.from_enumeration(
            extreme, total, method=method or "exact", minimum=least / total, alternative=alternative
        )
    extreme = sum(
        count_extreme(null.statistics(block), null.observed, alternative=alternative, tolerance=plan.tolerance)
        for block in plan.blocks(n)
    )
    return PValue.from_count(extreme, plan.n_resamples, method=method or "permutation", alternative=alternative)


def perfect_p(y: FloatArray, sign: float, *, symmetric: bool, alternative: Alternative) -> PValue:
    """Exact permutation p-value of a correlation of -1 or 1, for any n.

    Only arrangements that put equal values in each other's place keep the correlation: the product of the tie
    sizes' factorials, out of n!. Two-sided they count twice where the reversed arrangement reaches the other end.
    """
    if alternative != "two-sided" and (sign > 0) != (alternative == "greater"):
        return PValue(1.0, "exact", alternative=alternative)
    n = y.size
    same = sum(float(special.gammaln(size + 1.0)) for size in tie_sizes(y).tolist())
    log_p = same - float(special.gammaln(n + 1.0))
    if alternative == "two-sided" and symmetric:
        log_p += math.log(2.0)
    log10 = log_p / math.log(10.0)
    minimum = 10.0**log10 if log10 > -300.0 else None
    return PValue.from_log10(log10, method="exact", alternative=alternative, minimum=minimum)


def kendall_counted_p(concordant_less_discordant: float, n: int, *, alternative: Alternative) -> PValue:
    """Exact p-value of Kendall's S without ties, from the distribution of inversions (n <= 100).

    The number of permutations of n with k inversions follows from that of n - 1 by a running sum (Kendall 1938,
    *Biometrika* 30, 81-93); probabilities are kept instead of counts, and only the lower half is summed.
    """
    pairs = n * (n - 1) // 2
    probabilities = np.ones(1)
    for size in range(2, n + 1):
        window = np.convolve(probabilities, np.full(size, 1.0 / size))
        probabilities = window
    s = round(concordant_less_discordant)

    def at_least(value: int) -> float:
        """P(S >= value); S = pairs - 2 inversions."""
        most = (pairs - value) // 2
        if most < 0:
            return 0.0
        if 2 * most < pairs:
            return float(probabilities[: most + 1].sum())
        return 1.0 - float(probabilities[: max(pairs - most, 0)].sum())

    if alternative == "two-sided":
        p = 1.0 if s == 0 else min(1.0, 2.0 * at_least(abs(s)))
    else:
        p = at_least(s if alternative == "greater" else -s)
    log10 = math.log10(p)
    least = (math.log(2.0) if alternative == "two-sided" else 0.0) - float(special.gammaln(n + 1.0))
    return PValue.from_tail(
        min(p, 1.0), method="exact", log10=log10, minimum=min(1.0, math.exp(least)), alternative=alternative
    )
