"""The page's tables of results as series of facts, things down and quantities across."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..document import Cell, Table
from ..regex import regex
from .cell_numbers import is_interval_end, numbers_of_cell
from .grammar import Number
from .names import name_variants, words_of
from .stated_units import percent_columns
from .turned_tables import turned

__all__ = ["MOST_CELLS", "CellNumber", "Sheet", "entity_names", "is_aggregate", "read_sheet"]


@struct
class CellNumber:
    """One number of a table cell."""

    cell: Cell
    number: Number
    position: int
    """0 for the first number of its cell."""
    row: int
    column: int
    interval: bool = False
    """It is an end of an interval in brackets."""


@struct
class Sheet:
    """A table of results, things down and quantities across."""

    table: Table
    header: tuple[str, ...]
    labels: tuple[str, ...]
    """The name of each row below the header."""
    grid: tuple[tuple[Cell | None, ...], ...]
    numbers: tuple[CellNumber, ...]
    series: tuple[tuple[Series, tuple[CellNumber, ...]], ...]
    """Each column and each row of numbers, with its cells."""
    keys: tuple[str, ...]
    """The thing that each column is about: its header, less what is measured."""


MOST_CELLS = 2_500
"""Of a table that is read."""


def read_sheet(table: Table, said: str = "") -> Sheet | None:
    """The table's numbers; ``None`` for a table that holds no results (a card, a list of files).

    ``said`` are the words right above it, which may give the unit of its cells.
    """
    width = len(table.header)
    named = any(cell.text.text.strip() for cell in table.header)
    if width < 2 or not table.rows or not named or width * len(table.rows) > MOST_CELLS:
        return None
    found = turned(table)
    return _sheet(table, *found, said) if found is not None else None


def _sheet(
    table: Table, header: list[str], labels: list[str], grid: list[list[Cell | None]], keys: list[str], said: str
) -> Sheet | None:
    rates = percent_columns(said, header, grid)
    read = [
        [
            numbers_of_cell(cell, header[c], labels[r], percent=c in rates) if cell is not None else []
            for c, cell in enumerate(row)
        ]
        for r, row in enumerate(grid)
    ]
    numeric = [c for c in range(1, len(header)) if _is_numeric(grid, read, c)]
    if not numeric:
        return None
    numbers: list[CellNumber] = []
    by_column: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    by_row: dict[tuple[int, str, int], list[CellNumber]] = defaultdict(list)
    things = [k or h for k, h in zip(keys, header, strict=True)]
    for r, row in enumerate(grid):
        for c, cell in enumerate(row):
            if c == 0 or cell is None or not (c in numeric or len(numeric) * 2 >= len(header)):
                continue
            for k, number in enumerate(read[r][c]):
                ends = is_interval_end(cell, number, read[r][c], header[c])
                item = CellNumber(cell, number, k, r, c, ends)
                numbers.append(item)
                by_column[(c, k)].append(item)
                by_row[(r, header[c].removeprefix(keys[c]).strip() if keys[c] else "", k)].append(item)
    if len(numbers) < 2:
        return None
    texts = {r: _other_texts(row, numeric) for r, row in enumerate(grid)}
    series = []
    for (c, k), cells in by_column.items():
        made = _make(cells, [(labels[x.row], texts[x.row]) for x in cells], header[c], k, f"column '{header[c]}'", "")
        if made is not None:
            series.append(made)
    for (r, measure, k), cells in by_row.items():
        extra = f"{measure} {' '.join(texts[r])}"
        made = _make(cells, [(things[x.column], ()) for x in cells], labels[r], k, f"row '{labels[r]}'", extra)
        if made is not None:
            series.append(made)
    return Sheet(
        table, tuple(header), tuple(labels), tuple(map(tuple, grid)), tuple(numbers), tuple(series), tuple(things)
    )


def _other_texts(row: list[Cell | None], numeric: list[int]) -> tuple[str, ...]:
    texts = [c.text.text.strip() for i, c in enumerate(row) if c is not None and i and i not in numeric]
    return tuple(t for t in texts if 0 < len(t) <= 40)


def _make(
    cells: list[CellNumber], names: list[tuple[str, tuple[str, ...]]], head: str, k: int, pointer: str, extra: str
) -> tuple[Series, tuple[CellNumber, ...]] | None:
    kept = [(x, n) for x, n in zip(cells, names, strict=True) if x.number.role != "none"]
    roles = {x.number.role for x, _ in kept} - {"index"}
    if roles == {"percent", "count"}:  # counts of the row over all, "26/120", below percentages
        kept = [(x, n) for x, n in kept if x.number.role != "count" or "/" not in x.cell.text.text]
        roles = {x.number.role for x, _ in kept} - {"index"}
    if len(kept) < 2 or ("percent" in roles and len(roles) > 1 and roles != {"percent", "count"}):
        return None
    if pointer.startswith("row") and len(roles) > 1:
        return None
    fraction = bool(roles) and roles <= {"percent"}
    if (
        roles <= {"value"}
        and not k
        and all(0 <= x.number.value <= 1 for x, _ in kept)
        and not _COEFFICIENT.search(head)
    ):
        fraction = (
            regex(
                r"rate(?!r)|share|frac|prop|leak|marker|baseline|peak|final|accuracy|prob|start|≥|>=|≤|k\s?/\s?n|"
                r"\b(?:step|epoch|checkpoint|ckpt|before|after|pre|post|own|others?)\b",
                re.IGNORECASE,
            ).search(head)
            is not None
        )
    facts: dict[str, Fact] = {}
    used = []
    for item, (name, others) in kept:
        low, high = item.number.scaled()
        entities = frozenset().union(name_variants(name), *(name_variants(o) for o in others), name_variants(head))
        fact = Fact(head, entities, low, high, pointer)
        if pointer.startswith("row") or not _AGGREGATE.match(name):
            for key in name_variants(name):
                facts.setdefault(key, fact)
        used.append(item)
    role = "interval" if cells[0].interval else "second" if k else ""
    return Series(head, words_of(head) | words_of(extra), facts, fraction, "page", pointer, role), tuple(used)


_COEFFICIENT = regex(r"ρ|\brho\b|\br\b|spearman|pearson|correl|cos|simil|Δ", re.IGNORECASE)


_AGGREGATE = regex(
    r"^[\s*_]*(?:(?:un)?weighted |simple |plain |arithmetic |grand )?(?:pooled|all|overall|total|mean|average|median|"
    r"combined|sum|everything|grand)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # a dozen readers ask of each row
def is_aggregate(label: str) -> bool:
    """True for the name of a row over all the others."""
    return _AGGREGATE.match(label) is not None


def _is_numeric(grid: list[list[Cell | None]], read: list[list[list[Number]]], column: int) -> bool:
    filled = hits = 0
    for r, row in enumerate(grid):
        cell = row[column] if column < len(row) else None
        text = cell.text.text.strip() if cell is not None else ""
        if text.strip("–—- *_") == "" or text.lower() in ("n/a", "na", "nan", "none", "ns", "n.s."):
            continue
        filled += 1
        numbers = [n for n in read[r][column] if n.role not in ("none", "index")]
        hits += bool(numbers) and len(text) <= 60 and numbers[0].at <= 12
    return filled > 0 and hits / filled >= 0.6


def entity_names(sheet: Sheet, item: CellNumber, *, across: bool) -> frozenset[str]:
    """The folded names of the row (or, ``across``, of the column) of a cell."""
    return name_variants(sheet.keys[item.column] if across else sheet.labels[item.row])
