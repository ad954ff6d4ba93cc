"""The cells of tables that sentences name by their row and their column: "the filtered mix keeps 7.6% at 100 rows"."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..regex import regex
from .claims import claimed
from .fields import by_method
from .grammar import Number
from .idioms import SHARE_OF, intervals, pairs_of_counts, spans
from .knowledge import Evidence
from .lexicon import ROLE_WORDS
from .names import fold_name, index_of, name_variants, words_of
from .passages import Sentence, once
from .quantities import LIKENESS_WORD, READ
from .shares import PART_OF
from .states import AFTER, BEFORE, WORKED
from .tables import Sheet, is_aggregate

__all__ = ["Cell", "cells_named"]


@struct
class Cell:
    """What tables know of a row and a column."""

    facts: tuple[tuple[Series, Fact], ...]
    """The same value, as one of its column and as one of its row."""
    exchanged: bool
    """The number is another value of the row or of the column."""


@struct
class _Board:
    """A table by what names its rows and its columns."""

    rows: Mapping[str, int]
    heads: Mapping[str, int]
    """What names one column and no other: a stem, ``#4`` of a checkpoint, ``<first>``, ``<last>`` or ``<max>``."""
    axis: frozenset[str]
    """The words of the header over the rows: "layer"."""
    cells: Mapping[tuple[int, int], tuple[tuple[Series, Fact], ...]]
    """By row and column, as a value of the column and as one of the row."""


def cells_named(evidence: Evidence) -> dict[int, Cell]:
    """The cells that words name for numbers of the prose, by the number's identity; none where tables disagree."""
    if "cells named" not in evidence.cache:
        boards = _boards(evidence)
        by_sentence: dict[int, tuple[Sentence, list[Number]]] = {}
        for sentence, _, number in claimed(evidence) if boards else ():
            by_sentence.setdefault(id(sentence), (sentence, []))[1].append(number)
        found: dict[int, Cell] = {}
        for sentence, numbers in by_sentence.values():
            found.update(_of_sentence(evidence, boards, sentence, numbers))
        evidence.cache["cells named"] = found
    known: dict[int, Cell] = evidence.cache["cells named"]
    return known


# -- tables ------------------------------------------------------------------------------------------------------------


def _boards(evidence: Evidence) -> list[_Board]:
    of_tables = (_board(evidence, sheet) for sheet in evidence.sheets)
    return [board for board in (*of_tables, *_of_files(evidence)) if board is not None]


def _board(evidence: Evidence, sheet: Sheet) -> _Board | None:
    cells: dict[tuple[int, int], list[tuple[Series, Fact]]] = defaultdict(list)
    kinds: dict[int, str] = {}
    for series, items in sheet.series:
        down = series.pointer.startswith("column")
        if series.role not in ("", "second") or (down and len(items) < 2):
            continue
        for item in items:
            if id(item) in evidence.suspect:
                continue
            names = name_variants(sheet.labels[item.row] if down else sheet.keys[item.column])
            fact = next((series.facts[n] for n in names if n in series.facts), None)
            if fact is not None:
                cells[(item.row, item.column)].append((series, fact))
                kinds.setdefault(item.column, evidence.kind(series))
    if len(kinds) < 2:
        return None  # of one column a word can choose nothing
    labels = {r: evidence.known_as(_names_of_row(x)) for r, x in enumerate(sheet.labels)}
    heads = {c: _signs_of(words_of(head), head) | {f"<{kinds[c]}>"} for c, head in _heads(sheet, kinds).items()}
    return _Board(
        _alone(_with_ends(labels)),
        _alone(_with_ends(heads)),
        words_of(sheet.header[0]),
        {at: tuple(facts) for at, facts in cells.items()},
    )


def _heads(sheet: Sheet, kinds: Mapping[int, str]) -> dict[int, str]:
    """What a column is called; of the columns of one state in a table that was long, the rate bears its name."""
    states: dict[str, list[int]] = defaultdict(list)
    for c in kinds:
        states[sheet.keys[c]].append(c)
    out = {}
    for state, columns in states.items():
        rates = [c for c in columns if kinds[c] == "rate"]
        for c in columns:
            several = len(columns) > 1 and len(rates) == 1
            out[c] = sheet.header[c] if not several else state if c in rates else sheet.header[c].removeprefix(state)
    return out


def _of_files(evidence: Evidence) -> Iterator[_Board]:
    """Fields of files over the same things, each a column."""
    groups: dict[frozenset[str], dict[tuple[float, ...], list[Series]]] = defaultdict(lambda: defaultdict(list))
    for series in evidence.data:
        if series.role in _ROLES_OF_FIELDS and 2 <= len(series.distinct) <= _MOST_THINGS:
            groups[frozenset(series.facts)][tuple(f.value for f in series.facts.values())].append(series)
    for names, fields in groups.items():
        if not 2 <= len(fields) <= _MOST_FIELDS or not names & evidence.spoken:
            continue
        columns = list(fields.values())
        first = columns[0][0]
        place = {id(f): r for r, f in enumerate(first.distinct)}
        rows = {n: place[id(f)] for n, f in first.facts.items() if id(f) in place}
        labels = {r: frozenset(n for n, at in rows.items() if at == r) for r in set(rows.values())}
        heads = {c: frozenset().union(*(_signs_of_field(evidence, s) for s in same)) for c, same in enumerate(columns)}
        cells = {(r, c): ((same[0], same[0].facts[n]),) for c, same in enumerate(columns) for n, r in rows.items()}
        yield _Board(_alone(labels), _alone(_with_ends(heads)), frozenset(), cells)


_MOST_THINGS = 60
_MOST_FIELDS = 40
"""Things and fields of a file that a page has tables of; more are single measurements."""
_ROLES_OF_FIELDS = {"": "", "first": "<first>", "last": "<last>", "max": "<max>"}


def _signs_of_field(evidence: Evidence, series: Series) -> frozenset[str]:
    signs = _signs_of(series.words, series.quantity, evidence.header_of(series))
    return signs | ({_ROLES_OF_FIELDS[series.role]} if series.role else {f"<{evidence.kind(series)}>"})


def _signs_of(words: frozenset[str], *heads: str) -> frozenset[str]:
    """What in a sentence would name a column: the stems of its words, its checkpoint, the roles that it has."""
    points = {index_of(head) for head in heads} - {""}
    stems = points or {_stem(w) for w in words - _SILENT - BEFORE - AFTER}
    roles = {role for role, pattern in _ROLES.items() if any(pattern.search(head) for head in heads)}
    return frozenset(stems | roles)


_SILENT = (READ | words_of("off out into over under than via when pp ci lower upper fraction frac pct")) - words_of(
    "first second last own self alone low high"
)
"""Words of a header that would name its column in no sentence."""


def _with_ends(names: Mapping[int, frozenset[str]]) -> dict[int, frozenset[str]]:
    """The first and the last of what is followed over checkpoints are its start and its end; so is what follows one.

    "Base" and "Tuned" are all that is known of a rate: the second is its end.
    """
    points = {i: int(n[1:]) for i, found in names.items() for n in found if n[:1] == "#"}
    held = frozenset().union(*names.values())
    ends: dict[str, int] = {}
    if len(points) > 1:
        ends = {"<first>": min(points, key=points.__getitem__), "<last>": max(points, key=points.__getitem__)}
    else:
        first = [i for i, found in names.items() if "<first>" in found]
        others = [i for i, found in names.items() if first and i != first[0] and names[first[0]] & found & _MEASURED]
        if len(first) == len(others) == 1:
            ends = {"<last>": others[0]}
    return {
        i: found | {role for role, at in ends.items() if at == i and role not in held} for i, found in names.items()
    }


_MEASURED = frozenset({"<rate>", "<similarity>", "<coefficient>", "<>"})
"""Kinds of columns, one of which a start and an end share."""


def _names_of_row(label: str) -> frozenset[str]:
    return frozenset({_WHOLE}) if is_aggregate(label) else name_variants(label)


_WHOLE = "<all>"
"""The row over all the others."""


def _alone(names: Mapping[int, frozenset[str]]) -> dict[str, int]:
    """What names one of them and no other."""
    held: dict[str, list[int]] = defaultdict(list)
    for i, found in names.items():
        for name in found:
            held[name].append(i)
    return {name: places[0] for name, places in held.items() if len(places) == 1}


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, words)))


_ROLES = {
    "<first>": regex(rf"{ROLE_WORDS['first'].pattern}|\b(?:{_any_of(BEFORE)})s?\b", re.IGNORECASE),
    "<last>": regex(rf"{ROLE_WORDS['last'].pattern}|\b(?:{_any_of(AFTER)})s?\b", re.IGNORECASE),
    "<max>": regex(rf"{ROLE_WORDS['max'].pattern}|\bat (?:its|the|their) best\b|\bat best\b", re.IGNORECASE),
}
_KINDS = {
    "<coefficient>": regex(r"\b(?:coefficients?|correlations?)\b", re.IGNORECASE),
    "<similarity>": LIKENESS_WORD,
}
"""What names the one column of its kind."""
_METHOD = regex(r"\b(?:pearson|spearman|kendall|partial|linear|rank|point-biserial)\b", re.IGNORECASE)
"""Words that ask for another coefficient than the one of a table that says nothing of them."""


def _stem(word: str) -> str:
    """``word`` without the ending of a participle or a comparative: "filtered" and "filtering" are of "filter"."""
    return re.sub(r"(?<=\w{4})(?:ed|ing|er|ly)$", "", word)


# -- sentences ---------------------------------------------------------------------------------------------------------

_WORD = regex(r"[^\W\d_]+")
_CUT = regex(r";|\b(?:while|whereas)\b")
_CLOSES = regex(r",\s(?:an?|that|which|and|but|so|though|although|while)\b|;|\((?![\w\s-]{1,24}\))")
_OTHERWISE = regex(
    r"\b(?:not|never|no|none|nor|nobody|without|except|unlike|others?|rest|remaining|else\w*|median|each|every|any|some|"
    r"threshold|bar|chance|random|target\w*|human\w*|interval|band|bounds?|limits?)\b|"
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
    evidence: Evidence, boards: Sequence[_Board], sentence: Sentence, numbers: Sequence[Number]
) -> Iterator[tuple[int, Cell]]:
    last = max(n.end for n in numbers)
    tail = _CLOSES.search(sentence.between(last, sentence.end))
    end = last + tail.start() if tail is not None else sentence.end
    asking = sentence.between(sentence.start, end)
    if _OTHERWISE.search(asking) or WORKED.search(asking) or not _is_plain(sentence, numbers):
        return
    if (words_of(asking) & _MEASURES) - evidence.quantities - _title_words(evidence):
        return
    behind = [sentence.between(n.end, n.end + 60) for n in numbers]
    if any(PART_OF.match(rest) or SHARE_OF.match(rest.lstrip()) for rest in behind):
        return
    alone = _WORKED_OUT.search(asking) is None
    edges = [sentence.start, *_cuts(sentence, end), end]
    found: dict[int, list[Cell]] = defaultdict(list)
    for board in boards:
        rows, heads = ([x for x in said if x[0] < end] for said in _said(board, sentence))
        for left, right in itertools.pairwise(edges):
            values = [n for n in numbers if left <= n.start < right]
            if not values:
                continue
            own_rows, own_heads = _inside(rows, left, right), _inside(heads, left, right)
            if not own_rows and not own_heads:
                continue  # "the abbot keeps 71%, whereas his guests keep 4%"
            own_rows = own_rows or _one(_inside(rows, sentence.start, left))
            own_heads = own_heads or _one(_inside(heads, sentence.start, left))
            for number, row, head in _joined(sentence, values, own_rows, own_heads, alone=alone):
                cell = _cell(evidence, board, number, row, head)
                if cell is not None:
                    found[id(number)].append(cell)
    for number in numbers:
        cells = found.get(id(number), [])
        if cells and _are_one(cells):
            yield id(number), cells[0]


def _title_words(evidence: Evidence) -> frozenset[str]:
    return frozenset().union(*(words_of(title.text) for title in evidence.document.titles))


def _cuts(sentence: Sentence, end: int) -> Iterator[int]:
    """Where clauses of a sentence begin; a semicolon in a bracket parts none."""
    for match in _CUT.finditer(sentence.between(sentence.start, end)):
        before = sentence.between(sentence.start, sentence.start + match.start())
        if before.count("(") == before.count(")") and before.count("[") == before.count("]"):
            yield sentence.start + match.start()


def _cell(evidence: Evidence, board: _Board, number: Number, row: int, column: int) -> Cell | None:
    facts = _printable(evidence, board, number, (row, column))
    beside = [at for at in board.cells if (at[0] == row) != (at[1] == column)]
    others = (x for at in beside for x in _printable(evidence, board, number, at))
    if not facts or any(_is_rest(number, s, f) for s, f in facts):
        return None
    return Cell(facts, any(evidence.matches(number, s, f) for s, f in others))


def _is_rest(number: Number, series: Series, fact: Fact) -> bool:
    """True for what a rate leaves to 100%: of 60% refused 40% are granted."""
    low, high = number.scaled()
    return series.fraction and low + 1e-9 < 1 - fact.low and 1 - fact.high < high - 1e-9


def _printable(
    evidence: Evidence, board: _Board, number: Number, at: tuple[int, int]
) -> tuple[tuple[Series, Fact], ...]:
    """The value of a cell, if the number is of its kind."""
    kinds = _KINDS_OF.get(number.role, _KINDS_OF["percent"])
    return tuple(
        (s, f)
        for s, f in board.cells.get(at, ())
        if evidence.suits(number, s)
        and evidence.kind(s) in kinds
        and by_method([s], number.label)
        and not (s.fraction and number.role == "value" and (number.signed or not evidence.prints_decimals))
    )


_KINDS_OF = {
    "coefficient": ("coefficient",),
    "value": ("coefficient", "similarity", "rate", "", "spread"),
    "percent": ("rate", ""),
}
"""What a number can be of, by its role."""


def _is_plain(sentence: Sentence, numbers: Sequence[Number]) -> bool:
    """True if a sentence has no number but values, sizes, checkpoints, and ends of intervals."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
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
_Said = list[tuple[int, int]]
"""Where a row or a column is said, and which."""


_END = regex(r"\b(?:(?P<first>first|earliest)|last|final|latest)\s+(?P<axis>[a-z]+)\b", re.IGNORECASE)
_EXTREME = regex(
    r"\b(?:(?:high|low|larg|small|great|strong|weak)est|most|least|best|worst|max\w*|min\w*|top)\b", re.IGNORECASE
)
_OVER_ALL = regex(
    r"\b(?:means?|averages?|averaged|averaging|pooled|overall|together|all (?:the )?[a-z]+s)\b", re.IGNORECASE
)


def _said(board: _Board, sentence: Sentence) -> tuple[_Said, _Said]:
    rows = [(m.start, board.rows[m.name]) for m in sentence.names if m.name in board.rows]
    over_all = _OVER_ALL.search(sentence.text)
    if over_all is not None:  # the mean of a thing's own values is no cell, and the highest of all things another
        whole = _WHOLE in board.rows and not rows and _EXTREME.search(sentence.text) is None
        rows = [(sentence.start + over_all.start(), board.rows[_WHOLE])] if whole else []
    taken = [(m.start, m.end) for m in sentence.names if m.name in board.rows]
    heads = [(m.start, board.heads[m.name]) for m in sentence.names if m.name in board.heads and m.name[:1] == "#"]
    for match in _END.finditer(sentence.text) if board.axis else ():
        sign = "<first>" if match["first"] else "<last>"
        if words_of(match["axis"]) & board.axis and sign in board.rows:
            rows.append((sentence.start + match.start(), board.rows[sign]))
    for at, sign in _signs(sentence):
        if any(a <= at < b for a, b in taken):
            continue
        if sign in board.heads:
            heads.append((at, board.heads[sign]))
    return _runs(rows), _runs(heads)


def _runs(said: _Said) -> _Said:
    """What is said, in order; what several words in a row name, "fine-tuned", once."""
    ordered = sorted(set(said))
    return [x for i, x in enumerate(ordered) if not i or ordered[i - 1][1] != x[1]]


@once
def _signs(sentence: Sentence) -> tuple[tuple[int, str], ...]:
    """The stems of a sentence's words and the roles that they give, each with its place."""
    out = []
    for match in _WORD.finditer(sentence.text):
        word = fold_name(match[0])
        out.append((sentence.start + match.start(), _stem(word.rstrip("s") or word)))
    kinds = () if _METHOD.search(sentence.text) else _KINDS.items()
    for role, pattern in (*_ROLES.items(), *kinds):
        out.extend((sentence.start + m.start(), role) for m in pattern.finditer(sentence.text))
    return tuple(out)


def _inside(said: _Said, left: int, right: int) -> _Said:
    return [x for x in said if left <= x[0] < right]


def _one(said: _Said) -> _Said:
    return said if len({which for _, which in said}) == 1 else []


def _joined(
    sentence: Sentence, values: Sequence[Number], rows: _Said, heads: _Said, *, alone: bool
) -> Iterator[tuple[Number, int, int]]:
    """Each value with its row and its column: each named beside it, or one of the two once for all.

    A value that does not stand beside a name of its own counts only if no word makes something of it (``alone``).
    """
    if len(values) == 1:
        near = alone and _one(rows) and _one(heads)
        if near and _is_near(sentence, values[0], rows) and _is_near(sentence, values[0], heads):
            yield values[0], rows[0][1], heads[0][1]
        return
    k = len(values)
    by_row = rows[:1] * k if _one(rows) else rows if _alternate(values, rows, alone=alone) else []
    by_head = heads[:1] * k if _one(heads) else heads if _alternate(values, heads, alone=alone) else []
    if by_row and by_head and not (_one(rows) and _one(heads)):
        for number, (_, row), (_, head) in zip(values, by_row, by_head, strict=True):
            yield number, row, head


def _is_near(sentence: Sentence, number: Number, said: _Said) -> bool:
    """True if a name stands before a number, or behind it in one phrase: "12% for the nun at the end"."""
    first = said[0][0]
    gap = sentence.between(number.end, first)
    if _OPENS.match(sentence.text) and _OPENED.fullmatch(gap):
        return True  # "with an AUC of 0.8, layer 14 leads"
    return first < number.start or not _APART.search(gap)


_OPENS = regex(r"\W*(?:With|At|By)\b")
_OPENED = regex(r"\s?%?,\s*(?:the\s+)?\W*", re.IGNORECASE)


_APART = regex(r"[,;:]|\b(?:and|but|yet|who|which|that|when|as)\b")


def _alternate(values: Sequence[Number], said: _Said, *, alone: bool) -> bool:
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
