"""Conditions that share their questions: differences, equivalence, and tests over several conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Alternative, Detail, Estimate, Interval, PValue
from leakstats.stats._arrays import (
    FloatArray,
    check_alternative,
    check_choice,
    check_level,
    is_constant,
    matrix,
    vector,
)
from leakstats.stats._ranks import midranks, tie_sizes
from leakstats.stats._tails import normal_p, t_p
from leakstats.stats.permutation_tests import permutation_difference, sign_flip
from leakstats.stats.resampling import Permutation, all_permutations, count_extreme

__all__ = [
    "blocked_conditions_test",
    "correlation_equivalence",
    "equivalence",
    "equivalence_test",
    "paired_contrast",
    "unpaired_contrast",
]

_ONE_MODEL = "one trained model a condition: says nothing about training noise"
_PAIRS = "units (questions) are independent draws; both conditions saw the same ones"
_TOLERANCE = 1e-9


def _two_conditions(a: npt.ArrayLike, b: npt.ArrayLike, quantity: str) -> tuple[FloatArray, FloatArray]:
    """Both conditions as arrays of one shape, (n,) or (n, k), all finite."""
    ndim = np.ndim(np.asarray(a))
    if ndim == 2:
        first, second = matrix(a, name="a", quantity=quantity), matrix(b, name="b", quantity=quantity)
    else:
        first, second = vector(a, name="a", quantity=quantity), vector(b, name="b", quantity=quantity)
    if first.shape != second.shape:
        raise InputError(
            f"{quantity}: a and b must hold the same units, got shapes {first.shape} and {second.shape};"
            " unpaired_contrast compares different units"
        )
    return first, second


def _mean(values: FloatArray) -> float:
    """Mean that neither overflows nor loses digits to an offset."""
    anchor = float(values.flat[0])
    scale = float(np.abs(values - anchor).max())
    return anchor + (float(((values - anchor) / scale).mean()) * scale if scale > 0.0 else 0.0)


def _flip_interval(differences: FloatArray, level: float) -> Interval | None:
    """Interval by inverting the sign-flip test: order statistics of all subset means (Hartigan 1969, theorem 1).

    The 2**n - 1 means of non-empty subsets cut the line into 2**n parts that hold the centre of symmetry with equal
    probability. None where even the widest pair of means covers less than ``level``.
    """
    n = differences.size
    dropped = math.floor((1.0 - level) / 2.0 * 2**n + _TOLERANCE)
    if dropped < 1:
        return None
    sums, sizes = np.zeros(1), np.zeros(1, dtype=np.int64)
    for d in differences:
        sums, sizes = np.concatenate([sums, sums + d]), np.concatenate([sizes, sizes + 1])
    means = np.sort(sums[1:] / sizes[1:])
    return Interval(float(means[dropped - 1]), float(means[-dropped]), level, "sign-flip")


_FLIP_LIMIT = 20
"""Most pairs whose 2**n - 1 subset means are listed."""

_FLIP_BESIDE = 12
"""Most pairs for which they are listed unasked, as an interval beside t: above, it takes longer than all the rest."""


def paired_contrast(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    method: Permutation | Literal["auto", "exact"] = "auto",
    interval: Literal["t", "sign-flip"] = "t",
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> Estimate:
    """Difference of two conditions over units that both saw, a - b.

    Parameters
    ----------
    a, b : array-like, shape (n,) or (n, k)
        One value a unit (the rate of a question, say) under each condition, in the same order, complete; n >= 2. With
        two axes the units are crossed with a second factor (questions with personas) and both are random.
    method : {"auto", "exact"} or Permutation
        How the sign-flip p-value is found: exact for up to 40 units, else 9,999 flips from ``default_rng(0)``, or
        as the Permutation says (see :func:`sign_flip`).
    interval : {"t", "sign-flip"}
        "t" over units; "sign-flip" inverts the exact test (Hartigan 1969, *JASA* 64, 1303-1317; 6 <= n <= 20 at 95%,
        one axis), exact for symmetric differences. The other is given beside where it exists ("sign-flip" for up to
        12 units).
    alternative : {"two-sided", "greater", "less"}
    level : float
        Coverage in (0, 1).

    Returns
    -------
    Estimate
        ``value`` is the mean difference, ``n`` the units. One axis: the headline p-value is the sign-flip p, with its
        smallest attainable value; "t" is beside. Two axes: the variance is the largest of that over units, over the
        second factor, and the two-way one V_unit + V_second - V_cell (Cameron, Gelbach & Miller 2011, eq. 2.11);
        the p-value is its t with Satterthwaite's degrees of freedom, the sign-flip p-values of either factor alone
        are beside.

    Raises
    ------
    InputError
        For shapes that differ, values not finite, an unknown option.
    UndefinedEstimate
        With fewer than 2 units (of either factor).

    Notes
    -----
    Where all differences are equal there is no spread to judge by: no interval, and for differences of 0 p = 1.
    Measured in percent (10,000 data sets a cell; questions of 10 completions that vary by 1 logit, a condition's effect
    of 0 or 0.8 logits varying by 0.5; base rates 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95; data without spread
    left out; ``tests/stats/test_coverage_contrast.py``): coverage of the t interval, mean over base rates and lowest,
    and size of the sign-flip test at 5% (which for 5 units cannot reject):

    ==================== =========== =========== =========== =========== =========== ===========
    units                5           8           12          20          50          200
    ==================== =========== =========== =========== =========== =========== ===========
    t, effect 0          97.0 / 95.4 95.9 / 94.8 95.5 / 94.8 95.1 / 94.8 95.1 / 94.8 95.0 / 94.5
    t, effect 0.8        95.0 / 92.8 95.2 / 94.1 94.7 / 93.9 94.6 / 93.5 94.8 / 94.3 95.0 / 94.6
    sign-flip size, 0.25 0.0         1.9         3.3         4.2
    ==================== =========== =========== =========== =========== =========== ===========

    Two crossed factors, normal, from 5 x 5 to 50 x 20 with neither, either or both factors varying: 93.8 to 98.5%

    Valid for units that are independent draws; the sign-flip p-value where a unit's conditions would be exchangeable.
    Checked against R's exact p-values (oracle family permpaired), scipy's paired t test, the two-way formula written
    out, and by simulation of coverage and size.

    Examples
    --------
    >>> e = paired_contrast([0.6, 0.5, 0.9, 0.4, 0.7], [0.3, 0.4, 0.6, 0.2, 0.1])
    >>> round(e.value, 3), round(e.interval.low, 3), round(e.interval.high, 3)
    (0.3, 0.068, 0.532)
    >>> e.p_value.value, e.p_value.minimum
    (0.0625, 0.0625)
    """
    quantity = "paired_difference"
    check_choice(interval, name="interval", choices=("t", "sign-flip"))
    side = check_alternative(alternative)
    level = check_level(level)
    first, second = _two_conditions(a, b, quantity)
    if first.ndim == 2:
        if interval != "t" or first.size == 0:
            reason = "is for one axis of units" if first.size else "needs at least 2 units, got none"
            raise InputError(f"{quantity}: interval={interval!r} {reason}")
        return _crossed(first, second, method=method, alternative=side, level=level)
    n = first.size
    if n < 2:
        raise UndefinedEstimate(quantity, f"needs at least 2 units, got {n}", n=n)
    differences = _differences(first, second)
    details: dict[str, Detail] = {"mean_a": _mean(first), "mean_b": _mean(second)}
    notes: list[str] = []
    intervals: dict[str, Interval] = {}
    if not differences.any():
        p = PValue(1.0, "exact", alternative=side, minimum=1.0)
        other_p: tuple[PValue, ...] = ()
        notes.append("all differences are 0: no interval; a bound needs the counts behind the rates")
    else:
        test = sign_flip(differences, method=method, alternative=side, level=level)
        if test.p_value is None:
            raise UndefinedEstimate(quantity, "the sign-flip test gave no p-value", n=n)
        p, other_p = test.p_value, test.other_p_values
        if is_constant(differences):
            notes.append("all differences are equal: no interval")
        else:
            if test.interval is not None:
                intervals["t"] = test.interval
                reach = float(special.stdtrit(n - 1, (1.0 + level) / 2.0))
                details["standard_error"] = test.interval.width / 2.0 / reach
                details["df"] = n - 1
            listed = _FLIP_LIMIT if interval == "sign-flip" else _FLIP_BESIDE
            flips = _flip_interval(differences, level) if n <= listed else None
            if flips is not None:
                intervals["sign-flip"] = flips
    headline = intervals.pop(interval, None)
    if headline is None and interval == "sign-flip" and not is_constant(differences):
        least = math.ceil(1.0 - math.log2(1.0 - level))
        if n > _FLIP_LIMIT:
            raise InputError(f"{quantity}: interval='sign-flip' lists subset means, n <= {_FLIP_LIMIT}, got {n}")
        notes.append(f"no sign-flip interval: {n} units cannot reach {100 * level:g}%, {least} can")
    return Estimate(
        quantity=quantity,
        value=_mean(differences),
        n=n,
        method="mean paired difference, sign-flip test",
        interval=headline,
        p_value=p,
        null="each unit's difference is symmetric about 0",
        assumptions=(_PAIRS, _ONE_MODEL),
        notes=tuple(notes),
        other_p_values=other_p,
        other_intervals=tuple(intervals.values()),
        details=details,
    )


def _differences(first: FloatArray, second: FloatArray) -> FloatArray:
    """a - b, with what rounding leaves of equal values set to 0 (0.3 against 0.1 + 0.2)."""
    with np.errstate(over="ignore"):
        out: FloatArray = first - second
    if not np.isfinite(out).all():
        raise InputError("paired_difference: a - b overflows")
    noise = 4.0 * np.spacing(np.maximum(np.abs(first), np.abs(second)))
    out[np.abs(out) <= noise] = 0.0
    return out


def _crossed(
    first: FloatArray,
    second: FloatArray,
    *,
    method: Permutation | Literal["auto", "exact"],
    alternative: Alternative,
    level: float,
) -> Estimate:
    quantity = "paired_difference"
    rows, columns = first.shape
    if min(rows, columns) < 2:
        raise UndefinedEstimate(quantity, f"needs at least 2 units of both factors, got {rows} x {columns}", n=rows)
    d = _differences(first, second)
    value = _mean(d)
    scale = float(np.abs(d).max())
    notes: list[str] = []
    details: dict[str, Detail] = {"mean_a": _mean(first), "mean_b": _mean(second)}
    found: Interval | None = None
    p: PValue | None = None
    other: list[PValue] = []
    for axis, name in ((1, "units"), (0, "second-factor")):
        means = d.mean(axis=axis)
        if means.any():
            test = sign_flip(means, method=method, alternative=alternative)
            if test.p_value is not None:
                q = test.p_value
                other.append(
                    PValue(
                        q.value,
                        f"sign-flip-over-{name}",
                        alternative=q.alternative,
                        minimum=q.minimum,
                        mc_error=q.mc_error,
                    )
                )
    if scale == 0.0:
        p = PValue(1.0, "exact", alternative=alternative, minimum=1.0)
        notes.append("all differences are 0: no interval; a bound needs the counts behind the rates")
    else:
        e = d / scale - value / scale
        v_rows = float((e.mean(axis=1) ** 2).sum()) / (rows * (rows - 1))
        v_columns = float((e.mean(axis=0) ** 2).sum()) / (columns * (columns - 1))
        v_cells = float((e * e).sum()) / (e.size * (e.size - 1))
        both = v_rows + v_columns - v_cells
        name, variance, df = max(
            ("over units", v_rows, rows - 1.0),
            ("over the second factor", v_columns, columns - 1.0),
            ("two-way", both, _satterthwaite(v_rows, rows - 1, v_columns, columns - 1)),
            key=lambda option: option[1],
        )
        if variance <= 1e-28:
            notes.append("all differences are equal: no interval")
        else:
            error = math.sqrt(variance) * scale
            reach = float(special.stdtrit(df, (1.0 + level) / 2.0)) * error
            found = Interval(value - reach, value + reach, level, "crossed-t")
            p = t_p(value / error, df, alternative=alternative, method="crossed-t")
            details |= {
                "standard_error": error,
                "standard_error_units": math.sqrt(v_rows) * scale,
                "standard_error_second": math.sqrt(v_columns) * scale,
                "df": df,
                "variance_used": name,
            }
    if p is None and other:
        p = other.pop(0)
    return Estimate(
        quantity=quantity,
        value=value,
        n=rows,
        n_rows=d.size,
        clusters={"units": rows, "second": columns},
        method="mean paired difference over two crossed factors, largest valid variance",
        interval=found,
        p_value=p,
        null="the mean difference over units and the second factor is 0" if p is not None else "",
        assumptions=("both factors are random draws, crossed; both conditions saw the same cells", _ONE_MODEL),
        notes=tuple(notes),
        other_p_values=tuple(other),
        details=details,
    )


def _satterthwaite(v_rows: float, df_rows: int, v_columns: float, df_columns: int) -> float:
    bottom = v_rows**2 / df_rows + v_columns**2 / df_columns
    return (v_rows + v_columns) ** 2 / bottom if bottom > 0.0 else 1.0


def unpaired_contrast(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    method: Permutation | Literal["auto", "exact"] = "auto",
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> Estimate:
    """Difference of two conditions that saw different units, mean(a) - mean(b).

    Only for conditions that share no units: pairs that are treated as unpaired lose what they have in common.

    Parameters
    ----------
    a, b : array-like, shapes (m,) and (n,)
        One value a unit; m, n >= 1, m + n >= 3.
    method, alternative, level
        As in :func:`permutation_difference`, which does the work: exact regroupings for m + n <= 40, Welch's
        interval and p-value beside.

    Returns
    -------
    Estimate
        The permutation p-value tests that both samples have one distribution; Welch's that the means agree.

    Raises
    ------
    InputError, UndefinedEstimate
        As :func:`permutation_difference`.

    Notes
    -----
    Valid where both samples have one distribution if the null hypothesis holds; Welch's interval for means that are
    about normal. Checked against exact p-values and Welch's test in R (oracle family perm).

    Examples
    --------
    >>> e = unpaired_contrast([0.1, 0.2, 0.2, 0.4], [0.5, 0.6, 0.9])
    >>> round(e.value, 3), round(e.p_value.value, 4), round(e.p_value.minimum, 4)
    (-0.442, 0.0286, 0.0286)
    """
    estimate = permutation_difference(a, b, method=method, alternative=alternative, level=level)
    return estimate.with_assumptions("the conditions share no units (unpaired by explicit choice)", _ONE_MODEL)


# --------------------------------------------------------------------------------------------------------------------
# Equivalence
# --------------------------------------------------------------------------------------------------------------------


def _margins(margin: float | tuple[float, float]) -> tuple[float, float]:
    low, high = margin if isinstance(margin, tuple) else (-float(margin), float(margin))
    if not (math.isfinite(low) and math.isfinite(high) and low < 0.0 < high):
        raise InputError(f"margin must be a positive number, or a pair around 0, got {margin!r}")
    return float(low), float(high)


def equivalence_test(
    value: float,
    standard_error: float,
    *,
    margin: float | tuple[float, float],
    n: int,
    df: float | None = None,
    level: float = 0.95,
    quantity: str = "difference",
) -> Estimate:
    """Two one-sided tests that a quantity is closer to 0 than a margin (Schuirmann 1987).

    What a null result can claim: not "no effect", but "no effect as large as the margin", where the data show it.

    Parameters
    ----------
    value, standard_error : float
        The estimate and its standard error, > 0.
    margin : float or (float, float)
        Smallest effect of interest, in units of the value, set before looking: (-margin, margin), or a pair around 0.
    n : int
        Independent units behind the value.
    df : float, optional
        Degrees of freedom of t; normal if left out.
    level : float
        1 - level is the level of the test; the interval has level 2 * level - 1 (90% for 5%), level > 1/2.
    quantity : str
        Name of the result.

    Returns
    -------
    Estimate
        The p-value is the larger of the two one-sided ones; its null is that the effect is at least the margin.
        ``details``: ``equivalent`` (bool), margin_low, margin_high, and ``smallest_margin``, the smallest symmetric
        margin that these data would have supported.

    Raises
    ------
    InputError
        For a margin that does not surround 0, values not finite, level <= 1/2.
    UndefinedEstimate
        For a standard error of 0.

    Notes
    -----
    Valid for an estimate that is t-distributed (or normal) about its true value, with a margin that was set before
    looking. Checked against scipy's one-sided t tests, through :func:`equivalence`.

    Examples
    --------
    >>> e = equivalence_test(0.01, 0.02, margin=0.05, n=28, df=27)
    >>> e.details["equivalent"], round(e.p_value.value, 3), round(e.details["smallest_margin"], 3)
    (True, 0.028, 0.044)
    """
    low, high = _margins(margin)
    level = check_level(level)
    if level <= 0.5:
        raise InputError(f"level must be above 1/2 for two one-sided tests, got {level:g}")
    if not (math.isfinite(value) and math.isfinite(standard_error)) or standard_error < 0.0:
        raise InputError(f"{quantity}: value and standard error must be finite, got {value} and {standard_error}")
    if standard_error == 0.0:
        raise UndefinedEstimate(quantity, "the standard error is 0: there is no spread to judge by", n=n)
    if df is not None and not df > 0.0:
        raise InputError(f"df must be > 0, got {df}")

    def one_sided(t: float, alternative: Alternative) -> PValue:
        t = max(min(t, 1e300), -1e300)
        if df is None:
            return normal_p(t, alternative=alternative, method="TOST")
        return t_p(t, df, alternative=alternative, method="TOST")

    above = one_sided(value / standard_error - low / standard_error, "greater")
    below = one_sided(value / standard_error - high / standard_error, "less")
    p = max(above, below, key=lambda q: q.value)
    quantile = float(special.ndtri(level)) if df is None else float(special.stdtrit(df, level))
    reach = quantile * standard_error
    interval = Interval(value - reach, value + reach, 2.0 * level - 1.0, "two one-sided tests")
    return Estimate(
        quantity=quantity,
        value=value,
        n=n,
        method="equivalence by two one-sided tests",
        interval=interval,
        p_value=p,
        null=f"the effect lies outside ({low:g}, {high:g})",
        assumptions=("the margin was set before looking", "the estimate is about normal"),
        details={
            "margin_low": low,
            "margin_high": high,
            "equivalent": bool(low < interval.low and interval.high < high),
            "smallest_margin": max(abs(interval.low), abs(interval.high)),
            "standard_error": standard_error,
            **({} if df is None else {"df": float(df)}),
        },
    )


def equivalence(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    margin: float | tuple[float, float],
    paired: bool = True,
    level: float = 0.95,
) -> Estimate:
    """Are two conditions equal up to a margin? Two one-sided tests on their difference a - b.

    Parameters
    ----------
    a, b : array-like
        As in :func:`paired_contrast` (or :func:`unpaired_contrast` with ``paired=False``).
    margin : float or (float, float)
        Smallest difference of interest, set before looking.
    paired : bool
        Whether both conditions saw the same units.
    level : float
        1 - level is the level of the test.

    Returns
    -------
    Estimate
        As :func:`equivalence_test`.

    Raises
    ------
    InputError
        As the contrasts, and for a margin that does not surround 0.
    UndefinedEstimate
        As the contrasts, and where the differences do not vary.

    Notes
    -----
    Valid as the contrast is, with a margin that was set before looking. Checked against scipy's two one-sided t tests,
    and Welch's interval for separate samples.

    Examples
    --------
    >>> e = equivalence([0.52, 0.48, 0.61, 0.40, 0.55, 0.50], [0.50, 0.49, 0.60, 0.42, 0.54, 0.52], margin=0.05)
    >>> e.details["equivalent"], round(e.details["smallest_margin"], 4)
    (True, 0.0158)
    """
    contrast = paired_contrast(a, b, level=level) if paired else unpaired_contrast(a, b, level=level)
    _margins(margin)
    if contrast.interval is None:
        raise UndefinedEstimate("equivalence", "the differences do not vary, so that there is no error", n=contrast.n)
    if paired:
        error, df = float(contrast.details["standard_error"]), float(contrast.details["df"])
    else:
        error, df = _welch_error(
            vector(a, name="a", quantity="equivalence"), vector(b, name="b", quantity="equivalence")
        )
    found = equivalence_test(
        contrast.value,
        error,
        margin=margin,
        n=contrast.n,
        df=df,
        level=level,
        quantity="paired_difference" if paired else "mean_difference",
    )
    return found.with_assumptions(*contrast.assumptions)


def _welch_error(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    """Standard error of a difference of means and Welch's degrees of freedom."""
    scale = float(max(np.abs(a - a[0]).max(), np.abs(b - a[0]).max()))
    parts = [float(((v - a[0]) / scale).var(ddof=1)) / v.size for v in (a, b)]
    total = sum(parts)
    if total == 0.0:
        raise UndefinedEstimate("equivalence", "the values vary by less than doubles can hold", n=a.size + b.size)
    # by shares of the variance: squares of a tiny one would vanish
    df = 1.0 / sum((part / total) ** 2 / (v.size - 1) for part, v in zip(parts, (a, b), strict=True))
    return math.sqrt(total) * scale, df


def correlation_equivalence(
    r: float,
    n: int,
    *,
    margin: float,
    coefficient: Literal["pearson", "spearman"] = "pearson",
    level: float = 0.95,
) -> Estimate:
    """Is a correlation closer to 0 than a margin? Two one-sided tests on Fisher's z.

    Parameters
    ----------
    r : float
        Correlation in (-1, 1).
    n : int
        Units, >= 4.
    margin : float
        Smallest correlation of interest, in (0, 1), set before looking.
    coefficient : {"pearson", "spearman"}
        Error 1 / sqrt(n - 3), or sqrt((1 + r**2 / 2) / (n - 3)) (Bonett & Wright 2000).
    level : float
        1 - level is the level of the test.

    Returns
    -------
    Estimate
        On the scale of r; the interval has level 2 * level - 1. ``details`` as :func:`equivalence_test`.

    Raises
    ------
    InputError
        For r or margin outside (-1, 1).
    UndefinedEstimate
        With fewer than 4 units, or |r| = 1.

    Notes
    -----
    Valid for independent units, with a margin that was set before looking. Checked against two one-sided normal tests
    on Fisher's z written out.

    Examples
    --------
    >>> e = correlation_equivalence(-0.34, 7, margin=0.3)
    >>> e.details["equivalent"], round(e.details["smallest_margin"], 2)
    (False, 0.83)
    """
    quantity = f"{coefficient}_correlation"
    check_choice(coefficient, name="coefficient", choices=("pearson", "spearman"))
    if not abs(r) <= 1.0:
        raise InputError(f"r must lie in (-1, 1), got {r}")
    if not 0.0 < margin < 1.0:
        raise InputError(f"margin must lie in (0, 1), got {margin}")
    if n < 4:
        raise UndefinedEstimate(quantity, f"needs at least 4 units, got {n}", n=n)
    if abs(r) == 1.0:
        raise UndefinedEstimate(quantity, "r is exactly 1 or −1: Fisher's z is infinite", n=n)
    error = math.sqrt((1.0 + (r * r / 2.0 if coefficient == "spearman" else 0.0)) / (n - 3))
    on_z = equivalence_test(math.atanh(r), error, margin=math.atanh(margin), n=n, level=level, quantity=quantity)
    z = on_z.interval
    if z is None or on_z.p_value is None:
        raise UndefinedEstimate(quantity, "the test gave no interval", n=n)
    low, high = math.tanh(z.low), math.tanh(z.high)
    return Estimate(
        quantity=quantity,
        value=float(r),
        n=n,
        method="equivalence by two one-sided tests on Fisher's z",
        interval=Interval(low, high, z.level, z.method),
        p_value=on_z.p_value,
        null=f"the correlation lies outside (-{margin:g}, {margin:g})",
        assumptions=("the margin was set before looking", "units are independent", "Fisher's z is about normal"),
        details={
            "margin_low": -margin,
            "margin_high": margin,
            "equivalent": on_z.details["equivalent"],
            "smallest_margin": max(abs(low), abs(high)),
            "standard_error_z": error,
        },
    )


# --------------------------------------------------------------------------------------------------------------------
# Several conditions
# --------------------------------------------------------------------------------------------------------------------

_ENUMERABLE = 250_000
"""Most arrangements within blocks that are listed."""


def blocked_conditions_test(
    values: npt.ArrayLike,
    *,
    method: Permutation | Literal["auto", "exact"] = "auto",
    counted: npt.ArrayLike | None = None,
    within_blocks: bool = True,
    labels: Iterable[str] | None = None,
) -> Estimate:
    """Do several conditions differ, given that the same blocks (personas, questions) were seen under each?

    The statistic is the range of the condition means, which speaks in the units of the data; condition labels are
    permuted inside each block, so that blocks may differ as they like.

    Parameters
    ----------
    values : array-like, shape (blocks, conditions)
        One value a block and condition; at least 2 of each. NaN marks a cell that does not exist; labels are then
        permuted among the block's other cells.
    method : {"auto", "exact"} or Permutation
        "exact" lists all arrangements (up to 250,000); "auto" does so where it can and draws 9,999 from
        ``default_rng(0)`` otherwise. A Permutation draws from its generator; it cannot replay ``stored``.
    counted : array-like of bool, shape (blocks, conditions), optional
        Cells that enter the condition means (a persona that a condition was trained on is no bystander there). All
        cells of a block are permuted all the same.
    within_blocks : bool
        False permutes the counted cells over everything, as if blocks did not matter: an explicit choice, which loses
        power where blocks differ.
    labels : iterable of str, optional
        Names of the conditions; their means are in ``details``.

    Returns
    -------
    Estimate
        ``value`` is the range; ``n`` counts blocks. Complete tables have Friedman's chi-square (ties corrected) in
        ``other_p_values`` as "friedman-chi2" and its permutation as "friedman-permutation".

    Raises
    ------
    InputError
        For an infinite value, a mask of another shape, an unknown option.
    UndefinedEstimate
        With fewer than 2 blocks or conditions, or a condition without a counted cell.

    Notes
    -----
    Friedman 1937, *JASA* 32, 675-701; statistic with tie correction as in Conover 1999, eq. 5.8.5. The replicate is one
    trained model a condition: a small p says that these models differ, not that their training does. Measured size at
    5% for 11 blocks under 5 conditions (10,000 tables, 199 permutations): range 4.5, Friedman's chi-square 4.5, its
    permutation 5.1%.

    Valid where a block's cells would be exchangeable if conditions did not differ. Checked against scipy's Friedman
    test, a list of all arrangements, the sign-flip test for two conditions, and by simulation of its size.

    Examples
    --------
    >>> rates = [[0.1, 0.3, 0.5], [0.2, 0.3, 0.6], [0.0, 0.2, 0.3], [0.4, 0.5, 0.9]]
    >>> e = blocked_conditions_test(rates)
    >>> round(e.value, 3), round(e.p_value.value, 4), round(e.p_by("friedman-chi2").value, 4)
    (0.4, 0.0046, 0.0183)
    """
    quantity = "range_of_condition_means"
    table = matrix(values, name="values", quantity=quantity, missing=True)
    blocks, conditions = table.shape
    if blocks < 2 or conditions < 2:
        reason = f"needs at least 2 blocks and 2 conditions, got {blocks} x {conditions}"
        raise UndefinedEstimate(quantity, reason, n=blocks)
    present = ~np.isnan(table)
    used = present if counted is None else _mask(counted, table.shape, quantity) & present
    if not used.any(axis=0).all():
        empty = int(np.flatnonzero(~used.any(axis=0))[0])
        raise UndefinedEstimate(quantity, f"condition {empty} has no counted cell", n=blocks)
    names = [str(i) for i in range(conditions)] if labels is None else [str(label) for label in labels]
    if len(names) != conditions or len(set(names)) != conditions:
        raise InputError(f"{quantity}: labels must be {conditions} different names, got {names}")
    if isinstance(method, Permutation):
        plan: Permutation | None = method
        if method.rng is None:
            raise InputError(f"{quantity}: a Permutation needs rng here; stored ones do not permute within blocks")
    else:
        check_choice(method, name="method", choices=("auto", "exact"))
        sizes = present.sum(axis=1) if within_blocks else np.array([int(used.sum())])
        arrangements = math.prod(math.factorial(int(size)) for size in sizes)
        listed = arrangements <= _ENUMERABLE and int(sizes.max()) <= 9
        if method == "exact" and not listed:
            raise InputError(f"{quantity}: method='exact' lists up to {_ENUMERABLE:,} arrangements; pass a Permutation")
        plan = None if listed else Permutation(n_resamples=9999, rng=np.random.default_rng(0))
    # shifted and scaled: a common offset or unit changes nothing but the value
    anchor = float(table[present][0])
    scale = float(np.abs(table[present] - anchor).max()) or 1.0
    cells = np.where(present, (table - anchor) / scale, 0.0)
    size = used.sum(axis=0)

    def ranges(sums: FloatArray) -> FloatArray:
        out: FloatArray = np.ptp(sums / size, axis=-1)
        return out

    observed_sums = np.where(used, cells, 0.0).sum(axis=0)
    observed = float(ranges(observed_sums))
    null = _block_sums(cells, present, used, plan) if within_blocks else _free_sums(cells, used, plan)
    slack = _TOLERANCE if plan is None else plan.tolerance

    def p_of(statistics: FloatArray, value: float, tolerance: float, name: str) -> PValue:
        extreme = count_extreme(statistics, value, alternative="greater", tolerance=tolerance)
        if plan is None:
            most = count_extreme(statistics, float(statistics.max()), alternative="greater", tolerance=tolerance)
            return PValue.from_enumeration(extreme, statistics.size, method=name, minimum=most / statistics.size)
        return PValue.from_count(extreme, statistics.size, method=name)

    statistics = np.concatenate([ranges(sums) for sums in null])
    p = p_of(statistics, observed, slack, "exact" if plan is None else "permutation")
    other: list[PValue] = []
    details: dict[str, Detail] = {
        f"mean[{name}]": anchor + float(mean) * scale for name, mean in zip(names, observed_sums / size, strict=True)
    }
    details["n_permutations"] = int(statistics.size)
    notes: list[str] = []
    if used.all() and within_blocks:
        ranks = midranks(table, axis=1)
        ties = sum(float((t**3 - t).sum()) for t in (tie_sizes(row) for row in table))
        spread = blocks * conditions * (conditions + 1) - ties / (conditions - 1)
        if spread > 0.0:
            centre = blocks * (conditions + 1) / 2.0

            def friedman(sums: FloatArray) -> FloatArray:
                out: FloatArray = 12.0 * ((sums - centre) ** 2).sum(axis=-1) / spread
                return out

            chi2 = float(friedman(ranks.sum(axis=0)))
            details["friedman_chi2"], details["friedman_df"] = chi2, conditions - 1
            other.append(PValue.from_tail(float(special.chdtrc(conditions - 1, chi2)), method="friedman-chi2"))
            again = np.concatenate([friedman(sums) for sums in _block_sums(ranks, present, present, plan)])
            other.append(p_of(again, chi2, slack * max(1.0, chi2), "friedman-permutation"))
        else:
            notes.append("no Friedman test: every block has the same value under all conditions")
    what = "inside each block" if within_blocks else "over all cells (blocks ignored, by explicit choice)"
    return Estimate(
        quantity=quantity,
        value=observed * scale,
        n=blocks,
        n_rows=int(used.sum()),
        clusters={"blocks": blocks, "conditions": conditions},
        method=f"range of {conditions} condition means, labels permuted {what}",
        p_value=p,
        null="conditions are exchangeable " + ("within blocks" if within_blocks else "over all cells"),
        assumptions=("blocks are independent of each other", _ONE_MODEL),
        notes=("no interval: see paired_contrast for single differences", *notes),
        other_p_values=tuple(other),
        details=details,
    )


def _mask(counted: npt.ArrayLike, shape: tuple[int, ...], quantity: str) -> npt.NDArray[np.bool_]:
    array = np.asarray(counted)
    if array.dtype != np.bool_ or array.shape != shape:
        raise InputError(f"{quantity}: counted must be bool of shape {shape}, got {array.dtype} of {array.shape}")
    return array


def _block_sums(
    cells: FloatArray, present: npt.NDArray[np.bool_], used: npt.NDArray[np.bool_], plan: Permutation | None
) -> Iterator[FloatArray]:
    """Sums of the counted cells by condition, shape (b, conditions), under arrangements within blocks."""
    conditions = cells.shape[1]
    if plan is None:
        sums = np.zeros((1, conditions))
        for row, there, counts in zip(cells, present, used, strict=True):
            orders = all_permutations(int(there.sum()))
            arranged = np.zeros((orders.shape[0], conditions))
            arranged[:, there] = row[there][orders]
            sums = (sums[:, None, :] + (arranged * counts)[None, :, :]).reshape(-1, conditions)
        yield sums
        return
    rng = _generator(plan)
    for rows in _chunks(plan.n_resamples, cells.size):
        sums = np.zeros((rows, conditions))
        for row, there, counts in zip(cells, present, used, strict=True):
            shuffled = rng.permuted(np.broadcast_to(row[there], (rows, int(there.sum()))), axis=1)
            sums[:, there] += shuffled * counts[there]
        yield sums


def _free_sums(cells: FloatArray, used: npt.NDArray[np.bool_], plan: Permutation | None) -> Iterator[FloatArray]:
    """The same under arrangements of all counted cells."""
    values = cells[used]
    condition = np.nonzero(used)[1]
    member: FloatArray = (condition[:, None] == np.arange(cells.shape[1])).astype(np.float64)
    if plan is None:
        yield values[all_permutations(values.size)] @ member
        return
    rng = _generator(plan)
    for rows in _chunks(plan.n_resamples, values.size):
        yield rng.permuted(np.broadcast_to(values, (rows, values.size)), axis=1) @ member


def _generator(plan: Permutation) -> np.random.Generator:
    if plan.rng is None:
        raise InputError("a Permutation needs rng here")
    return plan.rng


def _chunks(total: int, width: int) -> Iterator[int]:
    step = max(1, 2**20 // max(width, 1))
    for start in range(0, total, step):
        yield min(step, total - start)
