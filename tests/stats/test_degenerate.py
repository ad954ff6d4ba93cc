"""Every estimator on every kind of degenerate input: the right value, or an error that says why; never a warning.

``REGISTRY`` names every public function of :mod:`leakstats.stats` with the calls that are tried. A call takes one of
six kinds of data, and every kind has its own table of degenerate cases, made here.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats as st

from leakstats import stats
from leakstats.columns import Columns
from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Interval, Undefined
from leakstats.stats.reliability import FORMS

pytestmark = pytest.mark.filterwarnings("error")

Floats = npt.NDArray[np.float64]

TINY, HUGE, OFFSET = 1e-100, 1e100, 1e8


def rng() -> np.random.Generator:
    """The same generator for every call, so that two calls differ by their data only."""
    return np.random.default_rng(1)


def grid(*shape: int, seed: int) -> Floats:
    """Normal numbers on a grid of 1/64: adding 1e8 to them is exact."""
    out: Floats = np.round(np.random.default_rng(seed).normal(size=shape) * 64) / 64
    return out


# --- the data --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """Three columns of one row a unit, a label a row, and the unit in which they are measured."""

    x: Any
    y: Any
    z: Any
    group: Sequence[Any]
    unit: float = 1.0

    @property
    def xz(self) -> Any:
        return np.column_stack([self.x, self.z])


def measured(case: str) -> Measured:
    n = 8
    x = grid(n, seed=1)
    y, z = x / 2 + grid(n, seed=2), grid(n, seed=3) - x / 4
    group: list[Any] = ["a", "a", "b", "b", "c", "c", "d", "d"]
    if case in SIZES:
        n = SIZES[case]
        return Measured(x[:n], y[:n], z[:n], group[:n])
    bad = y.copy()
    bad[2] = math.inf if case == "inf" else math.nan
    two = np.array([0.0, 1.0] * 4)
    equal = np.full(n, 0.1)
    return {
        "plain": Measured(x, y, z, group),
        "constant y": Measured(x, equal, z, group),
        "constant x": Measured(equal, y, z, group),
        "all ties": Measured(equal, equal, equal, group),
        "zeros": Measured(0 * x, 0 * x, 0 * x, group),
        "two values": Measured(np.roll(two, 1)[[0, 1, 2, 3, 4, 5, 7, 6]], two, np.sort(two), group),
        "perfect fit": Measured(x, 2 * x + 1, z, group),
        "collinear": Measured(x, y, 3 * x - 1, group),
        "tiny": Measured(x * TINY, y * TINY, z * TINY, group, TINY),
        "huge": Measured(x * HUGE, y * HUGE, z * HUGE, group, HUGE),
        "mixed scales": Measured(x * TINY, y * HUGE, z, group),
        "tiny beside one": Measured(x * TINY, equal, z, group),
        "offset": Measured(x + OFFSET, y + OFFSET, z + OFFSET, group),
        "nan": Measured(x, bad, z, group),
        "inf": Measured(x, bad, z, group),
        "empty cluster": Measured(x, y, z, [*group[:-1], None]),
        "one cluster": Measured(x, y, z, ["a"] * n),
        "clusters of one": Measured(x, y, z, list("abcdefgh")),
    }[case]


@dataclass(frozen=True)
class Counted:
    """Successes of trials by cluster under two conditions; the clusters are also crossed with a second factor."""

    k: Any
    n: Any
    other: Any
    cluster: Sequence[Any]
    second: Sequence[Any]

    @property
    def crossed(self) -> dict[str, Sequence[Any]]:
        return {"question": self.cluster, "persona": self.second}


def counted(case: str) -> Counted:
    k, other = np.array([3.0, 5, 2, 7, 4, 6]), np.array([2.0, 6, 1, 4, 4, 3])
    n = np.full(6, 10.0)
    cluster: list[Any] = ["a", "b", "c", "a", "b", "c"]
    second = ["u", "u", "u", "v", "v", "v"]
    if case in SIZES:
        m = SIZES[case]
        return Counted(k[:m], n[:m], other[:m], cluster[:m], second[:m])
    bad = k.copy()
    bad[2] = math.inf if case == "inf" else math.nan
    none = n.copy()
    none[2] = 0
    no_success = k.copy()
    no_success[2] = 0
    zero, half, extreme = 0 * k, 0 * k + 5, np.array([0.0, 10, 0, 10, 0, 10])
    return {
        "plain": Counted(k, n, other, cluster, second),
        "constant": Counted(half, n, half - 1, cluster, second),
        "all ties": Counted(half, n, half, cluster, second),
        "zeros": Counted(zero, n, zero, cluster, second),
        "two values": Counted(extreme, n, extreme[::-1], cluster, second),
        "perfect fit": Counted(n, n, n, cluster, second),
        "collinear": Counted(k, n, k, cluster, second),
        "tiny": Counted(k * TINY, n * TINY, other * TINY, cluster, second),
        "huge": Counted(k * HUGE, n * HUGE, other * HUGE, cluster, second),
        "offset": Counted(k + OFFSET, n + 2 * OFFSET, other + OFFSET, cluster, second),
        "nan": Counted(bad, n, other, cluster, second),
        "inf": Counted(bad, n, other, cluster, second),
        "empty cluster": Counted(no_success, none, no_success, cluster, second),
        "one cluster": Counted(k, n, other, ["a"] * 6, ["u"] * 6),
        "clusters of one": Counted(k, n, other, list("abcdef"), list("uvwxyz")),
    }[case]


@dataclass(frozen=True)
class Dyads:
    """Three symmetric matrices over the same items."""

    A: Any
    B: Any
    C: Any


def _off_diagonal(values: npt.NDArray[Any], diagonal: float = 0.0) -> Floats:
    out = values.copy()
    np.fill_diagonal(out, diagonal)
    return out


def dyads(case: str) -> Dyads:
    n = SIZES.get(case, 6)

    def symmetric(seed: int) -> Floats:
        half = np.triu(np.abs(grid(6, 6, seed=seed)) + 1, k=1)[:n, :n]
        out: Floats = half + half.T
        return out

    A, C = symmetric(1), symmetric(3)
    B = A / 2 + symmetric(2)
    equal = _off_diagonal(0.1 + np.zeros((n, n)))
    bad = B.copy()
    if n > 3:
        bad[1, 2] = bad[2, 1] = math.inf if case == "inf" else math.nan
    lonely = B.copy()
    lonely[:1] = 0.0
    lonely[:, :1] = 0.0
    block = np.equal.outer(np.arange(n) % 2, np.arange(n) % 2).astype(float)
    if case in SIZES:
        return Dyads(A, B, C)
    return {
        "plain": Dyads(A, B, C),
        "constant y": Dyads(equal, B, C),
        "constant x": Dyads(A, equal, C),
        "all ties": Dyads(equal, equal, equal),
        "zeros": Dyads(0 * A, 0 * A, 0 * A),
        "two values": Dyads(block, _off_diagonal((B > 3) * 1.0), _off_diagonal((C > 2) * 1.0)),
        "perfect fit": Dyads(A, _off_diagonal(2 * A + 1), C),
        "collinear": Dyads(A, B, _off_diagonal(3 * B - 1)),
        "tiny": Dyads(A * TINY, B * TINY, C * TINY),
        "huge": Dyads(A * HUGE, B * HUGE, C * HUGE),
        "mixed scales": Dyads(A * TINY, B * HUGE, C),
        "tiny beside one": Dyads(A * TINY, equal, C),
        "offset": Dyads(A + OFFSET, B + OFFSET, C + OFFSET),
        "nan": Dyads(A, bad, C),
        "inf": Dyads(A, bad, C),
        "empty cluster": Dyads(lonely, lonely, C),
        "one cluster": Dyads(np.ones((n, n)), B, C),
    }[case]


def table(case: str) -> Any:
    """Units (rows) measured repeatedly (columns)."""
    unit = grid(6, 1, seed=4)
    out = unit * 2 + grid(6, 3, seed=5)
    if case in SIZES:
        return out[: SIZES[case]]
    bad = out.copy()
    bad[2, 1] = math.inf if case == "inf" else math.nan
    empty = out.copy()
    empty[2] = math.nan
    same = np.repeat(out[:, :1], 3, axis=1)
    return {
        "plain": out,
        "constant": np.full((6, 3), 0.1),
        "constant unit means": np.array([[1.0, 2, 3], [2, 3, 1], [3, 1, 2], [1, 3, 2]]),
        "all ties": same,
        "zeros": 0 * out,
        "two values": (out > 0) * 1.0,
        "perfect fit": same + np.array([0.0, 1.0, 2.0]),
        "collinear": same * np.array([1.0, 2.0, -1.0]),
        "tiny": out * TINY,
        "huge": out * HUGE,
        "offset": out + OFFSET,
        "nan": bad,
        "inf": bad,
        "empty cluster": empty,
        "one cluster": out[:, :1],
        "nothing left": np.full((4, 3), math.nan),
    }[case]


@dataclass(frozen=True)
class States:
    """Items as vectors in two states, and as vectors by question."""

    before: Any
    after: Any
    cube: Any

    @property
    def hits(self) -> Any:
        """What a classifier of the cube could have found, from the signs of its first coordinate."""
        return np.asarray(self.cube)[..., 0] > -1.0


def states(case: str) -> States:
    n, w, q = 6, 4, 3
    before = 2 + grid(n, w, seed=6)
    after = before / 2 + grid(n, w, seed=7) / 4 + 1
    cube = grid(n, 1, w, seed=8) * 2 + grid(n, q, w, seed=9) / 2
    if case in SIZES:
        n = SIZES[case]
        return States(before[:n], after[:n], cube[:n])
    bad, bad_cube = after.copy(), cube.copy()
    bad[2, 1] = bad_cube[2, 1, 1] = math.inf if case == "inf" else math.nan
    same = np.full((n, w), 0.1)
    two = (before > 2) * 1.0 + np.eye(n)[:, :w]
    lost = after.copy()
    lost[2] = 0.0
    return {
        "plain": States(before, after, cube),
        "constant": States(same, after, np.full((n, q, w), 0.1)),
        "all ties": States(same, same, np.repeat(cube[:1], n, axis=0)),
        "zeros": States(0 * before, 0 * after, 0 * cube),
        "two values": States(two, 1 - two, (cube > 0) * 1.0),
        "perfect fit": States(before, before, np.repeat(cube[:, :1], q, axis=1)),
        "collinear": States(
            np.outer(np.arange(1.0, n + 1), before[0]), np.outer(np.arange(n, 0.0, -1), before[0]), cube
        ),
        "tiny": States(before * TINY, after * TINY, cube * TINY),
        "huge": States(before * HUGE, after * HUGE, cube * HUGE),
        "mixed scales": States(before * TINY**1.6, after * HUGE**1.6, cube * (np.arange(w) > 1) * HUGE + cube),
        "offset": States(before + OFFSET, after + OFFSET, cube + OFFSET),
        "nan": States(before, bad, bad_cube),
        "inf": States(before, bad, bad_cube),
        "empty cluster": States(before, lost, cube[:, :0]),
        "one cluster": States(before[:, :1], after[:, :1], cube[:, :1]),
    }[case]


@dataclass(frozen=True)
class Numbers:
    """A sample size and a quantity in [-1, 1] (a correlation, a rate, a p-value)."""

    n: Any
    value: float


def numbers(case: str) -> Numbers:
    if case in SIZES:
        return Numbers(SIZES[case], 0.3)
    return {
        "plain": Numbers(30, 0.3),
        "constant": Numbers(30, 0.0),
        "perfect fit": Numbers(30, 1.0),
        "collinear": Numbers(30, -1.0),
        "tiny": Numbers(30, TINY),
        "huge": Numbers(30, HUGE),
        "offset": Numbers(10**8, 0.3),
        "nan": Numbers(30, math.nan),
        "inf": Numbers(30, math.inf),
        "no whole number": Numbers(29.5, 0.3),
        "negative size": Numbers(-3, 0.3),
    }[case]


SIZES = {f"n = {n}": n for n in range(6)}

_MEASURED = (
    *SIZES,
    *("constant y", "constant x", "all ties", "zeros", "two values", "perfect fit", "collinear"),
    *("tiny", "huge", "mixed scales", "tiny beside one", "offset", "nan", "inf"),
)
_SHARED = (
    *SIZES,
    *("constant", "all ties", "zeros", "two values", "perfect fit", "collinear"),
    *("tiny", "huge", "offset", "nan", "inf"),
)
_CLUSTERS = ("empty cluster", "one cluster")

KINDS: dict[str, tuple[Callable[[str], Any], tuple[str, ...]]] = {
    "measured": (measured, _MEASURED),
    "grouped": (measured, (*_MEASURED, *_CLUSTERS, "clusters of one")),
    "counted": (counted, (*_SHARED, *_CLUSTERS, "clusters of one")),
    "dyads": (dyads, (*_MEASURED, *_CLUSTERS)),
    "table": (table, (*_SHARED, *_CLUSTERS, "constant unit means", "nothing left")),
    "states": (states, (*_SHARED, *_CLUSTERS, "mixed scales")),
    "numbers": (
        numbers,
        (*(c for c in _SHARED if c not in ("all ties", "zeros", "two values")), "no whole number", "negative size"),
    ),
}


# --- the estimators --------------------------------------------------------------------------------------------------


RESULT = r"^(?!.*(details|other_))"
"""Where a law looks unless told otherwise: everywhere but in the details and in what other methods say."""

UNITLESS = r"p_value|global_p|clusters|\.n$|\.n_rows$|\.df_residual$"


@dataclass(frozen=True)
class Call:
    """One way to call an estimator.

    ``power``: multiplying all measurements by s multiplies the value by s**power (None: no such law). ``shift``:
    adding one number to all measurements leaves the value as it is. Both speak of the numbers whose place in the
    result matches ``where``; a p-value never has a unit.
    """

    kind: str
    run: Callable[[Any], Any]
    power: int | None = 0
    shift: bool = True
    where: str = RESULT

    def has_law(self, case: str) -> bool:
        return self.shift if case == "offset" else self.power is not None


def measure(run: Callable[[Measured], Any], **law: Any) -> Call:
    return Call("measured", run, **law)


def group(run: Callable[[Measured], Any], **law: Any) -> Call:
    return Call("grouped", run, **law)


def pair(run: Callable[[Dyads], Any], **law: Any) -> Call:
    return Call("dyads", run, **law)


def repeat(run: Callable[[Floats], Any], **law: Any) -> Call:
    return Call("table", run, **law)


def state(run: Callable[[States], Any], **law: Any) -> Call:
    return Call("states", run, **law)


def count(run: Callable[[Counted], Any]) -> Call:
    return Call("counted", run, power=None, shift=False)


def number(run: Callable[[Numbers], Any]) -> Call:
    return Call("numbers", run, power=None, shift=False)


NO_LAW = {"power": None, "shift": False}


def each(make: Callable[..., Call], options: Sequence[Any], run: Callable[[Any, Any], Any], **law: Any) -> list[Call]:
    """One call for each option, which is the first argument of ``run``."""
    return [make(partial(run, option), **law) for option in options]


def boot(method: Any = "percentile", **kw: Any) -> stats.Bootstrap:
    return stats.Bootstrap(n_resamples=99, method=method, rng=rng(), **kw)


def permute() -> stats.Permutation:
    return stats.Permutation(n_resamples=99, rng=rng())


def halves(d: Measured) -> tuple[Any, Any]:
    """Two samples of different units."""
    half = (len(d.x) + 1) // 2
    return d.x[:half], d.y[half:]


def square(d: Measured) -> tuple[Any, Any]:
    """Two tables of units crossed with a second factor."""
    rows = len(d.x) // 2
    return np.reshape(d.x[: 2 * rows], (rows, 2)), np.reshape(d.y[: 2 * rows], (rows, 2))


def crossed(d: Measured, kind: Any) -> Any:
    """Units seen under two groups."""
    n = len(d.x)
    units, groups = [i // 2 for i in range(n)], [i % 2 for i in range(n)]
    return stats.crossed_correlation(d.x, d.y, units=units, groups=groups, rng=rng(), kind=kind, n_resamples=99)


def crossed_two(d: Measured, kind: Any) -> Any:
    n = len(d.x)
    units, groups = [i // 2 for i in range(n)], [i % 2 for i in range(n)]
    return stats.crossed_difference(d.y, d.x, d.z, units=units, groups=groups, rng=rng(), kind=kind, n_resamples=99)


def slope(y: Any, x: Any) -> Any:
    found: Any = stats.fit_ols(y, x)["x"]
    if isinstance(found, Undefined):
        raise UndefinedEstimate(found.quantity, found.reason, n=found.n)
    return found


def indices(d: Measured) -> Any:
    """A stored resample that is as odd as the data."""
    return np.argsort(d.x) if np.array_equal(d.y, measured("plain").y) else d.y


def first(d: Counted) -> tuple[Any, Any]:
    """One pair of counts: the third, where the odd cases are."""
    return (d.k[2], d.n[2]) if len(d.k) > 2 else (len(d.k) // 2, len(d.k))


def anytime(successes: Any, trials: Any, unit: Any) -> Any:
    state = stats.AnytimeRate(unit=unit)
    for k, n in zip(successes, trials, strict=True):
        state = state.update(k, n)
    return state.estimate()


def design(d: Numbers, **kw: Any) -> dict[str, Any]:
    return {"rate": d.value, "icc": 0.1, **kw}


RATES = ("wilson", "wilson-cc", "clopper-pearson", "mid-p", "jeffreys", "jeffreys-bcd", "agresti-coull", "wald")


def _correlation(estimator: Callable[..., Any], approximation: str) -> list[Call]:
    return [
        measure(lambda d: estimator(d.x, d.y)),
        measure(lambda d: estimator(d.x, d.y, method=approximation, alternative="greater")),
        measure(lambda d: estimator(d.x, d.y, method=permute(), interval=boot("bca"))),
        group(lambda d: estimator(d.x, d.y, interval=boot(clusters=d.group))),
    ]


REGISTRY: dict[str, list[Call]] = {
    # correlation
    "pearson": _correlation(stats.pearson, "t"),
    "spearman": _correlation(stats.spearman, "t"),
    "kendall": _correlation(stats.kendall, "normal"),
    "exact_ratio_ranks": [count(lambda d: stats.exact_ratio_ranks(d.k, d.n))],
    "compare_dependent_correlations": [
        measure(lambda d: stats.compare_dependent_correlations(d.y, d.x, d.z)),
        measure(lambda d: stats.compare_dependent_correlations(d.y, d.x, d.z, kind="spearman")),
        group(lambda d: stats.compare_dependent_correlations(d.y, d.x, d.z, interval=boot(clusters=d.group))),
    ],
    "crossed_correlation": [
        measure(lambda d: crossed(d, "spearman")),
        measure(lambda d: crossed(d, "pearson")),
        group(
            lambda d: stats.crossed_correlation(
                d.x, d.y, units=d.group, groups=[i % 2 for i in range(len(d.x))], rng=rng(), n_resamples=99
            )
        ),
    ],
    "crossed_difference": [
        measure(lambda d: crossed_two(d, "spearman")),
        measure(lambda d: crossed_two(d, "pearson")),
        group(
            lambda d: stats.crossed_difference(
                d.y, d.x, d.z, units=d.group, groups=[i % 2 for i in range(len(d.x))], rng=rng(), n_resamples=99
            )
        ),
    ],
    "effective_number": [pair(lambda d: stats.effective_number(1 - d.B / 8), **NO_LAW)],
    # partial
    "partial_correlation": [
        measure(lambda d: stats.partial_correlation(d.y, d.x, d.z)),
        measure(lambda d: stats.partial_correlation(d.y, d.x, d.z, kind="spearman")),
        measure(lambda d: stats.partial_correlation(d.y, d.x, d.z, method="t")),
        measure(lambda d: stats.partial_correlation(d.y, d.x, np.column_stack([d.z, d.z]))),
    ],
    "semipartial_correlation": [
        measure(lambda d: stats.semipartial_correlation(d.y, d.x, d.z)),
        measure(lambda d: stats.semipartial_correlation(d.y, d.x, d.z, residualise="y", kind="spearman")),
    ],
    "partial_correlations": [
        measure(lambda d: stats.partial_correlations(d.y, np.stack([d.x, d.z[::-1]]), d.z)),
        measure(lambda d: stats.partial_correlations(d.y, np.stack([d.x, d.z[::-1]]), d.z, kind="spearman")),
    ],
    "variance_inflation": [measure(lambda d: stats.variance_inflation(d.xz))],
    # regression
    "fit_ols": [
        measure(lambda d: stats.fit_ols(d.y, d.x), where=r"\[x\]\.(value|interval|p_value)|^\.r2|f_test"),
        measure(lambda d: stats.fit_ols(d.y, d.xz), where=r"\[x[12]\]\.(value|interval|p_value)"),
        measure(lambda d: stats.fit_ols(d.y, d.xz), power=1, where=r"sigma\.(value|interval)|rows\.residual"),
        measure(lambda d: stats.fit_ols(d.y, d.x, intercept=False), shift=False, where=r"\[x\]\.value$"),
        measure(lambda d: stats.fit_ols(d.y, d.xz).to_json(), **NO_LAW),
        measure(lambda d: stats.fit_ols(d.y, d.x).robust(), where=r"\[x\]\.(value|interval|p_value)"),
        measure(lambda d: stats.fit_ols(d.y, d.xz).predict(d.xz[:2]), power=1, shift=False),
    ],
    "influence": [
        measure(lambda d: stats.influence(d.y, d.x), where=r"^\.(?!residual|details|dfbetas.intercept)"),
        measure(lambda d: stats.influence(d.y, d.xz), where=r"^\.(?!residual|details|dfbetas.intercept)"),
        measure(
            lambda d: stats.influence(d.y, d.xz, intercept=False),
            shift=False,
            where=r"^\.(?!residual|details|dfbetas.intercept)",
        ),
    ],
    "drop_one": [
        measure(lambda d: stats.drop_one(slope, d.y, d.x)),
        measure(lambda d: stats.drop_one(stats.spearman, d.x, d.y)),
        group(lambda d: stats.drop_one(stats.pearson, d.x, d.y, labels=d.group)),
        pair(lambda d: stats.drop_one(stats.mantel, d.A, d.B, dyadic=True)),
    ],
    "loo_prediction_intervals": [
        measure(lambda d: stats.loo_prediction_intervals(d.y, d.x), power=1, where=r"\.(residual|half_width|sigma)\["),
        measure(lambda d: stats.loo_prediction_intervals(d.y, d.xz), power=1, where=r"\.(residual|half_width|sigma)\["),
        measure(lambda d: stats.loo_prediction_intervals(d.y, d.x).coverage),
        measure(lambda d: stats.loo_prediction_intervals(d.y, d.x).relative_width),
    ],
    "jackknife_plus": [
        measure(lambda d: stats.jackknife_plus(d.y, d.x, d.x[:3], level=0.7), power=1, shift=False),
        measure(lambda d: stats.jackknife_plus(d.y, d.xz, d.xz[::-1], level=0.7), **NO_LAW),
        measure(lambda d: stats.jackknife_plus(d.y, d.x, d.x[:3]), **NO_LAW),
    ],
    # reliability
    "icc": [
        *each(repeat, FORMS, lambda form, t: stats.icc(t, form=form)),
        repeat(lambda t: stats.icc(t, interval=boot())),
        repeat(lambda t: stats.icc(t, interval="F")),
    ],
    "icc_table": [repeat(lambda t: stats.icc_table(t))],
    "variance_components": [
        repeat(lambda t: stats.variance_components(t), power=2),
        repeat(lambda t: stats.variance_components(t, model="one-way"), power=2),
    ],
    # rates
    "proportion_interval": [
        number(lambda d: stats.proportion_interval(0, d.n)),
        *each(number, RATES, lambda method, d: stats.proportion_interval(0, 30, level=d.value, method=method)),
        *each(number, RATES, lambda method, d: stats.proportion_interval(1, 30, level=d.value, method=method)),
        count(lambda d: stats.proportion_interval(*first(d), method="jeffreys")),
        count(lambda d: stats.proportion_interval(*first(d), method="mid-p")),
    ],
    "proportion_intervals": [
        count(lambda d: stats.proportion_intervals(d.k, d.n)),
        count(lambda d: stats.proportion_intervals(d.k, d.n, method="clopper-pearson")),
    ],
    "one_sided_bound": [
        number(lambda d: stats.one_sided_bound(0, d.n, level=d.value)),
        count(lambda d: stats.one_sided_bound(*first(d), side="lower")),
    ],
    "difference_interval": [
        number(lambda d: stats.difference_interval(1, d.n, 2, 9)),
        number(lambda d: stats.difference_interval(1, 7, 0, d.n, level=d.value)),
        *each(
            count,
            ("newcombe", "miettinen-nurminen", "agresti-caffo", "wald"),
            lambda method, d: stats.difference_interval(*first(d), 3, 10, method=method),
        ),
    ],
    "clustered_proportion": [
        *each(
            count,
            ("wilson-t", "korn-graubard", "logit-t", "arcsine-t", "cluster-t", "jackknife-t"),
            lambda method, d: stats.clustered_proportion(d.k, d.n, d.cluster, method=method),
        ),
        count(lambda d: stats.clustered_proportion(d.k, d.n, d.crossed)),
        count(lambda d: stats.clustered_proportion(d.k, d.n, d.cluster, assumed_icc=0.2)),
        count(lambda d: stats.clustered_proportion(d.k, d.n, d.cluster, bootstrap=boot())),
    ],
    "clustered_proportions": [
        count(lambda d: stats.clustered_proportions(np.stack([d.k, d.other]), np.stack([d.n, d.n]))),
    ],
    "clustered_difference": [
        count(lambda d: stats.clustered_difference(d.k, d.n, d.cluster, d.other, d.n, d.cluster)),
        count(lambda d: stats.clustered_difference(d.k, d.n, d.crossed, d.other, d.n, d.crossed)),
        count(lambda d: stats.clustered_difference(d.k, d.n, d.cluster, d.other, d.n, d.cluster, method="cluster-t")),
    ],
    "crossed_logistic": [
        count(lambda d: stats.crossed_logistic(d.k, d.n, d.cluster)),
        count(lambda d: stats.crossed_logistic(d.k, d.n, d.crossed)),
    ],
    "confidence_sequence": [
        count(lambda d: stats.confidence_sequence(np.cumsum(d.k), np.cumsum(d.n))),
        count(lambda d: stats.confidence_sequence(np.sort(d.k), np.cumsum(d.n))),
    ],
    "clustered_confidence_sequence": [count(lambda d: stats.clustered_confidence_sequence(d.k, d.n))],
    "AnytimeRate": [
        count(lambda d: anytime(d.k, d.n, "trial")),
        count(lambda d: anytime(d.k, d.n, "cluster")),
        number(lambda d: stats.AnytimeRate(level=d.value).update(1, d.n).estimate()),
    ],
    # resampling
    "bootstrap": [
        *each(
            measure,
            ("percentile", "basic", "bca", "normal"),
            lambda method, d: stats.bootstrap(np.mean, d.y, config=boot(method)),
            power=1,
            shift=False,
        ),
        group(lambda d: stats.bootstrap(np.mean, d.y, config=boot(clusters=d.group)), power=1, shift=False),
        group(
            lambda d: stats.bootstrap(
                np.mean,
                d.y,
                config=boot(clusters=d.group, crossed_with=[i % 2 for i in range(len(d.y))]),
            ),
            power=1,
            shift=False,
        ),
    ],
    "Bootstrap": [
        number(lambda d: stats.Bootstrap(n_resamples=d.n, rng=rng(), method="percentile").n_resamples),
        measure(lambda d: stats.Bootstrap(stored=[indices(d)] * 2, method="percentile"), **NO_LAW),
    ],
    "Permutation": [
        number(lambda d: stats.Permutation(n_resamples=d.n, rng=rng(), tolerance=d.value).n_resamples),
        measure(lambda d: stats.Permutation(stored=[indices(d)]), **NO_LAW),
    ],
    "permutation_difference": [
        measure(lambda d: stats.permutation_difference(*halves(d)), power=1),
        measure(lambda d: stats.permutation_difference(*halves(d), statistic="rank-sum")),
        measure(lambda d: stats.permutation_difference(*halves(d), method=permute()), power=1),
    ],
    "sign_flip": [
        measure(lambda d: stats.sign_flip(d.y - d.x), power=1),
        measure(lambda d: stats.sign_flip(d.y - d.x, statistic="signed-rank")),
        measure(lambda d: stats.sign_flip(d.y - d.x, method=permute()), power=1),
    ],
    # dyads
    "mantel": [
        pair(lambda d: stats.mantel(d.A, d.B)),
        pair(lambda d: stats.mantel(d.A, d.B, kind="spearman", method=permute())),
        pair(lambda d: stats.mantel(d.A, d.B, kind="kendall", method=permute())),
        pair(lambda d: stats.mantel(d.A, d.B, directed=True)),
    ],
    "partial_mantel": [
        pair(lambda d: stats.partial_mantel(d.A, d.B, d.C)),
        pair(lambda d: stats.partial_mantel(d.A, d.B, d.C, kind="spearman", method=permute())),
    ],
    "mrqap": [
        pair(lambda d: stats.mrqap(d.A, [d.B, d.C]), **NO_LAW),
        pair(lambda d: stats.mrqap(d.A, [d.B, d.C])["X1"]),
        pair(lambda d: stats.mrqap(d.A, [d.B, d.C], method="qap-y", permutation=permute())["X2"]),
    ],
    "node_bootstrap": [
        pair(lambda d: stats.node_bootstrap(d.A, d.B, method=boot())),
        pair(lambda d: stats.node_bootstrap(d.A, d.B, kind="spearman", method=boot())),
        pair(lambda d: stats.node_bootstrap(d.A, d.B, method=boot(), interval="bca")),
    ],
    # synthesis
    "combine_estimates": [
        *each(
            measure,
            ("reml", "dl", "pm", "he", "ml", "sj", "fixed", "t-over-sources"),
            lambda method, d: stats.combine_estimates(
                d.y, (d.z / d.unit) ** 2 * d.unit**2 + d.unit**2 / 4, method=method, sign_flip=True
            ),
            power=1,
            shift=False,
        ),
        measure(lambda d: stats.combine_estimates(d.y, d.x**2), **NO_LAW),
        measure(lambda d: stats.combine_estimates(d.y, np.full(len(d.y), d.unit**2)), power=1, shift=False),
    ],
    "combine_correlations": [
        measure(lambda d: stats.combine_correlations(d.y / 4, [20] * len(d.y)), **NO_LAW),
        number(lambda d: stats.combine_correlations([d.value, 0.2, -0.1], [d.n, 20, 30])),
        number(lambda d: stats.combine_correlations([d.value] * 3, [30] * 3, coefficient="kendall")),
        number(lambda d: stats.combine_correlations([d.value] * 3, [30] * 3, method="t-over-sources")),
    ],
    "repeated_measures_correlation": [
        group(lambda d: stats.repeated_measures_correlation(d.x, d.y, d.group)),
    ],
    "within_between": [
        group(lambda d: stats.within_between(d.x, d.y, d.group)),
        group(lambda d: stats.within_between(d.x, d.y, d.group, kind="spearman")),
    ],
    # multiplicity and selection
    "adjust": [
        *each(
            number,
            ("holm", "bonferroni", "hochberg", "hommel", "bh", "by"),
            lambda method, d: stats.adjust([d.value, 0.01, None, 0.9], method=method),
        ),
        number(lambda d: stats.adjust([0.01, 0.02], family_size=d.n)),
        measure(lambda d: stats.adjust(list(np.abs(d.y) / 8)), **NO_LAW),
    ],
    "max_t": [
        measure(lambda d: stats.max_t(d.y, d.xz)),
        measure(lambda d: stats.max_t(d.y, d.xz, statistic="pearson", method=permute(), step_down=True)),
    ],
    "selected_correlation": [
        measure(lambda d: stats.selected_correlation(d.y, d.xz)),
        measure(lambda d: stats.selected_correlation(d.y, d.xz, statistic="pearson", bootstrap=boot())),
    ],
    "held_out_selection": [
        measure(lambda d: stats.held_out_selection(d.y, d.xz, rng=rng())),
        measure(lambda d: stats.held_out_selection(d.y, d.xz, selection_rows=[0, 2, 4, 6], statistic="pearson")),
    ],
    "peak_rate": [
        count(lambda d: stats.peak_rate(d.k, d.n)),
        count(lambda d: stats.peak_rate(np.stack([d.k, d.other]).T, np.stack([d.n, d.n]).T, method=permute())),
    ],
    "peak_under_constant_rate": [
        number(lambda d: stats.peak_under_constant_rate(d.value, [d.n, 20])),
        count(lambda d: stats.peak_under_constant_rate(0.3, d.n, at_least=0.4)),
    ],
    # contrasts
    "paired_contrast": [
        measure(lambda d: stats.paired_contrast(d.x, d.y), power=1),
        measure(lambda d: stats.paired_contrast(d.x, d.y, interval="sign-flip"), power=1),
        measure(lambda d: stats.paired_contrast(d.x, d.y, method=permute()), power=1),
        measure(lambda d: stats.paired_contrast(*square(d)), power=1),
    ],
    "unpaired_contrast": [measure(lambda d: stats.unpaired_contrast(*halves(d)), power=1)],
    "blocked_conditions_test": [
        repeat(lambda t: stats.blocked_conditions_test(t), power=1),
        repeat(lambda t: stats.blocked_conditions_test(t, method=permute(), within_blocks=False), power=1),
    ],
    "equivalence": [
        measure(lambda d: stats.equivalence(d.x, d.y, margin=0.5 * d.unit), power=1),
        measure(lambda d: stats.equivalence(*halves(d), margin=0.5 * d.unit, paired=False), power=1),
    ],
    "equivalence_test": [
        number(lambda d: stats.equivalence_test(d.value, 0.1, margin=0.5, n=d.n)),
        number(lambda d: stats.equivalence_test(0.1, d.value, margin=0.5, n=30, df=d.n)),
        number(lambda d: stats.equivalence_test(0.1, 0.2, margin=d.value, n=30)),
    ],
    "correlation_equivalence": [
        number(lambda d: stats.correlation_equivalence(d.value, d.n, margin=0.3)),
        number(lambda d: stats.correlation_equivalence(0.1, d.n, margin=d.value, coefficient="spearman")),
    ],
    # geometry
    "cosine_matrix": [
        state(lambda d: stats.cosine_matrix(d.after), shift=False),
        state(lambda d: stats.cosine_matrix(d.after, centring="set")),
    ],
    "mean_similarity": [
        state(lambda d: stats.mean_similarity(d.after), shift=False),
        state(lambda d: stats.mean_similarity(d.after, centring="set")),
    ],
    "similarity_change": [
        state(lambda d: stats.similarity_change(d.before, d.after), shift=False),
        state(lambda d: stats.similarity_change(d.before, d.after, centring="set", bootstrap=boot())),
    ],
    "spread_change": [state(lambda d: stats.spread_change(d.before, d.after))],
    "axis_shift": [
        state(
            lambda d: stats.axis_shift(d.before[2:], d.after[2:], start=d.before[:1].sum(0), end=d.before[1:2].sum(0))
        ),
    ],
    "nearest_centroid": [state(lambda d: stats.nearest_centroid(d.cube))],
    "nearest_centroid_accuracy": [
        state(lambda d: stats.nearest_centroid_accuracy(d.hits), **NO_LAW),
        state(lambda d: stats.nearest_centroid_accuracy(stats.nearest_centroid(d.cube))),
    ],
    "accuracy_change": [
        state(lambda d: stats.accuracy_change(d.hits, ~d.hits), **NO_LAW),
        state(lambda d: stats.accuracy_change(stats.nearest_centroid(d.cube), d.hits), **NO_LAW),
    ],
    # planning
    "correlation_power": [
        number(lambda d: stats.correlation_power(d.value, d.n)),
        number(lambda d: stats.correlation_power(0.3, 30, alpha=d.value)),
    ],
    "correlation_precision": [
        number(lambda d: stats.correlation_precision(d.value, d.n)),
        number(lambda d: stats.correlation_precision(0.3, 30, level=d.value, method="spearman")),
    ],
    "minimum_detectable_correlation": [
        number(lambda d: stats.minimum_detectable_correlation(d.n)),
        number(lambda d: stats.minimum_detectable_correlation(30, power=d.value, method="spearman")),
    ],
    "combined_correlation_precision": [
        number(lambda d: stats.combined_correlation_precision(d.value, 5, d.n)),
        number(lambda d: stats.combined_correlation_precision(0.3, d.n, 30)),
        number(lambda d: stats.combined_correlation_precision(0.3, 5, 30, tau=d.value)),
    ],
    "rate_precision": [
        number(lambda d: stats.rate_precision(d.n, 10, **design(d))),
        number(lambda d: stats.rate_precision(10, d.n, rate=0.3, icc=d.value)),
        number(lambda d: stats.rate_precision(10, 5, rate=0.3, icc=0.1, training_seeds=d.n, seed_icc=d.value)),
    ],
    "difference_precision": [
        number(lambda d: stats.difference_precision(d.n, 10, **design(d), correlation=0.5)),
        number(lambda d: stats.difference_precision(20, d.n, rate=0.3, icc=0.1, correlation=d.value)),
    ],
    "questions_needed": [
        number(lambda d: stats.questions_needed(d.value, d.n, rate=0.3, icc=0.1)),
        number(lambda d: stats.questions_needed(0.1, 10, **design(d))),
    ],
    "precision_table": [
        number(lambda d: stats.precision_table([d.n], [5], **design(d))),
        number(lambda d: stats.precision_table([10, 20], [d.n], rate=0.3, icc=d.value)),
    ],
}

RETURNED = {"DropOne", "LeaveOneOut", "LinearFit", "MaxT", "Mrqap", "VarianceComponents", "WithinBetween"}
"""Public classes that nobody calls: estimators of the registry return them."""


# --- what is asked ---------------------------------------------------------------------------------------------------


def found_in(thing: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a result with its place; refuses NaN, and infinities where none may be."""
    if thing is None or isinstance(thing, str | bool | np.bool_ | np.random.Generator):
        return
    if isinstance(thing, Columns):
        for name, values in thing.columns.items():
            undefined = np.isnan(values)
            assert not undefined.any() or len(thing.undefined[name]) > 5, f"{path}.{name}: NaN without a reason"
            if name not in thing.unbounded:
                assert not np.isinf(values).any(), f"{path}.{name}: infinite"
            for i in np.flatnonzero(~undefined):
                yield f"{path}.{name}[{i}]", float(values[i])
        yield from found_in(dict(thing.details), f"{path}.details")
    elif isinstance(thing, Interval):
        assert thing.low <= thing.high, f"{path}: [{thing.low}, {thing.high}]"
        yield f"{path}.low", thing.low
        yield f"{path}.high", thing.high
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            if not field.name.startswith("_"):
                yield from found_in(getattr(thing, field.name), f"{path}.{field.name}")
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from found_in(value, f"{path}[{key}]")
    elif isinstance(thing, (list, tuple)):
        for place, value in enumerate(thing):
            yield from found_in(value, f"{path}[{place}]")
    elif isinstance(thing, np.ndarray):
        yield from ((f"{path}[{i}]", float(v)) for i, v in enumerate(thing.ravel()))
    else:
        number = float(thing)
        assert math.isfinite(number), f"{path} is {number}"
        yield path, number


def names_its_subject(name: str, message: str) -> bool:
    """Whether a message starts with the quantity ("mantel: ...") or names an argument."""
    arguments = {re.sub(r"_?\d+$", "", p) for p in inspect.signature(getattr(stats, name)).parameters}
    words = set(re.findall(r"[A-Za-z_]+", message))
    return bool(re.match(r"[\w][\w ,()^-]*: ", message)) or bool(arguments & words)


@cache
def outcome(name: str, index: int, case: str) -> Any:
    """The result, checked to be complete, or the error."""
    call = REGISTRY[name][index]
    data = KINDS[call.kind][0](case)
    try:
        result = call.run(data)
    except (InputError, UndefinedEstimate) as error:
        return error
    for path, value in found_in(result):
        assert not math.isnan(value), f"{path} is NaN"
    if hasattr(result, "to_json"):
        json.dumps(result.to_json(), allow_nan=False)
    str(result)
    return result


def test_every_public_estimator_is_here() -> None:
    assert set(REGISTRY) | RETURNED == set(stats.__all__)
    assert not set(REGISTRY) & RETURNED


@pytest.mark.parametrize("name", REGISTRY)
def test_ordinary_data_have_a_value(name: str) -> None:
    """A matrix of calls that all fail would prove nothing."""
    for index in range(len(REGISTRY[name])):
        result = outcome(name, index, "plain")
        assert not isinstance(result, Exception | Undefined), f"call {index}: {result}"


MATRIX = [
    pytest.param(name, case, id=f"{name}-{case}")
    for name, calls in REGISTRY.items()
    for case in dict.fromkeys(case for call in calls for case in KINDS[call.kind][1])
]


@pytest.mark.parametrize(("name", "case"), MATRIX)
def test_a_value_or_a_reason(name: str, case: str) -> None:
    for index, call in enumerate(REGISTRY[name]):
        if case not in KINDS[call.kind][1]:
            continue
        result = outcome(name, index, case)
        if isinstance(result, UndefinedEstimate):
            assert result.quantity
            assert len(result.reason) > 10, f"call {index}: {result}"
            assert not re.search(r"\bnan\b", result.reason), f"call {index}: {result}"
        elif isinstance(result, InputError):
            assert names_its_subject(name, str(result)), f"call {index}: {result}"


LAWS = [
    pytest.param(name, index, case, id=f"{name}-{index}-{case}")
    for name, calls in REGISTRY.items()
    for index, call in enumerate(calls)
    for case in ("tiny", "huge", "offset")
    if call.has_law(case)
]


@pytest.mark.parametrize(("name", "index", "case"), LAWS)
def test_scale_and_offset_cost_nothing(name: str, index: int, case: str) -> None:
    call = REGISTRY[name][index]
    moved = outcome(name, index, case)
    assert not isinstance(moved, Exception), moved
    factor = {"tiny": TINY, "huge": HUGE, "offset": 1.0}[case] ** (call.power or 0)

    def numbers_of(result: Any, unit: float) -> dict[str, float]:
        return {
            place: value / (1.0 if re.search(UNITLESS, place) else unit)
            for place, value in found_in(result)
            if re.search(call.where, place)
        }

    expected = numbers_of(outcome(name, index, "plain"), 1.0)
    assert expected, "the law speaks of nothing"
    assert numbers_of(moved, factor) == pytest.approx(expected, rel=1e-7, abs=1e-9)


# --- what the matrix found ------------------------------------------------------------------------------------------


def fisher_by_whole_numbers(x1: int, n1: int, x2: int, n2: int) -> float:
    total = x1 + x2
    tables = [math.comb(n1, k) * math.comb(n2, total - k) for k in range(max(0, total - n2), min(total, n1) + 1)]
    seen = math.comb(n1, x1) * math.comb(n2, x2)
    return float(sum(t for t in tables if t <= seen) / sum(tables))


@pytest.mark.parametrize("table", [(3, 900, 21, 1000), (450, 900, 560, 1000), (0, 2000, 7, 9), (1000, 1500, 900, 2000)])
def test_fisher_leaves_out_only_what_does_not_count(table: tuple[int, int, int, int]) -> None:
    assert stats.difference_interval(*table).p_by("fisher-exact").value == pytest.approx(
        fisher_by_whole_numbers(*table), rel=1e-9
    )


def test_fisher_of_four_hundred_million_trials_takes_little_memory() -> None:
    # 1.5 GB before; at this size the normal approximation with continuity correction (10,000 from the mean) is good
    found = stats.difference_interval(10**8, 2 * 10**8, 10**8 + 20_000, 2 * 10**8)
    z = st.norm.isf(found.p_by("chi-square").value / 2)
    assert found.p_by("fisher-exact").value == pytest.approx(2 * st.norm.sf(z * (1 - 0.5 / 10_000)), rel=1e-6)
    apart = stats.difference_interval(10**8, 2 * 10**8, 10**8 + 2_000_000, 2 * 10**8).p_by("fisher-exact")
    assert (apart.relation, apart.value) == ("<", 1e-300)
    with pytest.raises(InputError, match="n1 and n2 are too large"):
        stats.difference_interval(10**15, 2 * 10**15, 10**15, 2 * 10**15)


def test_peak_of_many_completions_has_no_p_value_but_a_note() -> None:
    found = stats.peak_rate([10**8, 10**8 + 3000, 10**8], 2 * 10**8)
    assert found.p_value is None
    assert "no p-value: there are too many completions" in found.notes[1]
    assert stats.peak_rate([1000, 1020, 990], 2000).p_value is not None


def test_no_successes_at_a_level_near_zero() -> None:
    for method in ("wilson", "clopper-pearson", "jeffreys", "agresti-coull"):
        interval = stats.proportion_interval(0, 30, level=1e-100, method=method).interval
        assert interval is not None
        assert 0.0 <= interval.low <= interval.high < 0.1


def test_power_at_a_level_near_zero() -> None:
    assert stats.correlation_power(0.3, 30, alpha=1e-100).value < 1e-6
    assert stats.correlation_power(0.3, 30, alpha=1e-3).value == pytest.approx(
        stats.correlation_power(0.3, 30, alpha=1e-3, method="spearman").value, abs=0.03
    )


def test_states_of_scales_far_apart() -> None:
    rows = 2 + grid(5, 4, seed=6)
    found = stats.spread_change(rows * 1e-160, rows * 1e160)
    assert found.value == pytest.approx(320 * math.log(10))
    assert "ratio" not in found.details, "exp(737) is beyond a double"
    with pytest.raises(UndefinedEstimate, match=r"moved more than 1e\+100 times the axis"):
        stats.axis_shift(rows * 1e160, rows * 2e160, start=rows[0] * 1e-160, end=rows[1] * 1e-160)


def test_more_trials_than_rows_can_be_made_of() -> None:
    with pytest.raises(UndefinedEstimate, match="one row a trial, and 6000000 are more than 2000000"):
        stats.crossed_logistic([10**6, 10**6 + 1, 10**6 + 2], 2 * 10**6, ["a", "b", "c"])


def test_mrqap_under_an_offset_tests_the_same_ties() -> None:
    d = dyads("plain")
    methods: tuple[Literal["dsp", "qap-y"], ...] = ("dsp", "qap-y")
    for method in methods:
        here = stats.mrqap(d.A, [d.B, d.C], method=method)
        there = stats.mrqap(d.A + OFFSET, [d.B + OFFSET, d.C + OFFSET], method=method)
        for name in ("X1", "X2"):
            assert there[name].value == pytest.approx(here[name].value, rel=1e-9)
            assert there[name].p_value == here[name].p_value
        moved = here["intercept"].value + OFFSET * (1 - here["X1"].value - here["X2"].value)
        assert there["intercept"].value == pytest.approx(moved, rel=1e-7)
