"""Would another seed say the same? Agreement over training or sampling seeds, and drift from an earlier file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.analysis.document import Table
from leakstats.analysis.ledger import Assumption, Recheck
from leakstats.errors import DesignError, UndefinedEstimate
from leakstats.estimate import Estimate, Interval, Undefined
from leakstats.ident import Facet
from leakstats.results import CellTable, Level, Results
from leakstats.stats import clustered_difference, difference_interval, equivalence_test, icc, variance_components

__all__ = ["run"]

SEEDS = ("training_seed", "sampling_seed")
_SPEAKS_OF = {
    "training_seed": "agreement over training seeds: whether training again gives the same rates",
    "sampling_seed": "agreement over sampling seeds of the same trained models: no evidence of training stability",
}


def run(ctx: Context) -> None:
    """Enter agreement over every seed factor that has levels, and the drift from the reference file if one is given."""
    question = ctx.ledger.question("stability")
    found = False
    for table in ctx.results.tables:
        for factor in SEEDS:
            if table.kind == "counted" and factor in table.factors and len(table.levels(factor)) > 1:
                found = True
                question.notes.append(f"{table.id}: {_SPEAKS_OF[factor]}")
                _agreement(ctx, table, factor)
    if ctx.reference is not None:
        found = True
        _drift(ctx, ctx.reference)
    if not found:
        question.status = "not_run"
        question.reason = "no table keeps the counts of more than one seed, and no earlier file is given (--reference)"
        for name in SEEDS:
            replication = getattr(ctx.results.design, name)
            if replication.n is not None and replication.n > 1:
                question.reason += f"; the {replication.n} {name.replace('_', ' ')}s were summed ({replication.reason})"


def _grid(
    table: CellTable, factor: str
) -> tuple[list[tuple[Level, ...]], list[Level], npt.NDArray[np.float64], list[str]]:
    """Rates with one row a cell and one column a seed; NaN where a cell lacks a seed."""
    by = [f for f in table.factors if f not in ("question", *SEEDS)]
    cells = table.aggregate(by=(*by, factor))
    seeds = list(table.levels(factor))
    keys = list(dict.fromkeys(zip(*(cells.column(f).tolist() for f in by), strict=True)))
    out = np.full((len(keys), len(seeds)), np.nan)
    place = {k: i for i, k in enumerate(keys)}
    for key, seed, rate in zip(
        zip(*(cells.column(f).tolist() for f in by), strict=True),
        cells.column(factor).tolist(),
        cells.rate.tolist(),
        strict=True,
    ):
        out[place[key], seeds.index(seed)] = rate
    return keys, seeds, out, by


def _agreement(ctx: Context, table: CellTable, factor: str) -> None:
    keys, seeds, grid, by = _grid(table, factor)
    facets: dict[str, Facet] = {"factor": factor}
    if len([t for t in ctx.results.tables if factor in t.factors]) > 1:
        facets["outcome"] = table.id
    slices: list[tuple[dict[str, Facet], npt.NDArray[np.bool_]]] = [({}, np.ones(len(keys), dtype=bool))]
    if "source" in by and len({k[by.index("source")] for k in keys}) > 1:
        at = by.index("source")
        for source in dict.fromkeys(k[at] for k in keys):
            slices.append(({"source": source}, np.array([k[at] == source for k in keys])))
    words = f"{len(seeds)} {factor.replace('_', ' ')}s"
    for more, rows in slices:
        of = "".join(f", {v}" for v in more.values())
        part = grid[rows]
        for form in ("ICC(A,1)", "ICC(C,1)"):
            ctx.ledger.add(
                "stability",
                "icc",
                partial(icc, part, form=form, level=ctx.level, factor=factor),
                facets={**facets, **more, "form": form},
                label=f"{form} over {words}{of}",
                unit_noun="cells",
                recheck=Recheck("icc", {"grid": part, "form": form}),
            )
        ctx.ledger.add(
            "stability",
            "max_range",
            partial(_largest_range, part, words),
            facets={**facets, **more},
            label=f"largest spread of one cell over {words}{of}",
            unit_noun="cells",
            unit="points",
            role="descriptive",
        )
    _components(ctx, grid, factor, facets, words)


def _largest_range(grid: npt.NDArray[np.float64], words: str) -> Estimate:
    complete = grid[np.isfinite(grid).all(axis=1)]
    if complete.size == 0:
        raise UndefinedEstimate("largest spread", "no cell has every seed", n=0)
    spread = complete.max(axis=1) - complete.min(axis=1)
    return Estimate(
        "largest spread over seeds",
        float(spread.max()),
        complete.shape[0],
        f"maximum over cells of the range over {words}",
        notes=("a maximum over cells and seeds grows with their number",),
        details={"median_spread": float(np.median(spread))},
    )


def _components(ctx: Context, grid: npt.NDArray[np.float64], factor: str, facets: dict[str, Facet], words: str) -> None:
    try:
        components = dict(variance_components(grid, factor=factor, level=ctx.level).components)
    except UndefinedEstimate as error:
        components = {"unit": Undefined.from_error(error)}  # type: ignore[dict-item]
    for name, part in components.items():
        ctx.ledger.add(
            "stability",
            "variance",
            part,
            facets={**facets, "component": name},
            label=f"variance of {name.replace('_', ' ')} over {words}",
            unit_noun="cells",
            role="descriptive",
        )


@dataclass(frozen=True, slots=True)
class _Cell:
    """The counts of one cell, by question where the file keeps them."""

    successes: npt.NDArray[np.int64]
    trials: npt.NDArray[np.int64]
    questions: list[Level] | None

    @property
    def counts(self) -> tuple[int, int]:
        return int(self.successes.sum()), int(self.trials.sum())

    @property
    def rate(self) -> float:
        successes, trials = self.counts
        return successes / trials

    def drift_from(self, before: _Cell, *, level: float) -> Estimate:
        """Now minus before; paired by question where both know theirs."""
        if self.questions is None or before.questions is None or min(len(self.questions), len(before.questions)) < 2:
            return difference_interval(*self.counts, *before.counts, level=level)
        return clustered_difference(
            self.successes,
            self.trials,
            self.questions,
            before.successes,
            before.trials,
            before.questions,
            level=level,
        )


def _cells(table: CellTable, by: list[str], *, by_question: bool) -> dict[tuple[Level, ...], _Cell]:
    cells = table.aggregate(by=(*by, "question") if by_question else by)
    keys = list(zip(*(cells.column(f).tolist() for f in by), strict=True))
    rows: dict[tuple[Level, ...], list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    questions = cells.column("question").tolist() if by_question else None
    return {
        key: _Cell(cells.successes[at], cells.trials[at], None if questions is None else [questions[row] for row in at])
        for key, at in rows.items()
    }


def _drift(ctx: Context, reference: Results) -> None:
    """Cells that both files hold: how far each moved, the largest with an interval simultaneous over all."""
    question = ctx.ledger.question("stability")
    for table in ctx.results.tables:
        if table.kind != "counted":
            continue
        for other in reference.tables_with(role=table.role, outcome=table.outcome):
            by = [f for f in ("source", "persona", "condition", "checkpoint") if _has(table, f) and _has(other, f)]
            if other.kind != "counted" or not by:
                continue
            clustered = all("question" in t.factors and len(t.levels("question")) > 1 for t in (table, other))
            question.assumptions.append(
                Assumption(f"completions of {table.id} are independent given the question", "not_checked", "")
                if clustered
                else Assumption(
                    f"completions of {table.id} are independent within a cell",
                    "doubtful",
                    "counts by question are not in both files: drift intervals do not cluster by question",
                )
            )
            try:
                now = _cells(table, by, by_question=clustered)
                before = _cells(other, by, by_question=clustered)
            except DesignError as error:
                question.notes.append(str(error))
                continue
            shared = [key for key in now if key in before]
            if shared:
                _enter_drift(ctx, table, by, shared, now, before)


def _has(table: CellTable, factor: str) -> bool:
    return factor in table.factors or factor in table.constants


def _enter_drift(
    ctx: Context,
    table: CellTable,
    by: list[str],
    shared: list[tuple[Level, ...]],
    now: dict[tuple[Level, ...], _Cell],
    before: dict[tuple[Level, ...], _Cell],
) -> None:
    simultaneous = 1.0 - (1.0 - ctx.level) / len(shared)
    found = [now[key].drift_from(before[key], level=simultaneous) for key in shared]
    values = np.array([e.value for e in found])
    worst = int(np.abs(values).argmax())
    name = ", ".join(map(str, shared[worst]))
    interval = found[worst].interval
    largest = Estimate(
        "largest drift",
        float(values[worst]),
        len(shared),
        "difference of rates, now minus before, of the cell that moved most",
        interval=None
        if interval is None
        else Interval(
            interval.low, interval.high, ctx.level, f"{interval.method}, simultaneous over {len(shared)} cells"
        ),
        assumptions=(
            "completions are independent given the "
            + ("cell" if now[shared[0]].questions is None else "question, which is the same in both files"),
        ),
        details={"cell": name, "mean_absolute_drift": float(np.abs(values).mean())},
    )
    facets: dict[str, Facet] = {"outcome": table.id}
    ctx.ledger.add(
        "stability",
        "max_drift",
        largest,
        facets=facets,
        label=f"largest drift of a shared cell ({name})",
        unit_noun="cells",
        unit="points",
    )
    ctx.ledger.table(
        Table(
            id=f"drift.{table.id}",
            title="rates now and in the reference file",
            factors={f: [key[i] for key in shared] for i, f in enumerate(by)},
            columns={
                "now": [now[k].rate for k in shared],
                "before": [before[k].rate for k in shared],
                "drift": values.tolist(),
                "low": [None if e.interval is None else e.interval.low for e in found],
                "high": [None if e.interval is None else e.interval.high for e in found],
            },
            units={"now": "fraction", "before": "fraction", "drift": "points", "low": "points", "high": "points"},
            method=f"intervals simultaneous over {len(shared)} cells (Bonferroni)",
        )
    )
    margin = ctx.results.plan.margin
    if margin is not None and len(shared) > 1:
        error = float(values.std(ddof=1) / np.sqrt(len(shared)))

        def compute() -> Estimate:
            if error == 0.0:
                raise UndefinedEstimate("mean drift", "every cell moved by the same amount", n=len(shared))
            return equivalence_test(
                float(values.mean()), error, margin=margin, n=len(shared), df=len(shared) - 1, level=ctx.level
            )

        ctx.ledger.add(
            "stability",
            "drift_equivalence",
            compute,
            facets=facets,
            label=f"mean drift is within {margin:g}",
            unit_noun="cells",
            unit="points",
        )
