"""The ledger: every estimate that was computed, every question asked, and the families that tests belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from leakstats.analysis.document import Entry, Figure, Role, Table, Unit
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate, PValue, Undefined
from leakstats.ident import EstimateId, Facet
from leakstats.stats import adjust

__all__ = ["Assumption", "Family", "FigureSpec", "Ledger", "Question", "Recheck"]

AssumptionStatus = Literal["met", "doubtful", "failed", "not_checked"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a question took for granted, and how far that was checked."""

    name: str
    status: AssumptionStatus
    detail: str


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """A figure to be drawn: its words, and the numbers it plots."""

    id: str
    kind: str
    title: str
    caption: str
    alt: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recheck:
    """What an estimate was computed from, for a second opinion: a kind of computation and its arrays, not copied."""

    kind: str
    """A key of :data:`leakstats.analysis.second_opinions.OPINIONS`."""
    data: Mapping[str, Any]


@dataclass(slots=True)
class Question:
    """One question asked of the results: run or not, why not, and what it assumed."""

    name: str
    status: Literal["run", "not_run"] = "run"
    reason: str = ""
    assumptions: list[Assumption] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "status": self.status,
            "reason": self.reason,
            "assumptions": [
                {"name": a.name, "status": a.status, "detail": a.detail} for a in dict.fromkeys(self.assumptions)
            ],
            "notes": list(dict.fromkeys(self.notes)),
        }


@dataclass(slots=True)
class Family:
    """Tests that multiplicity correction ranges over, in the order they entered the ledger."""

    name: str
    method: str
    note: str
    keys: list[str] = field(default_factory=list)
    adjusted: dict[str, PValue] = field(default_factory=dict)
    """Adjusted p-values that a joint procedure (max-T) gave; the others are adjusted from the ledger's p-values."""

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "size": len(self.keys), "method": self.method, "keys": self.keys, "note": self.note}


NULL_IS_ZERO = frozenset({"spearman", "pearson", "kendall", "difference", "net_change", "slope"})
"""Statistics whose interval and p-value speak of the same null, so that a reader may hold them side by side."""


def _with_disagreement(estimate: Estimate) -> Estimate:
    """A note where the headline interval and p-value decide differently: they come from different procedures."""
    p, interval = estimate.p_value, estimate.interval
    if (
        p is None
        or interval is None
        or p.alternative != "two-sided"
        or (0.0 in interval) == (p.value > 1.0 - interval.level)
    ):
        return estimate
    return estimate.with_notes(
        f"interval and p decide differently at {1.0 - interval.level:.2g}: the interval is {interval.method},"
        f" the p-value {p.method}; neither should be quoted without the other"
    )


class Ledger:
    """Collects what the questions compute. Nothing that was run can be left out: modules have no other output.

    With ``keep_arrays`` it also keeps, by key, what each estimate was computed from; else nothing is held.
    """

    def __init__(self, *, keep_arrays: bool = False) -> None:
        self.rechecks: dict[str, Recheck] | None = {} if keep_arrays else None
        self.entries: dict[EstimateId, Entry] = {}
        self.tables: dict[str, Table] = {}
        self.figures: list[FigureSpec] = []
        self.drawn: list[Figure] = []
        self.questions: dict[str, Question] = {}
        self.families: dict[str, Family] = {}

    def question(self, name: str) -> Question:
        """The question of that name, opened on first use."""
        return self.questions.setdefault(name, Question(name))

    def add(
        self,
        analysis: str,
        statistic: str,
        compute: Callable[[], Estimate] | Estimate | Undefined,
        *,
        label: str,
        unit_noun: str,
        unit: Unit = "number",
        facets: Mapping[str, Facet] | None = None,
        definition: str = "",
        role: Role = "secondary",
        family: str | None = None,
        recheck: Recheck | None = None,
    ) -> Estimate | None:
        """Compute and enter one estimate; an undefined one is entered with its reason and ``None`` is returned."""
        key = EstimateId(analysis, statistic, facets or {}, definition)
        if key in self.entries:
            raise ValueError(f"the ledger already holds {key}")  # a defect of ours: two computations, one id
        result: Estimate | Undefined
        try:
            result = compute() if callable(compute) else compute
        except UndefinedEstimate as error:
            result = Undefined.from_error(error)
        if statistic in NULL_IS_ZERO and isinstance(result, Estimate):
            result = _with_disagreement(result)
        tests = isinstance(result, Estimate) and result.p_value is not None
        if family is not None and tests:
            self.families[family].keys.append(str(key))
        self.entries[key] = Entry(key, result, label, unit_noun, role, family if tests else None, unit=unit)
        if recheck is not None:
            self.recheck(str(key), recheck)
        return result if isinstance(result, Estimate) else None

    def recheck(self, key: str, recheck: Recheck) -> None:
        """Keep what an estimate, or a table, was computed from, if a second opinion was asked for."""
        if self.rechecks is not None:
            self.rechecks[key] = recheck

    def open_family(self, name: str, *, method: str, note: str) -> Family:
        """Declare a family before tests are entered into it."""
        return self.families.setdefault(name, Family(name, method, note))

    def table(self, table: Table) -> None:
        if table.id in self.tables:
            raise ValueError(f"the ledger already holds the table {table.id}")
        self.tables[table.id] = table

    def close_families(self) -> None:
        """Adjust every family's p-values by its method; sizes are what the ledger counted."""
        by_key = {str(k): k for k in self.entries}
        for family in self.families.values():
            adjusted = dict(family.adjusted)
            if family.method not in ("none", "max-t"):
                headline = [self._headline(by_key[key]) for key in family.keys]
                values = adjust(headline, method=family.method)  # type: ignore[call-overload]
                for key, value in zip(family.keys, values, strict=True):
                    if isinstance(value, PValue):
                        adjusted.setdefault(key, value)
            for key, p_value in adjusted.items():
                entry_id = by_key[key]
                self.entries[entry_id] = replace(self.entries[entry_id], adjusted_p=p_value)

    def _headline(self, key: EstimateId) -> PValue:
        p = self.entries[key].estimate.p_value
        if p is None:
            raise ValueError(f"{key} is in a family but has no p-value")
        return p

    def estimates(self, analysis: str, statistic: str, **facets: Facet) -> Sequence[tuple[EstimateId, Estimate]]:
        """The defined estimates of that kind, in ledger order."""
        return [
            (k, e.result)
            for k, e in self.entries.items()
            if k.matches(analysis=analysis, statistic=statistic, **facets) and isinstance(e.result, Estimate)
        ]
