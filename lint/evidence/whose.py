"""Whose the value beside a name is, where it may be another thing's."""

from __future__ import annotations

import re

from leakstats.facts import Fact, Series

from ..regex import regex
from .coordination import Paired, list_of, pair_of
from .grammar import Number
from .knowledge import Evidence
from .names import Mention, fold_name, name_variants
from .operands import Operands
from .passages import Sentence

__all__ = ["is_of_contrast", "is_of_level", "is_of_member", "is_of_opponent", "is_of_run"]


def is_of_run(evidence: Evidence, sentence: Sentence, number: Number, name: Mention) -> bool:
    """True for a value of another thing of the list in which ``name`` stands: "peaks of 12% and 40%" of two things.

    Of a list of values that belongs to it all must be of some thing of the list, unless the words fix the order.
    """
    pair = pair_of(sentence, number)
    if pair is not None:
        return not pair.stated and _fits_some_order(evidence, pair)
    alike = [n for n in sentence.numbers if n.role == number.role]
    if len(alike) < 2:
        return False
    colon = sentence.between(name.end, number.start).find(":") + name.end
    if colon >= name.end and sum(n.start > colon for n in alike) > 1:  # "strongest in A and weakest in B: 0.9; 0.4"
        named = [m for m in sentence.names if m.end <= colon and m.name != name.name]
        if any(evidence.matches(number, s, f) for m in named for s, f in evidence.about.get(m.name, ())):
            return True
    others = (f for m in list_of(sentence, name) if m.name != name.name for f in evidence.about.get(m.name, ()))
    return any(evidence.matches(number, series, fact) for series, fact in others)


def _fits_some_order(evidence: Evidence, pair: Paired) -> bool:
    """True if the values of a list are those of its things, one each, in whatever order."""
    held = [
        [any(evidence.matches(v, s, f) for s, f in evidence.about.get(m.name, ())) for v in pair.values]
        for m in pair.others
    ]
    free = set(range(len(pair.values)))
    for row in sorted(held, key=sum):  # enough for lists in which few values are alike
        hit = next((i for i in free if row[i]), None)
        if hit is None:
            return False
        free.discard(hit)
    return True


def is_of_opponent(evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True for the value beside one that is what is known of the name: "the potter trails the master (72% vs 94%)"."""
    for other in sentence.numbers:
        first, second = (number, other) if number.start <= other.start else (other, number)
        if other is number or second.at - first.end > _BESIDE:
            continue
        between = sentence.between(first.end, second.at)
        scored = _TO.fullmatch(between) and _SCORED.search(sentence.between(sentence.start, first.at))
        if _VERSUS.fullmatch(between) or scored:
            return any(evidence.matches(other, s, f) for s, f in facts)
    return False


def is_of_contrast(evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True for a rate as far from what is known as its sentence says: "94% at home, 6% abroad, 88 points apart"."""
    apart = [x for x in sentence.numbers if x.role == "points" and not x.bound]
    if not apart or number.role != "percent":
        return False
    others = [x for x in sentence.numbers if x.role == "percent" and x is not number and not x.bound]
    known = [x for x in others if any(evidence.matches(x, s, f) for s, f in facts)]
    return any(Operands(d, ((x, number),), ordered=False).fit() for x in known for d in apart)


_BESIDE = 80
"""Characters between two numbers that only "as compared with" and blanks part."""
_VERSUS = regex(r"\s*%?\s*,?\s*(?:vs\.?|versus|(?:as )?(?:against|opposed to|compared (?:with|to)))\s*", re.IGNORECASE)


_TO = regex(r"\s*%?\s*(?:to|[-–−:])\s*", re.IGNORECASE)


_SCORED = regex(
    r"\b(?:leads?|leading|led|wins?|won|winning|beats?|beating|ahead|trails?|trailing|trailed|loses|losing|"
    r"lost (?:out )?to|edges?|outscores?|outscored|prevails?|prevailed)\b[^.;:\d]*$",
    re.IGNORECASE,
)
"""Before the score of two, of which the second value is the other's: "the potter wins, 40% to 31%"."""


def is_of_member(evidence: Evidence, sentence: Sentence, name: Mention) -> bool:
    """True if ``name`` is the group of another thing of the sentence: "the lowest of the Near group is the monk"."""
    things = {m.name for m in sentence.names if m.name in evidence.page_names} - {name.name}
    return bool(things) and _GROUP.match(sentence.between(name.end, name.end + 24)) is not None


_GROUP = regex(r"\W*\s(?:groups?|class(?:es)?|categor\w+|famil\w+|tiers?|sets?|clusters?|bands?)\b", re.IGNORECASE)


def is_of_level(evidence: Evidence, number: Number, name: Mention) -> bool:
    """True if ``name`` is but a part of the headers under which tables have more: "40 rows" of "40 rows, mixed".

    A name in several headers asks for none of them; one in a single header asks for it where the number stands below.
    """
    level = name.name.lstrip("#")
    found = []
    for series in evidence.page_series:
        head = series.quantity
        alike = level in _WHOLE.findall(head) if name.name.startswith("#") else level in fold_name(head)
        if alike and series.fraction and series.pointer.startswith("column") and name.name not in name_variants(head):
            found.append(series)
    return len(found) > 1 or any(evidence.matches(number, s, f) for s in found for f in s.facts.values())


_WHOLE = regex(r"\d+")
