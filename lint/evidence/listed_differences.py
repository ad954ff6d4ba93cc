"""Differences of several things between the same two columns: "the cello gains 56.4 points, the harp 29.6 points".

Whoever lists them tells of one pair of columns; all but one of the numbers fit one pair, and so the other is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import TypeAlias

from ..regex import regex
from .beside import adjacent
from .boards import Board, boards, inside, said
from .claims import own_passages
from .compared import holds_rates
from .contrasts import Range
from .coordination import pair_of
from .grammar import Number
from .idioms import is_rate
from .knowledge import Clash, Evidence
from .names import Mention
from .passages import Sentence

__all__ = ["listed_difference_clashes"]

_Item: TypeAlias = "tuple[Number, Mention]"
_FEWEST = 2
_ENOUGH = 3
"""Of so many differences the others tell which columns are meant; of two the words must name them."""
_OTHERWISE = regex(r"\b(?:without|except|would|could|should|relative|mean|median|average)\b")


def listed_difference_clashes(evidence: Evidence) -> Iterator[Clash]:
    """The one of a list of differences, each of a thing, that is not between the columns that the others tell of."""
    for passage in own_passages(evidence):
        if sum(n.role == "points" for n in passage.numbers) < _FEWEST:
            continue
        for sentence in passage.sentences:
            items = _items(evidence, sentence)
            for number, name, (a, b) in _odd_ones(evidence, sentence, items) if items else ():
                told = sorted(f"{100 * 0.5 * sum(x):.4g}" for x in (a, b))
                yield Clash(
                    "difference",
                    passage.place(number.start, number.end),
                    f"{number.text} points is no difference for {name.text.strip()}, which has {' and '.join(told)} "
                    "where those beside it have theirs",
                    "subtract again, from unrounded values",
                )


def _items(evidence: Evidence, sentence: Sentence) -> list[_Item]:
    """The differences of a sentence with their things; empty unless each has one of its own, and no rate stands by."""
    points = {id(n) for n in sentence.numbers if n.role == "points" and n.bound in ("", "~")}
    if len(points) < _FEWEST or _OTHERWISE.search(sentence.text):
        return []
    if any(is_rate(sentence, n) and n.bound in ("", "~") for n in sentence.numbers):
        return []  # of the rates beside them
    near = adjacent(sentence)
    out = []
    for i, number in enumerate(sentence.numbers):
        name = near.get(i) or _holder(sentence, i)
        if id(number) in points and name is not None:
            out.append((number, name))
    names = {m.name for _, m in out}
    return out if len(points) == len(out) == len(names) and names <= evidence.page_names else []


def _holder(sentence: Sentence, i: int) -> Mention | None:
    """The one thing named in the clause in front of a number: "the cello has the largest gain at its best (+56 pp)"."""
    number = sentence.numbers[i]
    left = sentence.numbers[i - 1].end if i else sentence.start
    named = [m for m in sentence.names if left <= m.start and m.end <= number.at and not m.name.startswith("#")]
    alone = len(named) == 1 and ";" not in sentence.between(named[0].end, number.at)
    return named[0] if alone else None


def _odd_ones(
    evidence: Evidence, sentence: Sentence, items: Sequence[_Item]
) -> list[tuple[Number, Mention, tuple[Range, Range]]]:
    """The number that alone fits no pair of columns that all others fit; none where one pair fits all."""
    found = {}
    for board in boards(evidence):
        for pair in _pairs(board, sentence, items):
            wrong = [(n, m, x) for (n, m), x in zip(items, pair, strict=True) if not _fits(n, *x)]
            if not wrong:
                return []
            if len(wrong) == 1 and not _has_its_own(evidence, sentence, *wrong[0][:2]):
                found[id(wrong[0][0])] = wrong[0]
    return list(found.values()) if len(found) == 1 else []


def _pairs(board: Board, sentence: Sentence, items: Sequence[_Item]) -> Iterator[list[tuple[Range, Range]]]:
    """What the things have in two columns of rates: in those that the words name, or in any two for several things."""
    if any(m.name not in board.rows for _, m in items):
        return
    rows = [board.rows[m.name] for _, m in items]
    named = {which for _, which in inside(said(board, sentence)[1], sentence.start, sentence.end)}
    if len(named) != 2 and len(items) < _ENOUGH:
        return
    columns: dict[int, list[Range]] = {}
    for c in sorted({c for _, c in board.cells} & named if len(named) == 2 else {c for _, c in board.cells}):
        levels = [_level(board, r, c) for r in rows]
        if None not in levels:
            columns[c] = [x for x in levels if x is not None]
    for a, b in permutations(columns, 2):
        yield list(zip(columns[a], columns[b], strict=True))


def _has_its_own(evidence: Evidence, sentence: Sentence, number: Number, name: Mention) -> bool:
    """True if two other rates of a thing differ so, and no list says that the same two are meant of all."""
    if pair_of(sentence, number) is not None:
        return False
    rates = [(f.low, f.high) for s, f in evidence.about.get(name.name, ()) if holds_rates(evidence, s)][:60]
    return any(_fits(number, a, b) for a, b in permutations(rates, 2))


def _level(board: Board, row: int, column: int) -> Range | None:
    cell = board.cells.get((row, column))
    series, fact = min(cell, key=lambda x: not x[0].pointer.startswith("column")) if cell else (None, None)
    return (fact.low, fact.high) if series is not None and fact is not None and series.fraction else None


def _fits(number: Number, a: Range, b: Range) -> bool:
    """True if the first value is so many points above the second; either way round where the number has no sign."""
    low, high = number.low / 100 - 1e-9, number.high / 100 + 1e-9
    ways = [(a, b)] if number.signed else [(a, b), (b, a)]
    return any(x[0] - y[1] <= high and low <= x[1] - y[0] for x, y in ways)
