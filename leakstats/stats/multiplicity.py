"""Correct for having looked more than once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args, overload

import numpy as np

from leakstats.errors import InputError
from leakstats.estimate import PValue
from leakstats.stats._arrays import FloatArray, check_choice, check_count

__all__ = ["AdjustMethod", "adjust"]

AdjustMethod = Literal["holm", "bonferroni", "hochberg", "hommel", "bh", "by"]


def _hommel(p: FloatArray) -> FloatArray:
    """Closed testing with Simes' test (Hommel 1988): the largest Simes p over the subsets that hold the test.

    Of all subsets of size m with test i, the one with the m - 1 largest other p-values is hardest to reject.
    """
    n = p.size
    out = p.copy()
    for m in range(2, n + 1):
        steps = np.arange(1, m + 1)
        top = p[n - m :]  # the m largest, sorted
        inside = float((m * top / steps).min())  # subset of a test that is one of them
        rest = float((m * top[1:] / steps[1:]).min())  # the m - 1 largest, below a smaller test i
        outside = np.minimum(m * p[: n - m], rest)
        np.maximum(out[n - m :], inside, out=out[n - m :])
        np.maximum(out[: n - m], outside, out=out[: n - m])
    return out


def _adjusted(p: FloatArray, method: str, family: int) -> FloatArray:
    """Adjusted values of ``p`` (any order, no missing) in a family of ``family`` >= p.size tests.

    Tests of the family that are not in ``p`` count with p = 1, the most cautious thing they can be.
    """
    if p.size == 0:
        return p.copy()
    order = np.argsort(p, kind="stable")
    s = p[order]
    rank = np.arange(1, p.size + 1)
    if method == "bonferroni":
        out = family * s
    elif method == "holm":  # Holm 1979: step down
        out = np.maximum.accumulate((family + 1 - rank) * s)
    elif method == "hommel":
        out = _hommel(np.concatenate([s, np.ones(family - s.size)]))[: s.size]
    else:
        if method == "hochberg":  # Hochberg 1988: step up
            out = (family + 1 - rank) * s
        elif method == "bh":  # Benjamini & Hochberg 1995
            out = family / rank * s
        else:  # Benjamini & Yekutieli 2001, Theorem 1.3
            out = float((1.0 / np.arange(1, family + 1)).sum()) * family / rank * s
        out = np.minimum.accumulate(out[::-1])[::-1]
    result = np.empty_like(s)
    result[order] = np.minimum(out, 1.0)
    return result


@overload
def adjust(  # type: ignore[overload-overlap]  # a family of None only is both, and None is all it returns
    p_values: Sequence[PValue | None], *, method: AdjustMethod = ..., family_size: int | None = ...
) -> list[PValue | None]: ...


@overload
def adjust(
    p_values: Sequence[float | None], *, method: AdjustMethod = ..., family_size: int | None = ...
) -> list[float | None]: ...


def adjust(
    p_values: Sequence[PValue | None] | Sequence[float | None],
    *,
    method: AdjustMethod = "holm",
    family_size: int | None = None,
) -> list[PValue | None] | list[float | None]:
    """Adjust p-values for a family of tests.

    Parameters
    ----------
    p_values : sequence of float, PValue or None, length m
        ``None`` and NaN are tests that do not exist: they are not counted and stay ``None``. With PValues a bound
        ("p < 1e-4") is carried: the result is a bound wherever a smaller p behind it could make it smaller.
        Numbers lie in [0, 1]; a printed 0 is taken as it is.
    method : {"holm", "bonferroni", "hochberg", "hommel", "bh", "by"}
        The first four bound the chance of any false rejection: Bonferroni and Holm whatever the dependence,
        Hochberg and Hommel under independence or positive dependence. ``"bh"`` and ``"by"`` bound the expected share
        of false ones among the rejected (independence or positive dependence; any dependence).
    family_size : int, optional
        Size of the family (the ledger's count) where more tests were run than are listed; at least the number of
        p-values. The unlisted count as p = 1. Left out: the p-values listed.

    Returns
    -------
    list
        Adjusted values in the order given, of the kind given (numbers or PValues), each at most 1.

    Raises
    ------
    InputError
        For a value outside [0, 1], an unknown method, or a family smaller than its p-values.

    Notes
    -----
    Ties get equal values. Same results as R's ``p.adjust`` (oracle family padjust); statsmodels counts NaN as a
    test. Holm 1979; Hochberg 1988; Hommel 1988; Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001.

    Examples
    --------
    >>> adjust([0.01, None, 0.04, 0.03])
    [0.03, None, 0.06, 0.06]
    >>> [str(p) for p in adjust([PValue(1e-4, "permutation", "<", "no resample reached it"), PValue(0.03, "t")])]
    ['p < 0.0002', 'p = 0.03']
    """
    check_choice(method, name="method", choices=get_args(AdjustMethod))
    given = list(p_values)
    present = [i for i, p in enumerate(given) if p is not None and (isinstance(p, PValue) or p == p)]
    numbers = np.array([_number(given[i]) for i in present], dtype=np.float64)
    family = numbers.size if family_size is None else check_count(family_size, name="family_size", at_least=0)
    if family < numbers.size:
        raise InputError(f"family_size must be at least the {numbers.size} p-values given, got {family}")
    upper = _adjusted(numbers, method, family)
    objects = [p for p in given if isinstance(p, PValue)]
    if not objects:
        out: list[float | None] = [None] * len(given)
        for i, value in zip(present, upper.tolist(), strict=True):
            out[i] = value
        return out
    if len(objects) < len(present):
        raise InputError("p_values must be all numbers or all PValues, got a mixture")
    # what the result would be if every bound stood for 0: where that differs, only a bound is known
    lower = _adjusted(np.where([p.relation == "<" for p in objects], 0.0, numbers), method, family)
    adjusted: list[PValue | None] = [None] * len(given)
    for i, p, high, low in zip(present, objects, upper.tolist(), lower.tolist(), strict=True):
        bound = low < high
        adjusted[i] = PValue(
            high,
            f"{method}({p.method})",
            "<" if bound else "=",
            (p.reason or "a bound elsewhere in the family") if bound else "",
            alternative=p.alternative,
        )
    return adjusted


def _number(p: PValue | float | None) -> float:
    if isinstance(p, PValue):
        return p.value
    if isinstance(p, bool) or not isinstance(p, (int, float, np.floating, np.integer)):
        raise InputError(f"a p-value must be a number, a PValue or None, got {p!r}")
    value = float(p)
    if not 0.0 <= value <= 1.0:
        raise InputError(f"a p-value lies in [0, 1], got {value:g}")
    return value
