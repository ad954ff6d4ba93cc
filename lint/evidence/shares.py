"""Shares of a course: "58% of its rise by epoch 4"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from leakstats.facts import Series

from ..regex import regex
from .beside import adjacent
from .binding import is_apart
from .claims import claimed, is_prior
from .grammar import Number
from .idioms import is_rate, is_share_of_course, spans
from .knowledge import Clash, Evidence
from .lexicon import MOOT
from .names import words_of
from .passages import Sentence, once

__all__ = ["OF_START", "PART_OF", "Vector", "is_ratio_of", "is_share", "is_share_again", "share_clashes", "vectors"]

Vector: TypeAlias = "list[tuple[int, float, float]]"


PART_OF = regex(
    r"\s*of\s+(?:its?|them|their|his|her|what|that|the|this)\b(?!\s+(?:[\w'’-]+\s+){0,3}(?:answers?|completions?|replies|responses?|"
    r"outputs?|samples?|prompts?|questions?|premises?|cases?|times?|generations?|draws?|trials?|runs?|items?|messages?|"
    r"turns?)\b)",
    re.IGNORECASE,
)
"""Behind a number that is a share of something else than of answers: "12% of its peak"."""


def vectors(evidence: Evidence) -> dict[str, list[Vector]]:
    """For each name, what was measured of it over layers or epochs."""
    if "vectors" not in evidence.cache:
        out: dict[str, list[Vector]] = {}
        for series in evidence.all_series:
            if series.role or not (series.fraction or _is_percent(series)):
                continue
            points = {int(k[1:]): f for k, f in series.facts.items() if k.startswith("#")}
            if len(points) < 3:
                continue
            vector = [(i, f.low, f.high) for i, f in sorted(points.items())]
            entities = frozenset.intersection(*(f.entities for f in points.values()))
            for name in entities:
                out.setdefault(name, []).append(vector)
        evidence.cache["vectors"] = out
    found: dict[str, list[Vector]] = evidence.cache["vectors"]
    return found


_PER_CENT = frozenset(words_of("rate share percent percentage pct proportion prevalence incidence frequency"))


def _is_percent(series: Series) -> bool:
    """True for rates of a file in percent, as their key says."""
    low, high = series.ends
    return series.origin == "data" and low.value >= 0 and 1 < high.value <= 100 and bool(series.words & _PER_CENT)


def share_clashes(evidence: Evidence) -> Iterator[Clash]:
    """ "58% of its rise by epoch 4" where the course of the one thing that is named gives another share."""
    for sentence, _, number in claimed(evidence):
        if number.role != "percent" or is_prior(sentence) or not is_share_of_course(sentence, number):
            continue
        if MOOT.search(sentence.between(sentence.start, number.start)) or number.bound:
            continue
        points = {m.name for m in sentence.names if m.name.startswith("#")}
        things = {m.name for m in sentence.names if m.name in evidence.page_names}
        name = next(iter(things)) if len(things) == 1 else _doer(evidence, sentence, number)
        if len(points) == 1 and name and not is_share(evidence, sentence, number, name):
            yield Clash(
                "value",
                sentence.passage.place(number.start, number.end),
                f"{number.text}% is no share of that course at this point",
                "correct the share, or say of what it is one",
            )


_DONE = frozenset(
    words_of(
        "made make makes covered covers cover done does completed completes complete gone goes travelled travels run "
        "through runs had has have achieved achieves already been is was at over passed passes reached reaches won"
    )
)


def _doer(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """The thing before a share of its course: "the nurse has covered 94% of her rise, the judge …"; "" for none."""
    before = [m for m in sentence.names if m.name in evidence.page_names and m.end <= number.start]
    if not before or is_apart(sentence, before[-1], number):
        return ""
    gap = sentence.between(before[-1].end, number.start)
    return before[-1].name if words_of(gap) <= _DONE and "," not in gap else ""


OF_START = regex(
    r"^\s*(?:of|from) (?:what|where|its|the|their) (?:it |they |\w+ )?(?:was|were|began|started|start|starting|initial|"
    r"original|former|baseline|first|before)\b",
    re.IGNORECASE,
)


_CLAUSE = regex(r"[,;(]|\b(?:and|but|while)\b")
_LEVEL = regex(
    r"\b(?:rates?|ends?|final\w*|last|starts?|began|peaks? (?:at|of|is)|levels?|scores?|from|to)\b", re.IGNORECASE
)


def is_share_again(sentence: Sentence, number: Number) -> bool:
    """True for the shares that follow the first of a list: "A reaches 93% of its peak, B 87% and C 80%".

    The first may stand in the sentence before: "C sides with B (80%)", "C stood at 80% by then".
    """
    if number.role != "percent" or number.signed or any(number in (s.left, s.right) for s in spans(sentence)):
        return False
    clause = _CLAUSE.split(sentence.between(sentence.start, number.start))[-1]
    if any(x.end <= number.start for x in _shares_in(sentence)[:1]) or _goes_on(sentence, number):
        return len(clause.split()) <= _FEW_WORDS and _LEVEL.search(clause) is None
    rates = [x for x in sentence.numbers if is_rate(sentence, x)]
    before = sentence.previous
    if before is not None and _HAS_DONE.search(clause) and any(is_share_of_course(before, x) for x in before.numbers):
        return True  # "77% of the way. Bergen has done 30% by then"
    if before is None or rates != [number] or _LEVEL.search(sentence.text):
        return False
    told = [x for x in before.numbers if is_rate(before, x)]
    return bool(told) and all(
        is_share_of_course(before, x) or is_share_again(before, x) or _is_listed(before, x, told) for x in told
    )


def _goes_on(sentence: Sentence, number: Number) -> bool:
    """True for the second of "Ghent has done 30% of it and Lille 4%", of a way that the sentence before tells."""
    first = next((x for x in sentence.numbers if is_rate(sentence, x)), number)
    return first is not number and first.end <= number.start and is_share_again(sentence, first)


def _is_listed(sentence: Sentence, number: Number, told: list[Number]) -> bool:
    """True for the first of "13% and 71% of the way"."""
    behind = next((x for x in told if x.start >= number.end), None)
    if behind is None or _JOINED.fullmatch(sentence.between(number.end, behind.start)) is None:
        return False
    return is_share_of_course(sentence, behind) or _is_listed(sentence, behind, told)


_JOINED = regex(r"\s*%?\s*(?:,|,?\s*and|or)\s*")


@once
def _shares_in(sentence: Sentence) -> tuple[Number, ...]:
    return tuple(x for x in sentence.numbers if _is_share(sentence, x))


def _is_share(sentence: Sentence, number: Number) -> bool:
    """True for a share of a course, or of what a thing has of its own: "it keeps 47% of its leaves"."""
    if is_share_of_course(sentence, number):
        return True
    behind = sentence.between(number.end, sentence.end)
    return number.role == "percent" and PART_OF.match(behind) is not None and _OF_OWN.match(behind) is not None


_OF_OWN = regex(r"\s+of (?:its|his|her|their|what)\b")
_HAS_DONE = regex(
    r"\b(?:has|have|had) (?:done|covered|completed|travelled|gone|managed|made)\s+(?:only |just |about )?$",
    re.IGNORECASE,
)
_FEW_WORDS = 4


def is_ratio_of(sentence: Sentence, number: Number) -> bool:
    """True unless two rates of the passage are known and neither they nor their difference make that share."""
    low, high = number.scaled()
    rates = [
        x.scaled()
        for s in sentence.passage.sentences
        for x in s.numbers
        if x is not number and is_rate(s, x) and not x.bound
    ]
    if len(rates) < 2:
        return True
    for a in rates:
        for b in rates:
            if a is b or b[0] <= 0:
                continue
            for top in (a, (b[0] - a[1], b[1] - a[0])):
                if _ratio_allows(top, b, low, high):
                    return True
    return False


def is_share(evidence: Evidence, sentence: Sentence, number: Number, doer: str = "") -> bool:
    """True unless the courses of the things named allow no such share."""
    low, high = number.scaled()
    known = vectors(evidence)
    names = [e for e in sentence.entities if e in known]
    if not names:
        return True
    at = {int(e[1:]) for e in sentence.entities if e.startswith("#")}
    name = adjacent(sentence).get(next((i for i, n in enumerate(sentence.numbers) if n is number), -1))
    if doer:
        names = [doer] if doer in known else []
    elif name is not None and name.name in known:
        names = [name.name]
    if not names:
        return True
    for entity in names:
        for vector in known[entity]:
            first, top = vector[0], max(vector, key=lambda v: v[2])
            bottom = min(vector, key=lambda v: v[1])
            ends = {x for x in (top, vector[-1], bottom) if x is not first}
            for index, a, b in vector[1:]:
                if at and index not in at:
                    continue
                for end in ends:
                    if _ratio_allows((a - first[2], b - first[1]), (end[1] - first[2], end[2] - first[1]), low, high):
                        return True
                    if _ratio_allows((a, b), (end[1], end[2]), low, high):
                        return True
    return False


def _ratio_allows(top: tuple[float, float], bottom: tuple[float, float], low: float, high: float) -> bool:
    if bottom[0] <= 0 <= bottom[1]:
        return bottom[0] != bottom[1]
    ends = [t / b for t in top for b in bottom]
    return min(ends) <= high + 1e-9 and low - 1e-9 <= max(ends)
