"""Statements with nothing in them but a thing, a field and a value: "the leakage of the baker is 0.21"."""

from __future__ import annotations

import re

from leakstats.facts import Fact, Series

from ..regex import regex
from .grammar import Number
from .knowledge import Evidence
from .names import Mention, stem, words_of
from .passages import Sentence
from .wording import RATE_NOUNS

__all__ = ["is_plain"]

_JOINS = frozenset(
    words_of("the a an of for in at on is was has had have with equals shows reaches persona condition model and its")
)
_CUT = regex(r"[;:—](?:\s|$)|,\s|[.!?](?:\s|$)|\b(?:against|while|whereas|but)\b", re.IGNORECASE)
_OWN = regex(r"['’]s\b")


def is_plain(
    evidence: Evidence, sentence: Sentence, number: Number, name: Mention, facts: list[tuple[Series, Fact]]
) -> bool:
    """True if a clause is a thing's name, a value, all words of the one field that is asked, and no other words.

    Such a statement needs no others of the page to be believed: it can be of one value alone. A word for a rate does
    for the field, if that holds rates.
    """
    if number.bound or name.name.startswith("#"):
        return False
    cuts = [m for m in _CUT.finditer(sentence.text) if m.start() != name.end - sentence.start]  # "baker: 0.21"
    left = sentence.start + max((m.end() for m in cuts if sentence.start + m.end() <= number.at), default=0)
    right = sentence.start + min(
        (m.start() for m in cuts if sentence.start + m.start() >= number.end), default=len(sentence.text)
    )
    first, second = sorted(((name.start, name.end), (number.at, number.end)))
    if not left <= first[0] < second[1] <= right or any(
        n is not number and left <= n.start < right for n in sentence.numbers
    ):
        return False
    pieces = (left, first[0]), (first[1], second[0]), (second[1], right)
    said = words_of(_OWN.sub(" ", " ".join(sentence.between(*x).lstrip(":") for x in pieces))) - _JOINS - {number.unit}
    own = [(s, f) for s, f in facts if not s.role]
    own = [(s, f) for s, f in own if s.origin == "data"] or own
    things = {stem(w) for s, _ in own for w in words_of(s.pointer.rpartition("/")[0])}
    said = frozenset(w for w in said if stem(w) not in things)  # "of the gas kiln", one of the kilns
    if said <= RATE_NOUNS:
        rates = [(s, f) for s, f in own if s.fraction and evidence.kind(s) in ("rate", "")]
        return bool(said) and _is_one(rates) and len({s.quantity for s, _ in rates}) == 1
    return _is_one(own) and {words_of(s.quantity) for s, _ in own} == {said}


def _is_one(facts: list[tuple[Series, Fact]]) -> bool:
    return len({round(f.value, 9) for _, f in facts}) == 1
