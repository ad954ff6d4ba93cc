"""leakstats.tails against scipy on grids that reach the far tails, against enumeration, and in its refusals."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import scipy.special as sp
import scipy.stats as st

from leakstats import tails
from leakstats.errors import InputError, UndefinedEstimate

REL = 1e-10
DFS = [1, 1.5, 2, 3, 5, 10, 30, 100, 548, 5_000, 100_000, 299_999, 300_001, 1e6, 1e8]


def test_imports_neither_numpy_nor_scipy() -> None:
    code = (
        "import sys, leakstats.tails;"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'scipy', 'pandas', 'statistics', 'decimal')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_normal_tails_agree_with_scipy() -> None:
    for z in np.linspace(-37.5, 37.5, 301):
        assert tails.normal_sf(z) == pytest.approx(st.norm.sf(z), rel=REL, abs=0)
        assert tails.normal_cdf(z) == pytest.approx(st.norm.cdf(z), rel=REL, abs=0)
    assert tails.normal_sf(math.inf) == 0.0
    assert tails.normal_cdf(math.inf) == 1.0


def test_normal_quantile_agrees_with_scipy() -> None:
    grid = [*(10.0 ** np.arange(-300, 0, 3.7)), *np.linspace(0.001, 0.999, 333), 1 - 1e-10, 1 - 1e-15]
    for p in grid:
        if p != 0.5:
            assert tails.normal_ppf(p) == pytest.approx(st.norm.ppf(p), rel=REL, abs=1e-15)
    assert tails.normal_ppf(0.5) == 0.0


@pytest.mark.parametrize("df", DFS)
def test_t_tails_agree_with_scipy(df: float) -> None:
    for t in [0.0, 0.01, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 37.0, 100.0, 1e4, 1e8]:
        expected = st.t.sf(t, df)
        if expected > 1e-300:
            assert tails.t_sf(t, df) == pytest.approx(expected, rel=REL, abs=0)
            assert tails.t_p_two_sided(-t, df) == pytest.approx(2 * expected, rel=REL, abs=0)
        assert tails.t_sf(-t, df) == pytest.approx(st.t.sf(-t, df), rel=REL)


@pytest.mark.parametrize("df", DFS)
def test_t_quantile_agrees_with_scipy(df: float) -> None:
    for p in [1e-50, 1e-12, 1e-5, 0.001, 0.005, 0.025, 0.1, 0.3, 0.49, 0.6, 0.975, 0.9995, 1 - 1e-12]:
        assert tails.t_ppf(p, df) == pytest.approx(st.t.ppf(p, df), rel=REL)
    assert tails.t_ppf(0.5, df) == 0.0


def test_t_where_scipy_itself_is_off() -> None:
    # Closed forms: df = 1 is the Cauchy distribution; the df = 3 tail is 2 * 3**1.5 / (3 pi sqrt(3)) * 3 / t**3 = p.
    assert tails.t_sf(1e-8, 1) == pytest.approx(0.5 - math.atan(1e-8) / math.pi, rel=1e-15)
    assert tails.t_ppf(0.5 + 2**-30, 1) == pytest.approx(math.tan(math.pi * 2**-30), rel=1e-13)
    assert tails.t_ppf(1e-200, 1) == pytest.approx(-1e200 / math.pi, rel=1e-12)
    assert tails.t_ppf(1e-200, 3) == pytest.approx(-((2 * math.sqrt(3) / math.pi * 1e200) ** (1 / 3)), rel=1e-12)


def test_t_with_infinite_df_is_normal() -> None:
    assert tails.t_p_two_sided(1.7, math.inf) == pytest.approx(2 * st.norm.sf(1.7), rel=1e-14)
    assert tails.t_ppf(0.2, math.inf) == tails.normal_ppf(0.2)


def test_t_log10_p_reaches_below_the_smallest_double() -> None:
    for t, df in [(3.0, 10), (8.0, 548), (0.3, 3)]:
        assert tails.t_log10_p(t, df) == pytest.approx(math.log10(2 * st.t.sf(t, df)), rel=1e-11)
    # Far out only the logarithm is left.
    assert tails.t_p_two_sided(100.0, 5000) == 0.0
    assert tails.t_log10_p(0.0, 7) == 0.0
    assert tails.t_log10_p(math.inf, 7) == -math.inf
    steps = [tails.t_log10_p(t, 5000) for t in np.linspace(10, 200, 39)]
    assert all(b < a for a, b in itertools.pairwise(steps))


@pytest.mark.parametrize("a", [0.5, 1.0, 2.0, 7.5, 50.0, 1e3, 1e5, 1e6])
@pytest.mark.parametrize("b", [0.5, 1.0, 3.0, 40.0, 1e3, 1e6])
def test_beta_agrees_with_scipy(a: float, b: float) -> None:
    for x in [1e-12, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.99, a / (a + b)]:
        expected = sp.betainc(a, b, x)
        if expected > 1e-290:
            assert tails.beta_cdf(x, a, b) == pytest.approx(expected, rel=REL, abs=0)
        expected = sp.betaincc(a, b, x)
        if expected > 1e-290:
            assert tails.beta_sf(x, a, b) == pytest.approx(expected, rel=REL, abs=0)
    for p in [1e-12, 0.005, 0.025, 0.3, 0.5, 0.8, 0.975, 1 - 1e-9]:
        x = tails.beta_ppf(p, a, b)
        # scipy's inverse is good to 4e-9 only at (1000, 1e6), so the round trip through its integral is the judge,
        # except next to 1, where rounding x alone moves the integral.
        if x > 0.999:
            assert x == pytest.approx(sp.betaincinv(a, b, p), abs=REL)
        elif x > 1e-290:
            assert sp.betainc(a, b, x) == pytest.approx(p, rel=REL)


def test_beta_ends() -> None:
    assert tails.beta_cdf(0.0, 2, 3) == 0.0
    assert tails.beta_cdf(1.0, 2, 3) == 1.0
    assert tails.beta_sf(1.0, 2, 3) == 0.0


def test_correlation_p_agrees_with_scipy() -> None:
    for n in [3, 4, 7, 12, 110, 550, 5000]:
        for r in [0.0, 0.05, -0.3, 0.574, -0.9, 0.999]:
            expected = 2 * st.t.sf(abs(r) * math.sqrt((n - 2) / (1 - r * r)), n - 2)
            if expected > 1e-300:
                assert tails.correlation_p(r, n) == pytest.approx(expected, rel=REL)
                assert tails.correlation_log10_p(r, n) == pytest.approx(math.log10(expected), rel=1e-10, abs=1e-12)
    assert tails.correlation_p(1.0, 5) == 0.0
    assert tails.correlation_log10_p(-1.0, 5) == -math.inf


def test_the_bounds_of_a_correlation_p_hold_it_and_are_narrow() -> None:
    for n in [3, 4, 5, 8, 12, 30, 110, 5000, 10_000_000]:
        for size in [0.0, 1e-9, 0.05, 0.3, 0.574, 0.9, 0.999, 1 - 1e-12, 1.0]:
            r = size if n > 1000 or size in (0.0, 1.0) else -size
            least, most = tails.correlation_p_bounds(r, n)
            assert least * (1 - 1e-9) <= tails.correlation_p(r, n) <= most * (1 + 1e-9)
    least, most = tails.correlation_p_bounds(0.7, 12)
    assert most < 1.25 * least
    with pytest.raises(UndefinedEstimate):
        tails.correlation_p_bounds(0.5, 2)


def test_partial_correlation_uses_its_degrees_of_freedom() -> None:
    # The page of study #271 printed 0.018 with df = n - 2; with df = n - 2 - k = 9 it is 0.025.
    assert tails.correlation_p(-0.668, 12, covariates=1) == pytest.approx(0.0247, abs=5e-5)
    assert tails.correlation_p(-0.668, 12) == pytest.approx(0.0176, abs=5e-5)


def test_fisher_z_agrees_with_scipy() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=25)
    y = x + rng.normal(size=25)
    result = st.pearsonr(x, y)
    interval = tails.fisher_z_interval(result.statistic, 25, level=0.9)
    expected = result.confidence_interval(0.9)
    assert interval.low == pytest.approx(expected.low, rel=1e-12)
    assert interval.high == pytest.approx(expected.high, rel=1e-12)
    assert interval.method == "fisher-z"


def test_bonett_wright_is_fisher_with_a_wider_variance() -> None:
    interval = tails.bonett_wright_interval(0.8, 20)
    half = 1.959963984540054 * math.sqrt((1 + 0.8**2 / 2) / 17)
    assert interval.low == pytest.approx(math.tanh(math.atanh(0.8) - half), rel=1e-12)
    assert interval.high == pytest.approx(math.tanh(math.atanh(0.8) + half), rel=1e-12)


@pytest.mark.parametrize("n", range(2, 9))
def test_spearman_exact_agrees_with_enumeration(n: int) -> None:
    orders = np.array(list(itertools.permutations(range(n))))
    rho = 1 - 6 * ((orders - np.arange(n)) ** 2).sum(axis=1) / (n * (n * n - 1))
    for value in np.unique(np.round(rho, 12)):
        expected = np.mean(np.abs(rho) >= abs(value) - 1e-9)
        assert tails.spearman_exact_p(float(value), n) == pytest.approx(expected, rel=1e-12)


def test_spearman_exact_known_values() -> None:
    # Zar 1972, table: the two-sided 0.05 critical values at n = 10 and 12 are 0.648 and 0.587.
    assert tails.spearman_exact_p(0.648, 10) <= 0.05 < tails.spearman_exact_p(0.636, 10)
    assert tails.spearman_exact_p(0.587, 12) <= 0.05 < tails.spearman_exact_p(0.580, 12)
    # Floating point gives rho = -0.8999999999999998 where the tie with 0.9 must count: 10 of 120.
    assert tails.spearman_exact_p(-0.8999999999999998, 5) == pytest.approx(10 / 120)
    assert tails.spearman_exact_p(1.0, 4) == pytest.approx(2 / 24)


@pytest.mark.parametrize(("x", "n"), [(0, 7), (7, 7), (1, 10), (42, 100), (1, 1_000_000), (11_100, 22_200), (0, 1)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_rate_intervals_agree_with_scipy(x: int, n: int, level: float) -> None:
    expected = st.binomtest(x, n).proportion_ci(level, "wilson")
    interval = tails.wilson_interval(x, n, level=level)
    assert interval.low == pytest.approx(expected.low, rel=REL, abs=1e-15)
    assert interval.high == pytest.approx(expected.high, rel=REL)
    exact = tails.clopper_pearson_interval(x, n, level=level)
    alpha = 1 - level
    low = 0.0 if x == 0 else sp.betaincinv(x, n - x + 1, alpha / 2)
    high = 1.0 if x == n else 1.0 - sp.betaincinv(n - x, x + 1, alpha / 2)
    assert exact.low == pytest.approx(low, rel=REL)
    assert exact.high == pytest.approx(high, rel=REL)


def test_rate_intervals_are_exact_at_the_ends() -> None:
    # statsmodels gives 2.8e-17 and 1 - 1e-16 here.
    assert tails.wilson_interval(0, 7).low == 0.0
    assert tails.wilson_interval(7, 7).high == 1.0
    assert tails.clopper_pearson_interval(0, 7).low == 0.0
    assert tails.clopper_pearson_interval(7, 7).high == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tails.wilson_interval(8, 7), "successes must not exceed trials, got 8 of 7"),
        (lambda: tails.wilson_interval(-1, 7), "successes must be a whole number >= 0, got -1"),
        (lambda: tails.wilson_interval(1.5, 7), "successes must be a whole number"),  # type: ignore[arg-type]
        (lambda: tails.clopper_pearson_interval(1, 7, level=95), "write 0.95, not 95"),
        (lambda: tails.normal_ppf(0.0), r"p must lie in \(0, 1\), got 0"),
        (lambda: tails.normal_sf(math.nan), "z must be a number"),
        (lambda: tails.t_sf(1.0, 0), "df must be positive"),
        (lambda: tails.beta_cdf(1.5, 1, 1), r"x must lie in \[0, 1\]"),
        (lambda: tails.correlation_p(1.01, 9), r"a correlation lies in \[-1, 1\]"),
        (lambda: tails.spearman_exact_p(0.5, 13), "2 <= n <= 12, got n = 13"),
    ],
)
def test_unusable_arguments_are_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tails.wilson_interval(0, 0), "0 of 0"),
        (lambda: tails.clopper_pearson_interval(0, 0), "0 of 0"),
        (lambda: tails.correlation_p(0.5, 2), "df = n - 2 - k = 0"),
        (lambda: tails.correlation_p(0.5, 4, covariates=2), "df = n - 2 - k = 0"),
        (lambda: tails.fisher_z_interval(0.5, 3), "needs n >= 4"),
        (lambda: tails.fisher_z_interval(1.0, 9), "infinite"),
        (lambda: tails.bonett_wright_interval(-1.0, 9), "infinite"),
    ],
)
def test_what_does_not_exist_is_undefined(call: object, message: str) -> None:
    with pytest.raises(UndefinedEstimate, match=message):
        call()  # type: ignore[operator]
