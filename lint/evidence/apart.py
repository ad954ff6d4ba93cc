"""Differences and ratios against every pair of cells that a clause can mean: of the rows and columns that it names.

What words say of two things, "gives up", "is worth … over", need not be read: a number of points is a difference of
two levels whatever the verb. Where all that a clause names stands in a table, it is one of two cells there, and a
number that no two of them have is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import TypeAlias

from leakstats.facts import Fact, Series
from leakstats.records import replace

from ..regex import regex
from .averages import mean, median
from .boards import Board
from .contrasts import APART, Contrast, Level, Range, between_gaps, level_of
from .kinds import is_of_change
from .knowledge import Evidence
from .lexicon import MOOT
from .named_lines import NamedLines, named_lines
from .passages import Sentence
from .vocabulary import is_common, is_used

__all__ = ["apart", "clause_of", "levels_named"]

_Place: TypeAlias = "tuple[int, int]"
_Pair: TypeAlias = "tuple[_Place, _Place]"
_CUT = regex(
    r"[;:]\s|\b(?:while|whereas)\b|\s[–—]\s|"
    r",\s(?:so|which|although|though|but|who|because|since|as|none of|not one of)\b",
    re.IGNORECASE,
)
_OPEN = regex(
    r"\b(?:others?|rest|remaining|next|any(?!-)|runner|medians?|chance|expected|expect|predict\w*|interaction\w*|"
    r"synerg\w+|additiv\w+|intervals?|CIs?|confidence|widths?|errors?|noise|sd|slopes?|per|residual\w*|fit\w*|lines?|"
    r"combined|jointly|every|each|both|same|alike|equal\w*|thresholds?|bars?|limits?|targets?|half[- ]?way|share of|"
    r"random|human\w*|respectively|"
    r"asked|sampled|all but|without|except\w*|excluding|ignor\w+|leav\w+|nobody|no one|none but|whatever|whichever|"
    r"(?:top|bottom|first|last|best|worst|upper|lower|middle) (?:two|three|four|five|\d)|neighbou?r\w*|adjacent|"
    r"successive|consecutive|prior|previous\w*|earlier|published|reported|what(?! (?:it|they|he|she) )|those|"
    r"these|\w{3,}est (?:dose|setting|level|rung|size|layer|step|batch|load)|second|(?<!a )third(?! (?:of|as)))\b|#\d",
    re.IGNORECASE,
)
"""Words of something that need be no value of what is named."""
_SIZES = regex(r"\((?:(?:each|every|all|both)\s[^()%]{0,24})?\b[nN]\s?=\s?[\d,]+[^()%]{0,24}\)")
"""A bracket that says no more than how many answers there are: "(each share of n = 150)"."""
_AVERAGES = regex(r"\b(?:means?|averag\w+|pooled|overall|in all|altogether|together|typical\w*|total)\b", re.IGNORECASE)
_BACK = regex(
    r"\W*(?:(?:on|in|at|by|under|with|for|from|to|of|after|before|and|or|but|than)\s+)?"
    r"(?:it|its|they|their|them|this|that|these|those|he|she|his|her|there|here|both|which|such|"
    r"the (?:same|former|latter|two))\b",
    re.IGNORECASE,
)
_OTHER_PAIR = regex(
    r"\b(?:than|more|less|larger|smaller|greater|bigger|outdo\w*|exceed\w*|outpac\w*|outstrip\w*)\b", re.IGNORECASE
)
_AGAINST = regex(
    r"\b(?:than|to|versus|vs|against|over|ahead|behind|above|below|under|beats?|exceeds?|exceeded|surpass\w*|outdoes|"
    r"leads?|trails?|lags?|minus|compared|as)\b|→|->|[−–]|\s-\s",
    re.IGNORECASE,
)
"""What between two names sets the one against the other."""
_PRONOUN = regex(r"\b(?:it|its|they|them|their|there|this|that|these|those)\b", re.IGNORECASE)


def clause_of(sentence: Sentence, at: int) -> tuple[int, int]:
    """Where the clause of a number begins and ends."""
    cuts = [sentence.start + m.start() for m in _CUT.finditer(sentence.text)]
    return max((c for c in cuts if c <= at), default=sentence.start), min(
        (c for c in cuts if c > at), default=sentence.end
    )


def apart(evidence: Evidence, sentence: Sentence, at: int, *, points: bool) -> Contrast | None:
    """The pairs of which a difference or a ratio at ``at`` has to be one; ``None`` where that is open.

    Of ``points`` all values are fractions.
    """
    left, right = clause_of(sentence, at)
    text = _SIZES.sub(" ", sentence.between(left, right))
    if _OPEN.search(text) or _BACK.match(text.lstrip(" ,;:–—")) or MOOT.search(text):
        return None
    parts = [x for x in named_lines(evidence, sentence, left, right) if x.board.printed or x.whole]
    if any(part.square for part in parts) or _strange(evidence, sentence, left, right) > _MOST_STRANGE:
        return None
    first = min((at for part in parts for at in (*part.rows.values(), *part.columns.values())), default=right)
    if _PRONOUN.search(sentence.between(left, first)) or _speaks_of_other_points(sentence, parts):
        return None
    parts = _with_values(evidence, sentence, parts, at, left, right)
    if _AVERAGES.search(text) and not any(_is_of_all(part.board) for part in parts):
        return None
    pairs: list[tuple[Range, Range]] = []
    changes: list[Range] = []
    bound = False
    for part in parts:
        found = list(_pairs(evidence, sentence, part, text, points=points))
        pairs += found
        changes += _changes(evidence, part)
        bound = bound or (bool(found) and part.whole and part.board.printed)
    if not bound or not _prints_only(sentence, at, [v for pair in pairs for v in pair], left, right):
        return None
    return Contrast(tuple(pairs), tuple(changes), False)


def _strange(evidence: Evidence, sentence: Sentence, left: int, right: int) -> int:
    """How many words of a clause nothing accounts for: what they say of a number nobody can tell."""
    named = [(m.start, m.end) for m in sentence.names]
    out = 0
    for match in _WORD.finditer(sentence.between(left, right)):
        word, at = match[0], left + match.start()
        if is_common(word) or word.lower().endswith("ly") or _COMPARING.fullmatch(word):
            continue
        out += not (any(a <= at < b for a, b in named) or is_used(evidence, sentence, word))
    return out


_MOST_STRANGE = 1
_WORD = regex(r"(?<!['’\w])[^\W\d_]{3,}")
_COMPARING = regex(
    r"cost(?:s|ing)?|worth|beats?|removes?|buys?|bought|sav(?:es?|ed)|going|moving|scaling|switching|relative|terms?|"
    r"pushe[sd]|put|puts|knock(?:s|ed)|shave[sd]|tak(?:es?|ing)|applied|pooled|sets?|sett?ing",
    re.IGNORECASE,
)
"""Verbs and nouns of a difference that are no words of every claim."""


def _speaks_of_other_points(sentence: Sentence, parts: Sequence[NamedLines]) -> bool:
    """True if the passage up to here, or the sentence, names a checkpoint that no table of what is named has."""
    near = {m.name for m in sentence.passage.names if m.name.startswith("#") and m.start < sentence.end}
    held = [{*part.board.rows, *part.board.heads} for part in parts if part.whole]
    return bool(near) and not any(near <= names for names in held)


def levels_named(evidence: Evidence, sentence: Sentence, left: int, right: int) -> Iterator[Range]:
    """The rates of the cells that a stretch names, or else those of every row and column that it names.

    None where it names something that no table has.
    """
    parts = list(named_lines(evidence, sentence, left, right))
    parts = [part for part in parts if part.whole]
    both = [p for p in parts if p.board.printed and {len(p.rows), len(p.columns)} == {1, 2}]
    for part in both or parts:
        for (r, c), x in _levels(evidence, part.board).items():
            held = (r in part.rows and c in part.columns) if both else (r in part.rows or c in part.columns)
            if held and not is_of_change(x[0]):
                yield from (_range(x, scale) for scale in _scales(x, points=True))


def _with_values(
    evidence: Evidence, sentence: Sentence, parts: list[NamedLines], at: int, left: int, right: int
) -> list[NamedLines]:
    """What a clause names, with the one line in which a value that it prints stands: "at 23.7 the nun has twice …"."""
    printed = [
        n
        for n in sentence.numbers
        if left <= n.start < right and n.start != at and n.role == "value" and n.decimals > 0
    ]
    if len(printed) != 1:
        return parts
    found = []
    for part in parts:
        for (r, c), x in _levels(evidence, part.board).items():
            named = (part.rows and not part.columns and r in part.rows) or (
                part.columns and not part.rows and c in part.columns
            )
            if named and x[1].low <= printed[0].value <= x[1].high and not x[0].fraction:
                found.append((part, r, c))
    if len(found) != 1:
        return parts
    part, r, c = found[0]
    return [replace(part, columns={c: printed[0].start}) if part.rows else replace(part, rows={r: printed[0].start})]


def _prints_only(sentence: Sentence, at: int, held: Sequence[Range], left: int, right: int) -> bool:
    """True if every other value that a clause prints is one of those that it can compare."""
    return all(
        n.start == at
        or n.role not in _CLAIMS
        or any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in held for low, high in ((n.low, n.high), n.scaled()))
        for n in sentence.numbers
        if left <= n.start < right
    )


_CLAIMS = ("percent", "coefficient", "points", "fold", "value")


def _is_of_all(board: Board) -> bool:
    """True for a table that says of itself, of a row or of a column that it is over several things."""
    heads = (*board.header.values(), *board.labels.values(), board.about)
    return any(_AVERAGED.search(x) for x in heads)


_AVERAGED = regex(r"\b(?:means?|averages?|averaged|pooled|overall|all|any|total)\b", re.IGNORECASE)


def _levels(evidence: Evidence, board: Board) -> dict[_Place, Level]:
    cache: dict[int, dict[_Place, Level]] = evidence.cache.setdefault("levels of boards", {})
    if id(board) not in cache:
        cache[id(board)] = {at: x for at, cell in board.cells.items() if (x := level_of(evidence, cell)) is not None}
    return cache[id(board)]


def _pairs(
    evidence: Evidence, sentence: Sentence, part: NamedLines, text: str, *, points: bool
) -> Iterator[tuple[Range, Range]]:
    """The values of the pairs of cells that a clause can mean, and pairs of their differences where it compares two."""
    every = _levels(evidence, part.board)
    moved = {c for (_, c), x in every.items() if is_of_change(x[0])}
    levels = {at: x for at, x in every.items() if at[1] not in moved}
    named = [*(part.rows if len(part.rows) == 2 else part.columns).values()]
    between = sentence.between(named[0], named[-1]) if named else ""
    against = part.both_ends or APART.search(text) is not None or _AGAINST.search(between) is not None
    for a, b in _places(part, sorted({r for r, _ in levels}), sorted({c for _, c in levels}), against=against):
        if a in levels and b in levels and _are_alike(levels[a], levels[b]):
            for scale in _scales(levels[a], points=points):
                yield _range(levels[a], scale), _range(levels[b], scale)
    for one, other in combinations(_lines(part, levels), 2):
        shared = [(one[x], other[x]) for x in one.keys() & other.keys() if _are_alike(one[x], other[x])]
        if len(shared) > 1:  # of a side that nobody names it may be the mean
            for scale in _scales(shared[0][0], points=points):
                left, right = ([_range(x[i], scale) for x in shared] for i in (0, 1))
                yield from ((_over(left, of), _over(right, of)) for of in (mean, median))
    if points and len(part.rows) == 2 and _OTHER_PAIR.search(text):
        r, q = part.rows
        yield from between_gaps(levels, tuple(part.rows), tuple(part.columns), moved)
        yield from ((_range(every[r, c]), _range(every[q, c])) for c in moved if (r, c) in every and (q, c) in every)


def _lines(part: NamedLines, levels: Mapping[_Place, Level]) -> list[dict[int, Level]]:
    """The rows that a clause names, where it names no column, or the columns, where it names no row."""
    if part.rows and not part.columns:
        return [{c: x for (q, c), x in levels.items() if q == r} for r in part.rows]
    if part.columns and not part.rows:
        return [{r: x for (r, d), x in levels.items() if d == c} for c in part.columns]
    return []


def _over(ranges: Sequence[Range], of: Callable[[list[float]], float]) -> Range:
    return of([low for low, _ in ranges]), of([high for _, high in ranges])


def _places(part: NamedLines, every_row: list[int], every_column: list[int], *, against: bool) -> set[_Pair]:
    """The pairs of cells of a table that a clause can mean.

    Two cells that it names both by their row and their column; one that it names so, beside any other of its row or
    its column; and where it names rows alone, or columns alone, two cells of these in one line. Unless it sets two
    lines ``against`` each other, it may speak of each of them beside others.
    """
    if len({*part.columns.values()}) < len(part.columns):  # one word for several of them
        places = {at: [c for c, x in part.columns.items() if x == at] for at in part.columns.values()}
        several = [dict(zip(chosen, places, strict=True)) for chosen in product(*places.values())]
        alone = [replace(part, columns=x) for x in several[:_MOST_CHOICES]]
        return {x for one in alone for x in _places(one, every_row, every_column, against=against)}
    rows, columns = tuple(part.rows), tuple(part.columns)
    cells = [(r, c) for r in rows or every_row for c in columns or every_column]
    out = {(a, b) for a, b in combinations(cells, 2) if (rows and columns) or a[0] == b[0] or a[1] == b[1]}
    if against and len(rows) == 2 and len(columns) < 2:
        return {(a, b) for a, b in out if a[0] != b[0]}
    if against and len(columns) == 2 and len(rows) < 2:
        return {(a, b) for a, b in out if a[1] != b[1]}
    if rows:
        out |= {(x, (q, x[1])) for x in cells for q in every_row if q not in rows}
    if columns:
        out |= {(x, (x[0], d)) for x in cells for d in every_column if d not in columns}
    return out


_MOST_CHOICES = 12


def _are_alike(a: Level, b: Level) -> bool:
    return a[0] is b[0] or a[0].fraction == b[0].fraction


def _scales(level: Level, *, points: bool) -> tuple[float, ...]:
    """What makes a fraction of a value, if it is one of points: a score of any scale may be told in them."""
    series: Series = level[0]
    if not points or series.fraction:
        return (1.0,)
    return (0.01, 1.0) if series.largest <= 1.01 else (0.01,)


def _range(level: Level, scale: float = 1.0) -> Range:
    fact: Fact = level[1]
    return fact.low * scale, fact.high * scale


def _changes(evidence: Evidence, part: NamedLines) -> Iterator[Range]:
    """The differences that a table itself holds of what is named, as they stand and as fractions."""
    for (r, c), x in _levels(evidence, part.board).items():
        if is_of_change(x[0]) and (r in part.rows or c in part.columns):
            low, high = _range(x)
            yield low, high
            yield low / 100, high / 100
