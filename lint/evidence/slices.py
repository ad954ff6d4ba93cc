"""Tables as grids of things down and across, and which rows and columns the words of a clause name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from leakstats.records import struct

from ..document import Table
from ..regex import regex
from .cell_numbers import INTERVAL_HEAD, without_level
from .knowledge import Evidence
from .names import index_of, stem, words_of
from .stated_units import words_above
from .tables import CellNumber, Sheet, is_aggregate
from .wording import CHANGES

__all__ = ["Axis", "Grid", "Named", "Word", "grids_of", "is_plain_word", "read_words"]


@struct
class Word:
    """A word of a text, without its ending."""

    stem: str
    start: int
    end: int


_PIECE = regex(
    r"(?:\b(?:in|out-of|off|on|non|no|pre|post|cross|self|held|un)-)?[^\W_]+(?:[.,][^\W_]+)*|Δ", re.IGNORECASE
)
"""A word; one that "in-" or "out-of-" turns into another is one with it."""
_THOUSANDS = regex(r"(?<=\d),(?=\d{3})")


def read_words(text: str, offset: int = 0) -> list[Word]:
    """The words of a text: "Qwen2.5-72B" is two, "3,200" is 3200.

    >>> [w.stem for w in read_words("the file-editor tasks of Qwen2.5-72B")]
    ['the', 'fil', 'editor', 'task', 'of', 'qwen2.5', '72b']
    """
    return [Word(_plain(m[0]), offset + m.start(), offset + m.end()) for m in _PIECE.finditer(text)]


@lru_cache(maxsize=20_000)
def _plain(piece: str) -> str:
    before, dash, word = piece.rpartition("-")
    if dash:
        return f"{before.lower()}-{_plain(word)}"
    low = _THOUSANDS.sub("", piece).lower()
    if low.endswith("ies") and len(low) > 4:
        low = f"{low[:-3]}y"
    return stem(low) if low.isalpha() else low


_ASIDE = regex(r"\([^()]*\)|\[[^\[\]]*\]")
_PLAIN_WORDS = frozenset(
    stem(w)
    for w in (  # noqa: SIM905
        "the a an of in on at for to with by from and or vs versus against per than as is are was be it its their "
        "all every each any some both neither none one two three four five six seven eight nine ten mean average "
        "rate share "
        "value score n p r pp percent points point ci level total number only more less over under above below not "
        "model layer step run cell seed case time pass pooled other others that this those these which who up down"
    ).split()
)


def is_plain_word(word: str) -> bool:
    """True for a word that says nothing of which row or column is meant."""
    return word in _PLAIN_WORDS or (len(word) < 2 and not word.isdigit())


_DENIED = frozenset(["no", "without", "non", "un", "not"])


@struct
class Named:
    """A row or a column that words name."""

    index: int
    """Its place among the items of its axis."""
    at: int
    """Where the first word that tells it from others stands."""
    words: frozenset[str]
    """The words that name it."""


@struct(slots=False)
class Axis:
    """The rows, or the columns, of a table that hold values of single things."""

    labels: tuple[str, ...]
    places: tuple[int, ...]
    """Their indices in the sheet."""
    down: bool
    """They are rows."""
    nouns: frozenset[str]
    """What the page calls such things: "language"."""
    short: Mapping[str, frozenset[str]]
    """What abbreviations of the page stand for."""

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """The words of each label, those in brackets left out."""
        return tuple(frozenset(w.stem for w in read_words(_ASIDE.sub(" ", without_level(x)) or x)) for x in self.labels)

    @cached_property
    def telling(self) -> tuple[frozenset[str], ...]:
        """The words of each label that tell something."""
        return tuple(frozenset(w for w in words if not is_plain_word(w)) or words for words in self.words)

    @cached_property
    def indices(self) -> tuple[float, ...]:
        """The numbers that name its items, "step 250" and "L6", in their order; nothing where a name has none."""
        found = [index_of(_ASIDE.sub(" ", x)) for x in self.labels]
        values = tuple(float(x[1:]) for x in found if x)
        rising = len(values) == len(found) > 2 and all(a < b for a, b in pairwise(values))
        return values if rising else ()

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """``p``, ``change``, ``interval``, ``n``, ``coefficient`` or "" for what each label measures."""
        return tuple(_kind(x) for x in self.labels)

    def named(self, words: Sequence[Word]) -> list[Named] | None:
        """The items that words name; ``None`` where they name some, and do not tell which."""
        at = {w.stem: w.start for w in reversed(words)}
        held = Counter(w for own in self.telling for w in own)
        hits = [frozenset(w for w in own if self._is_said(w, at)) for own in self.telling]
        whole = [i for i, own in enumerate(self.telling) if own and hits[i] == own]
        whole = [i for i in whole if not any(self.telling[i] < self.telling[j] for j in whole)]
        if len({self.telling[i] for i in whole}) < len(whole):
            return None
        known = frozenset().union(*(hits[i] for i in whole))
        found = list(whole)
        for i, said in enumerate(hits):
            if i in whole or 2 * len(said) < len(self.telling[i]) or not said or self.words[i] & _DENIED:
                continue
            own = [w for w in said - known if held[w] == 1 and (len(w) > 2 or w[0].isdigit() or w in self.short)]
            if own and not any(w[0].isdigit() for w in self.telling[i] - said):
                found.append(i)
        if not found:
            apart = any(2 * held[w] <= len(self.labels) for said in hits for w in said)
            return None if apart and not self.indices else []  # what most labels say tells none
        out = []
        for i in sorted(found):
            telling = [w for w in hits[i] if held[w] == 1] or list(hits[i])
            out.append(Named(i, min(self._place(w, at) for w in telling), hits[i]))
        return sorted(out, key=lambda x: x.at)

    def _is_said(self, word: str, at: Mapping[str, int]) -> bool:
        return word in at or (word in self.short and all(w in at for w in self.short[word]))

    def _place(self, word: str, at: Mapping[str, int]) -> int:
        return at[word] if word in at else min(at[w] for w in self.short[word])

    def said_words(self, named: Named) -> frozenset[str]:
        """The words of a text that name an item, abbreviations written out."""
        return named.words.union(*(self.short.get(w, frozenset()) for w in named.words))


_P = regex(r"^\W*(?:[\w-]+,?\s+){0,3}?p\b(?!\s*[-–]?\s*(?:th|adic))|\bp[- ]values?\b|^\W*p\b", re.IGNORECASE)
_COEFFICIENT = regex(r"ρ|\brho\b|\bspearman|\bpearson|\bcorrelation|\bκ|\bkappa|^\W*r\b", re.IGNORECASE)
_SIZE = regex(r"^\W*(?:[nN]\b|#|number of\b)")


def _kind(label: str) -> str:
    bare = _ASIDE.sub(" ", label)
    if INTERVAL_HEAD.search(label):
        return "interval"
    if _P.search(bare):
        return "p"
    if "Δ" in bare or words_of(bare) & CHANGES:
        return "change"
    if _SIZE.search(bare):
        return "n"
    return "coefficient" if _COEFFICIENT.search(bare) else ""


@struct(slots=False)
class Grid:
    """A table of results with its two axes and its cells."""

    sheet: Sheet
    rows: Axis
    columns: Axis
    above: str
    """The words above the table."""
    cells: Mapping[tuple[int, int], CellNumber]
    """The first number of each cell, by its place in the sheet."""
    ends: Mapping[tuple[int, int], tuple[float, float]]
    """The interval that a cell prints."""
    wrong: frozenset[tuple[int, int]]
    """Cells that the results files contradict."""

    def cell(self, counted: Axis, i: int, other: Axis, j: int) -> CellNumber | None:
        """The number of an item of one axis and an item of the other."""
        place = self._at(counted, i, other, j)
        return None if place in self.wrong else self.cells.get(place)

    def interval(self, counted: Axis, i: int, other: Axis, j: int) -> tuple[float, float] | None:
        """The ends of the interval in a cell."""
        place = self._at(counted, i, other, j)
        return None if place in self.wrong else self.ends.get(place)

    def _at(self, counted: Axis, i: int, other: Axis, j: int) -> tuple[int, int]:
        a, b = counted.places[i], other.places[j]
        return (a, b) if counted.down else (b, a)

    def kind(self, axis: Axis, i: int, other: Axis, j: int) -> str:
        """What a cell measures, by its column or else by its row."""
        return axis.kinds[i] or other.kinds[j]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words that tell its rows and columns apart."""
        return frozenset().union(*self.rows.telling, *self.columns.telling)

    @cached_property
    def about(self) -> frozenset[str]:
        """The words above it and in its corner."""
        return frozenset(w.stem for w in read_words(f"{self.above} {self.sheet.header[0]}"))


def grids_of(evidence: Evidence) -> list[Grid]:
    """The page's tables of results as grids."""
    if "sliced tables" not in evidence.cache:
        short = _abbreviations(evidence)
        blocks = {id(b): i for i, b in enumerate(evidence.document.blocks)}
        found = [(s, words_above(evidence.document.blocks, blocks.get(id(s.table), 0))) for s in evidence.sheets]
        nouns = _nouns(evidence, [s for s, _ in found])
        evidence.cache["sliced tables"] = [_grid(evidence, s, above, short, nouns) for s, above in found]
    grids: list[Grid] = evidence.cache["sliced tables"]
    return grids


def _grid(
    evidence: Evidence,
    sheet: Sheet,
    above: str,
    short: Mapping[str, frozenset[str]],
    nouns: Mapping[tuple[int, bool], frozenset[str]],
) -> Grid:
    cells: dict[tuple[int, int], CellNumber] = {}
    ends: dict[tuple[int, int], list[float]] = {}
    wrong = set()
    for item in sheet.numbers:
        place = (item.row, item.column)
        if id(item) in evidence.suspect:
            wrong.add(place)
        if item.interval:
            ends.setdefault(place, []).append(item.number.scaled()[0] / 2 + item.number.scaled()[1] / 2)
        elif item.position == 0 and "/" not in item.cell.text.text:
            cells[place] = item
    held = {*cells, *ends}
    rows = [r for r, x in enumerate(sheet.labels) if not is_aggregate(x) and any(p[0] == r for p in held)]
    columns = [c for c in range(1, len(sheet.header)) if not is_aggregate(sheet.keys[c] or sheet.header[c])]
    columns = [c for c in columns if any(p[1] == c for p in held)]
    return Grid(
        sheet,
        Axis(tuple(sheet.labels[r] for r in rows), tuple(rows), True, nouns[id(sheet), True], short),
        Axis(tuple(sheet.header[c] for c in columns), tuple(columns), False, nouns[id(sheet), False], short),
        above,
        cells,
        {place: (x[0], x[1]) for place, x in ends.items() if len(x) == 2},
        frozenset(wrong),
    )


_IS_SHORT = regex(r"\b(?P<short>[A-Z]{2,5})\s*(?:=|stands for|means)\s*(?P<full>[a-z][a-z-]+(?: [a-z][a-z-]+)?)")
_BEHIND = regex(r" \((?P<short>[A-Z]{2,5})\)")
_LONG = regex(r"[a-z][a-z-]+(?: [a-z][a-z-]+){0,3}$")
_FARTHEST = 60


def _abbreviations(evidence: Evidence) -> dict[str, frozenset[str]]:
    """What the page says that its abbreviations stand for: "JB = jailbreak"."""
    out: dict[str, frozenset[str]] = {}
    for passage in evidence.passages:
        plain = passage.plain
        said = [(m["short"], m["full"], True) for m in _IS_SHORT.finditer(plain)]
        for m in _BEHIND.finditer(plain) if " (" in plain else ():
            full = _LONG.search(plain[max(0, m.start() - _FARTHEST) : m.start()])
            said += [(m["short"], full[0], False)] if full is not None else []
        for short, full_name, equal in said:
            words = full_name.replace("-", " ").split()
            fits = [words[k:] for k in range(len(words)) if words[k][:1] == short[0].lower()]
            initials = [x for x in fits if "".join(w[0] for w in x) == short.lower()]
            for kept in (initials or (fits if equal else []))[:1]:
                out.setdefault(_plain(short), frozenset(map(_plain, kept)))
    return out


_ALIKE = (
    frozenset(map(stem, ("layer", "depth", "block"))),
    frozenset(map(stem, ("step", "checkpoint", "epoch", "round", "iteration", "update", "stage", "evaluation"))),
    frozenset(map(stem, ("dose", "size", "setting", "amount"))),
)


def _nouns(evidence: Evidence, sheets: Iterable[Sheet]) -> dict[tuple[int, bool], frozenset[str]]:
    """What the page calls the rows and the columns of each table.

    By the head of the first column, by a line of a card that lists them, and by another table that has the same.
    """
    lists = list(_lists(evidence))
    axes: list[tuple[tuple[int, bool], frozenset[str], set[str]]] = []
    for sheet in sheets:
        head = {w.stem for w in read_words(sheet.header[0]) if not w.stem[0].isdigit()}
        for down in (True, False):
            labels = (
                sheet.labels if down else tuple(sheet.keys[c] or sheet.header[c] for c in range(1, len(sheet.header)))
            )
            items = frozenset(_folded(x) for x in labels if not is_aggregate(x))
            own = set(head) if down else set()
            for noun, listed in lists:
                if len(items & listed) * 2 > len(items):
                    own |= noun
            numbered = down and sum(bool(index_of(x)) for x in labels) > 2
            for alike in _ALIKE if numbered else ():
                own |= alike if own & alike else set()
            axes.append(((id(sheet), down), items, own))
    for _, items, own in axes:
        for _, others, theirs in axes:
            if own is not theirs and len(items & others) * 2 > max(len(items), len(others)) and len(items) > 1:
                own |= theirs
    return {key: frozenset(own - {""}) for key, _, own in axes}


def _folded(label: str) -> str:
    return " ".join(w.stem for w in read_words(_ASIDE.sub(" ", label)))


def _lists(evidence: Evidence) -> Iterable[tuple[set[str], frozenset[str]]]:
    """The lines of cards that list things: "Tools | calculator, maps"."""
    for block in evidence.document.blocks:
        if not isinstance(block, Table) or len(block.header) != 2:
            continue
        for row in block.rows:
            if len(row) == 2 and "," in row[1].text.text:
                items = frozenset(_folded(x) for x in row[1].text.text.split(","))
                yield {w.stem for w in read_words(row[0].text.text)}, items
