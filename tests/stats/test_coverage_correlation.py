"""Simulated coverage of the default intervals and size of the default tests of correlations.

Ten thousand runs a cell. A cell passes where its true value can lie within 1.5 points of nominal, or on the
conservative side of it: the bound is widened by 2.5 Monte-Carlo standard errors of a rate of 5% (0.0022). The
printed tables (run with ``-s``) are those in the docstrings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from leakstats.stats import Permutation, partial_correlation, partial_correlations, pearson, semipartial_correlation
from leakstats.stats._arrays import unit
from leakstats.stats._correlation_intervals import (
    fisher_interval,
    kendall_influence,
    kendall_interval,
    spearman_influence,
    spearman_interval,
)
from leakstats.stats._correlation_tests import default_permutation, kendall_counted_p, permutation_p, product_null
from leakstats.stats._count_kernels import CountKernel, pearson_kernel, spearman_kernel
from leakstats.stats._ranks import midranks
from leakstats.stats.dependent_correlations import _Triple
from leakstats.stats.resampling import Bootstrap, bootstrap_interval, jackknife_counts

pytestmark = pytest.mark.slow

RUNS = 10_000
SLACK = 0.015 + 2.5 * math.sqrt(0.05 * 0.95 / RUNS)
SIZES = (5, 8, 12, 20, 50, 200)
RHOS = (0.0, 0.5, 0.8, 0.9)
Pairs = tuple[np.ndarray, np.ndarray]


def report(what: str, n: int, label: object, rate: float) -> None:
    print(f"{what:<34} n = {n:<4} {label!s:<24} {rate:.4f}")


def normal_pairs(rng: np.random.Generator, n: int, rho: float, runs: int = RUNS) -> Pairs:
    x = rng.normal(size=(runs, n))
    return x, rho * x + math.sqrt(1.0 - rho * rho) * rng.normal(size=(runs, n))


def covered(cells: Iterator[tuple[float, float]], truth: float) -> float:
    return float(np.mean([low <= truth <= high for low, high in cells]))


def remembered(interval: Callable[[float], tuple[float, float]]) -> Callable[[float], tuple[float, float]]:
    """Rank correlations take few values: each is computed once."""
    known: dict[float, tuple[float, float]] = {}

    def lookup(value: float) -> tuple[float, float]:
        key = round(value, 12)
        if key not in known:
            known[key] = interval(value)
        return known[key]

    return lookup


def spearman_values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found = (unit(midranks(x), axis=1) * unit(midranks(y), axis=1)).sum(axis=1)
    whole = np.abs(np.abs(found) - 1.0) < 1e-12
    return np.where(whole, np.sign(found), np.clip(found, -1.0, 1.0))


def kendall_values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Tau without ties: with the rows in order of x only y's order counts."""
    n = x.shape[1]
    pairs = n * (n - 1) // 2
    ordered = np.take_along_axis(y, np.argsort(x, axis=1), axis=1).astype(np.float32)
    found = np.empty(len(x))
    for start in range(0, len(x), 250):
        block = np.ascontiguousarray(ordered[start : start + 250].T)
        rising = np.zeros(block.shape[1], dtype=np.int64)
        for i in range(n - 1):
            rising += np.count_nonzero(block[i + 1 :] > block[i], axis=0)
        found[start : start + 250] = (2 * rising - pairs) / pairs
    return found


@pytest.mark.parametrize("n", SIZES)
def test_intervals_of_continuous_pairs(n: int) -> None:
    rng = np.random.default_rng(100 + n)
    for rho in RHOS:
        x, y = normal_pairs(rng, n, rho)
        u, v = unit(x, axis=1), unit(y, axis=1)
        r = (u * v).sum(axis=1)
        error = 1.0 / math.sqrt(n - 3)
        fisher = (
            fisher_interval(float(value), 1.0 - abs(float(value)), error=error, level=0.95, method="") for value in r
        )
        rates = {"pearson fisher-z": covered(((i.low, i.high) for i in fisher), rho)}

        def spearman_ends(value: float) -> tuple[float, float]:
            found = spearman_interval(value, n, method="bonett-wright", level=0.95, influence=None)
            return found.low, found.high

        rho_s = 6.0 / math.pi * math.asin(rho / 2.0)
        lookup = remembered(spearman_ends)
        rates["spearman bonett-wright"] = covered((lookup(float(s)) for s in spearman_values(x, y)), rho_s)

        def kendall_ends(value: float) -> tuple[float, float]:
            found = kendall_interval(value, n, method="esscher-score", level=0.95, influence=np.zeros(n))
            assert found is not None
            return found.low, found.high

        lookup = remembered(kendall_ends)
        tau = 2.0 / math.pi * math.asin(rho)
        rates["kendall esscher-score"] = covered((lookup(float(t)) for t in kendall_values(x, y)), tau)
        for what, rate in rates.items():
            report(what, n, f"rho {rho}", rate)
            assert rate >= 0.95 - SLACK, (what, rho)


TIED = {
    "y at a floor in half": lambda x, y: (x, np.maximum(y, 0.0)),
    "five values": lambda x, y: (np.clip(np.round(x), -2, 2), np.clip(np.round(y), -2, 2)),
}


@pytest.mark.parametrize("n", [8, 20, 50])
@pytest.mark.parametrize("model", sorted(TIED))
def test_tie_robust_intervals(model: str, n: int) -> None:
    rng = np.random.default_rng(200 + n)
    for rho in (0.0, 0.8):
        x, y = TIED[model](*normal_pairs(rng, 1, rho, 1_000_000))
        x, y = x[:, 0], y[:, 0]
        rho_s = float(spearman_values(x[None], y[None])[0])
        other = rng.permutation(x.size)
        a, b = np.sign(x - x[other]), np.sign(y - y[other])
        tau = float((a * b).sum() / math.sqrt((a * a).sum() * (b * b).sum()))
        hits: dict[str, list[bool]] = {"spearman tie-robust": [], "kendall tie-robust": []}
        for x, y in zip(*TIED[model](*normal_pairs(rng, n, rho)), strict=True):
            if np.ptp(x) == 0 or np.ptp(y) == 0:
                continue
            rx, ry = midranks(x), midranks(y)
            value = float(spearman_values(x[None], y[None])[0])
            effect = spearman_influence(x, y, value, x_ranks=rx, y_ranks=ry)
            found = spearman_interval(value, n, method="tie-robust", level=0.95, influence=effect)
            hits["spearman tie-robust"].append(rho_s in found)
            c, untied_x, untied_y, effect = kendall_influence(x, y)
            value = c / math.sqrt(untied_x * untied_y)
            found_tau = kendall_interval(value, n, method="tie-robust", level=0.95, influence=effect)
            assert found_tau is not None
            hits["kendall tie-robust"].append(tau in found_tau)
        for what, inside in hits.items():
            rate = float(np.mean(inside))
            report(what, n, f"{model}, rho {rho}", rate)
            assert rate >= 0.95 - SLACK, (what, rho)


@pytest.mark.parametrize("n", SIZES)
def test_size_of_rank_tests_without_ties(n: int) -> None:
    """n <= 9 exact, n <= 30 the default permutations, above t (Kendall: counted or normal)."""
    rng = np.random.default_rng(300 + n)
    x, y = normal_pairs(rng, n, 0.0)
    plan = None if n <= 9 else default_permutation
    u = np.arange(1.0, n + 1.0)
    u = unit(u)

    def spearman_p(value: float) -> float:
        # any permutation with this correlation has this p-value: find it by the null distribution
        null = product_null(u, u)
        null = type(null)(value, null.statistics)
        return permutation_p(null, n, plan=plan() if plan else None, alternative="two-sided").value

    values = spearman_values(x, y)
    if n <= 30:
        known: dict[float, float] = {}
        p = np.array([known.setdefault(round(abs(float(s)), 12), -1.0) for s in values])
        known = {value: spearman_p(value) for value in known}
        p = np.array([known[round(abs(float(s)), 12)] for s in values])
    else:
        from scipy import stats

        p = 2 * stats.t.sf(np.abs(values) * np.sqrt((n - 2) / (1 - values**2)), n - 2)
    rate = float(np.mean(p <= 0.05))
    report("spearman size", n, "", rate)
    assert rate <= 0.05 + SLACK
    if n <= 50:
        pairs = n * (n - 1) // 2
        counted = {s: kendall_counted_p(s, n, alternative="two-sided").value for s in range(-pairs, pairs + 1, 2)}
        p = np.array([counted[round(t * pairs)] for t in kendall_values(x, y).tolist()])
        rate = float(np.mean(p <= 0.05))
        report("kendall size", n, "", rate)
        assert rate <= 0.05 + SLACK


@pytest.mark.parametrize("n", [5, 12, 20, 50])
def test_size_of_the_pearson_test(n: int) -> None:
    """Enumerated and permuted on skewed data, where t is not exact; t on normal data above n = 30."""
    rng = np.random.default_rng(400 + n)
    plan = Permutation(n_resamples=199, rng=np.random.default_rng(0))
    method = "auto" if n in (5, 50) else plan
    runs = RUNS
    hits = 0
    for _ in range(runs):
        x, y = rng.normal(size=(2, n)) if n > 30 else rng.standard_exponential(size=(2, n)) ** 2
        p = pearson(x, y, method=method).p_value
        assert p is not None
        hits += p.value <= 0.05
    report("pearson size", n, str(method)[:6], hits / runs)
    assert hits / runs <= 0.05 + SLACK
    if n >= 12:
        assert hits / runs >= 0.05 - SLACK


def conditioned(
    rng: np.random.Generator, n: int, k: int, by: float, bx: float, slope: float, runs: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    z = rng.normal(size=(runs, n, k))
    x = bx * z.sum(axis=2) + rng.normal(size=(runs, n))
    return by * z.sum(axis=2) + slope * x + rng.normal(size=(runs, n)), x, z


def population_partial(k: int, by: float, bx: float, slope: float, kind: str) -> float:
    loads = np.zeros((k + 2, k + 2))
    loads[1, 1], loads[1, 2:] = 1.0, bx
    loads[0] = slope * loads[1]
    loads[0, 0] += 1.0
    loads[0, 2:] += by
    loads[2:, 2:] = np.eye(k)
    c = loads @ loads.T
    r = c / np.sqrt(np.outer(np.diag(c), np.diag(c)))
    if kind == "spearman":
        r = 6.0 / math.pi * np.arcsin(r / 2.0)
    inverse = np.linalg.inv(r)
    return float(-inverse[0, 1] / math.sqrt(inverse[0, 0] * inverse[1, 1]))


MODELS = ((0.0, 0.0, 0.0), (1.0, 0.5, 1.0), (0.0, 1.0, 1.0), (0.3, 0.3, 2.0))


@pytest.mark.parametrize("n", [8, 12, 20, 50, 200])
@pytest.mark.parametrize("k", [1, 3])
def test_partial_intervals(n: int, k: int) -> None:
    rng = np.random.default_rng(500 + n + k)
    for model in MODELS:
        for kind in ("pearson", "spearman"):
            truth = population_partial(k, *model, kind)
            hits: list[np.ndarray] = []
            for _ in range(4):
                y, x, z = conditioned(rng, n, k, *model, runs=RUNS // 4)
                found = partial_correlations(y, x, z, kind=kind)
                hits.append((found["low"] <= truth) & (truth <= found["high"]))
            rate = float(np.mean(np.concatenate(hits)))
            report(f"partial {kind}", n, f"k {k}, {model}", rate)
            assert rate >= 0.95 - SLACK, (kind, model)


@pytest.mark.parametrize(
    ("kind", "n", "k"),
    [("pearson", 5, 1), ("pearson", 12, 3), ("spearman", 5, 1), ("spearman", 12, 1), ("spearman", 20, 3)],
)
def test_size_of_freedman_lane(kind: str, n: int, k: int) -> None:
    """Covariates that explain up to 43% of both columns (0.5 each); stronger ones are in the docstring's table."""
    rng = np.random.default_rng(600 + n + k)
    plan = "auto" if n == 5 else Permutation(n_resamples=199, rng=np.random.default_rng(0))
    hits = runs = 0
    y, x, z = conditioned(rng, n, k, 0.5, 0.5, 0.0, runs=RUNS)
    for j in range(RUNS):
        try:
            p = partial_correlation(y[j], x[j], z[j], kind=kind, method=plan).p_value
        except ArithmeticError:  # ranks of five rows may coincide
            continue
        assert p is not None
        runs += 1
        hits += p.value <= 0.05
    report(f"freedman-lane {kind}", n, f"k {k}", hits / runs)
    assert hits / runs <= 0.05 + SLACK


@pytest.mark.parametrize(("n", "k"), [(8, 1), (20, 3)])
def test_semipartial_default_interval(n: int, k: int) -> None:
    rng = np.random.default_rng(700 + n + k)
    for by, bx, slope in MODELS[2:]:
        truth = slope / math.sqrt(k * (by + slope * bx) ** 2 + slope**2 + 1.0)
        y, x, z = conditioned(rng, n, k, by, bx, slope, runs=RUNS)
        ends = (semipartial_correlation(y[j], x[j], z[j], method="t").interval for j in range(RUNS))
        rate = float(np.mean([i is not None and truth in i for i in ends]))
        report("semipartial wider", n, f"k {k}, {(by, bx, slope)}", rate)
        assert rate >= 0.95 - SLACK


@pytest.mark.parametrize("n", [8, 20, 50])
@pytest.mark.parametrize("kind", ["pearson", "spearman"])
def test_difference_of_dependent_correlations(kind: str, n: int) -> None:
    rng = np.random.default_rng(800 + n)
    for a, b, c in ((0.0, 0.0, 0.0), (0.5, 0.5, 0.9), (0.8, 0.8, 0.9), (0.8, 0.5, 0.5)):
        r = np.array([[1, a, b], [a, 1, c], [b, c, 1]])
        root = np.linalg.cholesky(r)
        truth = a - b
        if kind == "spearman":
            truth = 6.0 / math.pi * (math.asin(a / 2.0) - math.asin(b / 2.0))
        inside = rejected = 0
        for sample in rng.normal(size=(RUNS, n, 3)) @ root.T:
            triple = _Triple(*sample.T, kind=kind)
            low, high = triple.zou(1.959963984540054)
            inside += low <= truth <= high
            # "zou" rejects where its interval excludes 0
            if kind == "spearman":
                rejected += low > 0.0 or high < 0.0
            else:
                p = triple.williams_p(alternative="two-sided")
                assert p is not None
                rejected += p.value <= 0.05
        report(f"dependent {kind} coverage", n, (a, b, c), inside / RUNS)
        assert inside / RUNS >= 0.95 - SLACK
        if a == b:
            report(f"dependent {kind} size", n, (a, b, c), rejected / RUNS)
            assert rejected / RUNS <= 0.05 + SLACK


@pytest.mark.parametrize(
    ("make", "floors"),
    [
        # what the docstring of Bootstrap says, less 2.5 Monte-Carlo standard errors
        (pearson_kernel, {"bca": 0.925, "percentile": 0.913, "basic": 0.838, "normal": 0.889}),
        (spearman_kernel, {"bca": 0.94, "percentile": 0.94, "basic": 0.864, "normal": 0.905}),
    ],
)
def test_bootstrap_intervals_of_twenty_pairs(make: Callable[..., CountKernel], floors: dict[str, float]) -> None:
    rng = np.random.default_rng(900)
    n, rho = 20, 0.5
    truth = rho if make is pearson_kernel else 6.0 / math.pi * math.asin(rho / 2.0)
    plans = {method: Bootstrap(n_resamples=500, method=method, rng=rng) for method in floors}  # type: ignore[arg-type]
    inside = dict.fromkeys(floors, 0)
    left_out = next(jackknife_counts(np.arange(n), n))
    for x, y in zip(*normal_pairs(rng, n, rho), strict=True):
        kernel = make(x, y)
        replicates = np.concatenate([kernel(block) for block in plans["bca"].counts(n)])
        values = kernel(np.hstack([left_out, np.ones((n, 1), dtype=np.int64)]))
        for method, plan in plans.items():
            found = bootstrap_interval(
                float(values[-1]), replicates, config=plan, level=0.95, jackknife=lambda v=values: v[:-1]
            ).interval
            inside[method] += found is not None and truth in found
    for method, floor in floors.items():
        report(f"{make.__name__} {method}", n, f"rho {rho}", inside[method] / RUNS)
        assert inside[method] / RUNS >= floor - 0.0055
