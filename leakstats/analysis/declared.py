"""Changes of printed rates, tested on the counts that their declared trials would make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.ledger import Question
from leakstats.estimate import Estimate, PValue
from leakstats.ident import Facet
from leakstats.results import CellTable, Level
from leakstats.results.printed import possible_successes
from leakstats.stats import adjust, difference_interval, proportion_interval

__all__ = ["enter_declared"]


def enter_declared(
    ctx: Context,
    question: Question,
    table: CellTable,
    by: Sequence[str],
    checkpoints: Sequence[Level],
    facets: Mapping[str, Facet],
) -> None:
    """Fisher's exact test of the last against the first printed rate of every series, and how many rose.

    A printed rate stands for the nearest whole number of the declared trials; where none of them prints as the rate,
    a note says so. Completions are taken as independent, since nothing is known of the questions: these tests are too
    eager, and are entered as exploratory.
    """
    reported = table.reported
    trials = None if reported is None else reported.declared_trials
    if reported is None or trials is None:
        question.notes.append(f"{table.id}: no trials are declared, so printed changes are not tested")
        return
    columns = [table.column(name).tolist() for name in by]
    course: dict[tuple[Level, ...], dict[Level, int]] = {}
    for i, (key, at) in enumerate(zip(zip(*columns, strict=True), table.column("checkpoint").tolist(), strict=True)):
        if np.isfinite(reported.value[i]):
            course.setdefault(key, {})[at] = i
    family = "net change, declared counts" + "".join(f", {v}" for v in facets.values())
    planned = {f.name: f.correction for f in ctx.results.plan.families}
    method = ctx.override("correction") or planned.get("sources", "holm").replace("_", "-")
    method = "holm" if method == "max-t" else method
    ctx.ledger.open_family(family, method=method, note="net change of every series, on declared counts")
    found: list[Estimate] = []
    for key, cells in course.items():
        at = [c for c in checkpoints if c in cells]
        if len(at) < 2:
            continue
        estimate = _change(ctx, table, cells[at[0]], cells[at[-1]], trials)
        level = dict(zip(by, key, strict=True))
        ctx.ledger.add(
            "trajectory",
            "declared_change",
            estimate,
            facets={**facets, **level},
            label="net change on declared counts" + "".join(f", {v}" for v in level.values()),
            unit_noun="completions",
            unit="points",
            role="exploratory",
            family=family,
            definition="net-change/declared-counts",
        )
        found.append(estimate)
    _risen(ctx, found, method, facets)


def _change(ctx: Context, table: CellTable, first: int, last: int, trials: int) -> Estimate:
    reported = table.reported
    if reported is None:
        raise TypeError("a printed table is needed")  # a defect of ours: the caller has looked
    counts, odd = [], 0
    for i in (last, first):
        counts.append(min(trials, round(float(reported.value[i]) * trials)))
        odd += possible_successes(float(reported.low[i]), float(reported.high[i]), trials) is None
    notes = ["counts are the nearest whole numbers of the declared trials"]
    if odd:
        notes.append(f"{odd} of the 2 printed rates are no whole number of {trials} trials")
    if reported.trials_status != "declared":
        notes.append(f"the declared trials are {reported.trials_status}: {reported.trials_reason}")
    estimate = difference_interval(counts[0], trials, counts[1], trials, level=ctx.level)
    return estimate.with_notes(*notes).with_assumptions("questions do not differ: no counts by question are known")


def _risen(ctx: Context, found: Sequence[Estimate], method: str, facets: Mapping[str, Facet]) -> None:
    """How many series rose by a test that allows for their number."""
    if len(found) < 2:
        return
    adjusted = [e.p_value for e in found]
    if method != "none":
        adjusted = adjust(adjusted, method=method)  # type: ignore[call-overload]
    risen = sum(
        e.value > 0.0 and isinstance(p, PValue) and p.value <= ctx.alpha for e, p in zip(found, adjusted, strict=True)
    )
    ctx.ledger.add(
        "trajectory",
        "risen",
        lambda: proportion_interval(risen, len(found), level=ctx.level),
        facets=facets,
        label=f"series that rose, each by Fisher's exact test on declared counts ({method})",
        unit_noun="series",
        unit="fraction",
        role="exploratory",
        definition="risen/fisher-exact-on-declared-counts",
    )
