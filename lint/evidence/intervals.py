"""Confidence intervals in the cells of tables, each with its estimate and the trials that may be behind it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from leakstats.records import replace, struct

from ..regex import regex
from ..source import Place
from .fractions import Fraction, fractions_of
from .grammar import Number
from .grim import sizes_of_rows
from .inference import beside_table
from .kinds import is_no_share, is_share
from .knowledge import Evidence
from .leaves import steps_of
from .names import fold_name, fullest_first, name_variants
from .stated_units import words_above
from .tables import CellNumber, Sheet, is_aggregate
from .trials import candidate_sizes, page_sizes

__all__ = ["Stated", "counts_of", "intervals_of_tables", "trials_of"]


@struct(slots=False)
class Stated:
    """An interval of the page with its estimate."""

    low: Number
    high: Number
    estimate: Number | None
    counts: tuple[int, int] | None
    place: Place
    sizes: tuple[int, ...]
    """Sample sizes that may be its own."""
    context: str
    sure: bool
    """``sizes`` is known, not gathered."""
    rivals: tuple[tuple[float, float], ...] = ()
    """Other numbers of the sentence that it may belong to, and differences of two of them."""
    column: tuple[int, int] = (-1, -1)
    """Which column of which table it stands in."""
    foreign: bool = False
    """It is of all things together, and nothing says of how many trials."""
    names: frozenset[str] = frozenset()
    """The folded names of its row in a table, or of its sentence."""
    where: str = ""
    """The header of the column that holds its estimate, or its sentence."""
    quantity: str = ""
    """``share`` of counted trials, another ``score``, or "" where no words say which."""
    beside: tuple[str, ...] = ()
    """The sentences next to its table."""


def trials_of(evidence: Evidence, name: str, rate: Number) -> tuple[int, ...]:
    """The trials behind the rates of ``name`` that print as ``rate``."""
    return tuple(dict.fromkeys(n for k, n in counts_of(evidence, name) if rate.allows(100 * k / n)))


def counts_of(evidence: Evidence, name: str) -> list[tuple[int, int]]:
    """Every k and n that the files hold for ``name``."""
    key = "trials"
    if key not in evidence.cache:
        table: dict[str, list[tuple[int, int]]] = {}
        for dataset in evidence.datasets:
            for parent, _, k, n in dataset.pairs:
                for part in steps_of(parent):
                    table.setdefault(fold_name(part), []).append((k, n))
        evidence.cache[key] = table
    found: dict[str, list[tuple[int, int]]] = evidence.cache[key]
    return list(dict.fromkeys(found.get(name, ())))


@struct
class _Range:
    """The two ends of an interval of a table."""

    row: int
    column: int
    low: CellNumber
    high: CellNumber
    estimate: Number | None
    """A number of its own cell, where one is its estimate."""


def intervals_of_tables(evidence: Evidence) -> Iterator[Stated]:
    """The intervals of the page's tables: in brackets, below a header that promises them, or as two columns of ends."""
    for number, sheet in enumerate(evidence.sheets):
        by_cell: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
        for item in sheet.numbers:
            by_cell[(item.row, item.column)].append(item)
        yield from _in_rows(evidence, sheet, number, by_cell)
        ranges = [*_in_cells(sheet, by_cell), *_in_columns(evidence, sheet, by_cell)]
        if not ranges:
            continue
        sizes_of = sizes_of_rows(evidence, sheet)
        fractions = {key: x for key, items in by_cell.items() if (x := fractions_of(items[0].cell.text.text))}
        columns: dict[int, tuple[int, int]] = {}
        for found in ranges:
            if found.column not in columns:
                alike = [x for x in ranges if x.column == found.column]
                columns[found.column] = (_estimate_column(by_cell, alike), _counts_column(fractions, alike))
            estimate, (at, counted) = found.estimate, columns[found.column]
            if estimate is None:
                cell = by_cell.get((found.row, at), ())
                estimate = cell[0].number if cell else None
            else:
                at = found.column
            beside = fractions.get((found.row, counted), ())
            stated = _stated(evidence, sheet, number, found, estimate, sizes_of.get(found.row), beside)
            names = name_variants(sheet.labels[found.row])
            head = sheet.header[at] if at >= 0 else ""
            named = f"{head} {sheet.header[found.column]}"
            yield replace(
                stated,
                names=names,
                where=head,
                quantity=_quantity(evidence, sheet, stated, named, sheet.labels[found.row]),
                beside=beside_table(evidence, sheet),
            )


def _quantity(evidence: Evidence, sheet: Sheet, stated: Stated, head: str, label: str) -> str:
    """What the header, the label or the words above say that an interval is of; a percentage is a share of itself."""
    numbers = [x for x in (stated.low, stated.high, stated.estimate) if x is not None]
    if is_no_share(head) or any(x.role == "coefficient" for x in numbers):
        return "score"
    counts, estimate = stated.counts, stated.estimate
    if is_share(head) or (counts is not None and (estimate is None or _is_rate_of(estimate, counts))):
        return "share"
    if is_no_share(label):
        return "score"
    if is_share(label) or any(x.role == "percent" for x in numbers):
        return "share"
    blocks = evidence.document.blocks
    above = words_above(blocks, next(i for i, block in enumerate(blocks) if block is sheet.table))
    return "share" if is_share(above) else "score" if is_no_share(above) else ""


def _is_rate_of(number: Number, counts: tuple[int, int]) -> bool:
    return bool(counts[1]) and number.allows_rate(counts[0] / counts[1])


def _stated(
    evidence: Evidence,
    sheet: Sheet,
    number: int,
    found: _Range,
    estimate: Number | None,
    size: int | None,
    beside: Sequence[Fraction],
) -> Stated:
    row, column = found.row, found.column
    low, high = found.low.number, found.high.number
    mates = _mates(sheet, column)
    proved = size is not None
    units = False
    if size is None:
        own = next((x for x in sheet.numbers if x.row == row and x.column in mates and x.number.role == "n"), None)
        size = int(own.number.value) if own is not None else None
        units = own is not None and _UNITS.match(sheet.header[own.column]) is not None
    cells = (x for c, x in enumerate(sheet.grid[row]) if c and c in mates and x is not None)
    counts = _counts_of_row(beside or [x for cell in cells for x in fractions_of(cell.text.text)], estimate)
    end = high.end if found.high.column == column else low.end
    place = evidence.document.place(found.low.cell.text, low.start, end)
    known: tuple[int, ...] = ()
    if estimate is not None and estimate.value:  # of a zero every n is one
        for name in fullest_first(name_variants(sheet.labels[row])):
            known = known or trials_of(evidence, name, estimate)
    sizes = (counts[1],) if counts else (size,) if size else known
    context, where = f"{sheet.header[column]} {' '.join(sheet.header)}", (number, column)
    total = is_aggregate(sheet.labels[row])
    if not counts and not proved and (total or (row == len(sheet.labels) - 1 and size is None)):
        # a row of totals has another n than the rest, which may stand nowhere
        more = candidate_sizes(evidence)
        sizes = tuple(dict.fromkeys((*sizes, *more))) if sizes and more else ()
        return Stated(low, high, estimate, counts, place, sizes, context, False, (), where, total and not sizes)
    sure = bool(sizes) and (bool(counts) or not units)
    return Stated(low, high, estimate, counts, place, sizes or page_sizes(evidence), context, sure, (), where)


_UNITS = regex(r"\s*N\b")
"""The header of units, which an interval may go over as well as over trials."""
_ROLES = ("percent", "points", "value", "coefficient")
_PROMISES = regex(r"\bCI\b|interval|confidence", re.IGNORECASE)
_JOINED = regex(r"\s?%?\s*(?:–|—|-|to|,|;|\.\.|…)\s*")
_FEWEST_ROWS = 3
_NEARLY = 0.8


def _in_cells(sheet: Sheet, by_cell: dict[tuple[int, int], list[CellNumber]]) -> Iterator[_Range]:
    columns: dict[int, list[list[CellNumber]]] = defaultdict(list)
    for (_, column), items in by_cell.items():
        columns[column].append(items)
    shaped = {column: _ends_by_shape(cells) for column, cells in columns.items()}
    for (row, column), items in by_cell.items():
        inside = [x for x in items if x.interval]
        promised = _PROMISES.search(sheet.header[column]) is not None and "range" not in sheet.header[column].lower()
        at = shaped[column]
        if len(inside) >= 2:
            low, high = inside[0], inside[1]
        elif promised and len(items) == 2 and _is_joined(*items):
            low, high = items
        elif at is not None and len(items) > at + 1 and _is_joined(items[at], items[at + 1]):
            low, high = items[at], items[at + 1]
        else:
            continue
        others = (x.number for x in items if x is not low and x is not high and x.number.role in _ROLES)
        yield _Range(row, column, low, high, next(others, None))


def _in_rows(
    evidence: Evidence, sheet: Sheet, number: int, by_cell: dict[tuple[int, int], list[CellNumber]]
) -> Iterator[Stated]:
    """The intervals of a row whose label promises them, of the things across; nothing tells their estimates."""
    for (row, column), items in by_cell.items():
        label = sheet.labels[row]
        promised = _PROMISES.search(label) is not None and _PROMISES.search(sheet.header[column]) is None
        if not promised or "range" in label.lower() or len(items) != 2 or not _is_joined(*items):
            continue
        low, high = items[0].number, items[1].number
        place = evidence.document.place(items[0].cell.text, low.start, high.end)
        names = name_variants(sheet.keys[column])
        where = (number, -1 - row)
        yield Stated(low, high, None, None, place, (), label, False, (), where, names=names, where=label)


def _is_joined(low: CellNumber, high: CellNumber) -> bool:
    return _JOINED.fullmatch(low.cell.text.text, low.number.end, high.number.start) is not None


def _ends_by_shape(cells: Sequence[Sequence[CellNumber]]) -> int | None:
    """Where in the cells of a column two joined numbers hold the one before them: "97/150 (64.7%; 56.7–71.9)"."""
    if len(cells) < _FEWEST_ROWS:
        return None
    for at in (1, 2, 3):
        hits = 0
        for items in cells:
            if len(items) > at + 1 and _is_joined(items[at], items[at + 1]):
                estimate, low, high = (items[i].number for i in (at - 1, at, at + 1))
                hits += estimate.role in _ROLES and low.value <= estimate.value <= high.value and low.value < high.value
        if hits >= _NEARLY * len(cells):
            return at
    return None


_LOWER = regex(r"\b(?:low(?:er)?|lo|lcl)\b|(?<![\d.])2\.5(?!\d)", re.IGNORECASE)
_UPPER = regex(r"\b(?:upper|high(?:er)?|hi|ucl)\b|(?<![\d.])97\.5(?!\d)", re.IGNORECASE)
_OF_INTERVALS = regex(
    r"\b(?:CIs?|intervals?|confidence|limits?|bounds?|lower|upper|[lu]cl|Wilson)\b|97\.5", re.IGNORECASE
)


def _in_columns(evidence: Evidence, sheet: Sheet, by_cell: dict[tuple[int, int], list[CellNumber]]) -> Iterator[_Range]:
    """Two columns of ends, "CI lower" and "CI upper", where nearly all rows of a third one lie between them."""
    lowers = [(tuple(_LOWER.sub("", head).split()), c) for c, head in enumerate(sheet.header) if _LOWER.search(head)]
    for upper, head in enumerate(sheet.header) if lowers else ():
        said = tuple(_UPPER.sub("", head).split()) if _UPPER.search(head) else None
        alike = [c for key, c in lowers if key == said and c != upper]
        if not alike:
            continue
        lower = min(alike, key=lambda c: (c > upper, abs(c - upper)))  # of two rates a row, each has its own ends
        if not (_OF_INTERVALS.search(f"{sheet.header[lower]} {head}") or _speaks_of_intervals(evidence)):
            continue  # doses
        ranges = [
            _Range(row, lower, items[0], other[0], None)
            for (row, column), items in by_cell.items()
            if column == lower and len(items) == len(other := by_cell.get((row, upper), [])) == 1
        ]
        if len(ranges) >= _FEWEST_ROWS and _estimate_column(by_cell, ranges, _NEARLY) >= 0:
            yield from ranges


def _speaks_of_intervals(evidence: Evidence) -> bool:
    return any(_PROMISES.search(passage.plain) for passage in evidence.passages)


def _mates(sheet: Sheet, column: int) -> frozenset[int]:
    """The columns that say something of the same thing as ``column``.

    All of a plain table; in a long one that was made wide, those of the same arm.
    """
    key = sheet.keys[column]
    if sheet.keys.count(key) < 2:
        return frozenset(range(len(sheet.header)))
    return frozenset(c for c, other in enumerate(sheet.keys) if other == key)


def _counts_of_row(fractions: Sequence[Fraction], estimate: Number | None) -> tuple[int, int] | None:
    """The k and n that a row states in a cell, those that give the estimate before others."""
    found = [x for x in fractions if not x.is_more_than_all and x.n > 1]
    best = next((x for x in found if estimate is not None and x.fits(estimate)), next(iter(found), None))
    return (best.k, best.n) if best is not None else None


def _counts_column(fractions: Mapping[tuple[int, int], Sequence[Fraction]], ranges: Sequence[_Range]) -> int:
    """The column of "k/n" whose rates most of the intervals hold, the nearest of equals; −1 where there is none."""
    column = ranges[0].column
    most, best = 0, -1
    for candidate in sorted({c for _, c in fractions}, key=lambda c: abs(c - column)):
        inside = sum(_holds(x, one) for x in ranges for one in fractions.get((x.row, candidate), ())[:1])
        if inside * 2 >= len(ranges) and inside > most:
            most, best = inside, candidate
    return best


def _holds(found: _Range, fraction: Fraction) -> bool:
    low, high = found.low.number, found.high.number
    scale = 100.0 if high.role == "percent" or high.value > 1 else 1.0
    return fraction.n > 1 and not fraction.is_more_than_all and low.low <= scale * fraction.k / fraction.n <= high.high


def _estimate_column(
    by_cell: dict[tuple[int, int], list[CellNumber]], ranges: Sequence[_Range], share: float = 0.5
) -> int:
    """The column whose numbers most of the intervals hold, the nearest of equals; −1 where there is none."""
    ends = {x.column for x in ranges} | {x.high.column for x in ranges}
    column = min(ends)
    most, best = 0, -1
    for candidate in sorted({c for _, c in by_cell} - ends, key=lambda c: abs(c - column)):
        inside = 0
        for x in ranges:
            cell = by_cell.get((x.row, candidate))
            if cell and cell[0].number.role in _ROLES:
                number = cell[0].number
                inside += x.low.number.low <= number.high and number.low <= x.high.number.high
        beside = candidate == column - 1 and len(ranges) > 1  # of two rows, one may be wrong
        if inside >= share * (len(ranges) + (not beside)) and inside > most:
            most, best = inside, candidate
    return best
