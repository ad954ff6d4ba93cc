"""The lines of the page's tables, down or across: what several things have in one respect, with the words for it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from leakstats.facts import Series
from leakstats.records import struct

from ..regex import regex
from .cell_numbers import INTERVAL_HEAD
from .knowledge import Evidence
from .names import index_of, stem
from .passages import Sentence, once
from .stated_units import words_above
from .states import AFTER, BEFORE
from .tables import Sheet, is_aggregate
from .vocabulary import is_common
from .wording import CHANGES

__all__ = ["Axis", "Interval", "Line", "Said", "lines", "stems_in_order", "stems_of", "tokens", "tokens_of"]

Interval = tuple[float, float]
"""What the digits of a cell allow."""
_TOKEN = regex(r"\d{1,3}(?:,\d{3})+|[^\W_]+")
_BRACKETS = regex(r"\([^()]*\)|\[[^\[\]]*\]|`")
_NEAR = regex(r"[\s\-–_/.*`'’]{1,3}")


def tokens(text: str) -> list[tuple[int, int, str]]:
    """The words and numbers of a text, each with its place and its stem."""
    return [(m.start(), m.end(), _stem(m[0])) for m in _TOKEN.finditer(text)]


@lru_cache(maxsize=20_000)  # two models of a table ask for the same labels
def stems_in_order(label: str) -> tuple[str, ...]:
    """The stems of the words of a label, without what stands in brackets."""
    return tuple(t for _, _, t in tokens(_BRACKETS.sub(" ", label)))


@lru_cache(maxsize=20_000)
def stems_of(text: str) -> frozenset[str]:
    """The stems of the words of a text."""
    return frozenset(t for _, _, t in tokens(text) if not t.isdigit())


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    plain = word.replace(",", "").casefold()
    return stem(plain.removesuffix("s") if len(plain) > 3 else plain) if plain.isalpha() else plain


@struct
class Said:
    """Where a sentence says a thing, or several that share a word."""

    start: int
    """In the sentence's text."""
    end: int
    members: frozenset[int]
    exact: bool
    """By a whole name."""


@struct(slots=False)
class Axis:
    """The things along one side of a table."""

    labels: tuple[str, ...]
    noun: frozenset[str]
    """Stems of the header over them: "layer"."""
    ordered: bool
    """They are steps or layers, one above the other."""

    @cached_property
    def whole(self) -> frozenset[int]:
        """Those that stand for all the others."""
        found = (i for i, label in enumerate(self.labels) if is_aggregate(label) or _ANY.match(label))
        return frozenset(i for i in found if not _JOINED.match(self.labels[i]))

    @cached_property
    def _pieces(self) -> list[tuple[str, ...]]:
        return [stems_in_order(label) for label in self.labels]

    @cached_property
    def _bare(self) -> list[str]:
        """The labels that are written as a name is, the others empty."""
        bare = [_BRACKETS.sub(" ", label).strip(" *_") for label in self.labels]
        return [x if x[:1].isupper() else "" for x in bare]

    @cached_property
    def _holders(self) -> dict[str, frozenset[int]]:
        held: dict[str, set[int]] = defaultdict(set)
        for i, pieces in enumerate(self._pieces):
            for piece in pieces:
                held[piece].add(i)
        return {piece: frozenset(found) for piece, found in held.items()}

    @cached_property
    def _points(self) -> dict[str, int]:
        found = {i: index_of(_BRACKETS.sub(" ", label)) for i, label in enumerate(self.labels)}
        counts = Counter(found.values())
        return {name: i for i, name in found.items() if name and counts[name] == 1}

    def find(self, sentence: Sentence) -> list[Said]:
        """The things that a sentence says, by their whole name or by a word that is theirs: "Llama", "the 72B"."""
        memory = _found_along_axes(sentence)
        if self.labels not in memory:
            memory[self.labels] = self._find(sentence)
        return memory[self.labels]

    def _find(self, sentence: Sentence) -> list[Said]:
        words, stems = tokens_of(sentence)
        out: list[Said] = []
        behind = 0
        for at in () if stems.isdisjoint(self._holders) else range(len(words)):
            members = self._holders.get(words[at][2]) if at >= behind else None
            hit = None if members is None else self._run(sentence.text, words, at, members)
            if hit is not None:
                said, behind = hit
                out.append(said)
        taken = [(s.start, s.end) for s in out]
        for m in sentence.names if self._points else ():
            a, b = m.start - sentence.start, m.end - sentence.start
            if m.name in self._points and not any(x < b and a < y for x, y in taken):
                out.append(Said(a, b, frozenset({self._points[m.name]}), True))
        return sorted(out, key=lambda s: s.start)

    def _run(
        self, text: str, words: Sequence[tuple[int, int, str]], at: int, members: frozenset[int]
    ) -> tuple[Said, int] | None:
        """The longest run of words from a place on that one thing, or one group of things, has in its name."""
        places = {i: self._pieces[i].index(words[at][2]) for i in members}
        last = at
        while last + 1 < len(words) and _NEAR.fullmatch(text, words[last][1], words[last + 1][0]):
            piece = words[last + 1][2]
            further = {i: p for i, q in places.items() if (p := _next(self._pieces[i], piece, q)) is not None}
            if not further:
                break
            places, last = further, last + 1
        run = tuple(w for _, _, w in words[at : last + 1])
        exact = [i for i in places if self._pieces[i] == run]
        word = text[words[at][0] : words[at][1]]
        if len(run) == 1 and is_common(run[0]) and not (at and any(self._bare[i] == word for i in exact)):
            return None  # "after", "all", where "Go" is a name
        told = [w for w in run if not (w.isdigit() or len(w) < 2 or is_common(w))]
        if not exact and not told:
            return None
        if not exact and len(run) == 1 and not _is_telling(word, run[0]):
            return None
        if exact and all(w.isdigit() for w in run):
            return None  # of a bare number its axis is asked
        found = frozenset(exact if len(exact) == 1 else places)
        return Said(words[at][0], words[last][1], found, bool(exact)), last + 1

    @property
    def things(self) -> list[int]:
        """All of them but those that stand for the others."""
        return [i for i in range(len(self.labels)) if i not in self.whole]


_JOINED = regex(r"[\s*_]*\w+-\w")
""" "Mean-pooled" is a kind, and no mean of the others."""
_ANY = regex(r"[\s*_]*(?:any|every|across|macro|micro)\b", re.IGNORECASE)


def _next(pieces: Sequence[str], piece: str, behind: int) -> int | None:
    return next((i for i in range(behind + 1, len(pieces)) if pieces[i] == piece), None)


def _is_telling(word: str, piece: str) -> bool:
    """True for a word that alone may stand for a longer name: "Llama", "72B", "pirate", and not "files"."""
    return len(piece) > 2 or any(c.isdigit() for c in word) or word[0].isupper()


@once
def _found_along_axes(sentence: Sentence) -> dict[tuple[str, ...], list[Said]]:
    """What a sentence says along each axis that was looked for."""
    return {}


@once
def tokens_of(sentence: Sentence) -> tuple[list[tuple[int, int, str]], frozenset[str]]:
    """The words of a sentence, and their stems alone."""
    words = tokens(sentence.text)
    return words, frozenset(t for _, _, t in words)


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
    sheet: int
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
        found = [s for i, sheet in enumerate(evidence.sheets) for s in _of_sheet(evidence, sheet, i)]
        evidence.cache["lines"] = found
    out: list[Line] = evidence.cache["lines"]
    return out


_MOST = 60
"""Rows or columns of a table that words compare."""


def _of_sheet(evidence: Evidence, sheet: Sheet, place: int) -> Iterator[Line]:
    columns: dict[int, Series] = {}
    for series, items in sheet.series:
        if series.pointer.startswith("column") and not series.role:
            columns.setdefault(items[0].column, series)
    kinds = {c: evidence.kind(s) for c, s in columns.items()}
    cells: dict[tuple[int, int], Interval] = {}
    for item in sheet.numbers:
        plain = (
            not item.position and not item.interval and not item.number.bound and item.number.role not in ("none", "p")
        )
        if plain and id(item) not in evidence.suspect:
            cells[(item.row, item.column)] = item.number.scaled()
    if not cells or len(sheet.labels) > _MOST or len(sheet.header) > _MOST:
        return
    about, glossary = _about(evidence, sheet)
    ordered = all(index_of(x) for x in sheet.labels) and len(sheet.labels) > 2
    rows = Axis(tuple(sheet.labels), stems_of(sheet.header[0]), ordered)
    heads = Axis(("", *sheet.header[1:]), frozenset(), False)
    apart = _columns_of_many(sheet, columns, cells)
    own = {c: _known_as(stems_of(sheet.header[c]), glossary) for c in columns}
    held = [r for r, label in enumerate(sheet.labels) if _OF_SIZE.fullmatch(label) is None]
    for c, series in columns.items():
        head = sheet.header[c]
        found = {r: cells[(r, c)] for r in held if (r, c) in cells}
        change = bool(series.words & CHANGES) or "Δ" in head
        state = _state(head)
        if len(found) > 1 and INTERVAL_HEAD.search(head) is None:
            yield Line(rows, found, heads, c, own[c], about, head, kinds[c], change, True, state, place)
    groups = list(_groups(sheet, columns, kinds, glossary))
    if apart:
        groups = [
            (Axis(tuple(sheet.keys[c] or sheet.header[c] for c in apart), frozenset(), False), apart, frozenset())
        ]
    for axis, members, measure in groups:
        for r, label in enumerate(sheet.labels):
            if INTERVAL_HEAD.search(label) is not None:
                continue
            found = {i: cells[(r, c)] for i, c in enumerate(members) if (r, c) in cells}
            if len(found) > 1:
                stems = stems_of(label) | measure
                kind = kinds.get(members[0], "")
                yield Line(axis, found, rows, r, stems, about, label, kind, False, False, _state(label), place)


_OF_SIZE = regex(r"\W*(?:n|p|k|df|size|sizes|units|rows|sample size)\W*", re.IGNORECASE)
"""The label of how many values are of, or how sure, beside those that hold the values."""


def _columns_of_many(
    sheet: Sheet, columns: Mapping[int, Series], cells: Mapping[tuple[int, int], Interval]
) -> list[int]:
    """The columns of a table in which each row is of a quantity of its own, so that no column is of any."""
    filled = sorted({c for _, c in cells if _OF_SIZE.fullmatch(sheet.header[c]) is None})
    return filled if len(filled) > 1 and 2 * sum(c not in columns for c in filled) > len(filled) else []


def _state(head: str) -> str:
    words = {w.casefold() for w in regex(r"[^\W\d_]+").findall(head)}
    return "before" if words & BEFORE else "after" if words & (AFTER | {"tuned", "trained"}) else ""


_GLOSS = regex(r"\b(?P<short>[A-Z][A-Za-z]{1,5})\s*(?:=|:|is|stands for)\s+(?P<long>[a-z][a-z]+(?:[ -][a-z]+)?)")


def _about(evidence: Evidence, sheet: Sheet) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    """The words beside a table, and what short forms it says to stand for."""
    blocks = evidence.document.blocks
    text = words_above(blocks, next(i for i, block in enumerate(blocks) if block is sheet.table))
    glossary = {m["short"].casefold(): stems_of(m["long"]) for m in _GLOSS.finditer(text)}
    return stems_of(_GLOSS.sub(" ", text)), glossary


def _known_as(stems: frozenset[str], glossary: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return stems.union(*(glossary[s] for s in stems if s in glossary))


_UNIT = regex(r"\(([^()\d]{1,12})\)|(%|/s\b)")


def _groups(
    sheet: Sheet, columns: Mapping[int, Series], kinds: Mapping[int, str], glossary: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Axis, list[int], frozenset[str]]]:
    """Columns of one quantity, with the things that they are of and the words of the quantity."""
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for c, series in columns.items():
        head = sheet.header[c]
        unit = _UNIT.search(head)
        change = bool(series.words & CHANGES) or "Δ" in head
        if kinds[c] not in ("p", "size", "spread"):
            alike[(kinds[c], series.fraction, change, unit[0] if unit else "")].append(c)
    for members in alike.values():
        pieces = {c: _BRACKETS.sub(" ", sheet.header[c]).split() for c in members}
        for end in (0, -1):
            ends = Counter(p[end].casefold() for p in pieces.values() if p)
            if (
                len(members) > 3
                and len(ends) > 1
                and min(ends.values()) > 1
                and all(len(p) > 1 for p in pieces.values())
            ):
                for shared in ends:
                    part = [c for c in members if pieces[c][end].casefold() == shared]
                    rest = [" ".join(pieces[c][1:] if end == 0 else pieces[c][:-1]) for c in part]
                    measure = _known_as(stems_of(shared), glossary)
                    yield Axis(tuple(rest), frozenset(), False), part, measure
                break
        else:
            if len(members) > 1:
                labels = tuple(sheet.keys[c] or sheet.header[c] for c in members)
                points = [index_of(x) for x in labels]
                yield Axis(labels, frozenset(), all(points) and len(points) > 2), members, frozenset()
