"""Closed-form intervals of Pearson, Spearman and Kendall correlations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from leakstats.estimate import Interval
from leakstats.stats._arrays import FloatArray

__all__ = [
    "KENDALL_INTERVALS",
    "SPEARMAN_INTERVALS",
    "esscher_deviation",
    "fisher_interval",
    "kendall_influence",
    "kendall_interval",
    "spearman_influence",
    "spearman_interval",
]

SPEARMAN_INTERVALS = ("bonett-wright", "fisher-z", "fieller", "tie-robust")
KENDALL_INTERVALS = ("esscher-score", "fieller", "tie-robust")


def _z(level: float) -> float:
    return float(special.ndtri((1.0 + level) / 2.0))


def fisher_interval(r: float, gap: float, *, error: float, level: float, method: str) -> Interval:
    """tanh(atanh(r) -+ z * error); ``gap`` is 1 - abs(r), passed so that no digits cancel near 1."""
    if gap <= 0.0:
        return Interval(r, r, level, method)
    centre = math.copysign(0.5 * math.log((2.0 - gap) / gap), r)
    reach = _z(level) * error
    return Interval(math.tanh(centre - reach), math.tanh(centre + reach), level, method)


def _on_z_scale(r: float, cap: float, *, reach: float, level: float, method: str) -> Interval:
    """Interval of a rank correlation; a perfect one starts half a lattice step inside and reaches its end."""
    centre = math.atanh(min(max(r, -cap), cap))
    low, high = math.tanh(centre - reach), math.tanh(centre + reach)
    return Interval(-1.0 if r < -cap else low, 1.0 if r > cap else high, level, method)


def _cumulative_sign(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean over j of sign(values_j - values_i) * weights_j for each i, in O(n log n)."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    total = np.concatenate([[0.0], np.cumsum(weights[order])])
    below = total[np.searchsorted(ordered, values, side="left")]
    above = total[-1] - total[np.searchsorted(ordered, values, side="right")]
    out: FloatArray = (above - below) / values.size
    return out


def spearman_influence(x: FloatArray, y: FloatArray, rho: float, *, x_ranks: FloatArray, y_ranks: FloatArray) -> Any:
    """Influence of each row on Spearman's rho: rho is a ratio of functionals of the marginal distribution functions.

    Moving mass to row i changes its own product of centred ranks and, through the marginal distribution functions,
    the ranks of all others; both enter. The sum of squares over n (n - 1) estimates the variance (delta method).
    """
    n = x.size
    a, b = (x_ranks - x_ranks.mean()) / n, (y_ranks - y_ranks.mean()) / n
    xy, xx, yy = float((a * b).mean()), float((a * a).mean()), float((b * b).mean())
    psi_xy = a * b + 0.5 * (_cumulative_sign(x, b) + _cumulative_sign(y, a)) - 3.0 * xy
    psi_xx = a * a + _cumulative_sign(x, a) - 3.0 * xx
    psi_yy = b * b + _cumulative_sign(y, b) - 3.0 * yy
    return psi_xy / math.sqrt(xx * yy) - 0.5 * rho * (psi_xx / xx + psi_yy / yy)


def _delta_error(influence: FloatArray) -> float:
    n = influence.size
    return math.sqrt(float((influence * influence).sum()) / (n * (n - 1)))


def spearman_interval(rho: float, n: int, *, method: str, level: float, influence: FloatArray | None) -> Interval:
    """One of :data:`SPEARMAN_INTERVALS` for n >= 4.

    bonett-wright: variance (1 + rho**2 / 2) / (n - 3) on the z scale (Bonett & Wright 2000, *Psychometrika* 65,
    23-28); fisher-z: 1 / (n - 3); fieller: 1.06 / (n - 3) (Fieller, Hartley & Pearson 1957, *Biometrika* 44,
    470-481); tie-robust: the wider of bonett-wright and the delta method with a t quantile (``influence`` needed).
    """
    # rho takes steps of 12 / (n (n**2 - 1)) without ties
    cap = 1.0 - 6.0 / (n * (n * n - 1.0))
    inner = min(max(rho, -cap), cap)
    if method == "fisher-z":
        reach = _z(level) / math.sqrt(n - 3)
    elif method == "fieller":
        reach = _z(level) * math.sqrt(1.06 / (n - 3))
    else:
        reach = _z(level) * math.sqrt((1.0 + inner * inner / 2.0) / (n - 3))
        if method == "tie-robust" and influence is not None:
            quantile = float(special.stdtrit(n - 2, (1.0 + level) / 2.0))
            reach = max(reach, quantile * _delta_error(influence) / (1.0 - inner * inner))
    return _on_z_scale(rho, cap, reach=reach, level=level, method=method)


def esscher_deviation(tau: float, n: int) -> float:
    """Standard deviation of Kendall's tau for a bivariate normal sample without ties (Esscher 1924).

    Exact for every n: with rho = sin(pi tau / 2),
    var = 2 / (n (n - 1)) * (1 - tau**2 + 2 (n - 2) (1/9 - (2 asin(rho / 2) / pi)**2)).
    It depends on the copula only, so it holds for any increasing transformation of the two columns.
    """
    half = 2.0 / math.pi * math.asin(math.sin(math.pi * tau / 2.0) / 2.0)
    variance = 2.0 / (n * (n - 1.0)) * (1.0 - tau * tau + 2.0 * (n - 2.0) * (1.0 / 9.0 - half * half))
    return math.sqrt(max(variance, 0.0))


def _score_end(tau: float, n: int, *, z: float, sign: int) -> float:
    """The largest (sign 1) or smallest (-1) tau0 with |tau - tau0| - step <= z sd(tau0), by bisection."""
    step = 2.0 / (n * (n - 1.0))
    inside, outside = tau, float(sign)
    if abs(outside - tau) - step <= z * esscher_deviation(outside, n) + 1e-15:
        return outside
    for _ in range(60):
        middle = 0.5 * (inside + outside)
        if abs(middle - tau) - step <= z * esscher_deviation(middle, n):
            inside = middle
        else:
            outside = middle
    return inside


def kendall_influence(x: FloatArray, y: FloatArray) -> tuple[float, float, float, FloatArray]:
    """Concordance, untied pairs of x and of y (each summed over ordered pairs), and tau-b's influence values.

    tau-b = C / sqrt(X Y) with C, X, Y sums over ordered pairs; a row's share of each is its row sum.
    """
    n = x.size
    rows = np.zeros((3, n))
    step = max(1, 2**22 // max(n, 1))
    for start in range(0, n, step):
        part = slice(start, start + step)
        a = np.sign(x[part, None] - x[None, :]).astype(np.float32)
        b = np.sign(y[part, None] - y[None, :]).astype(np.float32)
        rows[0, part] = (a * b).sum(axis=1, dtype=np.float64)
        rows[1, part] = np.abs(a).sum(axis=1, dtype=np.float64)
        rows[2, part] = np.abs(b).sum(axis=1, dtype=np.float64)
    c, untied_x, untied_y = (float(v) for v in rows.sum(axis=1))
    if untied_x == 0.0 or untied_y == 0.0:
        return c, untied_x, untied_y, np.zeros(n)
    scale = math.sqrt(untied_x) * math.sqrt(untied_y)
    deviations = rows - rows.mean(axis=1, keepdims=True)
    tau = c / scale
    influence = 2.0 * n * (deviations[0] / scale - 0.5 * tau * (deviations[1] / untied_x + deviations[2] / untied_y))
    return c, untied_x, untied_y, influence


def kendall_interval(tau: float, n: int, *, method: str, level: float, influence: FloatArray) -> Interval | None:
    """One of :data:`KENDALL_INTERVALS`, or None where n is too small (fieller n >= 5, the others n >= 3).

    esscher-score: all tau0 within z standard deviations (at tau0, Esscher's formula) and half a lattice step of
    tau, as Wilson's interval does for a rate; fieller: variance 0.437 / (n - 4) on the z scale (Fieller, Hartley &
    Pearson 1957); tie-robust: on the z scale, the wider of Esscher's deviation and the delta method of tau-b
    (Brown & Benedetti 1977, *JASA* 72, 309-315) with a t quantile.
    """
    z = _z(level)
    if method == "esscher-score":
        ends = (_score_end(tau, n, z=z, sign=-1), _score_end(tau, n, z=z, sign=1))
        return Interval(ends[0], ends[1], level, method)
    cap = 1.0 - 2.0 / (n * (n - 1.0))
    if method == "fieller":
        if n < 5:
            return None
        reach = z * math.sqrt(0.437 / (n - 4))
    else:
        inner = min(max(tau, -cap), cap)
        quantile = float(special.stdtrit(n - 2, (1.0 + level) / 2.0))
        widest = max(z * esscher_deviation(inner, n), quantile * _delta_error(influence))
        reach = widest / (1.0 - inner * inner)
    return _on_z_scale(tau, cap, reach=reach, level=level, method=method)
