"""Tail probabilities, quantiles and count intervals in pure Python, for commands that must start fast.

The linter re-derives printed p-values and intervals with these functions and never waits for numpy or scipy. Every
function is proved against scipy to a relative 1e-10 in ``tests/test_tails.py``, extreme tails included. Beta
integrals use the saddle-point form of the power term (Loader 2000, "Fast and accurate computation of binomial
probabilities"), since the textbook difference of log-gammas loses six digits at a million trials.
"""

from __future__ import annotations

import math
from functools import lru_cache

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.interval import Interval

__all__ = [
    "SPEARMAN_EXACT_MAX",
    "beta_cdf",
    "beta_ppf",
    "beta_sf",
    "bonett_wright_interval",
    "clopper_pearson_interval",
    "correlation_log10_p",
    "correlation_p",
    "correlation_p_bounds",
    "fisher_z_interval",
    "normal_cdf",
    "normal_ppf",
    "normal_sf",
    "spearman_exact_p",
    "t_log10_p",
    "t_p_two_sided",
    "t_ppf",
    "t_sf",
    "wilson_interval",
]

SPEARMAN_EXACT_MAX = 12
"""Largest n for which :func:`spearman_exact_p` enumerates; the first call at 12 takes some 20 ms, later ones none."""

_SQRT2 = math.sqrt(2.0)
_LOG_2PI = math.log(2.0 * math.pi)
_TIE = 1e-9  # two statistics closer than this are the same value seen through rounding


def _real(name: str, value: float) -> float:
    number = float(value)
    if math.isnan(number):
        raise InputError(f"{name} must be a number, got {value}")
    return number


def _probability(name: str, value: float) -> float:
    number = _real(name, value)
    if not 0.0 < number < 1.0:
        raise InputError(f"{name} must lie in (0, 1), got {value:g}")
    return number


def _level(level: float) -> float:
    number = _real("level", level)
    if not 0.0 < number < 1.0:
        raise InputError(f"level must lie in (0, 1), got {level:g}; write 0.95, not 95")
    return number


def _positive(name: str, value: float) -> float:
    number = _real(name, value)
    if not 0.0 < number < math.inf:
        raise InputError(f"{name} must be positive and finite, got {value:g}")
    return number


def _whole(name: str, value: int) -> int:
    number = _real(name, value)
    if not math.isfinite(number) or number != math.floor(number) or number < 0:
        raise InputError(f"{name} must be a whole number >= 0, got {value}")
    return int(number)


def _counts(successes: int, trials: int, quantity: str) -> tuple[int, int]:
    x, n = _whole("successes", successes), _whole("trials", trials)
    if x > n:
        raise InputError(f"successes must not exceed trials, got {x} of {n}")
    if n == 0:
        raise UndefinedEstimate(quantity, "0 of 0 trials: there is no rate")
    return x, n


# --- normal ---------------------------------------------------------------------------------------------------------


def normal_sf(z: float) -> float:
    """P(Z > z) of the standard normal distribution; ``z`` may be infinite.

    >>> round(normal_sf(1.959963984540054), 12)
    0.025
    """
    return 0.5 * math.erfc(_real("z", z) / _SQRT2)


def normal_cdf(z: float) -> float:
    """P(Z <= z) of the standard normal distribution; ``z`` may be infinite.

    >>> normal_cdf(0.0)
    0.5
    """
    return 0.5 * math.erfc(-_real("z", z) / _SQRT2)


def normal_ppf(p: float) -> float:
    """The z with P(Z <= z) = p, for p in (0, 1).

    Start: Abramowitz & Stegun 26.2.23 (absolute error below 4.5e-4); then Halley steps on the tail probability.

    >>> round(normal_ppf(0.975), 12)
    1.95996398454
    """
    p = _probability("p", p)
    if p == 0.5:
        return 0.0
    tail = min(p, 1.0 - p)
    s = math.sqrt(-2.0 * math.log(tail))
    z = s - (2.515517 + s * (0.802853 + s * 0.010328)) / (1.0 + s * (1.432788 + s * (0.189269 + s * 0.001308)))
    for _ in range(3):
        # Near the centre the distance from 1/2 carries the digits, in the tail the tail itself.
        excess = (0.5 - tail) - 0.5 * math.erf(z / _SQRT2) if tail > 0.25 else 0.5 * math.erfc(z / _SQRT2) - tail
        step = excess / math.exp(-0.5 * z * z - 0.5 * _LOG_2PI)
        z += step / (1.0 - 0.5 * z * step)
    return -z if p < 0.5 else z


# --- beta -----------------------------------------------------------------------------------------------------------


def _stirling_error(a: float) -> float:
    """log Gamma(a + 1) minus Stirling's formula for it (Loader 2000, section 2)."""
    if a < 16.0:
        return math.lgamma(a + 1.0) - (a + 0.5) * math.log(a) + a - 0.5 * _LOG_2PI
    s = 1.0 / (a * a)
    return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / a


def _deviance(a: float, mean: float) -> float:
    """a log(a / mean) + mean - a without cancellation near a = mean (Loader 2000, equation 5.2)."""
    difference = a - mean
    if abs(difference) > 0.1 * (a + mean):
        return a * math.log(a / mean) - difference
    v = difference / (a + mean)
    term, total = 2.0 * a * v, difference * v
    power, j = v * v, 1
    while True:
        term *= power
        j += 2
        new = total + term / j
        if new == total:
            return total
        total = new


def _log_scale(a: float, b: float) -> float:
    """log of 1 / B(a, b) less the terms n log n - a log a - b log b, where n = a + b."""
    n = a + b
    stirling = _stirling_error(n) - _stirling_error(a) - _stirling_error(b)
    return math.log(a / n * b) + 0.5 * (math.log(n / a / b) - _LOG_2PI) + stirling


def _log_power(a: float, b: float, x: float, y: float) -> float:
    """log of x**a * y**b / B(a, b), with y = 1 - x given so that neither end loses digits."""
    n = a + b
    return _log_scale(a, b) - _deviance(a, n * x) - _deviance(b, n * y)


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta integral (DLMF 8.17.22) by the modified Lentz method."""
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 1_000_000):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        d = 1.0 + even * d
        c = 1.0 + even / c
        d = 1.0 / (d if abs(d) > tiny else tiny)
        value *= d * (c if abs(c) > tiny else tiny)
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 + odd * d
        c = 1.0 + odd / c
        c = c if abs(c) > tiny else tiny
        d = 1.0 / (d if abs(d) > tiny else tiny)
        change = d * c
        value *= change
        if abs(change - 1.0) < 1e-15:
            return value
    raise ArithmeticError(f"the incomplete beta fraction did not converge: a={a}, b={b}, x={x}")


def _beta_logs(a: float, b: float, x: float, y: float) -> tuple[float, float, float]:
    """Logs of the lower integral, of the upper one, and of the power term x**a y**b / B(a, b)."""
    power = _log_power(a, b, x, y)
    if x * (a + b + 2.0) <= a + 1.0:
        lower = power + math.log(_fraction(a, b, x) / a)
        return lower, _log_complement(lower), power
    upper = power + math.log(_fraction(b, a, y) / b)
    return _log_complement(upper), upper, power


def _log_complement(log_p: float) -> float:
    """log(1 - exp(log_p)); rounding may leave log_p a hair above 0."""
    if log_p >= 0.0:
        return -math.inf
    return math.log(-math.expm1(log_p)) if log_p > -0.6931 else math.log1p(-math.exp(log_p))


def _beta_tail(x: float, y: float, a: float, b: float) -> float:
    """Lower beta integral at x, with y = 1 - x."""
    if x <= 0.0:
        return 0.0
    if y <= 0.0:
        return 1.0
    return math.exp(_beta_logs(a, b, x, y)[0])


def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta integral I_x(a, b), for x in [0, 1] and a, b > 0.

    >>> round(beta_cdf(0.3, 2.0, 3.0), 12)
    0.3483
    """
    x, a, b = _real("x", x), _positive("a", a), _positive("b", b)
    if not 0.0 <= x <= 1.0:
        raise InputError(f"x must lie in [0, 1], got {x:g}")
    return _beta_tail(x, 1.0 - x, a, b)


def beta_sf(x: float, a: float, b: float) -> float:
    """1 - I_x(a, b) without cancellation.

    >>> round(beta_sf(0.3, 2.0, 3.0), 12)
    0.6517
    """
    x, a, b = _real("x", x), _positive("a", a), _positive("b", b)
    if not 0.0 <= x <= 1.0:
        raise InputError(f"x must lie in [0, 1], got {x:g}")
    return _beta_tail(1.0 - x, x, b, a)


def _beta_logit(lower: float, upper: float, a: float, b: float) -> float:
    """The logit of the beta quantile with the given lower and upper probabilities (they sum to 1).

    On the logit scale the beta density is log-concave, so Newton's method on the log of the smaller tail converges
    from any start; the derivative is the power term, which the integral needs anyway.
    """
    if lower > upper:
        return -_beta_logit(upper, lower, b, a)
    target = math.log(lower)
    # For tiny x the integral is x**a / (a B(a, b)), and x itself may underflow where its logarithm does not.
    log_x = (target + math.log(a) - _log_scale(a, b) - b * math.log1p(a / b)) / a - math.log((a + b) / a)
    if log_x < -50.0 - math.log1p(b):
        return log_x
    spread = math.sqrt(1.0 / a + 1.0 / b)
    logit = math.log(a / b) + normal_ppf(lower) * spread
    for _ in range(200):
        x, y = 1.0 / (1.0 + math.exp(-logit)), 1.0 / (1.0 + math.exp(logit))
        log_lower, _, power = _beta_logs(a, b, x, y)
        step = (log_lower - target) * math.exp(log_lower - power)
        # Far right of the root the slope vanishes; a bounded step keeps exp() in range and Newton takes over.
        step = max(-50.0, min(50.0, step))
        logit -= step
        if abs(step) <= 1e-8 * max(1.0, spread):
            return logit
    raise ArithmeticError(f"the beta quantile did not converge: p={lower:g}, a={a:g}, b={b:g}")


def beta_ppf(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p, for p in (0, 1) and a, b > 0.

    >>> round(beta_ppf(0.3483, 2.0, 3.0), 12)
    0.3
    """
    p, a, b = _probability("p", p), _positive("a", a), _positive("b", b)
    logit = _beta_logit(p, 1.0 - p, a, b)
    if logit < 0.0:
        odds = math.exp(logit)
        return odds / (1.0 + odds)
    return 1.0 / (1.0 + math.exp(-logit))


# --- Student t ------------------------------------------------------------------------------------------------------


def _t_parts(t: float, df: float) -> tuple[float, float]:
    """df / (df + t**2) and its complement, safe where t**2 would overflow."""
    ratio = (t / df) * t
    if ratio < 1e300:
        return 1.0 / (1.0 + ratio), ratio / (1.0 + ratio)
    return 1.0 / ratio if math.isfinite(ratio) else 0.0, 1.0


_MANY_DF = 3e5
"""Above this the fraction loses digits and Hill's expansion about the normal is exact to rounding."""


def _normal_of_t(t: float, df: float) -> float:
    """The z with the tail of t (Hill 1970, Algorithm 395, first two terms)."""
    a = df - 0.5
    w = math.sqrt(a * math.log1p((t / df) * t))
    return w + w * (w * w + 3.0) / (48.0 * a * a)


def t_p_two_sided(t: float, df: float) -> float:
    """P(|T| >= |t|) of Student's t with ``df`` > 0 degrees of freedom (``df`` may be infinite: normal).

    A probability below 1e-308 comes back as 0: take :func:`t_log10_p` for its magnitude.

    >>> round(t_p_two_sided(2.228138852, 10), 9)
    0.05
    """
    t = _real("t", t)
    if df == math.inf:
        return math.erfc(abs(t) / _SQRT2)
    df = _positive("df", df)
    if df > _MANY_DF:
        return math.erfc(_normal_of_t(abs(t), df) / _SQRT2)
    x, y = _t_parts(t, df)
    return _beta_tail(x, y, 0.5 * df, 0.5)


def t_log10_p(t: float, df: float) -> float:
    """log10 of the two-sided p-value of ``t``, also where the p-value underflows a double; -inf for infinite t.

    >>> round(t_log10_p(60.0, 1000), 4)
    -332.924
    """
    t, df = _real("t", t), _positive("df", df)
    x, y = _t_parts(t, df)
    if y == 0.0:
        return 0.0
    if x == 0.0:
        return -math.inf
    return _beta_logs(0.5 * df, 0.5, x, y)[0] / math.log(10.0)


def t_sf(t: float, df: float) -> float:
    """P(T > t) of Student's t.

    >>> t_sf(0.0, 5)
    0.5
    """
    tail = 0.5 * t_p_two_sided(t, df)
    return tail if t >= 0.0 else 1.0 - tail


def t_ppf(p: float, df: float) -> float:
    """The t with P(T <= t) = p, for p in (0, 1) and ``df`` > 0 (may be infinite).

    >>> round(t_ppf(0.975, 10), 9)
    2.228138852
    """
    p = _probability("p", p)
    if df == math.inf:
        return normal_ppf(p)
    df = _positive("df", df)
    if p == 0.5:
        return 0.0
    if df > _MANY_DF:
        a, z = df - 0.5, normal_ppf(p)
        w = z - z * (z * z + 3.0) / (48.0 * a * a)
        return math.copysign(math.sqrt(df * math.expm1(w * w / a)), z)
    both = 2.0 * min(p, 1.0 - p)
    size = math.exp(0.5 * (math.log(df) - _beta_logit(both, 1.0 - both, 0.5 * df, 0.5)))
    return size if p > 0.5 else -size


# --- correlations ---------------------------------------------------------------------------------------------------


def _correlation(r: float) -> float:
    r = _real("r", r)
    if not -1.0 <= r <= 1.0:
        raise InputError(f"a correlation lies in [-1, 1], got {r:g}")
    return r


def _residual_df(n: int, covariates: int) -> int:
    n, k = _whole("n", n), _whole("covariates", covariates)
    df = n - 2 - k
    if df < 1:
        raise UndefinedEstimate("correlation p-value", f"df = n - 2 - k = {df} with n = {n}, k = {k}; needs >= 1", n=n)
    return df


def correlation_p(r: float, n: int, *, covariates: int = 0) -> float:
    """Two-sided p-value of a correlation of ``n`` pairs by Student's t with df = n - 2 - covariates.

    For Pearson this is the exact normal-theory test; for Spearman it is the usual approximation, which is far too
    small for few pairs (:func:`spearman_exact_p`). At \\|r\\| = 1 it is the limit 0, which is never a p-value to print.

    >>> round(correlation_p(-0.574, 12), 4)
    0.051
    """
    r, df = _correlation(r), _residual_df(n, covariates)
    return _beta_tail((1.0 - r) * (1.0 + r), r * r, 0.5 * df, 0.5)


def correlation_p_bounds(r: float, n: int) -> tuple[float, float]:
    """Bounds of :func:`correlation_p` at a twentieth of its cost, for whoever has many to rule out.

    The z of equal tail keeps to (df - 1/2) L <= z**2 <= df L, where L = log(1 + t**2 / df) = -log(1 - r**2)
    (Wallace 1959, Annals of Mathematical Statistics 30, 1121-1130).

    >>> [round(p, 4) for p in correlation_p_bounds(-0.574, 12)]
    [0.0456, 0.0513]
    """
    r, df = _correlation(r), _residual_df(n, 0)
    if abs(r) == 1.0:
        return 0.0, 0.0
    half = -0.5 * math.log1p(-r * r)
    return math.erfc(math.sqrt(df * half)), math.erfc(math.sqrt((df - 0.5) * half))


def correlation_log10_p(r: float, n: int, *, covariates: int = 0) -> float:
    """log10 of :func:`correlation_p`, also where that underflows; -inf at \\|r\\| = 1.

    >>> round(correlation_log10_p(0.9, 5000), 1)
    -1804.3
    """
    r, df = _correlation(r), _residual_df(n, covariates)
    if r == 0.0 or r * r == 0.0:
        return 0.0
    if abs(r) == 1.0:
        return -math.inf
    return _beta_logs(0.5 * df, 0.5, (1.0 - r) * (1.0 + r), r * r)[0] / math.log(10.0)


def _z_interval(r: float, variance: float, level: float, method: str, n: int) -> Interval:
    if abs(r) == 1.0:
        raise UndefinedEstimate(f"{method} interval", "atanh(r) is infinite at |r| = 1", n=n)
    half = normal_ppf(0.5 + 0.5 * level) * math.sqrt(variance)
    z = math.atanh(r)
    return Interval(math.tanh(z - half), math.tanh(z + half), level, method)


def fisher_z_interval(r: float, n: int, *, level: float = 0.95, covariates: int = 0) -> Interval:
    """Fisher's interval tanh(atanh r -+ z / sqrt(n - 3 - covariates)) (Fisher 1921; partial: Fisher 1924).

    Undefined for fewer than 4 + covariates pairs and at \\|r\\| = 1.

    >>> i = fisher_z_interval(0.5, 28)
    >>> round(i.low, 4), round(i.high, 4)
    (0.156, 0.7358)
    """
    r, level, n, k = _correlation(r), _level(level), _whole("n", n), _whole("covariates", covariates)
    if n - 3 - k < 1:
        raise UndefinedEstimate("fisher-z interval", f"needs n >= {4 + k} with {k} covariates, got n = {n}", n=n)
    return _z_interval(r, 1.0 / (n - 3 - k), level, "fisher-z", n)


def bonett_wright_interval(rho: float, n: int, *, level: float = 0.95, covariates: int = 0) -> Interval:
    """Interval for Spearman's rho with variance (1 + rho**2 / 2) / (n - 3 - covariates) (Bonett & Wright 2000, eq. 5).

    Undefined for fewer than 4 + covariates pairs and at \\|rho\\| = 1.

    >>> i = bonett_wright_interval(0.6, 20)
    >>> round(i.low, 4), round(i.high, 4)
    (0.175, 0.8365)
    """
    r, level, n, k = _correlation(rho), _level(level), _whole("n", n), _whole("covariates", covariates)
    if n - 3 - k < 1:
        raise UndefinedEstimate("bonett-wright interval", f"needs n >= {4 + k} with {k} covariates, got n = {n}", n=n)
    return _z_interval(r, (1.0 + 0.5 * r * r) / (n - 3 - k), level, "bonett-wright", n)


@lru_cache(maxsize=16)
def _spearman_counts(n: int) -> tuple[int, ...]:
    """How many of the n! orders give each value of sum(i * rank_i), ranks and i from 0.

    The counts over a set of used ranks form a polynomial whose exponent is the sum. It is packed into one Python
    integer (a fixed number of bits a coefficient), so that multiplying by x**(i*j) is a shift.
    """
    bits = math.factorial(n).bit_length() + 1
    layer = {0: 1}
    for i in range(n):
        following: dict[int, int] = {}
        for used, packed in layer.items():
            for j in range(n):
                if not used >> j & 1:
                    key = used | 1 << j
                    following[key] = following.get(key, 0) + (packed << bits * i * j)
        layer = following
    (packed,) = layer.values()
    mask = (1 << bits) - 1
    largest = (n - 1) * n * (2 * n - 1) // 6
    return tuple((packed >> bits * s) & mask for s in range(largest + 1))


def spearman_exact_p(rho: float, n: int) -> float:
    """Exact two-sided p-value of Spearman's rho of ``n`` pairs without ties: the share of orders with |rho*| >= |rho|.

    Available for 2 <= n <= :data:`SPEARMAN_EXACT_MAX`. Values within 1e-9 count as equal. With ties the null
    distribution depends on them, not on n alone: enumerate the data instead (``leakstats.stats.spearman``).

    >>> round(spearman_exact_p(-0.9, 5), 6)  # 10 of the 120 orders
    0.083333
    >>> round(spearman_exact_p(1.0, 5), 6)
    0.016667
    """
    rho, n = _correlation(rho), _whole("n", n)
    if not 2 <= n <= SPEARMAN_EXACT_MAX:
        raise InputError(f"spearman_exact_p enumerates 2 <= n <= {SPEARMAN_EXACT_MAX}, got n = {n}")
    counts = _spearman_counts(n)
    centre = n * (n - 1) ** 2 / 4.0
    scale = n * (n * n - 1) / 12.0
    bar = abs(rho) - _TIE
    extreme = sum(count for s, count in enumerate(counts) if count and abs(s - centre) / scale >= bar)
    return extreme / math.factorial(n)


# --- rates ----------------------------------------------------------------------------------------------------------


def wilson_interval(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Wilson's score interval for ``successes`` of ``trials`` (Wilson 1927; Newcombe 1998, method 3).

    The lower end is exactly 0 at 0 successes and the upper end exactly 1 at n of n. 0 of 0 is undefined.

    >>> i = wilson_interval(42, 100)
    >>> round(i.low, 4), round(i.high, 4)
    (0.328, 0.5179)
    """
    x, n = _counts(successes, trials, "wilson interval")
    z = normal_ppf(0.5 + 0.5 * _level(level))
    root = z * math.sqrt(z * z + 4.0 * x * ((n - x) / n))
    # The product of the two roots is x**2 / (n (n + z**2)): the lower end without cancellation.
    # 0 is asked for first: at a level so low that z is 0, the quotient would be 0 / 0.
    low = 0.0 if x == 0 else 2.0 * x * (x / n) / (2.0 * x + z * z + root)
    high = 1.0 if x == n else (2.0 * x + z * z + root) / (2.0 * (n + z * z))
    return Interval(low, high, level, "wilson")


def clopper_pearson_interval(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Clopper and Pearson's exact interval for ``successes`` of ``trials`` (1934), from beta quantiles.

    >>> i = clopper_pearson_interval(0, 10)
    >>> i.low, round(i.high, 6)
    (0.0, 0.308497)
    """
    x, n = _counts(successes, trials, "clopper-pearson interval")
    alpha = 1.0 - _level(level)
    low = 0.0 if x == 0 else beta_ppf(0.5 * alpha, x, n - x + 1)
    high = 1.0 if x == n else beta_ppf(1.0 - 0.5 * alpha, x + 1, n - x)
    return Interval(low, high, level, "clopper-pearson")
