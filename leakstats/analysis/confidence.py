"""The highest confidence label that the design and the results allow, with the rules that lowered it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from leakstats.analysis.context import Context
from leakstats.analysis.joined import all_joins
from leakstats.analysis.registration import registered
from leakstats.estimate import Estimate, Undefined

__all__ = ["RULES", "CeilingRule", "ceiling"]

Label = Literal["HIGH", "MODERATE", "LOW"]
_ORDER: tuple[Label, ...] = ("LOW", "MODERATE", "HIGH")
FEW_UNITS = 7


@dataclass(frozen=True, slots=True)
class CeilingRule:
    """One row of the table: where ``applies`` gives a sentence, the label can be ``ceiling`` at the most."""

    name: str
    ceiling: Label
    applies: Callable[[Context], str | None]


def _training_seeds(ctx: Context) -> str | None:
    seeds = ctx.results.design.training_seed
    if seeds.n is None:
        return f"the number of training seeds is unknown ({seeds.reason or 'no reason given'})"
    if seeds.n >= 3:
        return None
    count = "one training seed" if seeds.n == 1 else f"{seeds.n} training seeds"
    return f"{count}: what is found is conditional on these trained models; HIGH needs three, or a replication"


def _primary(ctx: Context) -> list[tuple[str, Estimate | Undefined]]:
    return [(e.label, e.result) for e in ctx.ledger.entries.values() if e.role == "primary"]


def _no_primary(ctx: Context) -> str | None:
    if _primary(ctx):
        return None
    parts = {f for e in ctx.ledger.entries.values() if e.id.analysis == "similarity" for f in e.id.facets}
    split = " and ".join(f for f in ("condition", "checkpoint") if f in parts)
    if split and ctx.results.plan.primary is not None:
        return (
            f"the primary analysis is split by {split}, and no one of them is declared primary: name it in plan.primary"
        )
    return "the plan names no primary analysis that the data support"


def _primary_fails(ctx: Context) -> str | None:
    for label, result in _primary(ctx):
        if isinstance(result, Undefined):
            return f"the primary analysis has no value: {result.reason}"
        p = result.p_value
        if p is not None and p.value > ctx.alpha:
            return f"the primary analysis fails: {label}, {p} > {ctx.alpha:g}"
        if p is None and result.interval is not None and 0.0 in result.interval:
            return f"the primary analysis fails: the interval of {label} holds 0"
    return None


def _few_units(ctx: Context) -> str | None:
    for label, result in _primary(ctx):
        units, noun = _independent_units(ctx, result)
        if units <= FEW_UNITS:
            return f"{units} independent {noun} behind {label}; {FEW_UNITS} or fewer are few"
    return None


def _independent_units(ctx: Context, result: Estimate | Undefined) -> tuple[int, str]:
    """The design's units behind the primary analysis: a combination over sources still rests on bystanders."""
    joins = [j for j in all_joins(ctx.results)[0] if not j.facets]
    if joins and joins[0].group is not None:
        return len(set(joins[0].units.tolist())), ctx.noun(joins[0].unit)
    return result.n, "units"


def _few_groups(ctx: Context) -> str | None:
    joins = [j for j in all_joins(ctx.results)[0] if not j.facets and j.group is not None]
    if joins and len(joins[0].group_names) <= FEW_UNITS:
        noun = ctx.noun(str(joins[0].group))
        return f"{len(joins[0].group_names)} {noun}: what holds for a new {joins[0].group} rests on few"
    return None


def _selection(ctx: Context) -> str | None:
    primary = ctx.results.plan.primary
    layers = {e.id.facets["layer"] for e in ctx.ledger.entries.values() if "layer" in e.id.facets}
    if len(layers) < 2:
        return None
    if primary is None or primary.layer is None:
        return f"no layer was declared primary among {len(layers)}: a headline layer would be selected unadjusted"
    if registered(ctx)[0]:
        return None
    for entry in ctx.ledger.entries.values():
        if entry.role == "primary" and entry.adjusted_p is not None and entry.adjusted_p.value > ctx.alpha:
            return f"the layer was not registered, and {entry.label} does not survive {entry.adjusted_p.method}"
    return None


def _flips(ctx: Context) -> str | None:
    for key, entry in ctx.ledger.entries.items():
        result = entry.result
        if key.analysis != "fragility" or not isinstance(result, Estimate):
            continue
        for what, words in (("sign_flips", "turns the sign"), ("decision_flips", "changes the decision")):
            names = str(result.details.get(what, ""))
            if names:
                return f"leaving out {names} {words} of the headline correlation"
    return None


def _controls(ctx: Context) -> str | None:
    failed = [e.label for e in ctx.ledger.entries.values() if _failed_control(e.result)]
    return f"a control failed: {', '.join(failed)}" if failed else None


def _failed_control(result: Estimate | Undefined) -> bool:
    return isinstance(result, Estimate) and result.details.get("control") == "failed"


RULES: tuple[CeilingRule, ...] = (
    CeilingRule("training-seeds", "MODERATE", _training_seeds),
    CeilingRule("no-primary", "LOW", _no_primary),
    CeilingRule("primary-fails", "LOW", _primary_fails),
    CeilingRule("few-units", "LOW", _few_units),
    CeilingRule("few-groups", "MODERATE", _few_groups),
    CeilingRule("unadjusted-selection", "LOW", _selection),
    CeilingRule("drop-flips", "LOW", _flips),
    CeilingRule("failed-control", "LOW", _controls),
)
"""Read from top to bottom; every rule that applies is reported, the lowest ceiling holds."""


def ceiling(ctx: Context) -> Mapping[str, Any]:
    """The ceiling and the sentence of every rule that applies, as analysis.json stores them."""
    reasons = []
    for rule in RULES:
        detail = rule.applies(ctx)
        if detail is not None:
            reasons.append({"rule": rule.name, "ceiling": rule.ceiling, "detail": detail})
    lowest = min((r["ceiling"] for r in reasons), key=lambda c: _ORDER.index(c), default="HIGH")
    return {"ceiling": lowest, "reasons": reasons}
