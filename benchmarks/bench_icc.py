"""All six intraclass correlations with tests and intervals, against pingouin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
from _timing import Row, main, row

from leakstats.stats import icc_table

__all__ = ["run"]


def run() -> list[Row]:
    """One row for each table size (units x measurements)."""
    rows = []
    for n, k in ((45, 3), (200, 3), (10_000, 5)):
        rng = np.random.default_rng(n)
        table = rng.normal(size=(n, 1)) + 0.3 * rng.normal(size=(1, k)) + rng.normal(size=(n, k))
        frame = pd.DataFrame(
            {"unit": np.repeat(np.arange(n), k), "column": np.tile(np.arange(k), n), "value": table.ravel()}
        )

        def ours(table: np.ndarray = table) -> np.ndarray:
            return np.array([[e.value, e.details["f"], e.p_value.value] for e in icc_table(table).values()])

        def peer(frame: pd.DataFrame = frame) -> np.ndarray:
            found = pingouin.intraclass_corr(data=frame, targets="unit", raters="column", ratings="value")
            ordered = found.set_index("Type")[["ICC", "F", "pval" if "pval" in found else "p_val"]]
            return ordered.to_numpy()

        a, b = ours(), peer()
        # pingouin orders ICC(1,1) ICC(A,1) ICC(C,1) and then the averages
        equal = bool(np.allclose(a[[0, 4, 2, 1, 5, 3]], b, rtol=1e-8, atol=1e-12))
        rows.append(
            row(f"intraclass correlations, {n} x {k}", "pingouin", ours, peer, target=50.0, equal=equal, repeats=15)
        )
    return rows


if __name__ == "__main__":
    raise SystemExit(main(run()))
