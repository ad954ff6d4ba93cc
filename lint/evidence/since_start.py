"""Differences of one thing from its start to a point that is named: "gains 14 points by week 6"."""

from __future__ import annotations

import re

from leakstats.facts import Fact, Series

from ..regex import regex
from .compared import difference_fits
from .grammar import Number
from .knowledge import Evidence
from .lexicon import ROLE_WORDS, direction_words
from .passages import Sentence
from .roles import are_one_value, subject

__all__ = ["since_start_clash"]

_MOVES = regex(
    r"\b(?:gain(?:s|ed)?|add(?:s|ed)?|ris(?:es|en)|rose|climb(?:s|ed)?|gr(?:ows|ew)|jump(?:s|ed)?|increase[sd]?|"
    r"puts? on|"
    r"los(?:es|t)|drop(?:s|ped)?|f(?:alls|ell)|declin(?:es|ed)|decrease[sd]?|sinks?|sank|sheds?)\s+"
    r"(?:by\s+)?(?:about |only |just |some )?$",
    re.IGNORECASE,
)
_LOSES = regex(r"\b(?:los|drop|f(?:alls|ell)|declin|decreas|sink|sank|shed)", re.IGNORECASE)
_BY_THEN = regex(
    r"\s*(?:percentage\s+|%-)?(?:points?|pp|ppts?|pts)\s+(?:by|until|till|up to)\s+(?:the )?", re.IGNORECASE
)
_ELSEWHERE = regex(
    r"\b(?:from|since|between|than|over|above|below|after|more|another|further|again|then|compared|relative|mean|"
    r"average|every|each|per)\b",
    re.IGNORECASE,
)
"""Words of another beginning than the start, or of another thing."""


def since_start_clash(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with a difference between the start of a thing and the point behind it; "" where nothing is."""
    behind = next((m for m in sentence.names if m.start >= number.end), None)
    if behind is None or not behind.name.startswith("#") or number.bound not in ("", "~"):
        return ""
    if _BY_THEN.fullmatch(sentence.between(number.start + len(number.text), behind.start)) is None:
        return ""
    lead = sentence.between(sentence.start, number.start)
    said = _MOVES.search(lead)
    name = subject(evidence, sentence, number) if said is not None else ""
    if said is None or not name or name.startswith("#"):
        return ""
    named = max((m.end for m in sentence.names if m.name == name and m.end <= number.start), default=sentence.start)
    clause = sentence.between(named, number.start)
    earlier = clause[: len(clause) - len(said[0])]
    if _ELSEWHERE.search(clause) or any(named <= n.start < number.start for n in sentence.numbers):
        return ""
    if direction_words(earlier) or _LATER.match(sentence.between(behind.end, sentence.end)):
        return ""
    start, then = _known(evidence, name, behind.name)
    if not start or not then:
        return ""
    a, b = (then, start) if _LOSES.match(said[0]) is None else (start, then)
    pairs = [((x.low, x.high), (y.low, y.high)) for x in a for y in b]
    low, high = (x / 100 for x in number.printed)
    if difference_fits(low, high, pairs, True):
        return ""
    return f"{number.text} points is not the way from the start to {behind.text.strip()}"


_LATER = regex(r"\s*(?:from|since|after|relative|compared|over|on average)\b", re.IGNORECASE)


def _is_of_start(series: Series) -> bool:
    return series.pointer.startswith("column") and ROLE_WORDS["first"].search(series.quantity) is not None


def _known(evidence: Evidence, name: str, point: str) -> tuple[list[Fact], list[Fact]]:
    """The rates of a thing at its start and at a point; none where either is open."""
    rates = [(s, f) for s, f in evidence.about.get(name, ()) if s.fraction and evidence.kind(s) in ("rate", "")]
    start = [(s, f) for s, f in rates if s.role == "first" or "first" in f.entities]
    start = start or [(s, f) for s, f in rates if _is_of_start(s)]
    then = [(s, f) for s, f in rates if point in f.entities and not s.role]
    if not start or not then or not are_one_value(start) or not are_one_value(then):
        return [], []
    return [f for _, f in start], [f for _, f in then]
