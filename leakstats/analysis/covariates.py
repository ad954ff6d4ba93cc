"""Does the relation survive what else differs between personas? Partial correlations with the planned covariates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.joined import Joined, all_joins
from leakstats.analysis.ledger import Recheck
from leakstats.analysis.similarity import STATISTICS, headline_statistic, primary_layer
from leakstats.errors import DesignError, UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.ident import Facet
from leakstats.results.design import CovariateSpec
from leakstats.stats import combine_correlations, partial_correlation, variance_inflation

__all__ = ["run"]


def run(ctx: Context) -> None:
    """Partial correlations given each planned covariate alone and all together, with variance inflation."""
    question = ctx.ledger.question("partial")
    planned = ctx.results.plan.covariates
    joins = all_joins(ctx.results)[0]
    if not planned or not joins:
        question.status = "not_run"
        question.reason = "the plan names no covariates" if not planned else "no similarity is joined to a rate"
        return
    for joined in joins:
        sets = [(spec,) for spec in planned] + ([tuple(planned)] if len(planned) > 1 else [])
        scopes = (
            [({str(joined.group): g}, joined.of_group(g)) for g in joined.group_names]
            if joined.group
            else [({}, joined)]
        )
        for more, part in scopes:
            for given in sets:
                _partial(ctx, part, given, more)
        if joined.group is not None and not {"outcome", "predictor"} & set(joined.facets):
            for given in sets:
                _combined(ctx, joined, given)
                _pooled(ctx, joined, given)


def _name(given: tuple[CovariateSpec, ...]) -> str:
    return "+".join(spec.name for spec in given)


def _scope(ctx: Context, joined: Joined, given: tuple[CovariateSpec, ...], scope: str) -> dict[str, Facet]:
    layer = primary_layer(ctx, joined)
    facets: dict[str, Facet] = {**joined.facets, "given": _name(given), "scope": scope}
    return facets if layer is None else {**facets, "layer": layer}


def _combined(ctx: Context, joined: Joined, given: tuple[CovariateSpec, ...]) -> None:
    """The partial correlations of the groups, combined: what holds within groups, whatever their levels."""
    group = str(joined.group)
    at = {k: v for k, v in _scope(ctx, joined, given, "").items() if k != "scope"}
    for statistic, (symbol, _) in STATISTICS.items():
        parts = [
            (str(i.facets[group]), e)
            for i, e in ctx.ledger.estimates("partial", statistic, **at)
            if group in i.facets and abs(e.value) < 1.0
        ]

        def compute(statistic: str = statistic, parts: list[tuple[str, Estimate]] = parts) -> Estimate:
            if len(parts) < 2:
                raise UndefinedEstimate(
                    f"combined partial {statistic}", f"{len(parts)} {group} levels have a coefficient", n=len(parts)
                )
            return combine_correlations(
                [e.value for _, e in parts],
                [e.n for _, e in parts],
                level=ctx.level,
                labels=[name for name, _ in parts],
                coefficient="spearman" if statistic == "spearman" else "pearson",
                n_covariates=len(given),
                sign_flip=True,
            )

        ctx.ledger.add(
            "partial",
            statistic,
            compute,
            facets=_scope(ctx, joined, given, "combined"),
            label=f"{symbol} of similarity and rate given {_name(given)}, combined over {ctx.noun(group)}",
            unit_noun=ctx.noun(group),
            role="secondary" if statistic == headline_statistic(ctx) else "exploratory",
        )


def _pooled(ctx: Context, joined: Joined, given: tuple[CovariateSpec, ...]) -> None:
    """The partial correlation over all rows, as pages print it: a number to compare with, without inference."""
    layer = primary_layer(ctx, joined)
    columns = np.column_stack([_values(ctx, joined.units, spec) for spec in given])
    rows = joined.complete(layer) & np.isfinite(columns).all(axis=1)
    part = joined.take(rows)
    for statistic, (symbol, _) in STATISTICS.items():

        def compute(statistic: str = statistic) -> Estimate:
            found = partial_correlation(
                part.rate, part.similarity[layer], columns[rows], kind=statistic, level=ctx.level, method="t"
            )
            return replace(
                found,
                n=len(set(part.units.tolist())),
                n_rows=part.n_rows,
                p_value=None,
                other_p_values=(),
                null="",
                interval=None,
                other_intervals=(),
                notes=(
                    *found.notes,
                    f"no interval or p: rows of one {joined.group} share its level; see scope=combined",
                ),
            )

        ctx.ledger.add(
            "partial",
            statistic,
            compute,
            facets=_scope(ctx, joined, given, "pooled"),
            label=f"{symbol} of similarity and rate given {_name(given)}, pooled rows",
            unit_noun=ctx.noun(joined.unit),
            role="exploratory",
        )


def _values(ctx: Context, units: np.ndarray, spec: CovariateSpec) -> np.ndarray:
    personas = ctx.results.personas
    known = dict(zip(personas.name, personas.covariate(spec.source).tolist(), strict=True))
    values = np.array([known.get(str(u), np.nan) for u in units.tolist()])
    if spec.transform == "log":
        if (values[np.isfinite(values)] <= 0).any():
            raise DesignError(f"covariate {spec.name}: the logarithm of a value <= 0 is asked for")
        values = np.log(values)
    return values


def _partial(ctx: Context, joined: Joined, given: tuple[CovariateSpec, ...], more: dict[str, Facet]) -> None:
    layer = primary_layer(ctx, joined)
    columns = np.column_stack([_values(ctx, joined.units, spec) for spec in given])
    rows = joined.complete(layer) & np.isfinite(columns).all(axis=1)
    x, y, z = joined.similarity[layer][rows], joined.rate[rows], columns[rows]
    name = _name(given)
    facets: dict[str, Facet] = {**joined.facets, **more, "given": name}
    if layer is not None:
        facets["layer"] = layer
    at = "" if layer is None else f", layer {layer}"
    of = "".join(f", {v}" for v in more.values())
    dropped = int(joined.complete(layer).sum() - rows.sum())
    notes = (f"{dropped} {ctx.noun(joined.unit)} lack a covariate and are left out",) if dropped else ()
    for statistic, (symbol, _) in STATISTICS.items():

        def compute(statistic: str = statistic) -> Estimate:
            estimate = partial_correlation(
                y,
                x,
                z,
                kind=statistic,
                level=ctx.level,
                method=ctx.permutation(f"partial {statistic} {facets}"),
            )
            return estimate.with_notes(*notes)

        ctx.ledger.add(
            "partial",
            statistic,
            compute,
            facets=facets,
            label=f"{symbol} of similarity and rate given {name}{of}{at}",
            unit_noun=ctx.noun(joined.unit),
            role="secondary" if statistic == headline_statistic(ctx) else "exploratory",
            recheck=Recheck("partial", {"statistic": statistic, "x": x, "y": y, "z": z}),
        )
    try:
        inflation = variance_inflation(np.column_stack([x, z]), names=["similarity", *(s.name for s in given)])
    except UndefinedEstimate as error:
        ctx.ledger.question("partial").notes.append(f"variance inflation{of}{at}: {error.reason}")
        return
    for i, column in enumerate(["similarity", *(s.name for s in given)]):
        value = float(inflation["vif"][i])
        if np.isfinite(value):
            ctx.ledger.add(
                "partial",
                "vif",
                Estimate("variance inflation", value, int(rows.sum()), "1 / (1 - R2) of the column on the others"),
                facets={**facets, "column": column},
                label=f"variance inflation of {column}{of}{at}",
                unit_noun=ctx.noun(joined.unit),
                role="descriptive",
                recheck=Recheck("inflation", {"columns": np.column_stack([x, z]), "column": i}),
            )
