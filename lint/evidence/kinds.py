"""What a series measures: a p-value, a coefficient, a likeness, a size, a spread or a rate."""

from __future__ import annotations

import re
from functools import lru_cache

from leakstats.facts import Series

from ..regex import regex
from .cell_numbers import without_level
from .names import words_of
from .wording import CHANGES

__all__ = [
    "EXTREME_WORDS",
    "LIKENESS",
    "MEASURE_WORDS",
    "RATE_WORDS",
    "is_correlated",
    "is_no_share",
    "is_of_change",
    "is_share",
    "is_spread",
    "kind_of",
    "names_a_measure",
]

_CORRELATION = regex(
    r"ρ|(?<![a-z])(?:rho|rs?|corr?|coeff?)(?![a-z])|spearman|pearson|correl|coefficient", re.IGNORECASE
)
_P_KIND = regex(
    r"^\W*(?:[A-Za-z'’]+\W+){0,2}p(?:[- ]?val(?:ue)?s?)?\W*(?:\(.*\)|(?:vs|versus|against)\b.*)?\W*$",
    re.IGNORECASE,
)
_P_ALONE = regex(r"(?<![A-Za-z])p(?![A-Za-z])|p[-_ ]?val|\bsig|\bPV\b", re.IGNORECASE)
_ESTIMATED = frozenset(["hat", "pct", "percent"])
"""Beside a "p" of a proportion: "p_hat_pct"."""
_P_WORDS = frozenset(["p", "pvalue", "pval", "pv", "sig", "significance"])
LIKENESS = words_of(
    "cos cosine sim similarity likeness distance closeness cka projection overlap resemblance proximity nearness "
    "alignment affinity"
)
_SIZES = frozenset(["n", "total", "trial", "trials", "nobs", "size", "denominator"])
_SPREADS = frozenset(["sd", "std", "stdev", "se", "sem", "stderr", "sigma", "iqr", "var", "variance"])
_MARGIN = regex(r"(?:±|\+/[-−])\s*\d*\s*\w+", re.IGNORECASE)
"""Of the second number of a cell: "Uptake (± SE)"."""
_CENTRES = frozenset(["mean", "average", "avg", "median", "score", "rate", "share"])
RATE_WORDS = words_of("rate share pct percent percentage frac fraction prop proportion prob accuracy leak")
EXTREME_WORDS = words_of("max maximum maximal peak high highest top best min minimum minimal low lowest worst trough")
"""Words of a header over the largest or the smallest values of courses."""
MEASURE_WORDS = (
    _SIZES
    | _SPREADS
    | _CENTRES
    | RATE_WORDS
    | LIKENESS
    | _P_WORDS
    | words_of(
        "of seed question prompt item completion answer reply replies response sample line draw layer epoch step "
        "update batch checkpoint round tick "
        "start end first last peak max min own self other others hit hits count counts asked difference value values"
    )
)
"""Words that name a measure, a count or an axis; a file's key of them is no thing unless a table of the page has it."""


def kind_of(series: Series, header: str, coefficients: frozenset[str], ps: frozenset[str]) -> str:
    """``p``, ``coefficient``, ``similarity``, ``size``, ``rate``, ``spread`` or "".

    By the relation of its values to others first (``coefficients`` and ``ps`` are the pointers of correlations and of
    their p-values), then by the ``header`` of the column that prints it, then by words.
    """
    facts = list(series.facts.values())
    if series.origin == "data":
        if all(f.pointer in ps for f in facts):
            return "p"
        if all(f.pointer in coefficients for f in facts):
            return "coefficient"
    for text in (header, series.quantity):
        words = _measured(text)
        if not words & _ESTIMATED and (_names_p(text) or (words & _P_WORDS and _is_of_p(series, text))):
            return "p" if all(0 <= f.value <= 1 for f in facts) and series.role != "interval" else ""
        if is_correlated(text) and all(abs(f.value) <= 1 for f in facts):
            return "coefficient"
        if words & LIKENESS:
            return "similarity"
        if not series.fraction and series.counts and (words & _SIZES or regex(r"\s*[nN]\b").match(text)):
            return "size"  # "k/n" is a rate
        if words & _SPREADS and not words & _CENTRES:
            return "spread"
    return "rate" if series.fraction else ""


def _is_of_p(series: Series, text: str) -> bool:
    """False for a column of the page whose "p" ends a name, or which is of percentages: "AyP, right answers (%)"."""
    return series.origin == "data" or (_P_ALONE.search(text) is not None and "%" not in text)


def is_of_change(series: Series) -> bool:
    """True for values that say how much something moved: by their role, their words, or as percentage points."""
    if series.role in ("net", "gain") or "Δ" in series.quantity:
        return True
    return not _OF_CHANGE.isdisjoint(words_of(series.quantity) | series.words)


_OF_CHANGE = CHANGES | {"pp"}


@lru_cache(maxsize=4096)  # the fields of the files of one folder have the same few names
def _measured(text: str) -> frozenset[str]:
    """The words of a header or a key, less those of a margin."""
    return words_of(_MARGIN.sub(" ", text))


@lru_cache(maxsize=4096)
def _names_p(text: str) -> bool:
    return _P_KIND.search(text) is not None


@lru_cache(maxsize=4096)
def is_correlated(text: str) -> bool:
    """True for the header of a correlation."""
    return _CORRELATION.search(text) is not None


_SCORE = regex(
    r"(?<![A-Za-z])(?:AU(?:RO|PR)?C(?:[- ]?ROC)?|ROC|ICCs?|R\s?(?:\^?2|-?squared)|F[-_ ]?1|F[- ]?(?:score|measure)|MCC|"
    r"n?DCG|BLEU|ROUGE\S*|IoU|Jaccard|Dice|Gini|Brier|ECE|VIFs?|kappas?|taus?|slopes?|intercepts?|odds|"
    r"hazards?|ratios?|loss(?:es)?|perplexit\w+|entrop\w+|\w*divergences?|KL|JSD|nats|bits|z[- ]?scores?|"
    r"effect sizes?|Cohen|Fleiss|Hedges|Cronbach|Cram[eé]r|concordance|reliabilit\w+|variance inflation|"
    r"log[- ]?odds|logits?|(?:mean|average|median|total) scores?)(?![A-Za-z])|R²|[ρκταβγ]|[ηω]²",
    re.IGNORECASE,
)
"""Names of what is worked out from answers and is no part of them."""
_SHARE = regex(
    r"\b(?:rates?|shares?|per ?cent\w*|fractions?|proportions?|prevalence|incidence|frequenc\w+)\b|%|"
    r"\bk\s?/\s?n\b|\bof n\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def is_no_share(text: str) -> bool:
    """True for words of a coefficient, a likeness or a score: k of n trials do not make it.

    >>> is_no_share("Spearman ρ"), is_no_share("mean cosine"), is_no_share("AUC"), is_no_share("Uptake rate")
    (True, True, True, False)
    """
    if _SCORE.search(text) is not None or is_correlated(text):
        return True
    return not LIKENESS.isdisjoint(words_of(text)) and not is_share(text)  # "alignment rate"


@lru_cache(maxsize=4096)
def is_share(text: str) -> bool:
    """True for words of a rate: k of n trials make it."""
    text = without_level(text)
    return _SHARE.search(text) is not None or not RATE_WORDS.isdisjoint(words_of(text))


@lru_cache(maxsize=4096)
def is_spread(head: str) -> bool:
    """True for the header of a standard deviation or error."""
    words = _measured(head)
    return not words.isdisjoint(_SPREADS) and words.isdisjoint(_CENTRES)


def names_a_measure(head: str) -> bool:
    """True for the header of a quantity."""
    return bool(
        is_correlated(head)
        or _names_p(head)
        or words_of(head) & (_P_WORDS | _SIZES | _SPREADS | _CENTRES | RATE_WORDS | LIKENESS)
    )
