"""Correlation over rows that share units and groups: 110 bystanders seen under each of 5 sources are not 550 units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate, Interval, PValue
from leakstats.stats._arrays import (
    FloatArray,
    IntArray,
    check_choice,
    check_count,
    check_level,
    codes,
    paired,
    require_varying,
    unit,
)
from leakstats.stats._count_kernels import pearson_kernel, spearman_kernel
from leakstats.stats._ranks import midranks
from leakstats.tails import correlation_log10_p

__all__ = ["ROWS_INDEPENDENT", "crossed_correlation"]

ROWS_INDEPENDENT = "t, rows taken as independent"
"""Name of the p-value that pages with pooled rows print; shown beside the valid one, never instead of it."""

_BLOCK = 256
_TOLERANCE = 1e-9


def crossed_correlation(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    units: Iterable[Any],
    groups: Iterable[Any],
    rng: np.random.Generator,
    kind: Literal["spearman", "pearson"] = "spearman",
    n_resamples: int = 9999,
    level: float = 0.95,
) -> Estimate:
    """Correlation of ``x`` and ``y`` pooled over groups that share their units, with inference that knows it.

    The value is the plain coefficient over all rows. What differs from a plain test is what is taken as
    exchangeable: the p-value permutes *units* (a bystander keeps its rows under all sources together), the headline
    interval resamples units, or units and groups, whichever is wider. With units that each appear in one group only
    (nested data) the same procedure permutes and resamples units within their group.

    Parameters
    ----------
    x, y : array-like of float, shape (rows,)
        Paired values, one row for each (unit, group) that was measured.
    units, groups : iterable of labels, length rows
        The unit (bystander) and the group (source) of each row; a (unit, group) pair stands at most once.
    rng : numpy.random.Generator
        Drives the permutations, then the resamples.
    kind : {"spearman", "pearson"}
        Ranks are taken over all rows; in the bootstrap they are taken anew in every resample.
    n_resamples : int
        Number of permutations, and of bootstrap resamples of each sort.
    level : float
        Coverage of the percentile intervals, in (0, 1).

    Returns
    -------
    Estimate
        ``n`` counts units, ``n_rows`` rows. ``p_value`` has method "joint unit permutation"; the t approximation
        over rows stands in ``other_p_values`` under "t, rows taken as independent", for comparison with pages that
        print it. ``interval`` is the wider of ``unit bootstrap`` and ``two-way bootstrap`` (pigeonhole; Owen 2007,
        known to be conservative); the other is in ``other_intervals``. ``details`` holds ``permutation_mean``, the
        centre of the null distribution: it differs from 0 where groups differ in level.

    Raises
    ------
    InputError
        If lengths differ, values are not finite, or a (unit, group) pair stands twice.
    UndefinedEstimate
        If ``x`` or ``y`` is constant, or fewer than 4 units could change places.

    Notes
    -----
    Units are exchangeable only with units measured under the same set of groups (a source is no bystander of
    itself, so it has one row less): permutations stay within such classes, and ``details["fixed_units"]`` counts
    units that are alone in theirs. The permutation null is "x carries no information on y beyond the groups'
    levels"; its p is (b + 1) / (m + 1), two-sided in the absolute coefficient.

    Valid where units are exchangeable with units of the same pattern (p-value), and independent draws (interval).
    Checked against scipy for the value and the p-value over rows, an enumeration of the units' permutations, and by
    simulation of its size.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> item = rng.normal(size=30)
    >>> x = np.concatenate([item, item]); y = np.concatenate([item, item + 5]) + rng.normal(size=60)
    >>> e = crossed_correlation(x, y, units=[*range(30)] * 2, groups=["a"] * 30 + ["b"] * 30, rng=rng)
    >>> e.n, e.n_rows, e.p_value.method
    (30, 60, 'joint unit permutation')
    """
    check_choice(kind, name="kind", choices=("spearman", "pearson"))
    check_level(level)
    check_count(n_resamples, name="n_resamples", at_least=99)
    quantity = "spearman_rho" if kind == "spearman" else "pearson_r"
    a, b = paired(x, y, quantity=quantity, at_least=4)
    rows = a.size
    u, unit_names = codes(units, name="units", quantity=quantity, rows=rows)
    g, group_names = codes(groups, name="groups", quantity=quantity, rows=rows)
    n_units, n_groups = len(unit_names), len(group_names)
    place = u * n_groups + g
    if np.unique(place).size != rows:
        raise InputError(f"{quantity}: a (unit, group) pair stands twice; aggregate the counts of a cell first")
    for name, values in (("x", a), ("y", b)):
        require_varying(values, name=name, quantity=quantity)

    fa, fb = (midranks(a), midranks(b)) if kind == "spearman" else (a, b)
    za, zb = unit(fa), unit(fb)
    value = float(np.clip(za @ zb, -1.0, 1.0))

    present = np.zeros((n_units, n_groups), dtype=bool)
    present[u, g] = True
    permuted, fixed = _permuted(za, zb, u, g, present, n_resamples, rng)
    if fixed > n_units - 4:
        raise UndefinedEstimate(quantity, f"only {n_units - fixed} units could change places, 4 are needed", n=n_units)
    extreme = int((np.abs(permuted) >= abs(value) - _TOLERANCE).sum())
    p = PValue.from_count(extreme, n_resamples, method="joint unit permutation")

    crossed = bool((present.sum(axis=1) > 1).any())
    intervals, dropped = _intervals(a, b, u, g, (n_units, n_groups), crossed, kind, n_resamples, level, rng)
    intervals.sort(key=lambda i: -i.width)
    others = (
        () if abs(value) == 1.0 else (PValue.from_log10(correlation_log10_p(value, rows), method=ROWS_INDEPENDENT),)
    )
    notes = (
        [f"{fixed} units are alone in their pattern of groups and keep their place in every permutation"]
        if fixed
        else []
    )
    if dropped:
        notes.append(f"{dropped} bootstrap resamples gave no coefficient (constant) and were dropped")
    return Estimate(
        quantity=quantity,
        value=value,
        n=n_units,
        n_rows=rows,
        clusters={"units": n_units, "groups": n_groups},
        method=f"{kind} over all rows; inference by units" + (" and groups" if crossed else " within groups"),
        interval=intervals[0],
        other_intervals=tuple(intervals[1:]),
        p_value=p,
        null="within groups, which unit has which y does not depend on x (units permuted jointly over groups)",
        other_p_values=others,
        assumptions=("units measured under the same groups are exchangeable",),
        notes=tuple(notes),
        details={
            "permutation_mean": float(permuted.mean()),
            "permutation_sd": float(permuted.std()),
            "n_resamples": n_resamples,
            "fixed_units": fixed,
            "dropped_resamples": dropped,
        },
    )


def _permuted(
    za: FloatArray,
    zb: FloatArray,
    u: IntArray,
    g: IntArray,
    present: npt.NDArray[np.bool_],
    m: int,
    rng: np.random.Generator,
) -> tuple[FloatArray, int]:
    """The coefficient under ``m`` joint permutations of units within classes of equal pattern, and the fixed units.

    Permuting units moves whole rows of the (unit, group) table of ``zb``. The sum of products over a class is then
    ``sum_i C[i, perm(i)]`` with ``C = A @ B.T``, so that a permutation costs one gather, whatever the number of groups.
    """
    table_a, table_b = np.zeros(present.shape), np.zeros(present.shape)
    table_a[u, g], table_b[u, g] = za, zb
    _, member = np.unique(present, axis=0, return_inverse=True)
    member = member.reshape(-1)
    out, fixed = np.zeros(m), 0
    for c in range(int(member.max()) + 1):
        rows = np.flatnonzero(member == c)
        products = table_a[rows] @ table_b[rows].T
        k = rows.size
        if k == 1:
            fixed += 1
            out += products[0, 0]
            continue
        step = max(1, 2_000_000 // k)
        for start in range(0, m, step):
            size = min(step, m - start)
            perm = rng.permuted(np.broadcast_to(np.arange(k), (size, k)), axis=1)
            out[start : start + size] += products[np.arange(k), perm].sum(axis=1)
    return out, fixed


def _intervals(
    a: FloatArray,
    b: FloatArray,
    u: IntArray,
    g: IntArray,
    sizes: tuple[int, int],
    crossed: bool,
    kind: str,
    m: int,
    level: float,
    rng: np.random.Generator,
) -> tuple[list[Interval], int]:
    """Percentile intervals from resampled units, and units and groups where units are shared by groups."""
    n_units, n_groups = sizes
    kernel = spearman_kernel(a, b) if kind == "spearman" else pearson_kernel(a, b)
    group_of_unit = None
    if not crossed:
        group_of_unit = np.zeros(n_units, dtype=np.int64)
        group_of_unit[u] = g
    ways = [("unit bootstrap", False)]
    if crossed and n_groups > 1:
        ways.append(("two-way bootstrap", True))
    intervals, dropped = [], 0
    tail = (1.0 - level) / 2.0
    for name, with_groups in ways:
        values = np.empty(m)
        for start in range(0, m, _BLOCK):
            size = min(_BLOCK, m - start)
            weights = _unit_weights(n_units, group_of_unit, size, rng)[u]
            if with_groups:
                weights = weights * _multinomial(n_groups, size, rng)[g]
            values[start : start + size] = kernel(weights)
        good = values[np.isfinite(values)]
        dropped += m - good.size
        if good.size < m // 2:
            raise UndefinedEstimate(f"{kind} interval", f"{m - good.size} of {m} resamples are constant", n=n_units)
        low, high = np.quantile(good, [tail, 1.0 - tail])
        intervals.append(Interval(float(low), float(high), level, name))
    return intervals, dropped


def _multinomial(n: int, size: int, rng: np.random.Generator) -> IntArray:
    """How often each of ``n`` items is drawn in ``size`` resamples, shape (n, size)."""
    draws = rng.integers(n, size=(n, size)) + np.arange(size) * n
    return np.bincount(draws.ravel(), minlength=n * size).reshape(size, n).T.astype(np.int64)


def _unit_weights(n: int, group_of_unit: IntArray | None, size: int, rng: np.random.Generator) -> IntArray:
    if group_of_unit is None:
        return _multinomial(n, size, rng)
    out = np.empty((n, size), dtype=np.int64)
    for c in np.unique(group_of_unit):
        members = np.flatnonzero(group_of_unit == c)
        out[members] = _multinomial(members.size, size, rng)
    return out
