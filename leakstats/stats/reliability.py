"""How much repeated measurements of the same units agree: intraclass correlations and variance components."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Detail, Estimate, Interval, PValue, Undefined
from leakstats.stats._arrays import FloatArray, IntArray, check_choice, check_level, is_constant, matrix
from leakstats.stats.resampling import Bootstrap, BootstrapInterval, bootstrap_interval, jackknife_counts

__all__ = ["FORMS", "VarianceComponents", "icc", "icc_table", "variance_components"]

Form = Literal["ICC(1,1)", "ICC(1,k)", "ICC(C,1)", "ICC(C,k)", "ICC(A,1)", "ICC(A,k)"]

FORMS: tuple[Form, ...] = ("ICC(1,1)", "ICC(1,k)", "ICC(C,1)", "ICC(C,k)", "ICC(A,1)", "ICC(A,k)")
"""McGraw & Wong's names: one-way, consistency, absolute agreement; of one measurement or of the mean of k.

Shrout & Fleiss call ICC(1,1), ICC(A,1), ICC(C,1) ICC(1,1), ICC(2,1), ICC(3,1).
"""

_FACTOR_NOTES = {
    "sampling_seed": "columns are sampling seeds of the same trained models: sampling-seed ICC is not evidence of"
    " training stability",
    "training_seed": "columns are training seeds: this is about retraining with the same recipe and data",
    "": "the factor behind the columns was not named: say whether it is the training or the sampling seed",
}

_NOISE_ULP = 8.0
"""A mean square whose root is within this many units in the last place of the data is rounding, hence 0."""


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of an n x k table without gaps: numpy scalars, or arrays over resamples."""

    n: Any
    k: int
    rows: Any
    columns: Any
    error: Any
    within: Any


def _mean_squares(table: FloatArray) -> _Squares:
    """Mean squares of an n x k table given as its transpose, shape (k, n).

    From deviations, not from differences of sums of squares. The long axis last, and no BLAS, whose threads cost
    more than they give at this size.
    """
    k, n = table.shape
    mean = table.sum(axis=0) / k
    row = mean - mean.sum() / n
    inner = table - mean
    column = inner.sum(axis=1) / n
    ss_rows = k * np.einsum("i,i->", row, row)
    ss_within = np.einsum("ij,ij->", inner, inner)
    ss_columns = n * np.einsum("i,i->", column, column)
    ss_error = ss_within - ss_columns
    if ss_error < 0.5 * ss_within:
        # the difference cancels
        inner -= column[:, None]
        ss_error = np.einsum("ij,ij->", inner, inner)
    return _Squares(
        n=n,
        k=k,
        rows=np.float64(ss_rows / (n - 1.0)),
        columns=np.float64(ss_columns / (k - 1.0)),
        error=np.float64(ss_error / ((n - 1.0) * (k - 1.0))),
        within=np.float64(ss_within / (n * (k - 1.0))),
    )


def _value(ms: _Squares, form: str) -> Any:
    """The coefficient (McGraw & Wong 1996, table 4)."""
    n, k = ms.n, ms.k
    if form == "ICC(1,1)":
        return (ms.rows - ms.within) / (ms.rows + (k - 1) * ms.within)
    if form == "ICC(1,k)":
        return (ms.rows - ms.within) / ms.rows
    if form == "ICC(C,1)":
        return (ms.rows - ms.error) / (ms.rows + (k - 1) * ms.error)
    if form == "ICC(C,k)":
        return (ms.rows - ms.error) / ms.rows
    if form == "ICC(A,1)":
        return (ms.rows - ms.error) / (ms.rows + (k - 1) * ms.error + k / n * (ms.columns - ms.error))
    return (ms.rows - ms.error) / (ms.rows + (ms.columns - ms.error) / n)


def _test(ms: _Squares, model: str) -> tuple[Any, int, int]:
    """F of "the coefficient is 0" with its degrees of freedom; absolute agreement has consistency's F."""
    if model == "1":
        return ms.rows / ms.within, ms.n - 1, ms.n * (ms.k - 1)
    return ms.rows / ms.error, ms.n - 1, (ms.n - 1) * (ms.k - 1)


def _average(single: Any, k: int) -> Any:
    """Spearman-Brown: the coefficient of a mean of k from that of one."""
    return k * single / (1.0 + (k - 1) * single)


@lru_cache(maxsize=256)
def _chi_square_points(df: int, tail: float) -> tuple[float, float]:
    """G and H of Burdick & Graybill: how far a mean square with ``df`` may be above and below its expectation."""
    return 1.0 - df / float(special.chdtri(df, tail)), df / float(special.chdtri(df, 1.0 - tail)) - 1.0


@lru_cache(maxsize=256)
def _f_point(df1: int, df2: int, probability: float) -> float:
    return float(special.fdtri(df1, df2, probability))


@lru_cache(maxsize=256)
def _cross(df1: int, df2: int, tail: float, first: float, second: float) -> float:
    """Their cross term, which makes the interval of a difference exact where it touches 0 (the F test)."""
    f = _f_point(df1, df2, 1.0 - tail)
    return ((f - 1.0) ** 2 - (first * f) ** 2 - second**2) / f


def _f_limits(ms: _Squares, model: str, level: float) -> tuple[float, float, float, float]:
    """F limits (McGraw & Wong 1996, table 7): of the coefficient of one measurement, and of the mean of k.

    ``model`` is "1", "C" or "A". NaN, or reversed, where the data have no such limits.
    """
    n, k = ms.n, ms.k
    upper = 0.5 + level / 2.0
    if model != "A":
        f, df1, df2 = _test(ms, model)
        low, high = f / _f_point(df1, df2, upper), f * _f_point(df2, df1, upper)
        return (low - 1.0) / (low + k - 1.0), (high - 1.0) / (high + k - 1.0), 1.0 - 1.0 / low, 1.0 - 1.0 / high
    # Satterthwaite's degrees of freedom of k MSC + (kn - k - n) MSE, at the estimate
    r = _value(ms, "ICC(A,1)")
    a = k * r / (n * (1.0 - r))
    b = 1.0 + k * r * (n - 1.0) / (n * (1.0 - r))
    ac, be = a * ms.columns, b * ms.error
    df = (ac + be) ** 2 / (ac**2 / (k - 1.0) + be**2 / ((n - 1.0) * (k - 1.0)))
    spread = k * ms.columns + (k * n - k - n) * ms.error
    f_low = special.fdtri(n - 1.0, df, upper)
    f_high = special.fdtri(df, n - 1.0, upper)
    low = n * (ms.rows - f_low * ms.error) / (f_low * spread + n * ms.rows)
    high = n * (f_high * ms.rows - ms.error) / (spread + n * f_high * ms.rows)
    return low, high, _average(low, k), _average(high, k)


def _agreement_limits(ms: _Squares, level: float) -> tuple[float, float, float, float]:
    """Modified-large-sample limits of ICC(A,1) and ICC(A,k) (Cappelleri & Ting 2003, Stat. Med. 22, 1861-1877).

    ICC(A,1) = t exactly where ``p E(MSR) - q E(MSC) - r E(MSE) = 0`` with ``p = (1-t)/k``, ``q = t/n``,
    ``r = (1-t)/k + t(1 - 1/n)``. The limits are the t at which the bound of that combination by Burdick & Graybill
    (1992, sec. 3.3) is 0; estimate, variance and so the condition ``estimate**2 = variance`` are quadratic in t.
    Limits below 0 are not resolved by it (a unit variance cannot be negative): there a limit is 0 or the estimate,
    whichever is further out; an estimate below -1/(k-1), which is impossible, does not count. NaN where units differ
    less than the residual explains (F below its lower point): not even 0 agrees with such data.
    """
    n, k = ms.n, ms.k
    tail = (1.0 - level) / 2.0
    dfs = n - 1, k - 1, (n - 1) * (k - 1)
    (g1, h1), (g2, h2), (g3, h3) = (_chi_square_points(df, tail) for df in dfs)
    rows, columns, error = float(ms.rows), float(ms.columns), float(ms.error)
    value = float(_value(ms, "ICC(A,1)"))
    # p MSR, q MSC, r MSE and their combination d as constant + slope t; q has no constant
    p0, p1 = rows / k, -rows / k
    q1 = columns / n
    r0, r1 = error / k, error * (1.0 - 1.0 / n - 1.0 / k)
    d0, d1 = p0 - r0, p1 - q1 - r1

    def roots(gp: float, gq: float, gr: float, pq: float, pr: float, qr: float) -> list[float]:
        """The t at which ``d**2`` is the variance with these weights of the squares and products."""
        gp, gq, gr = gp * gp, gq * gq, gr * gr
        a = d1 * d1 - gp * p1 * p1 - gq * q1 * q1 - gr * r1 * r1 - pq * p1 * q1 - pr * p1 * r1 - qr * q1 * r1
        b = 2.0 * (d0 * d1 - gp * p0 * p1 - gr * r0 * r1) - pq * p0 * q1 - pr * (p0 * r1 + p1 * r0) - qr * q1 * r0
        c = d0 * d0 - gp * p0 * p0 - gr * r0 * r0 - pr * p0 * r0
        half = -0.5 * (b + math.copysign(math.sqrt(max(b * b - 4.0 * a * c, 0.0)), b))
        return [half / a if a else math.nan, c / half if half else math.nan]

    possible = value if value > -(1.0 - 1e-9) / (k - 1) else 0.0
    ratio = rows / error if error > 0.0 else math.inf
    if ratio <= _f_point(dfs[0], dfs[2], tail):
        return math.nan, math.nan, math.nan, math.nan
    pq, pr = _cross(dfs[0], dfs[1], 1.0 - tail, h1, g2), _cross(dfs[0], dfs[2], 1.0 - tail, h1, g3)
    both = dfs[1] + dfs[2]
    g23, share = _chi_square_points(both, tail)[0], dfs[1] / dfs[2]
    qr = g23**2 * both**2 / (dfs[1] * dfs[2]) - g2**2 * share - g3**2 / share
    # of two on one side of the estimate the nearer one is where the bound first touches 0
    high = min((t for t in roots(h1, g2, g3, pq, pr, qr) if possible <= t <= 1.0), default=math.nan)
    low = min(possible, 0.0)
    if ratio > _f_point(dfs[0], dfs[2], 1.0 - tail):
        pq, pr = _cross(dfs[0], dfs[1], tail, g1, h2), _cross(dfs[0], dfs[2], tail, g1, h3)
        low = max((t for t in roots(g1, h2, h3, pq, pr, 0.0) if 0.0 <= t <= value), default=math.nan)
    return low, high, _average(low, k), _average(high, k)


def _table(ratings: npt.ArrayLike, *, quantity: str, name: str = "ratings") -> tuple[FloatArray, float, int, int]:
    """Complete rows less a constant, at a safe scale, shape (k, n).

    Also the largest absolute value before the constant was taken off, how many rows were left out, and the exponent
    of the scale.
    """
    table = matrix(ratings, name=name, quantity=quantity, missing=True)
    dropped = 0
    top = float(table.max(initial=-math.inf))
    if math.isnan(top):
        gaps = np.isnan(table).any(axis=1)
        dropped = int(gaps.sum())
        table = table[~gaps]
        top = float(table.max(initial=-math.inf))
    n, k = table.shape
    after = f" with all {k} measurements" if dropped else ""
    if n < 2:
        raise UndefinedEstimate(quantity, f"needs at least 2 units{after}, got {n}", n=n)
    if k < 2:
        raise UndefinedEstimate(quantity, f"needs at least 2 measurements a unit, got {k}", n=n)
    low = float(table.min())
    largest = max(abs(top), abs(low))
    if top / 2.0 - low / 2.0 <= 1e-12 * largest and is_constant(table):
        raise UndefinedEstimate(
            quantity, f"all {n} x {k} measurements are equal ({table[0, 0]:g}): there is no variance to share out", n=n
        )
    exponent = 0 if 1e-60 < largest < 1e60 else math.frexp(largest)[1]
    if exponent:
        table = np.ldexp(table, -exponent)
        largest = math.ldexp(largest, -exponent)
    # by a datum, so that an offset of 1e8 costs no digits
    return np.ascontiguousarray(table.T) - table[0, 0], largest, dropped, exponent


def _clean(table: FloatArray, largest: float) -> _Squares:
    """Mean squares with rounding noise set to 0."""
    ms = _mean_squares(table)
    floor = (_NOISE_ULP * math.ulp(largest)) ** 2
    zero = np.float64(0.0)
    found = (zero if v <= floor else v for v in (ms.rows, ms.columns, ms.error, ms.within))
    return _Squares(ms.n, ms.k, *found)


def _factor_notes(factor: str) -> tuple[str, ...]:
    note = _FACTOR_NOTES.get(factor)
    return (note,) if note else (f"columns are levels of: {factor}",)


_NORMAL = "normal effects with constant variances, for the F test and the intervals"
_MLS = "modified large sample"

_ASSUMPTIONS = {
    "1": ("units are a random sample; measurements of a unit are exchangeable (one-way random effects)", _NORMAL),
    "C": ("units are a random sample; columns are crossed with units and their mean differences do not count", _NORMAL),
    "A": (
        "units and columns are random samples, crossed (two-way random effects); column differences count",
        _NORMAL,
        "the F interval of agreement also needs columns that hardly differ: else 95% covers 70 to 94% (see icc)",
    ),
}

_NULL = "measurements of one unit are no more alike than those of different units (F test, one-sided)"


@dataclass(frozen=True, slots=True)
class _Model:
    """What the two forms of one model share: the F test, and limits by method, the headline's first."""

    name: str
    f: float
    df1: int
    df2: int
    p_value: PValue | None
    limits: Mapping[str, tuple[float, float, float, float]]
    notes: tuple[str, ...]


def _model(ms: _Squares, name: str, level: float, *, interval: str) -> _Model:
    """The test and limits of model "1", "C" or "A"; ``interval`` is "auto", "F" or "" (none)."""
    f, df1, df2 = _test(ms, name)
    notes: tuple[str, ...] = ()
    exact = not math.isfinite(f)
    p_value = None
    if exact:
        notes = ("the residual mean square is 0 up to rounding: F is infinite, and no p-value exists",)
    else:
        p_value = PValue.from_tail(float(special.fdtrc(df1, df2, f)), method="F", alternative="greater")
    limits: dict[str, tuple[float, float, float, float]] = {}
    if interval and exact and not (name == "A" and ms.columns > 0.0):
        notes += ("no interval: without residual variance none can be computed",)
    elif interval:
        if interval == "auto" and name == "A":
            limits[_MLS] = _agreement_limits(ms, level)
        limits["F"] = _f_limits(ms, name, level)
    return _Model(name, float(f), df1, df2, p_value, limits, notes)


def _shared(ms: _Squares, *, factor: str, dropped: int, exponent: int) -> tuple[dict[str, Detail], tuple[str, ...]]:
    """Details and notes that all forms of one table have; mean squares are left out where a double cannot hold them."""
    details: dict[str, Detail] = {"factor": factor, "k": ms.k}
    notes = _factor_notes(factor)
    for name, square in (("rows", ms.rows), ("columns", ms.columns), ("error", ms.error), ("within", ms.within)):
        shown = float(np.ldexp(square, 2 * exponent)) if exponent else float(square)
        if math.isfinite(shown) and (shown != 0.0 or square == 0.0):
            details[f"ms_{name}"] = shown
    if dropped:
        details["n_dropped"] = dropped
        notes += (f"{dropped} of {ms.n + dropped} units lack a measurement and were left out (complete rows only)",)
    return details, notes


def _estimate(
    ms: _Squares,
    model: _Model,
    form: str,
    *,
    level: float,
    shared: tuple[dict[str, Detail], tuple[str, ...]],
    bootstrap: BootstrapInterval | None = None,
) -> Estimate:
    """The coefficient of one form; divisions by zero give infinities here, and a reason."""
    n, k = ms.n, ms.k
    value = float(_value(ms, form))
    if not math.isfinite(value):
        what = "the units' means are equal: its denominator is 0" if ms.rows == 0.0 else "its denominator is 0"
        raise UndefinedEstimate(form, what, n=n)
    details: dict[str, Detail] = {"form": form, **shared[0], "df1": model.df1, "df2": model.df2}
    notes = [*shared[1], *model.notes]
    if model.p_value is not None:
        details["f"] = model.f
    interval = None
    others: list[Interval] = []
    if bootstrap is not None:
        interval = bootstrap.interval
        details |= bootstrap.details
        notes += bootstrap.notes
    for position, (method, limits) in enumerate(model.limits.items()):
        low, high = limits[2:] if form.endswith(",k)") else limits[:2]
        # fails for NaN too; the F formula may give an interval beside the estimate, which means nothing
        if not (low <= high and (method != "F" or low <= value <= high)):
            notes.append(f"no {method} interval: its formula has none here (a variance component is negative)")
        elif position == 0:
            interval = Interval(low, high, level, method)
        else:
            others.append(Interval(low, high, level, method))
    least = -1.0 / (k - 1) if form.endswith(",1)") else -math.inf
    if value > 1.0 or value < least - 1e-12:
        notes.append(
            "outside the range that the coefficient can have (the estimated variance components are negative):"
            " not interpretable"
        )
    elif value < 0.0:
        notes.append("negative: measurements of one unit differ more than those of different units; read it as 0")
    return Estimate(
        quantity=form,
        value=value,
        n=n,
        n_rows=n * k,
        method=f"{form} (McGraw & Wong)",
        interval=interval,
        other_intervals=tuple(others),
        p_value=model.p_value,
        null=_NULL if model.p_value is not None else "",
        assumptions=_ASSUMPTIONS[model.name],
        notes=tuple(notes),
        details=details,
    )


def _weighted_values(table: FloatArray, counts: IntArray, form: str) -> FloatArray:
    """The coefficient of each resample of units; ``counts`` has shape (n, b). NaN where there is none."""
    k = table.shape[1]
    weights = counts.T.astype(np.float64)
    size = weights.sum(axis=1)
    row = table.mean(axis=1)
    inner = table - row[:, None]
    with np.errstate(all="ignore"):
        grand = weights @ row / size
        # units about their weighted mean, pairwise in two passes of matrix products on centred numbers
        between = weights @ (row * row) - size * grand * grand
        means = weights @ inner / size[:, None]
        within = weights @ (inner * inner).sum(axis=1)
        columns = (means * means).sum(axis=1)
        rows_ms = k * np.maximum(between, 0.0) / (size - 1.0)
        n = size
        error = np.maximum(within - n * columns, 0.0)
        # copies of a single unit leave rounding noise
        error[error <= 1e-13 * within] = 0.0
        ms = _Squares(
            n=n,
            k=k,
            rows=np.where(rows_ms <= 1e-14 * np.abs(row).max() ** 2, 0.0, rows_ms),
            columns=n * columns / (k - 1.0),
            error=error / ((n - 1.0) * (k - 1.0)),
            within=within / (n * (k - 1.0)),
        )
        out: FloatArray = _value(ms, form)
    out[~np.isfinite(out)] = np.nan
    return out


def icc(
    ratings: npt.ArrayLike,
    *,
    form: Form = "ICC(A,1)",
    level: float = 0.95,
    interval: Literal["auto", "F"] | Bootstrap = "auto",
    factor: str = "",
) -> Estimate:
    """Intraclass correlation of repeated measurements, by McGraw & Wong's names.

    With the mean squares of units (MSR), columns (MSC), residual (MSE) and within units (MSW) of an n x k table:

    ======== ===================================================== ==================
    form     coefficient                                           F test
    ======== ===================================================== ==================
    ICC(1,1) (MSR - MSW) / (MSR + (k-1) MSW)                       MSR / MSW
    ICC(1,k) (MSR - MSW) / MSR                                     MSR / MSW
    ICC(C,1) (MSR - MSE) / (MSR + (k-1) MSE)                       MSR / MSE
    ICC(C,k) (MSR - MSE) / MSR                                     MSR / MSE
    ICC(A,1) (MSR - MSE) / (MSR + (k-1) MSE + (k/n)(MSC - MSE))    MSR / MSE
    ICC(A,k) (MSR - MSE) / (MSR + (MSC - MSE) / n)                 MSR / MSE
    ======== ===================================================== ==================

    ICC(A,.) is absolute agreement (a column that reads higher lowers it), ICC(C,.) consistency, ICC(1,.) for
    columns without identity. ``,1`` is about one measurement, ``,k`` about the mean of all k.

    Measured coverage (%) of 95% intervals for k = 3 seeds, residual variance 1, 10,000 runs; the F intervals of
    ICC(1,.) and ICC(C,.) are exact (94.5 to 95.7 in all cells). The F interval of agreement fails where the columns'
    variance is not small and n is large, hence the other default:

    ======================================= ==== ==== ==== ==== ==== ====
    n                                       5    8    12   20   50   200
    ======================================= ==== ==== ==== ==== ==== ====
    unit 0.5, column 0: default             96.4 96.5 96.1 96.5 95.9 95.5
    unit 0.5, column 0: F                   96.0 95.6 95.0 95.3 95.0 94.9
    unit 10, column 0.3: default            96.5 96.9 96.7 96.6 96.4 95.7
    unit 10, column 0.3: F                  95.2 94.9 94.7 94.8 94.4 89.4
    unit 10, column 2: default              96.4 95.9 95.8 95.5 95.6 95.0
    unit 10, column 2: F                    93.7 91.6 89.7 87.1 82.9 79.5
    unit 10, column 2, k = 2: F             93.7 91.3 88.6 83.7 74.4 69.6
    ======================================= ==== ==== ==== ==== ==== ====

    Parameters
    ----------
    ratings : array-like, shape (n, k)
        Rows are units (personas), columns repeated measurements (seeds); n, k >= 2. NaN marks a missing cell: rows
        with one are left out, with a note.
    form : str
        One of :data:`FORMS`.
    level : float
        Coverage of the interval, in (0, 1).
    interval : "auto", "F" or Bootstrap
        "auto" is the F interval, which is exact, for ICC(1,.) and ICC(C,.), and for ICC(A,.) the modified
        large-sample interval (Cappelleri & Ting 2003) with the F interval among ``other_intervals``
        (``interval_by("F")``). "F" is McGraw & Wong's (1996, table 7; Satterthwaite's degrees of freedom for
        agreement), as R and pingouin have it. A :class:`~leakstats.stats.resampling.Bootstrap` resamples units (its
        ``clusters`` have one label a complete row).
    factor : str
        What the columns are: ``"training_seed"``, ``"sampling_seed"``, or another word. It is written into
        ``details`` and ``notes``, since agreement over one says nothing about the other.

    Returns
    -------
    Estimate
        ``details``: form, factor, k, the mean squares (``ms_rows``, ``ms_columns``, ``ms_error``, ``ms_within``),
        ``f``, ``df1``, ``df2``. The p-value is that of the F test (for ICC(A,.) of MSR / MSE, unlike R's irr).

    Raises
    ------
    InputError
        If the table is not two-dimensional, holds an infinity, or the form is unknown.
    UndefinedEstimate
        If there are fewer than 2 complete units or 2 columns, all measurements are equal, or the form divides by a
        mean square of units that is 0.

    Notes
    -----
    Values outside [-1/(k-1), 1] can occur for agreement if the estimated component of the columns is negative; they
    are given as the formula has them (as R does) with a note that they mean nothing. Where the interval's formula
    has no solution, or one that does not hold the estimate, the interval is None with a note. Mean squares within 8
    units in the last place of the data count as 0: perfect agreement is exactly 1, without F and p (infinite).

    pingouin agrees, but refuses 2 x 2 tables and missing cells and gives numbers for constant ones.

    Valid for units that are independent draws, with normal effects for intervals and F tests. Checked against R's
    psych::ICC and McGraw and Wong's formulas in R (oracle family icc), mean squares by loops, and by simulation of
    coverage.

    References
    ----------
    McGraw & Wong (1996), Psychological Methods 1, 30-46, with the correction on p. 390. Shrout & Fleiss (1979).

    Examples
    --------
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> print(icc(ratings, factor="training_seed"))
    ICC(A,1) = 0.2898, 95% [0.02862, 0.7589] (modified large sample), p = 0.000135 (F), n = 6, 24 rows
    """
    check_level(level)
    check_choice(form, name="form", choices=FORMS)
    if not isinstance(interval, Bootstrap):
        check_choice(interval, name="interval", choices=("auto", "F"))
    table, largest, dropped, exponent = _table(ratings, quantity=form)
    ms = _clean(table, largest)
    found = None
    with np.errstate(all="ignore"):
        if isinstance(interval, Bootstrap):
            model = _model(ms, form[4], level, interval="")
            found = _bootstrap(table, form, float(_value(ms, form)), config=interval, level=level)
        else:
            model = _model(ms, form[4], level, interval=interval)
        shared = _shared(ms, factor=factor, dropped=dropped, exponent=exponent)
        return _estimate(ms, model, form, level=level, shared=shared, bootstrap=found)


def _bootstrap(table: FloatArray, form: str, value: float, *, config: Bootstrap, level: float) -> BootstrapInterval:
    """The bootstrap interval over units."""
    n = table.shape[1]
    centred = table.T - table.mean()
    blocks: list[IntArray] = list(config.counts(n))

    def jackknife() -> FloatArray:
        return np.concatenate([_weighted_values(centred, c, form) for c in jackknife_counts(*config.units(n))])

    return bootstrap_interval(
        value,
        np.concatenate([_weighted_values(centred, block, form) for block in blocks]),
        config=config,
        level=level,
        jackknife=jackknife,
        counts=lambda: np.hstack(blocks),
    )


def icc_table(ratings: npt.ArrayLike, *, level: float = 0.95, factor: str = "") -> Mapping[str, Estimate | Undefined]:
    """All six intraclass correlations with their intervals, by McGraw & Wong's names.

    Parameters and conventions are those of :func:`icc`; a form that has no value is
    :class:`~leakstats.estimate.Undefined`.

    Raises
    ------
    InputError, UndefinedEstimate
        As :func:`icc`, where no form has a value.

    Notes
    -----
    Valid as :func:`icc` is. Checked against R (oracle family icc), and against :func:`icc` form by form.

    Examples
    --------
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> {form: round(found.value, 3) for form, found in icc_table(ratings).items()}
    {'ICC(1,1)': 0.166, 'ICC(1,k)': 0.443, 'ICC(C,1)': 0.715, 'ICC(C,k)': 0.909, 'ICC(A,1)': 0.29, 'ICC(A,k)': 0.62}
    """
    check_level(level)
    table, largest, dropped, exponent = _table(ratings, quantity="icc_table")
    ms = _clean(table, largest)
    out: dict[str, Estimate | Undefined] = {}
    with np.errstate(all="ignore"):
        shared = _shared(ms, factor=factor, dropped=dropped, exponent=exponent)
        models = {name: _model(ms, name, level, interval="auto") for name in _ASSUMPTIONS}
        for form in FORMS:
            try:
                out[form] = _estimate(ms, models[form[4]], form, level=level, shared=shared)
            except UndefinedEstimate as error:
                out[form] = Undefined.from_error(error)
    return MappingProxyType(out)


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Where the variance of repeated measurements lies: what :func:`variance_components` returns.

    Attributes
    ----------
    components : mapping of name to Estimate
        ``"unit"``, the factor's name (two-way only), ``"residual"``: variances in the squared unit of the data,
        truncated at 0. ``details``: ``share`` of the sum, ``untruncated``, the mean square and its degrees of
        freedom.
    model : str
        ``"one-way"`` or ``"two-way"``.
    factor : str
        What the columns are.
    """

    components: Mapping[str, Estimate]
    model: str
    factor: str

    def __getitem__(self, name: str) -> Estimate:
        try:
            return self.components[name]
        except KeyError:
            raise InputError(f"there is no component {name!r}; there are {list(self.components)}") from None

    def __str__(self) -> str:
        lines = [f"variance components ({self.model})"]
        for name, found in self.components.items():
            lines.append(f"{name}: {found} ({100.0 * float(found.details['share']):.3g}%)")
        notes = dict.fromkeys(note for found in self.components.values() for note in found.notes)
        return "\n  ".join([*lines, *(f"note: {note}" for note in notes)])

    def to_json(self) -> dict[str, Any]:
        return {
            "components": {name: found.to_json() for name, found in self.components.items()},
            "model": self.model,
            "factor": self.factor,
        }


def _difference_interval(first: float, df1: int, second: float, df2: int, tail: float) -> tuple[float, float]:
    """Ends of the modified-large-sample interval of ``E(first) - E(second)``, two independent mean squares."""
    g1, h1 = _chi_square_points(df1, tail)
    g2, h2 = _chi_square_points(df2, tail)
    below = (g1 * first) ** 2 + (h2 * second) ** 2 + _cross(df1, df2, tail, g1, h2) * first * second
    above = (h1 * first) ** 2 + (g2 * second) ** 2 + _cross(df1, df2, 1.0 - tail, h1, g2) * first * second
    middle = first - second
    return middle - math.sqrt(max(below, 0.0)), middle + math.sqrt(max(above, 0.0))


@dataclass(frozen=True, slots=True)
class _Part:
    """A component ``(square - rest) / divisor``; its interval may be based on another mean square."""

    name: str
    square: float
    df: int
    divisor: float
    interval_square: float
    interval_divisor: float


def _one_way(table: FloatArray) -> tuple[_Part, float, int]:
    """The units' part, and the mean square within units with its df.

    ``table`` has shape (n, k) with NaN for missing cells; every row has a measurement and one has two.
    """
    there = ~np.isnan(table)
    size = there.sum(axis=1).astype(np.float64)
    mean = np.where(there, table, 0.0).sum(axis=1) / size
    inner = np.where(there, table - mean[:, None], 0.0)
    total, units = float(size.sum()), len(table)
    grand = float((size * mean).sum()) / total
    between = float((size * (mean - grand) ** 2).sum()) / (units - 1)
    df = int(total) - units
    n0 = (total - float((size**2).sum()) / total) / (units - 1)
    # Thomas & Hultquist (1978): the variance of the unit means times the harmonic mean size, nearly chi-square
    harmonic = units / float((1.0 / size).sum())
    part = _Part("unit", between, units - 1, n0, harmonic * float(mean.var(ddof=1)), harmonic)
    return part, float((inner * inner).sum()) / df, df


def _one_way_table(values: npt.ArrayLike, *, quantity: str) -> tuple[FloatArray, float, int, int]:
    """Units with a measurement, less a constant, at a safe scale; largest value, exponent, units left out."""
    raw = matrix(values, name="values", quantity=quantity, missing=True)
    counts = (~np.isnan(raw)).sum(axis=1)
    raw = raw[counts > 0]
    n, rows = len(raw), int(counts.sum())
    if n < 2:
        raise UndefinedEstimate(quantity, f"needs at least 2 units, got {n}", n=n)
    if rows == n:
        raise UndefinedEstimate(quantity, "no unit has two measurements", n=n)
    there = raw[~np.isnan(raw)]
    if is_constant(there):
        raise UndefinedEstimate(quantity, f"all {rows} measurements are equal ({there[0]:g})", n=n)
    largest = float(np.abs(there).max())
    exponent = 0 if 1e-60 < largest < 1e60 else math.frexp(largest)[1]
    table = np.ldexp(raw, -exponent)
    return table - np.ldexp(there[0], -exponent), math.ldexp(largest, -exponent), exponent, int((counts == 0).sum())


def variance_components(
    values: npt.ArrayLike,
    *,
    model: Literal["two-way", "one-way"] = "two-way",
    factor: str = "",
    level: float = 0.95,
) -> VarianceComponents:
    """Variances of units, of a crossed factor (seeds), and of what is left, by the analysis of variance.

    Two-way: a value is mean + unit + column + residual, all random; the components are ``(MSR - MSE) / k``,
    ``(MSC - MSE) / n`` and ``MSE``. The residual holds the interaction. One-way: columns have no identity (each
    unit has its own seeds); ``(MSB - MSW) / n0`` and ``MSW``, with ``n0 = (N - sum n_i**2 / N) / (n - 1)``
    measurements a unit (Searle, Casella & McCulloch 1992, ch. 3.6). Negative estimates become 0, with a note.

    Intervals: chi-square for the residual; for differences of mean squares the modified large-sample interval (Ting
    et al. 1990), cut at 0. Measured coverage at 95%, k = 2, 3, 5, n = 5 to 200, 10,000 runs a cell: residual 94.5 to
    95.5, unit 94.5 to 97.8, column 94.7 to 97.8 (97 to 98 where the true component is 0).

    Parameters
    ----------
    values : array-like, shape (n, k)
        Rows are units, columns the factor's levels; n, k >= 2. NaN marks a missing cell: two-way leaves out rows
        with one, one-way uses every cell.
    model : {"two-way", "one-way"}
    factor : str
        What the columns are: ``"training_seed"``, ``"sampling_seed"`` or another word; names the component.
    level : float
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    VarianceComponents

    Raises
    ------
    InputError
        If the table is not two-dimensional or holds an infinity.
    UndefinedEstimate
        If fewer than 2 units or 2 columns are left, all values are equal, no unit has two measurements (one-way), or
        the squares are beyond double precision.

    Notes
    -----
    With one column a training seed and 2 or 3 of them, the factor's interval is enormous: that is the truth about
    what two or three trained models can say. With unequal numbers of measurements the one-way interval of units
    uses the variance of unit means (Thomas & Hultquist 1978, Ann. Stat. 6, 582-587).

    Valid for units and columns that are independent draws, with normal effects for the intervals. Checked against the
    textbook formulas with mean squares by loops, the F test, and by simulation of coverage.

    Examples
    --------
    >>> found = variance_components([[9, 2, 5], [6, 1, 3], [8, 4, 6], [7, 1, 2]], factor="training_seed")
    >>> {name: round(part.value, 3) for name, part in found.components.items()}
    {'unit': 1.667, 'training_seed': 7.583, 'residual': 0.667}
    """
    check_level(level)
    check_choice(model, name="model", choices=("two-way", "one-way"))
    quantity = "variance_components"
    notes = list(_factor_notes(factor))
    if model == "two-way":
        table, largest, dropped, exponent = _table(values, quantity=quantity, name="values")
        with np.errstate(all="ignore"):
            ms = _clean(table, largest)
        n, k, n_rows = ms.n, ms.k, ms.n * ms.k
        rest, df_rest = float(ms.error), (n - 1) * (k - 1)
        rows, columns = float(ms.rows), float(ms.columns)
        parts = [
            _Part("unit", rows, n - 1, k, rows, k),
            _Part(factor or "column", columns, k - 1, n, columns, n),
        ]
        what = "lack a measurement and were left out (complete rows only)"
    else:
        table, largest, exponent, dropped = _one_way_table(values, quantity=quantity)
        unit, rest, df_rest = _one_way(table)
        n, n_rows = len(table), int((~np.isnan(table)).sum())
        parts = [unit]
        rest = 0.0 if rest <= (_NOISE_ULP * math.ulp(largest)) ** 2 else rest
        what = "have no measurement and were left out"
    if dropped:
        notes.append(f"{dropped} of {n + dropped} units {what}")
    if rest == 0.0:
        notes.append("the residual mean square is 0 up to rounding: no interval exists")

    tail = (1.0 - level) / 2.0
    values_of = {part.name: (part.square - rest) / part.divisor for part in parts} | {"residual": rest}
    total = sum(max(value, 0.0) for value in values_of.values())
    if total == 0.0:
        raise UndefinedEstimate(quantity, "the values differ by rounding noise only", n=n)
    components: dict[str, Estimate] = {}
    for part in [*parts, _Part("residual", rest, df_rest, 1.0, rest, 1.0)]:
        ends: tuple[float, float] | None = None
        if rest > 0.0 and part.name == "residual":
            ends = (
                rest * df_rest / float(special.chdtri(df_rest, tail)),
                rest * df_rest / float(special.chdtri(df_rest, 1.0 - tail)),
            )
        elif rest > 0.0:
            low, high = _difference_interval(part.interval_square, part.df, rest, df_rest, tail)
            ends = max(low, 0.0) / part.interval_divisor, max(high, 0.0) / part.interval_divisor
        components[part.name] = _component(
            part,
            values_of[part.name],
            ends,
            total=total,
            exponent=2 * exponent,
            level=level,
            n=n,
            n_rows=n_rows,
            model=model,
            notes=tuple(notes),
        )
    return VarianceComponents(MappingProxyType(components), model, factor)


def _component(
    part: _Part,
    value: float,
    ends: tuple[float, float] | None,
    *,
    total: float,
    exponent: int,
    level: float,
    n: int,
    n_rows: int,
    model: str,
    notes: tuple[str, ...],
) -> Estimate:
    """One component in the squared unit of the data, ``2**exponent`` stored units."""
    quantity = f"variance of {part.name}"

    def unit(number: float) -> float:
        with np.errstate(over="ignore", under="ignore"):
            out = float(np.ldexp(number, exponent))
        if not math.isfinite(out) or (out == 0.0 and number != 0.0):
            raise UndefinedEstimate(quantity, "its magnitude is beyond double precision; rescale the values", n=n)
        return out

    if value < 0.0:
        notes += ("the estimate was negative and is set to 0: the units differ less than the residual explains",)
    interval = None
    if ends is not None:
        method = "chi-square" if part.name == "residual" else "modified large sample"
        interval = Interval(unit(ends[0]), unit(ends[1]), level, method)
    return Estimate(
        quantity,
        unit(max(value, 0.0)),
        n,
        f"analysis of variance, {model} random effects",
        interval=interval,
        n_rows=n_rows,
        assumptions=(
            "units and columns are random samples",
            "normal effects with constant variances, for the interval",
        ),
        notes=notes,
        details={
            "share": max(value, 0.0) / total,
            "untruncated": unit(value),
            "mean_square": unit(part.square),
            "df": part.df,
        },
    )
