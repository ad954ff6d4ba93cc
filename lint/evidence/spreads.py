"""How far the values of a column lie apart, end to end, against points in words: "the rates span 44 points"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from ..words import word_set
from .claims import groups_of, is_moot, is_prior
from .compared import difference_fits, distinct_rates, rates_of
from .fields import Asked, fitting, level_fields
from .grammar import Number
from .knowledge import Evidence
from .lexicon import MOOT
from .names import words_of
from .passages import Sentence
from .rosters import things_of_page
from .vocabulary import is_accounted_for
from .word_numbers import SPELLED

__all__ = ["spread_clash"]

_FIRST = frozenset(
    [
        *("spread", "spreads", "range", "ranges", "span", "spans", "spanned", "gap", "distance", "stretch"),
        *("extend", "extends", "cover", "covers", "vary", "varies", "differ", "differs", "apart", "separate"),
        *("stretches", "separates", "lie", "between", "lowest", "smallest"),
    ]
)
"""One of them stands in all that is read here."""
_OF_WIDTH = regex(
    r"\b(?:spreads?|ranges?|spans?|spanned|gap|distance|stretch(?:es)?|extends?|covers?|var(?:y|ies)|differs?|apart|"
    r"separates?|lie)\b",
    re.IGNORECASE,
)
_OVER = regex(
    rf"\b(?:across|over|among|between|of|in)\s+(?:(?:all|the|our|these|every)\s+)*(?:(?P<n>\d{{1,3}}|{SPELLED})\s+)?"
    r"(?:[a-z]+\s+)?(?P<noun>[a-z][a-z-]{2,}s)\b",
    re.IGNORECASE,
)
""" "Across the 12 towns"."""
_LOW, _HIGH = (r"(?:lowest|smallest|least|minimum|bottom|weakest)", r"(?:highest|largest|most|maximum|top|strongest)")
_ENDS = regex(
    rf"\b(?:from|between)\s+(?:the\s+)?(?:{_LOW}\b[^.;:,()\d]{{0,30}}\b(?:to|and)\s+(?:the\s+)?{_HIGH}|"
    rf"{_HIGH}\b[^.;:,()\d]{{0,30}}\b(?:to|and)\s+(?:the\s+)?{_LOW})\b",
    re.IGNORECASE,
)
""" "From the lowest to the highest"."""
_RATES = r"(?:rates|shares|peaks|values|percentages|proportions|starts|baselines|scores|levels|frequencies)"
_PLURAL = regex(
    rf"^\W*(?:the\s+|their\s+|our\s+|all\s+)?(?:[a-z]+\s+){{0,2}}?{_RATES}\s+(?:(?:\w+ly|thus|all)\s+)?"
    r"(?:span|spread|range|extend|stretch|cover|vary|differ|lie|are)\b|"
    rf"\b(?:spread|range|span|stretch) of (?:the |their |all )*(?:[a-z]+\s+){{0,2}}?{_RATES}\b",
    re.IGNORECASE,
)
""" "Peaks extend over 44 points", "the spread of the peaks"."""
_SOME = regex(
    r"\b(?:each|every (?:one|other)|within|per|others?|rest|remaining|first|last|early|late|next|second|neighbou?r\w*|"
    r"adjacent|successive|seeds?|layers?|without|except\w*|excluding|means?|median|average\w*|least|more than|"
    r"less than|over half|group\w*|half|halves|third|quarter|cluster\w*|categor\w+|kinds?|two|both|neither|same|own|"
    r"interval\w*|bands?|bounds?|CIs?|confidence|error|deviation|from its|from their|its|chance|would|could|should|"
    r"may|might|not|never|no|only|but|top (?:two|three|four|five)|middle|new|added|additions?|cosines?|similarit\w+|"
    r"between them)\b|\bp\s?[<=]",
    re.IGNORECASE,
)
"""Of a part of a column, of two of its values, or of another width than that of values."""
_EDGE = regex(r"[;:]\s|\.\s|\b(?:while|whereas|but)\b")


def spread_clash(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with a difference that its words make the width of a whole column of rates; "" where nothing is."""
    if number.signed or number.bound in (">", ">=") or word_set(sentence.text).isdisjoint(_FIRST):
        return ""
    left, right = _clause(sentence, number)
    text = sentence.between(left, right)
    if not _OF_WIDTH.search(text) and not _ENDS.search(text):
        return ""
    if _SOME.search(text) or MOOT.search(text) or any(left <= m.start < right for m in sentence.names):
        return ""
    if any(left <= x.start < right and x is not number and x.role != "count" for x in sentence.numbers):
        return ""  # of the rates beside it
    asked = list(_asked(evidence, sentence, text))
    if not asked or is_prior(sentence) or is_moot(sentence) or not is_accounted_for(evidence, sentence, left, right):
        return ""
    low, high = number.low / 100, number.high / 100
    if any(_fits(s, low, high) for s in evidence.all_series) or _is_of_group(evidence, low, high):
        return ""
    beside = distinct_rates(rates_of(sentence, True, number))
    if difference_fits(low, high, [(a, b) for a in beside for b in beside if a is not b], False):
        return ""
    said = asked[0]
    least, most = min(said.distinct, key=_value), max(said.distinct, key=_value)
    return (
        f"{number.text} points is not how far these values lie apart, from {100 * least.value:.4g} to "
        f"{100 * most.value:.4g} ({said.pointer})"
    )


def _clause(sentence: Sentence, number: Number) -> tuple[int, int]:
    """The part of a sentence around a number, without the bracket behind it."""
    before, after = sentence.between(sentence.start, number.start), sentence.between(number.end, sentence.end)
    edges = [m.end() for m in _EDGE.finditer(before)]
    end = regex(r"[;(]|:\s|\.\s|\b(?:while|whereas|but)\b").search(after)
    return sentence.start + (edges[-1] if edges else 0), number.end + (end.start() if end is not None else len(after))


def _asked(evidence: Evidence, sentence: Sentence, text: str) -> Iterator[Series]:
    """The columns and fields of rates whose width a clause may give."""
    over = _OVER.search(text)
    noun = over["noun"].lower().removesuffix("s") if over is not None else ""
    sizes = things_of_page(evidence, over["noun"]) if over is not None else set()
    if not sizes and not (_ENDS.search(text) or _PLURAL.match(text)):
        return
    every = [s for s in evidence.all_series if s.fraction and evidence.kind(s) == "rate"]
    lengths = {len(s.distinct) for s in every}
    for size in sorted(x for x in (sizes & lengths or lengths) if x > 2):
        asked = Asked(sentence, text, (), size, noun if sizes & lengths else "", frozenset())
        found = level_fields(evidence, fitting(evidence, asked, size), asked)
        yield from (s for s in found if words_of(s.quantity) or s.origin == "data")


def _value(fact: Fact) -> float:
    return fact.value


def _fits(series: Series, low: float, high: float) -> bool:
    """True if the ends of a series lie so far apart."""
    if not series.fraction or len(series.distinct) < 2:
        return False
    least, most = min(series.distinct, key=_value), max(series.distinct, key=_value)
    return most.low - least.high <= high + 1e-9 and low - 1e-9 <= most.high - least.low


def _is_of_group(evidence: Evidence, low: float, high: float) -> bool:
    """True if the ends of a group of things lie so far apart in some series of rates."""
    for series in evidence.all_series:
        for group in groups_of(evidence) if series.fraction else ():
            facts = [f for name, f in series.facts.items() if name in group]
            if len(facts) > 1:
                least, most = min(facts, key=_value), max(facts, key=_value)
                if most.low - least.high <= high + 1e-9 and low - 1e-9 <= most.high - least.low:
                    return True
    return False
