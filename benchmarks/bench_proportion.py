"""Intervals of 22,200 cells against vectorised statsmodels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from leakstats.stats.proportion import proportion_intervals

sys.path.insert(0, str(Path(__file__).parent))
from _timing import Row, main, row

CELLS = 22_200


def _compare(
    name: str, k: np.ndarray[Any, Any], n: np.ndarray[Any, Any], method: str, peer_method: str, target: float
) -> Row:
    table = proportion_intervals(k, n, method=method)
    low, high = proportion_confint(k, n, method=peer_method)
    # statsmodels leaves rounding noise (1e-17) at 0 of n and n of n
    equal = np.allclose(table["low"], low, rtol=1e-9, atol=1e-15) and np.allclose(table["high"], high, rtol=1e-9)
    return row(
        name,
        f"statsmodels {peer_method}",
        lambda: proportion_intervals(k, n, method=method),
        lambda: proportion_confint(k, n, method=peer_method),
        target=target,
        equal=equal,
        repeats=15,
    )


def run() -> list[Row]:
    """Wilson and Clopper-Pearson on a table of rates (200 trials a cell) and on cells that are all different."""
    rng = np.random.default_rng(20)
    n = np.full(CELLS, 200)
    k = rng.binomial(n, rng.beta(0.5, 3.0, CELLS))
    n_all = rng.integers(50, 100_000, CELLS)
    k_all = rng.binomial(n_all, 0.3)
    return [
        _compare("Wilson, 22,200 cells of 200", k, n, "wilson", "wilson", 1.0),
        _compare("Clopper-Pearson, 22,200 cells of 200", k, n, "clopper-pearson", "beta", 1.0),
        _compare("Wilson, 22,200 different cells", k_all, n_all, "wilson", "wilson", 1.0),
        _compare("Clopper-Pearson, 22,200 different cells", k_all, n_all, "clopper-pearson", "beta", 0.95),
    ]


if __name__ == "__main__":
    sys.exit(main(run()))
