"""A results file in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError
from leakstats.results.arrays import read_array
from leakstats.results.design import Canary, Design, Detector, Plan, Sample, Study
from leakstats.results.personas import Personas, Questions
from leakstats.results.tables import CellTable, Factor, GeometryTable, Level, SimilarityTable, Table

__all__ = ["ArrayFile", "Attribute", "FactorInfo", "Results", "factor_of"]


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A fact about each level of a factor, in the order of the levels."""

    values: tuple[str | float | None, ...]
    unit: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class FactorInfo:
    """The levels of a factor of the file, and facts about them."""

    levels: tuple[Level, ...]
    description: str = ""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ArrayFile:
    """A file of numbers beside the results; ``path`` is relative to the results file, ``sha256`` has its prefix."""

    id: str
    path: str
    sha256: str
    shape: tuple[int, ...]
    dtype: str
    axes: tuple[str, ...]
    description: str = ""


_T = TypeVar("_T", bound=Table)


def _by_id(what: str, tables: Sequence[_T], table_id: str) -> _T:
    for t in tables:
        if t.id == table_id:
            return t
    have = ", ".join(repr(t.id) for t in tables) or "none"
    raise InputError(f"no {what} is called {table_id!r}; there is {have}")


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that a results.v1 file holds. Rates are fractions in [0, 1].

    ``setup``, ``runs`` and ``provenance`` are plain JSON objects as the schema describes them.
    """

    study: Study
    factors: Mapping[str, FactorInfo]
    personas: Personas
    tables: tuple[CellTable, ...]
    design: Design
    plan: Plan
    detector: Detector
    provenance: Mapping[str, Any]
    questions: Questions | None = None
    similarity: tuple[SimilarityTable, ...] = ()
    geometry: tuple[GeometryTable, ...] = ()
    arrays: tuple[ArrayFile, ...] = ()
    samples: tuple[Sample, ...] = ()
    samples_note: str | None = None
    canaries: tuple[Canary, ...] = ()
    setup: Mapping[str, Any] = field(default_factory=dict)
    runs: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = field(default=None, compare=False, repr=False)
    """Where the file lies, for the arrays beside it; None for results made in memory."""

    def table(self, table_id: str) -> CellTable:
        """The table of rates of that id; :class:`InputError` if there is none."""
        return _by_id("table of rates", self.tables, table_id)

    def tables_with(self, *, role: str | None = None, outcome: str | None = None) -> tuple[CellTable, ...]:
        """The tables of rates of a role, an outcome, or both, in the order of the file."""
        return tuple(t for t in self.tables if role in (None, t.role) and outcome in (None, t.outcome))

    def similarity_table(self, table_id: str) -> SimilarityTable:
        """The similarity table of that id; :class:`InputError` if there is none."""
        return _by_id("similarity table", self.similarity, table_id)

    def geometry_table(self, table_id: str) -> GeometryTable:
        """The geometry table of that id; :class:`InputError` if there is none."""
        return _by_id("geometry table", self.geometry, table_id)

    def array(self, array_id: str) -> npt.NDArray[Any]:
        """The array of that id from its file beside the results, read-only; hash, shape and dtype are checked.

        Raises
        ------
        InputError
            If there is none of that id.
        LeakstatsError, ContractError, MissingDependency
            As :func:`~leakstats.results.arrays.read_array`.
        """
        for item in self.arrays:
            if item.id == array_id:
                return read_array(item, self.folder)
        have = ", ".join(repr(a.id) for a in self.arrays) or "none"
        raise InputError(f"no array is called {array_id!r}; there is {have}")

    def factor(self, name: str, values: Iterable[Level]) -> Factor:
        """A :class:`Factor` over this file's levels from the level of each row."""
        if name not in self.factors:
            raise InputError(f"no factor is called {name!r}; there is {', '.join(self.factors) or 'none'}")
        return factor_of(self.factors[name].levels, values)

    def to_pandas(self, table_id: str) -> Any:
        """A table of rates, similarities or geometry as a ``pandas.DataFrame``."""
        every: tuple[Table, ...] = (*self.tables, *self.similarity, *self.geometry)
        return _by_id("table", every, table_id).to_pandas()


def factor_of(levels: Sequence[Level], values: Iterable[Level]) -> Factor:
    """A :class:`Factor` of ``levels`` from the level of each row.

    >>> factor_of(("a", "b"), ["b", "a", "b"]).codes
    array([1, 0, 1])
    """
    where = {(type(v), v): i for i, v in enumerate(levels)}
    codes = []
    for row, v in enumerate(values):
        code = where.get((type(v), v))
        if code is None:
            raise InputError(f"row {row}: {v!r} is none of the levels {', '.join(repr(x) for x in levels[:12])}")
        codes.append(code)
    return Factor(tuple(levels), np.array(codes, dtype=np.int64))
