"""Does the headline hang on one unit? The headline coefficient with each unit, and each source, left out in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.document import Table
from leakstats.analysis.joined import Joined, all_joins
from leakstats.analysis.similarity import STATISTICS, correlate, headline_statistic, primary_layer
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate, Undefined
from leakstats.ident import Facet
from leakstats.stats import DropOne, combine_correlations, drop_one

__all__ = ["run"]


def run(ctx: Context) -> None:
    """Enter the drop-one range of the headline correlation of every join, at the primary layer."""
    question = ctx.ledger.question("fragility")
    joins = all_joins(ctx.results)[0]
    if not joins:
        question.status = "not_run"
        question.reason = "no similarity is joined to a rate: " + ctx.ledger.question("similarity").reason
        return
    question.notes.append("a drop-one range is no interval: it says whether one unit decides")
    for joined in joins:
        layer = primary_layer(ctx, joined)
        part = joined.take(joined.complete(layer))
        if joined.group is None:
            _enter(ctx, part, layer, ctx.noun(part.unit), "unit", lambda j, at: _single(ctx, j, at))
        else:
            _enter(ctx, part, layer, ctx.noun(part.unit), "unit", lambda j, at: _combined(ctx, j, at, j.units))
            _enter(ctx, part, layer, ctx.noun(str(part.group)), "group", lambda j, at: _combined(ctx, j, at, j.groups))


def _single(ctx: Context, j: Joined, layer: int | None) -> DropOne:
    statistic = headline_statistic(ctx)

    def correlation(y: np.ndarray, x: np.ndarray) -> Estimate:
        return correlate(ctx, statistic, x, y, f"drop one {j.facets}")

    return drop_one(correlation, j.rate, j.similarity[layer], labels=[str(u) for u in j.units], alpha=ctx.alpha)


def _combined(ctx: Context, j: Joined, layer: int | None, labels: np.ndarray) -> DropOne:
    statistic = headline_statistic(ctx)
    function = STATISTICS[statistic][1]
    group_codes = np.unique(j.groups.astype(str), return_inverse=True)[1]

    def combined(y: np.ndarray, x: np.ndarray, g: np.ndarray) -> Estimate:
        found = [function(x[g == c], y[g == c], level=ctx.level, method="t") for c in np.unique(g)]
        return combine_correlations(
            [e.value for e in found],
            [e.n for e in found],
            level=ctx.level,
            coefficient="spearman" if statistic == "spearman" else "pearson",
        )

    return drop_one(
        combined, j.rate, j.similarity[layer], group_codes, labels=[str(u) for u in labels], alpha=ctx.alpha
    )


def _enter(
    ctx: Context,
    j: Joined,
    layer: int | None,
    noun: str,
    what: str,
    compute: Callable[[Joined, int | None], DropOne],
) -> None:
    statistic = headline_statistic(ctx)
    facets: dict[str, Facet] = {**j.facets, "drop": what}
    if layer is not None:
        facets["layer"] = layer
    of = "".join(f", {v}" for v in j.facets.values())
    label = f"{STATISTICS[statistic][0]}{of} with each of the {noun} left out"
    # a combination over sources counts sources, whichever unit is dropped
    counted = noun if j.group is None else ctx.noun(str(j.group))
    try:
        out = compute(j, layer)
    except UndefinedEstimate as error:
        ctx.ledger.add(
            "fragility", "drop_one", Undefined.from_error(error), facets=facets, label=label, unit_noun=counted
        )
        return
    suffix = "".join(f".{v}" for v in facets.values())
    data = out.drops.to_json()
    ctx.ledger.table(
        Table(
            id=f"drop_one{suffix}",
            title=label,
            factors={what: data["labels"]},
            columns=data["columns"],
            units={"value": "", "p_value": "p"},
            method=out.drops.method,
            undefined={k: v for k, v in data["undefined"].items() if k in data["columns"]},
        )
    )
    # The value is the coefficient of all units; the range stands in details, since it is no interval.
    for statistic_name, value, without in (
        ("drop_low", out.low, out.low_label),
        ("drop_high", out.high, out.high_label),
    ):
        ctx.ledger.add(
            "fragility",
            statistic_name,
            Estimate(
                f"{'lowest' if statistic_name == 'drop_low' else 'highest'} {out.full.quantity} with one left out",
                value,
                max(out.full.n - 1, 0) if what == "group" or j.group is None else out.full.n,
                out.drops.method,
                notes=("end of a drop-one range, which is no interval",),
                details={
                    "without": without,
                    "sign_flips": ", ".join(out.sign_flips),
                    "decision_flips": ", ".join(out.decision_flips),
                    "undefined_without": ", ".join(out.failures),
                },
            ),
            facets=facets,
            label=f"{label}: {'lowest' if statistic_name == 'drop_low' else 'highest'} (without {without})",
            unit_noun=counted,
            role="descriptive",
        )
