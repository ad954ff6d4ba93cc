"""Can similarity predict the rate of a new persona? The line, new points, leave-one-out, and what single points do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.document import Table
from leakstats.analysis.joined import Joined, all_joins
from leakstats.analysis.ledger import Assumption, Question, Recheck
from leakstats.analysis.new_points import enter_drops
from leakstats.analysis.rates import cell_interval, cell_recheck
from leakstats.analysis.similarity import primary_layer
from leakstats.columns import Columns
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate, Interval, Undefined
from leakstats.ident import Facet
from leakstats.numbers import format_level
from leakstats.stats import fit_ols, influence, loo_prediction_intervals, proportion_interval

__all__ = ["fit_rows", "run"]

WORST = 5
"""How many badly predicted units of each source the residual table names."""
_RESIDUAL_COLUMNS = ("similarity", "observed", "prediction", "low", "high", "residual")
_LOO_UNITS = {
    **dict.fromkeys(("observed", "prediction", "low", "high"), "fraction"),
    **dict.fromkeys(("half_width", "residual", "sigma"), "points"),
    "inside": "flag",
}


def run(ctx: Context) -> None:
    """The line of rate on similarity: over units, within each source, and for a source that was held out."""
    question = ctx.ledger.question("prediction")
    joins = all_joins(ctx.results)[0]
    if not joins:
        question.status = "not_run"
        question.reason = "no similarity is joined to a rate: " + ctx.ledger.question("similarity").reason
        return
    for joined in joins:
        if joined.group is None:
            for layer in joined.layers:
                _Line(ctx, question, joined, layer).enter()
        else:
            _within_groups(ctx, question, joined)
            _held_out_groups(ctx, question, joined)


def _of_layer(joined: Joined, layer: int | None, **more: Facet) -> dict[str, Facet]:
    return {**joined.facets, **more, **({} if layer is None else {"layer": layer})}


def _within_groups(ctx: Context, question: Question, joined: Joined) -> None:
    """The line of each source, and by name the bystanders that the others of their source predict worst."""
    layer = primary_layer(ctx, joined)
    noun = ctx.noun(joined.unit)
    rows: dict[str, list[object]] = {str(joined.group): [], joined.unit: []}
    columns: dict[str, list[float]] = {name: [] for name in _RESIDUAL_COLUMNS}
    for name in joined.group_names:
        part = joined.of_group(name)
        part = part.take(part.complete(layer))
        of_source = replace(part, group=None, facets={**joined.facets, str(joined.group): name})
        _Line(ctx, question, of_source, layer, tables=False).enter()
        try:
            loo = loo_prediction_intervals(
                part.rate, part.similarity[layer], level=ctx.level, labels=[str(u) for u in part.units.tolist()]
            )
        except UndefinedEstimate:
            continue  # the line above has entered the reason
        worst = np.argsort(-np.abs(np.nan_to_num(loo["residual"])))[:WORST]
        for i in worst.tolist():
            rows[str(joined.group)].append(name)
            rows[joined.unit].append(str(part.units[i]))
            values = (float(part.similarity[layer][i]), *(float(loo[c][i]) for c in _RESIDUAL_COLUMNS[1:]))
            for column, value in zip(_RESIDUAL_COLUMNS, values, strict=True):
                columns[column].append(value)
    if rows[joined.unit]:
        suffix = "".join(f".{v}" for v in _of_layer(joined, layer).values())
        ctx.ledger.table(
            Table(
                id=f"residuals{suffix}",
                title=f"{noun} that similarity predicts worst, up to {WORST} of each {joined.group}",
                factors=rows,  # type: ignore[arg-type]
                columns={name: [v if np.isfinite(v) else None for v in values] for name, values in columns.items()},
                units={name: _LOO_UNITS.get(name, "") for name in columns},
                method=f"line through the other {noun} of the {joined.group}, {format_level(ctx.level)} interval",
                notes=(
                    "a straight line is a poor model of rates near 0 or 1: the table names cases, it tests nothing",
                ),
                undefined={
                    name: "the interval is undefined there"
                    for name, values in columns.items()
                    if not np.isfinite(values).all()
                },
            )
        )


def _held_out_groups(ctx: Context, question: Question, joined: Joined) -> None:
    """Would the line of the other sources have predicted this one? Each source held out whole."""
    layer = primary_layer(ctx, joined)
    part = joined.take(joined.complete(layer))
    noun = ctx.noun(joined.unit)
    if len(part.group_names) < 3:
        question.notes.append(f"fewer than three {ctx.noun(str(joined.group))}: none can be held out")
        return
    x, y = part.similarity[layer], part.rate
    for name in part.group_names:
        out = part.groups == name

        def compute(out: np.ndarray = out) -> Estimate:
            line = fit_ols(y[~out], x[~out], names=["similarity"], level=ctx.level)
            predicted = line.predict(x[out], level=ctx.level)
            low, high = predicted["prediction_low"], predicted["prediction_high"]
            if not np.isfinite(low).all():
                raise UndefinedEstimate("coverage of a held-out source", "the line has no interval", n=int(out.sum()))
            inside = int(((y[out] >= low) & (y[out] <= high)).sum())
            return Estimate(
                "held-out interval coverage",
                inside / int(out.sum()),
                int(out.sum()),
                f"share of the {noun} of a held-out {joined.group} inside the interval of the others' line",
                notes=(f"{noun} of one {joined.group} share its level: no interval for this share is given",),
                details={
                    "inside": inside,
                    "mean_error": float((y[out] - predicted["fit"]).mean()),
                    "half_width": float(np.median(predicted["half_width"])),
                },
            )

        ctx.ledger.add(
            "prediction",
            "held_out_coverage",
            compute,
            facets=_of_layer(joined, layer, **{str(joined.group): name}),
            label=f"interval coverage with {name} held out",
            unit_noun=noun,
            role="exploratory",
            definition="held-out-coverage/whole-source",
        )


def fit_rows(ctx: Context, joined: Joined) -> np.ndarray:
    """Which rows the line is fitted on when new points are predicted, shape (rows,), bool."""
    plan = ctx.results.plan
    names = joined.units.astype(str)
    if plan.fit_points is not None:
        return np.isin(names, sorted(plan.fit_points))
    return ~np.isin(names, sorted(plan.new_points))


class _Line:
    """The line of rate on similarity at one layer."""

    def __init__(
        self, ctx: Context, question: Question, joined: Joined, layer: int | None, *, tables: bool = True
    ) -> None:
        self.tables = tables
        """Whether leave-one-out and influence are kept row by row: not for each of many sources."""
        self.ctx = ctx
        self.question = question
        self.whole = joined
        self.j = joined.take(joined.complete(layer))
        self.layer = layer
        self.x = self.j.similarity[layer]
        self.y = self.j.rate
        self.names = [str(u) for u in self.j.units.tolist()]
        self.noun = ctx.noun(joined.unit)
        self.main = layer == primary_layer(ctx, joined)

    def enter(self) -> None:
        self._slope()
        self._leave_one_out()
        self._influence()
        new = [p for p in self.ctx.results.plan.new_points if p in self.names]
        if new:
            self._new_points(new)

    def _facets(self, **more: Facet) -> dict[str, Facet]:
        out: dict[str, Facet] = {**self.j.facets, **more}
        if self.layer is not None:
            out["layer"] = self.layer
        return out

    def _add(
        self, statistic: str, compute: Callable[[], Estimate] | Estimate | Undefined, label: str, **kw: object
    ) -> Estimate | None:
        at = "".join(f", {v}" for v in self.j.facets.values()) + ("" if self.layer is None else f", layer {self.layer}")
        more: Mapping[str, Facet] = kw.pop("facets", {})  # type: ignore[assignment]
        return self.ctx.ledger.add(
            "prediction",
            statistic,
            compute,
            facets=self._facets(**more),
            label=f"{label}{at}",
            unit_noun=self.noun,
            role=kw.pop("role", "secondary" if self.main else "exploratory"),  # type: ignore[arg-type]
            **kw,  # type: ignore[arg-type]
        )

    def _slope(self) -> None:
        """The slope, without the point whose similarity is 1 by construction (rigour rule 14)."""
        keep = np.ones(self.x.size, dtype=bool)
        notes = []
        if self.j.reference is not None:
            keep = self.j.units != self.j.reference
            notes.append(f"{self.j.reference} is left out: its similarity is 1 by construction")

        def compute() -> Estimate:
            fit = fit_ols(self.y[keep], self.x[keep], names=["similarity"], level=self.ctx.level)
            return fit["similarity"].with_notes(*notes)

        arrays = {"x": self.x[keep], "y": self.y[keep]}
        self._add("slope", compute, "slope of rate on similarity", recheck=Recheck("line", arrays))

    def _leave_one_out(self) -> None:
        def both() -> tuple[Estimate | Undefined, Estimate | Undefined, Columns | None]:
            try:
                loo = loo_prediction_intervals(self.y, self.x, level=self.ctx.level, labels=self.names)
            except UndefinedEstimate as error:
                missing = Undefined.from_error(error)
                return missing, missing, None
            return loo.coverage, loo.relative_width, loo.intervals

        coverage, width, intervals = both()
        self._add(
            "loo_coverage",
            coverage,
            "leave-one-out interval coverage",
            unit="fraction",
            definition="loo-pi-coverage/each-held-out",
            recheck=Recheck("leave_one_out", {"x": self.x, "y": self.y}),
        )
        self._add("loo_relative_width", width, "width of the leave-one-out interval over the range of the rates")
        if isinstance(width, Estimate) and self.main and self.tables:
            vacuous = bool(width.details.get("vacuous"))
            self.question.assumptions.append(
                Assumption(
                    "prediction intervals are narrow enough to be wrong",
                    "failed" if vacuous else "met",
                    f"median width is {width.value:.2f} of the range of the observed rates",
                )
            )
        if intervals is not None:
            self._columns("loo", "leave-one-out predictions", intervals)

    def _columns(self, name: str, title: str, columns: Columns) -> None:
        if not self.tables:
            return
        suffix = "".join(f".{v}" for v in self._facets().values())
        data = columns.to_json()
        self.ctx.ledger.table(
            Table(
                id=f"{name}{suffix}",
                title=title + ("" if self.layer is None else f", layer {self.layer}"),
                factors={self.j.unit: list(self.names)},
                columns=data["columns"],
                units={name: unit for name, unit in _LOO_UNITS.items() if name in data["columns"]},
                method=columns.method,
                notes=columns.notes,
                undefined={k: v for k, v in data["undefined"].items() if k in data["columns"]},
            )
        )

    def _influence(self) -> None:
        try:
            columns = influence(self.y, self.x, labels=self.names)
        except UndefinedEstimate as error:
            self.question.notes.append(f"influence, layer {self.layer}: {error.reason}")
            return
        self._columns("influence", "influence of single points on the line", columns)
        for statistic, words in (("cooks_distance", "Cook's D"), ("leverage", "leverage")):
            values = columns[statistic]
            threshold = columns.thresholds.get(statistic)
            order = np.argsort(np.where(np.isnan(values), -1.0, values))[::-1]
            top = self.names[int(order[0])]
            if np.isnan(values[order[0]]):
                continue
            details = (
                {}
                if threshold is None
                else {"threshold": float(threshold), "exceeds": bool(values[order[0]] > threshold)}
            )
            self._add(
                f"max_{statistic}",
                Estimate(
                    f"largest {words}",
                    float(values[order[0]]),
                    self.x.size,
                    columns.method,
                    details={self.j.unit: top, **details},
                ),
                f"largest {words} ({top})",
                role="descriptive",
                recheck=Recheck("influence", {"x": self.x, "y": self.y, "measure": statistic}),
            )

    def _new_points(self, new: list[str]) -> None:
        fit = fit_rows(self.ctx, self.j)
        at = {name: i for i, name in enumerate(self.names)}
        rows = [at[name] for name in new]
        try:
            line = fit_ols(self.y[fit], self.x[fit], names=["similarity"], level=self.ctx.level)
            predicted = line.predict(self.x[rows], level=self.ctx.level, labels=new)
        except UndefinedEstimate as error:
            self.question.notes.append(f"new points, layer {self.layer}: {error.reason}")
            return
        n = int(fit.sum())
        inside = 0
        for i, (name, row) in enumerate(zip(new, rows, strict=True)):
            values = {k: float(predicted[k][i]) for k in ("fit", "prediction_low", "prediction_high", "half_width")}
            if np.isnan(list(values.values())).any():
                self.question.notes.append(f"{name}, layer {self.layer}: {predicted.undefined}")
                continue
            interval = Interval(values["prediction_low"], values["prediction_high"], self.ctx.level, "t prediction")
            hit = bool(self.y[row] in interval)
            inside += hit
            facets: dict[str, Facet] = {"persona": name}
            out_of_range = interval.low < 0.0 or interval.high > 1.0
            self._add(
                "predicted",
                Estimate(
                    "predicted rate",
                    values["fit"],
                    n,
                    f"line through {n} {self.noun} at the new similarity",
                    interval=interval,
                    assumptions=(
                        "a straight line with equal normal scatter",
                        "the new point comes from the same population",
                    ),
                    notes=("the interval leaves [0, 1], which a rate cannot",) if out_of_range else (),
                    details={"inside": hit, "observed": float(self.y[row])},
                ),
                f"predicted rate of {name}",
                unit="fraction",
                facets=facets,
                recheck=Recheck("prediction", {"x": self.x[fit], "y": self.y[fit], "new": self.x[row]}),
            )
            self._add(
                "half_width",
                Estimate("half-width of the prediction interval", values["half_width"], n, "t prediction"),
                f"half-width of the prediction interval, {name}",
                unit="points",
                facets=facets,
                role="descriptive",
            )
            if self.main:
                self._observed(name)
        self._add(
            "new_points_inside",
            proportion_interval(inside, len(new), level=self.ctx.level),
            "new points inside their prediction interval",
            unit="fraction",
            definition="new-points-inside/fit-on-the-others",
            recheck=Recheck("rates", {"successes": inside, "trials": len(new)}),
        )
        if self.main:
            enter_drops(
                self.ctx,
                x=self.x,
                y=self.y,
                names=self.names,
                fit=fit,
                new=new,
                facets=self._facets(),
                noun=self.noun,
            )

    def _observed(self, name: str) -> None:
        table = self.ctx.results.table(self.whole.outcome_id)
        if table.kind != "counted":
            return
        own = {k: v for k, v in self.j.facets.items() if k in table.factors}
        part = table.select(**own, **{self.j.unit: name})
        self.ctx.ledger.add(
            "prediction",
            "observed",
            lambda: cell_interval(self.ctx, part),
            facets={**self.j.facets, "persona": name},
            label=f"observed rate of {name}",
            unit_noun="completions",
            unit="fraction",
            role="descriptive",
            recheck=cell_recheck(self.ctx, part),
        )
