"""Coverage and size of what combines sources: 10,000 data sets a cell; the tables stand in the docstrings.

Pearson correlations of normal samples are drawn from the Bartlett decomposition of a Wishart matrix, which is exact
and costs three numbers instead of 2 n; the pooling runs on the library's own arrays of shape (runs, k).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from leakstats.stats import combine_correlations, repeated_measures_correlation
from leakstats.stats._ranks import midranks
from leakstats.stats.synthesis import _tau2, _weighted

pytestmark = pytest.mark.slow

RUNS = 10_000
SIZES = {"30": (30,), "110": (110,), "20-110": (20, 40, 60, 110), "10-110": (10, 20, 40, 110)}


def wishart_r(rng: np.random.Generator, rho: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Sample correlations of n pairs with correlation rho, element by element."""
    a, b = np.sqrt(rng.chisquare(n - 1.0, rho.shape)), np.sqrt(rng.chisquare(n - 2.0, rho.shape))
    z = rng.normal(size=rho.shape)
    y = rho * a + np.sqrt(1.0 - rho**2) * z
    out: np.ndarray = y / np.sqrt(y**2 + (1.0 - rho**2) * b**2)
    return out


def halves(z: np.ndarray, v: np.ndarray) -> dict[str, np.ndarray]:
    """Mean and half widths by method, as synthesis.py computes them for one row."""
    k = z.shape[1]
    w = 1.0 / (v + _tau2(z, v, "reml")[:, None])
    mean, rss = _weighted(z, w)
    model = 1.0 / np.sqrt(w.sum(axis=1))
    knapp = np.sqrt(rss / (k - 1)) * model
    t = special.stdtrit(k - 1, 0.975)
    return {
        "mean": mean,
        "truncated-hartung-knapp": t * np.maximum(knapp, model),
        "hartung-knapp": t * knapp,
        "z": special.ndtri(0.975) * model,
    }


def test_the_vectorised_pooling_is_the_public_one() -> None:
    rng = np.random.default_rng(0)
    n = np.array([20, 40, 60, 110, 20])
    r = wishart_r(rng, np.full((5, 5), 0.5), n)
    v = np.broadcast_to(1.0 / (n - 3.0), r.shape)
    found = halves(np.arctanh(r), v)
    for i in range(5):
        e = combine_correlations(r[i], n)
        for method in ("truncated-hartung-knapp", "hartung-knapp", "z"):
            interval = e.interval_by(method)
            centre, half = found["mean"][i], found[method][i]
            assert (interval.low, interval.high) == pytest.approx((math.tanh(centre - half), math.tanh(centre + half)))


@pytest.mark.parametrize("design", list(SIZES))
def test_coverage_of_the_mean_correlation(design: str) -> None:
    rng = np.random.default_rng(11)
    worst: dict[tuple[str, int], float] = {}
    for rho in (0.0, 0.7):
        for tau in (0.0, 0.15, 0.4):
            for k in (5, 8, 12, 20):
                n = np.resize(SIZES[design], k)
                truth = np.arctanh(rho) + tau * rng.normal(size=(RUNS, k))
                z = np.arctanh(wishart_r(rng, np.tanh(truth), n))
                found = halves(z, np.broadcast_to(1.0 / (n - 3.0), z.shape))
                t = special.stdtrit(k - 1, 0.975)
                found["t-over-sources"] = t * z.std(axis=1, ddof=1) / math.sqrt(k)
                for method, half in found.items():
                    if method == "mean":
                        continue
                    centre = z.mean(axis=1) if method == "t-over-sources" else found["mean"]
                    cover = float((np.abs(centre - np.arctanh(rho)) <= half).mean())
                    worst[method, k] = min(worst.get((method, k), 1.0), cover)
    for method in ("truncated-hartung-knapp", "hartung-knapp", "t-over-sources", "z"):
        print(f"{design:>7} {method:<24}", *(f"{100 * worst[method, k]:5.1f}" for k in (5, 8, 12, 20)))
    assert min(worst["truncated-hartung-knapp", k] for k in (5, 8, 12, 20)) >= 0.935


def test_coverage_of_the_mean_spearman_correlation() -> None:
    rng = np.random.default_rng(12)
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    for k, n, rho, tau in ((5, 30, 0.7, 0.15), (12, 30, 0.0, 0.15), (5, 110, 0.7, 0.15)):
        r = np.tanh(np.arctanh(rho) + tau * rng.normal(size=(RUNS, k)))
        x = rng.normal(size=(RUNS, k, n))
        y = r[..., None] * x + np.sqrt(1.0 - r[..., None] ** 2) * rng.normal(size=x.shape)
        a, b = (midranks(v) - (n + 1) / 2 for v in (x, y))
        rank = (a * b).sum(axis=-1) / np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
        found = halves(np.arctanh(rank), (1.0 + rank**2 / 2.0) / (n - 3.0))
        # the mean over sources of atanh of each source's population value, 6 / pi * asin(r / 2)
        population = np.arctanh(6.0 / np.pi * np.arcsin(np.tanh(np.arctanh(rho) + tau * nodes) / 2.0))
        truth = float((weights * population).sum() / weights.sum())
        cover = float((np.abs(found["mean"] - truth) <= found["truncated-hartung-knapp"]).mean())
        print(f"spearman k={k} n={n} rho={rho} tau={tau}: {100 * cover:.1f}")
        assert cover >= 0.935


@pytest.mark.parametrize(("subjects", "points"), [(5, 3), (8, 3), (12, 4), (20, 5), (50, 4), (200, 2)])
def test_repeated_measures_correlation(subjects: int, points: int) -> None:
    rng = np.random.default_rng(13)
    row = []
    for rho in (0.0, 0.5, 0.8):
        x = rng.normal(size=(RUNS, subjects, points))
        y = rho * x + math.sqrt(1.0 - rho**2) * rng.normal(size=x.shape)
        a, b = (v - v.mean(axis=2, keepdims=True) for v in (x, y))
        r = (a * b).sum(axis=(1, 2)) / np.sqrt((a * a).sum(axis=(1, 2)) * (b * b).sum(axis=(1, 2)))
        df = subjects * (points - 1) - 1
        half = special.ndtri(0.975) / math.sqrt(df - 1)
        cover = float((np.abs(np.arctanh(r) - np.arctanh(rho)) <= half).mean())
        row.append(cover)
        if rho == 0.0:
            t = r * np.sqrt(df / (1.0 - r**2))
            size = float((2.0 * special.stdtr(df, -np.abs(t)) <= 0.05).mean())
            assert abs(size - 0.05) <= 0.0075
        # subjects' levels are removed exactly, so that the public function sees the same
        subject = np.repeat(np.arange(subjects), points)
        level = 5.0 * rng.normal(size=subjects)
        e = repeated_measures_correlation(x[0].ravel() + level[subject], y[0].ravel() - level[subject], subject)
        assert e.interval is not None
        assert e.interval.low == pytest.approx(math.tanh(math.atanh(r[0]) - half), rel=1e-9)
    print(f"rmcorr {subjects} x {points}:", *(f"{100 * c:.1f}" for c in row), f"size {100 * size:.1f}")
    assert min(row) >= 0.935
