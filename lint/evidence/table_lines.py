"""The lines of the page's tables, down or across: what several things have in one respect, with the words for it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from leakstats.facts import Series
from leakstats.lazy import cached_property
from leakstats.records import struct

from ..regex import regex
from .cell_numbers import INTERVAL_HEAD
from .grids import GLOSS, Grid, Interval, glossary_of, grids_of
from .knowledge import Evidence
from .sides import Axis, axis_of, glossed
from .stages import stage_of
from .stems import BRACKETS, stems_of
from .tables import Sheet
from .wording import CHANGES

__all__ = ["Line", "lines"]


@struct(slots=False)
class Line:
    """The values of things in one respect: a column, or the cells of a row in columns of one quantity."""

    axis: Axis
    values: Mapping[int, Interval]
    other: Axis
    """The side along which there are further slices like this."""
    at: int
    """Its place there."""
    own: frozenset[str]
    """Stems of its own header, or label."""
    about: frozenset[str]
    """Stems of what stands over all of the table."""
    head: str
    kind: str
    change: bool
    """It holds differences."""
    down: bool
    state: str
    """"before", "after" or ""."""
    grid: Grid
    ends: frozenset[int] = frozenset()
    """The two places there of which it is the difference."""

    @property
    def whole(self) -> bool:
        """True for one over all things of the other side."""
        return self.at in self.other.whole

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of everything that says what it holds."""
        return self.own | self.about


def lines(evidence: Evidence) -> list[Line]:
    """The columns and the rows of the page's tables."""
    if "lines" not in evidence.cache:
        evidence.cache["lines"] = [s for grid in grids_of(evidence) for s in _of_grid(evidence, grid)]
    out: list[Line] = evidence.cache["lines"]
    return out


def _of_grid(evidence: Evidence, grid: Grid) -> Iterator[Line]:
    sheet, cells, glossary = grid.sheet, grid.values, glossary_of(evidence)
    columns: dict[int, Series] = {}
    for series, items in sheet.series:
        if series.pointer.startswith("column") and not series.role:
            columns.setdefault(items[0].column, series)
    kinds = {c: evidence.kind(s) for c, s in columns.items()}
    about = stems_of(GLOSS.sub(" ", grid.above))
    held = [r for r, label in enumerate(sheet.labels) if _OF_SIZE.fullmatch(label) is None]
    for c, series in columns.items():
        head = sheet.header[c]
        found = {r: cells[(r, c)] for r in held if (r, c) in cells}
        if len(found) > 1 and INTERVAL_HEAD.search(head) is None:
            own = stems_of(grid.columns.names[c])
            yield Line(
                grid.rows, found, grid.columns, c, own, about, head, kinds[c], _is_of_change(series, head), True,
                stage_of(head), grid,
            )  # fmt: skip
    for axis, members, measure in _across(grid, columns, kinds, glossary):
        for r, label in enumerate(sheet.labels):
            if INTERVAL_HEAD.search(label) is not None:
                continue
            found = {i: cells[(r, c)] for i, c in enumerate(members) if (r, c) in cells}
            if len(found) > 1:
                own = stems_of(grid.rows.names[r]) | measure
                kind = kinds.get(members[0], "")
                yield Line(axis, found, grid.rows, r, own, about, label, kind, False, False, stage_of(label), grid)


_OF_SIZE = regex(r"\W*(?:n|p|k|df|size|sizes|units|rows|sample size)\W*", re.IGNORECASE)
"""The label of how many values are of, or how sure, beside those that hold the values."""


def _is_of_change(series: Series, head: str) -> bool:
    return bool(series.words & CHANGES) or "Δ" in head


_Group = tuple[Axis, list[int], frozenset[str]]
"""The things that columns of one quantity are of, those columns, and the words of the quantity."""


def _across(
    grid: Grid, columns: Mapping[int, Series], kinds: Mapping[int, str], glossary: Mapping[str, str]
) -> Iterator[_Group]:
    """The columns along which the rows of a table are lines."""
    apart = _columns_of_many(grid.sheet, columns, grid.values)
    if apart:
        yield axis_of([_label(grid.sheet, c) for c in apart], glossary), apart, frozenset()
    else:
        yield from _groups(grid.sheet, columns, kinds, glossary)


def _label(sheet: Sheet, column: int) -> str:
    return sheet.keys[column] or sheet.header[column]


def _columns_of_many(
    sheet: Sheet, columns: Mapping[int, Series], cells: Mapping[tuple[int, int], Interval]
) -> list[int]:
    """The columns of a table in which each row is of a quantity of its own, so that no column is of any."""
    filled = sorted({c for _, c in cells if _OF_SIZE.fullmatch(sheet.header[c]) is None})
    return filled if len(filled) > 1 and 2 * sum(c not in columns for c in filled) > len(filled) else []


_UNIT = regex(r"\(([^()\d]{1,12})\)|(%|/s\b)")


def _groups(
    sheet: Sheet, columns: Mapping[int, Series], kinds: Mapping[int, str], glossary: Mapping[str, str]
) -> Iterator[_Group]:
    """Columns of one quantity."""
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for c, series in columns.items():
        head = sheet.header[c]
        unit = _UNIT.search(head)
        change = _is_of_change(series, head)
        if kinds[c] not in ("p", "size", "spread"):
            alike[(kinds[c], series.fraction, change, unit[0] if unit else "")].append(c)
    for members in alike.values():
        pieces = {c: BRACKETS.sub(" ", sheet.header[c]).split() for c in members}
        for end in (0, -1):
            ends = Counter(p[end].casefold() for p in pieces.values() if p)
            head_of = {p[end].casefold(): p[end] for p in pieces.values() if p}
            if (
                len(members) > 3
                and len(ends) > 1
                and min(ends.values()) > 1
                and all(len(p) > 1 for p in pieces.values())
            ):
                for shared in ends:
                    part = [c for c in members if pieces[c][end].casefold() == shared]
                    rest = [" ".join(pieces[c][1:] if end == 0 else pieces[c][:-1]) for c in part]
                    yield axis_of(rest, glossary), part, stems_of(glossed(head_of[shared], glossary))
                break
        else:
            if len(members) > 1:
                yield axis_of([_label(sheet, c) for c in members], glossary), members, frozenset()
