"""Tail probabilities as p-values that keep their magnitude where a double underflows."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from leakstats.estimate import Alternative, PValue

__all__ = ["correlation_p", "log_betainc", "normal_p", "t_p"]

_LN10 = math.log(10.0)
_SMALL = 1e-280


def log_betainc(a: float, b: float, x: float) -> float:
    """Natural logarithm of the regularised incomplete beta function I_x(a, b); -inf at x = 0.

    Where I_x underflows, DLMF 8.17.8 is summed: I_x(a, b) = x**a (1-x)**b / (a B(a, b)) * 2F1(a+b, 1; a+1; x).
    """
    if x <= 0.0:
        return -math.inf
    value = float(special.betainc(a, b, x))
    if value > _SMALL:
        return math.log(value)
    k = np.arange(1, 4096, dtype=np.float64)
    total, term = 1.0, 1.0
    while term > 1e-17 * total:
        terms = term * np.cumprod((a + b + k - 1.0) / (a + k) * x)
        total += float(terms.sum())
        term = float(terms[-1])
        k += k.size
    return a * math.log(x) + b * math.log1p(-x) - math.log(a) - float(special.betaln(a, b)) + math.log(total)


def _one_sided(log_two_sided: float, towards: bool) -> tuple[float, float]:
    """p and its natural logarithm of one tail of a symmetric statistic."""
    log_half = log_two_sided - math.log(2.0)
    if towards:
        return math.exp(log_half), log_half
    p = 1.0 - math.exp(log_half)
    return p, math.log(p)


def _from_logs(log_two_sided: float, positive: bool, *, alternative: Alternative, method: str) -> PValue:
    if alternative == "two-sided":
        p, log_p = math.exp(log_two_sided), log_two_sided
    else:
        p, log_p = _one_sided(log_two_sided, positive == (alternative == "greater"))
    return PValue.from_tail(p if p > 1e-300 else 0.0, method=method, log10=log_p / _LN10, alternative=alternative)


def t_p(t: float, df: float, *, alternative: Alternative = "two-sided", method: str = "t") -> PValue:
    """The p-value of a finite t statistic with ``df`` > 0 degrees of freedom."""
    if abs(t) > 1e150:  # t * t would overflow
        log_x = math.log(df) - 2.0 * math.log(abs(t))
        log_two = 0.5 * df * log_x - math.log(0.5 * df) - float(special.betaln(0.5 * df, 0.5))
    else:
        log_two = log_betainc(0.5 * df, 0.5, df / (df + t * t))
    return _from_logs(log_two, t > 0, alternative=alternative, method=method)


def correlation_p(
    r: float, one_minus_r2: float, df: float, *, alternative: Alternative = "two-sided", method: str = "t"
) -> PValue:
    """The p-value of t = r sqrt(df / (1 - r**2)); ``one_minus_r2`` > 0 is passed so that no digits cancel."""
    return _from_logs(log_betainc(0.5 * df, 0.5, min(one_minus_r2, 1.0)), r > 0, alternative=alternative, method=method)


def normal_p(z: float, *, alternative: Alternative = "two-sided", method: str = "normal") -> PValue:
    """The p-value of a finite standard normal statistic."""
    log_two = float(special.log_ndtr(-abs(z))) + math.log(2.0)
    return _from_logs(log_two, z > 0, alternative=alternative, method=method)
