"""The values of tables that a clause sets against each other by naming their rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import inf
from typing import TypeAlias

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..regex import regex
from .addressed import unheld_measures
from .boards import ENDS, Board, Said, boards, inside, said, signs
from .grammar import Number
from .kinds import is_of_change
from .knowledge import Evidence
from .lexicon import ROLE_WORDS
from .names import words_of
from .passages import Sentence
from .wording import DIFFERENCE

__all__ = ["APART", "Contrast", "Level", "Range", "between_gaps", "contrast", "level_of"]

Range: TypeAlias = "tuple[float, float]"
"""What is allowed for a value, or for a difference of two."""
Level: TypeAlias = "tuple[Series, Fact]"
_KINDS = ("rate", "", "size", "coefficient", "similarity")


@struct
class Contrast:
    """Pairs of values, one of which a difference or a ratio of the clause has to be of."""

    pairs: tuple[tuple[Range, Range], ...]
    changes: tuple[Range, ...]
    """Differences that the tables themselves hold of what is named."""
    counts: bool
    """The values are whole numbers that are no rates."""

    def differs(self, low: float, high: float) -> bool:
        """True if two of the values, or a change, may differ by a number between ``low`` and ``high``, either way."""
        every = (*((a[0] - b[1], a[1] - b[0]) for a, b in self.pairs), *self.changes)
        return any(x <= high + 1e-9 and low - 1e-9 <= y for a, b in every for x, y in ((a, b), (-b, -a)))

    def divides(self, low: float, high: float) -> bool:
        """True if two of the values may have a ratio between ``low`` and ``high``, either way."""
        return any(
            max(0.0, x[0]) / y[1] <= high + 1e-9 and low - 1e-9 <= (x[1] / y[0] if y[0] > 0 else inf)
            for a, b in self.pairs
            for x, y in ((a, b), (b, a))
            if y[1] > 0 and x[1] >= 0
        )

    def against(self) -> str:
        """What the clause is held against: both values where there are only two."""
        shown = [sorted(f"{0.5 * sum(x):.4g}" for x in pair) for pair in self.pairs]
        return f": {' and '.join(shown[0])}" if len(shown) == 1 else ""


def contrast(
    evidence: Evidence, sentence: Sentence, number: Number | None, at: int, *, in_rows: bool = False
) -> Contrast | None:
    """What a difference or a ratio at ``at`` can be of; ``None`` where the words leave open which values it compares.

    Both rows and columns have to be named, and by all the names of the clause: two cells at least, or one cell that
    is compared with another of its row. With ``in_rows`` rows suffice, with all that stands in them.
    """
    left, right = _clause(sentence, at)
    text = sentence.between(left, right)
    if _ELSEWHERE.search(text) or any(
        not _is_spoken_of(evidence, sentence, w) for w in unheld_measures(evidence, text)
    ):
        return None
    points = number is not None and number.role == "points"
    tables = [b for b in boards(evidence) if b.printed]
    if {m.lastgroup for m in ENDS.finditer(text)} == {"first", "last"}:  # "ends at twice what it began with"
        tables = [b for b in tables if {"<first>", "<last>"} & (b.rows.keys() | b.heads.keys())]
    words = {sign for at, sign in signs(sentence) if left <= at < right and sign[:1] != "<"}
    if any(words & b.heads.keys() for b in tables):  # a column that is named goes before the ends of some course
        tables = [b for b in tables if words & b.heads.keys() or not _by_role(b, sentence, left, right)]
    found = [_of_board(evidence, b, sentence, left, right, in_rows) for b in tables]
    if points:  # of rates or scores, and of no counts
        found = [x for x in found if x is not None and not x.counts]
    known = [x for x in found if x is not None]
    if not known or not _prints_only(sentence, number, known, left, right):
        return None
    pairs = tuple(p for x in known for p in x.pairs)
    return Contrast(pairs, tuple(c for x in known for c in x.changes), all(x.counts for x in known))


def _is_spoken_of(evidence: Evidence, sentence: Sentence, word: str) -> bool:
    """True if another paragraph, which may say what a table holds, has a word."""
    return any(word in words_of(p.plain) for p in evidence.passages if p is not sentence.passage)


_CUT = regex(r";\s|\b(?:while|whereas)\b")
_ELSEWHERE = regex(
    r"\b(?:having been|had been|the same|both|respectively|steps|others?|rest|next(?! to\b)|any|runner|median|chance|"
    r"expected|interaction\w*|intervals?|CIs?|width|errors?|noise|sd|slopes?|per|asked|queried|sampled|residual\w*|"
    r"fit\w*|lines?|predict\w*|combined|together|altogether|jointly|relative change|remain\w*|every|thresholds?|bars?|"
    r"limits?|targets?|half[- ]?way|share of|random|human\w*|"
    r"\w{3,}est (?:dose|setting|level|rung|size|layer|step|batch|load))\b",
    re.IGNORECASE,
)
"""Words of something that is no value of what is named."""
_GAPS = regex(
    rf"\b(?:{DIFFERENCE}s?|advantages?|leads?|excess|surplus|deficit|improv\w+|gain(?:s|ed)?|los(?:es?|t)|"
    r"outstrip\w*|cost|costs|effects?|benefits?)\b",
    re.IGNORECASE,
)
"""Words of a difference, which may itself be compared with another one."""
_OUTDOES = regex(
    r"\b(?:than|outstrip\w*|outpac\w+|exceed\w*|surpass\w*|beat|beats|outdo\w*|outd[io]d)\b", re.IGNORECASE
)
"""Words that compare two differences by how far they are apart."""
_MARGIN = regex(r"\b(?:margins?|gaps?|leads?|excess|advantages?|differences?|distances?)\b", re.IGNORECASE)
APART = regex(r"\b(?:between|separat\w+|apart|differ\w*|distan\w+|discrepanc\w+)\b", re.IGNORECASE)
_AGAINST = regex(
    r"\b(?:than|to|versus|vs|against|ahead|behind|above|below|over|under|beats?|exceeds?|exceeded|surpass\w*|outdoes|"
    r"leads?|trails?|lags?|minus|less|by|until|after|since|compared)\b|→|->|[−–]|\s-\s",
    re.IGNORECASE,
)
"""What between two names sets the one against the other."""
_COMPARES = regex(
    r"\b(?:leads?|ahead|behind|trails?|than|above|below|over|under|most|least|best|worst|closest|nearest|distant)\b",
    re.IGNORECASE,
)
"""Words that may set a value against another one of its column."""


def _clause(sentence: Sentence, at: int) -> tuple[int, int]:
    """Where the clause begins and ends, as semicolons, "while" and "whereas" part them."""
    cuts = [sentence.start + m.start() for m in _CUT.finditer(sentence.text)]
    return max((c for c in cuts if c <= at), default=sentence.start), min(
        (c for c in cuts if c > at), default=sentence.end
    )


def _of_board(
    evidence: Evidence, board: Board, sentence: Sentence, left: int, right: int, in_rows: bool
) -> Contrast | None:
    text = sentence.between(left, right)
    rows, heads = (inside(x, left, right) for x in said(board, sentence))
    heads = sorted({*heads, *_said_whole(board, sentence, left, right)})
    named = tuple(dict.fromkeys(which for _, which in heads))
    levels = {at: level for at, cell in board.cells.items() if (level := level_of(evidence, cell)) is not None}
    lines = tuple(dict.fromkeys([*(which for _, which in rows), *_highest(board, levels, named, text)]))
    if not lines or not (named or in_rows) or not _names_all(board, sentence, heads, left, right):
        return None
    moved = {c for (_, c), (s, _) in levels.items() if is_of_change(s)}
    changes = tuple(x for r in lines for c in moved if (r, c) in levels for x in _scaled(levels[r, c]))
    asked = tuple(c for c in named if c not in moved) or named
    cells = [(r, c) for r in lines for c in asked or {c for _, c in levels} - moved if (r, c) in levels]
    if not cells or (asked and len(cells) < len(lines) * len(asked)):
        return None  # of a p-value, or of a cell that is empty
    if not in_rows and not _are_compared(sentence, rows if len(lines) > 1 else heads, lines, asked, text):
        return None  # of one against another that is not named
    if len(cells) == 1:
        crossed = "<first>" in board.rows or _COMPARES.search(text) is not None
        beside = [x for x in levels if x not in cells and x[1] not in moved]
        pairs = [(cells[0], x) for x in beside if x[0] == cells[0][0] or (crossed and x[1] == cells[0][1])]
    else:
        pairs = [(a, b) for a, b in combinations(cells, 2) if asked or a[0] == b[0] or a[1] == b[1]]
    if len(lines) == 2 and len(asked) == 1 and _MARGIN.search(text):  # "the lead over the control at 4 and at 8"
        pairs += [(x, y) for x in cells for y in levels if y[0] == x[0] and y[1] not in moved and x != y]
    pairs = [(a, b) for a, b in pairs if _are_alike(levels[a], levels[b])]
    ranges = [(_range(levels[a]), _range(levels[b])) for a, b in pairs]
    if _GAPS.search(text) and (in_rows or _OUTDOES.search(text)):
        ranges.extend(between_gaps(levels, lines, asked, moved))
    counts = all(s.counts and not s.fraction for at in cells for s in (levels[at][0],))
    return Contrast(tuple(ranges), changes, counts) if ranges else None


def _by_role(board: Board, sentence: Sentence, left: int, right: int) -> bool:
    """True if a clause names columns of a table by "first", "last" or "most" alone."""
    return bool(inside(said(board, sentence)[1], left, right))


def _are_compared(sentence: Sentence, mentions: Said, lines: Sequence[int], asked: Sequence[int], text: str) -> bool:
    """True if words set the two rows, or the two columns, that a clause names against each other."""
    if {len(lines), len(asked)} != {1, 2}:
        return False
    places = sorted({which: at for at, which in reversed(mentions)}.values())
    if len(places) != 2:
        return APART.search(text) is not None  # the peak of a course is one of them
    between = sentence.between(*places)
    return APART.search(text) is not None or _AGAINST.search(between) is not None


def _highest(board: Board, levels: dict[tuple[int, int], Level], named: Sequence[int], text: str) -> Iterator[int]:
    """The row of the largest value of a column, where rows are points of a course and the peak of one is spoken of."""
    if len(named) == 1 and "<first>" in board.rows and "<max>" not in board.heads and ROLE_WORDS["max"].search(text):
        column = {r: fact.value for (r, c), (_, fact) in levels.items() if c == named[0]}
        yield max(column, key=column.__getitem__)


def _said_whole(board: Board, sentence: Sentence, left: int, right: int) -> Said:
    """The columns whose whole header a clause says, "refusal rate" beside "Refusals": the longest where several are."""
    text = sentence.between(left, right)
    found = []
    for column, head in board.header.items():
        words = regex(r"[^\W\d_]+").findall(head.split("(")[0])
        if not words or regex(r"\d").search(head):
            continue
        whole = r"[\s-]+".join(map(re.escape, words))
        for m in re.finditer(rf"\b{whole}s?\b", text, re.IGNORECASE):
            found.append((m.start(), m.end(), column))
    longest = [x for x in found if not any(y[0] <= x[0] and x[1] <= y[1] and y[1] - y[0] > x[1] - x[0] for y in found)]
    alone = [x for x in longest if sum(y[:2] == x[:2] for y in longest) == 1]  # two columns of one name are none
    return [(left + start, column) for start, _, column in alone]


def _names_all(board: Board, sentence: Sentence, heads: Said, left: int, right: int) -> bool:
    """True if a table has a row or a column for every name of a clause."""
    signs = {at for at, _ in heads}
    return all(
        m.name in board.rows or m.name in board.heads or any(m.start <= at < m.end for at in signs)
        for m in sentence.names
        if left <= m.start < right
    )


def level_of(evidence: Evidence, cell: Sequence[Level]) -> Level | None:
    """The value of a cell, as one of its column; of a row over all the others, which no column has, of that row."""
    series, fact = min(cell, key=lambda x: not x[0].pointer.startswith("column"))
    return (series, fact) if evidence.kind(series) in _KINDS else None


def _range(level: Level) -> Range:
    return level[1].low, level[1].high


def _scaled(level: Level) -> tuple[Range, ...]:
    """A change as it stands, and as a fraction."""
    low, high = _range(level)
    return (low, high), (low / 100, high / 100)


def _are_alike(a: Level, b: Level) -> bool:
    """True for two values that may be in the same unit: of one column, two rates or scores below 1, two others."""
    small = [s.fraction or (s.ends[0].value >= 0 and s.largest <= 1) for s, _ in (a, b)]
    return a[0] is b[0] or (small[0] == small[1] and (small[0] or is_of_change(a[0]) == is_of_change(b[0])))


def between_gaps(
    levels: dict[tuple[int, int], Level], lines: Sequence[int], asked: Sequence[int], moved: set[int]
) -> Iterator[tuple[Range, Range]]:
    """Pairs of differences, of two rows between the same columns or of two columns between the same rows."""
    columns = sorted({c for r, c in levels if r in lines and c not in moved})
    for r, q in combinations(lines, 2):
        for c, d in combinations(columns, 2):
            corners = [levels.get(x) for x in ((r, c), (r, d), (q, c), (q, d))]
            if None in corners or not _are_alike(corners[0], corners[1]):  # type: ignore[arg-type]
                continue
            if len(asked) > 1 and not {c, d} <= {*asked}:
                continue
            a, b, x, y = (_range(level) for level in corners if level is not None)
            yield _gap(a, b), _gap(x, y)
            if len(asked) > 1:
                yield _gap(a, x), _gap(b, y)


def _gap(a: Range, b: Range) -> Range:
    """The size of the difference of two values."""
    low, high = a[0] - b[1], a[1] - b[0]
    return (low, high) if low >= 0 else (-high, -low) if high <= 0 else (0.0, max(-low, high))


def _prints_only(sentence: Sentence, number: Number | None, known: Sequence[Contrast], left: int, right: int) -> bool:
    """True if every other number of a clause is one of the values that it compares, and none a claim of its own."""
    changes = () if number is None else tuple(x for c in known for x in c.changes)
    own = [*(v for c in known for pair in c.pairs for v in pair), *changes]
    return all(
        n is number
        or n.role not in _CLAIMS
        or (n.role == "count" and number is None)
        or any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in own for low, high in ((n.low, n.high), n.scaled()))
        for n in sentence.numbers
        if left <= n.start < right
    )


_CLAIMS = ("percent", "coefficient", "points", "fold", "value", "count")
