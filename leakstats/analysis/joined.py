"""Rates joined to similarities: one row for each unit (and group) that has both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leakstats.errors import DesignError
from leakstats.ident import Facet
from leakstats.results import CellTable, Results, SimilarityTable

__all__ = ["WITHIN_CELL", "Joined", "Objects", "all_joins", "join"]

WITHIN_CELL = ("question", "sampling_seed")
"""Factors that repeat a measurement of the same cell: a cell's rate sums over them."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Joined:
    """Aligned arrays of shape (rows,). ``similarity`` maps a layer (``None`` where none is named) to values, NaN
    where missing; ``group`` is ``None`` where every row is another unit of the same group."""

    outcome_id: str
    predictor_id: str
    facets: Mapping[str, Facet]
    """What tells this join from the others of the file (a condition, another outcome or predictor)."""
    unit: str
    group: str | None
    units: Objects
    groups: Objects
    successes: npt.NDArray[np.int64] | None
    trials: npt.NDArray[np.int64] | None
    rate: Floats
    similarity: Mapping[int | None, Floats]
    categories: Objects
    reference: str | None
    """The persona whose similarity to itself is 1 by construction, where it is one of the units."""
    notes: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        return int(self.rate.size)

    @property
    def layers(self) -> list[int | None]:
        return list(self.similarity)

    @property
    def group_names(self) -> list[Facet]:
        return list(dict.fromkeys(self.groups.tolist()))

    def take(self, rows: Bools) -> Joined:
        """A part of the rows."""
        return replace(
            self,
            units=self.units[rows],
            groups=self.groups[rows],
            successes=None if self.successes is None else self.successes[rows],
            trials=None if self.trials is None else self.trials[rows],
            rate=self.rate[rows],
            similarity={layer: values[rows] for layer, values in self.similarity.items()},
            categories=self.categories[rows],
        )

    def of_group(self, name: Facet) -> Joined:
        return self.take(self.groups == name)

    def complete(self, layer: int | None) -> Bools:
        """Rows with a similarity at that layer and a rate."""
        return np.isfinite(self.similarity[layer]) & np.isfinite(self.rate)


def _slices(
    table: CellTable, key: list[str], factors: tuple[str, ...] = ("condition", "checkpoint")
) -> Iterator[tuple[dict[str, Facet], CellTable]]:
    """The table whole, or one slice a condition and checkpoint where those are no part of the join."""
    if not factors:
        yield {}, table
        return
    first, rest = factors[0], factors[1:]
    if first in key or first not in table.factors or len(table.levels(first)) < 2:
        yield from _slices(table, key, rest)
        return
    for level in table.levels(first):
        for facets, part in _slices(table.select(**{first: level}), key, rest):
            yield {first: level, **facets}, part


def join(results: Results, table: CellTable, similarity: SimilarityTable) -> list[Joined]:
    """Every join of a rate table and a similarity table, one for each condition and checkpoint.

    Raises
    ------
    DesignError
        If the two share no factor, or belong to another question; the message says which.
    """
    key = [name for name in similarity.factors if name != "layer"]
    courses = "checkpoint" in table.factors and len(table.levels("checkpoint")) > 1
    if "checkpoint" in key or (courses and len(key) == 1):
        raise DesignError(f"{similarity.id} and {table.id}: the checkpoints of one series are read by the trajectory")
    missing = [name for name in key if name not in table.factors and name not in table.constants]
    if missing or not key:
        raise DesignError(f"{similarity.id} is indexed by {', '.join(key) or 'nothing'}; {table.id} has no {missing}")
    # a factor with one level groups nothing
    key = [name for name in key if name == results.design.unit or len(table.levels(name)) > 1] or key
    unit = results.design.unit if results.design.unit in key else key[0] if len(key) == 1 else None
    if unit is None:
        raise DesignError(f"{similarity.id} is indexed by {', '.join(key)}, none of which is the unit of the design")
    others = [name for name in key if name != unit]
    if len(others) > 1:
        raise DesignError(f"{similarity.id}: more than one grouping factor ({', '.join(others)}) is not supported")
    return [
        _joined(results, part, similarity, unit, others[0] if others else None, facets)
        for facets, part in _slices(table, key)
    ]


def _joined(
    results: Results,
    table: CellTable,
    similarity: SimilarityTable,
    unit: str,
    group: str | None,
    facets: Mapping[str, Facet],
) -> Joined:
    key = [unit] if group is None else [group, unit]
    notes = []
    summed = [name for name in table.factors if name not in key and len(table.levels(name)) > 1]
    over = [name for name in summed if name not in WITHIN_CELL]
    if table.kind == "counted":
        cells = table.aggregate(by=key) if summed else table
        successes, trials = cells.successes, cells.trials
        if over:
            notes.append(f"rates are over all {' and '.join(over)} levels together")
    else:
        if summed:
            raise DesignError(f"{table.id} holds printed rates, which cannot be summed over {', '.join(summed)}")
        cells, successes, trials = table, None, None
        notes.append("rates are as printed: no counts are known")
    layers: list[int | None] = [None]
    if "layer" in similarity.factors or "layer" in similarity.constants:
        layers = [int(level) for level in similarity.levels("layer")]
    values = {
        layer: similarity.values_for(
            cells, **({"layer": layer} if layer is not None and "layer" in similarity.factors else {})
        )
        for layer in layers
    }
    units = cells.column(unit)
    groups = cells.column(group) if group is not None else np.full(cells.n_rows, "", dtype=object)
    return Joined(
        outcome_id=table.id,
        predictor_id=similarity.id,
        facets=facets,
        unit=unit,
        group=group,
        units=units,
        groups=groups,
        successes=successes,
        trials=trials,
        rate=cells.rate,
        similarity=values,
        categories=_categories(results, unit, units),
        reference=similarity.reference if similarity.reference in set(units.tolist()) else None,
        notes=tuple(notes),
    )


def _categories(results: Results, unit: str, units: Objects) -> Objects:
    """The category of each row's unit, ``None`` where it has none or is no persona."""
    out = np.full(units.size, None, dtype=object)
    if unit in ("persona", "source"):
        category = dict(zip(results.personas.name, results.personas.category, strict=True))
        out[:] = [category.get(str(u)) for u in units.tolist()]
    return out


def _without_excluded(results: Results, joins: list[Joined]) -> list[Joined]:
    """Each join without the personas that the plan excludes, and, after them all, each with them (facet ``points``)."""
    excluded = {e.persona: e for e in results.plan.exclusions}
    out: list[Joined] = []
    whole: list[Joined] = []
    for joined in joins:
        names = joined.units.astype(str)
        drop = np.isin(names, sorted(excluded))
        if not drop.any():
            out.append(joined)
            continue
        why = "; ".join(
            f"{name} is excluded ({excluded[name].reason}; decided {excluded[name].decided} the data)"
            for name in dict.fromkeys(names[drop].tolist())
        )
        out.append(replace(joined.take(~drop), notes=(*joined.notes, why)))
        whole.append(replace(joined, facets={**joined.facets, "points": "with_excluded"}))
    return out + whole


def all_joins(results: Results) -> tuple[list[Joined], list[str]]:
    """Every rate table joined to every similarity table that indexes it, and why the other pairs were left.

    The plan's primary outcome and predictor come first, its condition and checkpoint first among them, and carry no
    ``outcome`` or ``predictor`` facet; the others are told apart by one.
    """
    primary = results.plan.primary
    found: list[Joined] = []
    left: list[str] = []
    for table in results.tables:
        if table.role in ("base", "control"):
            continue
        for similarity in results.similarity:
            try:
                candidates = join(results, table, similarity)
            except DesignError as error:
                left.append(str(error))
                continue
            for joined in _without_excluded(results, candidates):
                if max(int(joined.complete(layer).sum()) for layer in joined.layers) < 3:
                    left.append(f"{similarity.id} and {table.id}: fewer than 3 {joined.unit} levels have both")
                else:
                    found.append(joined)
    if not found:
        return [], left
    first = found[0]
    if primary is not None:
        first = next(
            (j for j in found if j.outcome_id == primary.outcome and j.predictor_id == primary.predictor), first
        )
    named = []
    meant = {} if primary is None else primary.slice

    def distance(joined: Joined) -> tuple[bool, bool, bool]:
        return (
            joined.outcome_id != first.outcome_id,
            joined.predictor_id != first.predictor_id,
            bool(meant) and dict(joined.facets) != meant,
        )

    for joined in sorted(found, key=distance):
        facets = dict(joined.facets)
        if joined.outcome_id != first.outcome_id:
            facets["outcome"] = joined.outcome_id
        if joined.predictor_id != first.predictor_id:
            facets["predictor"] = joined.predictor_id
        named.append(replace(joined, facets=facets))
    return named, left
