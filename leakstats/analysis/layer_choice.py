"""Which layer looks best, and what that is worth: the best of several layers is biased away from 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from leakstats.analysis.context import Context
from leakstats.analysis.joined import Joined, all_joins
from leakstats.analysis.similarity import STATISTICS, headline_statistic, primary_layer
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Detail, Estimate
from leakstats.ident import Facet
from leakstats.stats import crossed_difference, selected_correlation

__all__ = ["run"]

MAX_GROUPS = 12
"""Up to this many sources the best layer of each is named."""
RESAMPLES = 1999
"""Resamples for the lead of one layer over another, which is a side remark; more would only cost time."""

Floats = npt.NDArray[np.float64]


def run(ctx: Context) -> None:
    """The best layer of every source, and of the pooled rows, with what the choice does to it.

    Where there are no sources, ``similarity.spearman[scope=best_layer]`` says it.
    """
    question = ctx.ledger.question("selection")
    main = (j for j in all_joins(ctx.results)[0] if not {"outcome", "predictor"} & set(j.facets))
    joins = [j for j in main if j.group is not None and len(j.layers) > 1]
    if not joins:
        question.status = "not_run"
        question.reason = "no similarity is known at several layers for several sources"
        return
    question.notes.append("the best of several layers is biased away from 0: report the layer that was planned")
    for joined in joins:
        # a layer at which no row has a similarity (all personas alike there) cannot be chosen
        known = {layer: v for layer, v in joined.similarity.items() if joined.complete(layer).any()}
        lost = [str(layer) for layer in joined.layers if layer not in known]
        if lost:
            question.notes.append(f"layers without a similarity are no candidates: {', '.join(lost)}")
        if len(known) > 1:
            _choose(ctx, replace(joined, similarity=known))


def _choose(ctx: Context, joined: Joined) -> None:
    statistic = headline_statistic(ctx)
    rows = np.all([joined.complete(layer) for layer in joined.layers], axis=0)
    part = joined.take(rows)
    if len(part.group_names) <= MAX_GROUPS:
        for name in part.group_names:
            _of_group(ctx, statistic, part.of_group(name), {str(part.group): name})
    _pooled(ctx, statistic, part)


def _of_group(ctx: Context, statistic: str, part: Joined, more: Mapping[str, Facet]) -> None:
    facets: dict[str, Facet] = {**part.facets, **more}

    def compute() -> Estimate:
        found = selected_correlation(
            part.rate,
            {str(layer): part.similarity[layer] for layer in part.layers},
            statistic=statistic,  # type: ignore[arg-type]
            method=ctx.permutation(f"best layer {facets}"),
            level=ctx.level,
        )
        return replace(found, details={**found.details, "layer": int(str(found.details["selected"]))})

    ctx.ledger.add(
        "selection",
        statistic,
        compute,
        facets=facets,
        label=", ".join(
            [f"{STATISTICS[statistic][0]} at the best of {len(part.layers)} layers", *map(str, more.values())]
        ),
        unit_noun=ctx.noun(part.unit),
        role="exploratory",
        definition="best-layer/largest-absolute",
    )


def _coefficient(statistic: str, x: Floats, y: Floats) -> float:
    a, b = (rankdata(x), rankdata(y)) if statistic == "spearman" else (x, y)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0.0 else float("nan")


def _pooled(ctx: Context, statistic: str, part: Joined) -> None:
    """The best layer of the pooled rows, and its lead over the planned one with units resampled."""
    values = {layer: _coefficient(statistic, part.similarity[layer], part.rate) for layer in part.layers}
    known = {layer: v for layer, v in values.items() if layer is not None and np.isfinite(v)}
    noun, units = ctx.noun(part.unit), len(set(part.units.tolist()))
    label = f"{STATISTICS[statistic][0]} of pooled rows at the best of {len(part.layers)} layers"
    best = max(known, key=lambda layer: abs(known[layer]), default=None)

    def largest() -> Estimate:
        if best is None:
            raise UndefinedEstimate(f"largest pooled {statistic}", "no layer has a coefficient", n=units)
        details: dict[str, Detail] = {"layer": best, "n_layers": len(part.layers)}
        return Estimate(
            f"largest pooled {statistic}",
            known[best],
            units,
            f"largest {statistic} over rows of {len(part.layers)} layers",
            n_rows=part.n_rows,
            notes=("the value is biased away from 0 by having been chosen: no interval, no p",),
            details={**details, **{f"layer_{layer}": v for layer, v in known.items()}},
        )

    ctx.ledger.add(
        "selection",
        statistic,
        largest,
        facets={**part.facets, "scope": "pooled"},
        label=label,
        unit_noun=noun,
        role="exploratory",
        definition="best-layer/largest-absolute",
    )
    planned = primary_layer(ctx, part)
    if best is None or planned is None or planned == best:
        return

    def compute() -> Estimate:
        found = crossed_difference(
            part.rate,
            part.similarity[best],
            part.similarity[planned],
            units=part.units,
            groups=part.groups,
            rng=ctx.rng(f"lead {dict(part.facets)}"),
            kind=statistic,  # type: ignore[arg-type]
            n_resamples=min(RESAMPLES, ctx.settings.n_resamples),
            level=ctx.level,
        )
        return found.with_notes("the layer was chosen for being best: its lead is biased upward")

    ctx.ledger.add(
        "selection",
        "lead",
        compute,
        facets={**part.facets, "layer": best, "versus": planned, "scope": "pooled"},
        label=f"pooled {STATISTICS[statistic][0]} at layer {best} minus that at layer {planned}",
        unit_noun=noun,
        role="exploratory",
        definition="lead/crossed-difference",
    )
