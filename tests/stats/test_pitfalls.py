"""Where the usual libraries return wrong or silent values, ours must not: one row for each measured pitfall.

The peers' numbers were measured with scipy 1.17.1, statsmodels 0.15.0, pingouin 0.7.0, scikit-bio 0.7.4 and mapie
1.6.0 against R 4.2.2 and 80-digit arithmetic. They stand here as numbers; no peer is called.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Undefined
from leakstats.stats import (
    Bootstrap,
    adjust,
    combine_correlations,
    combine_estimates,
    fit_ols,
    icc,
    influence,
    jackknife_plus,
    kendall,
    mantel,
    partial_correlation,
    pearson,
    permutation_difference,
    proportion_interval,
    repeated_measures_correlation,
    spearman,
    variance_inflation,
)

pytestmark = pytest.mark.filterwarnings("error")

DATA = Path(__file__).parent / "data"


def columns(file: str, *path: str) -> dict[str, np.ndarray]:
    """The columns of one stored oracle."""
    item = json.loads((DATA / file).read_text("utf-8"))
    for name in path:
        item = item[name]
    return {name: np.array(values, dtype=float) for name, values in item["data"].items()}


OFFSET = columns("r_regression.json", "sets", "offset")
TINY = columns("r_regression.json", "sets", "tinyscale")
DEPENDENT = columns("correlation_oracles.json", "tabular", "collinear_exact")
CONSTANT_COVARIATE = columns("correlation_oracles.json", "tabular", "constant_z")

EFFECTS = ([0.10, 0.34, 0.12, 0.21, 0.35], [0.04, 0.05, 0.03, 0.06, 0.02])
SOURCES = ([0.2338, 0.1877, 0.3611, 0.2803, 0.0239, 0.1704, 0.0474, 0.3159], [32, 97, 117, 75, 72, 83, 53, 31])
TWO_SAMPLES = ([2, 0, 3, 3, 3, 3, 3], [2, 4, 2, 3, 2, 3])
RISING, FALLING = [1, 2, 3, 4, 5], [5, 4, 3, 2, 1]


def cooks_of_dependent_columns() -> float:
    X = np.column_stack([DEPENDENT[name] for name in ("x", "z1", "z2", "z3")])
    return float(influence(DEPENDENT["y"], X)["cooks_distance"][0])


def plane(n: int, seed: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(n, 2))
    moved = points + noise * generator.normal(size=(n, 2))
    return tuple(np.linalg.norm(p[:, None] - p[None], axis=2) for p in (points, moved))


def steps(n: int) -> list[list[int]]:
    """Distances of n items in a row."""
    return [[abs(i - j) for j in range(n)] for i in range(n)]


def value(estimator: Callable[..., Any], *data: Any, **options: Any) -> Callable[[], float]:
    return lambda: float(estimator(*data, **options).value)


def p_value(estimator: Callable[..., Any], *data: Any, **options: Any) -> Callable[[], float]:
    return lambda: float(estimator(*data, **options).p_value.value)


def end(which: str, *data: Any, **options: Any) -> Callable[[], float]:
    return lambda: float(getattr(proportion_interval(*data, **options).interval, which))


RIGHT = [
    # the peer's function and case, its wrong value, ours, the right value, relative tolerance
    (
        "statsmodels combine_effects(dl): tau2 below 0",
        -0.0199,
        lambda: float(combine_estimates(*EFFECTS, method="dl").details["tau2"]),
        0.0,
        1e-12,
    ),
    (
        "statsmodels combine_effects(dl): mean",
        0.346,
        value(combine_estimates, *EFFECTS, method="dl"),
        34.3 / 145,
        1e-12,
    ),
    (
        "statsmodels combine_effects(dl): standard error",
        0.0096,
        lambda: float(combine_estimates(*EFFECTS, method="dl").details["standard_error_z"]),
        1 / math.sqrt(145),
        1e-12,
    ),
    (
        "statsmodels OLS at 1e-100: slope",
        8e-204,
        lambda: float(fit_ols(TINY["y"], TINY["x"])["x"].value),
        0.91727183909712,
        1e-12,
    ),
    (
        "statsmodels OLS at 1e-100: all leverages 1 / n",
        1 / 30,
        lambda: float(influence(TINY["y"], TINY["x"])["leverage"].max()),
        float(influence(TINY["y"] * 1e100, TINY["x"] * 1e100)["leverage"].max()),
        1e-12,
    ),
    (
        "statsmodels OLS with offset 1e8: Cook's distance",
        0.434636984746036,
        lambda: float(influence(OFFSET["y"], OFFSET["x"])["cooks_distance"].max()),
        0.4284190824684264,
        1e-9,
    ),
    (
        "statsmodels OLS, dependent columns: Cook's distance by the number of columns",
        0.1414066,
        cooks_of_dependent_columns,
        0.1767582467595347,
        1e-9,
    ),
    (
        "statsmodels multipletests counts NaN",
        0.0454,
        lambda: float(adjust([0.00908, 0.2, 0.3, 0.4, math.nan])[0]),  # type: ignore[arg-type]
        0.03632,
        1e-12,
    ),
    (
        "statsmodels multipletests: BH all NaN",
        math.nan,
        lambda: float(adjust([0.01, 0.04, math.nan], method="bh")[0]),  # type: ignore[arg-type]
        0.02,
        1e-12,
    ),
    ("statsmodels proportion_confint: Wilson 0 of 7", 2.8e-17, end("low", 0, 7), 0.0, 0.0),
    ("statsmodels proportion_confint: Wilson 7 of 7", 1 - 1e-16, end("high", 7, 7), 1.0, 0.0),
    (
        "scipy binomtest: lower end at 1 of 1e6",
        2.5317805139113815e-08,
        end("low", 1, 10**6, method="clopper-pearson"),
        -math.expm1(math.log1p(-0.025) / 10**6),
        1e-12,
    ),
    ("scipy spearmanr, perfect of 5", 1.4e-24, p_value(spearman, RISING, RISING), 2 / 120, 1e-12),
    ("scipy spearmanr, perfect of 4", 0.0, p_value(spearman, RISING[:4], FALLING[:4]), 2 / 24, 1e-12),
    (
        "scipy permutation_test doubles the tail",
        0.922,
        p_value(permutation_difference, *TWO_SAMPLES),
        0.82051282051282048,
        1e-12,
    ),
    (
        "pingouin partial_corr, constant covariate: NaN",
        math.nan,
        value(partial_correlation, *(CONSTANT_COVARIATE[name] for name in ("y", "x", "z1"))),
        -0.013709429631879754,
        1e-9,
    ),
    ("scikit-bio mantel, 7 items", 0.002, p_value(mantel, steps(7), steps(7)), 2 / 5040, 1e-12),
    ("scikit-bio mantel, identical 4 x 4", 0.073, p_value(mantel, steps(4), steps(4)), 2 / 24, 1e-12),
]


@pytest.mark.parametrize(("peer", "wrong", "ours", "right", "rel"), RIGHT, ids=[row[0] for row in RIGHT])
def test_the_right_value(peer: str, wrong: float, ours: Callable[[], float], right: float, rel: float) -> None:
    found = ours()
    assert found == pytest.approx(right, rel=rel, abs=0.0)
    assert found != wrong
    assert math.isnan(wrong) or abs(found - right) < abs(wrong - right), peer


MISSING = [1.0, 2.0, math.nan, 4.0, 5.0]

REFUSED = [
    # the peer's function and what it does silently, our call, the error, what the message says
    (
        "statsmodels OLS, NaN in y: NaN",
        lambda: fit_ols(MISSING, RISING),
        InputError,
        "y must be finite, got nan at row 2",
    ),
    ("statsmodels OLS, NaN in X", lambda: fit_ols(RISING, MISSING), InputError, "X must be finite, got nan at row"),
    (
        "statsmodels proportion_confint, 0 of 0",
        lambda: proportion_interval(0, 0),
        UndefinedEstimate,
        "0 of 0|no trials",
    ),
    (
        "statsmodels proportion_confint, Jeffreys 0 of 0",
        lambda: proportion_interval(0, 0, method="jeffreys"),
        UndefinedEstimate,
        "0 of 0|no trials",
    ),
    (
        "statsmodels proportion_confint, count > n: NaN",
        lambda: proportion_interval(8, 7),
        InputError,
        r"successes must lie in \[0, trials\], got 8 of 7",
    ),
    ("scipy pearsonr, NaN", lambda: pearson(RISING, MISSING), InputError, "y must be finite, got nan at row 2"),
    ("scipy spearmanr, NaN", lambda: spearman(MISSING, RISING), InputError, "x must be finite, got nan at row 2"),
    ("scipy kendalltau, NaN", lambda: kendall(RISING, MISSING), InputError, "y must be finite, got nan at row 2"),
    (
        "pingouin partial_corr, ranks of x those of the covariate: r = 0.62",
        lambda: partial_correlation(
            [1, 3, 2, 5, 4, 7, 6, 8], [1, 2, 3, 4, 5, 6, 7, 8], np.exp(np.arange(8.0)), kind="spearman"
        ),
        UndefinedEstimate,
        "ranks of x are a linear combination of the ranks of the covariates",
    ),
    (
        "pingouin partial_corr, x = a + b: r = -0.21",
        lambda: partial_correlation(
            DEPENDENT["y"], DEPENDENT["z1"] + DEPENDENT["z2"], np.column_stack([DEPENDENT["z1"], DEPENDENT["z2"]])
        ),
        UndefinedEstimate,
        "x is a linear combination of the covariates",
    ),
    (
        "pingouin partial_corr, no degrees of freedom: r",
        lambda: partial_correlation([1, 3, 2], [1, 2, 4], [2, 1, 1]),
        UndefinedEstimate,
        "leaves 0 degrees of freedom",
    ),
    (
        "pingouin partial_corr, less than none: r",
        lambda: partial_correlation([1, 3, 2, 5], [1, 2, 4, 4], [[2, 1, 0], [1, 1, 0], [1, 3, 0], [0, 0, 1]]),
        UndefinedEstimate,
        "degrees of freedom|linear combination",
    ),
    (
        "pingouin intraclass_corr, constant 0.1: 0.545",
        lambda: icc(np.full((5, 3), 0.1)),
        UndefinedEstimate,
        "all 5 x 3 measurements are equal",
    ),
    (
        "pingouin intraclass_corr, constant 0.1: -0.5",
        lambda: icc(np.full((5, 3), 0.1), form="ICC(1,1)"),
        UndefinedEstimate,
        "all 5 x 3 measurements are equal",
    ),
]


@pytest.mark.parametrize(("peer", "call", "error", "match"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_reason_instead(peer: str, call: Callable[[], Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        call()


def test_paule_mandel_solves_its_equation() -> None:
    # statsmodels' default tolerance leaves 0.0016248086, metafor 3.8 (uniroot's default) 0.0015973734
    found = combine_correlations(*SOURCES, method="pm")
    z, v = np.arctanh(SOURCES[0]), 1.0 / (np.array(SOURCES[1]) - 3.0)
    w = 1.0 / (v + float(found.details["tau2"]))
    q = float((w * (z - (w * z).sum() / w.sum()) ** 2).sum())
    assert q == pytest.approx(7.0, rel=1e-12)
    assert found.details["tau2"] == pytest.approx(0.0016248093855740, rel=1e-10)


def test_constant_y_leaves_no_residual_statistics() -> None:
    # statsmodels: t, p and Cook's distances from rounding noise
    x = [0.3, 1.7, 2.2, 3.9, 4.1, 5.5]
    fit, rows = fit_ols([0.1] * 6, x), influence([0.1] * 6, x)
    assert fit["x"].value == pytest.approx(0.0, abs=1e-15)
    assert fit["x"].p_value is None
    assert isinstance(fit.r2, Undefined)
    assert np.isnan(rows["cooks_distance"]).all()
    assert "perfect" in rows.undefined["cooks_distance"]


def test_vif_has_no_cap_and_no_smallest_spread() -> None:
    # statsmodels: 1e15 where it is infinite; columns with a standard deviation below 1e-10 are not centred
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 20))
    exact = variance_inflation(np.column_stack([a, b, a - b]), ["a", "b", "c"])
    assert exact.row("c")["vif"] is None
    assert "linear combination" in exact.undefined["vif"]
    plain = variance_inflation(np.column_stack([a, a + 0.5 * b]))["vif"]
    small = variance_inflation(np.column_stack([5 + 1e-12 * np.round(a * 2**10), 1e-12 * (a + 0.5 * b)]))["vif"]
    assert small == pytest.approx(plain, rel=5e-3)
    assert plain[0] > 2.0


def test_three_pairs_have_no_interval() -> None:
    # scipy: (-1, 1)
    found = pearson([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    assert found.interval is None
    # pingouin's partial correlation with one degree of freedom: (-1, 1)
    assert partial_correlation([1, 3, 2, 5], [1, 2, 4, 4], [2, 1, 1, 0]).interval is None


def test_constant_resamples_do_not_spoil_the_bootstrap() -> None:
    # scipy: one constant resample turns BCa and percentile into NaN
    x, y = np.arange(12.0), np.array([0.0] * 10 + [1.0, 3.0])
    for method in ("bca", "percentile"):
        plan = Bootstrap(n_resamples=999, method=method, rng=np.random.default_rng(0))
        found = pearson(x, y, interval=plan)
        assert found.interval is not None
        assert -1.0 <= found.interval.low < found.interval.high <= 1.0
        assert int(found.details["n_degenerate"]) > 50


def test_ties_on_a_grid_of_tenths_count_as_ties() -> None:
    # scipy: without tolerance the exact p is wrong in 5 of 300 cases
    generator = np.random.default_rng(0)
    for _ in range(300):
        tenths = generator.integers(0, 8, 9)
        p = permutation_difference(0.1 * tenths[:4], 0.1 * tenths[4:]).p_value
        assert p == permutation_difference(tenths[:4], tenths[4:]).p_value


def test_intervals_keep_their_digits() -> None:
    # pingouin: 2 decimals, 6 with the option raised, rm_corr always 2
    x, y = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], [1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 6.5]
    found = pearson(x, y)
    z = math.atanh(found.value) - float(special.ndtri(0.975)) / 2.0
    assert found.interval is not None
    assert found.interval.low == pytest.approx(math.tanh(z), rel=1e-13)
    within = repeated_measures_correlation([*x, *x], [*y, *(v + 3 for v in y[::-1])], ["a"] * 7 + ["b"] * 7).interval
    assert within is not None
    assert within.low != round(within.low, 6)


def test_spearman_has_an_interval_of_its_own() -> None:
    # pingouin: Fisher's z, which covers 0.913 at rho 0.9, n = 50
    generator = np.random.default_rng(1)
    x = generator.normal(size=50)
    found = spearman(x, x + 0.4 * generator.normal(size=50))
    assert found.interval is not None
    assert found.interval.method == "bonett-wright"
    assert found.interval.width > 1.1 * found.interval_by("fisher-z").width


def test_icc_of_two_by_two_and_of_missing_cells() -> None:
    # pingouin refuses both
    assert icc([[1.0, 2.0], [4.0, 6.0]], form="ICC(1,1)").n == 2
    found = icc([[1.0, 2.0], [4.0, 6.0], [3.0, math.nan], [5.0, 5.5]])
    assert found.n == 3
    assert any("left out" in note for note in found.notes)


def test_no_relabelling_is_drawn_where_all_can_be_counted() -> None:
    # scikit-bio: 999 draws for 7 items give 0.002 at best where the exact p is 1 / 5040
    p = mantel(*plane(7, 1, noise=0.01)).p_value
    assert p is not None
    assert p.method == "exact"
    assert p.value == pytest.approx(1 / 5040)


def test_jackknife_plus_is_unbounded_where_rows_are_too_few() -> None:
    # mapie raises at n = 12, alpha = 0.05
    x = np.arange(12.0)
    found = jackknife_plus(x + np.cos(3 * x), x, [4.5], level=0.95)
    assert (found["low"][0], found["high"][0]) == (-math.inf, math.inf)
    assert found.unbounded == ("low", "high")
