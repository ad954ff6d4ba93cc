"""What the figures of courses over checkpoints and of conditions plot, taken from the ledger and the similarities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from leakstats.analysis.context import Context, plural
from leakstats.analysis.document import Table
from leakstats.analysis.ledger import FigureSpec
from leakstats.ident import Facet
from leakstats.numbers import format_level

__all__ = ["condition_specs", "course_specs", "cross_specs"]

_MOST_LINES = 12
"""Lines that can be told apart in one panel."""


def course_specs(ctx: Context) -> list[FigureSpec]:
    """For every table of rates by checkpoint and one other factor: its course, with the similarity below."""
    specs: list[FigureSpec] = []
    for table in ctx.ledger.tables.values():
        factors = [f for f in table.factors if f != "checkpoint"]
        if not table.id.startswith("rates.") or "checkpoint" not in table.factors or len(factors) != 1:
            continue
        if len(set(table.factors["checkpoint"])) < 2 or len(set(table.factors[factors[0]])) > _MOST_LINES:
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
    also = f", and {below['axis']['label']} at the same checkpoints (below)" if below else ""
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
    """The first similarity table over the same factor and checkpoints, as a panel."""
    for table in ctx.results.similarity:
        if set(table.factors) != {factor, "checkpoint"}:
            continue
        keys = zip(table.column(factor).tolist(), table.column("checkpoint").tolist(), strict=True)
        value = dict(zip(keys, table.values.tolist(), strict=True))
        series = []
        for name in names:
            found = [value.get((name, c), float("nan")) for c in checkpoints]
            if np.isfinite(found).any():
                shown = [v if np.isfinite(v) else None for v in found]
                series.append({"name": str(name), "x": _positions(checkpoints), "value": shown})
        if series:
            return {"axis": {"label": table.measure, "unit": ""}, "series": series}
    return None


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
        caption = f"{title}, N = {len(both)} sources; a maximum over checkpoints is biased upward."
        data = {
            "title": title,
            "subtitle": f"N = {len(both)} sources, one training run each; a maximum over checkpoints is biased upward",
            "x": {"label": words, "unit": unit},
            "y": {"label": "largest rate over the checkpoints", "unit": "percent"},
            "points": points,
        }
        specs.append(FigureSpec(figure_id, "scatter", title, caption, f"scatter plot: {title}", data))
    return specs


def cross_specs(ctx: Context) -> list[FigureSpec]:
    """Sources against sources: how far the marker of each shows under the others, its own rate on the diagonal."""
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
