"""Mantel test with 10,000 permutations of 111 x 111 matrices, against scikit-bio (compiled)."""

from __future__ import annotations

import time
from typing import Literal

import numpy as np
from _timing import Row, main, row
from skbio import DistanceMatrix
from skbio.stats.distance import mantel as skbio_mantel

from leakstats.estimate import Estimate
from leakstats.stats import Permutation, mantel

__all__ = ["run"]

N, PERMUTATIONS = 111, 10_000


def _distances(points: np.ndarray) -> np.ndarray:
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))


def run() -> list[Row]:
    """Both kernels. The compiled one is compiled before the clock starts; what that took is printed."""
    rng = np.random.default_rng(20)
    points = rng.normal(size=(N, 3))
    a, b = _distances(points), _distances(points + rng.normal(size=(N, 3)))
    peer_a, peer_b = DistanceMatrix(a), DistanceMatrix(b)

    def ours(kernel: Literal["numpy", "numba"]) -> Estimate:
        return mantel(a, b, method=Permutation(n_resamples=PERMUTATIONS, rng=np.random.default_rng(1)), kernel=kernel)

    def peer() -> tuple[float, float, int]:
        return skbio_mantel(peer_a, peer_b, permutations=PERMUTATIONS, seed=1)

    start = time.perf_counter()
    compiled = ours("numba")
    print(f"first numba call {time.perf_counter() - start:.2f} s (import and compile; not in the times below)")
    plain = ours("numpy")
    statistic, p_value, _ = peer()
    # scikit-bio does not show its permuted statistics: relabelled matrices are given to it one at a time
    relabelled = [rng.permutation(N) for _ in range(20)]
    theirs = [skbio_mantel(peer_a, DistanceMatrix(b[np.ix_(p, p)]), permutations=0)[0] for p in relabelled]
    null = mantel(a, b, method=Permutation(stored=relabelled), kernel="numpy").details
    equal = (
        abs(plain.value - statistic) < 1e-12
        and abs(float(null["null_mean"]) - np.mean(theirs)) < 1e-12
        and abs(float(null["null_sd"]) - np.std(theirs)) < 1e-12
        and abs(float(plain.details["null_sd"]) - float(compiled.details["null_sd"])) < 1e-12
        and plain.p_value is not None
        and plain.p_value.value == p_value  # 1 / 10,001 for both
    )
    name = f"Mantel, {PERMUTATIONS:,} permutations, {N} x {N}"
    return [
        row(f"{name}, numba", "scikit-bio", lambda: ours("numba"), peer, target=1.0, equal=equal, repeats=11),
        row(f"{name}, numpy", "scikit-bio", lambda: ours("numpy"), peer, target=0.4, equal=equal, repeats=11),
    ]


if __name__ == "__main__":
    raise SystemExit(main(run()))
