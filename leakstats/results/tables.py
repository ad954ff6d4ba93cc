"""The columnar tables of a results file: dictionary-coded factors beside arrays."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from leakstats.errors import DesignError, InputError

__all__ = [
    "CellTable",
    "Centring",
    "Factor",
    "GeometryTable",
    "IntArray",
    "Level",
    "NamedColumn",
    "Reported",
    "SimilarityTable",
    "Table",
    "code_groups",
    "in_order",
    "row_keys",
]

Level = str | int
_ORDER = ("source", "condition", "checkpoint", "training_seed", "sampling_seed", "persona", "question", "layer")
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def _frozen(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    values.flags.writeable = False
    return values


def _same_floats(a: FloatArray, b: FloatArray) -> bool:
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=True))


def _same(a: Any, b: Any) -> bool:
    """Equality of field values, arrays inside tuples included."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return _same_floats(a, b) if a.dtype.kind == "f" else bool(np.array_equal(a, b))
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


@dataclass(frozen=True, eq=False, slots=True)
class Factor:
    """A factor of a table: its levels, and for each row the index of the row's level.

    ``codes`` is int64 of shape (rows,), read-only; ``levels`` are those of the whole file, so that codes of one factor
    mean the same in every table.
    """

    levels: tuple[Level, ...]
    codes: IntArray

    def __post_init__(self) -> None:
        codes = np.asarray(self.codes)
        if codes.ndim != 1 or codes.dtype.kind not in "iu":
            raise InputError(f"codes must be a 1-d array of integers, got {codes.dtype} of shape {codes.shape}")
        codes = codes.astype(np.int64)  # a copy: the caller's array stays writable
        if codes.size and (codes.min() < 0 or codes.max() >= len(self.levels)):
            raise InputError(f"codes must lie in 0..{len(self.levels) - 1}, got {int(codes.min())}..{int(codes.max())}")
        object.__setattr__(self, "codes", _frozen(codes))
        object.__setattr__(self, "levels", tuple(self.levels))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Factor):
            return NotImplemented
        return self.levels == other.levels and np.array_equal(self.codes, other.codes)

    def __hash__(self) -> int:
        return hash(self.levels)

    @property
    def present(self) -> tuple[Level, ...]:
        """The levels that occur, in the order of ``levels``."""
        return tuple(self.levels[c] for c in np.unique(self.codes).tolist())

    @property
    def values(self) -> npt.NDArray[np.object_]:
        """The level of each row, shape (rows,)."""
        return np.array(self.levels, dtype=object)[self.codes]

    def code(self, level: Level) -> int:
        """The code of ``level``; :class:`InputError` if there is no such level.

        >>> Factor(("a", "b"), np.array([0, 1, 1])).code("b")
        1
        """
        for i, known in enumerate(self.levels):
            if known == level and type(known) is type(level):
                return i
        shown = ", ".join(repr(v) for v in self.levels[:12]) + (", ..." if len(self.levels) > 12 else "")
        raise InputError(f"no level is called {level!r}; there are {shown}")

    def take(self, rows: npt.NDArray[Any]) -> Factor:
        """The factor of a part of the rows (indices or a mask)."""
        return Factor(self.levels, self.codes[rows])


_V = TypeVar("_V")


def in_order(factors: Mapping[str, _V]) -> dict[str, _V]:
    """The factors from the outermost to the innermost, others by name: a file's key order says nothing."""
    rank = {name: i for i, name in enumerate(_ORDER)}
    return {n: factors[n] for n in sorted(factors, key=lambda n: (rank.get(n, len(rank)), n))}


def row_keys(codes: Sequence[IntArray], sizes: Sequence[int], n_rows: int) -> IntArray:
    """One integer a row, equal where all codes are equal, shape (rows,).

    ``sizes`` are the numbers of levels. Where the product of the sizes would overflow, keys are compacted on the way;
    they are then still equal exactly where the codes are.
    """
    keys = np.zeros(n_rows, dtype=np.int64)
    span = 1
    for c, size in zip(codes, sizes, strict=True):
        if span > 2**62 // max(size, 1):
            keys = np.unique(keys, return_inverse=True)[1].reshape(-1).astype(np.int64)
            span = n_rows
        keys = keys * size + c
        span *= max(size, 1)
    return keys


def code_groups(keys: IntArray) -> tuple[IntArray, IntArray]:
    """First row of each group in order of first appearance, and for each row its group, shape (rows,)."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return first[order].astype(np.int64), rank[inverse.reshape(-1)].astype(np.int64)


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """What all tables share: an id, factors with a code a row, and factors that are constant."""

    id: str
    factors: Mapping[str, Factor]
    constants: Mapping[str, Level] = field(default_factory=dict)
    description: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", in_order(self.factors))
        rows = {name: f.codes.size for name, f in self.factors.items()}
        if len(set(rows.values())) > 1:
            raise InputError(f"table {self.id!r}: factors differ in length: {rows}")
        both = sorted(set(self.factors) & set(self.constants))
        if both:
            raise InputError(f"table {self.id!r}: {', '.join(both)} is both a factor and a constant")

    def _lengths(self) -> dict[str, int]:
        return {}

    def _check_lengths(self) -> None:
        bad = {k: n for k, n in self._lengths().items() if n != self.n_rows}
        if bad:
            raise InputError(f"table {self.id!r}: has {self.n_rows} rows, but {bad} values")

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        for f in self.factors.values():
            return int(f.codes.size)
        return next(iter(self._lengths().values()), 0)

    def _known(self, name: str) -> None:
        if name not in self.factors and name not in self.constants:
            have = ", ".join([*self.factors, *(f"{c} (constant)" for c in self.constants)]) or "none"
            raise InputError(f"table {self.id!r} has no factor {name!r}; it has {have}")

    def levels(self, name: str) -> tuple[Level, ...]:
        """The levels of a factor that occur here, in the order of the file; one level for a constant."""
        self._known(name)
        return self.factors[name].present if name in self.factors else (self.constants[name],)

    def column(self, name: str) -> npt.NDArray[np.object_]:
        """The level of each row, shape (rows,); a constant is repeated."""
        self._known(name)
        if name in self.factors:
            return self.factors[name].values
        out = np.empty(self.n_rows, dtype=object)
        out[:] = self.constants[name]
        return out

    def mask(self, **levels: Level | Iterable[Level]) -> npt.NDArray[np.bool_]:
        """True for the rows whose factors have the given level, or one of the given levels."""
        out = np.ones(self.n_rows, dtype=bool)
        for name, wanted in levels.items():
            self._known(name)
            several = [wanted] if isinstance(wanted, str | int) else list(wanted)
            if name in self.constants:
                if self.constants[name] not in several:
                    raise InputError(
                        f"table {self.id!r}: {name} is always {self.constants[name]!r}, none of {several!r}"
                    )
                continue
            f = self.factors[name]
            try:
                wanted_codes = [f.code(v) for v in several]
            except InputError as error:
                raise InputError(f"table {self.id!r}, factor {name}: {error}") from None
            out &= np.isin(f.codes, wanted_codes)
        return out

    def rows(self, rows: npt.NDArray[Any]) -> Self:
        """A part of the rows (indices or a mask), in the given order."""
        return dataclasses.replace(self, factors={k: f.take(rows) for k, f in self.factors.items()}, **self._take(rows))

    def _take(self, rows: npt.NDArray[Any]) -> dict[str, Any]:
        return {}

    def select(self, **levels: Level | Iterable[Level]) -> Self:
        """The rows whose factors have the given level, or one of the given levels."""
        return self.rows(np.flatnonzero(self.mask(**levels)))

    def keys(self, names: Sequence[str]) -> IntArray:
        """One integer a row, equal where all the named factors are equal, shape (rows,)."""
        for name in names:
            self._known(name)
        varying = [self.factors[n] for n in names if n in self.factors]
        return row_keys([f.codes for f in varying], [len(f.levels) for f in varying], self.n_rows)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(getattr(self, f.name), getattr(other, f.name)) for f in dataclasses.fields(self))

    __hash__ = None  # type: ignore[assignment]

    def _frame_columns(self) -> dict[str, Any]:
        return {}

    def to_pandas(self) -> Any:
        """The rows as a ``pandas.DataFrame``: a column a constant and factor, then the values."""
        import pandas as pd  # late: half a second

        data: dict[str, Any] = {}
        for name in in_order({**self.constants, **self.factors}):
            values = self.column(name)
            whole = self.n_rows > 0 and all(type(v) is int for v in self.levels(name))
            data[name] = values.astype(np.int64) if whole else values
        frame = pd.DataFrame({**data, **self._frame_columns()})
        if "printed" in frame:  # pandas would turn the None of an unprinted cell into NaN
            frame["printed"] = pd.Series(self._frame_columns()["printed"], dtype=object)
        return frame


@dataclass(frozen=True, eq=False, slots=True)
class Reported:
    """What a page printed for each cell, as fractions in [0, 1]; NaN where nothing is printed."""

    printed: tuple[str | None, ...]
    unit: str
    value: FloatArray
    low: FloatArray
    high: FloatArray
    declared_trials: int | None
    trials_status: str
    trials_reason: str | None

    def take(self, rows: npt.NDArray[Any]) -> Reported:
        """A part of the rows."""
        index = np.arange(len(self.printed))[rows]
        return dataclasses.replace(
            self,
            printed=tuple(self.printed[i] for i in index.tolist()),
            value=_frozen(self.value[index]),
            low=_frozen(self.low[index]),
            high=_frozen(self.high[index]),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reported):
            return NotImplemented
        plain = ("printed", "unit", "declared_trials", "trials_status", "trials_reason")
        return all(getattr(self, n) == getattr(other, n) for n in plain) and all(
            _same_floats(getattr(self, n), getattr(other, n)) for n in ("value", "low", "high")
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CellTable(Table):
    """Rates at the finest grain known: counts (``kind`` "counted"), or printed rates (``kind`` "reported").

    Examples
    --------
    >>> cells = CellTable(
    ...     id="cells", outcome="marker", role="leakage", summed_over={"completion": 10},
    ...     factors={"persona": Factor(("a", "b"), np.array([0, 0, 1, 1])),
    ...              "question": Factor((0, 1), np.array([0, 1, 0, 1]))},
    ...     counts=(np.array([1, 2, 3, 4]), np.array([10, 10, 10, 10])))
    >>> cells.rate
    array([0.1, 0.2, 0.3, 0.4])
    >>> whole = cells.aggregate(by=("persona",))
    >>> whole.successes, whole.trials, whole.summed_over
    (array([3, 7]), array([20, 20]), {'completion': 10, 'question': 2})
    """

    outcome: str
    role: str
    counts: tuple[IntArray, IntArray] | None = None
    """(successes, trials), each int64 of shape (rows,); None for a reported table."""
    summed_over: Mapping[str, int] = field(default_factory=dict)
    trials_note: str | None = None
    reported: Reported | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.counts is None) == (self.reported is None):
            raise InputError(f"table {self.id!r}: give counts or reported rates, one of the two")
        if self.counts is not None:
            pair = tuple(np.array(c, dtype=np.int64) for c in self.counts)
            object.__setattr__(self, "counts", tuple(_frozen(c) for c in pair))
        self._check_lengths()
        if self.counts is not None:
            successes, trials = self.counts
            bad = np.flatnonzero((successes < 0) | (trials < 1) | (successes > trials))
            if bad.size:
                i = int(bad[0])
                raise InputError(
                    f"table {self.id!r}, row {i}: {successes[i]} successes of {trials[i]} trials; "
                    "0 <= successes <= trials and trials >= 1 are needed"
                )

    @property
    def kind(self) -> str:
        """\"counted\" or \"reported\"."""
        return "counted" if self.counts is not None else "reported"

    def _counted(self) -> tuple[IntArray, IntArray]:
        if self.counts is None:
            raise DesignError(
                f"table {self.id!r} holds printed rates only, no counts: what needs successes and trials "
                "(Wilson, clustered intervals, tests on counts) cannot be computed from it; "
                "use .rate, .reported.low and .reported.high, or store the counts"
            )
        return self.counts

    @property
    def successes(self) -> IntArray:
        """Completions with the outcome, int64, shape (rows,). :class:`DesignError` for a reported table."""
        return self._counted()[0]

    @property
    def trials(self) -> IntArray:
        """Completions judged, int64, shape (rows,). :class:`DesignError` for a reported table."""
        return self._counted()[1]

    @property
    def rate(self) -> FloatArray:
        """Successes / trials, or the printed rate; fractions in [0, 1], NaN where a reported cell prints none."""
        if self.counts is None:
            return self._reported().value
        return np.asarray(self.counts[0] / self.counts[1], dtype=np.float64)

    def _reported(self) -> Reported:
        if self.reported is None:
            raise DesignError(f"table {self.id!r} is counted; it has no printed rates")
        return self.reported

    @property
    def n_cells(self) -> int:
        """Number of cells (rows)."""
        return self.n_rows

    def _lengths(self) -> dict[str, int]:
        if self.counts is not None:
            return {"successes": self.counts[0].size, "trials": self.counts[1].size}
        rep = self._reported()
        return {"printed": len(rep.printed), "low": rep.low.size, "high": rep.high.size}

    def _take(self, rows: npt.NDArray[Any]) -> dict[str, Any]:
        if self.counts is not None:
            return {"counts": (self.counts[0][rows], self.counts[1][rows])}
        return {"reported": self._reported().take(rows)}

    def aggregate(self, *, by: Sequence[str]) -> CellTable:
        """Counts summed over every factor not in ``by``; constants stay.

        Rows are in order of first appearance. ``summed_over`` gains the factors summed over where every cell holds
        the same complete crossing of them; else ``trials_note`` says that cells differ.

        Raises
        ------
        DesignError
            For a reported table: printed rates cannot be summed.
        """
        successes, trials = self._counted()
        names = [n for n in by if n not in self.constants]
        keys = self.keys(names)
        first, group = code_groups(keys)
        n = first.size
        summed = (np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64))
        for total, part in zip(summed, (successes, trials), strict=True):
            np.add.at(total, group, part)
        over = [name for name in self.factors if name not in names]
        counts = {name: self._levels_per_group(name, group, n) for name in over}
        complete = self.trials_note is None and all(c is not None for c in counts.values())
        merged = {**self.summed_over, **{name: c for name, c in counts.items() if c is not None}}
        complete = complete and bool(np.all(summed[1] == math.prod(merged.values())))
        note = self.trials_note
        if over and not complete:
            differ = f"summed over {', '.join(over)}; cells need not hold the same number of rows"
            note = f"{note}; {differ}" if note else differ
        return dataclasses.replace(
            self,
            factors={name: self.factors[name].take(first) for name in names},
            counts=summed,
            summed_over=merged if complete else dict(self.summed_over),
            trials_note=note,
        )

    def _levels_per_group(self, name: str, group: IntArray, n_groups: int) -> int | None:
        """How many levels of a factor each group holds, where all hold equally many; else None."""
        f = self.factors[name]
        pairs = np.unique(group * len(f.levels) + f.codes)
        held = np.unique(np.bincount(pairs // len(f.levels), minlength=n_groups))
        return int(held[0]) if held.size == 1 else None

    def _frame_columns(self) -> dict[str, Any]:
        if self.counts is not None:
            return {"successes": self.counts[0], "trials": self.counts[1], "rate": self.rate}
        rep = self._reported()
        return {"printed": list(rep.printed), "rate": rep.value, "low": rep.low, "high": rep.high}

    def __repr__(self) -> str:
        factors = " x ".join(f"{n} ({len(f.present)})" for n, f in self.factors.items()) or "no factors"
        return f"<CellTable {self.id!r}: {self.kind} {self.outcome}, role {self.role}, {self.n_cells} cells, {factors}>"


@dataclass(frozen=True, slots=True)
class Centring:
    """What was subtracted before vectors were compared."""

    set: str
    method: str
    personas: tuple[str, ...] | None = None
    n: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SimilarityTable(Table):
    """Similarities; ``values`` is float64 of shape (rows,), NaN where missing (``missing_reason`` says why)."""

    measure: str
    values: FloatArray
    kind: str = "measured"
    compared: str = ""
    printed: tuple[str | None, ...] | None = None
    missing_reason: str | None = None
    reference: str | None = None
    centring: Centring | None = None
    token_position: str | None = None
    layer_convention: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "values", _frozen(np.array(self.values, dtype=np.float64)))
        self._check_lengths()

    def _lengths(self) -> dict[str, int]:
        return {"values": self.values.size}

    def _take(self, rows: npt.NDArray[Any]) -> dict[str, Any]:
        index = np.arange(self.values.size)[rows]
        printed = None if self.printed is None else tuple(self.printed[i] for i in index.tolist())
        return {"values": self.values[index], "printed": printed}

    def _frame_columns(self) -> dict[str, Any]:
        return (
            {self.measure: self.values}
            if self.printed is None
            else {
                self.measure: self.values,
                "printed": list(self.printed),
            }
        )

    def values_for(self, cells: Table, **fixed: Level) -> FloatArray:
        """The similarity of each row of ``cells``, float64 of shape (rows of ``cells``,); NaN where there is none.

        Rows are matched on the factors that both tables have; ``fixed`` gives the level of the others, such as
        ``layer=20``. A constant on one side matches the factor or constant of the other.

        Raises
        ------
        DesignError
            If more than one similarity belongs to a row (a factor is neither shared nor fixed), or nothing is shared.
        """
        part = self.select(**fixed) if fixed else self
        shared = [n for n in part.factors if n not in fixed and (n in cells.factors or n in cells.constants)]
        loose = [n for n in part.factors if n not in shared and len(part.levels(n)) > 1]
        if loose:
            raise DesignError(
                f"similarity {self.id!r} varies over {', '.join(loose)}, which table {cells.id!r} does not have; "
                f"fix it, such as {loose[0]}={part.levels(loose[0])[0]!r}"
            )
        constants = [n for n in part.constants if n not in fixed and n in cells.factors]
        if not shared and not constants:
            raise DesignError(f"similarity {self.id!r} and table {cells.id!r} share no factor")
        mine, theirs = [], []
        for n in shared:
            f = part.factors[n]
            where = {(type(v), v): i for i, v in enumerate(f.levels)}
            mine.append(f.codes)
            if n in cells.constants:
                c = cells.constants[n]
                theirs.append(np.full(cells.n_rows, where.get((type(c), c), -1), dtype=np.int64))
            else:
                other = cells.factors[n]
                lookup = np.array([where.get((type(v), v), -1) for v in other.levels], dtype=np.int64)
                theirs.append(lookup[other.codes])
        both = [np.concatenate(pair) for pair in zip(mine, theirs, strict=True)]
        absent = np.zeros(cells.n_rows, dtype=bool)
        for codes in theirs:
            absent |= codes < 0
        sizes = [len(part.factors[n].levels) for n in shared]
        keys = row_keys([np.maximum(c, 0) for c in both], sizes, part.n_rows + cells.n_rows)
        own, sought = keys[: part.n_rows], keys[part.n_rows :]
        order = np.argsort(own, kind="stable")
        ranked = own[order]
        twice = np.flatnonzero(ranked[1:] == ranked[:-1])
        if twice.size:
            i = int(order[twice[0]])
            row = {n: part.column(n)[i] for n in shared}
            raise DesignError(f"similarity {self.id!r} has two values for {row}")
        at = np.minimum(np.searchsorted(ranked, sought), max(ranked.size - 1, 0))
        out = np.full(cells.n_rows, np.nan)
        if ranked.size:
            hit = ~absent & (ranked[at] == sought)
            out[hit] = part.values[order[at[hit]]]
        for n in constants:
            out[cells.column(n) != part.constants[n]] = np.nan
        return out

    def __repr__(self) -> str:
        factors = " x ".join(f"{n} ({len(f.present)})" for n, f in self.factors.items()) or "no factors"
        return f"<SimilarityTable {self.id!r}: {self.kind} {self.measure}, {self.n_rows} values, {factors}>"


@dataclass(frozen=True, eq=False, slots=True)
class NamedColumn:
    """A column with its unit; ``values`` is float64 of shape (rows,), NaN where missing."""

    values: FloatArray
    unit: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _frozen(np.array(self.values, dtype=np.float64)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NamedColumn):
            return NotImplemented
        return (self.unit, self.description) == (other.unit, other.description) and _same_floats(
            self.values, other.values
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class GeometryTable(Table):
    """Stored summaries of representations: named columns, NaN where missing."""

    quantity: str
    columns: Mapping[str, NamedColumn]
    reason_missing: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_lengths()

    def values(self, column: str) -> FloatArray:
        """One column, float64 of shape (rows,)."""
        if column not in self.columns:
            raise InputError(f"geometry {self.id!r} has no column {column!r}; it has {', '.join(self.columns)}")
        return self.columns[column].values

    def _lengths(self) -> dict[str, int]:
        return {name: c.values.size for name, c in self.columns.items()}

    def _take(self, rows: npt.NDArray[Any]) -> dict[str, Any]:
        return {"columns": {k: dataclasses.replace(c, values=c.values[rows]) for k, c in self.columns.items()}}

    def _frame_columns(self) -> dict[str, Any]:
        return {name: c.values for name, c in self.columns.items()}

    def __repr__(self) -> str:
        return f"<GeometryTable {self.id!r}: {self.quantity}, {self.n_rows} rows, columns {', '.join(self.columns)}>"
