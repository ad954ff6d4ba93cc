"""What the figures of courses over checkpoints and of conditions plot, taken from the ledger and the similarities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from leakstats.analysis.context import Context, plural
from leakstats.analysis.document import Table
from leakstats.analysis.ledger import FigureSpec
from leakstats.ident import Facet
from leakstats.numbers import format_level

__all__ = ["condition_specs", "course_specs", "cross_specs", "rate_specs"]

_MOST_LINES, _MOST_SERIES = 12, 60
"""Rows of a matrix and lines that are told apart; lines that are drawn, the others as a crowd."""


def course_specs(ctx: Context) -> list[FigureSpec]:
    """For every table of rates by checkpoint and one other factor: its course, with the similarity below."""
    specs: list[FigureSpec] = []
    for table in ctx.ledger.tables.values():
        factors = [f for f in table.factors if f != "checkpoint"]
        if not table.id.startswith("rates.") or "checkpoint" not in table.factors or len(factors) != 1:
            continue
        if len(set(table.factors["checkpoint"])) < 2 or len(set(table.factors[factors[0]])) > _MOST_SERIES:
            continue
        specs.append(_course(ctx, table, factors[0], first=not specs))
    return [*specs, *_peaks(ctx)] if specs else []


def _course(ctx: Context, table: Table, factor: str, *, first: bool) -> FigureSpec:
    results = ctx.results.table(table.id.removeprefix("rates."))
    names = list(dict.fromkeys(table.factors[factor]))
    checkpoints = sorted(set(table.factors["checkpoint"]), key=lambda c: (isinstance(c, str), c))
    place = {(table.factors[factor][i], table.factors["checkpoint"][i]): i for i in range(len(table))}
    series = []
    for name in names:
        rows = [place.get((name, c)) for c in checkpoints]
        series.append(
            {
                "name": str(name),
                "x": _positions(checkpoints),
                **{
                    member: [None if i is None else table.columns[column][i] for i in rows]
                    for member, column in (("value", "rate"), ("low", "low"), ("high", "high"))
                },
            }
        )
    what = f"{results.outcome} rate"
    bars = "as printed; bars: what the digits allow" if results.kind == "reported" else f"bars: {table.method}"
    count = f"{len(names)} {plural(factor)}, {len(checkpoints)} checkpoints"
    data: dict[str, Any] = {
        "title": f"{what.capitalize()} by checkpoint and {factor}",
        "subtitle": f"N = {count}; rates {bars}",
        "x": {"label": "checkpoint", "unit": ""},
        "upper": {"axis": {"label": what, "unit": "percent"}, "series": series},
    }
    below = _similarities(ctx, factor, names, checkpoints)
    if below is not None:
        data["lower"] = below
    also = f", and {below['axis']['label']} at the same checkpoints (below; {below.pop('said')})" if below else ""
    return FigureSpec(
        id="course" if first else f"course_{results.id}",
        kind="trajectory",
        title=data["title"],
        caption=f"{what.capitalize()} at each checkpoint, one line a {factor}, N = {count}{also}; rates {bars}.",
        alt=f"lines of {what} by checkpoint for {len(names)} {plural(factor)}",
        data=data,
    )


def _positions(checkpoints: Sequence[Facet | None]) -> list[float]:
    """Where checkpoints stand: at their number, or one after the other where they are named."""
    numbered = all(isinstance(c, int) for c in checkpoints)
    return [float(c) if numbered else float(i) for i, c in enumerate(checkpoints)]  # type: ignore[arg-type]


def _similarities(
    ctx: Context, factor: str, names: Sequence[Facet | None], checkpoints: Sequence[Facet | None]
) -> dict[str, Any] | None:
    """The first similarity table over the same factor and checkpoints, as a panel.

    Where the similarity was measured under several training seeds, points are their mean and bars their range;
    else a similarity is one stored number without an interval, and ``said`` says so.
    """
    for table in ctx.results.similarity:
        more = set(table.factors) - {factor, "checkpoint"}
        if not {factor, "checkpoint"} <= set(table.factors) or not more <= {"training_seed"}:
            continue
        keys = zip(table.column(factor).tolist(), table.column("checkpoint").tolist(), strict=True)
        values: dict[tuple[Facet | None, Facet | None], list[float]] = {}
        for key, value in zip(keys, table.values.tolist(), strict=True):
            if np.isfinite(value):
                values.setdefault(key, []).append(value)
        seeds = len(table.levels("training_seed")) if more else 1
        series = [line for name in names if (line := _line(name, checkpoints, values, ranged=seeds > 1)) is not None]
        if series:
            said = f"bars: range over {seeds} training seeds" if seeds > 1 else "as stored, without intervals"
            return {"axis": {"label": table.measure, "unit": ""}, "series": series, "said": said}
    return None


def _line(
    name: Facet | None,
    checkpoints: Sequence[Facet | None],
    values: Mapping[tuple[Facet | None, Facet | None], list[float]],
    *,
    ranged: bool,
) -> dict[str, Any] | None:
    """The course of one series: the mean of what was measured at each checkpoint, and its range."""
    found = [values.get((name, c), []) for c in checkpoints]
    if not any(found):
        return None
    line = {
        "name": str(name),
        "x": _positions(checkpoints),
        "value": [float(np.mean(v)) if v else None for v in found],
    }
    if ranged:
        line |= {"low": [min(v, default=None) for v in found], "high": [max(v, default=None) for v in found]}
    return line


def _peaks(ctx: Context) -> list[FigureSpec]:
    """The peak of each course against where its rate, and its similarity, began."""
    peaks = {
        k.facets["source"]: e for k, e in ctx.ledger.estimates("trajectory", "peak") if set(k.facets) == {"source"}
    }
    specs = []
    for statistic, figure_id, words, unit in (
        ("baseline", "peak_by_baseline", "rate at the first checkpoint", "percent"),
        ("similarity_baseline", "peak_by_similarity", "similarity at the first checkpoint", ""),
    ):
        begins = ctx.ledger.estimates("trajectory", statistic)
        both = [
            (k.facets["source"], e, peaks[k.facets["source"]]) for k, e in begins if k.facets.get("source") in peaks
        ]
        if len(both) < 3:
            continue
        title = f"Largest rate of each source against its {words}"
        points = {
            "label": [str(name) for name, _, _ in both],
            "x": [begin.value for _, begin, _ in both],
            "y": [peak.value for _, _, peak in both],
        }
        bars = all(peak.interval is not None for _, _, peak in both)
        if bars:
            points |= {end: [getattr(peak.interval, end) for _, _, peak in both] for end in ("low", "high")}
        begun = all(begin.interval is not None for _, begin, _ in both)
        said = f"; bars: {format_level(ctx.level)} intervals of the peaks" if bars else ""
        said += "" if begun else "; the values at the first checkpoint are as stored, without intervals"
        biased = "a maximum over checkpoints is biased upward"
        caption = f"{title}, N = {len(both)} sources{said}; {biased}."
        data: dict[str, Any] = {
            "title": title,
            "subtitle": f"N = {len(both)} sources, one training run each; {biased}{said}",
            "x": {"label": words, "unit": unit},
            "y": {"label": "largest rate over the checkpoints", "unit": "percent"},
            "points": points,
        }
        mark = _peak_mark(ctx, len(both)) if statistic == "similarity_baseline" else None
        if mark is not None:
            data["mark"] = mark
        specs.append(FigureSpec(figure_id, "scatter", title, caption, f"scatter plot: {title}", data))
    return specs


def _peak_mark(ctx: Context, n: int) -> dict[str, Any] | None:
    """The rank correlation behind the points, if exactly one estimate counts as many."""
    found = [e for k, e in ctx.ledger.estimates("trajectory", "spearman", of="peak") if e.n == n]
    if len(found) != 1:
        return None
    (e,) = found
    ends = {"low": None, "high": None} if e.interval is None else {"low": e.interval.low, "high": e.interval.high}
    return {"symbol": "ρ", "value": e.value, "n": e.n, "noun": "sources", **ends}


def cross_specs(ctx: Context) -> list[FigureSpec]:
    """Sources against sources: how far each one's marker shows under the others, and how similar they are."""
    return [*_cross_rates(ctx), *_cross_similarity(ctx)]


def _cross_similarity(ctx: Context) -> list[FigureSpec]:
    """The similarity of every source to every other, at the primary layer where there are several."""
    for table in ctx.results.similarity:
        if not {"source", "persona"} <= set(table.factors) <= {"source", "persona", "layer"}:
            continue
        sources = list(table.levels("source"))
        if not 3 <= len(sources) <= _MOST_LINES:
            continue
        layers = list(table.levels("layer")) if "layer" in table.factors else []
        primary = ctx.results.plan.primary
        planned = primary.layer if primary is not None else None
        layer = planned if planned in layers else layers[-1] if layers else None
        part = table.select(layer=layer) if layer is not None else table
        cells = {
            (s, p): v
            for s, p, v in zip(
                part.column("source").tolist(), part.column("persona").tolist(), part.values.tolist(), strict=True
            )
            if np.isfinite(v)
        }
        values = [[cells.get((s, p)) for p in sources] for s in sources]
        known = [v for row in values for v in row if v is not None]
        if len(known) <= len(sources):
            continue
        at = "" if layer is None else f" at layer {layer}"
        title = f"{table.measure} of the source personas{at}".capitalize()
        said = f"N = {len(sources)} sources; values as stored, without intervals"
        data = {
            "title": title,
            "subtitle": said,
            "rows": [str(s) for s in sources],
            "columns": [str(s) for s in sources],
            "values": values,
            "diverging": min(known) < 0.0,
            "x_label": "persona",
            "y_label": "source",
        }
        alt = f"matrix of similarities of {len(sources)} sources"
        return [FigureSpec("cross_similarity", "heatmap", title, f"{title}, {said}.", alt, data)]
    return []


def _cross_rates(ctx: Context) -> list[FigureSpec]:
    """How far the marker of each source shows under the others, its own rate on the diagonal."""
    for table in ctx.ledger.tables.values():
        if not table.id.startswith("rates.") or set(table.factors) != {"source", "persona"}:
            continue
        sources = list(dict.fromkeys(table.factors["source"]))
        if not 3 <= len(sources) <= _MOST_LINES:
            continue
        cells = {
            (table.factors["source"][i], table.factors["persona"][i]): table.columns["rate"][i]
            for i in range(len(table))
        }
        own = {
            k.facets["source"]: e.value
            for k, e in ctx.ledger.estimates("rates", "own_rate")
            if set(k.facets) == {"source"}
        }
        values = [[own.get(s) if s == p else cells.get((s, p)) for p in sources] for s in sources]  # type: ignore[arg-type]
        if sum(v is not None for row in values for v in row) <= len(sources):
            continue
        title = "Marker rate of each source persona under each source's adapter"
        data = {
            "title": title,
            "subtitle": f"N = {len(sources)} sources; the diagonal is the source's own rate",
            "rows": [str(s) for s in sources],
            "columns": [str(s) for s in sources],
            "values": values,
            "unit": "percent",
            "x_label": "persona in the prompt",
            "y_label": "source that was trained",
        }
        caption = f"{title}, N = {len(sources)} sources; the diagonal is the source's own rate."
        return [FigureSpec("cross", "heatmap", title, caption, f"matrix of rates of {len(sources)} sources", data)]
    return []


def rate_specs(ctx: Context) -> list[FigureSpec]:
    """A bar for each rate of the first small table, or for the mean of each group: for data without any relation."""
    for table in ctx.ledger.tables.values():
        factors = list(table.factors)
        if not table.id.startswith("rates.") or "rate" not in table.columns or not len(table):
            continue
        outcome = ctx.results.table(table.id.removeprefix("rates.")).outcome
        if len(factors) == 1 and len(table) <= 2 * _MOST_LINES:
            ends = ("low", "high")
            bars: list[dict[str, Any]] = [
                {
                    "name": str(table.factors[factors[0]][i]),
                    "value": table.columns["rate"][i],
                    **{end: table.columns[end][i] for end in ends if end in table.columns},
                }
                for i in range(len(table))
                if table.columns["rate"][i] is not None
            ]
            noun, said = ctx.noun(factors[0]), table.method
        else:
            means = [(k, e) for k, e in ctx.ledger.estimates("rates", "mean_rate") if set(k.facets) < set(factors)]
            names = ["/".join(map(str, k.facets.values())) for k, _ in means]
            bars = [
                {"name": name, "value": e.value, "n": e.n}
                | ({} if e.interval is None else {"low": e.interval.low, "high": e.interval.high})
                for name, (_, e) in zip(names, means, strict=True)
            ]
            noun = " and ".join(ctx.noun(f) for f in (means[0][0].facets if means else ()))
            said = f"means over what was measured under each, bars: {format_level(ctx.level)} intervals"
        if not 0 < len(bars) <= 2 * _MOST_LINES:
            continue
        title = f"{outcome.capitalize()} rate by {' and '.join(factors if len(factors) == 1 else [noun])}"
        caption = f"{title}, N = {len(bars)} {noun}; {said}."
        data = {
            "title": title,
            "subtitle": f"N = {len(bars)} {noun}; {said}",
            "y": {"label": f"{outcome} rate", "unit": "percent"},
            "bars": bars,
        }
        return [FigureSpec("rates", "category_bars", title, caption, f"bars of {len(bars)} rates", data)]
    return []


def condition_specs(ctx: Context) -> list[FigureSpec]:
    """The mean rate of every condition with its interval, and the rates of the units behind it."""
    means = ctx.ledger.estimates("contrast", "mean_rate")
    means = [(key, e) for key, e in means if set(key.facets) == {"condition"}]
    if len(means) < 2:
        return []
    tables = [t for t in ctx.ledger.tables.values() if t.id.startswith("rates.") and "condition" in t.factors]
    units = next((t for t in tables if len(t.factors) == 2), None)
    bars = []
    for key, estimate in means:
        condition = key.facets["condition"]
        bar: dict[str, Any] = {"name": str(condition), "value": estimate.value, "n": estimate.n}
        if estimate.interval is not None:
            bar |= {"low": estimate.interval.low, "high": estimate.interval.high}
        if units is not None:
            rates = [units.columns["rate"][i] for i in units.rows(condition=condition)]
            bar["points"] = [r for r in rates if r is not None]
        bars.append(bar)
    other = next((f for f in units.factors if f != "condition"), "unit") if units is not None else "unit"
    n = sorted({e.n for _, e in means})
    count = f"{n[0]}" if len(n) == 1 else f"{n[0]} to {n[-1]}"
    level = format_level(ctx.level)
    noun = ctx.ledger.entries[means[0][0]].unit_noun
    said = f"N = {count} {noun} in each of {len(bars)} conditions; bars: {level} intervals"
    if units is not None:
        said += f"; points: all {ctx.noun(other)} measured"
    title = "Mean rate by condition"
    return [
        FigureSpec(
            id="conditions",
            kind="category_bars",
            title=title,
            caption=f"{title}, {said}.",
            alt=f"bars of the mean rate of {len(bars)} conditions, with the rates of single {noun}",
            data={"title": title, "subtitle": said, "y": {"label": "rate", "unit": "percent"}, "bars": bars},
        )
    ]
