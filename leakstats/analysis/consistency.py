"""Do printed numbers agree with the others of the file? Printed tables against counted or measured ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.document import Table
from leakstats.analysis.ledger import Question
from leakstats.estimate import Detail, Estimate, Interval
from leakstats.ident import Facet
from leakstats.results import CellTable, Level, SimilarityTable
from leakstats.results.printed import possible_successes, printed_value
from leakstats.stats import difference_interval

__all__ = ["run"]

_SLACK = 1e-9
"""A value on a rounding tie agrees either way."""
_WITHIN = ("question", "sampling_seed")

Key = tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value, the range that its digits allow, and its counts where they are known."""

    value: float
    low: float
    high: float
    counts: tuple[int, int] | None = None


def run(ctx: Context) -> None:
    """Compare every printed table with every other table that holds some of its cells."""
    question = ctx.ledger.question("consistency")
    pairs = [*_rate_pairs(ctx), *_similarity_pairs(ctx)]
    if not pairs:
        question.status = "not_run"
        question.reason = "no printed table shares a cell with another table"
        return
    question.notes.append("tables that share cells may come from different runs: a difference is no error in itself")
    for pair in pairs:
        _enter(ctx, question, pair)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The cells that a printed table and another one share."""

    table: str
    against: str
    fixed: Mapping[str, Facet]
    """The level of the other table that is compared (a layer, a checkpoint), where it has several."""
    factors: tuple[str, ...]
    cells: Mapping[Key, tuple[_Cell, _Cell]]
    unit: str
    elsewhere: Mapping[Key, Level]
    """Another layer of the other table whose value prints so, of cells that disagree."""


def _varying(table: CellTable | SimilarityTable) -> list[str]:
    return [f for f in table.factors if f not in _WITHIN]


# -- rates


def _rate_pairs(ctx: Context) -> Iterator[_Pair]:
    tables = list(ctx.results.tables)
    for i, printed in enumerate(tables):
        if printed.kind != "reported":
            continue
        for j, other in enumerate(tables):
            # two printed tables are compared once
            if i == j or other.outcome != printed.outcome or (other.kind == "reported" and j < i):
                continue
            factors = tuple(_varying(printed))
            if not factors or any(f not in other.factors and f not in other.constants for f in factors):
                continue
            if any(f not in factors and len(other.levels(f)) > 1 for f in _varying(other)):
                continue
            mine, theirs = _rates(printed, factors), _rates(other, factors)
            shared = {key: (mine[key], theirs[key]) for key in mine if key in theirs}
            if shared:
                yield _Pair(printed.id, other.id, {}, factors, shared, "fraction", {})


def _rates(table: CellTable, factors: tuple[str, ...]) -> dict[Key, _Cell]:
    if table.kind == "counted":
        cells = table.aggregate(by=list(factors))
        keys = zip(*(cells.column(f).tolist() for f in factors), strict=True)
        counted = zip(cells.successes.tolist(), cells.trials.tolist(), strict=True)
        return {key: _Cell(k / n, k / n, k / n, (k, n)) for key, (k, n) in zip(keys, counted, strict=True)}
    reported = table.reported
    if reported is None:
        return {}
    keys = zip(*(table.column(f).tolist() for f in factors), strict=True)
    ranges = zip(reported.value.tolist(), reported.low.tolist(), reported.high.tolist(), strict=True)
    trials = reported.declared_trials if reported.trials_status == "declared" else None
    return {
        key: _Cell(value, low, high, _recovered(low, high, trials))
        for key, (value, low, high) in zip(keys, ranges, strict=True)
        if np.isfinite(value)
    }


def _recovered(low: float, high: float, trials: int | None) -> tuple[int, int] | None:
    """The counts behind a printed rate, where the declared trials leave exactly one possibility."""
    found = None if trials is None else possible_successes(low, high, trials)
    return (found[0], trials) if found is not None and found[0] == found[1] and trials is not None else None


# -- similarities


def _similarity_pairs(ctx: Context) -> Iterator[_Pair]:
    tables = list(ctx.results.similarity)
    for i, printed in enumerate(tables):
        if printed.kind != "reported":
            continue
        for j, other in enumerate(tables):
            # of two printed tables the one with fewer factors is compared with the other
            fewer = (len(printed.factors), i) < (len(other.factors), j)
            if i == j or other.measure != printed.measure or (other.kind == "reported" and not fewer):
                continue
            yield from _similarity_pair(printed, other)


def _similarity_pair(printed: SimilarityTable, other: SimilarityTable) -> Iterator[_Pair]:
    factors = tuple(_varying(printed))
    if not factors or any(f not in other.factors and f not in other.constants for f in factors):
        return
    fixed: dict[str, Facet] = {}
    for name in _varying(other):
        levels = other.levels(name)
        if name in factors or len(levels) < 2:
            continue
        if name in printed.constants and printed.constants[name] in levels:
            fixed[name] = printed.constants[name]
        elif name == "checkpoint":  # a similarity without a checkpoint is that before training
            fixed[name] = min(levels, key=lambda c: (isinstance(c, str), c))
        else:
            return
    mine, theirs = _similarities(printed, factors), _similarities(other.select(**fixed), factors)
    shared = {key: (mine[key], theirs[key]) for key in mine if key in theirs}
    if not shared:
        return
    elsewhere: dict[Key, Level] = {}
    if "layer" in fixed:
        for layer in other.levels("layer"):
            found = _similarities(other.select(**{**fixed, "layer": layer}), factors)
            for key, (cell, _) in shared.items():
                if layer != fixed["layer"] and key in found and _agree(cell, found[key]):
                    elsewhere.setdefault(key, layer)
    yield _Pair(
        printed.id, other.id, fixed, factors, shared, "cosine" if printed.measure == "cosine" else "", elsewhere
    )


def _similarities(table: SimilarityTable, factors: tuple[str, ...]) -> dict[Key, _Cell]:
    keys = list(zip(*(table.column(f).tolist() for f in factors), strict=True))
    out: dict[Key, _Cell] = {}
    for i, (key, value) in enumerate(zip(keys, table.values.tolist(), strict=True)):
        if not np.isfinite(value):
            continue
        text = None if table.printed is None else table.printed[i]
        read = None if text is None else printed_value(text)
        out[key] = _Cell(value, value, value) if read is None else _Cell(*read)
    return out


# -- both


def _agree(a: _Cell, b: _Cell) -> bool:
    return a.low - _SLACK <= b.high and b.low - _SLACK <= a.high


def _enter(ctx: Context, question: Question, pair: _Pair) -> None:
    facets: dict[str, Facet] = {"table": pair.table, "against": pair.against, **pair.fixed}
    agrees = {key: _agree(a, b) for key, (a, b) in pair.cells.items()}
    n, agreeing = len(agrees), sum(agrees.values())
    where = "".join(f", {name} {level}" for name, level in pair.fixed.items())
    about = f"{pair.table} and {pair.against}{where}"
    wrong = [", ".join(map(str, key)) for key, fine in agrees.items() if not fine]
    if wrong:
        question.notes.append(f"{about}: {len(wrong)} of {n} cells disagree beyond their digits")
    ctx.ledger.add(
        "consistency",
        "agreeing_cells",
        Estimate(
            "share of printed cells that agree",
            agreeing / n,
            n,
            "the ranges that the digits allow overlap",
            details={"agreeing": agreeing, "cells": n},
        ),
        facets=facets,
        label=f"share of cells that agree within their digits, {about}",
        unit_noun="cells",
        unit="fraction",
        role="descriptive",
        definition="printed-cells/ranges-overlap",
    )
    ctx.ledger.add(
        "consistency",
        "largest_difference",
        _largest(ctx, pair),
        facets=facets,
        label=f"largest difference of a cell, {about}",
        unit_noun="cells",
        role="descriptive",
        definition="printed-cells/largest-absolute-difference",
    )
    other_layer = [pair.elsewhere.get(key) if not fine else None for key, fine in agrees.items()]
    columns: dict[str, list[float | int | None]] = {
        "printed": [a.value for a, _ in pair.cells.values()],
        "other": [b.value for _, b in pair.cells.values()],
        "difference": [a.value - b.value for a, b in pair.cells.values()],
        "agrees": [int(fine) for fine in agrees.values()],
    }
    undefined = {}
    if any(layer is not None for layer in other_layer):
        columns["layer_that_agrees"] = [layer if isinstance(layer, int) else None for layer in other_layer]
        undefined["layer_that_agrees"] = "the cell agrees, or no layer does"
    suffix = "".join(f".{v}" for v in pair.fixed.values())
    ctx.ledger.table(
        Table(
            id=f"consistency.{pair.table}.{pair.against}{suffix}",
            title=f"printed cells against the other table: {about}",
            factors={name: [key[i] for key in pair.cells] for i, name in enumerate(pair.factors)},
            columns=columns,
            units={**dict.fromkeys(("printed", "other", "difference"), pair.unit), "agrees": "flag"},
            method="cells agree where the ranges that their digits allow overlap",
            undefined=undefined,
        )
    )


def _largest(ctx: Context, pair: _Pair) -> Estimate:
    """The largest absolute difference; where all counts are known, with an interval simultaneous over the cells."""
    keys = list(pair.cells)
    differences = np.array([a.value - b.value for a, b in pair.cells.values()])
    worst = int(np.abs(differences).argmax())
    details: dict[str, Detail] = {
        "cell": ", ".join(map(str, keys[worst])),
        "difference": float(differences[worst]),
        "mean_absolute_difference": float(np.abs(differences).mean()),
    }
    interval: Interval | None = None
    assumptions: tuple[str, ...] = ()
    first, second = pair.cells[keys[worst]]
    if all(a.counts is not None and b.counts is not None for a, b in pair.cells.values()):
        level = 1.0 - (1.0 - ctx.level) / len(keys)
        sign = 1 if differences[worst] >= 0 else -1
        one, two = (first.counts, second.counts) if sign > 0 else (second.counts, first.counts)
        if one is not None and two is not None:
            found = difference_interval(*one, *two, level=level)
            if found.interval is not None:
                method = f"{found.interval.method}, simultaneous over {len(keys)} cells (Bonferroni)"
                interval = Interval(found.interval.low, found.interval.high, ctx.level, method)
                assumptions = ("completions are independent given the cell",)
    return Estimate(
        "largest absolute difference",
        float(np.abs(differences[worst])),
        len(keys),
        "largest absolute difference over cells; the interval is that of the cell's difference, larger minus smaller",
        interval=interval,
        assumptions=assumptions,
        notes=("the largest of several differences is biased upward",),
        details=details,
    )
