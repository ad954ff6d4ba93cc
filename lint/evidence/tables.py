"""The page's tables of results as series of facts, whichever way they stand, and their binding to fields of a file."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from leakstats.facts import Fact, Series

from ..document import Cell, Table
from .grammar import Number, Role, read_numbers
from .names import name_variants, words_of

__all__ = ["Binding", "CellNumber", "Sheet", "bind", "entity_names", "read_sheet"]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of results."""

    table: Table
    header: tuple[str, ...]
    labels: tuple[str, ...]
    """The first cell of each row below the header."""
    numbers: tuple[CellNumber, ...]
    series: tuple[tuple[Series, tuple[CellNumber, ...]], ...]
    """Each column and each row of numbers, with its cells."""


_MOST_CELLS = 2_500
_P_HEAD = re.compile(r"^\s*p(?:[- ]?val(?:ue)?)?\b", re.IGNORECASE)
_N_HEAD = re.compile(r"^\s*(?:[nN]\b|n per |# ?of |number of |trials|completions|samples)")
_BRACKETS = re.compile(r"[\[\(]\s*$")


def read_sheet(table: Table) -> Sheet | None:
    """The table's numbers; ``None`` for a table that holds no results (a card, a list of files)."""
    header = tuple(cell.text.text.strip() for cell in table.header)
    if len(header) < 2 or not table.rows or not any(header) or len(header) * len(table.rows) > _MOST_CELLS:
        return None
    grid = [
        [_cell_numbers(cell, header[cell.column], row[0].text.text, table.header[0].text.text) for cell in row]
        for row in table.rows
    ]
    numeric = [c for c in range(len(header)) if _is_numeric(table, grid, c)]
    if not any(c > 0 for c in numeric):
        return None
    labels = tuple(row[0].text.text.strip() for row in table.rows)
    numbers: list[CellNumber] = []
    by_column: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    by_row: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    for r, row in enumerate(table.rows):
        for c, cell in enumerate(row):
            if c == 0 or not (c in numeric or len(numeric) * 2 >= len(header)):
                continue
            for k, number in enumerate(grid[r][c]):
                item = CellNumber(cell, number, k, r, c, _in_interval(cell.text.text, number))
                numbers.append(item)
                by_column[(c, k)].append(item)
                by_row[(r, k)].append(item)
    if len(numbers) < 2:
        return None
    texts = {r: _other_texts(row, numeric) for r, row in enumerate(table.rows)}
    series = []
    for (c, k), cells in by_column.items():
        made = _make(cells, [(labels[x.row], texts[x.row]) for x in cells], header[c], k, f"column '{header[c]}'", "")
        if made is not None:
            series.append(made)
    for (r, k), cells in by_row.items():
        made = _make(
            cells, [(header[x.column], ()) for x in cells], labels[r], k, f"row '{labels[r]}'", " ".join(texts[r])
        )
        if made is not None:
            series.append(made)
    return Sheet(table, header, labels, tuple(numbers), tuple(series))


def _other_texts(row: tuple[Cell, ...], numeric: list[int]) -> tuple[str, ...]:
    return tuple(c.text.text.strip() for c in row[1:] if c.column not in numeric and 0 < len(c.text.text.strip()) <= 40)


def _make(
    cells: list[CellNumber], names: list[tuple[str, tuple[str, ...]]], head: str, k: int, pointer: str, extra: str
) -> tuple[Series, tuple[CellNumber, ...]] | None:
    roles = {x.number.role for x in cells} - {"index", "none"}
    kept = [(x, n) for x, n in zip(cells, names, strict=True) if x.number.role not in ("none",)]
    mixed = roles & {"percent"} and roles - {"percent"}
    if len(kept) < 2 or (mixed and not pointer.startswith("column")):
        return None
    if pointer.startswith("row") and len({x.number.role for x, _ in kept}) > 1:
        return None
    fraction = bool(roles) and roles <= {"percent"}
    facts: dict[str, Fact] = {}
    used = []
    for item, (name, others) in kept:
        low, high = item.number.scaled()
        entities = frozenset().union(name_variants(name), *(name_variants(o) for o in others), name_variants(head))
        fact = Fact(head, entities, low, high, pointer)
        for key in name_variants(name):
            facts.setdefault(key, fact)
        used.append(item)
    role = "interval" if cells[0].interval else "second" if k else ""
    return Series(head, words_of(head) | words_of(extra), facts, fraction, "page", pointer, role), tuple(used)


def _cell_numbers(cell: Cell, head: str, label: str, corner: str) -> list[Number]:
    text = cell.text.text
    if len(text) > 80:
        return []
    numbers = read_numbers(text, tuple(cell.text.marked("code")))
    out = []
    for i, number in enumerate(numbers):
        role: Role = number.role
        if i and re.search(r"±\s*$", text[: number.start]):
            continue  # a spread is no value of its own
        if role in ("count", "value", "none") and number.label != "size" and not number.unit:
            plain = re.fullmatch(r"[\s*_~≈+\-−–()]*", text[: number.start]) is not None
            if role == "none" and not plain:
                out.append(number)
                continue
            for name in (head, label):
                if "%" in name or "percent" in name.lower():
                    role = "percent"
                elif re.search(r"\bpp\b|\bpoints\b", name):
                    role = "points"
                elif _P_HEAD.match(name):
                    role = "p"
                elif _N_HEAD.match(name):
                    role = "n"
                else:
                    continue
                break
            else:
                role = "value" if number.decimals > 0 or role == "value" else "count"
            if i and role == "p" and numbers[0].role != "p":
                role = "value"
        out.append(replace(number, role=role, unit="%" if role == "percent" else number.unit))
    return out


def _in_interval(text: str, number: Number) -> bool:
    opened = text.rfind("[", 0, number.start)
    return opened >= 0 and text.find("]", number.end) >= 0 and "]" not in text[opened : number.start]


def _is_numeric(table: Table, grid: list[list[list[Number]]], column: int) -> bool:
    filled = hits = 0
    for r, row in enumerate(table.rows):
        text = row[column].text.text.strip() if column < len(row) else ""
        if text.strip("–—- *_") == "" or text.lower() in ("n/a", "na", "nan", "none", "ns", "n.s."):
            continue
        filled += 1
        numbers = [n for n in grid[r][column] if n.role not in ("none", "index")]
        hits += bool(numbers) and len(text) <= 60 and numbers[0].at <= 12
    return filled > 0 and hits / filled >= 0.6


@dataclass(frozen=True, slots=True)
class Binding:
    """A series of the page with the field of a file that most of its cells agree with."""

    page: Series
    cells: tuple[CellNumber, ...]
    data: Series
    scale: float
    matched: tuple[CellNumber, ...]
    wrong: tuple[tuple[CellNumber, Fact], ...]


_SCALES = (1.0, 100.0)


def bind(
    page: Series,
    cells: tuple[CellNumber, ...],
    names: list[frozenset[str]],
    index: dict[str, list[tuple[int, Fact]]],
    data: list[Series],
) -> Binding | None:
    """Bind a page series to the data series with which most cells agree; ``None`` where none has a clear majority.

    ``names`` are the folded names of each cell's entity; ``index`` lists, for each name, the series that have it.
    """
    votes: dict[tuple[int, float], list[tuple[int, Fact, bool]]] = defaultdict(list)
    for i, (item, known) in enumerate(zip(cells, names, strict=True)):
        seen: set[int] = set()
        for name in known:
            for s, fact in index.get(name, ()):
                if s in seen:
                    continue
                seen.add(s)
                for scale in _SCALES:
                    votes[(s, scale)].append((i, fact, item.number.allows(fact.value, scale=scale)))
    best = None
    for (s, scale), found in votes.items():
        right = sum(ok for _, _, ok in found)
        if right < 2 or right * 2 < len(found):
            continue
        distinct = len({cells[i].number.text for i, _, ok in found if ok})
        overlap = len(data[s].words & page.words)
        rank = (right, overlap, distinct, -len(found))
        if best is None or rank > best[0]:
            best = (rank, s, scale, found, distinct)
    if best is None:
        return None
    _, s, scale, found, distinct = best
    right = sum(ok for _, _, ok in found)
    wrong = [(cells[i], fact) for i, fact, ok in found if not ok]
    if wrong and (distinct < 2 or right <= len(wrong)):
        return None
    matched = tuple(cells[i] for i, _, ok in found if ok)
    return Binding(page, cells, data[s], scale, matched, tuple(wrong))


def entity_names(sheet: Sheet, item: CellNumber, *, across: bool) -> frozenset[str]:
    """The folded names of the row (or, ``across``, of the column) of a cell."""
    return name_variants(sheet.header[item.column] if across else sheet.labels[item.row])
