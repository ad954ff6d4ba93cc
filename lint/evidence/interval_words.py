"""Confidence intervals in sentences, each with its estimate and the trials that may be behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .beside import adjacent
from .claims import is_claim
from .fractions import Fraction, counted
from .grammar import Number
from .grim import sizes_behind
from .idioms import intervals, is_rate, spans, stats
from .intervals import Stated, counts_of, trials_of
from .kinds import is_no_share, is_share
from .knowledge import Evidence
from .passages import Sentence
from .trials import counts_units, trials_in_words, trials_of_rate

__all__ = ["intervals_of_words"]


def intervals_of_words(evidence: Evidence) -> Iterator[Stated]:
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            found = intervals(sentence)
            if not found:
                continue
            ends = {id(x) for a, b, _ in found for x in (a, b)}
            fractions = counted(sentence)
            rates = [
                n
                for n in sentence.numbers
                if n.role in ("percent", "coefficient", "value", "points") and id(n) not in ends and not n.bound
                if not _SPREAD.search(sentence.between(max(sentence.start, n.start - 4), n.start))
            ]
            differences = [n for n in rates if n.role == "points"]
            if 1 < len(found) > len(differences):  # "they lie 31 points apart, with intervals [..] and [..]": of levels
                rates = [n for n in rates if n not in differences]
            orphan = not rates and not fractions and len(found) == 1
            inherited = _rates_before(sentence, found) if not rates and not fractions else []
            for position, (low, high, _at) in enumerate(found):
                if inherited:
                    estimate, counts = inherited[position]
                else:
                    estimate, counts = _estimate(sentence, found, position, rates, fractions, low)
                if orphan and estimate is None:
                    estimate = _change_before(sentence, low, high)
                if estimate is None and counts is None and not rates and not fractions:
                    counts = _counts_of_name(evidence, sentence, low)
                sizes = (counts[1],) if counts is not None else _sizes_of(evidence, sentence, estimate)
                place = passage.place(low.start, high.end)
                change = _changed(sentence, [n for n in rates if n.end <= _at], _at)
                far = estimate is None or (low.start - estimate.end > 24 and estimate is not change)
                rivals = _rivals(sentence, ends, estimate) if far and not (orphan and estimate is not None) else ()
                names = frozenset(m.name for m in sentence.names)
                yield Stated(
                    low,
                    high,
                    estimate,
                    counts,
                    place,
                    sizes,
                    passage.plain,
                    bool(sizes),
                    rivals,
                    names=names,
                    where=sentence.text,
                    quantity=_quantity(sentence, low, estimate, counts),
                )


def _quantity(sentence: Sentence, low: Number, estimate: Number | None, counts: tuple[int, int] | None) -> str:
    """What an interval is of: by its unit and by the words nearest to its estimate, then by those of the sentence."""
    first = estimate if estimate is not None and estimate.end <= low.start else low
    if "coefficient" in (low.role, first.role):
        return "score"
    values = (n.end for n in sentence.passage.numbers if n.end <= first.start and n.role in _NAMED)
    near = sentence.between(max(values, default=0), first.start)
    near += sentence.between(first.end, low.start) if first is not low else ""
    if counts is not None and (estimate is None or is_share(near)):
        return "share"
    if is_no_share(near):
        return "score"
    if "percent" in (low.role, first.role) or is_share(near) or counts is not None:
        return "share"
    return "" if is_no_share(sentence.text) or not is_share(sentence.text) else "share"


_NAMED = ("percent", "points", "value", "coefficient")
"""What words between a number and the one before it name; an n on the way is no end of them."""


def _counts_of_name(evidence: Evidence, sentence: Sentence, low: Number) -> tuple[int, int] | None:
    """The only k and n that the files hold for the name right in front of an interval: "the mason has [26%, 43%]"."""
    names = [m for m in sentence.names if m.end <= low.start]
    if not names or low.role != "percent" or not _HAS.fullmatch(sentence.between(names[-1].end, low.start)):
        return None
    found = counts_of(evidence, names[-1].name)
    return found[0] if len(found) == 1 and found[0][1] >= _FEWEST else None


_FEWEST = 20
"""Of fewer trials the methods for an interval differ by much."""
_HAS = regex(
    r"[`\"'’*]*,?\s*(?:(?:has|had|gets?|got|with|at|of|:|=|spans?|covers?|runs? from|lies in|stands at)\s*)?[\[(]?\s*",
    re.IGNORECASE,
)


def _rivals(sentence: Sentence, ends: set[int], estimate: Number | None) -> tuple[tuple[float, float], ...]:
    fractions = counted(sentence)
    found = [
        n
        for n in sentence.numbers
        if n.role in ("percent", "points", "value", "coefficient", "fold", "count")
        and id(n) not in ends
        and n is not estimate
        and not any(x.start <= n.start < x.end for x in fractions)
    ]
    levels = [*found, *([estimate] if estimate is not None else [])]
    apart = [(a.low - b.high, a.high - b.low) for a in levels for b in levels if a is not b]
    return (*((n.low, n.high) for n in found), *apart)


def _change_before(sentence: Sentence, low: Number, high: Number) -> Number | None:
    """The one signed change of the sentence before an interval that stands alone: "The interval, [−1.35, 0.32]"."""
    before = sentence.previous
    if before is None or _ITS.match(sentence.text) is None or intervals(before):
        return None
    signed = [n for n in before.numbers if n.signed and n.role in ("points", "value") and not n.bound]
    others = [n for n in before.numbers if not n.signed and n.role in ("points", "value", "coefficient", "percent")]
    moved = {id(x) for s in spans(before) for x in (s.left, s.right)}
    if len(signed) != 1 or any(id(n) not in moved or low.value <= n.value <= high.value for n in others):
        return None
    return signed[0]


_ITS = regex(r"\s*(?:The|Its|That|This|Their)\b[\w\s,%-]{0,40}(?:interval|CI|confidence|limits)", re.IGNORECASE)


def _rates_before(
    sentence: Sentence, found: Sequence[tuple[Number, Number, int]]
) -> list[tuple[Number | None, tuple[int, int] | None]]:
    """The rates of the sentence before: as many as this one has intervals, or the one that its only interval holds."""
    before = sentence.previous
    if before is None or intervals(before):
        return []
    rates = [n for n in before.numbers if is_rate(before, n) and not n.bound and not n.signed]
    if len(found) == 1:
        low, high, _ = found[0]
        held = [n for n in rates if low.scaled()[0] <= n.scaled()[0] and n.scaled()[1] <= high.scaled()[1]]
        rates = held if len(held) == 1 and len(rates) < 3 else []
    turned = rates[::-1]
    if _LATTER_FIRST.search(sentence.text) or (_all_held(turned, found) and not _all_held(rates, found)):
        rates = turned
    fractions = counted(before)
    return [(n, _counts(before, fractions, n, n.end)) for n in rates] if len(rates) == len(found) else []


def _all_held(rates: Sequence[Number], found: Sequence[tuple[Number, Number, int]]) -> bool:
    """True if every rate lies in the interval of its rank."""
    return len(rates) == len(found) and all(
        low.scaled()[0] <= n.scaled()[1] and n.scaled()[0] <= high.scaled()[1]
        for n, (low, high, _) in zip(rates, found, strict=True)
    )


_SPREAD = regex(r"(?:±|\+/[-−–])\s*$")
_LATTER_FIRST = regex(r"\b(?:latter|second)\b.*\b(?:former|first)\b", re.IGNORECASE | re.DOTALL)


_AROUND = regex(
    r"\s*%?\s*[)\]]?,?\s*(?:around|about|cent(?:er|re)d (?:on|at|around))\s+(?:an? |its |the )?(?:\w+ )?(?:of )?"
)


def _estimate(
    sentence: Sentence,
    found: list[tuple[Number, Number, int]],
    position: int,
    rates: list[Number],
    fractions: Sequence[Fraction],
    low: Number,
) -> tuple[Number | None, tuple[int, int] | None]:
    """The number in front of an interval, or the one of its rank in a list of as many."""
    start = found[position][2]
    later = next((n for n in sentence.numbers if n.start > found[position][1].end), None)
    if (
        later is not None
        and later.role in ("percent", "points", "value")
        and (around := _AROUND.fullmatch(sentence.between(found[position][1].end, later.start))) is not None
        and ("," not in around.group(0) or low.low <= later.value <= found[position][1].high)
    ):
        return later, None
    previous_end = found[position - 1][1].end if position else -1
    near = [n for n in rates if previous_end <= n.start < start]
    near_fractions = [x for x in fractions if previous_end <= x.start < start]
    last = near[-1] if near else None
    changed = _changed(sentence, near, start)
    if changed is not None:
        return changed, None
    if last is not None and last.role == "points" and _OF_OTHERS.search(sentence.between(last.end, start)):
        return None, None  # "they differ by 30 points, and their intervals (…": of what differs
    if last is not None and (len(near) == 1 or start - last.end <= 16):
        behind = [x for x in near_fractions if x.start > last.end]
        if not behind or start - last.end < 4 or _IN_BRACKET.fullmatch(sentence.between(last.end, behind[0].start)):
            return last, _counts(sentence, fractions, last, found[position][1].end)
    followed = position + 1 < len(found) and found[position + 1][2] - found[position][1].end < 12
    if len(near_fractions) == 1 and not near and not (followed and position == 0):
        return None, (near_fractions[0].k, near_fractions[0].n)
    if len(fractions) == len(found) and not rates:
        return None, (fractions[position].k, fractions[position].n)
    if len(rates) == len(found) and not fractions and all(r.start < found[0][2] for r in rates):
        return rates[position], None
    return None, None


def _changed(sentence: Sentence, near: Sequence[Number], start: int) -> Number | None:
    """A change in front of the bracket with its two ends and its interval: "by 1.2 points (4.5 against 3.3; CI …"."""
    if len(near) < _WITH_ENDS:
        return None
    change, a, b = near[-_WITH_ENDS:]
    own = change.role == "points" or _BY.search(sentence.between(sentence.start, change.start)) is not None
    pair = _OPENS.search(sentence.between(change.end, a.start)) and _PAIRS.fullmatch(sentence.between(a.end, b.start))
    return change if own and pair and ")" not in sentence.between(a.start, start) else None


_WITH_ENDS = 3
_BY = regex(r"\b(?:by|of) (?:about |only |just )?$")
_OPENS = regex(r"^[^()]{0,40}\(\s*(?:from )?$")
_PAIRS = regex(r"\s*%?\s*(?:against|vs\.?|versus|compared (?:with|to)|as against|to|→|->|and)\s*")


def _counts(sentence: Sentence, fractions: Sequence[Fraction], rate: Number, end: int) -> tuple[int, int] | None:
    """The k and n beside a rate or behind its interval (up to ``end``), else the only ones that give the rate."""
    beside = [x for x in fractions if abs(x.start - rate.end) < 4]
    later = [x for x in fractions if x.start >= end]
    beside = beside or [x for x in later if _IN_BRACKET.fullmatch(sentence.between(end, x.start))]
    fitting = [x for x in fractions if x.fits(rate)]
    if len(fitting) == 1 and not any(x.fits(rate) for x in beside):
        beside = fitting  # "27% here, 36% there (33/120 and 43/120)"
    best = beside[0] if beside else fitting[0] if len(fitting) == 1 else None
    return (best.k, best.n) if best is not None else None


_OF_OTHERS = regex(
    r"\b(?:their|its|his|her|the|both|these|those|two|either|next to|beside|against|than|within)\b[^()\[\]]*"
    r"\b(?:intervals?|CIs?|limits|bands?|bounds|widths?)\b",
    re.IGNORECASE,
)
_IN_BRACKET = regex(r"\s?%?\s*[\])]?\s*[(\[,;]\s*")


def _sizes_of(evidence: Evidence, sentence: Sentence, estimate: Number | None) -> tuple[int, ...]:
    """The trials of an estimate: those that the files or the tables hold for its name, or that the words state."""
    if estimate is not None:
        i = next((j for j, n in enumerate(sentence.numbers) if n is estimate), -1)
        name = adjacent(sentence).get(i)
        known = trials_of(evidence, name.name, estimate) if name is not None else ()
        if known:
            return known
        names = [name.name] if name is not None else sorted({m.name for m in sentence.names})
        listed = frozenset().union(*(sizes_behind(evidence, x, estimate) for x in names))
        if len(listed) == 1:
            return tuple(listed)
        home = next((s for s in sentence.passage.sentences if estimate in s.numbers), sentence)
        sizes, own = trials_of_rate(home, estimate, name.name if name is not None else None)
        if own:
            return sizes
    of_records = {id(s.n) for x in sentence.passage.sentences for s in stats(x) if s.n is not None and s.n.label == "N"}
    stated = [
        n
        for n in sentence.passage.numbers
        if n.role == "n"
        and n.decimals <= 0
        and id(n) not in of_records
        and not counts_units(sentence.passage, n)
        and (n.at < sentence.end or _FOR_ALL.match(sentence.passage.plain, n.end))
    ]
    return tuple(dict.fromkeys(int(n.value) for n in stated)) or trials_in_words(sentence)


_FOR_ALL = regex(
    r"\s*(?:[a-z]+\s+){0,2}(?:each|apiece|both|all|throughout|everywhere|either)\b|\s*(?:[.)]|$)", re.IGNORECASE
)
"""Behind an n that holds for the intervals of earlier sentences too; "n = 2,000 per rung" is that of its own rates."""
