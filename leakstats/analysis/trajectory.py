"""How rates and similarities move over checkpoints: baseline, peak, net change, and whether similarity foretells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.analysis.declared import enter_declared
from leakstats.analysis.document import Table
from leakstats.analysis.ledger import Assumption, Question, Recheck
from leakstats.analysis.rates import cell_interval
from leakstats.analysis.similarity import STATISTICS, correlate
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate, Interval
from leakstats.ident import Facet
from leakstats.results import CellTable, Level, SimilarityTable
from leakstats.results.printed import possible_successes
from leakstats.stats import clustered_difference, difference_interval, peak_rate, proportion_interval

__all__ = ["run"]


def run(ctx: Context) -> None:
    """Enter the course of every table of rates that has checkpoints."""
    question = ctx.ledger.question("trajectory")
    tables = [
        t
        for t in ctx.results.tables
        if t.role not in ("base", "control") and "checkpoint" in t.factors and len(t.levels("checkpoint")) > 1
    ]
    if not tables:
        question.status = "not_run"
        question.reason = "no table of rates has more than one checkpoint"
        return
    question.assumptions.append(
        Assumption("the peak is the rate", "failed", "the maximum over checkpoints is biased upward; it is named peak")
    )
    for table in tables:
        _Course(ctx, question, table, {} if len(tables) == 1 else {"outcome": table.id}).enter()


class _Course:
    """One table's course over checkpoints, one series for each combination of its other factors."""

    def __init__(self, ctx: Context, question: Question, table: CellTable, facets: Mapping[str, Facet]) -> None:
        self.ctx = ctx
        self.question = question
        self.table = table
        self.facets = facets
        self.by = [f for f in table.factors if f not in ("checkpoint", "question", "sampling_seed")]
        self.checkpoints = sorted(table.levels("checkpoint"), key=lambda c: (isinstance(c, str), c))

    def enter(self) -> None:
        series = list(
            dict.fromkeys(zip(*(self.table.column(name).tolist() for name in self.by), strict=True))
            if self.by
            else [()]
        )
        self.ctx.ledger.open_family(
            self._family(), method=self._correction(), note="net change of every series, first to last checkpoint"
        )
        summary: dict[tuple[Level, ...], dict[str, float]] = {}
        for key in series:
            summary[key] = self._one(dict(zip(self.by, key, strict=True)))
        if self.table.kind == "reported":
            enter_declared(self.ctx, self.question, self.table, self.by, self.checkpoints, self.facets)
        if len(self.by) == 1 and len(series) > 2:
            self._across([k[0] for k in series], [summary[k] for k in series])

    def _family(self) -> str:
        return "net change" + "".join(f", {v}" for v in self.facets.values())

    def _correction(self) -> str:
        planned = {f.name: f.correction for f in self.ctx.results.plan.families}
        return self.ctx.override("correction") or planned.get("sources", "holm").replace("_", "-")

    def _add(
        self,
        statistic: str,
        compute: Callable[[], Estimate] | Estimate,
        level: Mapping[str, Facet],
        label: str,
        noun: str,
        **kw: object,
    ) -> Estimate | None:
        name = ", ".join(str(v) for k, v in level.items() if k not in ("checkpoint", "of"))
        return self.ctx.ledger.add(
            "trajectory",
            statistic,
            compute,
            facets={**self.facets, **level},
            label=f"{label}, {name}" if name else label,
            unit_noun=noun,
            role=kw.pop("role", "descriptive"),  # type: ignore[arg-type]
            **kw,  # type: ignore[arg-type]
        )

    # -- one series

    def _one(self, level: Mapping[str, Level]) -> dict[str, float]:
        rows = self.table.select(**level) if level else self.table
        parts = {c: rows.select(checkpoint=c) for c in self.checkpoints if c in rows.levels("checkpoint")}
        rates = {c: _rate(part) for c, part in parts.items()}
        known = [c for c in rates if np.isfinite(rates[c])]
        if len(known) < 2:
            self.question.notes.append(f"{dict(level)}: fewer than two checkpoints have a rate")
            return {}
        first, last = known[0], known[-1]
        peak = max(known, key=lambda c: rates[c])
        counted = self.table.kind == "counted"
        by_question = counted and "question" in self.table.factors and self.ctx.override("rates") is None
        noun = "questions" if by_question else "completions" if counted else "checkpoints"
        for statistic, at in (("baseline", first), ("final", last)):
            compute = (
                partial(cell_interval, self.ctx, parts[at]) if counted else partial(_printed, parts[at], statistic)
            )
            self._add(statistic, compute, level, f"{statistic} rate (checkpoint {at})", noun, unit="fraction")
        self._peak(level, parts, rates, known, peak, noun)
        self._change(level, parts[last], parts[first], rates[last] - rates[first], noun)
        above = sum(rates[c] > rates[first] for c in known[1:])
        self._add(
            "share_above_baseline",
            lambda: _without_interval(proportion_interval(above, len(known) - 1), "checkpoints of one run"),
            level,
            "share of later checkpoints above the baseline",
            "checkpoints",
            unit="fraction",
        )
        for c in known[1:]:
            self._shares(level, c, rates[c], rates[first], rates[peak], len(known))
        if not counted:
            self._reachable(level, rows)
        return {
            "baseline": rates[first],
            "peak": rates[peak],
            "final": rates[last],
            "change": rates[last] - rates[first],
        }

    def _peak(
        self,
        level: Mapping[str, Level],
        parts: Mapping[Level, CellTable],
        rates: Mapping[Level, float],
        known: list[Level],
        peak: Level,
        noun: str,
    ) -> None:
        note = f"the largest of {len(known)} checkpoints is biased upward as a rate"

        def compute() -> Estimate:
            if self.table.kind != "counted":
                return _printed(parts[peak], "peak").with_notes(note)
            return peak_rate(*_by_checkpoint(parts, known), labels=[str(c) for c in known], level=self.ctx.level)

        self._add("peak", compute, level, f"peak rate (checkpoint {peak})", noun, unit="fraction")
        if isinstance(peak, int):
            self._add(
                "peak_checkpoint",
                Estimate("checkpoint of the peak", float(peak), len(known), "first checkpoint with the largest rate"),
                level,
                "checkpoint of the peak",
                "checkpoints",
                unit="count",
            )

    def _change(
        self, level: Mapping[str, Level], last: CellTable, first: CellTable, difference: float, noun: str
    ) -> None:
        def compute() -> Estimate:
            if self.table.kind != "counted":
                a, b = _digits(last), _digits(first)
                return Estimate(
                    "net change",
                    difference,
                    2,
                    "difference of printed rates",
                    notes=("no sampling interval exists without counts",),
                    details={"lowest_by_digits": a[0] - b[1], "highest_by_digits": a[1] - b[0]},
                )
            if "question" in self.table.factors and self.ctx.override("rates") is None:
                return clustered_difference(
                    last.successes,
                    last.trials,
                    last.column("question").tolist(),
                    first.successes,
                    first.trials,
                    first.column("question").tolist(),
                    level=self.ctx.level,
                )
            return difference_interval(
                int(last.successes.sum()),
                int(last.trials.sum()),
                int(first.successes.sum()),
                int(first.trials.sum()),
                level=self.ctx.level,
            )

        self._add(
            "net_change",
            compute,
            level,
            "net change, last minus first",
            noun,
            unit="points",
            role="secondary",
            family=self._family(),
        )

    def _shares(self, level: Mapping[str, Level], at: Level, rate: float, baseline: float, peak: float, n: int) -> None:
        """How much is reached by a checkpoint, by both definitions in use: they differ unless the baseline is 0."""
        for statistic, part, whole, words, definition in (
            ("level_share", rate, peak, "level as a share of the peak", "share-of-peak/level-over-peak"),
            (
                "rise_share",
                rate - baseline,
                peak - baseline,
                "rise as a share of the whole rise",
                "share-of-rise/rise-over-rise",
            ),
        ):

            def compute(part: float = part, whole: float = whole, words: str = words) -> Estimate:
                if whole <= 0.0:
                    raise UndefinedEstimate(words, "the peak is the baseline, there is no rise", n=n)
                return Estimate(words, part / whole, n, "ratio of two rates of one run")

            self._add(
                statistic,
                compute,
                {**level, "checkpoint": at},
                f"{words} at checkpoint {at}",
                "checkpoints",
                unit="fraction",
                definition=definition,
            )

    def _reachable(self, level: Mapping[str, Level], rows: CellTable) -> None:
        """How many printed cells a whole number of the declared trials could give (GRIM)."""
        reported = rows.reported
        if reported is None or reported.declared_trials is None:
            return
        trials = reported.declared_trials
        ends = [(low, high) for low, high in zip(reported.low, reported.high, strict=True) if np.isfinite(low)]
        possible = sum(possible_successes(float(low), float(high), trials) is not None for low, high in ends)
        self._add(
            "reachable_cells",
            Estimate(
                "cells possible with the declared trials",
                float(possible),
                len(ends),
                "a whole number of the declared trials prints as the cell",
                details={"declared_trials": trials, "cells": len(ends)},
            ),
            level,
            f"cells possible with {trials} trials",
            "cells",
            unit="count",
            definition="grim/whole-successes",
        )

    # -- across series

    def _across(self, names: list[Level], summaries: list[dict[str, float]]) -> None:
        factor = self.by[0]
        noun = self.ctx.noun(factor)
        usable = [(n, s) for n, s in zip(names, summaries, strict=True) if s]
        self.ctx.ledger.table(
            Table(
                id=f"trajectory.{self.table.id}",
                title=f"baseline, peak and final {self.table.outcome} rate by {factor}",
                factors={factor: [n for n, _ in usable]},
                columns={c: [s[c] for _, s in usable] for c in ("baseline", "peak", "final", "change")},
                units={"baseline": "fraction", "peak": "fraction", "final": "fraction", "change": "points"},
                method="rates at the first checkpoint, the largest, and the last",
                notes=("the peak is biased upward",),
            )
        )
        rising = sum(s["change"] > 0 for _, s in usable)
        self._add(
            "rising",
            lambda: proportion_interval(rising, len(usable), level=self.ctx.level),
            {},
            f"{noun} whose last rate is above the first",
            noun,
            unit="fraction",
            definition="rising/sign-of-net-change",
        )
        for similarity in self.ctx.results.similarity:
            values = _baseline_similarity(similarity, factor, self.checkpoints)
            if values is not None:
                self._foretells(similarity, values, usable, noun)
                self._similarity_course(similarity, factor, noun)

    def _foretells(
        self,
        similarity: SimilarityTable,
        values: Mapping[Level, float],
        usable: list[tuple[Level, dict[str, float]]],
        noun: str,
    ) -> None:
        """Similarity before training against the peak and the net change, one point a series."""
        pairs = [(values[n], s) for n, s in usable if n in values]
        many = sum(
            _baseline_similarity(s, self.by[0], self.checkpoints) is not None for s in self.ctx.results.similarity
        )
        facets: dict[str, Facet] = {"predictor": similarity.id} if many > 1 else {}
        for outcome in ("peak", "change"):
            x: npt.NDArray[np.float64] = np.array([v for v, _ in pairs])
            y: npt.NDArray[np.float64] = np.array([s[outcome] for _, s in pairs])
            for statistic, (symbol, _) in STATISTICS.items():
                self._add(
                    statistic,
                    partial(correlate, self.ctx, statistic, x, y, f"trajectory {statistic} {similarity.id} {outcome}"),
                    {**facets, "of": outcome},
                    f"{symbol} of baseline similarity and {'peak rate' if outcome == 'peak' else 'net change'}",
                    noun,
                    role="secondary" if statistic == "spearman" and outcome == "peak" else "exploratory",
                    recheck=Recheck("correlation", {"statistic": statistic, "x": x, "y": y}),
                )

    def _similarity_course(self, similarity: SimilarityTable, factor: str, noun: str) -> None:
        if "checkpoint" not in similarity.factors:
            return
        risen = known = 0
        for name in similarity.levels(factor):
            part = similarity.select(**{factor: name})
            course = dict(zip(part.column("checkpoint").tolist(), part.values.tolist(), strict=True))
            at = [c for c in self.checkpoints if c in course and np.isfinite(course[c])]
            if len(at) < 2:
                continue
            known += 1
            risen += course[at[-1]] > course[at[0]]
            for statistic, value in (
                ("similarity_baseline", course[at[0]]),
                ("similarity_final", course[at[-1]]),
                ("similarity_change", course[at[-1]] - course[at[0]]),
            ):
                self._add(
                    statistic,
                    Estimate(
                        statistic.replace("_", " "),
                        value,
                        len(at),
                        f"{similarity.measure}, checkpoints {at[0]} and {at[-1]}",
                    ),
                    {factor: name, **({"predictor": similarity.id} if len(self.ctx.results.similarity) > 2 else {})},
                    statistic.replace("_", " "),
                    "checkpoints",
                )
        if known:
            self._add(
                "similarity_rising",
                lambda: proportion_interval(risen, known, level=self.ctx.level),
                {},
                f"{noun} whose similarity rose",
                noun,
                unit="fraction",
            )


def _rate(part: CellTable) -> float:
    if part.kind == "counted":
        return float(part.successes.sum() / part.trials.sum())
    return float(part.rate[0]) if part.n_cells == 1 else float("nan")


def _by_checkpoint(
    parts: Mapping[Level, CellTable], known: list[Level]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Successes and trials, shape (questions, checkpoints) where the same questions were asked throughout."""
    first = parts[known[0]]
    if "question" in first.factors:
        whole = [parts[c].aggregate(by=("question",)) for c in known]
        asked = {tuple(sorted(map(str, w.column("question").tolist()))) for w in whole}
        if len(asked) == 1:
            ordered = [w.rows(np.argsort(w.factors["question"].codes)) for w in whole]
            return np.column_stack([w.successes for w in ordered]), np.column_stack([w.trials for w in ordered])
    totals = [(int(parts[c].successes.sum()), int(parts[c].trials.sum())) for c in known]
    return np.array([k for k, _ in totals]), np.array([n for _, n in totals])


def _digits(part: CellTable) -> tuple[float, float]:
    reported = part.reported
    if reported is None:
        raise UndefinedEstimate("digits", "the cell is counted", n=part.n_cells)
    return float(reported.low[0]), float(reported.high[0])


def _printed(part: CellTable, what: str) -> Estimate:
    low, high = _digits(part)
    return Estimate(
        f"{what} rate",
        _rate(part),
        part.n_cells,
        "as printed",
        other_intervals=(Interval(low, high, 0.95, "what the printed digits allow"),),
        notes=("no sampling interval exists without counts",),
    )


def _without_interval(estimate: Estimate, why: str) -> Estimate:
    from dataclasses import replace

    return replace(estimate, interval=None, notes=(*estimate.notes, f"no interval: {why} are not independent"))


def _baseline_similarity(
    similarity: SimilarityTable, factor: str, checkpoints: list[Level]
) -> dict[Level, float] | None:
    """The similarity of each series before training, or ``None`` where the table is not indexed by the series."""
    others = set(similarity.factors) - {factor, "checkpoint"}
    if factor not in similarity.factors or any(len(similarity.levels(o)) > 1 for o in others):
        return None
    part = similarity
    if "checkpoint" in similarity.factors:
        there = [c for c in checkpoints if c in similarity.levels("checkpoint")]
        part = similarity.select(checkpoint=there[0])
    values = zip(part.column(factor).tolist(), part.values.tolist(), strict=True)
    return {name: value for name, value in values if np.isfinite(value)}
