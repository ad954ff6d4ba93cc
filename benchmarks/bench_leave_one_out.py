"""Closed-form leave-one-out prediction intervals against refitting with statsmodels."""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm
from _timing import Row, main, row

from leakstats.stats import loo_prediction_intervals

__all__ = ["run"]


def _refits(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Low and high ends, shape (n, 2), from n statsmodels fits and their prediction intervals."""
    design = sm.add_constant(x)
    keep = np.ones(y.size, dtype=bool)
    out = np.empty((y.size, 2))
    for i in range(y.size):
        keep[i] = False
        fit = sm.OLS(y[keep], design[keep]).fit()
        out[i] = fit.get_prediction(design[i : i + 1]).conf_int(obs=True, alpha=0.05)[0]
        keep[i] = True
    return out


def run() -> list[Row]:
    """One row for each n: three lengths that real studies have, and 5,000 (a pass of the peer takes seconds there)."""
    rows = []
    for n, target, repeats in ((12, 1.0, 31), (110, 100.0, 15), (550, 500.0, 5), (5000, 5000.0, 3)):
        rng = np.random.default_rng(20240 + n)
        x = rng.normal(size=n)
        y = 0.6 * x + rng.normal(size=n)

        def ours(y: np.ndarray = y, x: np.ndarray = x) -> np.ndarray:
            out = loo_prediction_intervals(y, x)
            return np.column_stack((out["low"], out["high"]))

        def peer(y: np.ndarray = y, x: np.ndarray = x) -> np.ndarray:
            return _refits(y, x)

        equal = bool(np.allclose(ours(), peer(), rtol=1e-9, atol=1e-9))
        rows.append(
            row(
                f"leave-one-out prediction intervals, n = {n}",
                "statsmodels refits",
                ours,
                peer,
                target=target,
                equal=equal,
                repeats=repeats,
            )
        )
    return rows


if __name__ == "__main__":
    raise SystemExit(main(run()))
