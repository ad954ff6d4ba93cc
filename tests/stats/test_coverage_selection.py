"""Family-wise error, coverage and size where the best is picked: 10,000 data sets a cell, 199 permutations each."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from leakstats.stats import Permutation, held_out_selection, max_t, peak_rate, selected_correlation
from leakstats.stats.selection import _conditional_tail, _limits

pytestmark = pytest.mark.slow

RUNS, PERMUTATIONS = 10_000, 199
LAYERS, BETWEEN = 4, 0.8


def data(rng: np.random.Generator, n: int, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """y (runs, n) and layers (runs, n, 4) that correlate 0.8 with each other and rho with y."""
    full = np.full((LAYERS + 1, LAYERS + 1), BETWEEN)
    full[-1, :] = full[:, -1] = rho
    np.fill_diagonal(full, 1.0)
    z = rng.normal(size=(RUNS, n, LAYERS + 1)) @ np.linalg.cholesky(full).T
    return z[..., -1], z[..., :-1]


@pytest.mark.parametrize("step_down", [False, True])
@pytest.mark.parametrize("n", [8, 12, 20])
def test_max_t_family_wise_error(n: int, step_down: bool) -> None:
    rng = np.random.default_rng(41)
    y, X = data(rng, n, 0.0)
    plan = Permutation(n_resamples=PERMUTATIONS, rng=rng)
    adjusted = single = 0
    for v, columns in zip(y, X, strict=True):
        result = max_t(v, columns, method=plan, step_down=step_down)
        adjusted += min(e.p_value.value for e in result.estimates if e.p_value) <= 0.05
        single += min(e.p_by("permutation").value for e in result.estimates) <= 0.05
    print(f"max-T n={n} step-down={step_down}: {100 * adjusted / RUNS:.1f}, unadjusted {100 * single / RUNS:.1f}")
    assert 0.035 <= adjusted / RUNS <= 0.05 + 0.0065  # Spearman of 8 is coarse, hence below
    assert single / RUNS > 0.09


@pytest.mark.parametrize("statistic", ["pearson", "spearman"])
@pytest.mark.parametrize("n", [8, 12, 20, 50])
def test_selected_correlation_coverage(n: int, statistic: str) -> None:
    rng = np.random.default_rng(42)
    plan = Permutation(n_resamples=PERMUTATIONS, rng=rng)
    out, naive = [], []
    for rho in (0.0, 0.5):
        y, X = data(rng, n, rho)
        truth = rho if statistic == "pearson" else 6.0 / np.pi * np.arcsin(rho / 2.0)
        covered = plain = 0
        for v, columns in zip(y, X, strict=True):
            e = selected_correlation(v, columns, statistic=statistic, method=plan)  # type: ignore[arg-type]
            if e.interval is None:  # a perfect correlation among few units: no bound is given
                covered, plain = covered + 1, plain + 1
                continue
            covered += truth in e.interval
            error = np.sqrt((1.0 + (e.value**2 / 2.0 if statistic == "spearman" else 0.0)) / (n - 3.0))
            plain += abs(np.arctanh(e.value) - np.arctanh(truth)) <= 1.96 * error
        out.append(covered / RUNS)
        naive.append(plain / RUNS)
    print(f"selected {statistic} n={n}:", *(f"{100 * c:.1f}" for c in out), "naive", *(f"{100 * c:.1f}" for c in naive))
    assert min(out) >= 0.935


def test_held_out_size() -> None:
    rng = np.random.default_rng(43)
    y, X = data(rng, 16, 0.0)
    p = [held_out_selection(v, c, rng=rng).p_value for v, c in zip(y, X, strict=True)]
    size = np.mean([q is not None and q.value <= 0.05 for q in p])
    print(f"held-out half of 16: size {100 * size:.1f}")
    assert size <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)


@pytest.mark.parametrize("rate", [0.01, 0.025, 0.1, 0.5])
def test_peak_of_eleven_checkpoints(rate: float) -> None:
    rng = np.random.default_rng(44)
    trials = np.full(11, 200)
    hits = rng.binomial(200, rate, size=(RUNS, 11))
    known: dict[tuple[int, int], float] = {}
    rejected = covered = plain = 0
    tails = (1.0 - 0.95 ** (1 / 11)) / 2.0

    def inside(k: int, tail: float) -> bool:
        low = special.betaincinv(k, 201 - k, tail) if k else 0.0
        high = special.betaincinv(k + 1, 200 - k, 1.0 - tail) if k < 200 else 1.0
        return bool(low <= rate <= high)

    for row in hits:
        peak, total = int(row.max()), int(row.sum())
        if (peak, total) not in known:
            known[peak, total] = _conditional_tail(_limits(trials, peak, 200), trials, total) if total else 1.0
        rejected += known[peak, total] <= 0.05
        covered += inside(peak, tails)
        plain += inside(peak, 0.025)
    e = peak_rate(hits[0], 200)
    assert e.p_value is not None
    assert e.p_value.value == pytest.approx(known[int(hits[0].max()), int(hits[0].sum())])
    mean = hits.max(axis=1).mean() / 200
    print(
        f"peak of 11, rate {rate}: mean peak {100 * mean:.1f}%, size {100 * rejected / RUNS:.1f},"
        f" simultaneous {100 * covered / RUNS:.1f}, unadjusted {100 * plain / RUNS:.1f}"
    )
    assert rejected / RUNS <= 0.05 + 0.0065
    assert covered / RUNS >= 0.945


@pytest.mark.parametrize("rate", [0.1, 0.4])
def test_peak_by_question(rate: float) -> None:
    rng = np.random.default_rng(45)
    plan = Permutation(n_resamples=PERMUTATIONS, rng=rng)
    runs = RUNS
    rejected = covered = 0
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    truth = float((weights * special.expit(special.logit(rate) + nodes)).sum() / weights.sum())
    for _ in range(runs):
        question = special.expit(special.logit(rate) + rng.normal(size=(20, 1)))
        e = peak_rate(rng.binomial(10, question, size=(20, 11)), 10, method=plan)
        assert e.p_value is not None
        assert e.interval is not None
        rejected += e.p_value.value <= 0.05
        covered += truth in e.interval
    print(f"peak by question, rate {rate}: size {100 * rejected / runs:.1f}, covers {100 * covered / runs:.1f}")
    assert rejected / runs <= 0.05 + 0.0065
    assert covered / runs >= 0.945
