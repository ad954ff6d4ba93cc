"""pearson, spearman, kendall: R's answers, brute force, invariance, degenerate input."""

from __future__ import annotations

import csv
import itertools
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.stats import Bootstrap, Permutation, exact_ratio_ranks, kendall, pearson, spearman
from leakstats.stats._correlation_intervals import esscher_deviation, kendall_influence, spearman_influence
from leakstats.stats._count_kernels import kendall_kernel, pearson_kernel, spearman_kernel
from leakstats.stats._ranks import midranks

ORACLES = json.loads((Path(__file__).parent / "data" / "correlation_oracles.json").read_text())
FUNCTIONS = {"pearson": pearson, "spearman": spearman, "kendall": kendall}


def close(ours: float, theirs: float, rel: float = 1e-9) -> None:
    assert ours == pytest.approx(theirs, rel=rel, abs=1e-12)


def pairs(data: dict[str, list[float | None]], x: str, y: str) -> tuple[np.ndarray, np.ndarray]:
    both = np.array([data[x], data[y]], dtype=float)
    return tuple(both[:, ~np.isnan(both).any(axis=0)])  # type: ignore[return-value]


def check_against_r(case: dict[str, Any], data: dict[str, list[float | None]]) -> None:
    x, y = pairs(data, case["x"], case["y"])
    if case["pearson"]["estimate"] is None:
        for function in FUNCTIONS.values():
            with pytest.raises(UndefinedEstimate, match="is constant"):
                function(x, y)
        return
    p, s, k = pearson(x, y), spearman(x, y), kendall(x, y)
    assert p.n == case["n"]
    for estimate, key, name in (
        (p, "pearson", "t"),
        (s, "spearman_asymptotic", "t"),
        (k, "kendall_asymptotic", "normal"),
    ):
        close(estimate.value, case[key]["estimate"])
        if abs(estimate.value) == 1.0 and name == "t":
            with pytest.raises(InputError, match="no p-value by 't'"):  # R prints rounding noise or 0 here
                estimate.p_by("t")
            continue
        close(estimate.p_by(name).value, case[key]["p"], rel=1e-8)
        for side in ("less", "greater"):
            one = FUNCTIONS[key.split("_")[0]](x, y, method=name, alternative=side)
            close(one.p_value.value, case[key][f"p_{side}"], rel=1e-8)
    for level in ("90", "95", "99"):
        ends = case["pearson"].get(f"ci{level}")
        found = pearson(x, y, level=int(level) / 100).interval
        assert (found is None) == (ends is None)
        if found is not None:
            close(found.low, ends[0])
            close(found.high, ends[1])
    for ours, theirs in (("bonett-wright", "bonett_wright"), ("fisher-z", "fisher"), ("fieller", "fieller_1.06")):
        ends = case["spearman_ci95"][theirs]
        if ends is not None and abs(s.value) < 1.0:
            close(s.interval_by(ours).low, ends[0])
            close(s.interval_by(ours).high, ends[1])
    exact = case["kendall_default"]
    if not exact.get("warnings") and p.n < 50:  # without ties R counts inversions below n = 50
        close(k.p_value.value, exact["p"], rel=1e-8)
    for name, theirs in (case.get("enumeration") or {}).items():
        for side, key in (("two-sided", "p_two"), ("greater", "p_greater"), ("less", "p_less")):
            close(FUNCTIONS[name](x, y, alternative=side).p_value.value, theirs[key])


@pytest.mark.parametrize("name", sorted(ORACLES["tabular"]))
def test_r_values(name: str) -> None:
    item = ORACLES["tabular"][name]
    for case in item["cor"]:
        check_against_r(case, item["data"])


@pytest.mark.shared
def test_all_tabular_oracles(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("tabular_*.json"))
    assert files
    for file in files:
        item = json.loads(file.read_text())
        for case in item["R"]["cor"]:
            check_against_r(case, item["data"])
        exact = item.get("exact") or {}
        x, y = (np.array(item["data"][c], dtype=float) for c in ("x", "y"))
        # `exact` speaks of rows complete in all columns
        whole = ~np.isnan(np.array(list(item["data"].values()), dtype=float)).any(axis=0)
        for function, key in ((pearson, "pearson_xy"), (spearman, "spearman_xy")):
            if exact.get(key) is not None:
                assert function(x[whole], y[whole]).value == pytest.approx(exact[key], rel=1e-13, abs=1e-15)


@pytest.mark.shared
def test_stored_permutations(shared_dir: Path) -> None:
    for file in sorted((shared_dir / "oracles").glob("permcor_*.json")):
        item = json.loads(file.read_text())
        plan = Permutation(stored=item["R"]["perm0"])
        for function, key in ((pearson, "pearson"), (spearman, "spearman")):
            for side, name in (("two-sided", "p_two"), ("greater", "p_greater"), ("less", "p_less")):
                p = function(item["x"], item["y"], method=plan, alternative=side).p_value
                assert p.value == pytest.approx(item["R"][key][name], abs=1e-15)
                assert p.method == "permutation"


def brute_force(name: str, x: np.ndarray, y: np.ndarray) -> tuple[list[float], float]:
    statistic = {
        "pearson": lambda a, b: np.corrcoef(a, b)[0, 1],
        "spearman": lambda a, b: np.corrcoef(scipy_stats.rankdata(a), scipy_stats.rankdata(b))[0, 1],
        "kendall": lambda a, b: scipy_stats.kendalltau(a, b).statistic,
    }[name]
    return [float(statistic(x, np.array(order))) for order in itertools.permutations(y)], float(statistic(x, y))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("seed", range(4))
def test_exact_p_is_the_share_of_all_permutations(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 3 + seed
    x, y = (rng.integers(0, 4 if seed % 2 else 30, n) / 10 for _ in range(2))
    x[0], y[0] = 7.0, -2.0  # never constant
    null, observed = (np.array(v) for v in brute_force(name, x, y))
    slack = 1e-9
    expected = {
        "two-sided": np.mean(np.abs(null) >= abs(observed) - slack),
        "greater": np.mean(null >= observed - slack),
        "less": np.mean(null <= observed + slack),
    }
    for side, p in expected.items():
        estimate = FUNCTIONS[name](x, y, alternative=side)
        assert estimate.p_value.method == "exact"
        close(estimate.p_value.value, p)
    close(FUNCTIONS[name](x, y).p_value.minimum, np.mean(np.abs(null) >= np.abs(null).max() - slack))


def test_published_values_of_small_exact_tests() -> None:
    # weaknesses 9 and peers_pitfalls: perfect n = 5 is 2/120, perfect n = 4 is 2/24, rho -0.9 at n = 5 is 10/120
    assert spearman([1, 2, 3, 4, 5], [2, 4, 5, 8, 9]).p_value.value == pytest.approx(2 / 120)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]).p_value.value == pytest.approx(2 / 24)
    assert spearman([1, 2, 3, 4, 5], [5, 4, 3, 1, 2]).p_value.value == pytest.approx(10 / 120)


@pytest.mark.parametrize("function", [pearson, spearman, kendall])
def test_sampled_p_agrees_with_enumeration(function: Any) -> None:
    x = [0.3, 1.0, 1.0, 2.5, 3.0, 2.0, 4.0, 0.0]
    y = [1.0, 0.0, 2.0, 2.0, 1.0, 3.0, 3.0, 0.0]
    exact = function(x, y).p_value
    sampled = function(x, y, method=Permutation(n_resamples=20_000, rng=np.random.default_rng(4))).p_value
    assert sampled.mc_error == pytest.approx(math.sqrt(exact.value * (1 - exact.value) / 20_000), rel=0.1)
    assert abs(sampled.value - exact.value) < 4.5 * sampled.mc_error
    assert sampled.minimum == 1 / 20_001


def test_default_method_follows_n() -> None:
    rng = np.random.default_rng(0)
    for function, name in ((pearson, "t"), (spearman, "t"), (kendall, "normal")):
        for n in (9, 10, 30, 31, 101):
            x, y = rng.integers(0, 6, n), rng.integers(0, 6, n)
            estimate = function(x, y)
            expected = "exact" if n == 9 else "permutation" if n <= 30 else name
            assert estimate.p_value.method == expected
            assert estimate.p_by(name).value > 0
            assert function(x, y) == estimate, "the default is deterministic"
    assert kendall(rng.normal(size=60), rng.normal(size=60)).p_value.method == "exact"
    with pytest.raises(InputError, match="n <= 9, got n = 12"):
        pearson(rng.normal(size=12), rng.normal(size=12), method="exact")


@pytest.mark.parametrize("n", [10, 11, 35])
def test_counted_kendall_agrees_with_scipy(n: int) -> None:
    rng = np.random.default_rng(n)
    for shift in (0.0, 0.05, 0.5):
        x = rng.normal(size=n)
        y = shift * x * 5 + rng.normal(size=n)
        for side in ("two-sided", "greater", "less"):
            ours = kendall(x, y, method="exact", alternative=side).p_value
            assert ours.value == pytest.approx(
                scipy_stats.kendalltau(x, y, method="exact", alternative=side).pvalue, rel=1e-9
            )
    assert ours.minimum == pytest.approx(1 / math.factorial(n), rel=1e-9)


def test_tiny_p_values_keep_their_magnitude() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=3000)
    y = x + 0.3 * rng.normal(size=3000)
    for function in (pearson, spearman):
        estimate = function(x, y)
        p = estimate.p_value
        # scipy's t.logsf is -inf here; the leading term of the tail is good to 1 / df
        t, df = estimate.details["statistic"], 2998
        log_density = scipy_stats.t.logpdf(t, df)
        expected = (math.log(2) + log_density + math.log((df + t * t) / (df * t))) / math.log(10)
        assert p.relation == "<"
        assert p.value == 1e-300
        assert p.log10 == pytest.approx(expected, abs=1e-3)
    assert kendall(x, y).p_value.log10 < -300


def test_perfect_correlation() -> None:
    x = np.arange(40.0)
    for function in (pearson, spearman, kendall):
        estimate = function(x, 3 - 2 * x)
        assert estimate.value == -1.0
        assert estimate.p_value.method == "exact"
        assert estimate.p_value.log10 == pytest.approx(math.log10(2) - math.log10(math.factorial(40)), rel=1e-12)
        assert function(x, 3 - 2 * x, alternative="greater").p_value.value == 1.0
        assert function(x, 3 - 2 * x, alternative="less").p_value.log10 == pytest.approx(
            -math.log10(math.factorial(40)), rel=1e-12
        )
    assert pearson(x, 3 - 2 * x, method="t").p_value is None
    tied = np.repeat(np.arange(20.0), 2)  # 2**20 arrangements keep the correlation
    assert spearman(tied, tied, alternative="greater").p_value.log10 == pytest.approx(
        20 * math.log10(2) - math.log10(math.factorial(40)), rel=1e-12
    )
    skewed = x**2  # reversing it is not a straight line: the two-sided count has one arrangement
    assert pearson(skewed, skewed).p_value.log10 == pytest.approx(-math.log10(math.factorial(40)), rel=1e-12)
    # agreement of all ranks is not certainty: the interval does not collapse
    assert spearman(x[:6], x[:6] ** 3).interval.low < 0.9
    assert kendall(x[:6], x[:6] ** 3).interval.low < 0.9
    assert spearman(x[:6], x[:6] ** 3).interval.high == 1.0


def test_ranks_of_counts_keep_a_tie_that_float_means_break() -> None:
    means = [np.mean([151 / 200, 152 / 200, 152 / 200]), np.mean([150 / 200, 152 / 200, 153 / 200])]
    assert means[0] != means[1]
    ranks = exact_ratio_ranks([[151, 152, 152], [150, 152, 153], [10, 10, 10], [199, 200, 0]], 200)
    assert ranks.tolist() == [3.5, 3.5, 1.0, 2.0]
    assert exact_ratio_ranks([1, 2**29, 2**29 + 1], [2, 2**30, 2**30]).tolist() == [1.5, 1.5, 3.0]
    assert exact_ratio_ranks([[1, 1], [1, 2]], [[3, 2], [2, 6]]).tolist() == [1.5, 1.5]
    with pytest.raises(InputError, match=r"successes must lie in \[0, trials\], got 3 of 2"):
        exact_ratio_ranks([1, 3], 2)


def test_ratio_ranks_are_ranks_of_fractions() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        trials = rng.choice([1, 2, 3, 6, 7, 200, 600], size=(9, 2))
        hits = rng.integers(0, trials + 1)
        means = [
            sum(Fraction(int(k), int(n)) for k, n in zip(*row, strict=True)) for row in zip(hits, trials, strict=True)
        ]
        expected = [sum(a < b for a in means) + (sum(a == b for a in means) + 1) / 2 for b in means]
        assert exact_ratio_ranks(hits, trials).tolist() == expected


@pytest.mark.parametrize("function", [pearson, spearman, kendall])
def test_invariance(function: Any) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, 40, 60) / 8, rng.integers(0, 9, 60) / 8  # offsets of 1e8 keep these exact
    base = function(x, y)
    for a, b in ((x * 2.0**-350, y), (x * 2.0**900, y * 2.0**-900), (x + 1e8, y - 1e8), (y, x)):
        other = function(a, b)
        close(other.value, base.value, rel=1e-12)
        close(other.interval.low, base.interval.low, rel=1e-11)
        close(other.p_value.value, base.p_value.value, rel=1e-9)
    flipped = function(-x, y)
    close(flipped.value, -base.value, rel=1e-12)
    close(flipped.interval.low, -base.interval.high, rel=1e-11)


def test_intervals_by_name() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=25)
    y = x + rng.normal(size=25)
    assert spearman(x, y).interval.method == "bonett-wright"
    assert kendall(x, y).interval.method == "esscher-score"
    assert spearman(x, np.round(y)).interval.method == "bonett-wright"
    assert spearman(np.round(x), np.round(y)).interval.method == "tie-robust"
    assert kendall(x, np.round(y)).interval.method == "tie-robust"
    for function, names in (
        (spearman, ("bonett-wright", "fisher-z", "fieller", "tie-robust")),
        (kendall, ("esscher-score", "fieller", "tie-robust")),
        (pearson, ("fisher-z",)),
    ):
        for name in names:
            wide, narrow = (function(x, y, interval=name, level=level).interval for level in (0.99, 0.5))
            assert wide.method == name
            assert wide.low < narrow.low < function(x, y).value < narrow.high < wide.high
    with pytest.raises(InputError, match="interval must be one of"):
        pearson(x, y, interval="bonett-wright")


def test_score_interval_is_the_inversion_of_its_test() -> None:
    x, y = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 1, 4, 3, 6, 5, 9, 7, 10, 8]
    estimate = kendall(x, y)
    z = scipy_stats.norm.ppf(0.975)
    for end in (estimate.interval.low, estimate.interval.high):
        assert abs(end - estimate.value) - 2 / 90 == pytest.approx(z * esscher_deviation(end, 10), rel=1e-9)
    # under independence Esscher's variance is the classical 2 (2n + 5) / (9 n (n - 1))
    assert esscher_deviation(0.0, 10) ** 2 == pytest.approx(2 * 25 / (9 * 10 * 9), rel=1e-12)


def test_influence_values_are_derivatives() -> None:
    """Adding a little weight to a row moves the statistic by its influence value (checked with counts)."""
    rng = np.random.default_rng(8)
    n, base = 12, 4000
    x, y = rng.integers(0, 6, n).astype(float), rng.integers(0, 5, n).astype(float)
    counts = np.full((n, n + 1), base) + np.eye(n, n + 1, dtype=int) * 4
    for kernel, influence in (
        (
            spearman_kernel(x, y),
            spearman_influence(x, y, spearman(x, y).value, x_ranks=midranks(x), y_ranks=midranks(y)),
        ),
        (kendall_kernel(x, y), kendall_influence(x, y)[3]),
    ):
        values = kernel(counts)
        slopes = (values[:n] - values[n]) / (4 / (n * base))
        assert np.allclose(slopes, influence, atol=0.02 * np.abs(influence).max())


@pytest.mark.parametrize(
    ("make", "reference"),
    [
        (pearson_kernel, scipy_stats.pearsonr),
        (spearman_kernel, scipy_stats.spearmanr),
        (kendall_kernel, scipy_stats.kendalltau),
    ],
)
@pytest.mark.parametrize("n", [4, 13, 300])
def test_kernels_agree_with_ranking_each_resample(make: Any, reference: Any, n: int) -> None:
    rng = np.random.default_rng(n)
    x = rng.integers(0, max(3, n // 2), n).astype(float)
    y = x + rng.integers(0, 6, n)
    rows = rng.integers(0, n, (60, n))
    counts = np.array([np.bincount(r, minlength=n) for r in rows]).T
    ours = make(x, y)(counts)
    for r, value in zip(rows, ours, strict=True):
        if np.ptp(x[r]) == 0 or np.ptp(y[r]) == 0:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(reference(x[r], y[r])[0], abs=1e-12)


def test_pearson_kernel_near_constant_resample() -> None:
    x = np.array([1.0, 1.0 + 1e-7, 1.0 + 2e-7, 1e3])
    y = np.array([1.0, 2.0, 4.0, 3.0])
    counts = np.array([[2], [1], [1], [0]])
    a, b = x[[0, 0, 1, 2]], y[[0, 0, 1, 2]]
    assert pearson_kernel(x, y)(counts)[0] == pytest.approx(pearson(a, b).value, abs=1e-12)


def test_bootstrap_interval_of_clusters() -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(12), 5)
    x = rng.normal(size=12)[group] + 0.3 * rng.normal(size=60)
    y = x + rng.normal(size=12)[group]
    plan = Bootstrap(n_resamples=999, rng=np.random.default_rng(1), clusters=group)
    estimate = spearman(x, y, interval=plan)
    assert (estimate.n, estimate.n_rows, dict(estimate.clusters)) == (12, 60, {"clusters": 12})
    assert estimate.p_value is None
    assert not estimate.other_intervals, "closed forms assume independent rows"
    rows = spearman(x, y, interval=Bootstrap(n_resamples=999, rng=np.random.default_rng(1)))
    assert estimate.interval.width > 1.3 * rows.interval.width
    assert rows.n == 60
    assert rows.p_value is not None
    named = spearman(x, y, interval=Bootstrap(n_resamples=99, rng=np.random.default_rng(1), clusters=group), method="t")
    assert named.p_value.method == "t"


def test_constant_resamples_are_counted_not_nan() -> None:
    # peers_pitfalls: with 10 of 12 zeros scipy's BCa and percentile are NaN
    y = np.array([0.0] * 10 + [1.0, 3.0])
    x = np.arange(12.0)
    for method in ("bca", "percentile", "basic", "normal"):
        plan = Bootstrap(n_resamples=2000, method=method, rng=np.random.default_rng(0))
        for function in (pearson, spearman, kendall):
            estimate = function(x, y, interval=Bootstrap(n_resamples=2000, method=method, rng=np.random.default_rng(0)))
            assert estimate.details["n_degenerate"] > 100
            assert estimate.interval is not None
            assert any("gave no value" in note for note in estimate.notes)
    assert plan.n_resamples == 2000
    one = (x == 6).astype(float)  # leaving the only non-zero out leaves a constant
    estimate = spearman(x, one, interval=Bootstrap(n_resamples=500, rng=np.random.default_rng(0)))
    assert estimate.interval is None
    assert any("acceleration is undefined" in note for note in estimate.notes)


# ---- degenerate input ----


@pytest.mark.parametrize("function", [pearson, spearman, kendall])
def test_refusals(function: Any) -> None:
    for n in range(3):
        with pytest.raises(UndefinedEstimate, match=f"at least 3 pairs, got {n}"):
            function(np.arange(n), np.arange(n))
    with pytest.raises(UndefinedEstimate, match=r"x is constant \(0.1 in all 4 rows\)"):
        function([0.1] * 4, [1, 2, 3, 4])
    with pytest.raises(UndefinedEstimate, match="y is constant"):
        function([1, 2, 3], [0.3, 0.1 + 0.2, 0.3])  # float noise is not variation
    with pytest.raises(InputError, match=r"x must be finite, got nan at row 1 \(1 such\)"):
        function([1, np.nan, 3], [1, 2, 3])
    with pytest.raises(InputError, match="y must be finite, got inf at row 2"):
        function([1, 2, 3], [1, 2, np.inf])
    with pytest.raises(InputError, match="must be paired, got 3 and 4"):
        function([1, 2, 3], [1, 2, 3, 4])
    with pytest.raises(InputError, match=r"write 0\.95, not 95"):
        function([1, 2, 3, 4], [1, 2, 4, 3], level=95)
    with pytest.raises(InputError, match="real numbers"):
        function(["a", "b", "c"], [1, 2, 3])
    with pytest.raises(InputError, match="alternative must be"):
        function([1, 2, 3, 4], [1, 2, 4, 3], alternative="both")
    with pytest.raises(InputError, match="method must be one of"):
        function([1, 2, 3, 4], [1, 2, 4, 3], method="edgeworth")
    with pytest.raises(InputError, match="beyond 2"):
        function([2**60, 2**60 + 1, 5], [1, 2, 3])


def test_three_pairs_have_no_pearson_interval() -> None:
    estimate = pearson([1, 2, 3], [1, 3, 2])
    assert estimate.interval is None
    assert "no Fisher interval: it needs n >= 4" in estimate.notes
    assert estimate.p_value.value == 1.0
    assert estimate.p_value.minimum == pytest.approx(2 / 6)
    assert spearman([1, 2, 3], [1, 3, 2]).interval is None
    assert kendall([1, 2, 3], [1, 3, 2]).interval is not None


numbers = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e3, 1e3, allow_nan=False),
    st.sampled_from([0.1 + 0.2, 0.3, 1e-300, 5e-324, 1e300, -1e300]),
)


@settings(max_examples=150, deadline=None)
@given(
    data=st.lists(st.tuples(numbers, numbers), min_size=0, max_size=14),
    scale=st.sampled_from([1.0, 1e-100, 1e100]),
    offset=st.sampled_from([0.0, 1e8]),
    name=st.sampled_from(sorted(FUNCTIONS)),
)
@pytest.mark.filterwarnings("error")
def test_a_complete_estimate_or_a_refusal(
    data: list[tuple[float, float]], scale: float, offset: float, name: str
) -> None:
    with np.errstate(over="ignore"):
        x = np.array([a for a, _ in data]) * scale + offset
    y = np.array([b for _, b in data])
    if not np.isfinite(x).all():
        with pytest.raises(InputError):
            FUNCTIONS[name](x, y)
        return
    try:
        estimate: Estimate = FUNCTIONS[name](x, y)
    except UndefinedEstimate:
        # refused only where there is nothing to correlate: too few pairs, or a column equal to four last places
        noise = [np.ptp(v / 2) <= 4 * np.spacing(np.abs(v).max()) for v in (x, y) if len(data)]
        if len(data) >= 3:
            assert any(noise)
        return
    assert -1.0 <= estimate.value <= 1.0
    assert 0.0 < estimate.p_value.value <= 1.0
    assert estimate.p_value.minimum is None or estimate.p_value.value >= estimate.p_value.minimum * (1 - 1e-12)
    if estimate.interval is not None:
        assert -1.0 <= estimate.interval.low <= estimate.value <= estimate.interval.high <= 1.0
    reference = {
        "pearson": lambda a, b: None,
        "spearman": lambda a, b: np.corrcoef(scipy_stats.rankdata(a), scipy_stats.rankdata(b))[0, 1],
        "kendall": lambda a, b: scipy_stats.kendalltau(a, b).statistic,
    }[name](x, y)
    if reference is not None:
        assert estimate.value == pytest.approx(reference, abs=1e-9)


# ---- the studies' own numbers ----


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as f:
        return list(csv.DictReader(f))


def golden(folder: Path) -> dict[str, dict[str, Any]]:
    return {item["quantity"]: item for item in json.loads((folder / "golden.json").read_text())}


def check_golden(items: dict[str, dict[str, Any]], quantity: str, value: float) -> None:
    item = items[quantity]
    assert value == pytest.approx(item["recomputed"], abs=max(item["tolerance"], 1e-15)), quantity


@pytest.mark.shared
def test_golden_correlations(shared_dir: Path) -> None:
    folder = shared_dir / "data" / "assistant_variants"
    items, rows = golden(folder), table(folder / "personas.csv")
    hits = [int(r["hits"]) for r in rows]
    for layer in ("L10", "L15", "L20", "L25"):
        cosine = [float(r[f"cos_to_assistant_{layer}"]) for r in rows]
        for function, name in ((pearson, "pearson r"), (spearman, "spearman rho")):
            estimate = function(cosine, hits)
            check_golden(items, f"{name} N=12 {layer}", estimate.value)
            check_golden(items, f"{name.split()[0]} p N=12 {layer}", estimate.p_by("t").value)
    folder = shared_dir / "data" / "taxonomy200"
    items, rows = golden(folder), table(folder / "pairs.csv")
    for layer in (10, 15, 20, 25):
        estimate = spearman([float(r[f"cos_L{layer}"]) for r in rows], [int(r["hits_of_600"]) for r in rows])
        check_golden(items, f"pooled spearman rho, layer {layer}", estimate.value)
    for source in {r["source"] for r in rows}:
        own = [r for r in rows if r["source"] == source]
        estimate = spearman(
            [float(r["cos_L15"]) for r in own], exact_ratio_ranks([int(r["hits_of_600"]) for r in own], 600)
        )
        check_golden(items, f"spearman rho layer 15, {source}", estimate.value)
        check_golden(items, f"spearman p layer 15, {source}", estimate.p_by("t").value)
    folder = shared_dir / "data" / "persona100"
    items = golden(folder)
    cosine = {(r["source"], r["persona"]): float(r["cos_L20"]) for r in table(folder / "cosine.csv")}
    found = [r for r in table(folder / "leakage.csv") if r["is_source"] == "0"]
    for source in {r["source"] for r in found}:
        own = [r for r in found if r["source"] == source]
        x, y = [cosine[source, r["persona"]] for r in own], [int(r["found"]) for r in own]
        check_golden(items, f"spearman rho, layer 20, {source}", spearman(x, y).value)
        check_golden(items, f"spearman p, layer 20, {source}", spearman(x, y).p_by("t").value)
        check_golden(items, f"pearson r, layer 20, {source}", pearson(x, y).value)
        check_golden(items, f"kendall tau-b, layer 20, {source}", kendall(x, y).value)
    folder = shared_dir / "data" / "convergence"
    items, rows = golden(folder), table(folder / "sources.csv")
    estimate = spearman([float(r["baseline_cosine_as_tabulated"]) for r in rows], [float(r["peak_pct"]) for r in rows])
    check_golden(items, "spearman rho baseline cosine vs peak leakage", estimate.value)
    check_golden(items, "spearman p", estimate.p_by("t").value)
    check_golden(items, "exact permutation p", estimate.p_value.value)
