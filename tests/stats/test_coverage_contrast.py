"""Coverage and size of contrasts: 10,000 data sets a cell, rates of questions with 10 completions each."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from leakstats.stats import Permutation, blocked_conditions_test, paired_contrast

pytestmark = pytest.mark.slow

RUNS, COMPLETIONS = 10_000, 10
BASES = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SIZES = (5, 8, 12, 20, 50, 200)


def two_conditions(
    rng: np.random.Generator, base: float, effect: float, n: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Rates (runs, n) under both conditions, and the true difference; questions vary by 1 logit, effects by 0.5."""
    question, own = rng.normal(size=(RUNS, n)), 0.5 * rng.normal(size=(RUNS, n))
    start = special.logit(base)
    a = rng.binomial(COMPLETIONS, special.expit(start + effect + question + own)) / COMPLETIONS
    b = rng.binomial(COMPLETIONS, special.expit(start + question)) / COMPLETIONS
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    first = special.expit(start + effect + math.sqrt(1.25) * nodes)
    truth = float((weights * (first - special.expit(start + nodes))).sum() / weights.sum())
    return a, b, truth


@pytest.mark.parametrize("effect", [0.0, 0.8])
def test_paired_t_over_questions(effect: float) -> None:
    rng = np.random.default_rng(31)
    for n in SIZES:
        row = []
        for base in BASES:
            a, b, truth = two_conditions(rng, base, effect, n)
            d = a - b
            mean, error = d.mean(axis=1), d.std(axis=1, ddof=1) / math.sqrt(n)
            varies = error > 1e-12  # without spread no interval is given
            half = special.stdtrit(n - 1, 0.975) * error
            row.append(float((np.abs(mean - truth) <= half)[varies].mean()))
            e = paired_contrast(a[0], b[0])
            if e.interval is not None:
                assert (e.interval.low, e.interval.high) == pytest.approx((mean[0] - half[0], mean[0] + half[0]))
        print(f"paired t, effect {effect}, n={n}: mean {100 * np.mean(row):.1f}, lowest {100 * min(row):.1f}")
        assert np.mean(row) >= 0.935


@pytest.mark.parametrize("n", [5, 8, 12, 20])
def test_sign_flip_size_and_interval(n: int) -> None:
    rng = np.random.default_rng(32)
    a, b, _ = two_conditions(rng, 0.25, 0.0, n)
    d = a - b  # own effects are symmetric but rates are not: the mean difference is not quite 0
    symmetric = np.where(rng.random(size=d.shape) < 0.5, d, -d)
    rejected = covered = given = 0
    for row in symmetric:
        e = paired_contrast(row, np.zeros(n), interval="sign-flip" if n <= 12 else "t")
        assert e.p_value is not None
        rejected += e.p_value.value <= 0.05
        if e.interval is not None:
            given += 1
            covered += e.interval.low <= 1e-12 and e.interval.high >= -1e-12
    share = f"{100 * covered / given:.1f}" if given else "none"
    print(f"sign-flip n={n}: size {100 * rejected / RUNS:.1f}, interval covers {share}")
    assert rejected / RUNS <= 0.05 + 0.0065
    assert not given or covered / given >= 0.935
    if n == 5:
        assert rejected == 0


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (8, 5), (20, 8), (28, 9), (50, 20)])
def test_two_crossed_factors(rows: int, columns: int) -> None:
    rng = np.random.default_rng(33)
    out = []
    for sd_rows, sd_columns in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.7, 0.7)):
        d = sd_rows * rng.normal(size=(RUNS, rows, 1)) + sd_columns * rng.normal(size=(RUNS, 1, columns))
        d = d + rng.normal(size=(RUNS, rows, columns))
        mean = d.mean(axis=(1, 2))
        e = d - mean[:, None, None]
        v_rows = (e.mean(axis=2) ** 2).sum(axis=1) / (rows * (rows - 1))
        v_columns = (e.mean(axis=1) ** 2).sum(axis=1) / (columns * (columns - 1))
        size = rows * columns
        both = v_rows + v_columns - (e * e).sum(axis=(1, 2)) / (size * (size - 1))
        variances = np.stack([v_rows, v_columns, both])
        df_both = (v_rows + v_columns) ** 2 / (v_rows**2 / (rows - 1) + v_columns**2 / (columns - 1))
        df = np.stack([np.full(RUNS, rows - 1.0), np.full(RUNS, columns - 1.0), df_both])
        used = variances.argmax(axis=0)[None]
        df, variance = (np.take_along_axis(v, used, axis=0)[0] for v in (df, variances))
        half = special.stdtrit(df, 0.975) * np.sqrt(variance)
        out.append(float((np.abs(mean) <= half).mean()))
        interval = paired_contrast(d[0], np.zeros((rows, columns))).interval
        assert interval is not None
        assert (interval.low, interval.high) == pytest.approx((mean[0] - half[0], mean[0] + half[0]))
    print(f"crossed {rows} x {columns}:", *(f"{100 * c:.1f}" for c in out))
    assert min(out) >= 0.935


def test_blocked_conditions_size() -> None:
    rng = np.random.default_rng(34)
    plan = Permutation(n_resamples=199, rng=rng)
    rejected = {"range": 0, "friedman-chi2": 0, "friedman-permutation": 0}
    for _ in range(RUNS):
        table = rng.binomial(280, special.expit(rng.normal(size=(11, 1))), size=(11, 5)) / 280
        e = blocked_conditions_test(table, method=plan)
        assert e.p_value is not None
        rejected["range"] += e.p_value.value <= 0.05
        for name in ("friedman-chi2", "friedman-permutation"):
            rejected[name] += e.p_by(name).value <= 0.05
    print("11 blocks, 5 conditions:", {k: f"{100 * v / RUNS:.1f}" for k, v in rejected.items()})
    assert abs(rejected["range"] / RUNS - 0.05) <= 0.0065
    assert rejected["friedman-permutation"] / RUNS <= 0.0565
