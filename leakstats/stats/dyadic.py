"""Relations between matrices over the same items: the items are the units, not their pairs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import special

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Alternative, Detail, Estimate, Interval, PValue
from leakstats.stats._arrays import (
    FloatArray,
    IntArray,
    check_alternative,
    check_choice,
    check_level,
    is_constant,
    unit,
)
from leakstats.stats._count_kernels import pearson_kernel, spearman_kernel
from leakstats.stats._dyads import Kernel, dyad_matrix, pair_index, pair_values, relabelled_products, spread
from leakstats.stats._families import permutation_blocks
from leakstats.stats._ranks import midranks
from leakstats.stats.resampling import (
    Bootstrap,
    Permutation,
    bootstrap_interval,
    count_extreme,
)

__all__ = ["MantelKind", "Mrqap", "mantel", "mrqap", "node_bootstrap", "partial_mantel"]

MantelKind = Literal["pearson", "spearman", "kendall"]

_EXACT_AUTO = 7
_EXACT_LIMIT = 9
_TOLERANCE = 1e-9

_EXCHANGEABLE = "items are exchangeable under the null: only their labels could link the matrices"
_ITEMS = "items are independent draws; pairs that share one are not, which is why items are permuted"


def _plan(method: Permutation | str, n: int, quantity: str) -> Permutation | None:
    """The permutations to draw, or None where all n! are enumerated."""
    if isinstance(method, Permutation):
        return method
    check_choice(method, name="method", choices=("auto", "exact"))
    if method == "exact" and n > _EXACT_LIMIT:
        raise InputError(
            f"{quantity}: method='exact' enumerates n! relabellings, n <= {_EXACT_LIMIT}, got {n};"
            " pass Permutation(n_resamples=9999, rng=...)"
        )
    if method == "exact" or n <= _EXACT_AUTO:
        return None
    return Permutation(n_resamples=9999, rng=np.random.default_rng(0))


def _p_value(
    null: FloatArray, observed: float, plan: Permutation | None, alternative: Alternative, *, tolerance: float
) -> PValue:
    """p of the observed statistic among those of the relabelled matrices."""
    extreme = count_extreme(null, observed, alternative=alternative, tolerance=tolerance)
    if plan is not None:
        return PValue.from_count(extreme, null.size, method="node-permutation", alternative=alternative)
    # the smallest p that these matrices allow: how many relabellings share the most extreme statistic
    top = float(
        np.abs(null).max() if alternative == "two-sided" else null.max() if alternative == "greater" else null.min()
    )
    least = count_extreme(null, top, alternative=alternative, tolerance=tolerance)
    return PValue.from_enumeration(
        extreme, null.size, method="exact", minimum=least / null.size, alternative=alternative
    )


def _tolerance(plan: Permutation | None) -> float:
    return _TOLERANCE if plan is None else plan.tolerance


def _scores(array: FloatArray, *, kind: str, directed: bool, name: str, quantity: str) -> FloatArray:
    """Values of the pairs (ranks for Spearman), centred and of norm 1."""
    n = array.shape[0]
    values = pair_values(array, directed=directed)
    if values.size < 3:
        raise UndefinedEstimate(quantity, f"needs at least 3 items, got {n}", n=n)
    if is_constant(values):
        raise UndefinedEstimate(quantity, f"{name} is constant ({values[0]:g} in all {values.size} pairs)", n=n)
    return unit(midranks(values) if kind == "spearman" else values)


def _same_items(first: FloatArray, second: FloatArray, names: tuple[str, str], quantity: str) -> None:
    if first.shape != second.shape:
        raise InputError(
            f"{quantity}: {names[0]} and {names[1]} must be over the same items, got {first.shape[0]} and"
            f" {second.shape[0]}"
        )


def _kendall(a: FloatArray, b: FloatArray) -> float:
    from scipy import stats  # heavy, and only this statistic needs it

    return float(stats.kendalltau(a, b, method="asymptotic").statistic)


def mantel(
    A: npt.ArrayLike,
    B: npt.ArrayLike,
    *,
    kind: MantelKind = "pearson",
    method: Permutation | Literal["auto", "exact"] = "auto",
    alternative: Alternative = "two-sided",
    directed: bool = False,
    kernel: Kernel = "auto",
) -> Estimate:
    """Mantel test: correlation of two matrices over the same items, with items as the units.

    Parameters
    ----------
    A, B : array-like, shape (n, n)
        Similarities or distances over the same n >= 3 items in the same order, symmetric unless ``directed``. The
        diagonal is not used and must hold one value. No missing cells.
    kind : {"pearson", "spearman", "kendall"}
        Correlation of the n (n - 1) / 2 pairs; ties share midranks, Kendall is tau-b (slow: one call of scipy a
        permutation).
    method : {"auto", "exact"} or Permutation
        "exact" enumerates all n! relabellings of B (n <= 9), "auto" does so for n <= 7 and draws 9,999 from
        ``default_rng(0)`` above; a Permutation draws or replays: row p means B[p, p] against A.
    alternative : {"two-sided", "greater", "less"}
        Two-sided counts absolute correlations.
    directed : bool
        The matrices are not symmetric; all n (n - 1) cells off the diagonal count.
    kernel : {"auto", "numpy", "numba"}
        How the permuted sums are computed; the same numbers to rounding. "numba" needs the extra ``fast``.

    Returns
    -------
    Estimate
        ``n`` is the number of items, ``n_rows`` that of pairs. There is no interval: see :func:`node_bootstrap`.

    Raises
    ------
    InputError
        For shapes that differ, asymmetry, a diagonal that varies, values not finite, an unknown option.
    UndefinedEstimate
        With fewer than 3 items, or where the pairs of a matrix are all equal.

    Notes
    -----
    Mantel 1967, *Cancer Research* 27, 209-220; p = (b + 1) / (m + 1) (Phipson & Smyth 2010), ties counted within 1e-9.
    Measured size in percent at 5% for unrelated planar geometries (10,000 pairs of matrices a cell, exact for 5 items,
    199 permutations above; ``tests/stats/test_coverage_dyadic.py``):

    ========================== === === ==== ====
    test                       n=5 8   12   20
    ========================== === === ==== ====
    Pearson                    5.1 5.0 5.0  4.8
    Spearman                   4.7 5.1 5.2  4.8
    Pearson, pairs independent 6.7 9.3 14.6 23.3
    ========================== === === ==== ====

    Valid where items are exchangeable if the matrices are unrelated. Checked against vegan 2.6, which is one-sided
    (oracle family mantel), a plain loop over relabellings, and by simulation of its size.

    Examples
    --------
    >>> A = [[0, 1, 2, 4], [1, 0, 1, 3], [2, 1, 0, 2], [4, 3, 2, 0]]
    >>> e = mantel(A, A)
    >>> e.n, e.n_rows, round(e.value, 3), round(e.p_value.value, 4), e.p_value.method
    (4, 6, 1.0, 0.0417, 'exact')
    """
    quantity = f"mantel_{kind}"
    check_choice(kind, name="kind", choices=get_args(MantelKind))
    check_choice(kernel, name="kernel", choices=get_args(Kernel))
    side = check_alternative(alternative)
    first = dyad_matrix(A, name="A", quantity=quantity, directed=directed)
    second = dyad_matrix(B, name="B", quantity=quantity, directed=directed)
    _same_items(first, second, ("A", "B"), quantity)
    n = first.shape[0]
    a, b = (
        _scores(m, kind=kind, directed=directed, name=name, quantity=quantity)
        for m, name in ((first, "A"), (second, "B"))
    )
    plan = _plan(method, n, quantity)
    total = math.factorial(n) if plan is None else plan.n_resamples
    if kind == "kendall":
        rows, columns = pair_index(n, directed)
        moved = spread(b, n, directed=directed)
        value = _kendall(a, b)
        null = np.array(
            [_kendall(a, moved[p[rows], p[columns]]) for block in permutation_blocks(plan, n) for p in block]
        )
    else:
        value = max(-1.0, min(1.0, float(a @ b)))
        null = relabelled_products(
            spread(a, n, directed=directed),
            spread(b, n, directed=directed),
            permutation_blocks(plan, n),
            directed=directed,
            kernel=kernel,
            work=a.size * total,
        )
    return Estimate(
        quantity=quantity,
        value=value,
        n=n,
        n_rows=a.size,
        method=f"Mantel test ({kind})",
        p_value=_p_value(null, value, plan, side, tolerance=_tolerance(plan)),
        null="the labels of the items in B carry no information on A",
        assumptions=(_EXCHANGEABLE,),
        notes=("no interval: a permutation says nothing about precision; see node_bootstrap",),
        details={"n_permutations": total, "null_mean": float(null.mean()), "null_sd": float(null.std())},
    )


_PARTIAL_CAVEAT = (
    "the matrices have no spatial structure of their own beyond C: with autocorrelated A and B the partial Mantel test"
    " rejects too often (Guillot & Rousset 2013)"
)


def partial_mantel(
    A: npt.ArrayLike,
    B: npt.ArrayLike,
    C: npt.ArrayLike,
    *,
    kind: Literal["pearson", "spearman"] = "pearson",
    method: Permutation | Literal["auto", "exact"] = "auto",
    alternative: Alternative = "two-sided",
    directed: bool = False,
) -> Estimate:
    """Partial Mantel test: the correlation of A and B over pairs, given C.

    The items of A are permuted; B and C stay together (Smouse, Long & Sokal 1986, *Systematic Zoology* 35,
    627-632; vegan's convention).

    Parameters
    ----------
    A, B, C : array-like, shape (n, n)
        As in :func:`mantel`, n >= 4.
    kind : {"pearson", "spearman"}
    method, alternative, directed
        As in :func:`mantel`; row p of a stored permutation means A[p, p] against B and C.

    Returns
    -------
    Estimate
        ``value`` is (r_AB - r_AC r_BC) / sqrt((1 - r_AC**2) (1 - r_BC**2)); the raw r_AB, r_AC and r_BC are in
        ``details``. Its caveat stands in ``assumptions``.

    Raises
    ------
    InputError
        As :func:`mantel`.
    UndefinedEstimate
        As :func:`mantel`, and where A or B is a linear function of C (their residual is rounding noise).

    Notes
    -----
    Valid where items are exchangeable; where A and C, or B and C, are both autocorrelated in space it rejects too often
    (Guillot & Rousset 2013). Checked against vegan 2.6 (oracle family mantel), and the textbook formula.

    Examples
    --------
    >>> A = [[0, 1, 2, 4], [1, 0, 1, 3], [2, 1, 0, 2], [4, 3, 2, 0]]
    >>> B = [[0, 2, 2, 5], [2, 0, 1, 3], [2, 1, 0, 3], [5, 3, 3, 0]]
    >>> C = [[0, 1, 0, 1], [1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 0]]
    >>> e = partial_mantel(A, B, C)
    >>> round(e.value, 3), round(e.details["r_AB"], 3), round(e.p_value.value, 3)
    (0.918, 0.918, 0.083)
    """
    quantity = f"partial_mantel_{kind}"
    check_choice(kind, name="kind", choices=("pearson", "spearman"))
    side = check_alternative(alternative)
    names = ("A", "B", "C")
    arrays = [
        dyad_matrix(m, name=name, quantity=quantity, directed=directed)
        for m, name in zip((A, B, C), names, strict=True)
    ]
    for other, name in zip(arrays[1:], names[1:], strict=True):
        _same_items(arrays[0], other, ("A", name), quantity)
    n = arrays[0].shape[0]
    if n < 4:
        raise UndefinedEstimate(quantity, f"needs at least 4 items, got {n}", n=n)
    a, b, c = (
        _scores(m, kind=kind, directed=directed, name=name, quantity=quantity)
        for m, name in zip(arrays, names, strict=True)
    )
    residual_b = b - (b @ c) * c
    for name, residual in (("A", a - (a @ c) * c), ("B", residual_b)):
        if float(residual @ residual) <= 1e-20:
            raise UndefinedEstimate(quantity, f"{name} is a linear function of C", n=n)
    residual_b = residual_b / math.sqrt(float(residual_b @ residual_b))
    plan = _plan(method, n, quantity)
    moved = spread(a, n, directed=directed)

    def products(fixed: FloatArray, blocks: Iterable[npt.NDArray[Any]]) -> FloatArray:
        return relabelled_products(spread(fixed, n, directed=directed), moved, blocks, directed=directed)

    def partial(with_b: FloatArray, with_c: FloatArray) -> FloatArray:
        left = np.maximum(1.0 - with_c * with_c, 0.0)
        out = np.full(with_b.shape, np.inf)  # a relabelling that makes A a function of C counts as extreme
        np.divide(with_b, np.sqrt(left), out=out, where=left > 1e-20)
        return out

    null_b, null_c = [], []
    for block in permutation_blocks(plan, n):
        null_b.append(products(residual_b, [block]))
        null_c.append(products(c, [block]))
    # a . residual_b is the numerator over the second root: c drops out of the product with the centred b
    null = partial(np.concatenate(null_b), np.concatenate(null_c))
    value = float(np.clip(partial(np.array([a @ residual_b]), np.array([a @ c]))[0], -1.0, 1.0))
    return Estimate(
        quantity=quantity,
        value=value,
        n=n,
        n_rows=a.size,
        method=f"partial Mantel test ({kind}), A permuted",
        p_value=_p_value(null, value, plan, side, tolerance=_tolerance(plan)),
        null="given C, the labels of the items in A carry no information on B",
        assumptions=(_EXCHANGEABLE, _PARTIAL_CAVEAT),
        notes=("mrqap(method='dsp') tests the same relation and holds its size better",),
        details={
            "r_AB": float(a @ b),
            "r_AC": float(a @ c),
            "r_BC": float(b @ c),
            "n_permutations": int(null.size),
        },
    )


# --------------------------------------------------------------------------------------------------------------------
# Regression
# --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mrqap:
    """A dyadic regression: one Estimate a coefficient, by name (``"intercept"`` first)."""

    coefficients: Mapping[str, Estimate]
    r_squared: float
    n: int
    n_rows: int
    method: str

    def __getitem__(self, name: str) -> Estimate:
        try:
            return self.coefficients[name]
        except KeyError:
            raise InputError(f"mrqap has no coefficient {name!r}; it has {list(self.coefficients)}") from None

    def to_json(self) -> dict[str, Any]:
        return {
            "coefficients": {name: estimate.to_json() for name, estimate in self.coefficients.items()},
            "r_squared": self.r_squared,
            "n": self.n,
            "n_rows": self.n_rows,
            "method": self.method,
        }


def _orthonormal(columns: FloatArray) -> FloatArray:
    q: FloatArray = np.linalg.qr(columns)[0]
    return q


def _without(q: FloatArray, values: FloatArray) -> FloatArray:
    """Residual of ``values`` on the orthonormal columns of ``q``, projected twice so that no digits are lost."""
    once = values - q @ (q.T @ values)
    twice: FloatArray = once - q @ (q.T @ once)
    return twice


def mrqap(
    Y: npt.ArrayLike,
    Xs: Sequence[npt.ArrayLike] | Mapping[str, npt.ArrayLike],
    *,
    method: Literal["dsp", "qap-y"] = "dsp",
    directed: bool = False,
    permutation: Permutation | Literal["auto", "exact"] = "auto",
    alternative: Alternative = "two-sided",
) -> Mrqap:
    """Multiple regression of a matrix on others over the same items, tested by relabelling items.

    Parameters
    ----------
    Y : array-like, shape (n, n)
        Outcome over pairs of n items; diagonal unused.
    Xs : sequence of array-like, or mapping of name to array-like
        One or more predictors over the same items; unnamed ones are "X1", "X2", ...
    method : {"dsp", "qap-y"}
        "dsp": double semi-partialling (Dekker, Krackhardt & Snijders 2007, *Psychometrika* 72, 563-581): the residual
        of a predictor on the others is relabelled; robust to collinearity and to autocorrelation of the others.
        "qap-y": Y is relabelled, which tests all coefficients at once and is right only if none matters.
    directed : bool
        All n (n - 1) ordered pairs are rows; otherwise the matrices must be symmetric and pairs count once.
    permutation : {"auto", "exact"} or Permutation
        As ``method`` of :func:`mantel`; row p means M[p, p] of the matrix that is relabelled.
    alternative : {"two-sided", "greater", "less"}
        For the t statistics, which are compared (pivotal) rather than the coefficients.

    Returns
    -------
    Mrqap
        Coefficients with t and the standard error of independent pairs in ``details`` (a scale for the test, not a
        statement of precision). No interval is given. The intercept has a p-value under "qap-y" only.

    Raises
    ------
    InputError
        As :func:`mantel`; without predictors.
    UndefinedEstimate
        If Y is constant, a predictor is constant or a linear function of the others, or pairs are too few.

    Notes
    -----
    Measured size of "dsp" at 5% for 12 items, with another predictor that is related to both: 5.3% (10,000 data sets,
    199 permutations).

    Valid where items are exchangeable; "dsp" given the other predictors, "qap-y" only if no predictor matters. Checked
    against base R and sna's ``netlm`` (oracle family mrqap), a plain loop over relabellings, and by simulation of its
    size.

    Examples
    --------
    >>> Y = [[0, 1, 2, 4], [1, 0, 1, 3], [2, 1, 0, 2], [4, 3, 2, 0]]
    >>> X = [[0, 2, 2, 5], [2, 0, 1, 3], [2, 1, 0, 3], [5, 3, 3, 0]]
    >>> fit = mrqap(Y, {"distance": X})
    >>> round(fit["distance"].value, 3), round(fit["distance"].p_value.value, 3), fit.n
    (0.786, 0.083, 4)
    """
    quantity = "mrqap"
    check_choice(method, name="method", choices=("dsp", "qap-y"))
    side = check_alternative(alternative)
    y_matrix = dyad_matrix(Y, name="Y", quantity=quantity, directed=directed)
    n = y_matrix.shape[0]
    named = dict(Xs) if isinstance(Xs, Mapping) else {f"X{i + 1}": x for i, x in enumerate(Xs)}
    if not named:
        raise InputError("mrqap: Xs must hold at least one predictor")
    if "intercept" in named:
        raise InputError("mrqap: a predictor cannot be named 'intercept'")
    predictors = []
    for name, x in named.items():
        array = dyad_matrix(x, name=name, quantity=quantity, directed=directed)
        _same_items(y_matrix, array, ("Y", name), quantity)
        predictors.append(pair_values(array, directed=directed))
    y = pair_values(y_matrix, directed=directed)
    k = len(named) + 1
    df = y.size - k
    if df < 1:
        raise UndefinedEstimate(quantity, f"{y.size} pairs of {n} items leave {df} degrees of freedom", n=n)
    if is_constant(y):
        raise UndefinedEstimate(quantity, f"Y is constant ({y[0]:g} in all {y.size} pairs)", n=n)
    for name, x in zip(named, predictors, strict=True):
        if is_constant(x):
            raise UndefinedEstimate(quantity, f"{name} is constant ({x[0]:g} in all {x.size} pairs)", n=n)
    # each column scaled by a power of two: coefficients are scaled back exactly, tiny units cost nothing
    exponents = [int(np.frexp(np.abs(v).max())[1]) for v in (y, *predictors)]
    y = np.ldexp(y, -exponents[0])
    whole = np.column_stack(
        [np.ones(y.size), *(np.ldexp(x, -e) for x, e in zip(predictors, exponents[1:], strict=True))]
    )
    # slopes do not see where 0 is: less a value of its own, which is exact, a column keeps its digits at any offset
    design = whole.copy()
    design[:, 1:] -= whole[0, 1:]
    shifted = y - y[0]
    norms = np.sqrt((design * design).sum(axis=0))
    if float(np.linalg.svd(design / norms, compute_uv=False)[-1]) < 1e-10:
        raise UndefinedEstimate(quantity, "a predictor is a linear function of the others", n=n)
    q_all = _orthonormal(design)
    residual = _without(q_all, shifted)
    rss = float(residual @ residual)
    centred = shifted - shifted.mean()
    tss = float(centred @ centred)
    perfect = rss <= 1e-24 * tss
    plan = _plan(permutation, n, quantity)
    names = ("intercept", *named)
    coefficients, errors, t_values = np.empty(k), np.empty(k), np.empty(k)
    own = []
    for j in range(k):
        columns, outcome = (whole, y) if j == 0 else (design, shifted)
        q_rest = _orthonormal(np.delete(columns, j, axis=1))
        e, y_rest = _without(q_rest, columns[:, j]), _without(q_rest, outcome)
        ss = float(e @ e)
        own.append((q_rest, e, y_rest))
        coefficients[j] = float(e @ y_rest) / ss
        errors[j] = math.sqrt(rss / df / ss)
        t_values[j] = 0.0 if perfect else coefficients[j] / errors[j]
    p_values: dict[str, PValue] = {}
    if not perfect:
        tolerance = _tolerance(plan)
        nulls: dict[int, FloatArray] = (
            _qap_y(shifted, float(y[0]), own, df, n, directed, plan)
            if method == "qap-y"
            else {j: _dsp(*own[j], df=df, n=n, directed=directed, plan=plan) for j in range(1, k)}
        )
        for j, sample in nulls.items():
            observed = float(t_values[j])
            slack = tolerance * max(1.0, abs(observed))
            p_values[names[j]] = _p_value(sample, observed, plan, side, tolerance=slack)
    estimates = {}
    for j, name in enumerate(names):
        shift = exponents[0] - (0 if j == 0 else exponents[j])
        details: dict[str, Detail] = {"df_pairs": df}
        if not perfect:
            details["t"] = float(t_values[j])
            details["pairwise_standard_error"] = math.ldexp(float(errors[j]), shift)
        notes = ["no interval: pairs are not independent; see node_bootstrap for one predictor"]
        if perfect:
            notes.append("a perfect fit: residuals are rounding noise, so that no test exists")
        elif name not in p_values:
            notes.append("double semi-partialling does not test the intercept")
        null = "" if name not in p_values else f"{name} has no relation to Y given the other predictors"
        if method == "qap-y" and null:
            null = "Y is unrelated to all predictors (labels of Y carry no information)"
        estimates[name] = Estimate(
            quantity=f"mrqap_{name}",
            value=math.ldexp(float(coefficients[j]), shift),
            n=n,
            n_rows=y.size,
            method=f"MRQAP ({'double semi-partialling' if method == 'dsp' else 'Y permuted'})",
            p_value=p_values.get(name),
            null=null,
            assumptions=(_EXCHANGEABLE, "the relation is linear over pairs"),
            notes=tuple(notes),
            details=details,
        )
    return Mrqap(MappingProxyType(estimates), 1.0 - rss / tss, n, y.size, method)


def _t_of(e: FloatArray, y_rest: FloatArray, df: int) -> FloatArray:
    """t of each column of ``e`` (already free of the other predictors) for ``y_rest``; 0 where a column vanishes."""
    ss = (e * e).sum(axis=0)
    cross = (e * y_rest).sum(axis=0)
    total = (y_rest * y_rest).sum(axis=0)
    live = ss > 1e-20 * max(float(ss.max(initial=0.0)), 1e-300)
    safe = np.where(live, ss, 1.0)
    slope = np.where(live, cross / safe, 0.0)
    rss = np.maximum(total - slope * cross, 1e-300)
    out: FloatArray = slope / np.sqrt(rss / df / safe)
    return out


def _relabelled(values: FloatArray, n: int, directed: bool, plan: Permutation | None) -> Iterator[FloatArray]:
    """Pair values of M[p, p] for blocks of permutations, shape (pairs, b)."""
    rows, columns = pair_index(n, directed)
    flat = spread(values, n, directed=directed).ravel()
    step = max(1, 2**20 // max(values.size, 1))
    for block in permutation_blocks(plan, n):
        for start in range(0, block.shape[0], step):
            p = np.ascontiguousarray(block[start : start + step].T, dtype=np.intp)
            yield flat[p[rows] * n + p[columns]]


def _dsp(
    q_rest: FloatArray, e: FloatArray, y_rest: FloatArray, *, df: int, n: int, directed: bool, plan: Permutation | None
) -> FloatArray:
    return np.concatenate(
        [_t_of(_without(q_rest, moved), y_rest[:, None], df) for moved in _relabelled(e, n, directed, plan)]
    )


def _qap_y(
    shifted: FloatArray,
    base: float,
    own: Sequence[tuple[FloatArray, FloatArray, FloatArray]],
    df: int,
    n: int,
    directed: bool,
    plan: Permutation | None,
) -> dict[int, FloatArray]:
    """The t values of all coefficients with Y (``shifted`` plus ``base``) relabelled; only the intercept needs 0."""
    parts: dict[int, list[FloatArray]] = {j: [] for j in range(len(own))}
    for moved in _relabelled(shifted, n, directed, plan):
        for j, (q_rest, e, _) in enumerate(own):
            outcome = moved + base if j == 0 else moved
            parts[j].append(_t_of(e[:, None], _without(q_rest, outcome), df))
    return {j: np.concatenate(found) for j, found in parts.items()}


# --------------------------------------------------------------------------------------------------------------------
# Precision
# --------------------------------------------------------------------------------------------------------------------


def node_bootstrap(
    A: npt.ArrayLike,
    B: npt.ArrayLike,
    *,
    kind: Literal["pearson", "spearman"] = "pearson",
    method: Bootstrap,
    interval: Literal["expanded-percentile", "percentile", "basic", "bca", "normal"] = "expanded-percentile",
    level: float = 0.95,
    directed: bool = False,
) -> Estimate:
    """Interval of a matrix correlation by resampling items.

    Items are drawn with replacement and take their rows and columns along; a pair counts as often as the product of
    its items' draws, and pairs of an item with itself are left out (Snijders & Borgatti 1999, *Connections* 22,
    161-170, who fill them at random instead).

    Parameters
    ----------
    A, B : array-like, shape (n, n)
        As in :func:`mantel`, n >= 4.
    kind : {"pearson", "spearman"}
        Spearman ranks the pairs of each resample anew.
    method : Bootstrap
        How many resamples, from which generator, or which stored ones (items counted from 0).
    interval : str
        "expanded-percentile" (default): percentiles moved out so that few items do not make the interval too short,
        to Phi(sqrt(n / (n - 1)) t) with t of n - 1 degrees of freedom (Hesterberg 2015, *American Statistician* 69,
        371-386, sec. 4.3). The others as in :class:`Bootstrap`, whose own choice is not used here.
    level : float
        Coverage in (0, 1).
    directed : bool
        As in :func:`mantel`.

    Returns
    -------
    Estimate
        ``n`` counts items. Without p-value: see :func:`mantel`. ``details`` count degenerate resamples, which are
        dropped.

    Raises
    ------
    InputError
        As :func:`mantel`; for a Bootstrap with clusters.
    UndefinedEstimate
        With fewer than 4 items, or where the pairs of a matrix are all equal.

    Notes
    -----
    Measured coverage in percent at 95%, Pearson correlation of distances between points of the plane that are
    correlated by rho (10,000 data sets a cell, 199 resamples with quantiles at (B + 1) alpha):

    =================== ==== ==== ==== ===== ===== ===== =====
    items, rho          5 .6 8 .6 12 0 12 .6 12 .9 20 .6 50 .6
    =================== ==== ==== ==== ===== ===== ===== =====
    expanded-percentile 99.3 99.8 99.7 98.7  98.2  96.7  94.8
    percentile          97.6 97.6 98.9 96.5  95.3  94.8  94.1
    =================== ==== ==== ==== ===== ===== ===== =====

    Valid for items that are independent draws, and enough of them: see the table. Checked against a resample replayed
    by hand, and by simulation of its coverage.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> points = rng.normal(size=(12, 2))
    >>> shifted = points + 0.5 * rng.normal(size=(12, 2))
    >>> A, B = (np.linalg.norm(x[:, None] - x[None], axis=2) for x in (points, shifted))
    >>> e = node_bootstrap(A, B, method=Bootstrap(n_resamples=999, rng=rng))
    >>> e.interval.low < e.value < e.interval.high, e.n, e.n_rows
    (True, 12, 66)
    """
    quantity = f"matrix_correlation_{kind}"
    check_choice(kind, name="kind", choices=("pearson", "spearman"))
    check_choice(interval, name="interval", choices=("expanded-percentile", "percentile", "basic", "bca", "normal"))
    level = check_level(level)
    if method.scheme != "rows":
        raise InputError("node_bootstrap resamples items; its Bootstrap takes no clusters")
    first = dyad_matrix(A, name="A", quantity=quantity, directed=directed)
    second = dyad_matrix(B, name="B", quantity=quantity, directed=directed)
    _same_items(first, second, ("A", "B"), quantity)
    n = first.shape[0]
    if n < 4:
        raise UndefinedEstimate(quantity, f"needs at least 4 items, got {n}", n=n)
    scores = [
        _scores(m, kind=kind, directed=directed, name=name, quantity=quantity)
        for m, name in ((first, "A"), (second, "B"))
    ]
    values = [pair_values(m, directed=directed) for m in (first, second)]
    rows, columns = pair_index(n, directed)
    weigh = (spearman_kernel if kind == "spearman" else pearson_kernel)(*values)

    def statistic(counts: IntArray) -> FloatArray:
        return weigh(counts[rows] * counts[columns])

    value = max(-1.0, min(1.0, float(scores[0] @ scores[1])))
    replicates = np.concatenate([statistic(block) for block in method.counts(n)])
    used: float = level
    name = "percentile" if interval == "expanded-percentile" else interval
    if interval == "expanded-percentile":
        reach = math.sqrt(n / (n - 1.0)) * float(special.stdtrit(n - 1, (1.0 + level) / 2.0))
        used = 2.0 * float(special.ndtr(reach)) - 1.0
    config = replace(method, method=name)
    result = bootstrap_interval(
        value,
        replicates,
        config=config,
        level=used,
        jackknife=lambda: statistic(1 - np.eye(n, dtype=np.int64)),
    )
    found = result.interval
    if found is not None:
        found = Interval(found.low, found.high, level, interval)
    return Estimate(
        quantity=quantity,
        value=value,
        n=n,
        n_rows=values[0].size,
        method=f"{kind} correlation over pairs, items resampled",
        interval=found,
        assumptions=(_ITEMS,),
        notes=result.notes,
        details=result.details,
    )
