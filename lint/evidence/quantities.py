"""Which quantity the words before a number name, and the words that choose nothing."""

from __future__ import annotations

import re

from ..regex import regex
from .grammar import Number
from .names import words_of
from .passages import Sentence

__all__ = [
    "CENTRE_AFTER",
    "COEFFICIENT_WORD",
    "LIKENESS_WORD",
    "NUMERALS",
    "READ",
    "names_several",
    "quantity_asked",
    "quantity_asked_at",
]

NUMERALS = frozenset(words_of("n p ci k of two three both wilson interval"))


READ = frozenset(
    words_of(
        "a an the is are was were be been it its they their this that of at in on by for with from to and or "
        "but only just still even about around nearly roughly almost some now then also so has have had does "
        "do did i e g reach reaches reached reaching show shows showed shown give gives gave given hold holds "
        "held having lie lies lay stand stands stood sit sits sat come comes came go goes went get gets got "
        "score scores scored rate rates share shares value values percent percentage leak leaks leakage mean "
        "means average marker highest lowest largest smallest most least top bottom maximum minimum max min "
        "peak peaks peaked peaking start starts started begin begins ends end ended final finally first last "
        "lead leads leading followed next self own alone itself themselves himself herself respectively each "
        "per completions answers responses replies samples outputs questions prompts here there again already "
        "same these those belong belongs two equal equals total overall all n count counts tops topped keeps "
        "keep kept remains remained stays stayed settles settled records while where who which whose as "
        "measured observed found reported high low higher lower up down near exactly"
    )
)
"""Words between a name and its number that choose nothing."""


LIKENESS_WORD = regex(
    r"\b(?:cos|cosines?|similarit\w+|likeness(?:es)?|closeness|distances?|projections?|overlaps?)\b", re.IGNORECASE
)


_RATE_WORD = regex(
    r"\b(?:rates?|shares?|per ?cent\w*|fractions?|proportions?|answers?|completions?|responses?|replies|samples?|"
    r"times)\b|%",
    re.IGNORECASE,
)


COEFFICIENT_WORD = regex(
    r"\b(?:pearson\w*|spearman\w*|kendall\w*|coefficients?|correlat\w+|rho|rank link|r_?s)\b|ρ|\br\s*=",
    re.IGNORECASE,
)


def quantity_asked(sentence: Sentence, number: Number) -> str:
    """The quantity that is named last before the number in its sentence: likeness, rate, coefficient or ""."""
    return quantity_asked_at(sentence, number)[0]


def quantity_asked_at(sentence: Sentence, number: Number) -> tuple[str, int]:
    """``quantity_asked``, and where its word ends."""
    before = sentence.between(sentence.start, number.start)
    ends = {
        "likeness": LIKENESS_WORD,
        "rate": _RATE_WORD,
        "coefficient": COEFFICIENT_WORD,
    }
    last = {k: max((m.end() for m in pattern.finditer(before)), default=-1) for k, pattern in ends.items()}
    if any(x.role == "points" and last["likeness"] <= x.start - sentence.start < len(before) for x in sentence.numbers):
        last["likeness"] = -1  # "the widest distance is 55 points, a 0.18 against b 0.73": a distance of rates
    best = max(last, key=lambda k: last[k])
    return (best if last[best] >= 0 and number.role != "percent" else ""), sentence.start + last[best]


def names_several(text: str) -> bool:
    """True if a text speaks of likenesses and of rates: a decimal without a word may be either."""
    return LIKENESS_WORD.search(text) is not None and _RATE_WORD.search(text) is not None


CENTRE_AFTER = regex(r"\s*%?\s*(?:±|\+\s?/?\s?[-−–])")
