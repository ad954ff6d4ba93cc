"""What the panels of collapse plot: the changes of every state by layer, computed from arrays or as stored."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from leakstats.analysis.context import Context
from leakstats.analysis.ledger import FigureSpec
from leakstats.analysis.states import STATE_FACTORS, controls
from leakstats.estimate import Estimate
from leakstats.ident import EstimateId, Facet
from leakstats.numbers import format_level

__all__ = ["collapse_specs"]

_COMPUTED = {
    "similarity_change": ("change of the mean cosine", "difference of cosines"),
    "spread_change": ("log ratio of the spread", "log ratio"),
    "axis_shift": ("shift along the axis", "lengths of the axis"),
    "accuracy_change": ("change of nearest-centroid accuracy", "difference of fractions"),
}
_MOST_STATES, _MOST_PANELS = 12, 12

Found = list[tuple[EstimateId, Estimate]]


def collapse_specs(ctx: Context) -> list[FigureSpec]:
    """Panels of the changes against the base model, from arrays and from stored summaries, where layers are told."""
    level = format_level(ctx.level)
    computed = [
        panel for statistic, (words, unit) in _COMPUTED.items() for panel in _computed(ctx, statistic, words, unit)
    ]
    # a file with both arrays and a table of the same numbers shows them once, with their intervals
    stored = [panel for panel in _stored(ctx) if not any(_same(panel, other) for other in computed)]
    return [
        *_spec(ctx, "collapse", computed, f"bars: {level} intervals"),
        *_spec(ctx, "collapse_stored", stored, "values as stored, without intervals"),
    ]


def _same(panel: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two panels have the same lines, up to rounding."""
    lines, others = ({line["name"]: line for line in p["series"]} for p in (panel, other))
    return lines.keys() == others.keys() and all(
        line["x"] == others[name]["x"]
        and all(
            math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
            for a, b in zip(line["value"], others[name]["value"], strict=True)
        )
        for name, line in lines.items()
    )


def _spec(ctx: Context, figure_id: str, panels: list[dict[str, Any]], said: str) -> list[FigureSpec]:
    names = {line["name"] for panel in panels for line in panel["series"]}
    if not 0 < len(panels) <= _MOST_PANELS or len(names) > _MOST_STATES:
        return []
    layers = {x for panel in panels for line in panel["series"] for x in line["x"]}
    title = "Change of the persona geometry against the base model, by layer"
    count = f"N = {len(names)} states, {len(layers)} layers; {said}"
    dashed = any(line["role"] == "control" for panel in panels for line in panel["series"])
    subtitle = count + ("; dashes: control" if dashed else "")
    data = {"title": title, "subtitle": subtitle, "x": {"label": "layer", "unit": ""}, "panels": panels}
    caption = f"{title}, in {len(panels)} panels, {count}; zero is no change."
    alt = f"{len(panels)} panels of changes by layer for {len(names)} states"
    return [FigureSpec(figure_id, "collapse_panels", title, caption, alt, data)]


def _computed(ctx: Context, statistic: str, words: str, unit: str) -> list[dict[str, Any]]:
    """One panel for each centring: the changes against the base model, not those against a control."""
    found = [(k, e) for k, e in ctx.ledger.estimates("collapse", statistic) if "versus" not in k.facets]
    out = []
    for centring in dict.fromkeys(k.facets.get("centring") for k, _ in found):
        rows = [(k, e) for k, e in found if k.facets.get("centring") == centring]
        series = _series(ctx, rows)
        if series:
            centred = ", centred on the set" if centring == "set" else ""
            n = sorted({e.n for _, e in rows})
            noun = ctx.ledger.entries[rows[0][0]].unit_noun
            note = f"N = {n[0] if len(n) == 1 else f'{n[0]} to {n[-1]}'} {noun}"
            out.append({"name": words + centred, "note": note, "y": {"label": unit, "unit": ""}, "series": series})
    return out


def _stored(ctx: Context) -> list[dict[str, Any]]:
    """One panel for each stored column that differs over states: the changes, where the table has any."""
    out: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    for table in ctx.results.geometry:
        columns = dict.fromkeys(
            str(k.facets["column"]) for k, _ in ctx.ledger.estimates("collapse", "stored", table=table.id)
        )
        ranges = {str(k.facets["column"]) for k, _ in ctx.ledger.estimates("collapse", "range", table=table.id)}
        # A change of 0 in every state is a finding; another column that is the same in all says nothing of them.
        changes = [c for c in columns if table.columns[c].unit.startswith("difference")]
        shown = changes or [c for c in columns if c in ranges]
        for column in shown:
            more = "" if len(shown) == 1 else f": {column.replace('_', ' ')}"
            y = {"label": table.columns[column].unit or column.replace("_", " "), "unit": ""}
            groups: dict[tuple[tuple[str, Facet], ...], Found] = {}
            for key, estimate in ctx.ledger.estimates("collapse", "stored", table=table.id, column=column):
                state = next((f for f in STATE_FACTORS if f in key.facets), "")
                apart = ("table", "column", "layer", state)
                rest = tuple((f, v) for f, v in key.facets.items() if f not in apart)
                groups.setdefault(rest, []).append((key, estimate))
            for rest, rows in groups.items():
                series = _series(ctx, rows)
                if series:
                    of = "".join(f", {f} {v}" for f, v in rest)
                    panel = {"name": f"{table.quantity}{more}{of}", "y": y, "series": series}
                    out.append((tuple(str(v) for _, v in rest), panel))
    # Panels of one method stand in one row.
    return [panel for _, panel in sorted(out, key=lambda pair: pair[0])]


def _series(ctx: Context, rows: Iterable[tuple[EstimateId, Estimate]]) -> list[dict[str, Any]]:
    """A line for each state by layer; none where fewer than two layers are told."""
    by_state: dict[tuple[str, Facet], dict[Facet, Estimate]] = {}
    for key, estimate in rows:
        factor = next((f for f in STATE_FACTORS if f in key.facets), None)
        if factor is not None and "layer" in key.facets:
            by_state.setdefault((factor, key.facets[factor]), {})[key.facets["layer"]] = estimate
    layers = {layer for found in by_state.values() for layer in found}
    if len(layers) < 2:
        return []
    factors = {factor for factor, _ in by_state}
    apart = {(f, c) for f in factors for c in controls(ctx.results, f, ctx.results.factors[f].levels)}
    out = []
    for state, found in by_state.items():
        order = sorted(found, key=lambda layer: (isinstance(layer, str), layer))
        line: dict[str, Any] = {
            "name": str(state[1]),
            "role": "control" if state in apart else "state",
            "x": order,
            "value": [found[layer].value for layer in order],
        }
        intervals = [found[layer].interval for layer in order]
        if any(i is not None for i in intervals):
            line["low"] = [None if i is None else i.low for i in intervals]
            line["high"] = [None if i is None else i.high for i in intervals]
        out.append(line)
    return out
