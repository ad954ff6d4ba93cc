"""Totals of one text that hang on one another: "8 answers to each question, thus 96 per page and 1,152 per book"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from ..regex import regex
from .factors import ASKED, Factor, factors_in, factors_of_page
from .knowledge import Clash, Evidence
from .lexicon import TRIALS
from .total_texts import LOST, with_totals, wrong_total
from .word_numbers import whole_number

__all__ = ["chained_total_clashes"]

_COUNT = r"\d{1,3}(?:,\d{3})+|\d{2,6}"
_PER = r"(?:per|an?|(?:for\s+)?(?:each|every))"
_CHAIN = regex(
    rf"(?P<so>\b(?:so|thus|hence|therefore|i\.e\.|that\s+is|making|giving)\s+)?(?<![\w.,])(?P<a>{_COUNT})\s+"
    rf"(?:{TRIALS}\s+)?{_PER}\s+(?P<noun>[a-z][a-z-]{{2,}})"
    rf"(?:(?:\s*,|\s*,?\s+and)\s+(?:(?:so|hence|thus)\s+)?(?P<b>{_COUNT})\s+(?:{TRIALS}\s+)?"
    rf"(?:{_PER}\s+[a-z]{{2,}}|in\s+(?:all|total)|altogether)\b)?",
    re.IGNORECASE,
)


def chained_total_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Trials of one thing that no number of questions gives, and those of a group that no number of things gives."""
    for stretch in with_totals(evidence):
        plain = stretch.plain
        if " per " not in plain and " each " not in plain and " every " not in plain:
            continue
        for match in _CHAIN.finditer(plain) if LOST.search(plain) is None else ():
            counts = _Counts(evidence, factors_in(plain), match["noun"].lower().removesuffix("s"))
            wrong = _of_one(match, counts) or _of_all(match, counts)
            if wrong is not None:
                group, why = wrong
                yield wrong_total(evidence, stretch.text, match.start(group), match.end(group), why)


_TO_EACH = regex(
    rf"(?<![\w.,×])(?P<n>\d{{1,2}})\s+{TRIALS}\s+(?:(?:to|for|of|from|on)\s+)?(?:each|every|an?|per)\s+"
    r"(?:question|prompt|item|request|task|problem)s?\b",
    re.IGNORECASE,
)


class _Counts(NamedTuple):
    """What a text and its page count, beside things of one name."""

    evidence: Evidence
    own: tuple[Factor, ...]
    noun: str

    def of(self, nouns: AbstractSet[str]) -> set[int]:
        """How many things of these names there are."""
        return {f.value for f in (*self.own, *factors_of_page(self.evidence)) if f.noun in nouns}

    @property
    def others(self) -> set[int]:
        """1, and what else the text counts that may be a factor too."""
        return {1, *(f.value for f in self.own if f.noun not in ASKED and f.noun != self.noun)}


def _of_one(match: re.Match[str], counts: _Counts) -> tuple[str, str] | None:
    """What is wrong with "8 answers to each question, thus 960 per page"."""
    before = [f for f in counts.own if f.start < match.start("a")]
    asked = counts.of(ASKED - {"*"})
    drawn = _TO_EACH.search(match.string, 0, match.start("a"))
    if not match["so"] or drawn is None or {f.value for f in before} != {whole_number(drawn["n"])}:
        return None
    if counts.noun in ASKED or not asked or any(f.noun != "*" for f in before):
        return None
    each = whole_number(drawn["n"])
    trials = whole_number(match["a"])
    if any(trials == each * n * m for n in asked for m in counts.others):
        return None
    return "a", f"{match['a']} is no product of {each} and a number of questions that the page states"


def _of_all(match: re.Match[str], counts: _Counts) -> tuple[str, str] | None:
    """What is wrong with "96 per page and 5,760 per book"."""
    if not match["b"] or counts.noun in ASKED or not counts.of({counts.noun}):
        return None
    trials, total = whole_number(match["a"]), whole_number(match["b"])
    if any(total == trials * n * m for n in counts.of({counts.noun, "row"}) for m in counts.others):
        return None
    return "b", f"{match['b']} is not {match['a']} times a number of {counts.noun}s that the page states"
