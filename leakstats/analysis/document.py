"""analysis.json as an object: estimates by id, tables, figures. Light, so that the linter can read it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from leakstats.contracts import check_document
from leakstats.errors import ContractError, LeakstatsError, Violation
from leakstats.estimate import Estimate, PValue, Undefined
from leakstats.files import read_bytes, read_json, sha256_of
from leakstats.ident import EstimateId, Facet

__all__ = ["SCHEMA", "AnalysisDocument", "Entry", "Figure", "Role", "Table", "Unit"]

SCHEMA = "analysis.v1"
Role = Literal["primary", "secondary", "exploratory", "descriptive"]
Unit = Literal["number", "fraction", "points", "count"]
"""A bare number; a fraction, printed in percent; a difference of fractions, printed in points; a whole number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One estimate of the ledger with what the analysis knows about it."""

    id: EstimateId
    result: Estimate | Undefined
    label: str
    """Words for a reader: "Spearman ρ, villain, layer 20"."""
    unit_noun: str
    """What ``n`` counts: "bystanders"."""
    role: Role = "secondary"
    family: str | None = None
    """The multiplicity family this test belongs to; ``None`` for what is no test."""
    adjusted_p: PValue | None = None
    unit: Unit = "number"
    """Of the value and the interval."""

    @property
    def estimate(self) -> Estimate:
        """The estimate; raises :class:`LeakstatsError` with the stored reason where it is undefined."""
        if isinstance(self.result, Undefined):
            raise LeakstatsError(f"{self.id} has no value: {self.result.reason}")
        return self.result

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id.to_json(),
            "key": str(self.id),
            "label": self.label,
            "unit": self.unit,
            "unit_noun": self.unit_noun,
            "role": self.role,
            "family": self.family,
            "adjusted_p": None if self.adjusted_p is None else self.adjusted_p.to_json(),
            "result": self.result.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        result, adjusted = data["result"], data["adjusted_p"]
        return cls(
            id=EstimateId.from_json(data["id"]),
            result=Estimate.from_json(result) if result["status"] == "ok" else Undefined.from_json(result),
            label=data["label"],
            unit=data["unit"],
            unit_noun=data["unit_noun"],
            role=data["role"],
            family=data["family"],
            adjusted_p=None if adjusted is None else PValue.from_json(adjusted),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A columnar table: factor columns name the rows, the other columns hold numbers (``None`` where undefined)."""

    id: str
    title: str
    factors: Mapping[str, Sequence[Facet | None]]
    columns: Mapping[str, Sequence[float | int | None]]
    units: Mapping[str, str]
    """Of each column: "count", "fraction", "points", "flag" (0 or 1), "cosine", "z", "p" or "" (a bare number)."""
    method: str = ""
    notes: tuple[str, ...] = ()
    undefined: Mapping[str, str] = field(default_factory=dict)
    """Why a column has empty cells, by column."""

    def __len__(self) -> int:
        return len(next(iter((*self.factors.values(), *self.columns.values())), ()))

    def rows(self, **facets: Facet) -> list[int]:
        """Indices of the rows whose factors have the given levels."""
        return [i for i in range(len(self)) if all(self.factors[k][i] == v for k, v in facets.items())]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "factors": {k: list(v) for k, v in self.factors.items()},
            "columns": {k: list(v) for k, v in self.columns.items()},
            "units": dict(self.units),
            "method": self.method,
            "notes": list(self.notes),
            "undefined": dict(self.undefined),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Table:
        fields = {name: data[name] for name in ("id", "title", "factors", "columns", "units", "method", "undefined")}
        return cls(**fields, notes=tuple(data["notes"]))


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure's identity, words and files; paths are relative to analysis.json."""

    id: str
    kind: str
    title: str
    caption: str
    alt: str
    files: Mapping[str, Mapping[str, str]]
    """For each of png, pdf, data: its path and sha256. Empty if the figures were not drawn."""

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figure:
        return cls(**data)


class AnalysisDocument:
    """A read-only view of analysis.json.

    ``raw`` is the whole document; what has no method here is read from it by key.
    """

    def __init__(self, raw: Mapping[str, Any], *, path: Path | None = None, sha256: str = "") -> None:
        self.raw = raw
        self.path = path
        self.sha256 = sha256
        self.entries = tuple(Entry.from_json(e) for e in raw["estimates"])
        self._by_id = {e.id: e for e in self.entries}
        self._tables = {t["id"]: Table.from_json(t) for t in raw["tables"]}
        self._figures = {f["id"]: Figure.from_json(f) for f in raw["figures"]}

    @classmethod
    def load(cls, path: Path | str, *, check: bool = True) -> AnalysisDocument:
        """Read analysis.json; ``check=False`` skips the JSON Schema (and its import), not the basic form.

        Raises
        ------
        LeakstatsError
            If the file is missing or unreadable.
        ContractError
            If it is no analysis.v1 file; all violations are listed.
        """
        raw = read_json(path)
        if check or not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
            check_document(raw, SCHEMA, where=str(path))
        try:
            return cls(raw, path=Path(path), sha256=sha256_of(read_bytes(path)))
        except (KeyError, TypeError, AttributeError) as error:
            problem = Violation("", f"is not a complete {SCHEMA} file ({type(error).__name__}: {error})")
            raise ContractError(str(path), [problem]) from None

    def find(self, key: str | EstimateId) -> Entry | None:
        """The entry of that id, or ``None``."""
        return self._by_id.get(EstimateId.parse(key) if isinstance(key, str) else key)

    def get(self, key: str | EstimateId) -> Entry:
        """The entry of that id.

        Raises
        ------
        LeakstatsError
            If there is none; the message suggests the nearest ids.
        """
        entry = self.find(key)
        if entry is not None:
            return entry
        near = difflib.get_close_matches(str(key), [str(e.id) for e in self.entries], n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise LeakstatsError(f"the analysis has no estimate {key}{hint}")

    def select(self, *, analysis: str | None = None, statistic: str | None = None, **facets: Facet) -> list[Entry]:
        """All entries with the given analysis, statistic and (at least) the given facets, in ledger order."""
        return [e for e in self.entries if e.id.matches(analysis=analysis, statistic=statistic, **facets)]

    def to_pandas(self) -> Any:
        """All estimates as a ``pandas.DataFrame`` (see :func:`leakstats.export.to_pandas`)."""
        from leakstats.export import to_pandas  # late: pandas

        return to_pandas(self.entries)

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(self._tables.values())

    def table(self, table_id: str) -> Table:
        """The table of that id; raises :class:`LeakstatsError` that lists the known ids."""
        try:
            return self._tables[table_id]
        except KeyError:
            raise LeakstatsError(f"the analysis has no table {table_id!r}; it has {', '.join(self._tables)}") from None

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(self._figures.values())

    def figure(self, figure_id: str) -> Figure:
        """The figure of that id; raises :class:`LeakstatsError` that lists the known ids."""
        try:
            return self._figures[figure_id]
        except KeyError:
            known = ", ".join(self._figures) or "none"
            raise LeakstatsError(f"the analysis has no figure {figure_id!r}; it has {known}") from None
