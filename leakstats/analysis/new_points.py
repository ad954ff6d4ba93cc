"""Would the new points still lie inside their prediction intervals with one point left out of the line?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.ident import Facet
from leakstats.stats import fit_ols

__all__ = ["enter_drops"]

_CIRCULAR = "circular: refits hold tested points, so this says nothing about predicting them"

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def enter_drops(
    ctx: Context,
    *,
    x: Floats,
    y: Floats,
    names: Sequence[str],
    fit: Bools,
    new: Sequence[str],
    facets: dict[str, Facet],
    noun: str,
) -> None:
    """Enter two counts that are both called leave-one-out coverage, each under the name of its definition.

    ``drop=fit``: one of the points of the line is left out in turn; the new points are in no line. ``drop=any``: one of
    all points, new ones included, is left out; the lines hold the points they are tested on. Neither is the coverage
    of a held-out point, which is ``prediction.loo_coverage``.
    """
    at = [list(names).index(name) for name in new]
    for drop, rows, definition in (
        ("fit", np.flatnonzero(fit), "new-points-inside/drop-one-fit-point"),
        ("any", np.arange(x.size), "new-points-inside/drop-one-of-all-points"),
    ):

        def compute(drop: str = drop, rows: npt.NDArray[np.intp] = rows) -> Estimate:
            return _drops(ctx, x, y, rows, at, names, noun, circular=drop == "any")

        layer = facets.get("layer")
        ctx.ledger.add(
            "prediction",
            "new_points_inside_drops",
            compute,
            facets={**facets, "drop": drop},
            label=f"drops of one {'fitted' if drop == 'fit' else 'of all'} after which all new points are inside"
            + ("" if layer is None else f", layer {layer}"),
            unit_noun="drops",
            unit="fraction",
            role="exploratory",
            definition=definition,
        )


def _drops(
    ctx: Context,
    x: Floats,
    y: Floats,
    rows: npt.NDArray[np.intp],
    at: list[int],
    names: Sequence[str],
    noun: str,
    *,
    circular: bool,
) -> Estimate:
    """The share of single drops after which every new point lies inside its interval."""
    if rows.size < 4:
        raise UndefinedEstimate("drops with all new points inside", "the line needs 3 points left", n=int(rows.size))
    outside = []
    for i in rows.tolist():
        kept = rows[rows != i]
        line = fit_ols(y[kept], x[kept], names=["similarity"], level=ctx.level)
        predicted = line.predict(x[at], level=ctx.level)
        low, high = predicted["prediction_low"], predicted["prediction_high"]
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            raise UndefinedEstimate(
                "drops with all new points inside", f"the line without {names[i]} has no interval", n=int(rows.size)
            )
        if not ((y[at] >= low) & (y[at] <= high)).all():
            outside.append(str(names[i]))
    inside = int(rows.size) - len(outside)
    notes = ("one set of new points: a count of drops is no coverage, and no interval is given",)
    return Estimate(
        "drops with all new points inside",
        inside / int(rows.size),
        int(rows.size),
        f"lines through the {noun} but one, t prediction intervals of {len(at)} new points",
        notes=(*notes, _CIRCULAR) if circular else notes,
        details={"inside": inside, "drops": int(rows.size), "outside_without": ", ".join(outside)},
    )
