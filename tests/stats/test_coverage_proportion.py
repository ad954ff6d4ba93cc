"""Coverage of the rate intervals and size of their tests: exact sums for binomial data, simulation for clusters.

Run with ``-s`` to see the tables that the docstrings quote.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import scipy.special as special
from scipy.optimize import brentq

from leakstats.stats.clustered import METHODS as CLUSTERED
from leakstats.stats.clustered import clustered_difference, clustered_proportion, clustered_proportions
from leakstats.stats.proportion import METHODS, difference_interval, proportion_intervals
from leakstats.tails import t_ppf

pytestmark = pytest.mark.slow

Floats = npt.NDArray[np.float64]

NOMINAL = 0.95
SAMPLES = (5, 8, 12, 20, 50, 200)


def binomial_weights(n: int, rates: Floats) -> Floats:
    """P(X = k) for each rate (rows) and k = 0..n (columns)."""
    k = np.arange(n + 1.0)
    log_choose = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    out: Floats = np.exp(log_choose + np.outer(np.log(rates), k) + np.outer(np.log1p(-rates), n - k))
    return out


# --- independent trials: exact --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_binomial_coverage(method: str) -> None:
    rates = np.linspace(0.005, 0.995, 199)
    means, cells = [], []
    for n in SAMPLES:
        table = proportion_intervals(np.arange(n + 1), n, method=method)
        inside = (table["low"] <= rates[:, None]) & (rates[:, None] <= table["high"])
        coverage = (binomial_weights(n, rates) * inside).sum(axis=1)
        means.append(float(coverage.mean()))
        cells.append(f"{100 * coverage.mean():.1f} / {100 * coverage.min():.1f}")
    print(f"\n{method:<16}", *(f"{c:>12}" for c in cells))
    if method == "wilson":  # the default
        assert all(abs(m - NOMINAL) <= 0.015 for m in means)
    if method in ("clopper-pearson", "wilson-cc"):
        assert min(means) >= NOMINAL
    if method == "wald":
        assert means[0] < 0.70  # which is why its assumptions say so
    else:
        assert min(means) >= 0.93


@pytest.mark.parametrize("method", ["newcombe", "miettinen-nurminen", "agresti-caffo", "wald"])
def test_difference_coverage(method: str) -> None:
    rates = np.linspace(0.025, 0.975, 39)
    means, cells = [], []
    for n1, n2 in ((5, 5), (8, 8), (12, 12), (20, 20), (5, 20), (20, 50)):
        ends = np.empty((n1 + 1, n2 + 1, 2))
        for x1 in range(n1 + 1):
            for x2 in range(n2 + 1):
                interval = difference_interval(x1, n1, x2, n2, method=method).interval
                assert interval is not None
                ends[x1, x2] = interval.low, interval.high
        first, second = binomial_weights(n1, rates), binomial_weights(n2, rates)
        coverage = np.empty((rates.size, rates.size))
        for i in range(rates.size):
            for j in range(rates.size):
                true = rates[i] - rates[j]
                inside = (ends[..., 0] <= true + 1e-12) & (true - 1e-12 <= ends[..., 1])
                coverage[i, j] = first[i] @ inside @ second[j]
        means.append(float(coverage.mean()))
        cells.append(f"{100 * coverage.mean():.1f} / {100 * coverage.min():.1f}")
    print(f"\n{method:<18}", *(f"{c:>12}" for c in cells))
    if method == "newcombe":
        assert all(abs(m - NOMINAL) <= 0.015 for m in means)
    if method != "wald":
        assert min(means) >= 0.93


def test_fisher_keeps_its_size() -> None:
    rates = np.linspace(0.05, 0.95, 19)
    for n1, n2 in ((5, 5), (12, 12), (20, 50)):
        p = np.array([[difference_interval(a, n1, b, n2).p_value.value for b in range(n2 + 1)] for a in range(n1 + 1)])  # type: ignore[union-attr]
        first, second = binomial_weights(n1, rates), binomial_weights(n2, rates)
        size = np.einsum("ri,ij,rj->r", first, (p <= 0.05).astype(float), second)
        print(f"\nfisher-exact {n1}, {n2}: largest size {size.max():.4f}")
        assert size.max() <= 0.05


# --- clustered trials: simulation -----------------------------------------------------------------------------------

RUNS = 10_000
GROUPS = (5, 8, 12, 20)
COMPLETIONS = 10
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
SCENARIOS = (
    ("independent", "beta", 0.0),
    ("beta, ICC 0.05", "beta", 0.05),
    ("beta, ICC 0.2", "beta", 0.2),
    ("beta, ICC 0.5", "beta", 0.5),
    ("logit SD 1", "logit", 1.0),
    ("logit SD 2", "logit", 2.0),
)

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def logit_mean(rate: float, sd: float) -> float:
    """The mean on the logit scale whose average rate over normal effects is ``rate``."""

    def excess(mean: float) -> float:
        return float((_WEIGHTS * special.expit(mean + sd * _NODES)).sum()) - rate

    return float(brentq(excess, -60.0, 60.0))


def cluster_counts(
    rng: np.random.Generator,
    groups: int,
    rate: float,
    kind: str,
    spread: float,
    *,
    sizes: npt.NDArray[np.int64] | int = COMPLETIONS,
) -> npt.NDArray[np.int64]:
    """Successes of RUNS data sets, shape (RUNS, groups)."""
    shape = (RUNS, groups)
    if kind == "logit":
        p = special.expit(logit_mean(rate, spread) + spread * rng.standard_normal(shape))
    elif spread == 0.0:
        p = np.full(shape, rate)
    else:
        total = 1.0 / spread - 1.0
        p = rng.beta(rate * total, (1.0 - rate) * total, shape)
    return rng.binomial(sizes, p)


def test_clustered_coverage() -> None:
    rng = np.random.default_rng(2024)
    lowest: dict[str, dict[int, list[float]]] = {}
    for scenario, kind, spread in SCENARIOS:
        for groups in GROUPS:
            rows: dict[str, list[float]] = {}
            for rate in RATES:
                k = cluster_counts(rng, groups, rate, kind, spread)
                naive = proportion_intervals(k.sum(axis=1), groups * COMPLETIONS)
                rows.setdefault("wilson (naive)", []).append(
                    float(((naive["low"] <= rate) & (rate <= naive["high"])).mean())
                )
                for method in CLUSTERED:
                    table = clustered_proportions(k, COMPLETIONS, method=method)
                    inside = (table["low"] <= rate) & (rate <= table["high"])
                    rows.setdefault(method, []).append(float(inside.mean()))
            print(f"\n{scenario}, {groups} clusters of {COMPLETIONS}")
            for method, coverage in rows.items():
                print(f"  {method:<15} mean {np.mean(coverage):.3f}  ", *(f"{c:.3f}" for c in coverage))
                lowest.setdefault(method, {}).setdefault(groups, []).append(float(np.mean(coverage)))
                lowest.setdefault(method + " min", {}).setdefault(groups, []).append(min(coverage))
            # the default: within 1.5 points on average over the rates, or conservative
            assert np.mean(rows["wilson-t"]) >= NOMINAL - 0.015, (scenario, groups)
            assert np.mean(rows["korn-graubard"]) >= NOMINAL - 0.015, (scenario, groups)
            assert np.mean(rows["logit-t"]) >= NOMINAL - 0.015, (scenario, groups)
    print("\nlowest mean over rates of any scenario / lowest cell, by number of clusters", GROUPS)
    for method in ("wilson (naive)", *CLUSTERED):
        cells = [f"{100 * min(lowest[method][g]):.1f} / {100 * min(lowest[method + ' min'][g]):.1f}" for g in GROUPS]
        highest = [f"{100 * max(lowest[method][g]):.1f}" for g in GROUPS]
        print(f"{method:<16}", *(f"{c:>13}" for c in cells), "  highest means", *highest)


def test_clusters_of_a_hundred_completions() -> None:
    rng = np.random.default_rng(100)
    lowest = []
    for scenario, kind, spread in SCENARIOS:
        for groups in GROUPS:
            coverage = []
            for rate in RATES:
                k = cluster_counts(rng, groups, rate, kind, spread, sizes=100)
                table = clustered_proportions(k, 100)
                coverage.append(float(((table["low"] <= rate) & (rate <= table["high"])).mean()))
            print(f"\n{scenario}, {groups} clusters of 100: {np.mean(coverage):.3f} (lowest {min(coverage):.3f})")
            lowest.append(float(np.mean(coverage)))
    assert min(lowest) >= NOMINAL - 0.015


def test_clusters_of_different_sizes() -> None:
    rng = np.random.default_rng(77)
    lowest = []
    for scenario, kind, spread in SCENARIOS:
        for groups in GROUPS:
            coverage = []
            for _ in range(3):
                sizes = np.exp(rng.uniform(np.log(3), np.log(41), groups)).astype(int)
                for rate in RATES:
                    k = cluster_counts(rng, groups, rate, kind, spread, sizes=sizes)
                    table = clustered_proportions(k, sizes)
                    coverage.append(float(((table["low"] <= rate) & (rate <= table["high"])).mean()))
            print(f"\n{scenario}, {groups} clusters of 3 to 40: {np.mean(coverage):.3f} (lowest {min(coverage):.3f})")
            lowest.append(float(np.mean(coverage)))
    assert min(lowest) >= NOMINAL - 0.015


def test_two_crossed_factors() -> None:
    rng = np.random.default_rng(21)
    runs = 1000
    for questions, personas in ((20, 5), (12, 12)):
        clusters = {
            "question": np.repeat(np.arange(questions), personas),
            "persona": np.tile(np.arange(personas), questions),
        }
        for a, b in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
            held = []
            for rate in (0.1, 0.4):
                mean = logit_mean(rate, float(np.hypot(a, b)))
                hits = 0
                for _ in range(runs):
                    eta = mean + a * rng.standard_normal((questions, 1)) + b * rng.standard_normal((1, personas))
                    k = rng.binomial(COMPLETIONS, special.expit(eta)).ravel()
                    interval = clustered_proportion(k, COMPLETIONS, clusters).interval
                    hits += interval is not None and rate in interval
                held.append(hits / runs)
            print(f"\n{questions} x {personas}, SD {a:g} and {b:g}: {np.mean(held):.3f} (lowest {min(held):.3f})")
            # the mean of 2,000 runs has a standard error of 0.5 points
            assert np.mean(held) >= NOMINAL - 0.025


def test_twenty_questions_of_ten_completions() -> None:
    # The rule book's example: Wilson covers 78% and 63%, cluster-t 95% and 95%, for question SDs of 1 and 2 logits.
    rng = np.random.default_rng(7)
    for spread, claimed in ((1.0, 0.78), (2.0, 0.63)):
        k = cluster_counts(rng, 20, 0.5, "logit", spread)
        naive = proportion_intervals(k.sum(axis=1), 200)
        assert float(((naive["low"] <= 0.5) & (naive["high"] >= 0.5)).mean()) == pytest.approx(claimed, abs=0.03)
        for method in ("cluster-t", "wilson-t"):
            table = clustered_proportions(k, COMPLETIONS, method=method)
            covered = float(((table["low"] <= 0.5) & (table["high"] >= 0.5)).mean())
            assert covered == pytest.approx(NOMINAL, abs=0.02)


def test_arrays_and_scalars_are_the_same_estimator() -> None:
    rng = np.random.default_rng(8)
    k = cluster_counts(rng, 8, 0.05, "beta", 0.3)[:200]
    for method in CLUSTERED:
        table = clustered_proportions(k, COMPLETIONS, method=method)
        for i in range(0, 200, 5):
            if np.isnan(table["low"][i]):
                continue
            interval = clustered_proportion(k[i], COMPLETIONS, list("abcdefgh"), method=method).interval
            assert interval is not None
            assert (interval.low, interval.high) == pytest.approx((table["low"][i], table["high"][i]), rel=1e-12)


PAIRS = ((0.02, 0.02), (0.05, 0.05), (0.1, 0.02), (0.2, 0.2), (0.3, 0.1), (0.5, 0.5), (0.6, 0.3), (0.9, 0.5))


def _difference_run(
    rng: np.random.Generator, groups: int, pair: tuple[float, float], shared: float, own: float
) -> tuple[float, float, float]:
    """Coverage of score-t and cluster-t and the rejection rate of the t test at 5%, vectorised over runs."""
    spread = float(np.hypot(shared, own))
    common = shared * rng.standard_normal((RUNS, groups))
    bounds, residuals, rates, floors = [], [], [], []
    total = groups * COMPLETIONS
    for rate in pair:
        mean = logit_mean(rate, spread)
        k = rng.binomial(COMPLETIONS, special.expit(mean + common + own * rng.standard_normal((RUNS, groups))))
        table = clustered_proportions(k, COMPLETIONS)
        p = table["rate"]
        bounds.append((table["low"], table["high"]))
        residuals.append((k - p[:, None] * COMPLETIONS) / total)
        rates.append(p)
        floors.append(p * (1 - p) / total)
    factor = groups / (groups - 1)
    v1, v2 = (factor * np.sum(e**2, axis=1) for e in residuals)
    v = factor * np.sum((residuals[0] - residuals[1]) ** 2, axis=1)
    scale = np.sqrt(np.maximum(v1, floors[0]) * np.maximum(v2, floors[1]))
    r = np.zeros(RUNS)
    np.divide(0.5 * (v1 + v2 - v), scale, out=r, where=scale > 0)
    r = np.clip(r, -1, 1)

    def reach(x: Floats, y: Floats) -> Floats:
        return np.sqrt(np.maximum(x * x + y * y - 2 * r * x * y, 0.0))

    d, true = rates[0] - rates[1], pair[0] - pair[1]
    low = d - reach(rates[0] - bounds[0][0], bounds[1][1] - rates[1])
    high = d + reach(bounds[0][1] - rates[0], rates[1] - bounds[1][0])
    half = t_ppf(0.975, groups - 1) * np.sqrt(v)
    score = float(((low <= true) & (true <= high)).mean())
    plain = float(((d - half <= true) & (true <= d + half)).mean())
    return score, plain, float((np.abs(d) > half).mean())


def test_clustered_difference_coverage_and_size() -> None:
    rng = np.random.default_rng(31)
    for shared, own in ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (2.0, 0.0), (2.0, 1.0)):
        for groups in GROUPS:
            runs = np.array([_difference_run(rng, groups, pair, shared, own) for pair in PAIRS])
            same = np.array([a == b for a, b in PAIRS])
            print(
                f"\nSD {shared:g} shared, {own:g} own, {groups:>2} clusters: score-t {runs[:, 0].mean():.3f} (lowest"
                f" {runs[:, 0].min():.3f}), cluster-t {runs[:, 1].mean():.3f} ({runs[:, 1].min():.3f}),"
                f" size {runs[same, 2].mean():.3f} (largest {runs[same, 2].max():.3f})"
            )
            assert runs[:, 0].mean() >= NOMINAL - 0.015
            assert runs[same, 2].max() <= 0.065


def test_the_vectorised_difference_is_the_function() -> None:
    rng = np.random.default_rng(4)
    labels = list("abcdef")
    for _ in range(20):
        k1, k2 = rng.binomial(10, 0.3, 6), rng.binomial(10, 0.2, 6)
        estimate = clustered_difference(k1, 10, labels, k2, 10, labels, method="cluster-t")
        d = k1 / 10 - k2 / 10
        assert estimate.details["standard_error"] == pytest.approx(np.std(d, ddof=1) / np.sqrt(6))
