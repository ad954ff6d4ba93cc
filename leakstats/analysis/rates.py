"""How often each cell emits the marker, with the interval that its design calls for, and summaries by source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.document import Table
from leakstats.analysis.joined import WITHIN_CELL
from leakstats.analysis.ledger import Assumption, Question, Recheck
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate, Interval
from leakstats.ident import Facet
from leakstats.numbers import format_level
from leakstats.results import CellTable
from leakstats.stats import clustered_proportion, proportion_interval, proportion_intervals

__all__ = ["cell_interval", "cell_recheck", "run"]

MAX_NAMED_CELLS = 60
"""Tables of up to this many cells give every rate an id of its own; the others stand in the table only."""


_OF_ROLE = {"own_rate": " of the trained persona", "base": " of the base model", "control": " of the controls"}
"""What a table of another role than leakage holds, since tables of one page may have the same factors."""


def run(ctx: Context) -> None:
    """Enter a table of rates for every table of cells, and per-source summaries."""
    question = ctx.ledger.question("rates")
    for table in ctx.results.tables:
        if table.kind == "reported":
            _reported(ctx, question, table)
        else:
            _counted(ctx, question, table)


def _entities(table: CellTable) -> list[str]:
    return [name for name in table.factors if name not in WITHIN_CELL]


def clustered(ctx: Context, table: CellTable) -> bool:
    """True if the cells' questions are known and the user did not ask to ignore them."""
    return "question" in table.factors and ctx.override("rates") is None


def cell_interval(ctx: Context, cells: CellTable) -> Estimate:
    """The rate of one cell's rows: clustered by question where questions are known, else the independent interval."""
    if clustered(ctx, cells):
        return clustered_proportion(
            cells.successes, cells.trials, cells.factors["question"].codes.tolist(), level=ctx.level
        )
    method = ctx.override("rates") or "wilson"
    estimate = proportion_interval(int(cells.successes.sum()), int(cells.trials.sum()), level=ctx.level, method=method)
    return estimate.with_assumptions(_independence(ctx, cells))


def cell_recheck(ctx: Context, cells: CellTable) -> Recheck:
    """What :func:`cell_interval` computes from."""
    if clustered(ctx, cells):
        questions = {"question": cells.factors["question"].codes.tolist()}
        return Recheck("clustered", {"successes": cells.successes, "trials": cells.trials, "clusters": questions})
    return Recheck("rates", {"successes": int(cells.successes.sum()), "trials": int(cells.trials.sum())})


def _independence(ctx: Context, table: CellTable) -> str:
    if ctx.override("rates") is not None:
        return f"OVERRIDE rates={ctx.override('rates')}: completions are taken as independent"
    questions = table.summed_over.get("question")
    if questions is None:
        return "completions are independent given the cell"
    return (
        f"completions are independent, although {questions} questions were summed over and their counts are not"
        " recorded: the interval is too narrow where questions differ"
    )


def _counted(ctx: Context, question: Question, table: CellTable) -> None:
    entities = _entities(table)
    cells = table.aggregate(by=entities) if len(entities) < len(table.factors) else table
    by_question = clustered(ctx, table)
    keys, unique = cells.keys(entities), table.keys(entities)
    estimates: list[Estimate | None] = []
    reasons: set[str] = set()
    if by_question:
        rows_of = {int(k): np.flatnonzero(unique == k) for k in np.unique(unique)}
        for key in keys.tolist():
            try:
                estimates.append(cell_interval(ctx, table.rows(rows_of[int(key)])))
            except UndefinedEstimate as error:
                estimates.append(None)
                reasons.add(error.reason)
        low = [None if e is None or e.interval is None else e.interval.low for e in estimates]
        high = [None if e is None or e.interval is None else e.interval.high for e in estimates]
        method = next((e.interval.method for e in estimates if e is not None and e.interval is not None), "undefined")
        status = Assumption(
            f"{table.id}: questions are the sampled units", "met", "intervals are clustered by question"
        )
    else:
        method = ctx.override("rates") or "wilson"
        found = proportion_intervals(cells.successes, cells.trials, level=ctx.level, method=method)
        low, high = found["low"].tolist(), found["high"].tolist()
        arrays = {"successes": cells.successes, "trials": cells.trials, "low": low, "high": high, "method": method}
        ctx.ledger.recheck(f"table rates.{table.id}", Recheck("rates", arrays))
        summed = "question" in table.summed_over or ctx.override("rates") is not None
        status = Assumption(
            f"{table.id}: completions are independent",
            "doubtful" if summed else "not_checked",
            _independence(ctx, table),
        )
    question.assumptions.append(status)
    columns: dict[str, list[float | int | None]] = {
        "successes": cells.successes.tolist(),
        "trials": cells.trials.tolist(),
        "rate": cells.rate.tolist(),
        "low": low,
        "high": high,
    }
    if by_question:
        columns["design_effect"] = [_detail(e, "design_effect") for e in estimates]
        columns["icc"] = [_detail(e, "icc") for e in estimates]
    empty = "; ".join(sorted(reasons)) or "the design effect is undefined where all clusters agree"
    ctx.ledger.table(
        Table(
            id=f"rates.{table.id}",
            title=f"{table.outcome} rate{_OF_ROLE.get(table.role, '')} by {' and '.join(entities) or 'study'}",
            factors={name: cells.column(name).tolist() for name in entities} or {"table": [table.id]},
            columns=columns,
            units={"successes": "count", "trials": "count", "rate": "fraction", "low": "fraction", "high": "fraction"}
            | ({"design_effect": "", "icc": ""} if by_question else {}),
            method=f"{format_level(ctx.level)} interval: {method}",
            notes=(status.detail,),
            undefined={name: empty for name, values in columns.items() if None in values},
        )
    )
    if cells.n_cells <= MAX_NAMED_CELLS:
        _named(ctx, table, cells, entities)
    if table.role == "leakage":
        _summaries(ctx, table, cells, entities)


def _detail(estimate: Estimate | None, name: str) -> float | None:
    value = None if estimate is None else estimate.details.get(name)
    return float(value) if isinstance(value, int | float) else None


def _named(ctx: Context, table: CellTable, cells: CellTable, entities: list[str]) -> None:
    """An id for every rate of a small table: ``rates.rate[source=villain]``."""
    columns = {name: cells.column(name) for name in entities}
    keys, all_keys = cells.keys(entities), table.keys(entities)
    statistic = {"own_rate": "own_rate", "base": "base_rate", "control": "control_rate"}.get(table.role, "rate")
    same_role = [t for t in ctx.results.tables if t.role == table.role and t.kind == "counted"]
    for i in range(cells.n_cells):
        level = {name: column[i] for name, column in columns.items()}
        # a persona that is the source itself is named once
        facets: dict[str, Facet] = dict(level)
        if "source" in level and level.get("persona") == level["source"]:
            del facets["persona"]
        if len(same_role) > 1:
            facets["table"] = table.id
        part = table.rows(np.flatnonzero(all_keys == keys[i]))
        ctx.ledger.add(
            "rates",
            statistic,
            partial(cell_interval, ctx, part),
            facets=facets,
            label=f"{statistic.replace('_', ' ')}, {', '.join(map(str, facets.values())) or table.id}",
            unit_noun="questions" if clustered(ctx, table) else "completions",
            unit="fraction",
            role="descriptive",
            recheck=cell_recheck(ctx, part),
        )


def _summaries(ctx: Context, table: CellTable, cells: CellTable, entities: list[str]) -> None:
    """Per source (and condition): mean, median and largest bystander rate, and the share at exactly zero."""
    unit = ctx.results.design.unit
    if unit not in entities:
        unit = "persona" if "persona" in entities else ""
    others = [name for name in entities if name != unit]
    if not unit or not others:
        return
    for key in dict.fromkeys(zip(*(cells.column(name).tolist() for name in others), strict=True)):
        facets: dict[str, Facet] = dict(zip(others, key, strict=True))
        part = cells.select(**facets)
        rows = table.select(**facets)
        if part.n_cells < 2:
            continue
        name = ", ".join(map(str, key))
        noun = ctx.noun(unit)
        estimates = {
            "mean_rate": partial(_mean, ctx, rows, part, unit),
            "median_rate": partial(_median, ctx, part),
            "max_rate": partial(_largest, ctx, part, unit, noun),
            "share_at_zero": partial(
                proportion_interval, int((part.successes == 0).sum()), part.n_cells, level=ctx.level
            ),
        }
        zero = {"successes": int((part.successes == 0).sum()), "trials": part.n_cells}
        rechecks = {
            "mean_rate": Recheck(
                "clustered",
                {"successes": rows.successes, "trials": rows.trials, "clusters": _mean_clusters(ctx, rows, unit)},
            ),
            "share_at_zero": Recheck("rates", zero),
        }
        for statistic, compute in estimates.items():
            ctx.ledger.add(
                "rates",
                statistic,
                compute,
                facets=facets,
                label=f"{statistic.replace('_', ' ')} of {noun}, {name}",
                unit_noun=_fewest(ctx, rows, unit) if statistic == "mean_rate" else noun,
                unit="fraction",
                role="descriptive",
                recheck=rechecks.get(statistic),
            )


def _fewest(ctx: Context, rows: CellTable, unit: str) -> str:
    """What n of a mean counts: the clusters of which there are fewest."""
    return ctx.noun(min(_mean_clusters(ctx, rows, unit), key=lambda name: len(rows.levels(name))))


def _mean_clusters(ctx: Context, rows: CellTable, unit: str) -> Mapping[str, list[int]]:
    """The units, and the questions too where they are known."""
    clusters = {unit: rows.factors[unit].codes.tolist()}
    if clustered(ctx, rows):
        clusters["question"] = rows.factors["question"].codes.tolist()
    return clusters


def _mean(ctx: Context, rows: CellTable, cells: CellTable, unit: str) -> Estimate:
    """The mean rate over units: clustered by unit, and by question too where questions are known."""
    estimate = clustered_proportion(rows.successes, rows.trials, _mean_clusters(ctx, rows, unit), level=ctx.level)
    if np.unique(cells.trials).size > 1:
        return estimate.with_notes("units have unequal trials: the mean is over completions, not over units")
    return estimate


def _median(ctx: Context, cells: CellTable) -> Estimate:
    """The median over units with the distribution-free interval from order statistics."""
    from scipy.stats import binom

    rates = np.sort(cells.rate)
    n = rates.size
    # the widest central pair of order statistics: P(rate[k] <= median <= rate[n-1-k]) = 1 - 2 P(Binomial(n, 1/2) <= k)
    k = int(binom.ppf((1.0 - ctx.level) / 2.0, n, 0.5)) - 1
    while k >= 0 and 2.0 * binom.cdf(k, n, 0.5) > 1.0 - ctx.level:
        k -= 1
    interval = Interval(float(rates[k]), float(rates[n - 1 - k]), ctx.level, "order statistics") if k >= 0 else None
    return Estimate(
        quantity="median rate",
        value=float(np.median(rates)),
        n=n,
        method="median over units",
        interval=interval,
        assumptions=("units are a sample of like units",),
        notes=() if interval is not None else (f"{n} units are too few for an interval at this level",),
    )


def _largest(ctx: Context, cells: CellTable, unit: str, noun: str) -> Estimate:
    """The largest of many noisy rates: its interval is simultaneous over the units, and the upward bias is said."""
    best = int(np.argmax(cells.rate))
    n = cells.n_cells
    level = 1.0 - (1.0 - ctx.level) / n
    row = proportion_interval(int(cells.successes[best]), int(cells.trials[best]), level=level)
    interval = row.interval
    return Estimate(
        quantity="largest rate",
        value=float(cells.rate[best]),
        n=n,
        method=f"maximum over {n} {noun}",
        interval=None
        if interval is None
        else Interval(interval.low, interval.high, ctx.level, f"wilson, simultaneous over {n} {noun} (Bonferroni)"),
        assumptions=("completions are independent given the cell",),
        notes=("the maximum of noisy rates is biased upward",),
        details={unit: str(cells.column(unit)[best]), "trials": int(cells.trials[best])},
    )


def _reported(ctx: Context, question: Question, table: CellTable) -> None:
    """Printed rates: the interval is what the digits allow, and no sampling interval exists without counts."""
    reported = table.reported
    if reported is None:
        return
    entities = _entities(table)
    rates = [None if np.isnan(v) else float(v) for v in reported.value]
    question.assumptions.append(
        Assumption(
            f"{table.id}: trials behind the printed rates",
            "doubtful" if reported.trials_status != "declared" else "not_checked",
            reported.trials_reason or f"declared as {reported.declared_trials}",
        )
    )
    ctx.ledger.table(
        Table(
            id=f"rates.{table.id}",
            title=f"{table.outcome} rate by {' and '.join(entities)}, as printed",
            factors={name: table.column(name).tolist() for name in entities},
            columns={
                "rate": rates,
                "low": [None if np.isnan(v) else float(v) for v in reported.low],
                "high": [None if np.isnan(v) else float(v) for v in reported.high],
            },
            units={"rate": "fraction", "low": "fraction", "high": "fraction"},
            method="as printed; low and high are what the digits allow, no sampling interval, counts being unknown",
            undefined={"rate": "not printed", "low": "not printed", "high": "not printed"} if None in rates else {},
        )
    )
