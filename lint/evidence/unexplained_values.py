"""The one rate, or the one decimal, of a page's claims that nothing explains, where the files explain all the others.

No words are read: a value that stands nowhere, follows from nothing beside it and is alone in that was mistyped. On
pages of writers whom nobody had seen no true value was left over so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from ..regex import regex
from .claims import claimed, derived_rates, is_bar, is_moot, is_prior
from .grammar import Number
from .idioms import is_share_of_course, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .passages import Passage, Sentence
from .unheld import is_at_unheld_point

__all__ = ["unexplained_value_clashes"]

_FEWEST = 3
"""Values of a kind that have to be explained before one that is not is odd."""
_GROUPED = regex(
    r"\b(?:intervals?|CIs?|Wilson|bands?|bars?|limits?|bounds?|whiskers?|sds?|deviations?|means?|average\w*|medians?|"
    r"diagonal|pooled|together|overall)\b|[±\[\]]",
    re.IGNORECASE,
)
"""Of an interval, or of several values at once, which no file need hold."""


def unexplained_value_clashes(evidence: Evidence) -> Iterator[Clash]:
    """The value of its kind that is alone in being unexplained; none where no file says what is known."""
    if not evidence.datasets:
        return
    for percent in (True, False):
        told = list(_told(evidence, percent=percent))
        lone = [(p, n) for p, n, explained in told if not explained]
        if len({n.text for _, n in lone}) != 1 or len(told) - len(lone) < _FEWEST:
            continue
        passage, number = lone[0]
        yield Clash(
            "value",
            passage.place(number.start, number.end),
            f"nothing explains {number.text}{number.unit}, and the files explain every other "
            f"{'rate' if percent else 'decimal'} of the claims",
            "correct the number, or say where it comes from",
        )


def _told(evidence: Evidence, *, percent: bool) -> Iterator[tuple[Passage, Number, bool]]:
    """The values of one kind in the claims about named things, and whether something explains each."""
    for sentence, _, number in claimed(evidence):
        if sentence.passage.part != "claim" or not sentence.names or not _is_fine(number, percent=percent):
            continue
        if is_prior(sentence) or is_moot(sentence) or is_bar(sentence, number) or _GROUPED.search(sentence.text):
            continue
        if _is_end(sentence, number):
            continue
        yield sentence.passage, number, _is_explained(evidence, sentence, number, percent=percent)


def _is_end(sentence: Sentence, number: Number) -> bool:
    """True for an end of a stretch around a value that stands before it: "42.7%, 35.0% to 50.7% at 95%"."""
    for span in spans(sentence):
        if number is span.left or number is span.right:
            low, high = sorted((span.left.value, span.right.value))
            before = (n for n in sentence.numbers if n.end <= span.left.at and n.role == number.role)
            if any(low < n.value < high for n in before):
                return True
    return False


def _is_fine(number: Number, *, percent: bool) -> bool:
    """True for a value that is printed so finely that it is no bar, and that another is not like by chance."""
    if number.bound or number.text[:1] == "+":
        return False  # "+0.49" is a change
    if percent:
        return number.role == "percent" and not number.signed and number.decimals > 0 and number.value % 5 != 0
    decimal = number.role in ("coefficient", "value") and number.decimals > 1 and abs(number.value) <= 1
    return decimal and round(number.value * 100, 6) % 5 != 0


def _is_explained(evidence: Evidence, sentence: Sentence, number: Number, *, percent: bool) -> bool:
    """True for a value of a file or a table, a mean, a share of a course, and what two values beside it make."""
    known = [evidence.known_rates, derived_rates(evidence)]
    if not percent:
        known += [evidence.known_values, evidence.known_coefficients]
    if any(evidence.is_known(number, values, 0.01 if percent else 1.0) for values in known):
        return True
    if any(n.value and number.allows_rate(k.value / n.value) for k, n in pairs_of_counts(sentence)):
        return True
    if percent and is_share_of_course(sentence, number):
        return True
    return _is_made(sentence.passage, number) or is_at_unheld_point(evidence, sentence)


def _is_made(passage: Passage, number: Number) -> bool:
    """True for the difference, or the ratio in percent, of two other values of the passage, and for a complement."""
    values = [abs(n.value) for n in passage.numbers if n is not number and n.role in (number.role, "percent", "value")]
    whole = 100.0 if number.role == "percent" else 1.0
    size, room = abs(number.value), number.high - number.low + 1e-9
    made = [whole - v for v in values]
    for a, b in combinations(values, 2):
        made.append(abs(a - b))
        if number.role == "percent":
            made += [whole * x / y for x, y in ((a, b), (b, a), (abs(a - b), a), (abs(a - b), b)) if y]
    return any(abs(x - size) <= room for x in made)
