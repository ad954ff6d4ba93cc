"""Columns of a document as arrays, every bad row noted with its JSON pointer."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.contracts import pointer_of
from leakstats.errors import Violation
from leakstats.results.tables import FloatArray, IntArray

__all__ = ["Found", "listed", "shown"]

_ROWS_LISTED = 5
_INT64 = 2**63


def shown(value: Any, limit: int = 60) -> str:
    """A value as it stands in the file, cut to ``limit`` characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def listed(values: Iterable[Any], *, most: int = 8) -> str:
    """``values`` in a sentence: the first few, then how many more."""
    every = [shown(v) for v in values]
    if not every:
        return "none"
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


class Found:
    """Collects violations; repeated ones in a column are listed five times and then counted."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def add(self, path: tuple[str | int, ...], message: str, help_text: str = "") -> None:
        """One violation at a place."""
        self.violations.append(Violation(pointer_of(path), message, help_text))

    def rows(
        self,
        path: tuple[str | int, ...],
        rows: npt.NDArray[Any] | list[int],
        message: Callable[[int], str],
        help_text: str = "",
    ) -> None:
        """One violation a row of a column; ``message`` gives the sentence for a row number."""
        every = [int(r) for r in rows]
        for r in every[:_ROWS_LISTED]:
            self.add((*path, r), message(r), help_text)
        if len(every) > _ROWS_LISTED:
            n = len(every) - _ROWS_LISTED
            self.add(path, f"and {n} more row{'s' if n > 1 else ''} of this kind, up to row {every[-1]}", help_text)

    def integers(self, path: tuple[str | int, ...], values: Any) -> IntArray | None:
        """An int64 array of shape (rows,), or None where something is no integer (noted)."""
        if not isinstance(values, list):
            return None
        if set(map(type, values)) <= {int}:
            try:
                return np.array(values, dtype=np.int64)
            except OverflowError:
                bad = [i for i, v in enumerate(values) if not -_INT64 <= v < _INT64]
        else:
            bad = [i for i, v in enumerate(values) if type(v) is not int]
        self.rows(
            path, bad, lambda r: f"is {shown(values[r])}; expected a whole number", _help_for_integer(values, bad)
        )
        return None

    def numbers(self, path: tuple[str | int, ...], values: Any) -> FloatArray | None:
        """A float64 array of shape (rows,), NaN for null, or None where something is no number (noted)."""
        if not isinstance(values, list):
            return None
        if set(map(type, values)) <= {int, float, type(None)}:
            try:
                out = np.array(values, dtype=np.float64)
            except OverflowError:
                bad = [i for i, v in enumerate(values) if type(v) is int and abs(v) > 10**308]
            else:
                nulls = values.count(None)
                if nulls == np.count_nonzero(~np.isfinite(out)):
                    return out
                bad = [i for i, v in enumerate(values) if v is not None and not math.isfinite(v)]
        else:
            bad = [i for i, v in enumerate(values) if type(v) not in (int, float, type(None))]
        self.rows(
            path,
            bad,
            lambda r: f"is {shown(values[r])}; expected a finite number or null",
            "write null where a value is missing, and numbers without quotes",
        )
        return None

    def texts(
        self, path: tuple[str | int, ...], values: Any, *, null: bool = True, integers: bool = False
    ) -> list[Any] | None:
        """The list itself if every entry is text (or null, or an integer where allowed), else None (noted)."""
        if not isinstance(values, list):
            return None
        allowed: set[type] = {str} | ({type(None)} if null else set()) | ({int} if integers else set())
        if set(map(type, values)) <= allowed:
            return values
        wanted = "text" + (", a whole number" if integers else "") + (" or null" if null else "")
        bad = [i for i, v in enumerate(values) if type(v) not in allowed]
        self.rows(path, bad, lambda r: f"is {shown(values[r])}; expected {wanted}")
        return None

    def repeats(self, path: tuple[str | int, ...], values: list[Any], what: str) -> None:
        """Note entries that stand in ``values`` already."""
        first: dict[tuple[type, Any], int] = {}
        again = [i for i, v in enumerate(values) if first.setdefault((type(v), v), i) != i]
        self.rows(
            path,
            again,
            lambda r: (
                f"is {shown(values[r])} again; {what} must be distinct (first at {first[type(values[r]), values[r]]})"
            ),
        )

    def lengths(self, path: tuple[str | int, ...], lengths: dict[str, int], *, rows: int, of: str) -> None:
        """Note columns whose length is not ``rows``; ``lengths`` maps the pointer's last part to the length."""
        for name, n in lengths.items():
            if n != rows:
                self.add(
                    (*path, *name.split("/")), f"has {n} entries; {of} has {rows}", "all columns need equal length"
                )


def _help_for_integer(values: list[Any], bad: list[int]) -> str:
    v = values[bad[0]]
    if isinstance(v, float):
        return f"write {int(v)}, without a decimal point" if v.is_integer() else "counts and codes are whole numbers"
    if isinstance(v, str):
        return "write numbers without quotes"
    return "leave a row out where its value is missing" if v is None else ""
