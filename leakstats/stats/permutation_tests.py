"""Two-sample and paired permutation tests: counted exactly where that is possible, sampled above."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Alternative, Detail, Estimate, Interval, PValue
from leakstats.stats._arrays import FloatArray, check_alternative, check_choice, check_level, is_constant, vector
from leakstats.stats._ranks import midranks
from leakstats.stats._sign_flip import MAX_EXACT, sign_flip_counts
from leakstats.stats._tails import t_p
from leakstats.stats.resampling import Permutation, count_extreme

__all__ = ["permutation_difference", "sign_flip"]

_MAX_POOLED = 40
"""Largest pooled sample whose regroupings are counted: two halves of 2**20 sums."""

_TOLERANCE = 1e-9


def _default_plan() -> Permutation:
    return Permutation(n_resamples=9999, rng=np.random.default_rng(0))


def _sums_by_size(values: FloatArray) -> list[FloatArray]:
    """Sorted sums of all subsets, by the subset's size."""
    sums = [np.zeros(1)]
    for v in values:
        grown = [np.zeros(0), *(part + v for part in sums)]
        sums = [np.concatenate(pair) for pair in zip([*sums, np.zeros(0)], grown, strict=True)]
    return [np.sort(part) for part in sums]


class _Regroupings:
    """Sums of all subsets of ``size`` of the pooled values, never listed: two halves are combined by bisection."""

    def __init__(self, pooled: FloatArray, size: int) -> None:
        # large and small values are dealt to both halves
        order = np.argsort(-np.abs(pooled), kind="stable")
        self._one, self._two = (_sums_by_size(pooled[order[start::2]]) for start in (0, 1))
        self._size = size

    def at_least(self, threshold: float) -> int:
        found = 0
        for k, first in enumerate(self._one):
            if 0 <= self._size - k < len(self._two):
                second = self._two[self._size - k]
                found += first.size * second.size
                found -= int(np.searchsorted(second, threshold - first, side="left").sum(dtype=np.int64))
        return found


def _exact_difference(centred: FloatArray, m: int, *, alternative: Alternative) -> PValue:
    """Exact p of the sum of the first ``m`` of values that add to 0."""
    observed = float(centred[:m].sum())
    slack = _TOLERANCE * float(np.abs(centred).sum())
    above, below = _Regroupings(centred, m), _Regroupings(-centred, m)
    total = math.comb(centred.size, m)
    ordered = np.sort(centred)
    top, bottom = float(ordered[-m:].sum()), -float(ordered[:m].sum())
    if alternative == "two-sided":
        reach = abs(observed) - slack
        extreme = total if reach <= 0.0 else above.at_least(reach) + below.at_least(reach)
        limit = max(top, bottom) - slack
        least = total if limit <= 0.0 else above.at_least(limit) + below.at_least(limit)
    else:
        side, limit = (above, top) if alternative == "greater" else (below, bottom)
        extreme = side.at_least((observed if alternative == "greater" else -observed) - slack)
        least = side.at_least(limit - slack)
    return PValue.from_enumeration(extreme, total, method="exact", minimum=least / total, alternative=alternative)


def _sampled_difference(centred: FloatArray, m: int, plan: Permutation, *, alternative: Alternative) -> PValue:
    slack = plan.tolerance * float(np.abs(centred).sum())
    observed = float(centred[:m].sum())
    extreme = sum(
        count_extreme(centred[block[:, :m]].sum(axis=1), observed, alternative=alternative, tolerance=slack)
        for block in plan.blocks(centred.size)
    )
    return PValue.from_count(extreme, plan.n_resamples, method="permutation", alternative=alternative)


def permutation_difference(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    statistic: str = "mean",
    method: str | Permutation = "auto",
    alternative: str = "two-sided",
    level: float = 0.95,
) -> Estimate:
    """Difference of two independent samples with a permutation p-value.

    Parameters
    ----------
    a, b : array-like, shapes (m,) and (n,)
        Independent units; m, n >= 1, and m + n >= 3.
    statistic : {"mean", "rank-sum"}
        "mean": mean(a) - mean(b), with Welch's interval and p-value beside. "rank-sum": the Wilcoxon-Mann-Whitney
        test on midranks; the value is the probability that a unit of ``a`` exceeds one of ``b`` (ties count half),
        ``details["u"]`` the U statistic.
    method : {"auto", "exact"} or Permutation
        "exact" counts all (m + n choose m) regroupings (m + n <= 40). "auto" does so where possible and samples
        9,999 from ``default_rng(0)`` above. Two-sided counts |statistic - its mean under the null|; ties within a
        relative 1e-9 are extreme; the observed grouping is one of them, so p is never 0.
    alternative : {"two-sided", "greater", "less"}
    level : float
        Coverage of Welch's interval (Welch 1947, *Biometrika* 34, 28-35), in (0, 1).

    Raises
    ------
    InputError
        If an option is unknown, or "exact" is asked for more than 40 values.
    UndefinedEstimate
        If a sample is empty, there are fewer than three values, or all are equal.

    Notes
    -----
    Valid where both samples have one distribution if the null hypothesis holds; Welch's interval for means that are
    about normal. Checked against exact p-values of R's coin and exactRankTests (oracle family perm), a list of all
    regroupings, and scipy's Mann-Whitney test.

    Examples
    --------
    >>> estimate = permutation_difference([1.0, 2.0, 3.0, 9.0], [4.0, 5.0, 8.0])
    >>> round(estimate.value, 3), round(estimate.p_value.value, 3), round(estimate.p_value.minimum, 3)
    (-1.917, 0.457, 0.029)
    """
    check_choice(statistic, name="statistic", choices=("mean", "rank-sum"))
    side = check_alternative(alternative)
    check_level(level)
    quantity = "mean_difference" if statistic == "mean" else "probability_of_superiority"
    first = vector(a, name="a", quantity=quantity, at_least=1)
    second = vector(b, name="b", quantity=quantity, at_least=1)
    m, n = first.size, second.size
    pooled = np.concatenate([first, second])
    if m + n < 3:
        raise UndefinedEstimate(quantity, f"needs at least three values in all, got {m + n}", n=m + n)
    if is_constant(pooled):
        raise UndefinedEstimate(quantity, f"all {m + n} values are {pooled[0]:g}", n=m + n)
    exact_too_large = m + n > _MAX_POOLED
    plan = method if isinstance(method, Permutation) else None
    if plan is None:
        check_choice(str(method), name="method", choices=("auto", "exact"))
        if exact_too_large:
            if method == "exact":
                raise InputError(f"method='exact' counts up to {_MAX_POOLED} values, got {m + n}; pass a Permutation")
            plan = _default_plan()
    ranks = midranks(pooled)
    scores = pooled / np.abs(pooled).max() if statistic == "mean" else ranks
    scores = scores - scores[0]
    scores = scores - scores.mean()
    p = (
        _exact_difference(scores, m, alternative=side)
        if plan is None
        else _sampled_difference(scores, m, plan, alternative=side)
    )
    details: dict[str, Detail] = {"n_a": m, "n_b": n}
    notes: tuple[str, ...] = ()
    interval: Interval | None = None
    other: tuple[PValue, ...] = ()
    if statistic == "mean":
        # shifted first, so that a common offset costs no digits
        x, y = first - pooled[0], second - pooled[0]
        value = float(x.mean() - y.mean())
        interval, other, notes = _welch(x, y, value, level=level, alternative=side)
        null = "the two samples are exchangeable (no difference)"
    else:
        u = float(ranks[:m].sum()) - m * (m + 1) / 2.0
        value, details["u"] = u / (m * n), u
        null = "the two samples are exchangeable (probability of superiority 1/2)"
        notes = ("no interval is given for the probability of superiority",)
    return Estimate(
        quantity=quantity,
        value=value,
        n=m + n,
        method=f"two-sample permutation test ({statistic})",
        interval=interval,
        p_value=p,
        null=null,
        other_p_values=other,
        assumptions=("units are independent", "under the null the two samples have one distribution"),
        notes=notes,
        details=details,
    )


def _welch(
    x: FloatArray, y: FloatArray, value: float, *, level: float, alternative: Alternative
) -> tuple[Interval | None, tuple[PValue, ...], tuple[str, ...]]:
    if min(x.size, y.size) < 2:
        return None, (), ("no Welch interval: a sample has a single value",)
    scale = float(max(np.abs(x).max(), np.abs(y).max()))
    parts = [float((v / scale).var(ddof=1)) / v.size for v in (x, y)]
    variance = sum(parts)
    if variance == 0.0:
        return None, (), ("no Welch interval: neither sample varies",)
    # by shares of the variance: squares of a tiny one would vanish
    df = 1.0 / sum((part / variance) ** 2 / (v.size - 1) for part, v in zip(parts, (x, y), strict=True))
    error = math.sqrt(variance) * scale
    if error == 0.0:
        return None, (), ("no Welch interval: the spread is below what doubles can hold",)
    reach = float(special.stdtrit(df, (1.0 + level) / 2.0)) * error
    return (
        Interval(value - reach, value + reach, level, "welch-t"),
        (t_p(value / error, df, alternative=alternative, method="welch-t"),),
        (),
    )


def sign_flip(
    differences: npt.ArrayLike,
    *,
    statistic: str = "mean",
    method: str | Permutation = "auto",
    alternative: str = "two-sided",
    level: float = 0.95,
) -> Estimate:
    """Paired differences tested by flipping their signs.

    Parameters
    ----------
    differences : array-like, shape (n,)
        One difference a pair, n >= 2.
    statistic : {"mean", "signed-rank"}
        "mean" keeps zeros (their flip changes nothing) and gives the t interval and p-value beside.
        "signed-rank" is Wilcoxon's V: zeros are dropped, |differences| get midranks, the value is the sum of the
        positive ones' ranks.
    method : {"auto", "exact"} or Permutation
        "exact" counts all 2**n flips (n <= 40). "auto" does so where possible and samples 9,999 sign vectors from
        ``default_rng(0)`` above. A Permutation here draws signs from its generator; it cannot replay ``stored``.
    alternative : {"two-sided", "greater", "less"}
    level : float
        Coverage of the t interval, in (0, 1).

    Raises
    ------
    InputError
        If an option is unknown, "exact" is asked for n > 40, or a stored permutation is passed.
    UndefinedEstimate
        If there are fewer than two differences or all are zero.

    Notes
    -----
    The smallest two-sided p is 2 / 2**n: five pairs cannot give less than 0.0625.

    Valid for independent differences that are symmetric about 0 if the null hypothesis holds. Checked against R's exact
    p-values (oracle family permpaired), a list of all sign vectors, and scipy's t test.

    Examples
    --------
    >>> estimate = sign_flip([0.8, 1.1, 0.4, 0.9, 0.7])
    >>> estimate.p_value.value, estimate.p_value.minimum
    (0.0625, 0.0625)
    """
    check_choice(statistic, name="statistic", choices=("mean", "signed-rank"))
    side = check_alternative(alternative)
    check_level(level)
    quantity = "mean_paired_difference" if statistic == "mean" else "signed_rank_v"
    d = vector(differences, name="differences", quantity=quantity, at_least=2)
    if not d.any():
        raise UndefinedEstimate(quantity, f"all {d.size} differences are zero", n=d.size)
    notes: tuple[str, ...] = ()
    used = d
    if statistic == "signed-rank":
        used = d[d != 0.0]
        if used.size < d.size:
            notes = (f"{d.size - used.size} zero differences were dropped",)
        used = np.sign(used) * midranks(np.abs(used))
    if isinstance(method, Permutation):
        plan: Permutation | None = method
    else:
        check_choice(method, name="method", choices=("auto", "exact"))
        if method == "exact" and used.size > MAX_EXACT:
            raise InputError(f"method='exact' counts up to {MAX_EXACT} differences, got {used.size}")
        plan = _default_plan() if used.size > MAX_EXACT else None
    if plan is None:
        flips = sign_flip_counts(used)
        extreme = {"two-sided": flips.two_sided, "greater": flips.greater, "less": flips.less}[side]
        least = flips.smallest if side == "two-sided" else flips.smallest // 2
        p = PValue.from_enumeration(
            extreme, flips.total, method="exact", minimum=min(least / flips.total, 1.0), alternative=side
        )
    else:
        p = _sampled_flips(used, plan, alternative=side)
    interval: Interval | None = None
    other: tuple[PValue, ...] = ()
    scale = float(np.abs(d).max())
    if statistic == "mean":
        value = float((d / scale).mean()) * scale
        if is_constant(d):
            notes = (*notes, "no t interval: all differences are equal")
        else:
            error = float((d / scale).std(ddof=1)) * scale / math.sqrt(d.size)
            reach = float(special.stdtrit(d.size - 1, (1.0 + level) / 2.0)) * error
            interval = Interval(value - reach, value + reach, level, "t")
            other = (t_p(value / error, d.size - 1, alternative=side),)
    else:
        value = float(used[used > 0].sum())
        notes = (*notes, "no interval is given for the rank sum; see statistic='mean'")
    return Estimate(
        quantity=quantity,
        value=value,
        n=d.size,
        method=f"paired sign-flip test ({statistic})",
        interval=interval,
        p_value=p,
        null="differences are symmetric about zero",
        other_p_values=other,
        assumptions=("pairs are independent", "under the null each difference is symmetric about zero"),
        notes=notes,
        details={"n_nonzero": int(np.count_nonzero(d))},
    )


def _sampled_flips(values: FloatArray, plan: Permutation, *, alternative: Alternative) -> PValue:
    if plan.rng is None:
        raise InputError("sign_flip: a Permutation needs rng here; stored permutations reorder, they do not flip")
    scaled = values / np.abs(values).max()
    observed = float(scaled.sum())
    slack = plan.tolerance * float(np.abs(scaled).sum())
    extreme, step = 0, max(1, 2**20 // scaled.size)
    for start in range(0, plan.n_resamples, step):
        rows = min(step, plan.n_resamples - start)
        signs = plan.rng.integers(0, 2, size=(rows, scaled.size), dtype=np.int8) * 2.0 - 1.0
        extreme += count_extreme(signs @ scaled, observed, alternative=alternative, tolerance=slack)
    return PValue.from_count(extreme, plan.n_resamples, method="permutation", alternative=alternative)
