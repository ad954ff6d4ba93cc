"""Partial Spearman correlations, one and a thousand, against pingouin."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from _timing import Row, main, row

from leakstats.stats import partial_correlation, partial_correlations

N, MANY = 110, 1000


def run() -> list[Row]:
    """One partial Spearman, and 1,000 with their own data each (n = 110, one covariate)."""
    import pandas as pd
    import pingouin

    rng = np.random.default_rng(5)
    z = rng.normal(size=(MANY, N, 1))
    x = z[:, :, 0] + rng.normal(size=(MANY, N))
    y = 0.5 * x + z[:, :, 0] + rng.normal(size=(MANY, N))
    frames = [pd.DataFrame({"x": x[j], "y": y[j], "z": z[j, :, 0]}) for j in range(MANY)]

    def ours_one() -> Any:
        return partial_correlation(y[0], x[0], z[0], kind="spearman", method="t")

    def theirs(j: int) -> Any:
        return pingouin.partial_corr(frames[j], x="x", y="y", covar="z", method="spearman")

    def ours_many() -> Any:
        return partial_correlations(y, x, z, kind="spearman")

    def theirs_many() -> Any:
        return [theirs(j) for j in range(MANY)]

    found = ours_many()
    peers = [theirs(j) for j in range(50)]
    name = "p_val" if "p_val" in peers[0].columns else "p-val"
    equal = bool(
        np.allclose(found["r"][:50], [float(p["r"].iloc[0]) for p in peers], rtol=0, atol=1e-8)
        and np.allclose(found["p"][:50], [float(p[name].iloc[0]) for p in peers], rtol=1e-6, atol=0)
    )
    one = abs(ours_one().value - float(peers[0]["r"].iloc[0])) < 1e-8
    return [
        row(
            "partial Spearman, one, n = 110", "pingouin", ours_one, lambda: theirs(0), target=1.0, equal=one, repeats=15
        ),
        row(
            "partial Spearman, 1,000, n = 110", "pingouin", ours_many, theirs_many, target=30.0, equal=equal, repeats=3
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(run()))
