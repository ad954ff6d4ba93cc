"""Which way a table stands: long ones, transposed ones and those with units in a row are turned first.

Everything else sees things down and quantities across.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from ..document import Cell, Table
from ..regex import regex
from .cell_numbers import is_percent, without_level
from .names import index_of

__all__ = ["Turned", "turned"]


Grid: TypeAlias = "list[list[Cell | None]]"


class Turned(NamedTuple):
    """A table with things down and quantities across."""

    header: list[str]
    labels: list[str]
    """Of the rows."""
    grid: Grid
    keys: list[str]
    """The thing that each column is about, where its header says more."""


def turned(table: Table) -> Turned | None:
    """A table in the way in which it is read; ``None`` for one without rows or columns of results."""
    header: list[str] = [cell.text.text.strip() for cell in table.header]
    grid: Grid = [list(row) for row in table.rows]
    header, grid = _counted(header, grid)
    header, grid = _unit_row(header, grid)
    header, grid = _grouped(header, grid)
    header, grid, units = _unit_column(header, grid)
    if len(header) < 2 or not grid:
        return None
    labels = _filled([_text(row[0]) for row in grid])
    out = _unmerged(header, labels, grid, units) or _widened(header, labels, grid, units)
    if out is None:
        labels = [f"{label} ({unit})" if unit else label for label, unit in zip(labels, units, strict=True)]
        out = Turned(header, labels, grid, [""] * len(header))
    if not _is_transposed(out.header, out.labels, out.grid):
        return out
    header, labels, grid, keys = _noted(*out)
    corner = header[0]
    header, labels = [corner, *labels], [k or h for k, h in zip(keys, header, strict=True)][1:]
    grid = [[None, *(row[c] for row in grid)] for c in range(1, len(labels) + 1)]
    return Turned(header, labels, grid, [""] * len(header))


def _text(cell: Cell | None) -> str:
    return cell.text.text.strip() if cell is not None else ""


def _counted(header: list[str], grid: Grid) -> tuple[list[str], Grid]:
    """The table without a first column that only numbers its rows, or that says the same of all.

    The rows over all the others may have no number: "1", "2", "–". Where no names follow, the numbers are the names:
    layers or epochs.
    """
    first = [_text(row[0]).rstrip(".").strip("–—- ") for row in grid]
    numbered = [x for x in first if x]
    counts = len(numbered) > 1 and numbered == [str(i + 1) for i in range(len(numbered))]
    counts = counts and not all(_NUMERIC.match(_text(row[1])) for row in grid if len(row) > 1)
    same = len(first) > 1 and len(set(first)) == 1 and first[0] != ""
    if len(header) > 2 and (counts or (same and len({_text(row[1]) for row in grid}) == len(grid))):
        return header[1:], [row[1:] for row in grid]
    return header, grid


_NUMERIC = regex(r"[\s*_`~≈<>≤≥(\[+−–-]*[\d.]|[–—-]?\s*$")


def _grouped(header: list[str], grid: Grid) -> tuple[list[str], Grid]:
    """The table with a first column of groups, "Near" and "Far", behind the names that it groups.

    A row without a name, the mean of a group, keeps what its first cell says.
    """
    groups = _filled([_text(row[0]) for row in grid])
    names = [_text(row[1]).strip("*_ –—-") for row in grid]
    named = [n for n in names if n]
    repeated = sum(groups.count(g) > 1 for g in groups)
    if len(header) < 3 or len(named) < 4 or 2 * repeated < len(groups) or len(set(named)) < len(named):
        return header, grid
    if any(any(ch.isdigit() for ch in n) or not n[0].isalpha() for n in named) or 3 * len(named) < 2 * len(names):
        return header, grid
    swapped = [[row[1], row[0], *row[2:]] if name else row for row, name in zip(grid, names, strict=True)]
    return [header[1], header[0], *header[2:]], swapped


_UNIT = regex(
    r"(?:%|per ?cent|pp|p\.p\.|(?:per ?cent(?:age)?[ -]|%[ -]?)?points?|pts?|[-–—/]|1|n/?a|count|tokens?|share|"
    r"fraction|)",
    re.IGNORECASE,
)


_UNIT_HEAD = regex(r"\s*[*_]*(?:units?|einheit|\[.*\]|scale)[*_]*\s*", re.IGNORECASE)


def _unit_row(header: list[str], grid: Grid) -> tuple[list[str], Grid]:
    """The table with a row of units taken into its header."""
    units = [_text(cell) for cell in grid[0][1:]]
    if len(grid) > 2 and all(_UNIT.fullmatch(u.strip("()[]")) for u in units) and any(map(is_percent, units)):
        named = _with_units(header[1:], ["%" if is_percent(u) else "" for u in units])
        return [header[0], *named], grid[1:]
    return header, grid


def _unit_column(header: list[str], grid: Grid) -> tuple[list[str], Grid, list[str]]:
    """The table without a column of units, and the unit of each row."""
    for c in range(1, len(header)):
        units = [_text(row[c]).strip("()[]") for row in grid]
        known = all(_UNIT.fullmatch(u) for u in units)
        if known and (_UNIT_HEAD.fullmatch(header[c]) or any(map(is_percent, units))):
            kept = [i for i in range(len(header)) if i != c]
            percent = ["%" if is_percent(u) else "" for u in units]
            return [header[i] for i in kept], [[row[i] for i in kept] for row in grid], percent
    return header, grid, [""] * len(grid)


def _filled(labels: list[str]) -> list[str]:
    """Labels of which one that is left out, or a mark of repetition, stands for the one above."""
    out: list[str] = []
    for label in labels:
        out.append(out[-1] if out and label.strip('"″〃\u201d ') == "" else label)
    return out


_SEAMS = (" / ", " — ", " – ", " - ", ": ", " · ", " | ", " @ ", ", ", "/")


def _unmerged(header: list[str], labels: list[str], grid: Grid, units: list[str]) -> Turned | None:
    """A table whose labels hold two things each, "villain / rate", with one of them as columns."""
    if len(labels) < 4 or len(header) > 4:
        return None
    for seam in _SEAMS:
        parts = [label.rsplit(seam, 1) if label.count(seam) == 1 else [label] for label in labels]
        if any(len(p) != 2 for p in parts):
            continue
        left, right = [p[0].strip() for p in parts], [p[1].strip() for p in parts]
        if len(set(left)) < 2 or len(set(right)) < 2 or len(set(zip(left, right, strict=True))) != len(labels):
            continue
        if 5 * len(labels) >= 4 * len(set(left)) * len(set(right)):
            return _spread(header, left, _with_units(right, units), grid, 1)
    return None


def _with_units(names: list[str], units: list[str]) -> list[str]:
    """Names with "(%)" behind those whose unit it is; the level of "95% CI" is no unit."""
    marked = [is_percent(without_level(name)) for name in names]
    return [f"{n} (%)" if unit and not known else n for n, unit, known in zip(names, units, marked, strict=True)]


def _widened(header: list[str], labels: list[str], grid: Grid, units: list[str]) -> Turned | None:
    """A long table as a wide one; ``None`` for a table that is none."""
    repeated = sum(labels.count(x) > 1 for x in labels)
    if len(header) < 3 or repeated * 2 < len(labels) or len(labels) < 4:
        return None
    keys = [_text(row[1]) for row in grid]
    if len(set(zip(labels, keys, strict=True))) != len(labels) or any(not k for k in keys):
        return None
    if sum(any(ch.isalpha() for ch in k) or bool(index_of(k)) for k in keys) < 0.9 * len(keys):
        return None
    return _spread(header, labels, _with_units(keys, units), grid, 2)


def _spread(header: list[str], labels: list[str], keys: list[str], grid: Grid, first: int) -> Turned:
    """The rows of ``labels`` with a column for each of ``keys`` and each column of values from ``first`` on."""
    rows, columns = list(dict.fromkeys(labels)), list(dict.fromkeys(keys))
    row_of, column_of = {r: i for i, r in enumerate(rows)}, {k: i for i, k in enumerate(columns)}
    values = list(range(first, len(header)))
    wide: Grid = [[None] * (1 + len(columns) * len(values)) for _ in rows]
    for label, key, row in zip(labels, keys, grid, strict=True):
        for j, c in enumerate(values):
            wide[row_of[label]][1 + column_of[key] * len(values) + j] = row[c]
    heads = [key if len(values) == 1 else f"{key} {header[c]}" for key in columns for c in values]
    things = [key for key in columns for _ in values]
    return Turned([header[0], *heads], rows, wide, ["", *things])


def _is_transposed(header: list[str], labels: list[str], grid: Grid) -> bool:
    """True where the first column holds quantities and the header things, by their words or by how cells look."""
    across = sum(_METRIC.search(h) is not None for h in header[1:]) / max(len(header) - 1, 1)
    down = sum(_METRIC.search(h) is not None for h in labels) / len(labels)
    if across >= 0.34 or len(header) <= 2:
        return False
    return down >= 0.5 or _looks_transposed(grid)


_METRIC = regex(
    r"^\s*(?:p|n|k|r|ρ|rho|Δ|d|k\s?/\s?n|sd|se|ci)\b|ρ|\brho\b|\b(?:rate|share|%|ci|interval|spearman|"
    r"pearson|mean|median|sd|cos\w*|similarity|peak|base(?:line)?|start|end|final"
    r"|first|last|correlation|p[- ]?values?|effect|delta|change|score|accuracy|marker|leak\w*|group|"
    r"category|half-width|predicted|observed|n per)\b|%",
    re.IGNORECASE,
)


def _noted(header: list[str], labels: list[str], grid: Grid, keys: list[str]) -> Turned:
    """A transposed table without columns of words, such as the name of a statistic, which go to the row's label."""
    words = [c for c in range(1, len(header)) if not any(ch.isdigit() for row in grid for ch in _text(row[c]))]
    kept = [c for c in range(len(header)) if c not in words]
    if not words or len(kept) < 2:
        return Turned(header, labels, grid, keys)
    noted = [[_text(row[c]) for c in words if _text(row[c])] for row in grid]
    labels = [f"{label} ({', '.join(notes)})" if notes else label for label, notes in zip(labels, noted, strict=True)]
    grid = [[row[c] for c in kept] for row in grid]
    return Turned([header[c] for c in kept], labels, grid, [keys[c] for c in kept])


def _looks_transposed(grid: Grid) -> bool:
    """True if cells look alike along nearly every row, rows look different, and columns are mixed."""
    looks = [[_look(cell) for cell in row[1:]] for row in grid]
    rows = [[x for x in row if x] for row in looks]
    columns = [[row[c] for row in looks if c < len(row) and row[c]] for c in range(max(map(len, looks), default=0))]
    rows, columns = [r for r in rows if len(r) >= 3], [c for c in columns if len(c) >= 3]
    if len(rows) < 3 or len(columns) < 3:
        return False
    alike = [r[0] for r in rows if len(set(r)) == 1]
    mixed = sum(max(map(c.count, set(c))) * 2 <= len(c) for c in columns)
    if len(alike) * 10 >= 7 * len(rows) and len(set(alike)) >= 3 and mixed * 10 >= 9 * len(columns):
        return True
    # every row of one look, every column of two: decimals above, counts below
    rare = min(map(alike.count, set(alike)), default=0)
    return len(alike) == len(rows) and rare >= 2 and all(len(set(c)) > 1 for c in columns)


def _look(cell: Cell | None) -> str:
    """How a cell looks: its text with every number as "0" or "0.0"; "" for one without numbers."""
    text = _text(cell).strip("*_ ")
    shown = _DIGITS.sub(lambda m: "0.0" if m["decimals"] or m["bare"] else "0", text)
    return "".join(shown.split()) if "0" in shown and len(text) <= 40 else ""


_DIGITS = regex(r"[-+−–]?\d[\d,]*(?P<decimals>\.\d+)?|[-+−–]?(?P<bare>\.\d+)")
