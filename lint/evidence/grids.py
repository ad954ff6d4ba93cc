"""The tables of the page by their rows and columns: the things of both sides, the cells, and the words for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from leakstats.lazy import cached_property
from leakstats.records import struct

from ..document import Paragraph
from ..regex import regex
from .knowledge import Evidence
from .names import index_of
from .sides import Axis, axis_of
from .stages import stage_of
from .stated_units import words_above
from .stems import stems_in_order, stems_of
from .tables import CellNumber, Sheet

__all__ = ["GLOSS", "Grid", "Interval", "glossary_of", "grids_of"]

Interval = tuple[float, float]
"""What the digits of a cell allow."""
_MOST = 60
"""Rows or columns of a table that words choose from."""


@struct(slots=False)
class Grid:
    """A table of the page by its rows, its columns and the numbers of its cells."""

    sheet: Sheet
    rows: Axis
    columns: Axis
    cells: Mapping[tuple[int, int], tuple[CellNumber, ...]]
    above: str
    """The words above the table."""

    @cached_property
    def values(self) -> Mapping[tuple[int, int], Interval]:
        """The plain values of cells: no p, no bound, no end of an interval and no second number."""
        found = ((at, item) for at, items in self.cells.items() for item in items)
        return {at: item.number.scaled() for at, item in found if _is_plain(item)}

    @cached_property
    def states(self) -> tuple[Mapping[str, frozenset[int]], Mapping[str, frozenset[int]]]:
        """The rows, and the columns, of a state: ``before`` and ``after``, ``first`` and ``last``, and ``whole``."""
        return _states(self.rows, self.rows.whole), _states(self.columns, _named_whole(self.columns))

    @cached_property
    def words(self) -> tuple[Sequence[frozenset[str]], Sequence[frozenset[str]]]:
        """The words of the labels of the rows, and of the columns."""
        rows, columns = (
            [frozenset(t for t in stems_in_order(name) if t.isalpha()) for name in axis.names]
            for axis in (self.rows, self.columns)
        )
        return rows, columns

    @cached_property
    def units(self) -> frozenset[str]:
        """The units of measure of its cells, in lower case."""
        return frozenset().union(self._units, *self._own_units.values())

    @cached_property
    def _units(self) -> frozenset[str]:
        return frozenset(m[1].lower() for m in _UNIT.finditer(self.above))

    @cached_property
    def _own_units(self) -> Mapping[int, frozenset[str]]:
        heads = enumerate(self.sheet.header)
        return {c: frozenset((m[1] or m[2]).lower() for m in _HEAD_UNIT.finditer(head)) for c, head in heads if c}

    @cached_property
    def p_columns(self) -> tuple[int, ...]:
        """The columns of p-values."""
        roles: dict[int, set[str]] = defaultdict(set)
        for (_, c), items in self.cells.items():
            roles[c].add(items[0].number.role)
        return tuple(c for c in sorted(roles) if roles[c] == {"p"})

    def columns_in(self, unit: str) -> frozenset[int]:
        """The columns in a unit: those of whose header it is, or else those without one of their own."""
        own = frozenset(c for c, units in self._own_units.items() if unit in units)
        return own or frozenset(c for c, units in self._own_units.items() if not units)


_UNIT = regex(r"(?:\bin |\()([A-Za-zµ°]+(?:/[A-Za-z]+)?)(?=\)|\s+(?:by|per|for|of|at|over|with)\b|[,:;.]|$)")
_HEAD_UNIT = regex(r"\(([A-Za-zµ°]+(?:/[A-Za-z]+)?)\)|(?<![\w/])([A-Za-z]+/[A-Za-z]+)(?![\w/])")


def grids_of(evidence: Evidence) -> list[Grid]:
    """The tables of the page."""
    if "grids" not in evidence.cache:
        evidence.cache["grids"] = [
            _grid(evidence, sheet)
            for sheet in evidence.sheets
            if len(sheet.labels) <= _MOST and len(sheet.header) <= _MOST
        ]
    found: list[Grid] = evidence.cache["grids"]
    return found


# -- what is read ------------------------------------------------------------------------------------------------------


def _grid(evidence: Evidence, sheet: Sheet) -> Grid:
    cells: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    for item in sheet.numbers:
        if item.number.role != "none" and id(item) not in evidence.suspect:
            cells[(item.row, item.column)].append(item)
    glossary = glossary_of(evidence)
    blocks = evidence.document.blocks
    at = next(i for i, block in enumerate(blocks) if block is sheet.table)
    return Grid(
        sheet,
        axis_of(sheet.labels, glossary, stems_of(sheet.header[0])),
        axis_of(("", *sheet.header[1:]), glossary),
        {at: tuple(found) for at, found in cells.items()},
        words_above(blocks, at),
    )


def _is_plain(item: CellNumber) -> bool:
    number = item.number
    return not item.position and not item.interval and not number.bound and number.role != "p"


_WHOLE = regex(r"[\s*_]*(?:pooled|all|overall|total|mean|average|everything|combined)[\s*_]*(?:\(.*\))?", re.IGNORECASE)


def _named_whole(axis: Axis) -> frozenset[int]:
    """Columns over all the others: "All (n = 90)", and not "Mean spill %"."""
    return frozenset(i for i, label in enumerate(axis.labels) if i and _WHOLE.fullmatch(label))


def _states(axis: Axis, whole: frozenset[int]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    found["whole"] |= whole
    for i, name in enumerate(axis.names):
        found[stage_of(name)].add(i)
    if axis.ordered:
        points = sorted((int(index_of(label)[1:]), i) for i, label in enumerate(axis.labels) if index_of(label))
        found["first"].add(points[0][1])
        found["last"].add(points[-1][1])
    return {sign: frozenset(places) for sign, places in found.items() if sign and places}


# -- short forms -------------------------------------------------------------------------------------------------------

GLOSS = regex(r"\b(?P<short>[A-Z][A-Za-z]{0,5})\s*(?:=|stands? for)\s*(?P<long>[a-z][a-z]+(?:[ -][a-z]+)?)")


def glossary_of(evidence: Evidence) -> Mapping[str, str]:
    """The short forms that the page explains: "NB = north bank"."""
    if "glossary" not in evidence.cache:
        found: dict[str, str] = {}
        for block in evidence.document.blocks:
            if isinstance(block, Paragraph) and ("=" in block.text.text or "stand" in block.text.text):
                found.update((m["short"], m["long"]) for m in GLOSS.finditer(block.text.text))
        evidence.cache["glossary"] = found
    known: Mapping[str, str] = evidence.cache["glossary"]
    return known
