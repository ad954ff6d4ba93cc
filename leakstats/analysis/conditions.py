"""Do conditions differ? Clustered condition means, paired differences over shared questions, and the range of all."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.analysis.ledger import Assumption, Question, Recheck
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.ident import Facet
from leakstats.results import CellTable, Level
from leakstats.stats import (
    blocked_conditions_test,
    clustered_difference,
    clustered_proportion,
    equivalence_test,
    permutation_difference,
    sign_flip,
)

__all__ = ["OWN_PERSONA", "run"]

OWN_PERSONA = ("induction_persona", "own_persona")
"""Attributes of a condition that name the persona it was made with: that persona is no bystander there."""


def run(ctx: Context) -> None:
    """Contrast the conditions of every counted table of bystander rates."""
    question = ctx.ledger.question("contrast")
    tables = [
        t
        for t in ctx.results.tables_with(role="leakage")
        if t.kind == "counted" and "condition" in t.factors and len(t.levels("condition")) > 1
    ]
    if not tables:
        question.status = "not_run"
        question.reason = "no counted table of bystander rates has more than one condition"
        return
    for table in tables:
        _Conditions(ctx, question, table, {} if len(tables) == 1 else {"outcome": table.id}).enter()


def _own_personas(ctx: Context) -> dict[Level, str]:
    """For each condition the persona that it was made with, where the file names one."""
    info = ctx.results.factors["condition"]
    for name in OWN_PERSONA:
        attribute = info.attributes.get(name)
        if attribute is not None:
            return {
                level: str(value)
                for level, value in zip(info.levels, attribute.values, strict=True)
                if value is not None
            }
    return {}


class _Conditions:
    """The contrasts of one table."""

    def __init__(self, ctx: Context, question: Question, table: CellTable, facets: dict[str, Facet]) -> None:
        self.ctx = ctx
        self.question = question
        self.table = table
        self.facets = facets
        self.conditions = list(table.levels("condition"))
        self.own = _own_personas(ctx)
        self.unit = "persona" if "persona" in table.factors else ctx.results.design.unit
        self.noun = ctx.noun(self.unit)
        self.clusters = [name for name in ("question", self.unit) if name in table.factors]
        self.bystanders = {c: self._bystanders(c) for c in self.conditions}

    def _bystanders(self, condition: Level) -> CellTable:
        """The condition's cells without the persona that it was made with."""
        part = self.table.select(condition=condition)
        if self.unit in part.factors and condition in self.own:
            part = part.rows(np.flatnonzero(part.column(self.unit).astype(str) != self.own[condition]))
        return part

    def enter(self) -> None:
        if self.own:
            self.question.notes.append(
                "the persona that a condition was made with is no bystander there: "
                + ", ".join(f"{c} without {p}" for c, p in self.own.items() if c in self.conditions)
            )
        self.question.assumptions.append(
            Assumption(
                "a condition is more than one training run",
                "failed" if self.ctx.results.design.training_seed.n == 1 else "not_checked",
                "differences are between these trained models: no interval here covers training noise",
            )
        )
        if not self.clusters:
            self.question.notes.append(f"{self.table.id}: no questions or personas are recorded to cluster by")
            return
        for condition in self.conditions:
            self._mean(condition)
        planned = {f.name: f.correction for f in self.ctx.results.plan.families}
        method = self.ctx.override("correction") or planned.get("conditions", "holm").replace("_", "-")
        self.ctx.ledger.open_family("conditions", method=method, note="every pair of conditions")
        for first, second in combinations(self.conditions, 2):
            self._difference(second, first)
        self._range()
        for condition in self.conditions:
            self._own_persona(condition)

    def _fewest(self, *parts: CellTable) -> str:
        """What n counts: the levels of the cluster factor that has fewest."""
        fewest = min(self.clusters, key=lambda name: min(len(part.levels(name)) for part in parts))
        return self.ctx.noun(fewest)

    def _cluster_labels(self, part: CellTable) -> dict[str, list[object]]:
        return {name: part.column(name).tolist() for name in self.clusters}

    def _mean(self, condition: Level) -> None:
        part = self.bystanders[condition]
        n = len(part.levels(self.unit)) if self.unit in part.factors else part.n_cells
        self.ctx.ledger.add(
            "contrast",
            "mean_rate",
            partial(
                clustered_proportion, part.successes, part.trials, self._cluster_labels(part), level=self.ctx.level
            ),
            facets={**self.facets, "condition": condition},
            label=f"mean rate of {n} {self.noun}, {condition}",
            unit_noun=self._fewest(part),
            unit="fraction",
            role="descriptive",
            recheck=Recheck(
                "clustered",
                {"successes": part.successes, "trials": part.trials, "clusters": self._cluster_labels(part)},
            ),
        )

    def _difference(self, first: Level, second: Level) -> None:
        a, b = self.bystanders[first], self.bystanders[second]

        def compute() -> Estimate:
            return clustered_difference(
                a.successes,
                a.trials,
                self._cluster_labels(a),
                b.successes,
                b.trials,
                self._cluster_labels(b),
                level=self.ctx.level,
            )

        noun = self._fewest(a, b)
        facets: dict[str, Facet] = {**self.facets, "condition": first, "versus": second}
        estimate = self.ctx.ledger.add(
            "contrast",
            "difference",
            compute,
            facets=facets,
            label=f"difference of mean rates, {first} minus {second}",
            unit_noun=noun,
            unit="points",
            family="conditions",
        )
        self._flip(facets, a, b)
        margin = self.ctx.results.plan.margin
        if margin is not None and estimate is not None:
            self._equivalence(facets, estimate, margin, noun)

    def _flip(self, facets: dict[str, Facet], a: CellTable, b: CellTable) -> None:
        """Sign flips over each shared factor: a randomisation test with few units, its smallest p printed."""
        for cluster in self.clusters:
            shared = [level for level in a.levels(cluster) if level in b.levels(cluster)]
            rate_a, rate_b = (_rates(part, cluster, shared) for part in (a, b))

            def compute(rate_a: npt.NDArray[np.float64] = rate_a, rate_b: npt.NDArray[np.float64] = rate_b) -> Estimate:
                return sign_flip(rate_a - rate_b, level=self.ctx.level)

            self.ctx.ledger.add(
                "contrast",
                "sign_flip",
                compute,
                facets={**facets, "over": cluster},
                label=f"{facets['condition']} minus {facets['versus']}, signs flipped over {self.ctx.noun(cluster)}",
                unit_noun=self.ctx.noun(cluster),
                unit="points",
                role="exploratory",
                recheck=Recheck("flips", {"differences": rate_a - rate_b}),
            )

    def _equivalence(self, facets: dict[str, Facet], estimate: Estimate, margin: float, noun: str) -> None:
        error, df = estimate.details.get("standard_error"), estimate.details.get("df")
        if not isinstance(error, float) or error <= 0.0:
            return
        self.ctx.ledger.add(
            "contrast",
            "equivalence",
            lambda: equivalence_test(
                estimate.value,
                error,
                margin=margin,
                n=estimate.n,
                df=float(df) if isinstance(df, int | float) else None,
                level=self.ctx.level,
            ),
            facets=facets,
            label=f"{facets['condition']} equals {facets['versus']} within {margin:g}",
            unit_noun=noun,
            unit="points",
        )

    def _range(self) -> None:
        if self.unit not in self.table.factors:
            return
        units = list(self.table.levels(self.unit))
        values = np.full((len(units), len(self.conditions)), np.nan)
        counted = np.zeros(values.shape, dtype=bool)
        cells = self.table.aggregate(by=(self.unit, "condition"))
        place = {u: i for i, u in enumerate(units)}
        for u, c, rate in zip(cells.column(self.unit), cells.column("condition"), cells.rate, strict=True):
            i, j = place[u], self.conditions.index(c)
            values[i, j] = rate
            counted[i, j] = str(u) != self.own.get(c)
        for within in (True, False):
            name = "within_personas" if within else "free"

            def compute(within: bool = within, name: str = name) -> Estimate:
                return blocked_conditions_test(
                    values,
                    counted=counted,
                    within_blocks=within,
                    method=self.ctx.permutation(f"condition range {self.facets} {name}"),
                    labels=[str(c) for c in self.conditions],
                )

            self.ctx.ledger.add(
                "contrast",
                "range",
                compute,
                facets={**self.facets, "permuted": name},
                label=f"range of the {len(self.conditions)} condition means, labels permuted {name.replace('_', ' ')}",
                unit_noun=self.noun,
                unit="points",
                role="secondary" if within else "exploratory",
                definition=f"condition-range/{name.replace('_', '-')}",
                recheck=Recheck("blocks", {"values": values}),
            )
        if not counted.all() and np.isfinite(values).all():
            self._range_of_all(values)

    def _range_of_all(self, values: npt.NDArray[np.float64]) -> None:
        """The range with every persona in every mean: a complete table, which Friedman's test needs."""
        self.ctx.ledger.add(
            "contrast",
            "range",
            lambda: blocked_conditions_test(
                values,
                method=self.ctx.permutation(f"condition range {self.facets} all cells"),
                labels=[str(c) for c in self.conditions],
            ),
            facets={**self.facets, "permuted": "within_personas", "cells": "all"},
            label=f"range of the {len(self.conditions)} condition means, every persona in each, with Friedman's test",
            unit_noun=self.noun,
            unit="points",
            role="exploratory",
            definition="condition-range/within-personas",
            recheck=Recheck("blocks", {"values": values}),
        )

    def _own_persona(self, condition: Level) -> None:
        """The condition's own persona against the other bystanders: exact over which persona it could have been."""
        own = self.own.get(condition)
        part = self.table.select(condition=condition)
        if own is None or self.unit not in part.factors or own not in part.levels(self.unit):
            return
        cells = part.aggregate(by=(self.unit,))
        mine = cells.column(self.unit).astype(str) == own

        def compute() -> Estimate:
            if (~mine).sum() < 2:
                raise UndefinedEstimate(
                    "own-persona difference", "there are fewer than 2 other personas", n=int(mine.size)
                )
            return permutation_difference(
                cells.rate[mine], cells.rate[~mine], alternative="greater", level=self.ctx.level
            )

        self.ctx.ledger.add(
            "contrast",
            "own_persona",
            compute,
            facets={**self.facets, "condition": condition},
            label=f"{own} minus the other {self.noun} under {condition}",
            unit_noun=self.noun,
            unit="points",
            role="exploratory",
            definition="own-persona/one-sided-rank",
            recheck=Recheck("two_samples", {"a": cells.rate[mine], "b": cells.rate[~mine], "alternative": "greater"}),
        )


def _rates(part: CellTable, cluster: str, levels: list[Level]) -> npt.NDArray[np.float64]:
    """The rate of each of the given levels of a factor, shape (levels,)."""
    whole = part.aggregate(by=(cluster,))
    rate = dict(zip(whole.column(cluster).tolist(), whole.rate.tolist(), strict=True))
    return np.array([rate[level] for level in levels])
