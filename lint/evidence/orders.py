"""Two numbers that two names share in order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .aside import is_bare_cell
from .claims import is_claim
from .grammar import Number
from .idioms import interval_ends, is_rate
from .knowledge import Clash, Evidence
from .names import Mention
from .passages import Sentence

__all__ = ["order_clashes"]


def order_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Two names and two rates in brackets, "a … b (67% vs 23%)", which neither order joins."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            numbers = [n for n in sentence.numbers if is_rate(sentence, n) and not n.bound]
            ends = interval_ends(sentence)
            for a, b in itertools.pairwise(numbers):
                if id(a) in ends or not _AGAINST.fullmatch(sentence.between(a.end, b.start)):
                    continue
                joined = regex(r"\s*(?:and|to|/|;)\s*").fullmatch(sentence.between(a.end, b.start)) is not None
                bracketed = sentence.between(a.start - 1, a.start) == "(" and (
                    sentence.between(b.end, b.end + 1) in (")", ";", ",")
                )
                named = list(sentence.names)
                if not named and len(numbers) == 2:  # "a dwarfs b. The rates are 67% and 23%."
                    before = sentence.previous
                    if before is not None and any(is_rate(before, n) for n in before.numbers):
                        continue
                    named = list(before.names) if before is not None else []
                    if regex(r"\s*(?:to|/|;)\s*").fullmatch(sentence.between(a.end, b.start)) or not (
                        a.role == b.role == "percent" and _is_of_both(sentence.between(sentence.start, a.start))
                    ):
                        continue
                    named = [m for m in named if not m.name.startswith("#")]
                elif joined and not (
                    sentence.between(a.end, b.start).strip() in ("and", "/")
                    and bracketed
                    and a.role == b.role == "percent"
                ):
                    continue
                names = _distinct([m for m in named if m.end <= a.start and _rates(evidence, m.name)])
                if any(_is_cut(sentence, m) for m in named):
                    continue
                if len(names) != 2 or any(
                    a.end <= m.start < a.end + 12 or b.end <= m.start < b.end + 12 for m in sentence.names
                ):
                    continue
                first, second = names
                if any(first.end <= n.start < second.start for n in numbers):
                    continue  # the first has numbers of its own
                if (_holds(evidence, first, a) and _holds(evidence, second, b)) or (
                    _holds(evidence, first, b) and _holds(evidence, second, a)
                ):
                    continue
                if a.text != b.text and any(_holds(evidence, m, a) and _holds(evidence, m, b) for m in names):
                    continue  # of one of them both: "at noon both are high (91% and 78%)"
                if any(is_bare_cell(evidence, sentence, n) for n in (a, b)):
                    continue
                if not any(_holds(evidence, m, n) for m in names for n in (a, b)):
                    continue  # of a measure that the tables do not hold
                yield Clash(
                    "order",
                    passage.place(a.start, b.end),
                    f"{a.text} and {b.text} are not the values of {first.text.strip()} and {second.text.strip()}",
                    "check which two are compared",
                )


def _is_of_both(lead: str) -> bool:
    """True for words in front of two rates that speak of the two things of the sentence before, and of nothing else."""
    return _THEY.search(lead) is not None or _SUBJECT.fullmatch(lead) is not None


_SUBJECT = regex(
    r"\W*(?:they|both|the two|these two|the pair)\b(?![^.]*\b(?:by|from|between|than|over|above|below|under)\b)"
    r"[^.;:()\d]{1,90}\s(?:in|at|have|had|reach|show|are|were)\s(?:just |only |about )?",
    re.IGNORECASE,
)
""" "They have the longest oars, but splash in just 40% and 34% of strokes"."""
_THEY = regex(
    r"^\W*(?:(?:the|their|these|those|both|two|respective|corresponding|rates?|shares?|figures?|values?|numbers?|"
    r"they|stand|"
    r"are|were|come|came|out|at|read)\s*:?\s*)+$",
    re.IGNORECASE,
)
_AGAINST = regex(
    r"\s*(?:vs\.?|versus|(?:as )?(?:against|compared (?:with|to)|opposed to)|and|/|to|;)\s*", re.IGNORECASE
)


def _is_cut(sentence: Sentence, name: Mention) -> bool:
    """True for a name that is a part of a longer identifier, the "pilot" of `harbour_pilot`."""
    around = sentence.between(max(sentence.start, name.start - 1), name.start), sentence.between(name.end, name.end + 2)
    return around[0] == "_" or regex(r"_\w").match(around[1]) is not None


def _distinct(names: list[Mention]) -> list[Mention]:
    out: dict[str, Mention] = {}
    for m in names:
        out.setdefault(m.name, m)
    return list(out.values())


def _rates(evidence: Evidence, name: str) -> list[tuple[Series, Fact]]:
    return [(s, f) for s, f in evidence.about.get(name, ()) if s.fraction]


def _holds(evidence: Evidence, name: Mention, number: Number) -> bool:
    known = ((s, f) for s, f in evidence.about.get(name.name, ()) if evidence.kind(s) in ("rate", ""))
    return any(evidence.matches(number, s, f) for s, f in known)
