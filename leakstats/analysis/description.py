"""What was measured: how many prompts and completions, by source and condition, and the covariates of the personas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.document import Table
from leakstats.analysis.joined import WITHIN_CELL, all_joins
from leakstats.analysis.ledger import Question
from leakstats.estimate import Estimate
from leakstats.ident import Facet
from leakstats.results import CellTable, Level

__all__ = ["run"]

BY = ("source", "condition")
"""Sizes are given in all, and for each level of these factors."""
_CELL = ("source", "condition", "checkpoint", "training_seed", "persona")
"""What tells one cell from another, beside the outcome."""


def run(ctx: Context) -> None:
    """Enter the sizes of the study and the covariates of its personas."""
    question = ctx.ledger.question("description")
    _sizes(ctx, question)
    _covariates(ctx)


@dataclass(frozen=True, slots=True)
class _Size:
    """What lies behind one cell."""

    trials: int
    questions: int | None


def _sizes(ctx: Context, question: Question) -> None:
    cells: dict[tuple[Level | None, ...], _Size] = {}
    for table in ctx.results.tables:
        found = _of_table(table)
        if not found:
            question.notes.append(f"{table.id}: the number of trials is not declared, so it is not counted")
        again = sum(key in cells for key in found)
        if again:
            question.notes.append(f"{table.id}: {again} cells stand in an earlier table and are counted once")
        cells = {**found, **cells}
    if not cells:
        return
    _enter_size(ctx, {}, list(cells.values()))
    for factor in BY:
        at = 1 + _CELL.index(factor)
        levels = list(dict.fromkeys(key[at] for key in cells))
        parts = {level: [s for key, s in cells.items() if key[at] == level] for level in levels if level is not None}
        # where each level is one cell, the table of rates says it
        if len(parts) > 1 and max(map(len, parts.values())) > 1:
            for level, part in parts.items():
                _enter_size(ctx, {factor: level}, part)


def _of_table(table: CellTable) -> dict[tuple[Level | None, ...], _Size]:
    """The cells of one table; none where a printed table declares no trials."""
    entities = [name for name in table.factors if name not in WITHIN_CELL]
    if table.kind == "counted":
        whole = table.aggregate(by=entities)
        trials = whole.trials.tolist()
        questions = whole.summed_over.get("question")
    else:
        reported = table.reported
        if reported is None or reported.declared_trials is None:
            return {}
        whole, trials, questions = table, [reported.declared_trials] * table.n_rows, None
    columns: list[list[Level | None]] = []
    for name in _CELL:
        known = name in whole.factors or name in whole.constants
        columns.append(whole.column(name).tolist() if known else [None] * whole.n_rows)
    source, persona = _CELL.index("source"), _CELL.index("persona")
    if table.role == "own_rate":  # the source's own persona, where the table leaves it to be understood
        columns[persona] = [s if p is None else p for p, s in zip(columns[persona], columns[source], strict=True)]
    keys = zip([table.outcome] * whole.n_rows, *columns, strict=True)
    return {key: _Size(n, questions) for key, n in zip(keys, trials, strict=True)}


def _enter_size(ctx: Context, facets: Mapping[str, Facet], sizes: list[_Size]) -> None:
    of = "".join(f", {v}" for v in facets.values())
    known = [s.questions for s in sizes if s.questions is not None]
    values = {"completions": (sum(s.trials for s in sizes), "completions judged")}
    if len(known) == len(sizes):
        values["prompts"] = (sum(known), "prompts, one a cell and question")
    for statistic, (value, words) in values.items():
        ctx.ledger.add(
            "description",
            statistic,
            Estimate(words, float(value), len(sizes), "counted over the cells of every table, each cell once"),
            facets=facets,
            label=f"{words}{of}",
            unit_noun="cells",
            unit="count",
            role="descriptive",
            definition=f"size/{statistic}",
        )


_EXTREME = {"min": "smallest", "max": "largest"}


def _covariates(ctx: Context) -> None:
    """Mean and range of every covariate over the analysed units, and its values as a table."""
    personas = ctx.results.personas
    joins = all_joins(ctx.results)[0]
    analysed = set(map(str, joins[0].units.tolist())) if joins else set()
    names = [n for n in personas.name if n in analysed] or list(personas.name)
    place = {n: i for i, n in enumerate(personas.name)}
    at = [place[n] for n in names]
    columns: dict[str, list[float | int | None]] = {}
    for covariate, column in personas.covariates.items():
        values = personas.covariate(covariate)
        columns[covariate] = [None if np.isnan(v) else float(v) for v in values]
        values = values[at]
        known = np.flatnonzero(~np.isnan(values))
        if known.size == 0:
            continue
        low, high = known[np.argmin(values[known])], known[np.argmax(values[known])]
        described = column.description or covariate
        if column.unit and column.unit not in ("", "fraction") and column.unit not in described:
            described += f" in {column.unit}s"
        whole = bool((values[known] == np.round(values[known])).all())
        for words, value, details in (
            ("mean", float(values[known].mean()), {}),
            ("min", float(values[low]), {"persona": names[low]}),
            ("max", float(values[high]), {"persona": names[high]}),
        ):
            ctx.ledger.add(
                "description",
                f"covariate_{words}",
                Estimate(f"{words} of {covariate}", value, known.size, f"{words} over personas", details=details),
                facets={"covariate": covariate},
                label=f"{described}: {_EXTREME.get(words, words)}",
                unit_noun="personas",
                unit="count" if whole and words in _EXTREME else "number",
                role="descriptive",
            )
    if columns:
        ctx.ledger.table(
            Table(
                id="description.covariates",
                title="covariates of the personas",
                factors={"persona": list(personas.name)},
                columns=columns,
                units=dict.fromkeys(columns, ""),
                method="as recorded",
                undefined={name: "not recorded" for name, values in columns.items() if None in values},
            )
        )
