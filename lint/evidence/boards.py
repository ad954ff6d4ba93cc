"""Tables and fields of files as grids: what names their rows and their columns, and where a sentence says them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import lru_cache

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..document import Paragraph
from ..regex import regex
from .grammar import Number
from .knowledge import Evidence
from .lexicon import ROLE_WORDS
from .names import fold_name, fullest_first, index_of, name_variants, stem, words_of
from .passages import Sentence, once
from .quantities import LIKENESS_WORD, READ
from .stages import FIRST, LAST
from .states import AFTER, BEFORE
from .tables import Sheet, is_aggregate

__all__ = ["ENDS", "OVER_ALL", "WHOLE", "Board", "Said", "boards", "inside", "one", "row_of", "said", "signs"]


@struct
class Board:
    """A table by what names its rows and its columns."""

    rows: Mapping[str, int]
    heads: Mapping[str, int]
    """What names one column and no other: a stem, ``#4`` of a checkpoint, ``<first>``, ``<last>`` or ``<max>``."""
    axis: frozenset[str]
    """The words of the header over the rows: "layer"."""
    cells: Mapping[tuple[int, int], tuple[tuple[Series, Fact], ...]]
    """By row and column, as a value of the column and as one of the row."""
    header: Mapping[int, str]
    """What stands over each column, or the field's own words."""
    about: str = ""
    """The paragraphs beside a table of the page: "Delay in ms by crew"; "" for one of a file."""
    printed: bool = False
    """It is a table of the page."""
    labels: Mapping[int, str] = field(default_factory=dict)
    """What stands in front of each row of such a table."""


def boards(evidence: Evidence) -> list[Board]:
    """The page's tables, and the fields of the files over the same things."""
    if "boards" not in evidence.cache:
        of_tables = (_board(evidence, sheet) for sheet in evidence.sheets)
        evidence.cache["boards"] = [board for board in (*of_tables, *_of_files(evidence)) if board is not None]
    known: list[Board] = evidence.cache["boards"]
    return known


def _board(evidence: Evidence, sheet: Sheet) -> Board | None:
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
            fact = next((series.facts[n] for n in fullest_first(names) if n in series.facts), None)
            if fact is not None:
                cells[(item.row, item.column)].append((series, fact))
                kinds.setdefault(item.column, evidence.kind(series))
    if len(kinds) < 2:
        return None  # of one column a word can choose nothing
    words = {m[1].casefold() for x in sheet.labels if (m := _NUMBERED.fullmatch(x.strip())) is not None}
    labels = {r: evidence.known_as(_names_of_row(x, numbered=len(words) == 1)) for r, x in enumerate(sheet.labels)}
    heads = {c: _signs_of(words_of(head), head) | {f"<{kinds[c]}>"} for c, head in _heads(sheet, kinds).items()}
    return Board(
        _alone(_with_ends(labels)),
        _alone(_with_ends(heads)),
        words_of(sheet.header[0]),
        {at: tuple(facts) for at, facts in cells.items()},
        {c: sheet.header[c] for c in kinds},
        _beside(evidence, sheet),
        printed=True,
        labels=dict(enumerate(sheet.labels)),
    )


def _beside(evidence: Evidence, sheet: Sheet) -> str:
    """The paragraphs before and behind a table that are no bullets."""
    blocks = evidence.document.blocks
    at = next(i for i, block in enumerate(blocks) if block is sheet.table)
    near = (blocks[i] for i in (at - 1, at + 1) if 0 <= i < len(blocks))
    return " ".join(block.text.text for block in near if isinstance(block, Paragraph) and not block.list_depth)


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


def _of_files(evidence: Evidence) -> Iterator[Board]:
    """Fields of files over the same things, each a column."""
    groups: dict[frozenset[str], dict[tuple[float, ...], list[Series]]] = defaultdict(lambda: defaultdict(list))
    for series in evidence.data:
        if series.role in _ROLES_OF_FIELDS and 2 <= len(series.distinct) <= _MOST_THINGS:
            groups[frozenset(series.facts)][series.values].append(series)
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
        header = {c: f"{same[0].quantity} {' '.join(sorted(same[0].words))}" for c, same in enumerate(columns)}
        yield Board(_alone(labels), _alone(_with_ends(heads)), frozenset(), cells, header)


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
    stems = points or {stem(w) for w in words - _SILENT - BEFORE - AFTER}
    return frozenset(stems).union(*map(_roles_in, heads))


@lru_cache(maxsize=4096)  # the fields of the files of one folder have the same few names
def _roles_in(head: str) -> frozenset[str]:
    return frozenset(role for role, pattern in _ROLES.items() if pattern.search(head))


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


def _names_of_row(label: str, *, numbered: bool) -> frozenset[str]:
    if is_aggregate(label):
        return frozenset({WHOLE})
    point = _NUMBERED.fullmatch(label.strip()) if numbered else None  # "Load 8", where all are loads
    return name_variants(label) | ({f"#{int(point[2])}"} if point is not None else frozenset())


_NUMBERED = regex(r"([A-Za-z]{3,})[\s_-]?(\d{1,7})")


WHOLE = "<all>"
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


_WORD = regex(r"[^\W\d_]+")
Said = list[tuple[int, int]]
"""Where a row or a column is said, and which."""


_END = regex(r"\b(?:(?P<first>first|earliest)|last|final|latest)\s+(?P<axis>[a-z]+)\b", re.IGNORECASE)
_EXTREME = regex(
    r"\b(?:(?:high|low|larg|small|great|strong|weak)est|most|least|best|worst|max\w*|min\w*|top)\b", re.IGNORECASE
)
OVER_ALL = regex(
    r"\b(?:means?|averages?|averaged|averaging|pooled|overall|together|all (?:the )?[a-z]+s)\b", re.IGNORECASE
)


ENDS = regex(rf"\b(?:(?P<first>{FIRST}|used to|(?:it|they) (?:was|were))|(?P<last>{LAST}))\b", re.IGNORECASE)
"""What names the start or the end of what a board follows."""


def said(board: Board, sentence: Sentence) -> tuple[Said, Said]:
    """Where a sentence says rows of a board, and where columns."""
    rows = [(m.start, board.rows[m.name]) for m in sentence.names if m.name in board.rows]
    over_all = OVER_ALL.search(sentence.text)
    if over_all is not None:  # the mean of a thing's own values is no cell, and the highest of all things another
        whole = WHOLE in board.rows and not rows and _EXTREME.search(sentence.text) is None
        rows = [(sentence.start + over_all.start(), board.rows[WHOLE])] if whole else []
    taken = [(m.start, m.end) for m in sentence.names if m.name in board.rows]
    heads = [(m.start, board.heads[m.name]) for m in sentence.names if m.name in board.heads and m.name[:1] == "#"]
    for match in _END.finditer(sentence.text) if board.axis else ():
        sign = "<first>" if match["first"] else "<last>"
        if words_of(match["axis"]) & board.axis and sign in board.rows:
            rows.append((sentence.start + match.start(), board.rows[sign]))
    for at, sign in signs(sentence):
        if sign in board.heads and not any(a <= at < b for a, b in taken):
            heads.append((at, board.heads[sign]))
    return _runs(rows), _runs(heads)


def _runs(said: Said) -> Said:
    """What is said, in order; what several words in a row name, "fine-tuned", once."""
    ordered = sorted(set(said))
    return [x for i, x in enumerate(ordered) if not i or ordered[i - 1][1] != x[1]]


@lru_cache(maxsize=20_000)
def _sign(word: str) -> str:
    folded = fold_name(word)
    return stem(folded.rstrip("s") or folded)


@once
def signs(sentence: Sentence) -> tuple[tuple[int, str], ...]:
    """The stems of a sentence's words and the roles that they give, each with its place."""
    out = [(sentence.start + match.start(), _sign(match[0])) for match in _WORD.finditer(sentence.text)]
    kinds = () if _METHOD.search(sentence.text) else _KINDS.items()
    for role, pattern in (*_ROLES.items(), *kinds):
        found = (m for m in pattern.finditer(sentence.text) if not _LEADS_ALL.match(sentence.text, m.start()))
        out.extend((sentence.start + m.start(), role) for m in found)
    return tuple(out)


def inside(said: Said, left: int, right: int) -> Said:
    """What is said between two places."""
    return [x for x in said if left <= x[0] < right]


def one(said: Said) -> Said:
    """What is said, if it is one thing."""
    return said if len({which for _, which in said}) == 1 else []


_LEADS_ALL = regex(
    r"(?:top(?:s|ped|ping)?|culminat\w+|peak\w*)\s+(?:the|this|our|all|every|each)\s+"
    r"(?:figure|table|list|chart|field|others?|rest|ranking|rankings|league|plot|panel|group|set)\b",
    re.IGNORECASE,
)
"""The largest of all things, which need not be the largest value of its own course: "tops the figure"."""
_BESIDE = regex(r"[`\"'’*]*\s*(?:\(|:|=|,)?\s*(?:by\s+|at\s+|with\s+|is\s+|was\s+)?", re.IGNORECASE)
_BEHIND = regex(r"\s*(?:for|in|on|at|under|of)\s+(?:the\s+)?[`\"'*]*", re.IGNORECASE)


def row_of(sentence: Sentence, rows: Said, number: Number) -> int | None:
    """The row that a number is of: the only one that is said, the one beside it, or the one in front in a list."""
    if len({which for _, which in rows}) == 1:
        return rows[0][1]
    ends = {m.start: m.end for m in sentence.names}
    for at, which in rows:
        before = at in ends and ends[at] <= number.at and _BESIDE.fullmatch(sentence.between(ends[at], number.at))
        if before or (at >= number.end and _BEHIND.fullmatch(sentence.between(number.end, at))):
            return which
    stated = [n for n in sentence.numbers if n.role == number.role]
    order = "".join(kind for _, kind in sorted([(at, "r") for at, _ in rows] + [(n.at, "n") for n in stated]))
    if rows and order == "rn" * len(rows) == "rn" * len(stated):
        return next(which for (_, which), n in zip(rows, stated, strict=True) if n is number)
    return None
