"""The cells of tables that sentences name by their row and their column: "the filtered mix keeps 7.6% at 100 rows"."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..regex import regex
from .boards import Board, Said, boards, inside, one, said
from .claims import claimed
from .fields import by_method
from .grammar import Number
from .idioms import SHARE_OF, interval_ends, pairs_of_counts, spans
from .knowledge import Evidence
from .measured import columns_in, fits, measured
from .names import words_of
from .passages import Sentence
from .quantities import READ
from .shares import PART_OF
from .states import WORKED

__all__ = ["Cell", "cells_named", "unheld_measures"]


@struct
class Cell:
    """What tables know of a row and a column."""

    facts: tuple[tuple[Series, Fact], ...]
    """The same value, as one of its column and as one of its row."""
    exchanged: bool
    """The number is another value of the row or of the column."""


def cells_named(evidence: Evidence) -> dict[int, Cell]:
    """The cells that words name for numbers of the prose, by the number's identity; none where tables disagree."""
    if "cells named" not in evidence.cache:
        grids = boards(evidence)
        by_sentence: dict[int, tuple[Sentence, list[Number]]] = {}
        units = {id(number): (sentence, number, unit) for sentence, number, unit in measured(evidence)}
        asked = [(sentence, number) for sentence, _, number in claimed(evidence)] if grids else []
        asked += [(sentence, number) for sentence, number, _ in units.values()]
        for sentence, number in sorted(asked, key=lambda x: x[1].start):
            by_sentence.setdefault(id(sentence), (sentence, []))[1].append(number)
        in_unit = {key: unit for key, (_, _, unit) in units.items()}
        found: dict[int, Cell] = {}
        for sentence, numbers in by_sentence.values():
            found.update(_of_sentence(evidence, grids, sentence, numbers, in_unit))
        evidence.cache["cells named"] = found
    known: dict[int, Cell] = evidence.cache["cells named"]
    return known


# -- sentences ---------------------------------------------------------------------------------------------------------

_CUT = regex(r";|\b(?:while|whereas)\b")
_CLOSES = regex(
    r",\s(?:an?|that|which|and|but|so|though|although|while|should|must|may|might|can|could|will|would|do|does|did)\b|;|"
    r"\((?![\w\s-]{1,24}\))"
)
_OTHERWISE = regex(
    r"\b(?:not|never|no|none|nor|nobody|without|except|unlike|others?|rest|remaining|else\w*|median|each|every|any|some|"
    r"threshold|bar|chance|random|target\w*|human\w*|interval|band|bounds?|limits?|second only|only to|behind only)\b|"
    r"n['’]t\b|\b(?:by|from|within|under) (?:about |roughly |around |only )?\d|\bCI\b",
    re.IGNORECASE,
)
"""In such a sentence a number may be of others than those that are named."""
_MEASURES = words_of(
    "accuracy precision recall f1 loss perplexity latency length duration speed cost price memory agreement kappa "
    "confidence toxicity fluency coverage variance entropy bleu rouge chrf auc auroc cosine similarity correlation "
    "weight age temperature helpfulness safety refusal compliance quality brevity verbosity reward"
)
"""Words for measures; one that no header and no title has is of something that the tables do not hold."""
_WORKED_OUT = regex(
    r"\b(?:differ\w*|gaps?|apart|points?|pp|ratios?|times|\w*fold|than|less|fewer|above|below|over|beneath|exceed\w*|"
    r"at least|both|between|third|half|quarter|twice|double\w*|halve\w*|relative\w*)\b",
    re.IGNORECASE,
)
"""In such a sentence a lone number may be worked out of others."""


def _of_sentence(
    evidence: Evidence,
    grids: Sequence[Board],
    sentence: Sentence,
    numbers: Sequence[Number],
    units: Mapping[int, str],
) -> Iterator[tuple[int, Cell]]:
    last = max(n.end for n in numbers)
    tail = _CLOSES.search(sentence.between(last, sentence.end))
    end = last + tail.start() if tail is not None else sentence.end
    asking = sentence.between(sentence.start, end)
    if _OTHERWISE.search(asking) or WORKED.search(asking) or not _is_plain(sentence, numbers):
        return
    if unheld_measures(evidence, asking) and not all(id(n) in units for n in numbers):
        return
    behind = [sentence.between(n.end, n.end + 60) for n in numbers]
    if any(PART_OF.match(rest) or SHARE_OF.match(rest.lstrip()) for rest in behind):
        return
    worked = words_of(" ".join(_WORKED_OUT.findall(asking)))
    edges = [sentence.start, *_cuts(sentence, end), end]
    found: dict[int, list[Cell]] = defaultdict(list)
    for board in grids:
        among = [columns_in(board, units[id(n)]) for n in numbers if id(n) in units]
        if among and not all(among):
            continue
        rows, heads = ([x for x in found if x[0] < end] for found in said(board, sentence))
        if rows and _IT.match(asking):
            continue  # "It spills 21%, second only to the nun"
        if _is_elsewhere(asking, {at - sentence.start for at, _ in (*rows, *heads)}):
            continue
        if _names_several(board, asking, {c for _, c in heads}):
            continue
        own = words_of(" ".join(board.header[c] for columns in among for c in columns))
        alone = worked <= own  # "the gap is 12.2 pp" of a table with a column of gaps in points
        if among:
            heads = [(at, c) for at, c in heads if all(c in columns for columns in among)]
        for left, right in itertools.pairwise(edges):
            values = [n for n in numbers if left <= n.start < right]
            if not values:
                continue
            own_rows, own_heads = inside(rows, left, right), inside(heads, left, right)
            if not own_rows and not own_heads:
                continue  # "the abbot keeps 71%, whereas his guests keep 4%"
            own_rows = own_rows or one(inside(rows, sentence.start, left))
            own_heads = own_heads or one(inside(heads, sentence.start, left))
            plain_unit = all(units.get(id(n)) != "pp" for n in values)  # there are many differences in points
            if among and not own_heads and plain_unit and all(len(columns) == 1 for columns in among):
                own_heads = [(values[0].start - 1, min(among[0]))]  # the unit says it: "2,590 tokens/s"
            for number, row, head in _joined(sentence, values, own_rows, own_heads, alone=alone):
                asks = _Asks(_method(sentence, number), units.get(id(number), ""))
                cell = _cell(evidence, board, number, (row, head), asks)
                if cell is not None:
                    found[id(number)].append(cell)
    for number in numbers:
        cells = found.get(id(number), [])
        if cells and _are_one(cells):
            yield id(number), cells[0]


_IT = regex(
    r"\W*(?:It|He|She|They|This|That|These|Those)\b"
    r"(?!\s+(?:is|was|are|were)\s+(?:the |an? )?\W*\w+\W*\s+(?:that|who|which)\b)"
)
"""Before a sentence about something that was named before, but for "It is the nun that …"."""
_END = regex(r"\b(?:first|earliest|last|final|latest)\s+(?!(?:value|rate|score|one)\b)[a-z]+", re.IGNORECASE)


def _is_elsewhere(asking: str, places: set[int]) -> bool:
    """True if words speak of a first or a last point that is no row and no column of a table."""
    return any(m.start() not in places for m in _END.finditer(asking))


def _names_several(board: Board, asking: str, said: set[int]) -> bool:
    """True if a text has the header of a column, not ``said``, that another has too: "plain" beside "Loss (plain)"."""
    heads = {c: words_of(head) - READ for c, head in board.header.items() if not any(map(str.isdigit, head))}
    asked = words_of(asking)
    open_ = (words for c, words in heads.items() if words and c not in said and words <= asked)
    return any(sum(words <= other for other in heads.values()) > 1 for words in open_)


def unheld_measures(evidence: Evidence, text: str) -> frozenset[str]:
    """Words of a text for measures that no header and no title has: what they measure no table need hold."""
    titles = frozenset().union(*(words_of(title.text) for title in evidence.document.titles))
    return (words_of(text) & _MEASURES) - evidence.quantities - titles


def _cuts(sentence: Sentence, end: int) -> Iterator[int]:
    """Where clauses of a sentence begin; a semicolon in a bracket parts none."""
    for match in _CUT.finditer(sentence.between(sentence.start, end)):
        before = sentence.between(sentence.start, sentence.start + match.start())
        if before.count("(") == before.count(")") and before.count("[") == before.count("]"):
            yield sentence.start + match.start()


@struct
class _Asks:
    """What a number says of itself."""

    method: str
    unit: str


def _cell(evidence: Evidence, board: Board, number: Number, named: tuple[int, int], asks: _Asks) -> Cell | None:
    facts = _printable(evidence, board, number, named, asks)
    beside = [at for at in board.cells if (at[0] == named[0]) != (at[1] == named[1])]
    others = [x for at in beside for x in _printable(evidence, board, number, at, asks)]
    if not facts or any(_is_rest(number, s, f) for s, f in facts):
        return None
    if asks.unit:
        return Cell(facts, any(fits(number, f) for _, f in others))
    return Cell(facts, any(evidence.matches(number, s, f) for s, f in others))


def _is_rest(number: Number, series: Series, fact: Fact) -> bool:
    """True for what a rate leaves to 100%: of 60% refused 40% are granted."""
    low, high = number.scaled()
    return series.fraction and low + 1e-9 < 1 - fact.low and 1 - fact.high < high - 1e-9


def _method(sentence: Sentence, number: Number) -> str:
    """The symbol of a coefficient; one without follows the last that has one: "r_s = 0.8 for A, and 0.6 for B"."""
    told = [x.label for x in sentence.numbers if x.role == "coefficient" and x.end <= number.start]
    return number.label or (told[-1] if told and number.role == "value" else "")


def _printable(
    evidence: Evidence, board: Board, number: Number, at: tuple[int, int], asks: _Asks
) -> tuple[tuple[Series, Fact], ...]:
    """The value of a cell, if the number is of its kind."""
    held = board.cells.get(at, ())
    if asks.unit:
        of_unit = at[1] in columns_in(board, asks.unit)
        return tuple((s, f) for s, f in held if of_unit and evidence.kind(s) not in _NO_MEASURE)
    kinds = _KINDS_OF.get(number.role, _KINDS_OF["percent"])
    return tuple(
        (s, f)
        for s, f in held
        if evidence.suits(number, s)
        and evidence.kind(s) in kinds
        and by_method([s], asks.method)
        and not (s.fraction and number.role == "value" and (number.signed or not evidence.prints_decimals))
    )


_NO_MEASURE = ("p", "coefficient", "spread")
_KINDS_OF = {
    "coefficient": ("coefficient",),
    "value": ("coefficient", "similarity", "rate", "", "spread"),
    "percent": ("rate", ""),
}
"""What a number can be of, by its role."""


def _is_plain(sentence: Sentence, numbers: Sequence[Number]) -> bool:
    """True if a sentence has no number but values, sizes, checkpoints, and ends of intervals."""
    ends = interval_ends(sentence)
    counted = {id(x) for pair in pairs_of_counts(sentence) for x in pair}
    known = ends | counted | {id(n) for n in numbers}
    if any(x in s for s in ((y.left, y.right) for y in spans(sentence) if id(y.left) not in ends) for x in numbers):
        return False
    return all(
        id(n) in known or n.role in _BESIDE or sentence.between(n.start - 2, n.start).strip() == "±"
        for n in sentence.numbers
    )


_BESIDE = frozenset(["n", "p", "index", "none", "count", "points", "fold"])
"""What may stand beside values without being one."""


def _joined(
    sentence: Sentence, values: Sequence[Number], rows: Said, heads: Said, *, alone: bool
) -> Iterator[tuple[Number, int, int]]:
    """Each value with its row and its column: each named beside it, or one of the two once for all.

    A value that does not stand beside a name of its own counts only if no word makes something of it (``alone``).
    """
    if len(values) == 1:
        near = alone and one(rows) and one(heads)
        if near and _is_near(sentence, values[0], rows) and _is_near(sentence, values[0], heads):
            yield values[0], rows[0][1], heads[0][1]
        return
    k = len(values)
    by_row = rows[:1] * k if one(rows) else rows if _alternate(values, rows, alone=alone) else []
    by_head = heads[:1] * k if one(heads) else heads if _alternate(values, heads, alone=alone) else []
    if by_row and by_head and not (one(rows) and one(heads)):
        for number, (_, row), (_, head) in zip(values, by_row, by_head, strict=True):
            yield number, row, head


def _is_near(sentence: Sentence, number: Number, said: Said) -> bool:
    """True if a name stands before a number, or behind it in one phrase: "12% for the nun at the end"."""
    first = said[0][0]
    gap = sentence.between(number.end, first)
    if _OPENS.match(sentence.text) and _OPENED.fullmatch(gap):
        return True  # "with an AUC of 0.8, layer 14 leads"
    return first < number.start or not _APART.search(gap)


_OPENS = regex(r"\W*(?:With|At|By)\b")
_OPENED = regex(r"\s?%?,\s*(?:the\s+)?\W*", re.IGNORECASE)


_APART = regex(r"[,;:]|\b(?:and|but|yet|who|which|that|when|as)\b")


def _alternate(values: Sequence[Number], said: Said, *, alone: bool) -> bool:
    """True if there is one name for each value, always in front of it or always behind, or (``alone``) in a list."""
    if len(values) != len(said) or len({w for _, w in said}) != len(said):
        return False
    order = "".join(kind for _, kind in sorted([(n.start, "v") for n in values] + [(at, "s") for at, _ in said]))
    k = len(values)
    return order in ("vs" * k, "sv" * k) or (alone and order == "s" * k + "v" * k)


def _are_one(cells: Sequence[Cell]) -> bool:
    """True if the cells of several tables are of one value."""
    low = max(f.low for cell in cells for _, f in cell.facts)
    high = min(f.high for cell in cells for _, f in cell.facts)
    return low <= high + 1e-9
