"""Whether a number has come from what is known: by a slip of the pen, or from another thing."""

from __future__ import annotations

from leakstats.facts import Fact, Series

from .claims import derived_rates
from .grammar import Number
from .idioms import SHARE_OF
from .knowledge import Evidence
from .names import Mention
from .passages import Sentence
from .slips import slip_of
from .unheld import is_at_other_point, is_new_end, unsaid
from .whose import is_of_opponent

__all__ = ["is_of_another", "is_of_part", "is_traced"]


def is_traced(evidence: Evidence, number: Number, facts: list[tuple[Series, Fact]], *, several: bool) -> bool:
    """True if the number is one known value with a slip of the pen, or (``several``) another thing's value."""
    found: set[tuple[str, float]] = set()
    short = number.digits < 3
    short &= not (number.role == "coefficient" and len(facts) == 1)  # the one coefficient of a thing is not rounded off
    many = len({round(f.value, 3) for _, f in facts}) > 4
    for series, fact in facts:
        value = fact.value * (100.0 if number.role == "percent" and series.fraction else 1.0)
        slip = slip_of(number, value)
        rough = series.fraction and number.decimals < evidence.rate_decimals
        if short and (slip == "last digit" or (slip in ("swap", "digit") and (many or rough or not several))):
            continue  # two digits are near too much, and "call it 15%" is no slip of 16.4
        if slip:
            found.add((slip, round(value, 6)))
    if found:
        return len({round(v, max(number.decimals, 0)) for _, v in found}) == 1
    return several and any(
        evidence.matches(number, series, other)
        for series, fact in facts
        if not series.role
        for other in series.facts.values()
        if other is not fact
    )


def is_of_another(evidence: Evidence, sentence: Sentence, number: Number, name: Mention) -> bool:
    """True for the value of a thing that is not named, in a sentence that speaks of ``name`` alone."""
    if number.digits < _TELLING or number.signed:
        return False
    if SHARE_OF.search(sentence.text):
        return False
    own = [(s, f) for s, f in evidence.about.get(name.name, ()) if s.fraction and evidence.kind(s) in ("rate", "")]
    if (
        not own
        or any(evidence.matches(number, s, f) for s, f in own)
        or is_of_opponent(evidence, sentence, number, own)
    ):
        return False
    if is_new_end(evidence, sentence, number, own) or is_at_other_point(evidence, sentence, number, own):
        return False
    if evidence.is_known(number, derived_rates(evidence), 0.01):
        return False
    return is_traced(evidence, number, own, several=True)


def is_of_part(evidence: Evidence, sentence: Sentence, number: Number, whole: list[tuple[Series, Fact]]) -> bool:
    """True for a misprint of what is known of everything together, or the value of one thing in its place."""
    if number.digits < _TELLING or number.bound:
        return False
    if any(evidence.matches(number, s, f) for s, f in whole) or evidence.is_known(
        number, derived_rates(evidence), 0.01
    ):
        return False
    return evidence.is_known(number, evidence.known_rates, 0.01) or is_traced(
        evidence, number, unsaid(evidence, sentence, number, whole), several=False
    )


_TELLING = 3
"""Digits of a rate that no other thing has by chance."""
