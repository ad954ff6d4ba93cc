"""Two states or arms of the same things, compared: what a clause says to be more than what."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .fields import Asked, is_p, mentions, printed_values
from .knowledge import Evidence
from .names import words_of

__all__ = ["arms_over", "compared_arms", "delta", "named_arms"]

_BESIDE = regex(
    r"\b(?:than|compared (?:with|to)|relative to|against|versus|vs\.?|over|above|below|beneath|beyond|exceeds?|"
    r"exceeded|minus|tops?|beats?|outdoes|(?:out|under)performs?|"
    r"outscores?|outstrips?|surpass(?:es)?|trails?|ahead of|behind|over that of|in place of|"
    r"instead of|rather than)\s+"
    r"(?:(?:the|its|their|that|those|of|in|with|for|at|under|after|by|from|on|to|a|an|one|"
    r"when|if|once|where|while|they|it|is|are|was|were|asked|tested|run)\s+){0,3}$"
)
"""In front of what others are compared with."""
_MOST_ARMS = 8


def delta(first: Series, last: Series) -> dict[str, Fact]:
    """What each thing gains from one field to another."""
    made: dict[int, Fact] = {}
    out = {}
    for name, a in first.facts.items():
        b = last.facts.get(name)
        if b is not None:
            if id(a) not in made:
                made[id(a)] = Fact("change", a.entities, b.low - a.high, b.high - a.low, a.pointer)
            out[name] = made[id(a)]
    return out


def compared_arms(evidence: Evidence, asked: Asked, series: list[Series]) -> tuple[list[tuple[Series, Series]], bool]:
    """Pairs of fields (what is compared, with what), and whether the words name both.

    Where they name one, it is compared with every other field of its kind.
    """
    told: list[tuple[Series, Series]] = []
    against_each: list[tuple[Series, Series]] = []
    of_two = True
    for group in arms_over(evidence, series):
        subjects, others = named_arms(asked.criterion, group)
        if len(subjects) == len(others) == 1:
            told.append((subjects[0], others[0]))
        elif len(subjects) == 1 and not others:
            against_each += [(subjects[0], x) for x in group if x is not subjects[0]]
            of_two = of_two and len(group) == 2
    return (told, True) if told else (against_each, bool(against_each) and of_two)


def arms_over(evidence: Evidence, series: list[Series]) -> Iterator[list[Series]]:
    """Fields of one kind over the same things: columns of a table, arms of a file, keys that differ in one word."""
    plain = [
        s for s in series if not s.role and not is_p(evidence, s) and evidence.kind(s) in ("rate", "", "similarity")
    ]
    plain = [s for s in plain if not s.counts]
    alone: dict[tuple[str, frozenset[str]], list[Series]] = {}
    for _, found in itertools.groupby(
        sorted(plain, key=lambda s: _alike(evidence, s)), key=lambda s: _alike(evidence, s)
    ):
        group = list({printed_values(s): s for s in reversed(list(found))}.values())
        if 2 <= len(group) <= _MOST_ARMS:
            yield group
        for s in group if len(group) == 1 and group[0].origin == "data" else ():
            words = words_of(s.quantity)
            for word in sorted(words) if len(words) > 1 else ():
                alone.setdefault((evidence.kind(s), words - {word}), []).append(s)
    yield from (group for group in alone.values() if 2 <= len(group) <= _MOST_ARMS)


def _alike(evidence: Evidence, series: Series) -> tuple[str, str, bool, bool, str]:
    return (
        series.origin,
        evidence.kind(series),
        series.fraction,
        series.negative,
        "" if series.origin == "page" else series.quantity,
    )


def named_arms(text: str, group: list[Series]) -> tuple[list[Series], list[Series]]:
    """The fields of a group that a text names as what is compared, and those with which they are."""
    subjects: list[Series] = []
    others: list[Series] = []
    for s, at in zip(group, mentions(text, group), strict=True):
        if at:
            beside = [_BESIDE.search(text[:i]) is not None for i in at]
            (others if all(beside) else subjects).append(s)
    return subjects, others
