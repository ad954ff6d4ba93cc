"""Differences and ratios of things whose levels are known, in sentences that print none of these levels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations, product
from typing import TypeAlias

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..regex import regex
from .courses import point_words, time_index
from .grammar import Number
from .kinds import is_of_change
from .knowledge import Evidence
from .lexicon import ROLE_WORDS, direction_words
from .names import words_of
from .passages import Sentence
from .wording import CHANGES, DIFFERENCE, DIFFERS, FIRSTS, LASTS, LOSS, NAMES_COEFFICIENT, OF_LIKENESS

__all__ = ["gap_clash", "ratio_clash"]

Level: TypeAlias = "tuple[Series, Fact]"
Pair: TypeAlias = "tuple[Fact, Fact]"


@struct
class _Things:
    """The one or two things that a sentence names, with their levels."""

    said: str
    names: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]

    def pairs(self, *, leads: bool, crossed: bool = True) -> Iterator[Pair]:
        """Two levels of one thing, of both, or (where one leads) of one thing and any other in the same column.

        Of two things in the same column only, unless ``crossed``.
        """
        for x in self.levels:
            yield from permutations((f for _, f in x), 2)
        if len(self.levels) == 2:
            for left, right in (self.levels, self.levels[::-1]):
                yield from ((a, b) for (s, a), (t, b) in product(left, right) if crossed or s is t)
        elif leads:
            for s, f in self.levels[0]:
                for g in s.distinct:
                    if g is not f:
                        yield f, g
                        yield g, f


def gap_clash(evidence: Evidence, sentence: Sentence, number: Number, owner: str = "") -> str:
    """What is wrong with a difference of the one or two things that a sentence names; "" where nothing is.

    "The cook gives back 5.5 points after its peak", "cook and clerk end 36 points apart": a difference that no two
    levels of these things have, in whatever column, is wrong; what a level is measured against has to be said. So is
    the sign of a change from an earlier to a later level. With an ``owner`` it is of that one alone.
    """
    text = sentence.text
    if not (number.signed or any(x.search(text) for x in (DIFFERS, _COMPARES, _VARIES)) or direction_words(text)):
        return ""
    if not (owner and number.signed) and any(
        n is not number and n.role not in ("index", "none") for n in sentence.numbers
    ):
        return ""  # "climbs by 37 points up to bed 18 and then loses 8": which names are whose, nobody can tell
    things = _things(evidence, sentence, number, owner)
    if things is not None and len(things.names) == 1 and _FROM_THAT.search(text):
        return ""
    if things is None or (len(things.names) == 1 and _UNSAID.search(text) and not _FROM_WHAT.search(text)):
        return ""
    if len(things.names) == 2 and not things.names[0].startswith("#") and _moves_of_two(text):
        return ""
    low, high = number.low / 100, number.high / 100
    changes = [x for x in _changes(evidence, things.names) if _overlaps(x, low, high)]
    if any(_overlaps(x, low, high) for x in _of_other_scale(evidence, things.names)):
        return ""
    pairs = [
        (a, b)
        for a, b in things.pairs(leads=_COMPARES.search(text) is not None)
        if _overlaps((a.low - b.high, a.high - b.low), low, high)
    ]
    if not pairs and not changes:
        return f"no two levels that are known of {things.said} differ by {number.text} points"
    if not number.signed or _MINUS.search(text) or LOSS.search(sentence.between(sentence.start, number.start)):
        return ""
    own = {id(f) for s, f in _called(sentence, things)}
    signs: set[bool | None] = {x[0] > 0 for x in changes}
    signs = signs or {_sign(sentence, things, a, b) for a, b in pairs if id(a) in own and id(b) in own}
    if signs == {number.value < 0}:
        return f"the known change of {things.said} by {number.text.lstrip('+-−–')} points has the other sign"
    return ""


def _moves_of_two(text: str) -> bool:
    """True for "the gain of the one is 4 points larger": how the changes of two things differ."""
    changes = [d for d in direction_words(text) if not d.polar]
    return (bool(changes) or _CHANGE.search(text) is not None) and not _RESPECTIVELY.search(text)


_CHANGE = regex(
    r"\b(?:improve\w*|gains?|los(?:s|ses|es)|lost|cuts?|drops?|changes?|shifts?|reduc\w+|ris(?:e|es|ing)|f[ae]ll(?:s|ing)?|declin\w+|"
    r"increas\w+|decreas\w+|effects?)\b",
    re.IGNORECASE,
)
_RESPECTIVELY = regex(r"\brespectively\b", re.IGNORECASE)


def _of_other_scale(evidence: Evidence, names: Sequence[str]) -> Iterator[tuple[float, float]]:
    """Differences of scores from 0 to 100 that are no rates."""
    held = [
        [(s, f) for s, f in evidence.about[name] if not s.fraction and s.largest > 1.01 and evidence.kind(s) != "size"]
        for name in names
    ]
    pairs = [(f, g) for scores in held for (_, f), (_, g) in permutations(scores[:_MOST], 2)]
    for one, other in permutations(held, 2):
        pairs += [(f, g) for (s, f), (t, g) in product(one[:_MOST], other[:_MOST]) if s is t]
    for a, b in pairs:
        yield (a.low - b.high) / 100, (a.high - b.low) / 100


def _overlaps(x: tuple[float, float], low: float, high: float) -> bool:
    """True if a difference, either way, prints as a number."""
    return any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in (x, (-x[1], -x[0])))


def _called(sentence: Sentence, things: _Things) -> list[Level]:
    """The levels of two things that stand in the columns which a sentence calls; all of them where it calls none."""
    every = [x for levels in things.levels for x in levels]
    if len(things.levels) < 2:
        return every
    shared = frozenset.intersection(*(point_words(s) for s, _ in every))
    said = words_of(sentence.text)
    return [x for x in every if (point_words(x[0]) - shared) & said] or every


def _sign(sentence: Sentence, things: _Things, a: Fact, b: Fact) -> bool | None:
    """True if two levels rise in time, or from the first to the second of two points; ``None`` without an order."""
    for levels in things.levels:
        mine = {id(f): s for s, f in levels}
        if id(a) in mine and id(b) in mine:
            order = _in_time(mine[id(a)], mine[id(b)])
            return None if order == 0 else (b.value > a.value) == (order > 0)
    if len(things.names) == 2 and all(n.startswith("#") for n in things.names) and _FROM_TO.search(sentence.text):
        first = {id(f) for _, f in things.levels[0]}
        return (b.value > a.value) == (id(a) in first)
    return None


def _in_time(a: Series, b: Series) -> int:
    """1 if one column is of an earlier point than the other, -1 if of a later one, 0 if they have no order."""
    i, j = time_index(a), time_index(b)
    if i >= 0 and j >= 0:
        return (i < j) - (j < i)
    early, late = ([point_words(x) & w for x in (a, b)] for w in (FIRSTS, LASTS))
    return bool(early[0] and late[1]) - bool(early[1] and late[0])


_POINT = regex(r"#|\d")
_FROM_TO = regex(r"\b(?:from|between)\b.*\b(?:to|and)\b|→|->", re.IGNORECASE)
_MINUS = regex(
    r"\b(?:minus|less|versus|vs|than|against|compared|respect|relative|deviation)\b|\s[−–-]\s", re.IGNORECASE
)
"""What says from which the other is taken."""


def ratio_clash(evidence: Evidence, sentence: Sentence, low: float, high: float) -> str:
    """Of whom no two levels have a ratio between ``low`` and ``high``, or its inverse; "" where some have."""
    things = _things(evidence, sentence, None)
    if (
        things is None
        or _OF_GAPS.search(sentence.text)
        or any(n.role in _NO_RATIO and not low <= n.value <= high for n in sentence.numbers)
    ):
        return ""  # of sizes, or of differences
    known = tuple(tuple(x for x in evidence.about[n] if x[0].role not in ("at", "interval")) for n in things.names)
    if sum(map(len, known)) > _MOST:
        return ""
    every = _Things(things.said, things.names, known)  # of sizes and scores too
    leads = _COMPARES.search(sentence.text) is not None or _AS_OFTEN.search(sentence.text) is not None
    for a, b in every.pairs(leads=leads, crossed=False):
        least = a.low / b.high if b.high > 0 else 0.0
        most = a.high / b.low if b.low > 0 else float("inf")
        if least <= high + 1e-9 and low - 1e-9 <= most:
            return ""
    return things.said


_NO_RATIO = ("n", "count", "points", "value")
_OF_GAPS = regex(rf"\b(?:{DIFFERENCE}s?|advantages?|leads?|effects?|deltas?|contrasts?)\b", re.IGNORECASE)
_MOST = 40
"""Levels of the things of a sentence; of more, some two differ by nearly any number."""


def _things(evidence: Evidence, sentence: Sentence, number: Number | None, owner: str = "") -> _Things | None:
    """The things that a sentence speaks of; ``None`` where it may speak of more, or of the sentence before."""
    if _POINTS_BACK.match(sentence.text) or _ELSEWHERE.search(sentence.text):
        return None
    if any(n.role in ("percent", "coefficient", "p") for n in sentence.numbers):
        return None
    if any(
        {a.role, b.role} == {"count", "index"} and _TO.fullmatch(sentence.between(a.end, b.start))
        for a, b in pairwise(sentence.numbers)
    ):
        return None  # "50 → 100 rows": one end was not read as a row
    if any(x.search(sentence.text) for x in (NAMES_COEFFICIENT, OF_LIKENESS)):
        return None
    mentions = {m.name: m for m in sentence.names}
    known = [n for n in mentions if _levels(evidence, n)]
    points = [n for n in known if n.startswith("#")]
    rows = [n for n in known if not (n.startswith("#") or (points and _heads_column(evidence, n)))]
    names = [owner] if owner in known else rows or points or known
    if not 0 < len(names) <= 2:
        return None
    last = max(mentions[n].start for n in names)
    if number is not None and _PARTED.search(sentence.between(number.end, max(last, number.end))):
        return None
    at = frozenset(n for n in mentions if n.startswith("#")) - frozenset(names)
    levels = tuple(_at(sentence, at, _levels(evidence, n)) for n in names)
    if any(_is_arm(evidence, n, x) for n, x in zip(names, levels, strict=True)):
        return None
    if sum(map(len, levels)) < 2 or sum(map(len, levels)) > _MOST:
        return None
    if all(_POINT.match(n) for n in names) and not _calls_column(sentence, levels):
        return None  # of whom, between these two points
    return _Things(" and ".join(mentions[n].text.strip("`*_ ") for n in names), tuple(names), levels)


_POINTS_BACK = regex(
    r"\W*(?:they|that|this|these|those|it(?! (?:was|is) (?:by|with|at|in|for)\b)|which|both|"
    rf"(?:the|its|their|net)\s*(?:[a-z]+\s+)?{DIFFERENCE}\s*(?:,|:|=|of\b|is\b|was\b|amounts?\b|comes?\b)|"
    rf"{DIFFERENCE}\s*(?:,|:|=|of\b|is\b|was\b|amounts?\b|comes?\b))",
    re.IGNORECASE,
)
"""A sentence that goes on with what the one before has said."""
_TO = regex(r"\s*(?:[a-z]+\s+)?(?:→|->|to|and|–|-)\s*(?:the\s+)?", re.IGNORECASE)
_PARTED = regex(r"[,;:]\s")
_UNSAID = regex(
    r"\b(?:excess|ahead|behind|leads?|trails?|above|below|more|less|higher|lower|short|beats?|outdoes|surpass\w*|over-?shoots?|under-?shoots?|exceeds?|surplus|"
    r"deficit|margin|gap|distance|differ\w*|apart)\b",
    re.IGNORECASE,
)
_FROM_THAT = regex(
    r"\b(?:separat\w+|divid\w+|part(?:s|ed)?|distinguish\w*|keep\w*|set\w*)\s+(?:it|them|him|her)\b|"
    r"\b(?:it|them|they)\s+(?:from|and|to|by|is|are|was|were)\b",
    re.IGNORECASE,
)
"""Another thing of an earlier sentence: "30 points separate it from the clerk"."""
_FROM_WHAT = regex(r"\b(?:than|from|between|over|to|the two)\b", re.IGNORECASE)
_COMPARES = regex(
    r"\b(?:leads?|ahead|behind|trails?|next|closest|nearest|second|runner|others?|rest|any|all|than|above|below|over|"
    r"under|most|least|more|less|fewer|higher|lower|better|worse|worth|distant)\b",
    re.IGNORECASE,
)
_VARIES = regex(r"\b(?:variations?|var(?:y|ies|ied)|advantages?|benefits?|sav(?:es?|ings?)|costs?)\b", re.IGNORECASE)
_AS_OFTEN = regex(
    r"\bas (?:often|much|many|frequent(?:ly)?|likely|high|large|common|strong(?:ly)?|fast|long) as\b", re.IGNORECASE
)
_ELSEWHERE = regex(
    r"\b(?:means?|medians?|averag\w+|typical\w*|pooled|overall|totals?|combined|chance|expected|baselines?|reference|"
    r"interaction\w*|synerg\w+|intervals?|CIs?|width|error|noise|sd|standard|slope|per|residual\w*|fit\w*|"
    r"line|predict\w*|remain\w*|relative|at each|each of|every|whatever|whichever|steps?|(?<!each )other|others|both|"
    r"the same|ha(?:s|d|ve|ving) been)\b|%",
    re.IGNORECASE,
)
"""What is measured against something else than a level of what is named."""


def _calls_column(sentence: Sentence, levels: Sequence[Sequence[Level]]) -> bool:
    """True if the sentence has a word of a column's header, inflected or not: "filtering" for "Filtered"."""
    heads = {w[:_STEM] for x in levels for s, _ in x for w in point_words(s) if len(w) >= _STEM}
    return any(w[:_STEM] in heads for w in words_of(sentence.text))


_STEM = 4


def _heads_column(evidence: Evidence, name: str) -> bool:
    """True for a column of a table whose rows are points: "50 | 5.6% | 4.4%" below "Salted" and "Plain"."""
    return all(s.pointer.startswith("row") for s, _ in _levels(evidence, name))


def _at(sentence: Sentence, points: frozenset[str], levels: tuple[Level, ...]) -> tuple[Level, ...]:
    """The levels at the two or more points that a sentence names; all of them where it speaks of a peak too."""
    kept = tuple((s, f) for s, f in levels if f.entities & points)
    both = len(points) > 1 and all(any(p in f.entities for _, f in kept) for p in points)
    return kept if both and not ROLE_WORDS["max"].search(sentence.text) else levels


def _is_arm(evidence: Evidence, name: str, levels: Sequence[Level]) -> bool:
    """True for a condition under which several things were measured: its difference is one of means."""
    things = {e for _, f in levels for e in f.entities if e in evidence.page_names}
    return len(things - {name}) > _FEW_THINGS


_FEW_THINGS = 2


def _levels(evidence: Evidence, name: str) -> tuple[Level, ...]:
    return tuple(
        (s, f)
        for s, f in evidence.about.get(name, ())
        if s.role not in ("net", "gain", "at", "interval")
        and evidence.kind(s) in ("rate", "")
        and not words_of(s.quantity) & CHANGES
        and s.ends[0].low >= -0.01
        and s.ends[1].high <= 1.01
    )


def _changes(evidence: Evidence, names: Sequence[str]) -> Iterator[tuple[float, float]]:
    """The changes that are known of things, as fractions and as points."""
    for name in names:
        for s, f in evidence.about[name]:
            if is_of_change(s):
                for scale in (1.0, 0.01):
                    yield f.low * scale, f.high * scale
