"""Is one predictor better than another over rows that share units? The difference of two pooled correlations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate, Interval
from leakstats.stats._arrays import check_choice, check_count, check_level, codes, paired, require_varying
from leakstats.stats._count_kernels import pearson_kernel, spearman_kernel
from leakstats.stats.resampling import Bootstrap

__all__ = ["crossed_difference"]


def crossed_difference(
    y: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    units: Iterable[Any],
    groups: Iterable[Any],
    rng: np.random.Generator,
    kind: Literal["spearman", "pearson"] = "spearman",
    n_resamples: int = 9999,
    level: float = 0.95,
) -> Estimate:
    """corr(first, y) - corr(second, y), pooled over groups that share their units.

    Parameters
    ----------
    y, first, second : array-like of float, shape (rows,)
        The outcome and two predictors of it (a similarity at two layers), one row for each (unit, group).
    units, groups : iterable of labels, length rows
        The unit (bystander) and the group (source) of each row; a pair stands at most once.
    rng : numpy.random.Generator
        Drives the resamples.
    kind : {"spearman", "pearson"}
        Ranks are taken over all rows, and anew in every resample.
    n_resamples : int
        Bootstrap resamples of each sort, at least 99.
    level : float
        Coverage of the percentile intervals, in (0, 1).

    Returns
    -------
    Estimate
        ``n`` counts units, ``n_rows`` rows. ``interval`` is the wider of "unit bootstrap" and "two-way bootstrap"
        (units and groups resampled; Owen 2007, conservative); with units of one group each only the first, and units
        are then drawn over all groups. No p-value: a zero difference makes nothing exchangeable. ``details`` holds both
        correlations.

    Raises
    ------
    InputError
        If lengths differ, values are not finite, or a (unit, group) pair stands twice.
    UndefinedEstimate
        If a column is constant, there are fewer than 4 units, or over half of the resamples have no value.

    Notes
    -----
    Coverage has not been measured; that of the resampling is what :func:`leakstats.stats.crossed_correlation` has.

    Valid for units (and groups, where both are resampled) that are independent draws. Checked against
    :func:`leakstats.stats.crossed_correlation` for both values, and against a plain loop over resamples that ranks each
    anew.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> item = rng.normal(size=30)
    >>> near, far = item + 0.1 * rng.normal(size=30), item + 3.0 * rng.normal(size=30)
    >>> e = crossed_difference([*item] * 2, [*near] * 2, [*far] * 2, units=[*range(30)] * 2,
    ...                        groups=["a"] * 30 + ["b"] * 30, rng=rng, n_resamples=499)
    >>> e.n, e.value > 0.0, e.interval.low > 0.0
    (30, True, True)
    """
    check_choice(kind, name="kind", choices=("spearman", "pearson"))
    check_level(level)
    check_count(n_resamples, name="n_resamples", at_least=99)
    quantity = f"difference of two {kind} correlations"
    a, outcome = paired(first, y, quantity=quantity, at_least=4)
    b, _ = paired(second, y, quantity=quantity, at_least=4)
    rows = outcome.size
    u, unit_names = codes(units, name="units", quantity=quantity, rows=rows)
    g, group_names = codes(groups, name="groups", quantity=quantity, rows=rows)
    if np.unique(u * len(group_names) + g).size != rows:
        raise InputError(f"{quantity}: a (unit, group) pair stands twice; aggregate the counts of a cell first")
    if len(unit_names) < 4:
        raise UndefinedEstimate(quantity, f"needs at least 4 units, got {len(unit_names)}", n=len(unit_names))
    for name, values in (("y", outcome), ("first", a), ("second", b)):
        require_varying(values, name=name, quantity=quantity)
    kernel = spearman_kernel if kind == "spearman" else pearson_kernel
    kernels = kernel(a, outcome), kernel(b, outcome)
    once = np.ones((rows, 1), dtype=np.int64)
    each = [float(k(once)[0]) for k in kernels]
    ways = {"unit bootstrap": Bootstrap(n_resamples=n_resamples, method="percentile", rng=rng, clusters=u.tolist())}
    if len(group_names) > 1 and np.unique(u).size < rows:
        ways["two-way bootstrap"] = Bootstrap(
            n_resamples=n_resamples, method="percentile", rng=rng, clusters=u.tolist(), crossed_with=g.tolist()
        )
    tail = (1.0 - level) / 2.0
    intervals, dropped = [], 0
    for name, plan in ways.items():
        drawn = np.concatenate([kernels[0](block) - kernels[1](block) for block in plan.counts(rows)])
        good = drawn[np.isfinite(drawn)]
        dropped += drawn.size - good.size
        if good.size < n_resamples // 2:
            raise UndefinedEstimate(
                quantity, f"{drawn.size - good.size} of {n_resamples} resamples are constant", n=len(unit_names)
            )
        low, high = np.quantile(good, [tail, 1.0 - tail])
        intervals.append(Interval(float(low), float(high), level, name))
    intervals.sort(key=lambda i: -i.width)
    return Estimate(
        quantity=quantity,
        value=each[0] - each[1],
        n=len(unit_names),
        n_rows=rows,
        clusters={"units": len(unit_names), "groups": len(group_names)},
        method=f"difference of two {kind} over all rows; units" + (" and groups" * (len(ways) > 1)) + " resampled",
        interval=intervals[0],
        other_intervals=tuple(intervals[1:]),
        assumptions=("units are a sample of like units",),
        notes=(f"{dropped} resamples gave no coefficient (constant) and were dropped",) if dropped else (),
        details={"first": each[0], "second": each[1], "n_resamples": n_resamples, "dropped_resamples": dropped},
    )
