"""The things along one side of a table, and where a sentence says them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from leakstats.lazy import cached_property
from leakstats.records import struct

from ..regex import regex
from .names import index_of
from .passages import Sentence, once
from .stems import BRACKETS, stems_in_order, tokens_of
from .tables import is_aggregate
from .vocabulary import is_common

__all__ = ["Axis", "Said", "axis_of", "glossed"]

_NEAR = regex(r"[\s\-–_/.*`'’]{1,3}")


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
    names: tuple[str, ...]
    """The labels with the long forms of their short words behind them."""

    @cached_property
    def whole(self) -> frozenset[int]:
        """Those that stand for all the others."""
        found = (i for i, label in enumerate(self.labels) if is_aggregate(label) or _ANY.match(label))
        return frozenset(i for i in found if not _JOINED.match(self.labels[i]))

    @cached_property
    def _pieces(self) -> list[tuple[str, ...]]:
        return [stems_in_order(name) for name in self.names]

    @cached_property
    def _printed(self) -> list[tuple[str, ...]]:
        return self._pieces if self.names is self.labels else [stems_in_order(label) for label in self.labels]

    @cached_property
    def _bare(self) -> list[str]:
        """The labels that are written as a name is, the others empty."""
        bare = [BRACKETS.sub(" ", label).strip(" *_") for label in self.labels]
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
        found = {i: index_of(BRACKETS.sub(" ", label)) for i, label in enumerate(self.labels)}
        counts = Counter(found.values())
        return {name: i for i, name in found.items() if name and counts[name] == 1}

    def find(self, sentence: Sentence) -> list[Said]:
        """The things that a sentence says, by their whole name or by a word that is theirs: "Llama", "the 72B"."""
        memory = _found_along_axes(sentence)
        if self.names not in memory:
            memory[self.names] = self._find(sentence)
        return memory[self.names]

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
        exact = [i for i in places if run in (self._pieces[i], self._printed[i])]
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


def axis_of(labels: Sequence[str], glossary: Mapping[str, str], noun: frozenset[str] = frozenset()) -> Axis:
    """The things with these labels, an empty one for the corner of a table left out where their order is asked."""
    points = [index_of(label) for i, label in enumerate(labels) if i or label]
    printed = tuple(labels)
    names = tuple(glossed(label, glossary) for label in labels) if glossary else printed
    return Axis(printed, noun, len(points) > 2 and all(points), names)


def glossed(label: str, glossary: Mapping[str, str]) -> str:
    """A label with the long forms of its short words behind it."""
    found = [glossary[w] for w in _SHORT.findall(label) if w in glossary] if glossary else []
    return " ".join((label, *found))


_SHORT = regex(r"\b[A-Z][A-Za-z]{0,5}\b")
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
