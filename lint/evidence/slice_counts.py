"""Counts of free prose against complete slices of tables: "in four of five languages int8 scores under bf16".

A clause names a criterion, the row or the column in which it is asked, and so many things across it. Every table and
either way of reading it is tried; those that account for most of the clause's words are what it can mean.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from leakstats.records import replace, struct

from ..regex import regex
from .amounts import Amount, amounts_in
from .claims import own_passages
from .grammar import Number, read_numbers
from .knowledge import Clash, Evidence
from .names import fold_name, stem
from .passages import Sentence
from .slice_asked import Clause, Count
from .slice_bounds import counts_over_cells
from .slice_criteria import counts_of
from .slice_pairs import counts_beside
from .slices import Axis, Grid, Named, Word, grids_of, is_plain_word, read_words
from .vocabulary import is_accounted_for
from .wording import REFERENCE_NAME

__all__ = ["SliceCount", "slice_counts"]


@struct
class SliceCount:
    """A count that the page states, and what counting finds."""

    sentence: Sentence
    start: int
    end: int
    clash: Clash | None
    """``None`` where a reading agrees."""


_NUMBERED = regex(
    r"\b(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"twenty|no|none|neither|both|all|every|each|not a single)\b",
    re.IGNORECASE,
)


def slice_counts(evidence: Evidence) -> list[SliceCount]:
    """The counts of free prose that complete slices of a table confirm or refute."""
    if "slice counts" not in evidence.cache:
        evidence.cache["slice counts"] = list(_slice_counts(evidence)) if evidence.sheets else []
    found: list[SliceCount] = evidence.cache["slice counts"]
    return found


def _slice_counts(evidence: Evidence) -> Iterator[SliceCount]:
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            if _NUMBERED.search(sentence.text) is None or sentence.text.rstrip(" *_").endswith("?"):
                continue
            amounts = [a for a in amounts_in(sentence.text) if a.total != 1]
            for amount in amounts:
                if not amount.total and not _is_named(evidence, amount):
                    continue
                found = _judge(evidence, sentence, amount, amounts)
                if found is not None:
                    yield found


def _nouns_of(evidence: Evidence) -> frozenset[str]:
    """What the page calls the rows and columns of its tables."""
    if "nouns of axes" not in evidence.cache:
        axes = (axis for grid in grids_of(evidence) for axis in (grid.rows, grid.columns))
        evidence.cache["nouns of axes"] = frozenset().union(*(axis.nouns for axis in axes))
    found: frozenset[str] = evidence.cache["nouns of axes"]
    return found


def _is_named(evidence: Evidence, amount: Amount) -> bool:
    """True for things that tables have: without a total, nothing else tells what is counted."""
    words = read_words(amount.noun)
    noun = words[-1].stem if words else ""  # "all of *"
    return noun in _nouns_of(evidence) or noun in _MEASURES


def _judge(evidence: Evidence, sentence: Sentence, amount: Amount, amounts: Sequence[Amount]) -> SliceCount | None:
    """What counting finds; ``None`` where nothing is read."""
    for text, start in _clauses(sentence, amount, amounts):
        found = _readings(evidence, sentence, amount, text, start)
        if not found:
            continue
        at = sentence.start + start
        if not amount.total and not is_accounted_for(evidence, sentence, at, at + len(text)):
            continue  # of how many it is, its words leave open
        start, end = sentence.start + amount.start, sentence.start + amount.end
        if any(_agrees(amount, c, size) for c, size in found):
            return SliceCount(sentence, start, end, None)
        numbers = sorted({c.low for c, _ in found} | {c.high for c, _ in found})
        count, size = found[0]
        shown = " or ".join(map(str, numbers)) if len(numbers) < 3 else f"{numbers[0]} to {numbers[-1]}"
        return SliceCount(
            sentence,
            start,
            end,
            Clash(
                "count",
                sentence.passage.place(start, end),
                f"'{amount.text}' is {shown} of {size} when counted ({count.what})",
                "count again, or state the criterion",
            ),
        )
    return None


def _agrees(amount: Amount, count: Count, size: int) -> bool:
    """True for a count that an amount allows; "every" is of as many as there are."""
    low, high = (float(size), float(size)) if amount.every else (amount.low, amount.high)
    return count.low <= high and low <= count.high


_STRONG = regex(
    r"[;:—?!]|\s–\s|\.\s|,? (?=(?:even )?though |although |but |whereas |while |which |because |so |since |yet )|"
    r"\((?=[^()]*\))|\)|, (?:and|or) (?=[a-z]+ )"
)


def _clauses(sentence: Sentence, amount: Amount, amounts: Sequence[Amount]) -> Iterator[tuple[str, int]]:
    """The stretches that may hold the criterion, the amount blotted out; the shortest first."""
    text = sentence.text
    left = max((m.end() for m in _STRONG.finditer(text, 0, amount.start)), default=0)
    right = min((m.start() for m in _STRONG.finditer(text, amount.end)), default=len(text))
    for other in amounts:
        if other is not amount and left <= other.start < right and other.total:
            if other.start >= amount.end:
                right = min(right, max(text.rfind(",", amount.end, other.start), amount.end))
            elif other.end <= amount.start:
                comma = text.find(",", other.end, amount.start)
                if comma >= 0:
                    left = comma + 1
    commas = [m.start() for m in regex(r",(?!\d)").finditer(text, amount.end, right)]
    blank = " " * (amount.end - amount.start)
    at = left
    for end in [*commas, right]:
        said = text[at : amount.start] + blank + text[amount.end : end]
        fronted = end != right and amount.total and not _LETTER.search(text[amount.end : end])
        if fronted and not _TWO_WORDS.search(text[at : amount.start]):
            continue  # "in three of five, A beats B"
        yield said, at
        tail = text[end + 1 : end + 40]
        if end != right and _GOES_ON.match(tail) is None:
            return


_LETTER = regex(r"\w")
_TWO_WORDS = regex(r"\w{3,}\s+\w{3,}")
_GOES_ON = regex(r"\s*(?:at|in|on|under|with|before|after|for|by|of)\b", re.IGNORECASE)
""" ", at step 4,000": words that may still tell which slice is meant."""


def _readings(evidence: Evidence, sentence: Sentence, amount: Amount, text: str, start: int) -> list[tuple[Count, int]]:
    """What the tables say that account for most of the words of a clause."""
    inside = (sentence.start + start, sentence.start + start + len(text))
    taken = (sentence.start + amount.start, sentence.start + amount.end)
    numbers = tuple(
        n
        for n in sentence.numbers
        if inside[0] <= n.start < inside[1]
        and not taken[0] <= n.start < taken[1]
        and n.role not in ("index", "none")
        and not (n.role == "count" and n.value in _sizes(evidence))
    )
    text = _OF_A_BAR.sub(lambda m: " " * len(m[0]), text)
    clause = Clause(sentence, text, sentence.start + start, tuple(read_words(text)), numbers, "", 0)
    found: list[tuple[int, Count, int]] = []
    nouns = _nouns_of(evidence)
    for grid in grids_of(evidence):
        for counted, other in ((grid.rows, grid.columns), (grid.columns, grid.rows)):
            for count, told, size in _across(clause, amount, grid, counted, other, nouns):
                every = {w.stem for w in (*clause.words, *read_words(amount.before_noun))}
                if not (every & _vocabulary(evidence)) - told:
                    found.append((len(every & (count.used | grid.about)), count, size))
    for grid in grids_of(evidence) if not found and amount.total > 5 else ():
        noun = read_words(amount.noun)[-1].stem if amount.noun else ""
        asked = replace(clause, noun=noun, total=amount.total)
        if noun not in nouns and not any(axis.named(clause.words) != [] for axis in (grid.rows, grid.columns)):
            every = {w.stem for w in (*clause.words, *read_words(amount.before_noun))}
            for count in counts_over_cells(asked, grid) if not (every & _vocabulary(evidence)) - grid.about else ():
                found.append((0, count, amount.total))
    most = max((rank for rank, _, _ in found), default=0)
    return [(count, size) for rank, count, size in found if rank == most]


def _across(
    clause: Clause, amount: Amount, grid: Grid, counted: Axis, other: Axis, called: frozenset[str]
) -> Iterator[tuple[Count, frozenset[str], int]]:
    """What one way of reading a table gives: the count, the words that it accounts for, and of how many it is."""
    how = _as_counted(amount, counted, other, called)
    if how is None:
        return
    noun, extra, kind = how
    whole, used, gone = _counted_items(clause.text, counted)
    told = _CONDITION.search(clause.text)
    if told is not None and not used:
        held = _kept(clause, told, grid, counted, other, whole)
        if held is None:
            return
        whole, used, gone = list(held.passed), read_words(told[0], told.start()), [told.span()]
        clause = replace(clause, text=clause.text[: told.start()] + " " * len(told[0]) + clause.text[told.end() :])
    words = [w for w in clause.words if w not in used]
    every = [*words, *extra]
    own = counted.named(words)
    named = other.named([w for w in every if w.stem not in counted.nouns or w.stem in {x.stem for x in extra}])
    if kind:
        named = _of_kind(kind, named, other)
    if own is None or named is None or len(own) > 1:
        return
    items = [i for i in whole if (own and i != own[0].index) or not own]
    if amount.total not in (0, len(items)):
        items = _with_values(grid, counted, other, items, named)
    if amount.total not in (0, len(items)) or len(items) < 2:
        return
    if not amount.total and not amount.whole and amount.low >= len(items):
        return  # a size, and no part of it
    if not named and not own and _IT.search(clause.text):
        return  # what is counted was named before
    naming = frozenset().union(*(other.words[n.index] for n in named), *(counted.words[n.index] for n in own))
    numbers = tuple(
        n
        for n in clause.numbers
        if not any(a <= n.start - clause.start < b for a, b in gone)
        and not (n.role == "count" and not n.bound and _is_of_label(n, naming))
    )
    asked = replace(clause, words=tuple(every), numbers=numbers, noun=noun, total=len(items))
    counts = (
        counts_beside(asked, grid, counted, other, items, named, own[0])
        if own
        else counts_of(asked, grid, counted, other, items, named)
    )
    said = Counter(w for labels in other.telling for w in labels)
    several = frozenset(w for w, k in said.items() if k > 1)
    most = frozenset(w for w, k in said.items() if 2 * k > len(other.labels))
    for count in counts:
        known = count.used | {w.stem for w in used} | counted.nouns | grid.about | most
        known |= several if kind else frozenset()  # "load changes", beside the load before and after
        yield count, known, len(items)


def _with_values(grid: Grid, counted: Axis, other: Axis, items: Sequence[int], named: Sequence[Named]) -> list[int]:
    """The items less the one that others are held against: it has no value of its own, or is called the baseline."""
    if named:
        slices = [n.index for n in named]
        filled = [
            i
            for i in items
            if all(grid.cell(counted, i, other, j) or grid.interval(counted, i, other, j) for j in slices)
        ]
        if len(filled) < len(items):
            return filled
    worded = [i for i in items if REFERENCE_NAME.match(fold_name(counted.labels[i]))]
    return [i for i in items if i not in worded] if len(worded) == 1 else list(items)


def _is_of_label(number: Number, naming: frozenset[str]) -> bool:
    """True for the number of a row that is named: "at 400 rows"."""
    return any(w.stem in naming for w in read_words(number.text))


_IT = regex(r"\b(?:it|they|this|these|those|that|such|so)\b", re.IGNORECASE)
_CONDITION = regex(
    r"(?<=   )\s(?:with|having|whose) (?P<what>[^,;:.]{3,60}?(?:above|over|under|below|beyond|"
    r"(?:more|less|fewer|higher|lower|larger|smaller|greater) than|"
    r"at (?:least|most)) \d[\d.,]*(?:\s?%|\s?pp| points)?)(?=\s+(?!or\b|and\b)[a-z])",
    re.IGNORECASE,
)
""" "Cities with an index under 30": behind the amount, which is blotted out."""


def _kept(
    clause: Clause, told: re.Match[str], grid: Grid, counted: Axis, other: Axis, items: list[int]
) -> Count | None:
    """The things that a condition behind their noun leaves."""
    start, end = told.span("what")
    numbers = tuple(n for n in clause.numbers if start <= n.start - clause.start < end)
    words = tuple(w for w in clause.words if start <= w.start < end)
    named = other.named(words)
    text = " " * start + told["what"]
    if not named:
        return None
    found = counts_of(replace(clause, text=text, words=words, numbers=numbers), grid, counted, other, items, named)
    return found[0] if len(found) == 1 and found[0].low == found[0].high else None


_KINDS = {
    "change": "change",
    "difference": "change",
    "gap": "change",
    "gain": "change",
    "shift": "change",
    "coefficient": "coefficient",
    "correlation": "coefficient",
    "interval": "interval",
}
_MEASURES = {stem(word): kind for word, kind in _KINDS.items()}
"""What is counted by its values: "nine changes"."""


def _as_counted(
    amount: Amount, counted: Axis, other: Axis, known: frozenset[str]
) -> tuple[str, list[Word], str] | None:
    """How an amount may count the items of an axis: by their name, by how many there are, or by a value of each.

    With the noun, the words beside it that may name a slice, and the kind of value.
    """
    called = [w.stem for w in read_words(f"{amount.before_noun} {amount.noun}")]
    noun = called[-1] if called else ""
    kind = _MEASURES.get(noun, "")
    extra = [Word(x, -1, -1) for x in called[:-1] if x not in counted.nouns]
    if noun and noun in counted.nouns:
        return noun, extra, ""
    if kind and kind in other.kinds:
        return noun, [*extra, Word(noun, -1, -1)], kind
    free = not kind and noun not in known and not counted.nouns
    if amount.total > 2 and (not noun or free):
        return noun, [Word(x, -1, -1) for x in called], ""
    return None


def _of_kind(kind: str, named: list[Named] | None, other: Axis) -> list[Named] | None:
    """The one row or column of a kind of values that words name."""
    held = [j for j, k in enumerate(other.kinds) if k == kind]
    chosen = [n for n in named or () if n.index in held]
    if len(chosen) == 1:
        return chosen
    return [Named(held[0], 0, frozenset())] if len(held) == 1 and not named else None


_BEHIND = regex(
    r"\b(?P<way>after|beyond|past|before|from|up to|until|above|below)\s+(?:the\s+)?(?:[a-z]+\s+)?L?(?P<x>\d[\d,]*)"
    r"(?P<on>\s+on(?:wards?)?)?\b(?!\s?%)",
    re.IGNORECASE,
)


def _counted_items(text: str, counted: Axis) -> tuple[list[int], list[Word], list[tuple[int, int]]]:
    """The items that are counted: all, or those beyond a named point; with the words that tell, and their places."""
    every = list(range(len(counted.labels)))
    for m in _BEHIND.finditer(text) if counted.indices else ():
        x, way = float(m["x"].replace(",", "")), m["way"].lower()
        if x not in counted.indices or (way == "from" and not m["on"]):
            continue
        kept = [i for i in every if _is_there(counted.indices[i], way, x)]
        return kept, read_words(text[m.start() : m.end()], m.start()), [m.span()]
    return every, [], []


def _is_there(index: float, way: str, x: float) -> bool:
    if way in ("after", "beyond", "past", "above"):
        return index > x
    if way in ("before", "below"):
        return index < x
    return index >= x if way == "from" else index <= x


_OF_A_BAR = regex(
    r"(?<=[\d%]) (?:(?:that|which) [^,;:]{1,40}? would \w+|(?:that|which) (?:is|are|was|were) chance|of chance)",
    re.IGNORECASE,
)
""" "The 25% that guessing would score": what a bar is."""


def _sizes(evidence: Evidence) -> frozenset[float]:
    """The sample sizes that the page states."""
    if "sizes stated" not in evidence.cache:
        said = {n.value for p in evidence.passages for n in p.numbers if n.role == "n"}
        for grid in grids_of(evidence):
            for label in (*grid.sheet.header, *grid.sheet.labels, grid.above):
                said |= {n.value for n in read_numbers(label) if n.role in ("n", "count")}
        evidence.cache["sizes stated"] = frozenset(x for x in said if x >= 20)
    found: frozenset[float] = evidence.cache["sizes stated"]
    return found


def _vocabulary(evidence: Evidence) -> frozenset[str]:
    """The words that tell rows and columns of the page's tables apart."""
    if "words of grids" not in evidence.cache:
        held = frozenset().union(*(g.vocabulary for g in grids_of(evidence)))
        evidence.cache["words of grids"] = frozenset(w for w in held if not is_plain_word(w) and len(w) > 2)
    found: frozenset[str] = evidence.cache["words of grids"]
    return found
