"""The part of a table that a stretch of a sentence names: some of its rows and some of its columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from leakstats.records import struct

from ..document import Paragraph
from ..regex import regex
from .grids import Axis, Said, stems_in_order, tokens
from .knowledge import Evidence
from .names import index_of, words_of
from .passages import Sentence, once
from .stated_units import words_above
from .states import AFTER, BEFORE
from .tables import CellNumber, Sheet
from .vocabulary import is_common

__all__ = ["Grid", "Region", "grids_of", "region"]

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
    def states(self) -> tuple[Mapping[str, frozenset[int]], Mapping[str, frozenset[int]]]:
        """The rows, and the columns, of a state: ``before`` and ``after``, ``first`` and ``last``, and ``whole``."""
        return _states(self.rows, self.rows.whole), _states(self.columns, _named_whole(self.columns))

    @cached_property
    def words(self) -> tuple[Sequence[frozenset[str]], Sequence[frozenset[str]]]:
        """The words of the labels of the rows, and of the columns."""
        rows, columns = ([_words(label) for label in axis.labels] for axis in (self.rows, self.columns))
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


@struct
class Region:
    """What is named of a table; of a side of which nothing is named, nothing."""

    grid: Grid
    rows: frozenset[int]
    columns: frozenset[int]
    is_sure: bool = True
    """What is named is named by all words of its label, by a name of its own in it, or by its place."""

    def holds(self, row: int, column: int) -> bool:
        """True for a cell inside, where a side of which nothing is named is open."""
        return (not self.rows or row in self.rows) and (not self.columns or column in self.columns)

    def within(self, columns: frozenset[int]) -> Region:
        """This region with only some of the columns."""
        return Region(self.grid, self.rows, self.columns & columns or columns, self.is_sure)

    def having(self, roles: Sequence[str]) -> Region:
        """This region with only the rows and columns that have a number of one of these roles in it."""
        held = [
            at
            for at, items in self.grid.cells.items()
            if self.holds(*at) and not items[0].interval and items[0].number.role in roles
        ]
        rows, columns = frozenset(r for r, _ in held), frozenset(c for _, c in held)
        if not held:  # "the barge, with its low draught, burns 12%": one side is named for another reason
            return Region(self.grid, self.rows, frozenset(), False) if self.columns else self
        return Region(self.grid, self.rows & rows, self.columns & columns, self.is_sure)

    @property
    def is_named(self) -> bool:
        """True if a row or a column is named."""
        return bool(self.rows or self.columns)

    @property
    def is_cell(self) -> bool:
        """True if one row and one column are named."""
        return len(self.rows) == len(self.columns) == 1


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


def region(grid: Grid, sentence: Sentence, left: int, right: int) -> Region:
    """What the words between two places name of a table: what all of them have in common, or else any of them."""
    memory = _regions(sentence)
    key = (id(grid), left, right)
    if key not in memory:
        memory[key] = _region(grid, sentence, left, right)
    return memory[key]


@once
def _regions(sentence: Sentence) -> dict[tuple[int, int, int], Region]:
    """What stretches of a sentence name of tables, as far as it was asked."""
    return {}


def _region(grid: Grid, sentence: Sentence, left: int, right: int) -> Region:
    start, end = max(left - sentence.start, 0), right - sentence.start
    text = sentence.text[start:end]
    sides: list[frozenset[int]] = []
    sure = True
    sides_of = zip((grid.rows, grid.columns), grid.states, grid.words, strict=True)
    have = frozenset(t for _, _, t in tokens(text))
    for axis, states, worded in sides_of:
        said = [s for s in axis.find(sentence) if start <= s.start < end]
        found = [s.members for s in said]
        found += [frozenset({i}) for i in _in_words(worded, said, have)]
        found += [states[sign] for sign, pattern in _SIGNS.items() if sign in states and pattern.search(text)]
        side = _joined(found)
        sure = sure and (len(found) > len(said) or all(_is_told(axis.labels[i], said, sentence.text) for i in side))
        sides.append(side)
    return Region(grid, sides[0], sides[1], sure)


def _in_words(worded: Sequence[frozenset[str]], said: Sequence[Said], have: frozenset[str]) -> Iterator[int]:
    """What a text names by common words, all of them: "misses 12 of 90 trains" of "Missed trains"."""
    for i, words in enumerate(worded):
        if len(words) > 1 and words <= have and not any(i in s.members and len(s.members) == 1 for s in said):
            yield i


def _words(label: str) -> frozenset[str]:
    return frozenset(t for t in stems_in_order(label) if t.isalpha())


def _is_told(label: str, said: Sequence[Said], text: str) -> bool:
    """True if a text has a name out of a label, or each of its words."""
    words = [text[s.start : s.end] for s in said]
    if any(w != w.lower() or not w.isalpha() for word in words for w in word.split()):
        return True
    have = {t for _, _, t in tokens(" ".join(words))}
    rest = [t for t in stems_in_order(label) if t not in have]
    return all(not t.isdigit() and (len(t) < 3 or (is_common(t) and t not in _OF_WHOM)) for t in rest)


_OF_WHOM = frozenset({"own", "other", "self"})


# -- what is said ------------------------------------------------------------------------------------------------------


def _joined(said: list[frozenset[int]]) -> frozenset[int]:
    """What all sets share, "winter" and "north"; where they share nothing, all that is in any: two things."""
    if not said:
        return frozenset()
    return frozenset.intersection(*said) or frozenset.union(*said)


_SIGNS: Mapping[str, re.Pattern[str]] = {
    "before": regex(
        r"\b(?:before(?:hand)?|un(?:tuned|trained|treated|quanti[sz]ed)|baseline|original(?:ly)?|initial(?:ly)?|base)\b"
        r"(?!\s+(?:\d|one|two|three|four))",
        re.IGNORECASE,
    ),
    "after": regex(
        r"\bafter(?:wards?)?\b(?!\s+(?:\d|one|two|three|four|all|that|this|which))|"
        r"(?<!-)\b(?<!un)(?:tuned|trained|final(?:ly)?|following)\b",
        re.IGNORECASE,
    ),
    "first": regex(r"\b(?:start(?:s|ed|ing)?|beg[ia]n(?:s|ning)?|initial(?:ly)?|at first|untrained)\b", re.IGNORECASE),
    "last": regex(r"\b(?:end(?:s|ed)?|final(?:ly)?|finish(?:es|ed)?|in the end|at last)\b", re.IGNORECASE),
    "whole": regex(
        r"\b(?:pool(?:ed|ing)?|overall|together|altogether|all told|in all|all in all|in total|combined|in aggregate|"
        r"(?:all|every|any) (?:of )?(?:the )?(?:\w+ )?[a-z]+|averaged?|on average|mean|sum(?:med)?)\b",
        re.IGNORECASE,
    ),
}


def _named_whole(axis: Axis) -> frozenset[int]:
    """Columns over all the others: "All (n = 90)", and not "Mean spill %"."""
    return frozenset(i for i, label in enumerate(axis.labels) if i and _WHOLE.fullmatch(label))


def _states(axis: Axis, whole: frozenset[int]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    found["whole"] |= whole
    for i, label in enumerate(axis.labels):
        words = words_of(label)
        if words & BEFORE:
            found["before"].add(i)
        elif words & (AFTER | _TUNED):
            found["after"].add(i)
    if axis.ordered:
        points = sorted((int(index_of(label)[1:]), i) for i, label in enumerate(axis.labels) if index_of(label))
        found["first"].add(points[0][1])
        found["last"].add(points[-1][1])
    return {sign: frozenset(places) for sign, places in found.items() if places}


_TUNED = words_of("tuned trained treated")
_WHOLE = regex(r"[\s*_]*(?:pooled|all|overall|total|mean|average|everything|combined)[\s*_]*(?:\(.*\))?", re.IGNORECASE)

# -- tables ------------------------------------------------------------------------------------------------------------


def _grid(evidence: Evidence, sheet: Sheet) -> Grid:
    cells: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    for item in sheet.numbers:
        if item.number.role != "none" and id(item) not in evidence.suspect:
            cells[(item.row, item.column)].append(item)
    glossary = _glossary(evidence)
    rows = [_glossed(label, glossary) for label in sheet.labels]
    heads = ["", *(_glossed(head, glossary) for head in sheet.header[1:])]
    blocks = evidence.document.blocks
    at = next(i for i, block in enumerate(blocks) if block is sheet.table)
    return Grid(
        sheet,
        Axis(tuple(rows), words_of(sheet.header[0]), _is_ordered(sheet.labels)),
        Axis(tuple(heads), frozenset(), _is_ordered(sheet.header[1:])),
        {at: tuple(found) for at, found in cells.items()},
        words_above(blocks, at),
    )


def _is_ordered(labels: Iterable[str]) -> bool:
    found = [index_of(label) for label in labels]
    return len(found) > 2 and all(found)


_GLOSS = regex(r"\b(?P<short>[A-Z][A-Za-z]{0,5})\s*(?:=|stands? for)\s*(?P<long>[a-z][a-z]+(?:[ -][a-z]+)?)")


def _glossary(evidence: Evidence) -> Mapping[str, str]:
    """The short forms that the page explains: "NB = north bank"."""
    if "glossary" not in evidence.cache:
        found: dict[str, str] = {}
        for block in evidence.document.blocks:
            if isinstance(block, Paragraph) and "=" in block.text.text:
                found.update((m["short"], m["long"]) for m in _GLOSS.finditer(block.text.text))
        evidence.cache["glossary"] = found
    known: Mapping[str, str] = evidence.cache["glossary"]
    return known


def _glossed(label: str, glossary: Mapping[str, str]) -> str:
    """A label with the long forms of its short words behind it."""
    words = regex(r"\b[A-Z][A-Za-z]{0,5}\b").findall(label) if glossary else ()
    return " ".join((label, *(glossary[w] for w in words if w in glossary)))
