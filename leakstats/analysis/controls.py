"""Did the controls come out as they must? Source rates that should be high, base rates that should be zero."""

from __future__ import annotations

from dataclasses import replace

from leakstats.analysis.context import Context
from leakstats.analysis.rates import cell_interval, cell_recheck, clustered
from leakstats.estimate import Estimate
from leakstats.ident import Facet

__all__ = ["run"]


def run(ctx: Context) -> None:
    """Judge every planned control by its rate; the judgement stands in ``details["control"]``."""
    question = ctx.ledger.question("controls")
    planned = ctx.results.plan.controls
    if not planned:
        question.status = "not_run"
        question.reason = "the plan declares no controls"
        return
    for control in planned:
        table = ctx.results.table(control.table)
        facets: dict[str, Facet] = {"table": control.table}
        if control.source is not None:
            table = table.select(source=control.source)
            facets["source"] = control.source

        def compute(table=table, control=control) -> Estimate:  # type: ignore[no-untyped-def]
            estimate: Estimate = cell_interval(ctx, table)
            high = control.expected == "high"
            held = estimate.value >= control.threshold if high else estimate.value <= control.threshold
            wanted = f"expected {'at least' if high else 'at most'} {control.threshold:g}"
            return replace(
                estimate,
                notes=(*estimate.notes, wanted),
                details={**estimate.details, "control": "held" if held else "failed", "threshold": control.threshold},
            )

        ctx.ledger.add(
            "controls",
            "rate",
            compute,
            facets=facets,
            label=f"control {', '.join(map(str, facets.values()))}",
            unit_noun="questions" if clustered(ctx, table) else "completions",
            unit="fraction",
            role="descriptive",
            recheck=cell_recheck(ctx, table),
        )
