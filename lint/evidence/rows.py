"""Rows of a table that break the arithmetic which the other rows keep: rate = k / n, change = after − before, totals.

A relation is taken from the rows themselves: columns of which nearly all rows keep it, with values that differ. No
header is read, so that it holds in any language.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TypeAlias

from ..regex import regex
from .knowledge import Clash, Evidence
from .tables import CellNumber, Sheet, is_aggregate

__all__ = ["row_clashes"]

_MOST_COLUMNS = 12
_FEWEST = 4
"""Rows that a relation needs, one of which may break it."""
_FOR_TWO = 6
"""Rows of which two may break it: their cells were exchanged."""
_POWER = 5.0
"""How many times wider than what rounding allows the changes must spread."""
Column: TypeAlias = "dict[int, CellNumber]"


def row_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Cells that break what the other rows of their table keep."""
    for sheet in evidence.sheets:
        plain = {r for r, label in enumerate(sheet.labels) if not is_aggregate(label)}
        columns = _columns(sheet, plain)
        total, sums = _totals(sheet, plain)
        seen: set[int] = set()
        for clash, cell in itertools.chain(
            _rates(evidence, _columns(sheet, {*plain, total}) if total is not None else columns),
            _changes(evidence, columns),
            _summed(evidence, sums),
        ):
            if id(cell) not in seen:
                seen.add(id(cell))
                yield clash


_POOLED = regex(r"^[\s*_]*(?:pooled|all|overall|total|combined|sum|together|everything|grand)\b", re.IGNORECASE)
"""Rows over all the others that sum counts up; a mean row does not."""


def _columns(sheet: Sheet, rows: Collection[int]) -> dict[tuple[int, int], Column]:
    out: dict[tuple[int, int], Column] = defaultdict(dict)
    for item in sheet.numbers:
        if not item.number.bound and item.row in rows:
            out[(item.column, item.position)][item.row] = item
    return {c: cells for c, cells in out.items() if len(cells) >= _FEWEST and c[0] <= _MOST_COLUMNS}


def _kept(fits: dict[int, bool]) -> bool:
    """True if the rows keep a relation, but for one or two."""
    wrong = sum(not x for x in fits.values())
    return len(fits) >= _FEWEST and 0 < wrong <= (2 if len(fits) >= _FOR_TWO else 1)


def _of(column: Column, role: str) -> bool:
    return all(x.number.role == role for x in column.values())


def _rates(evidence: Evidence, columns: dict[tuple[int, int], Column]) -> Iterator[tuple[Clash, CellNumber]]:
    counts = {c: x for c, x in columns.items() if _of(x, "count") and all(y.number.decimals <= 0 for y in x.values())}
    sizes = {c: x for c, x in columns.items() if _of(x, "n")} | counts
    rates = {c: x for c, x in columns.items() if _of(x, "percent") or (_of(x, "value") and _is_fraction(x))}
    for (k, ks), (n, ns), rs in itertools.product(counts.items(), sizes.items(), rates.values()):
        if k == n or (k[0] != n[0] and any(k[0] == other[0] and k != other for other in sizes)):
            continue  # k/n in one cell belong together
        fits = {}
        for row in ks.keys() & ns.keys() & rs.keys():
            size = ns[row].number.value
            low, high = rs[row].number.scaled()
            fits[row] = size > 0 and low - 1e-9 <= ks[row].number.value / size <= high + 1e-9
        if not _kept(fits) or len({rs[row].number.text for row in fits}) < 3:
            continue
        for row in sorted(r for r, ok in fits.items() if not ok):
            a, b, cell = ks[row].number, ns[row].number, rs[row]
            if b.value > 0:
                said = (
                    f"{a.text} of {b.text} is {100 * a.value / b.value:.4g}%, not {cell.number.text}{cell.number.unit}"
                )
                yield _clash(evidence, cell, f"{said}; {len(fits) - 1} other rows keep to it"), cell


def _is_fraction(column: Column) -> bool:
    return all(0 <= x.number.value <= 1 and not x.number.signed for x in column.values())


def _changes(evidence: Evidence, columns: dict[tuple[int, int], Column]) -> Iterator[tuple[Clash, CellNumber]]:
    plain = {c: x for c, x in columns.items() if not next(iter(x.values())).interval and not _of(x, "p")}
    for (_, first), (_, last), (_, change) in itertools.permutations(plain.items(), 3):
        if not any(x.number.signed or x.number.role == "points" for x in change.values()):
            continue
        scales = (1.0, 100.0) if _of(first, "value") and _of(last, "value") else (1.0,)
        for scale in scales:
            fits = {}
            room = 0.0
            for row in first.keys() & last.keys() & change.keys():
                a, b, c = first[row].number, last[row].number, change[row].number
                # a change may come from unrounded values: the rounding of both ends is allowed
                fits[row] = (b.low - a.high) * scale - 1e-9 <= c.high and c.low <= (b.high - a.low) * scale + 1e-9
                room = max(room, (b.high - b.low + a.high - a.low) * scale + c.high - c.low)
            if not _kept(fits):
                continue
            kept = [change[row].number.value for row, ok in fits.items() if ok]
            if len(set(kept)) < 3 or max(kept) - min(kept) < _POWER * room:
                continue  # any small number would fit
            for row in sorted(r for r, ok in fits.items() if not ok):
                a, b, cell = first[row].number, last[row].number, change[row]
                said = f"{b.text} less {a.text} is {(b.value - a.value) * scale:.4g}, not {cell.number.text}"
                yield _clash(evidence, cell, f"{said}; {len(fits) - 1} other rows keep to it"), cell


def _totals(sheet: Sheet, plain: Collection[int]) -> tuple[int | None, list[tuple[CellNumber, int]]]:
    """The row of totals, of which a count is the sum of its column, and its counts with their sums."""
    pooled = [r for r, label in enumerate(sheet.labels) if _POOLED.match(label)]
    if len(pooled) != 1:
        return None, []
    total = pooled[0]
    sums = [
        (cells[total], sum(int(x.number.value) for r, x in cells.items() if r != total))
        for cells in _columns(sheet, {*plain, total}).values()
        if total in cells and len(cells) == len(plain) + 1 and _are_counts(cells)
    ]
    return (total, sums) if any(cell.number.value == summed for cell, summed in sums) else (None, [])


def _summed(evidence: Evidence, sums: list[tuple[CellNumber, int]]) -> Iterator[tuple[Clash, CellNumber]]:
    """The one count of a row of totals that is not the sum of its column."""
    wrong = [(cell, summed) for cell, summed in sums if cell.number.value != summed]
    if len(wrong) == 1:
        cell, summed = wrong[0]
        yield _clash(evidence, cell, f"the rows of this column are {summed:,} together, not {cell.number.text}"), cell


def _are_counts(column: Column) -> bool:
    return all(x.number.role in ("count", "n") and x.number.decimals <= 0 for x in column.values())


def _clash(evidence: Evidence, cell: CellNumber, message: str) -> Clash:
    place = evidence.document.place(cell.cell.text, cell.number.start, cell.number.end)
    return Clash("row", place, message, "one of the cells of this row is wrong")
