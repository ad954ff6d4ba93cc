"""Correct for having looked more than once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, overload

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError
from leakstats.estimate import Alternative, Estimate, PValue
from leakstats.stats._arrays import (
    FloatArray,
    check_alternative,
    check_choice,
    check_count,
    check_level,
    vector,
)
from leakstats.stats._families import permutation_blocks, permutation_plan, predictors, unit_scores
from leakstats.stats.resampling import Permutation

__all__ = ["AdjustMethod", "MaxT", "adjust", "max_t"]

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

    Valid under the dependence named with each method, for p-values that are valid alone. Checked against R's p.adjust
    (oracle family padjust), and for Hommel against closed testing by brute force.

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
        raise InputError(f"p_values: a p-value must be a number, a PValue or None, got {p!r}")
    value = float(p)
    if not 0.0 <= value <= 1.0:
        raise InputError(f"p_values: a p-value lies in [0, 1], got {value:g}")
    return value


# --------------------------------------------------------------------------------------------------------------------
# Correlated tests
# --------------------------------------------------------------------------------------------------------------------

_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class MaxT:
    """Correlations of one outcome with several predictors, adjusted for having tried them all."""

    labels: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    """One a predictor: the headline p is adjusted, the unadjusted permutation p is in ``other_p_values``."""
    global_p: PValue
    """p of the largest statistic: that no predictor is related to the outcome."""
    critical_value: float | None
    """Smallest permuted correlation (absolute unless one-sided) that is significant after adjustment, at 1 - level;
    None where so few units allow none."""
    null_mean_of_max: float
    """Mean of the largest correlation under the null: what the best of so many looks like by chance."""

    def __getitem__(self, label: str) -> Estimate:
        try:
            return self.estimates[self.labels.index(label)]
        except ValueError:
            raise InputError(f"max_t has no predictor {label!r}; it has {list(self.labels)}") from None

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": list(self.labels),
            "estimates": [estimate.to_json() for estimate in self.estimates],
            "global_p": self.global_p.to_json(),
            "critical_value": self.critical_value,
            "null_mean_of_max": self.null_mean_of_max,
        }


def max_t(
    y: npt.ArrayLike,
    X: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    *,
    statistic: Literal["spearman", "pearson"] = "spearman",
    method: Permutation | Literal["auto", "exact"] = "auto",
    labels: Iterable[str] | None = None,
    alternative: Alternative = "two-sided",
    step_down: bool = False,
    level: float = 0.95,
) -> MaxT:
    """Correlations with several predictors (layers, say), p-values adjusted by the largest statistic.

    All predictors are kept together while y is permuted, so that their correlation among each other is accounted
    for: nearly equal layers cost almost nothing, where Bonferroni would multiply by their number.

    Parameters
    ----------
    y : array-like, shape (n,)
        Outcome of n >= 3 independent units.
    X : array-like, shape (n, m), or mapping of name to array-like of shape (n,)
        Predictors of the same units, complete.
    statistic : {"spearman", "pearson"}
        Correlation; ties share midranks.
    method : {"auto", "exact"} or Permutation
        "exact" counts all n! permutations (n <= 9); "auto" does so where it can and draws 9,999 from
        ``default_rng(0)`` above; a Permutation draws or replays (permuting y).
    labels : iterable of str, optional
        Names of the columns of a matrix; left out: "0", "1", ...
    alternative : {"two-sided", "greater", "less"}
    step_down : bool
        Westfall & Young's step-down (1993, algorithm 4.1): never larger p-values, and still the family-wise error
        under subset pivotality. The default compares each with the maximum over all.
    level : float
        1 - level is the level of ``critical_value``.

    Returns
    -------
    MaxT
        Estimates by label, the global p, the critical correlation.

    Raises
    ------
    InputError
        For values not finite, shapes that do not fit, an unknown option.
    UndefinedEstimate
        With fewer than 3 units, or where y or a predictor is constant.

    Notes
    -----
    The chance of any false rejection is controlled exactly where no predictor is related, for exchangeable units.
    Measured in percent at 5% for four predictors that correlate 0.8 (10,000 data sets, 199 permutations each; the
    step-down has the same family-wise error; ``tests/stats/test_coverage_selection.py``):

    ================ ==== ==== ====
    Spearman         n=8  12   20
    ================ ==== ==== ====
    max-T             4.0  5.1  4.9
    unadjusted       12.1 12.4 12.2
    ================ ==== ==== ====

    Valid for exchangeable units. Checked against its definition by a list of all permutations, the published layers of
    study 271, and by simulation of the family-wise error.

    Examples
    --------
    >>> y = [1, 2, 3, 4, 5, 6, 7, 8]
    >>> layers = {"L10": [2, 1, 4, 3, 6, 5, 8, 7], "L20": [1, 3, 2, 5, 4, 8, 6, 7], "L25": [5, 1, 2, 8, 3, 7, 4, 6]}
    >>> result = max_t(y, layers)
    >>> [round(result[name].p_value.value, 4) for name in layers]
    [0.0137, 0.0216, 0.6948]
    >>> round(result["L25"].p_by("permutation").value, 4)
    0.3599
    """
    quantity = f"max_t_{statistic}"
    check_choice(statistic, name="statistic", choices=("spearman", "pearson"))
    side = check_alternative(alternative)
    level = check_level(level)
    outcome = vector(y, name="y", quantity=quantity)
    array, names = predictors(X, labels, rows=outcome.size, quantity=quantity)
    v, u = unit_scores(outcome, array, names, statistic=statistic, quantity=quantity)
    n, m = u.shape
    plan = permutation_plan(method, n, quantity=quantity)
    slack = _TOLERANCE if plan is None else plan.tolerance

    def directed(values: FloatArray) -> FloatArray:
        return np.abs(values) if side == "two-sided" else values if side == "greater" else -values

    r = np.clip(v @ u, -1.0, 1.0)
    observed = directed(r)
    order = np.argsort(-observed, kind="stable")
    alone, jointly = np.zeros(m, dtype=np.int64), np.zeros(m, dtype=np.int64)
    maxima = []
    total = 0
    for block in permutation_blocks(plan, n):
        t = directed(v[block] @ u)
        total += t.shape[0]
        alone += (t >= observed - slack).sum(axis=0)
        largest = t.max(axis=1)
        maxima.append(largest)
        if step_down:
            # successive maxima over the tests not yet stepped over, the smallest statistic first
            remaining = np.maximum.accumulate(t[:, order[::-1]], axis=1)[:, ::-1]
            jointly[order] += (remaining >= observed[order] - slack).sum(axis=0)
        else:
            jointly += (largest[:, None] >= observed - slack).sum(axis=0)
    if step_down:
        jointly[order] = np.maximum.accumulate(jointly[order])
    top = np.sort(np.concatenate(maxima))
    name = "step-down max-T" if step_down else "max-T"

    def p_of(count: int, method_name: str) -> PValue:
        if plan is None:
            return PValue.from_enumeration(count, total, method=method_name, alternative=side)
        return PValue.from_count(count, total, method=method_name, alternative=side)

    # the smallest c with P(max >= c) <= 1 - level, the data themselves counted among the permutations
    allowed = math.floor((1.0 - level) * total + 1e-9) if plan is None else math.floor((1.0 - level) * (total + 1)) - 1
    beyond = top[top > top[total - allowed - 1] + slack] if allowed > 0 else top[:0]
    estimates = tuple(
        Estimate(
            quantity=statistic,
            value=float(r[j]),
            n=n,
            method=f"{statistic} correlation with {names[j]}, one of {m} predictors tried",
            p_value=p_of(int(jointly[j]), name),
            null=f"{names[j]} is unrelated to y (chance of any false rejection among {m} controlled)",
            other_p_values=(p_of(int(alone[j]), "permutation"),),
            assumptions=("units are independent and exchangeable under the null", "all predictors tried are listed"),
            notes=("no interval: see selected_correlation for one that allows for the choice",),
            details={"family_size": m, "n_permutations": total},
        )
        for j in range(m)
    )
    return MaxT(
        labels=names,
        estimates=estimates,
        global_p=p_of(int(jointly[order[0]]), name),
        critical_value=float(beyond[0]) if beyond.size else None,
        null_mean_of_max=float(top.mean()),
    )
