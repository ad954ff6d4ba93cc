"""The part of a table that a stretch of a sentence names: some of its rows and some of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leakstats.records import struct

from .grids import Grid
from .passages import Sentence, once
from .sides import Said
from .stages import stages_in
from .stems import stems_in_order, tokens
from .vocabulary import is_common

__all__ = ["Region", "region"]


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
    said_stages = stages_in(text)
    for axis, states, worded in sides_of:
        said = [s for s in axis.find(sentence) if start <= s.start < end]
        found = [s.members for s in said]
        found += [frozenset({i}) for i in _in_words(worded, said, have)]
        found += [states[stage] for stage in said_stages if stage in states]
        side = _joined(found)
        sure = sure and (len(found) > len(said) or all(_is_whole(axis.names[i], said, sentence.text) for i in side))
        sides.append(side)
    return Region(grid, sides[0], sides[1], sure)


def _in_words(worded: Sequence[frozenset[str]], said: Sequence[Said], have: frozenset[str]) -> Iterator[int]:
    """What a text names by common words, all of them: "misses 12 of 90 trains" of "Missed trains"."""
    for i, words in enumerate(worded):
        if len(words) > 1 and words <= have and not any(i in s.members and len(s.members) == 1 for s in said):
            yield i


def _is_whole(label: str, said: Sequence[Said], text: str) -> bool:
    """True if a text has a name out of a label, or each of its words."""
    words = [text[s.start : s.end] for s in said]
    if any(w != w.lower() or not w.isalpha() for word in words for w in word.split()):
        return True
    have = {t for _, _, t in tokens(" ".join(words))}
    rest = [t for t in stems_in_order(label) if t not in have]
    return all(not t.isdigit() and (len(t) < 3 or (is_common(t) and t not in _OF_WHOM)) for t in rest)


_OF_WHOM = frozenset({"own", "other", "self"})


def _joined(said: list[frozenset[int]]) -> frozenset[int]:
    """What all sets share, "winter" and "north"; where they share nothing, all that is in any: two things."""
    if not said:
        return frozenset()
    return frozenset.intersection(*said) or frozenset.union(*said)
