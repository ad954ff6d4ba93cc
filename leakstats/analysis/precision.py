"""What a design can show: precision attained, smallest detectable effects, and what more data would buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leakstats.analysis.context import plural
from leakstats.analysis.joined import all_joins
from leakstats.columns import Columns
from leakstats.errors import DesignError, UndefinedEstimate
from leakstats.estimate import Estimate, Undefined
from leakstats.results import CellTable, Results
from leakstats.stats import (
    clustered_proportion,
    combined_correlation_precision,
    correlation_precision,
    minimum_detectable_correlation,
    precision_table,
    rate_precision,
)

__all__ = ["ASSUMED_ICC", "DesignPrecision", "design_precision", "planned_correlations"]

ASSUMED_ICC = 0.05
"""Taken where counts by question are not recorded; the studies behind our examples have a median of 0.04."""


ASSUMED_TAU = 0.2
"""Standard deviation over sources of their true correlations, on the Fisher z scale."""


@dataclass(frozen=True, slots=True)
class DesignPrecision:
    """What :func:`design_precision` returns; ``notes`` say what was assumed and why."""

    questions: int
    completions: int
    training_seeds: int
    rate: float
    icc: float
    icc_source: str
    cell: Estimate
    """The interval to expect for the rate of one cell."""
    correlations: tuple[Estimate | Undefined, ...]
    """Smallest detectable and expected correlations of the primary join, where there is one."""
    table: Columns
    """What other numbers of questions, completions and training seeds would buy."""
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "plan-report.v1",
            "questions": self.questions,
            "completions": self.completions,
            "training_seeds": self.training_seeds,
            "rate": self.rate,
            "icc": self.icc,
            "icc_source": self.icc_source,
            "cell": self.cell.to_json(),
            "correlations": [c.to_json() for c in self.correlations],
            "table": self.table.to_json(),
            "notes": list(self.notes),
        }


def _main_table(results: Results) -> CellTable:
    counted = [t for t in results.tables if t.kind == "counted"]
    for role in ("leakage", "own_rate"):
        for table in counted:
            if table.role == role:
                return table
    if counted:
        return counted[0]
    raise DesignError("no table of counts: printed rates do not say how many questions and completions there were")


def _numbers(table: CellTable) -> tuple[int, int, list[str]]:
    """Questions and completions a cell, with what had to be assumed."""
    notes = []
    if "question" in table.factors:
        questions = len(table.levels("question"))
    else:
        questions = table.summed_over.get("question", 0)
    if "question" in table.factors and questions < 2:
        raise DesignError(f"table {table.id!r} has one question: nothing says how much questions differ")
    if questions < 2:
        raise DesignError(
            f"table {table.id!r} does not say over how many questions its trials sum; give summed_over.question"
        )
    entities = [f for f in table.factors if f not in ("question", "sampling_seed")]
    trials = table.aggregate(by=entities).trials
    completions = max(1, int(np.median(trials)) // questions)
    if np.unique(trials).size > 1:
        notes.append("cells have unequal trials; the median is taken")
    return questions, completions, notes


def _icc(table: CellTable) -> tuple[float, str]:
    """The median intracluster correlation of completions of one question, over cells."""
    if "question" not in table.factors:
        return ASSUMED_ICC, f"assumed {ASSUMED_ICC:g}: counts by question are not recorded"
    entities = [f for f in table.factors if f not in ("question", "sampling_seed")]
    keys = table.keys(entities)
    found = []
    for key in np.unique(keys)[:500].tolist():
        part = table.rows(np.flatnonzero(keys == key))
        try:
            value = clustered_proportion(
                part.successes, part.trials, part.factors["question"].codes.tolist()
            ).details.get("icc")
        except UndefinedEstimate:
            continue
        if isinstance(value, float):
            found.append(max(value, 0.0))
    if not found:
        return ASSUMED_ICC, f"assumed {ASSUMED_ICC:g}: no cell shows one"
    return float(np.median(found)), f"median over {len(found)} cells of {table.id}"


def _correlations(results: Results, level: float) -> tuple[list[Estimate | Undefined], list[str]]:
    joins = all_joins(results)[0]
    if not joins:
        return [], ["no similarity shares its factors with the rates: no correlation is planned"]
    joined = joins[0]
    layer = joined.layers[0]
    primary = results.plan.primary
    if primary is not None and primary.layer in joined.layers:
        layer = primary.layer
    rows = joined.complete(layer)
    sizes = (
        [int((rows & (joined.groups == g)).sum()) for g in joined.group_names] if joined.group else [int(rows.sum())]
    )
    noun = results.design.unit_noun if joined.unit == results.design.unit else plural(joined.unit)
    return planned_correlations(sizes, noun=noun, alpha=results.plan.alpha, level=level)


def planned_correlations(
    sizes: Sequence[int], *, noun: str, alpha: float, level: float
) -> tuple[list[Estimate | Undefined], list[str]]:
    """What rank correlations over groups of these sizes can find, and what is to be said of them.

    Parameters
    ----------
    sizes : sequence of int
        Units in each group (source), at least one group.
    noun : str
        What the units are, plural.
    alpha, level : float
        Level of the test and coverage of the intervals, in (0, 1).

    Returns
    -------
    (estimates, notes)
        The smallest detectable correlation, the interval to expect for one of 0.5 and, with several groups, for their
        combination; each ``Undefined`` where the sizes do not allow it.
    """
    out: list[Estimate | Undefined] = []

    def attempt(compute: Any, *args: Any, **kwargs: Any) -> None:
        try:
            out.append(compute(*args, **kwargs))
        except UndefinedEstimate as error:
            out.append(Undefined.from_error(error))

    n = int(np.median(sizes))
    attempt(minimum_detectable_correlation, n, alpha=alpha, method="spearman")
    attempt(correlation_precision, 0.5, n, level=level, method="spearman")
    notes = [f"correlations are over {n} {noun}" + (" in each group" if len(sizes) > 1 else "")]
    if len(sizes) > 1:
        attempt(combined_correlation_precision, 0.5, len(sizes), n, tau=ASSUMED_TAU, level=level, method="spearman")
        notes.append(
            f"{len(sizes)} groups are combined, which are taken to differ by {ASSUMED_TAU:g} on the Fisher z scale;"
            " more units in a group do not replace more groups"
        )
    return out, notes


def design_precision(
    results: Results,
    *,
    rate: float | None = None,
    icc: float | None = None,
    questions: Sequence[int] | None = None,
    completions: Sequence[int] | None = None,
    training_seeds: Sequence[int] | None = None,
    level: float | None = None,
) -> DesignPrecision:
    """How much the design of ``results`` can show, and what more of it would buy.

    Parameters
    ----------
    results : Results
        Its design, its counts and its plan are read.
    rate : float, optional
        Expected rate in (0, 1); left out: the mean rate of the main table, kept within [0.02, 0.98].
    icc : float, optional
        Intracluster correlation of completions of one question; left out: measured where counts by question are
        recorded, else :data:`ASSUMED_ICC`.
    questions, completions, training_seeds : sequence of int, optional
        What the table combines; left out: once, twice and four times the questions, half and all of the
        completions, and one and three training seeds.
    level : float, optional
        Coverage; left out: the plan's.

    Raises
    ------
    DesignError
        If no table holds counts, or the number of questions is unknown.
    """
    table = _main_table(results)
    n_questions, n_completions, notes = _numbers(table)
    level = results.plan.level if level is None else level
    if rate is None:
        mean = float(table.successes.sum() / table.trials.sum())
        rate = float(np.clip(mean, 0.02, 0.98))
        notes.append(
            f"rate: the mean of {table.id}"
            if rate == mean
            else f"rate: {rate:g} is taken, since at the mean of {table.id} ({mean:g}) no spread can be expected"
        )
    if icc is None:
        icc, source = _icc(table)
    else:
        source = "as given"
    seeds = results.design.training_seed.n or 1
    if seeds < 2:
        notes.append("one training seed: no interval here covers training noise; only more seeds can")
    correlations, more = _correlations(results, level)
    return DesignPrecision(
        questions=n_questions,
        completions=n_completions,
        training_seeds=seeds,
        rate=rate,
        icc=icc,
        icc_source=source,
        cell=rate_precision(n_questions, n_completions, rate=rate, icc=icc, training_seeds=seeds, level=level),
        correlations=tuple(correlations),
        table=precision_table(
            questions or (n_questions, 2 * n_questions, 4 * n_questions),
            completions or sorted({max(1, n_completions // 2), n_completions}),
            training_seeds or sorted({1, seeds, 3}),
            rate=rate,
            icc=icc,
            level=level,
        ),
        notes=(*notes, *more),
    )
