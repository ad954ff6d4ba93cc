"""The rows and columns of tables that a clause names, by their names or by a word with a digit of their labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from leakstats.records import struct

from ..regex import regex
from .boards import ENDS, OVER_ALL, WHOLE, Board, boards, inside, said
from .knowledge import Evidence
from .names import fold_name, index_of, name_variants
from .passages import Sentence

__all__ = ["NamedLines", "named_lines"]


@struct
class NamedLines:
    """What a clause names of a table."""

    board: Board
    rows: Mapping[int, int]
    columns: Mapping[int, int]
    """Both with the place of their first mention, in that order."""
    whole: bool
    """Every name of the clause is one of the table, and it names a row or a column by more than a word of a header."""
    both_ends: bool
    """It names the start and the end of a course: "ends at twice what it began with"."""
    square: bool
    """The things that it names are both down and across."""


def named_lines(evidence: Evidence, sentence: Sentence, left: int, right: int) -> Iterator[NamedLines]:
    """What a clause names of each table, where that is anything."""
    text = sentence.between(left, right)
    names = [m for m in sentence.names if left <= m.start < right]
    taken = [(m.start, m.end) for m in names]
    points = any(m.name.startswith("#") for m in names)
    whole = OVER_ALL.search(text) or _ALL_OF.search(text)
    words = [(left + m.start(), fold_name(m[0])) for m in _WORD.finditer(text)]
    for board in boards(evidence):
        labels = _labels(evidence, board)
        columns = inside(said(board, sentence)[1], left, right)
        rows = [(m.start, board.rows[m.name]) for m in names if m.name in board.rows]
        if whole is not None and not rows and WHOLE in board.rows:
            rows.append((left + whole.start(), board.rows[WHOLE]))
        heads = {at for at, _ in columns}
        sure = bool(rows)
        placed = True
        for m in names:
            own = [labels.columns[m.name]] if m.name in labels.columns else _with_name(board, m.text)
            sure = sure or len(own) == 1
            columns += [(m.start, c) for c in own]
            if not own and m.name not in board.rows and not any(m.start <= at < m.end for at in heads):
                placed = False
        for at, word in words:
            if not any(a <= at < b for a, b in taken):
                sure = sure or 1 in (len(labels.in_rows.get(word, ())), len(labels.in_columns.get(word, ())))
                rows += [(at, r) for r in labels.in_rows.get(word, ())]
                columns += [(at, c) for c in labels.in_columns.get(word, ())]
        ends = [(left + m.start(), m.lastgroup or "") for m in ENDS.finditer(text)]
        for lines, names_of in ((rows, board.rows), (columns, board.heads)):
            lines += [(at, names_of[f"<{end}>"]) for at, end in ends if not points and f"<{end}>" in names_of]
        if rows or columns:
            square = any(m.name in board.rows and m.name in labels.columns for m in names)
            yield NamedLines(
                board,
                _first(rows),
                _first(columns),
                placed and sure,
                {end for _, end in ends} == {"first", "last"},
                square,
            )


def _with_name(board: Board, name: str) -> list[int]:
    """The columns that have a name among the words of their header, "late Petrel" and "wait Petrel", unless most do."""
    words = _PIECE.findall(name.casefold())
    heads = ((c, _PIECE.findall(head.casefold())) for c, head in board.header.items())
    k = len(words)
    found = [c for c, own in heads if any(own[i : i + k] == words for i in range(len(own) - k + 1))]
    return found if 2 * len(found) <= len(board.header) else []


_PIECE = regex(r"[^\W_]+")


def _first(found: Iterable[tuple[int, int]]) -> dict[int, int]:
    out: dict[int, int] = {}
    for at, which in sorted(found):
        out.setdefault(which, at)
    return out


_WORD = regex(r"(?<![\w.-])(?=[A-Za-z]*\d)[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*(?![\w.])")
""" "27B", "v2": a word with a digit, which is a part of one label as no other word would be."""


_ALL_OF = regex(r"\ball (?:the |of the )?\d[\d,]* [a-z]+s\b", re.IGNORECASE)


@struct
class _Labels:
    """What names one column of a table, and the rows and columns that have a word with a digit which not half have."""

    columns: Mapping[str, int]
    in_rows: Mapping[str, frozenset[int]]
    in_columns: Mapping[str, frozenset[int]]


def _labels(evidence: Evidence, board: Board) -> _Labels:
    cache: dict[int, _Labels] = evidence.cache.setdefault("labels of boards", {})
    if id(board) not in cache:
        whole: dict[str, set[int]] = defaultdict(set)
        for c, head in board.header.items():
            for name in evidence.known_as(name_variants(head)):
                whole[name].add(c)
        columns = {name: min(found) for name, found in whole.items() if len(found) == 1 and not index_of(name)}
        cache[id(board)] = _Labels(columns, _words_in(board.labels), _words_in(board.header))
    return cache[id(board)]


def _words_in(labels: Mapping[int, str]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for which, label in labels.items():
        for match in _WORD.finditer(label.replace("-", " ").replace("_", " ")):
            found[fold_name(match[0])].add(which)
    return {word: frozenset(places) for word, places in found.items() if 2 * len(places) < len(labels)}
