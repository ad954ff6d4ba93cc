"""Size of the dyadic tests and coverage of the node bootstrap: 10,000 data sets a cell.

Each data set takes 199 permutations or resamples: a test at 5% is exact at that number (10 / 200), and more would
change its size by nothing but noise.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from leakstats.stats import Bootstrap, Permutation, mantel, mrqap, node_bootstrap

pytestmark = pytest.mark.slow

RUNS, RESAMPLES = 10_000, 199


def geometry(rng: np.random.Generator, n: int) -> np.ndarray:
    points = rng.normal(size=(n, 2))
    out: np.ndarray = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))
    return out


def naive_p(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson over pairs as if they were independent: what the published page did."""
    low = np.tril_indices(len(a), -1)
    r = np.corrcoef(a[low], b[low])[0, 1]
    df = low[0].size - 2
    return float(2.0 * special.stdtr(df, -abs(r) * np.sqrt(df / (1.0 - r * r))))


@pytest.mark.parametrize("n", [5, 8, 12, 20])
def test_mantel_size_for_unrelated_geometries(n: int) -> None:
    rng = np.random.default_rng(n)
    plan = Permutation(n_resamples=RESAMPLES, rng=rng)
    rejected = {"pearson": 0, "spearman": 0, "pairs as independent": 0}
    for _ in range(RUNS):
        a, b = geometry(rng, n), geometry(rng, n)
        for kind in ("pearson", "spearman"):
            p = mantel(a, b, kind=kind, method="auto" if n == 5 else plan).p_value  # type: ignore[arg-type]
            assert p is not None
            rejected[kind] += p.value <= 0.05
        rejected["pairs as independent"] += naive_p(a, b) <= 0.05
    print(f"mantel n={n}:", {k: f"{100 * v / RUNS:.1f}" for k, v in rejected.items()})
    assert rejected["pearson"] / RUNS <= 0.05 + 0.0065  # three standard errors of the simulation
    assert rejected["spearman"] / RUNS <= 0.05 + 0.0065
    if n == 12:
        assert rejected["pearson"] / RUNS >= 0.05 - 0.0065
        assert rejected["pairs as independent"] / RUNS > 0.12


def test_mrqap_size_given_a_related_predictor() -> None:
    rng = np.random.default_rng(21)
    plan = Permutation(n_resamples=RESAMPLES, rng=rng)
    rejected = 0
    for _ in range(RUNS):
        x, noise = geometry(rng, 12), geometry(rng, 12)
        z = 0.7 * x + geometry(rng, 12)
        p = mrqap(z + noise, {"x": x, "z": z}, permutation=plan)["x"].p_value  # no effect of x given z
        assert p is not None
        rejected += p.value <= 0.05
    print(f"mrqap dsp n=12: {100 * rejected / RUNS:.1f}")
    assert rejected / RUNS <= 0.065


def population(rho: float) -> float:
    """Correlation over pairs of independent items, from four million pairs."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4_000_000, 2))  # the difference of two items, up to a factor
    y = rho * x + np.sqrt(1.0 - rho**2) * rng.normal(size=x.shape)
    return float(np.corrcoef(np.linalg.norm(x, axis=1), np.linalg.norm(y, axis=1))[0, 1])


def replicates(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Pearson correlations of resampled matrices (runs, n, n) as quadratic forms of the counts, shape (runs, B)."""
    runs, n = a.shape[0], a.shape[1]
    counts = np.zeros((runs, draws.shape[1], n))
    for j in range(n):
        counts[..., j] = (draws == j).sum(axis=2)
    sa, sb, saa, sbb, sab = (((counts @ m) * counts).sum(axis=2) / 2 for m in (a, b, a * a, b * b, a * b))
    w = (counts.sum(axis=2) ** 2 - (counts**2).sum(axis=2)) / 2
    with np.errstate(all="ignore"):
        out: np.ndarray = (sab - sa * sb / w) / np.sqrt((saa - sa * sa / w) * (sbb - sb * sb / w))
    return out


@pytest.mark.parametrize(("n", "rho"), [(5, 0.6), (8, 0.6), (12, 0.0), (12, 0.6), (12, 0.9), (20, 0.6), (50, 0.6)])
def test_node_bootstrap_coverage(n: int, rho: float) -> None:
    rng = np.random.default_rng(n)
    truth = population(rho)
    reach = np.sqrt(n / (n - 1.0)) * special.stdtrit(n - 1, 0.975)
    tails = {"expanded-percentile": special.ndtr([-reach, reach]), "percentile": np.array([0.025, 0.975])}
    covered = dict.fromkeys(tails, 0)
    step = 250
    for start in range(0, RUNS, step):
        points = rng.normal(size=(step, n, 2))
        other = rho * points + np.sqrt(1.0 - rho**2) * rng.normal(size=points.shape)
        a, b = (np.sqrt(((p[:, :, None] - p[:, None]) ** 2).sum(axis=-1)) for p in (points, other))
        draws = rng.integers(0, n, size=(step, RESAMPLES, n))
        r = replicates(a, b, draws)
        for i in range(step):
            values = r[i][np.isfinite(r[i])]
            for method, alpha in tails.items():
                # at (B + 1) alpha: with 199 resamples the usual interpolation costs a point that 9,999 would not
                low, high = np.quantile(values, alpha, method="weibull")
                covered[method] += low <= truth <= high
        if start == 0 and n > 5:  # with five items many resamples are degenerate up to rounding
            for method in tails:
                found = node_bootstrap(a[0], b[0], method=Bootstrap(stored=draws[0]), interval=method)  # type: ignore[arg-type]
                assert found.interval is not None
                ends = np.quantile(r[0][np.isfinite(r[0])], tails[method])
                assert [found.interval.low, found.interval.high] == pytest.approx(ends.tolist(), abs=1e-6)
    print(f"node bootstrap n={n} rho={rho}:", {m: f"{100 * c / RUNS:.1f}" for m, c in covered.items()})
    assert covered["expanded-percentile"] / RUNS >= 0.935
