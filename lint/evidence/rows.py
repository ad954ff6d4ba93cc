"""Rows of a table that break the arithmetic which the other rows keep: rate = k / n, change = after − before, totals.

A relation is taken from the rows themselves: columns of which nearly all rows keep it, with values that differ. No
header is read, so that it holds in any language.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from leakstats.records import replace, struct

from ..regex import regex
from .fractions import fractions_of
from .grammar import Number
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
Fit: TypeAlias = "Callable[[Number, Number, Number], bool]"


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
            _across(evidence, columns),
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
    return {c: cells for c, cells in out.items() if len(cells) >= _FEWEST - 1 and c[0] <= _MOST_COLUMNS}


@struct
class _Relation:
    """Three columns, the third of which follows from the two others in nearly all rows."""

    columns: frozenset[tuple[int, int]]
    wrong: tuple[int, ...]
    """Rows that break it."""
    rows: int


def _relation(keys: Sequence[tuple[int, int]], columns: Sequence[Column], fits: Fit) -> _Relation | None:
    """The relation of three columns if all rows keep it but for one, or for two of which a cell was exchanged."""
    first, second, third = columns
    rows = sorted(first.keys() & second.keys() & third.keys())
    wrong = tuple(r for r in rows if not fits(first[r].number, second[r].number, third[r].number))
    together = keys[0][0] == keys[1][0]  # "k/n" of one cell belongs together without a fourth row to say so
    if len(rows) < _FEWEST - together or len(wrong) > 2:
        return None
    if len(wrong) == 2:
        x, y = wrong
        exchanged = any(
            fits(*(columns[i][y if i == c else x].number for i in range(3)))
            and fits(*(columns[i][x if i == c else y].number for i in range(3)))
            for c in range(3)
        )
        if not exchanged or len(rows) < _FOR_TWO:
            return None
    return _Relation(frozenset(keys), wrong, len(rows))


def _broken(found: Sequence[_Relation]) -> Iterator[_Relation]:
    """Relations that some row breaks, of columns that no other relation explains in all of their rows."""
    whole = [x.columns for x in found if not x.wrong]
    for relation in found:
        if relation.wrong and not any(len(relation.columns & columns) > 1 for columns in whole):
            yield relation


def _of(column: Column, role: str) -> bool:
    return all(x.number.role == role for x in column.values())


def _is_rate(k: Number, n: Number, rate: Number) -> bool:
    return n.value > 0 and _holds(k.value / n.value, rate)


def _rates(evidence: Evidence, columns: dict[tuple[int, int], Column]) -> Iterator[tuple[Clash, CellNumber]]:
    counts = {c: x for c, x in columns.items() if _of(x, "count") and all(y.number.decimals <= 0 for y in x.values())}
    sizes = {c: x for c, x in columns.items() if _of(x, "n")} | counts
    rates = {c: _with_unit(x) for c, x in columns.items() if _of(x, "percent") or _of(x, "value")}
    found: dict[_Relation, tuple[Column, Column, Column]] = {}
    for k, n, rate in itertools.product(counts, sizes, rates):
        if k == n or (k[0] != n[0] and any(k[0] == other[0] and k != other for other in sizes)):
            continue  # k/n in one cell belong together
        chosen = (counts[k], sizes[n], rates[rate])
        relation = _relation((k, n, rate), chosen, _is_rate)
        if relation is not None and len({x.number.text for x in rates[rate].values()}) > 2:
            found[relation] = chosen
    for relation in _broken(list(found)):
        ks, ns, rs = found[relation]
        for row in relation.wrong:
            a, b, cell = ks[row].number, ns[row].number, rs[row]
            own = [f for f in fractions_of(cell.cell.text.text) if f.n > 0]
            if b.value > 0 and not any(_holds(f.k / f.n, cell.number) for f in own):  # "10/11 = 0.91" of another row
                share = f"{100 * a.value / b.value:.4g}%"
                said = f"{a.text} of {b.text} is {share}, not {cell.number.text}{cell.number.unit}"
                yield _clash(evidence, cell, f"{said}; {relation.rows - 1} other rows keep to it"), cell


def _holds(value: float, rate: Number) -> bool:
    low, high = rate.scaled()
    return low - 1e-9 <= value <= high + 1e-9


def _with_unit(column: Column) -> Column:
    """The column with what is no fraction taken for percentages: "53.6" of a column headed %."""
    if _of(column, "percent") or _is_fraction(column):
        return column
    return {r: replace(x, number=replace(x.number, role="percent")) for r, x in column.items()}


def _is_fraction(column: Column) -> bool:
    return all(0 <= x.number.value <= 1 and not x.number.signed for x in column.values())


def _changes(evidence: Evidence, columns: dict[tuple[int, int], Column]) -> Iterator[tuple[Clash, CellNumber]]:
    plain = {c: x for c, x in columns.items() if not next(iter(x.values())).interval and not _of(x, "p")}
    shares = _shares(columns)
    plain |= {(c, _SHARE): x for c, x in shares.items()}
    counts = {(c, position) for c, position in plain if c in shares and position in (0, 1)}
    signed = {c for c, x in plain.items() if any(y.number.signed or y.number.role == "points" for y in x.values())}
    found: dict[_Relation, tuple[Column, Column, Column, float]] = {}
    for keys in itertools.permutations(plain, 3):
        if keys[2] not in signed:
            continue
        first, last, change = chosen = (plain[keys[0]], plain[keys[1]], plain[keys[2]])
        if counts & set(keys[:2]) and not _are_whole(change):
            continue  # a change in points is one of the rates, not of their counts
        for scale in (1.0, 100.0) if _of(first, "value") and _of(last, "value") else (1.0,):
            relation = _relation(keys, chosen, partial(_is_change, scale))
            if relation is not None and _tells(relation, *chosen, scale):
                found[relation] = (*chosen, scale)
    for relation in _broken(list(found)):
        first, last, change, scale = found[relation]
        for row in relation.wrong:
            a, b, cell = first[row].number, last[row].number, change[row]
            said = f"{b.text} less {a.text} is {(b.value - a.value) * scale:.4g}, not {cell.number.text}"
            yield _clash(evidence, cell, f"{said}; {relation.rows - 1} other rows keep to it"), cell


def _are_whole(column: Column) -> bool:
    return all(x.number.decimals <= 0 and x.number.role not in ("percent", "points") for x in column.values())


_SHARE = -1
"""In place of the position of a number in its cell: the rate of its "k/n"."""


def _shares(columns: dict[tuple[int, int], Column]) -> dict[int, Column]:
    """The rates of the columns of which each cell is "k/n", in percent."""
    out: dict[int, Column] = {}
    for (c, position), ks in columns.items():
        ns = columns.get((c, 1), {}) if position == 0 else {}
        fractions = {r: fractions_of(x.cell.text.text) for r, x in ks.items()}
        if ks.keys() != ns.keys() or not all(len(f) == 1 and f[0].n > 0 for f in fractions.values()):
            continue
        out[c] = {r: _as_rate(ks[r], 100.0 * f[0].k / f[0].n) for r, f in fractions.items()}
    return out


def _as_rate(cell: CellNumber, rate: float) -> CellNumber:
    number = replace(cell.number, text=f"{rate:.4g}%", value=rate, low=rate, high=rate, role="percent")
    return replace(cell, number=number)


def _is_change(scale: float, first: Number, last: Number, change: Number) -> bool:
    """True if a change may be that from unrounded values: the rounding of both ends is allowed."""
    low, high = (last.low - first.high) * scale, (last.high - first.low) * scale
    return low - 1e-9 <= change.high and change.low <= high + 1e-9


def _tells(relation: _Relation, first: Column, last: Column, change: Column, scale: float) -> bool:
    """True unless the changes are so small that any small number would be one of them."""
    rows = first.keys() & last.keys() & change.keys()
    kept = [change[r].number.value for r in rows if r not in relation.wrong]
    widths = [
        (last[r].number.high - last[r].number.low + first[r].number.high - first[r].number.low) * scale
        + change[r].number.high
        - change[r].number.low
        for r in rows
    ]
    return len(set(kept)) > 2 and max(kept) - min(kept) >= _POWER * max(widths)


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


def _across(evidence: Evidence, columns: dict[tuple[int, int], Column]) -> Iterator[tuple[Clash, CellNumber]]:
    """The one count that is not the sum of the counts beside it, where it is in every other row."""
    counts = {
        c: x for (c, position), x in columns.items() if position == 0 and (c, 1) not in columns and _are_counts(x)
    }
    for total, column in counts.items():
        for step in (-1, 1):
            terms: list[Column] = []
            while total + step * (len(terms) + 1) in counts:
                terms.append(counts[total + step * (len(terms) + 1)])
                rows = [r for r in column if all(r in x for x in terms)]
                sums = {r: sum(int(x[r].number.value) for x in terms) for r in rows}
                wrong = [r for r in rows if sums[r] != column[r].number.value]
                told = len({sums[r] for r in rows if r not in wrong}) > 2
                if len(terms) > 1 and len(rows) >= _FEWEST and len(wrong) == 1 and told:
                    cell = column[wrong[0]]
                    said = f"the {len(terms)} cells beside it are {sums[wrong[0]]:,} together, not {cell.number.text}"
                    yield _clash(evidence, cell, f"{said}; {len(rows) - 1} other rows keep to it"), cell


def _are_counts(column: Column) -> bool:
    return all(x.number.role in ("count", "n") and x.number.decimals <= 0 for x in column.values())


def _clash(evidence: Evidence, cell: CellNumber, message: str) -> Clash:
    place = evidence.document.place(cell.cell.text, cell.number.start, cell.number.end)
    return Clash("row", place, message, "one of the cells of this row is wrong")
