"""The stretches of a page that make claims: sentences with their numbers and the names that they mention."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import TypeVar

from leakstats.lazy import cached_property
from leakstats.records import replace, struct

from ..document import Block, Document, Heading, Html, Paragraph, Scope
from ..inline import Text
from ..outline import Outline
from ..regex import regex
from ..source import Place
from .grammar import Number, read_numbers
from .names import Gazetteer, Mention, words_of
from .word_numbers import SPELLED

__all__ = [
    "MOST_CHARACTERS",
    "MOST_NUMBERS",
    "MOST_READ",
    "Axes",
    "Passage",
    "Sentence",
    "effort",
    "once",
    "read_passages",
    "starts_of_sentences",
]

MOST_CHARACTERS = 8_000
MOST_NUMBERS = 150
"""A paragraph with more of them is no prose, and everything about sentences compares their numbers two by two."""
MOST_READ = 3_000
"""How much of a page's text is read, by its ``effort``; what is behind is left out."""
_PAIRS = 30
"""Pairs of numbers of a paragraph that take as long as one number."""
_STOP = regex(r"[.!?][*_]{1,3}\s+(?=\S)|\?\s+(?=\S)|[.!?][*_)\"'”’\]]*\s+(?=[A-Z`“\"(\[ρ\d#]|[pnrN]\s?[=<>≤≥])|\n")
_ENDED = regex(r"[.!?][)\"'”’\]]*\s+$")
_SHORT = (
    "vs.",
    "e.g.",
    "i.e.",
    "cf.",
    "ca.",
    "al.",
    "Fig.",
    "fig.",
    "approx.",
    "no.",
    "No.",
    "resp.",
    "Eq.",
    "incl.",
    "St.",
    "Dr.",
    "s.e.",
    "s.d.",
    "S.E.",
    "S.D.",
)


@functools.lru_cache(maxsize=256)  # who counts in a text asks for each of its numbers
def starts_of_sentences(plain: str) -> tuple[int, ...]:
    """Where the sentences of a text begin behind another: "i.e." ends none."""
    return tuple(m.end() for m in _STOP.finditer(plain) if not _is_short(plain, m.start() + 1))


def _is_short(plain: str, end: int) -> bool:
    """True for a full stop of an abbreviation: of "et al.", not of "interval."."""
    for word in _SHORT if plain.endswith(_SHORT, 0, end) else ():
        at = end - len(word)
        if plain.endswith(word, 0, end) and not (at > 0 and plain[at - 1].isalpha()):
            return True
    return False


@struct(slots=False)
class Passage:
    """A paragraph, a caption, a heading or a title."""

    text: Text
    plain: str
    scope: Scope
    block: int
    part: str
    """What its section is for: ``claim`` (title, caption, takeaway, condition), ``prior``, ``plan``, ``card``,
    ``other``."""
    numbers: tuple[Number, ...]
    document: Document = field(repr=False)
    fixed: tuple[int, int] | None = None
    """The place of all of it, where its characters cannot be placed one by one (a title in front matter)."""
    names: tuple[Mention, ...] = ()
    lead: int = 0
    """Offset behind its bold opening."""

    def place(self, start: int, end: int) -> Place:
        """The place of visible characters."""
        if self.fixed is not None:
            return self.document.source.place(*self.fixed)
        return self.document.place(self.text, start, max(end, start + 1))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences."""
        cuts = [0, *starts_of_sentences(self.plain), *self._before_names()]
        behind = self.plain[self.lead :]
        if self.lead and _ENDED.search(self.plain[: self.lead] + " "):
            cuts.append(len(self.plain) - len(behind.lstrip()))  # "**A full stop.** then a name in lower case"
        cuts = sorted({*cuts, len(self.plain)})
        out = []
        n = m = 0
        for start, end in itertools.pairwise(cuts):
            numbers, names = [], []
            while n < len(self.numbers) and self.numbers[n].start < end:
                numbers.append(self.numbers[n])
                n += 1
            while m < len(self.names) and self.names[m].start < end:
                names.append(self.names[m])
                m += 1
            if end > start:
                out.append(Sentence(self, start, end, tuple(numbers), tuple(names)))
        return tuple(out)

    def _before_names(self) -> Iterator[int]:
        """Where a sentence begins with a name in code, behind a full stop: "(n = 9). `nurse`: 12%"."""
        for start, _ in self.text.marked("code") if self.text.runs else ():
            before = self.plain[:start].rstrip()
            if _ENDED.search(self.plain[max(0, start - 6) : start]) and not _is_short(before, len(before)):
                yield start


@struct(slots=False)
class Sentence:
    """A sentence; offsets are into its passage's text."""

    passage: Passage = field(repr=False)
    start: int
    end: int
    numbers: tuple[Number, ...]
    names: tuple[Mention, ...]

    @cached_property
    def text(self) -> str:
        """Its characters."""
        return self.passage.plain[self.start : self.end]

    def between(self, left: int, right: int) -> str:
        """The characters from ``left`` to before ``right``."""
        return self.passage.plain[left:right]

    @cached_property
    def previous(self) -> Sentence | None:
        """The sentence before it in its passage."""
        sentences = self.passage.sentences
        i = next(i for i, s in enumerate(sentences) if s is self)
        return sentences[i - 1] if i else None

    @cached_property
    def entities(self) -> frozenset[str]:
        """The names it mentions, layers and epochs as ``#20``."""
        return frozenset(m.name for m in self.names)


_Found = TypeVar("_Found")


def once(function: Callable[[Sentence], _Found]) -> Callable[[Sentence], _Found]:
    """Let a question about a sentence be worked out once; a dozen rules ask the same. Nobody may change the answer."""
    key = f"{function.__module__}.{function.__name__}"

    @functools.wraps(function)
    def answer(sentence: Sentence) -> _Found:
        try:
            found: _Found = sentence.__dict__[key]
        except KeyError:
            found = sentence.__dict__[key] = function(sentence)
        return found

    return answer


@struct(slots=False)
class Axes:
    """What the tables of a page are laid out by, where numbers name it."""

    words: frozenset[str] = frozenset()
    """A whole number behind one of them names a checkpoint."""
    doses: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Whole numbers that name a dose beside one of their words."""
    shares: frozenset[int] = frozenset()
    """Whole percentages that name a dose behind a preposition, and are no rates."""

    @cached_property
    def behind(self) -> re.Pattern[str] | None:
        """One of the words in front of a number."""
        words = "|".join(sorted(map(re.escape, self.words)))
        return re.compile(rf"\b({words})s?\s$", re.IGNORECASE) if words else None


_NO_AXES = Axes()


def effort(passages: Iterable[Passage]) -> int:
    """How much work it is to judge texts: one for each, for each number, and for so many pairs of its numbers."""
    return sum(1 + len(p.numbers) + len(p.numbers) ** 2 // _PAIRS for p in passages)


def read_passages(
    document: Document, outline: Outline, gazetteer: Gazetteer, axes: Axes = _NO_AXES, most: int = MOST_READ
) -> list[Passage]:
    """Every passage of a page, in its order, until their ``effort`` is ``most``."""
    parts = _parts(outline)
    out: list[Passage] = []
    read = 0
    for title in document.titles:
        if title.written is None:
            text = Text(title.text, (), title.at, title.end)
            out.append(_passage(document, text, "title", -1, "claim", gazetteer, (title.at, title.end), axes))
    heads = {id(t.written) for t in document.titles if t.written is not None}
    for i, block in enumerate(document.blocks):
        for text, scope in _texts(document, block, heads):
            part = "claim" if scope in ("title", "caption", "alt") else parts.get(i, "other")
            if text.text.strip() and part != "skip" and read < most:
                out.append(_passage(document, text, scope, i, part, gazetteer, None, axes))
                read += effort(out[-1:])
    return out


def _texts(document: Document, block: Block, heads: set[int]) -> Iterator[tuple[Text, Scope]]:
    if isinstance(block, Heading):
        yield block.text, "title" if id(block.text) in heads else "heading"
    elif (isinstance(block, Paragraph) and not block.quoted) or (isinstance(block, Html) and block.is_one_text):
        yield block.text, "caption" if block.text.at in document.captions else "prose"


def _passage(
    document: Document,
    text: Text,
    scope: Scope,
    block: int,
    part: str,
    gazetteer: Gazetteer,
    fixed: tuple[int, int] | None,
    axes: Axes,
) -> Passage:
    plain = text.text
    if len(plain) > MOST_CHARACTERS:
        return Passage(text, plain, scope, block, part, (), document, fixed)
    numbers = tuple(read_numbers(plain, tuple(text.marked("code"))))
    if axes.behind is not None or axes.doses:
        numbers = tuple(_on_axis(plain, number, axes.behind, axes.doses) for number in numbers)
        numbers = _with_ellipsis(plain, numbers, axes.doses) if axes.doses else numbers
    if axes.shares:
        numbers = _without_shares(plain, numbers, axes.shares)
    indexed = [(n.at, n.end) for n in numbers if n.role == "index"]
    names = [m for m in gazetteer.find(plain) if not any(a < m.end and m.start < b for a, b in indexed)]
    taken = [(m.start, m.end) for m in names]
    kept = []
    for number in numbers:
        if number.role == "index":
            if number.label == "axis" or number.label in (
                "layer",
                "epoch",
                "step",
                "checkpoint",
                "round",
                "iteration",
                "turn",
                "stage",
            ):
                names.append(Mention(number.at, number.end, f"#{int(number.value)}", plain[number.at : number.end]))
        elif any(start <= number.start < end for start, end in taken):
            continue  # a digit of a name
        kept.append(number)
    if len(kept) > MOST_NUMBERS:
        kept = []
    names.sort(key=lambda m: m.start)
    strong = text.marked("strong") if text.runs else []
    lead = strong[0][1] if strong and not plain[: strong[0][0]].strip() else 0
    return Passage(text, plain, scope, block, part, tuple(kept), document, fixed, tuple(names), lead)


_AFTER = regex(r"\bafter\s+$", re.IGNORECASE)
_WORD_AFTER = regex(r"\s+([A-Za-z]+)\b")
_WORD_BEFORE = regex(r"([A-Za-z-]+)\s+$")
_OUT_OF = regex(rf"(?:\d|\b{SPELLED})\s*(?:/|\s(?:out )?of(?: the| all)?\s)\s*$", re.IGNORECASE)
""" "Four of six layers", which is not the layer 6."""
_WORDS_AFTER = regex(r"\s+(?!(?:of|out|and|or)\b)([A-Za-z-]+(?:\s+[A-Za-z-]+)?)")


def _on_axis(plain: str, number: Number, axis: re.Pattern[str] | None, doses: Mapping[int, frozenset[str]]) -> Number:
    """``number`` as the name of a checkpoint or a dose, where a word of the axis stands beside it."""
    if number.role != "count" or number.unit or number.bound or number.signed or number.decimals > 0:
        return number
    found = axis.search(plain, max(0, number.start - 24), number.start) if axis is not None else None
    if found is not None:
        return replace(number, role="index", label="axis", at=found.start())
    if axis is not None and _AFTER.search(plain, max(0, number.start - 8), number.start):
        word = _WORD_AFTER.match(plain, number.end)
        if word is not None and axis.fullmatch(f"{word[1]} "):
            return replace(number, role="index", label="axis")
    words = doses.get(int(number.value), frozenset())
    if not words or _OUT_OF.search(plain, max(0, number.start - 24), number.start):
        return number
    before = _WORD_BEFORE.search(plain, max(0, number.start - 24), number.start)
    after = _WORDS_AFTER.match(plain, number.end)
    said = words_of(" ".join(m.group(1) for m in (before, after) if m is not None))
    return replace(number, role="index", label="axis") if said & words else number


_AT_SHARE = regex(
    r"\b(?:at|with|share|shares|fraction|dose|rung|level|setting)\s+(?:of\s+)?(?:only\s+)?$", re.IGNORECASE
)
_FROM = regex(r"\b(?:from|between)\s+$", re.IGNORECASE)
_TO = regex(r"\s*(?:to|and|→|->|[-–—])\s*")


def _without_shares(plain: str, numbers: tuple[Number, ...], shares: frozenset[int]) -> tuple[Number, ...]:
    """The numbers, of which those that name a percentage of the design claim nothing.

    "At 30%", "from 15% to 30%" on a page whose columns are 5%, 15% and 30%.
    """
    out = list(numbers)
    named = [n.role == "percent" and n.decimals <= 0 and not n.bound and int(n.value) in shares for n in out]
    for i, number in enumerate(numbers):
        lead = plain[max(0, number.start - 20) : number.start]
        if not named[i] or number.signed:
            continue
        if _AT_SHARE.search(lead):
            out[i] = replace(number, role="none")
        elif (
            i + 1 < len(out)
            and named[i + 1]
            and _FROM.search(lead)
            and _TO.fullmatch(plain[number.end : numbers[i + 1].start])
        ):
            out[i : i + 2] = [replace(x, role="none") for x in numbers[i : i + 2]]
    return tuple(out)


_JOINED = regex(r"\s*(?:,|/|→|->|⟶|,?\s*(?:and|or|to|versus|vs\.?))\s*")
_ARROW = regex(r"\s*(?:→|->|⟶)\s*")
_AFTER_PREPOSITION = regex(r"\b(?:at|on|with|after|by|for|to|from|of|than)\s+$", re.IGNORECASE)
_NO_NOUN = regex(
    r"\s*(?:[,;:()]|\.(?!\d)|$|\d|(?:and|or|by|it|the|is|was|are|were|gives?|gave|yields?|yielded|reach(?:es|ed)?|has|had)\b)"
)


def _with_ellipsis(plain: str, numbers: tuple[Number, ...], doses: Mapping[int, frozenset[str]]) -> tuple[Number, ...]:
    """Bare doses beside one with its word: "50, 200 and 800 examples", "12% with 50 examples and 40% with 200".

    Two doses that an arrow joins, "50 → 200", need no word.
    """
    out = list(numbers)
    for i in range(len(out) - 1):
        arrow = _ARROW.fullmatch(plain[out[i].end : out[i + 1].at])
        if arrow and all(_is_dose(x, doses) or x.label == "axis" for x in out[i : i + 2]):
            out[i : i + 2] = [replace(x, role="index", label="axis") for x in out[i : i + 2]]
    if not any(n.label == "axis" for n in out):
        return numbers
    for i in range(len(out) - 2, -1, -1):
        joined = _JOINED.fullmatch(plain[out[i].end : out[i + 1].at]) is not None
        if joined and out[i + 1].label == "axis" and _is_dose(out[i], doses):
            out[i] = replace(out[i], role="index", label="axis")
    named = next(i for i, n in enumerate(out) if n.label == "axis")
    for i in range(named + 1, len(out)):
        if not _is_dose(out[i], doses) or not _NO_NOUN.match(plain, out[i].end):
            continue
        lead = plain[max(0, out[i].start - 8) : out[i].start]
        opens = regex(r"[;:]\s+$").search(lead) is not None
        if _AFTER_PREPOSITION.search(lead) or opens:
            out[i] = replace(out[i], role="index", label="axis")
    return tuple(out)


def _is_dose(number: Number, doses: Mapping[int, frozenset[str]]) -> bool:
    """True for a whole number, and no rate or count of something else, that names a row."""
    plain = number.role == "count" and not number.unit and not number.bound and not number.signed
    return plain and number.decimals <= 0 and int(number.value) in doses


def _parts(outline: Outline) -> dict[int, str]:
    """What each block's section is for."""
    out: dict[int, str] = {}
    cards = [f.spec.parent for f in outline if f.spec.table is not None and f.spec.table.rows]
    for found in outline:
        spec = found.spec
        if spec.table is not None or cards.count(spec.id) >= 2:
            part = "card"
        elif spec.bullets is not None and spec.bullets.costed:
            part = "plan"
        elif spec.bullets is not None and spec.bullets.issue:
            part = "skip"
        elif spec.prior_issue:
            part = "prior"
        elif spec.figure is not None or spec.samples is not None:
            part = "claim"
        else:
            part = "other"
        for i in range(found.first, found.last):
            out[i] = part
    return out
