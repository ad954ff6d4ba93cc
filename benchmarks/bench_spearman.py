"""Spearman's rho: BCa interval and permutation p-value, against scipy and pingouin."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from _timing import Row, main, row

from leakstats.stats import Bootstrap, Permutation, spearman

N = 110
"""Bystanders of one source, as in the studies."""


def _data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20)
    x = rng.normal(size=N)
    # a leakage count out of 200 with a floor at zero, so that ranks are tied
    return x, np.clip(np.round(30 * (x + rng.normal(size=N))), 0, 200)


def _vectorised_spearman(x: np.ndarray, y: np.ndarray, axis: int = -1) -> Any:
    from scipy.stats import rankdata

    a, b = rankdata(x, axis=axis), rankdata(y, axis=axis)
    a = a - a.mean(axis=axis, keepdims=True)
    b = b - b.mean(axis=axis, keepdims=True)
    return (a * b).sum(axis=axis) / np.sqrt((a * a).sum(axis=axis) * (b * b).sum(axis=axis))


def run() -> list[Row]:
    """BCa with 10,000 resamples and a permutation test with 100,000, n = 110; peers side by side."""
    import pingouin
    from scipy import stats

    x, y = _data()

    def ours_bca() -> Any:
        plan = Bootstrap(n_resamples=10_000, rng=np.random.default_rng(7))
        return spearman(x, y, method="t", interval=plan).interval

    def scipy_bca() -> Any:
        return stats.bootstrap(
            (x, y),
            _vectorised_spearman,
            n_resamples=10_000,
            paired=True,
            vectorized=True,
            method="BCa",
            rng=np.random.default_rng(7),
        ).confidence_interval

    def pingouin_bca() -> Any:
        return pingouin.compute_bootci(
            x, y, func="spearman", method="bca", paired=True, n_boot=10_000, decimals=12, seed=7
        )

    def ours_permutation(outcome: np.ndarray = y) -> Any:
        plan = Permutation(n_resamples=100_000, rng=np.random.default_rng(3))
        return spearman(x, outcome, method=plan).p_value

    def scipy_permutation(outcome: np.ndarray = y) -> Any:
        return stats.permutation_test(
            (outcome,),
            lambda v, axis: _vectorised_spearman(np.broadcast_to(x, v.shape), v, axis),
            permutation_type="pairings",
            n_resamples=100_000,
            vectorized=True,
            batch=2_000,
            rng=np.random.default_rng(3),
        ).pvalue

    # scipy's generator draws the same resamples as ours, pingouin's old-style one is replayed: the ends agree to
    # rounding
    interval, peer = ours_bca(), scipy_bca()
    as_scipy = bool(np.allclose([interval.low, interval.high], [peer.low, peer.high], rtol=0, atol=1e-10))
    old_style = np.random.RandomState(7).randint(0, N, size=(10_000, N))
    interval = spearman(x, y, method="t", interval=Bootstrap(stored=old_style)).interval
    as_pingouin = interval is not None and bool(
        np.allclose([interval.low, interval.high], pingouin_bca(), rtol=0, atol=1e-10)
    )
    # permutations are drawn in different ways: a weak relation makes the p-values comparable
    weak = np.random.default_rng(1).permutation(y)
    mine = ours_permutation(weak)
    as_sampled = bool(abs(mine.value - scipy_permutation(weak)) < 6 * mine.mc_error)
    task = "Spearman BCa, 10,000, n = 110"
    return [
        row(task, "scipy vectorised", ours_bca, scipy_bca, target=5.0, equal=as_scipy),
        row(task, "pingouin", ours_bca, pingouin_bca, target=60.0, equal=as_pingouin, repeats=3),
        row(
            "Spearman permutation, 100,000, n = 110",
            "scipy vectorised",
            ours_permutation,
            scipy_permutation,
            target=4.0,
            equal=as_sampled,
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(run()))
