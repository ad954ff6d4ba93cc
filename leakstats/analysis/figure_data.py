"""What each figure plots, taken from the ledger: the drawing itself lives in leakstats.figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.figure_data_collapse import collapse_specs
from leakstats.analysis.figure_data_course import condition_specs, course_specs, cross_specs, rate_specs
from leakstats.analysis.joined import Joined, all_joins
from leakstats.analysis.ledger import FigureSpec
from leakstats.analysis.prediction import fit_rows
from leakstats.analysis.rates import clustered
from leakstats.analysis.similarity import STATISTICS, headline_statistic, primary_layer
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.ident import Facet
from leakstats.numbers import format_level
from leakstats.stats import fit_ols

__all__ = ["figure_specs"]

_SYMBOLS = {"spearman": "ρ", "pearson": "r"}


def figure_specs(ctx: Context) -> list[FigureSpec]:
    """The figures of the primary join (scatter or regression, forest, profile), of courses, conditions and collapse."""
    joins = [j for j in all_joins(ctx.results)[0] if not j.facets]
    specs = []
    for joined in joins:
        layer = primary_layer(ctx, joined)
        if joined.group is not None:
            specs += [_scatter(ctx, joined, layer), *_forest(ctx, joined, layer)]
        else:
            specs += _regression(ctx, joined, layer)
        specs += _profile(ctx, joined)
    specs += [*cross_specs(ctx), *course_specs(ctx), *condition_specs(ctx), *collapse_specs(ctx)]
    return specs or rate_specs(ctx)


def _facets(layer: int | None, **more: Facet) -> dict[str, Facet]:
    return {**more, **({} if layer is None else {"layer": layer})}


def _estimate(ctx: Context, statistic: str, facets: Mapping[str, Facet]) -> Estimate | None:
    for key, estimate in ctx.ledger.estimates("similarity", statistic, **facets):
        if dict(key.facets) == dict(facets):
            return estimate
    return None


def _mark(ctx: Context, statistic: str, facets: Mapping[str, Facet], noun: str) -> dict[str, Any] | None:
    estimate = _estimate(ctx, statistic, facets)
    if estimate is None:
        return None
    interval = estimate.interval
    return {
        "symbol": _SYMBOLS[statistic],
        "value": estimate.value,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "n": estimate.n,
        "noun": noun,
    }


def _axes(ctx: Context, joined: Joined, layer: int | None) -> dict[str, Any]:
    table = ctx.results.similarity_table(joined.predictor_id)
    at = "" if layer is None else f", layer {layer}"
    to = f" to {table.reference}" if table.reference else " to the source" if joined.group else ""
    outcome = ctx.results.table(joined.outcome_id)
    return {
        "x": {"label": f"{table.measure}{to}{at}", "unit": ""},
        "y": {"label": f"{outcome.outcome} rate", "unit": "percent"},
    }


def _points(ctx: Context, part: Joined, layer: int | None) -> dict[str, Any]:
    points: dict[str, Any] = {
        "label": [str(u) for u in part.units.tolist()],
        "x": part.similarity[layer].tolist(),
        "y": part.rate.tolist(),
    }
    table = ctx.ledger.tables.get(f"rates.{part.outcome_id}")
    if part.successes is not None and table is not None:
        # the bars are the intervals of the table, clustered where the design says so
        fixed = {k: v for k, v in part.facets.items() if k in table.factors}
        by = [name for name in (part.unit, part.group) if name is not None and name in table.factors]
        at = {tuple(table.factors[name][i] for name in by): i for i in table.rows(**fixed)}
        if len(at) != len(table.rows(**fixed)):
            return points  # a point sums several cells of the table: no interval of it stands there
        columns = {part.unit: part.units.tolist(), part.group: part.groups.tolist()}
        rows = [at[key] for key in zip(*(columns[name] for name in by), strict=True)]
        points |= {end: [table.columns[end][i] for i in rows] for end in ("low", "high")}
    return points


def _interval_words(ctx: Context, joined: Joined, points: Mapping[str, Any]) -> str:
    if joined.trials is None:
        return "rates as printed"
    trials = sorted(set(joined.trials.tolist()))
    of = f"{trials[0]}" if len(trials) == 1 else f"{trials[0]} to {trials[-1]}"
    if "low" not in points:
        return f"rates of {of} completions each, without intervals"
    table = ctx.results.table(joined.outcome_id)
    kind = "clustered" if clustered(ctx, table) else (ctx.override("rates") or "wilson").capitalize()
    return f"bars: {format_level(ctx.level)} {kind} intervals of {of} completions"


def _scatter(ctx: Context, joined: Joined, layer: int | None) -> FigureSpec:
    statistic, noun = headline_statistic(ctx), ctx.noun(joined.unit)
    panels: list[dict[str, Any]] = []
    for name in joined.group_names:
        part = joined.of_group(name)
        part = part.take(part.complete(layer))
        mark = _mark(ctx, statistic, _facets(layer, **{str(joined.group): name}), noun)
        panels.append({"name": str(name), "points": _points(ctx, part, layer), **({"mark": mark} if mark else {})})
    counts = sorted({len(p["points"]["label"]) for p in panels})
    n = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    groups = ctx.noun(str(joined.group))
    axes = _axes(ctx, joined, layer)
    said = _interval_words(ctx, joined, panels[0]["points"])
    subtitle = f"N = {n} {noun} for each of {len(panels)} {groups}; {said}"
    outcome = axes["y"]["label"]
    return FigureSpec(
        id="scatter",
        kind="scatter_grid",
        title=f"{outcome.capitalize()} of {noun} against similarity, by {joined.group}",
        caption=f"{outcome.capitalize()} (y) against {axes['x']['label']} (x), one panel for each of {len(panels)}"
        f" {groups}, N = {n} {noun} in each; {said}.",
        alt=f"{len(panels)} scatter plots of {outcome} against {axes['x']['label']}",
        data={
            "title": f"{outcome.capitalize()} of {noun} against similarity, by {joined.group}",
            "subtitle": subtitle,
            **axes,
            "panels": panels,
            "always_label": [str(g) for g in joined.group_names],
            "always_name": f"another {joined.group}",
        },
    )


def _forest(ctx: Context, joined: Joined, layer: int | None) -> list[FigureSpec]:
    statistic, noun = headline_statistic(ctx), ctx.noun(joined.unit)
    rows = []
    for name in joined.group_names:
        estimate = _estimate(ctx, statistic, _facets(layer, **{str(joined.group): name}))
        if estimate is not None:
            rows.append(_forest_row(str(name), estimate))
    if len(rows) < 2:
        return []
    combined = _estimate(ctx, statistic, _facets(layer, scope="combined"))
    groups = ctx.noun(str(joined.group))
    symbol = STATISTICS[statistic][0]
    at = "" if layer is None else f" at layer {layer}"
    data: dict[str, Any] = {
        "title": f"{symbol} of similarity and rate{at}, by {joined.group}",
        "subtitle": f"{len(rows)} {groups}; bars: {format_level(ctx.level)} intervals"
        + ("; diamond: combined, dashes: prediction interval for a new one" if combined is not None else ""),
        "x": {"label": symbol, "unit": ""},
        "rows": rows,
        "noun": noun,
        "zero": True,
    }
    if combined is not None and combined.interval is not None:
        data["combined"] = {**_forest_row("combined", combined), "noun": groups}
        for interval in combined.other_intervals:
            if "prediction" in interval.method:
                data["combined"] |= {"prediction_low": interval.low, "prediction_high": interval.high}
                break
    n = sorted({r["n"] for r in rows})
    caption = (
        f"{symbol} between similarity and rate{at} for each of {len(rows)} {groups}"
        f" (N = {n[0] if len(n) == 1 else f'{n[0]} to {n[-1]}'} {noun} each) with {format_level(ctx.level)} intervals,"
        " and their random-effects combination."
    )
    return [FigureSpec("forest", "forest", data["title"], caption, f"forest plot of {symbol} by {joined.group}", data)]


def _forest_row(name: str, estimate: Estimate) -> dict[str, Any]:
    interval = estimate.interval
    return {
        "name": name,
        "value": estimate.value,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
        "n": estimate.n,
    }


def _regression(ctx: Context, joined: Joined, layer: int | None) -> list[FigureSpec]:
    statistic, noun = headline_statistic(ctx), ctx.noun(joined.unit)
    part = joined.take(joined.complete(layer))
    fit = fit_rows(ctx, part)
    x, y = part.similarity[layer], part.rate
    try:
        line = fit_ols(y[fit], x[fit], names=["similarity"], level=ctx.level)
        grid = np.linspace(x.min(), x.max(), 61)
        band = line.predict(grid, level=ctx.level)
    except UndefinedEstimate:
        return []
    if not np.isfinite(band["prediction_low"]).all():
        return []
    axes = _axes(ctx, joined, layer)
    new = int((~fit).sum())
    points = _points(ctx, part, layer)
    points["role"] = ["fit" if f else "new" for f in fit.tolist()]
    if any(c is not None for c in part.categories.tolist()):
        points["group"] = [str(c) if c is not None else "no category" for c in part.categories.tolist()]
    fitted = f"line through {int(fit.sum())} {noun}" + (f", {new} new ones predicted" if new else "")
    said = _interval_words(ctx, joined, points)
    title = f"{axes['y']['label'].capitalize()} against {axes['x']['label']}"
    data: dict[str, Any] = {
        "title": title,
        "subtitle": f"N = {part.n_rows} {noun}; {fitted}; {said}",
        **axes,
        "points": points,
        "band": {
            "x": grid.tolist(),
            "fit": band["fit"].tolist(),
            "low": band["prediction_low"].tolist(),
            "high": band["prediction_high"].tolist(),
            "level": ctx.level,
        },
    }
    mark = _mark(ctx, statistic, _facets(layer), noun)
    if mark is not None:
        data["mark"] = mark
    if joined.reference is not None:
        data["reference"] = joined.reference
    caption = (
        f"{axes['y']['label'].capitalize()} (y) against {axes['x']['label']} (x) for N = {part.n_rows} {noun};"
        f" {fitted}; the band is the {format_level(ctx.level)} prediction interval; {said}."
    )
    return [FigureSpec("regression", "regression", title, caption, f"scatter plot with fitted line: {title}", data)]


def _profile(ctx: Context, joined: Joined) -> list[FigureSpec]:
    layers = [layer for layer in joined.layers if layer is not None]
    if len(layers) < 2:
        return []
    statistic, noun = headline_statistic(ctx), ctx.noun(joined.unit)
    series = []
    lines: list[tuple[str, str, dict[str, Facet]]] = (
        [(str(g), "source", {str(joined.group): g}) for g in joined.group_names]
        + [("combined", "combined", {"scope": "combined"})]
        if joined.group is not None
        else [(f"all {noun}", "combined", {})]
    )
    for name, role, more in lines:
        found = [(layer, _estimate(ctx, statistic, _facets(layer, **more))) for layer in layers]
        known = [(layer, e) for layer, e in found if e is not None]
        if not known:
            continue
        series.append(
            {
                "name": name,
                "role": role,
                "x": [layer for layer, _ in known],
                "value": [e.value for _, e in known],
                "low": [None if e.interval is None else e.interval.low for _, e in known],
                "high": [None if e.interval is None else e.interval.high for _, e in known],
            }
        )
    if not series:
        return []
    symbol = STATISTICS[statistic][0]
    n = sorted({int(joined.of_group(g).complete(layers[0]).sum()) for g in joined.group_names})
    count = f"N = {n[0] if len(n) == 1 else f'{n[0]} to {n[-1]}'} {noun}"
    title = f"{symbol} of similarity and rate by layer"
    each = f" for each of {len(joined.group_names)} {ctx.noun(str(joined.group))}" if joined.group else ""
    data: dict[str, Any] = {
        "title": title,
        "subtitle": f"{count}{each}; bars: {format_level(ctx.level)} intervals",
        "x": {"label": "layer", "unit": ""},
        "y": {"label": symbol, "unit": ""},
        "series": series,
        "zero": True,
    }
    layer = primary_layer(ctx, joined)
    if layer is not None:
        data["marked"] = layer
    marked = "" if layer is None else f"; layer {layer} is the primary one"
    caption = (
        f"{symbol} between similarity and rate at {len(layers)} layers, {count}{each},"
        f" with {format_level(ctx.level)} intervals{marked}."
    )
    return [FigureSpec("layers", "layer_profile", title, caption, f"{symbol} by layer", data)]
