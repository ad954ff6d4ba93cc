"""p-values of words against the p of the row or record that their sentence names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .claims import is_claim, is_prior
from .correlations import Record, follows, records
from .grammar import Number
from .idioms import pairs_of_counts
from .knowledge import Clash, Evidence
from .known_records import coefficient_clashes
from .passages import Sentence

__all__ = ["named_p_clashes"]

_OTHER = regex(
    r"\b(?:partial\w*|controll\w*|adjust\w*|correct\w*|Holm|Bonferroni|BH|FDR|permut\w*|exact|one-sided|one-tailed|"
    r"Fisher|McNemar|Wilcoxon|Mann|Welch|ANOVA|t-tests?|chi|bootstrap\w*|difference|differ|versus|vs|against|between|"
    r"change\w*|without|excluding|leav\w+|drop\w*|added?|pooled|joint\w*|combined|interaction|slope|trend|alpha|level|"
    r"threshold|cut-?off)\b|χ|α",
    re.IGNORECASE,
)
"""Words of another test than the one whose p stands in the row."""


def named_p_clashes(evidence: Evidence) -> Iterator[Clash]:
    """p-values that differ from the only one known of what their sentence names.

    A coefficient beside the p must be the one of the same row: then the two name the record, and else nothing does.
    """
    told = None
    for record in records(evidence):
        p, passage = record.p, record.passage
        if p is None or passage is None or record.prior or not is_claim(passage) or p.bound in (">", ">=", "~"):
            continue
        sentence = next(s for s in passage.sentences if s.start <= p.at < s.end)
        if is_prior(sentence) or _OTHER.search(sentence.text) or follows(record) or _tells_of_more(sentence):
            continue
        known = _known(evidence, record)
        low, high = p.admitted
        if not known or any(f.low <= high and low <= f.high for _, f in known):
            continue
        told = told if told is not None else {c.place for c in coefficient_clashes(evidence)}
        if record.p_place not in told:
            fact = known[0][1]
            yield Clash(
                "value",
                record.p_place,
                f"p {p.bound or '='} {p.text} is not the p of what the sentence names, which is {_shown(fact)} "
                f"({fact.pointer})",
                "correct the p, or say of which test it is",
            )


def _tells_of_more(sentence: Sentence) -> bool:
    """True if a sentence states several results, or counts some: then its name need not be that of this p."""
    several = any(sum(n.role == role for n in sentence.numbers) > 1 for role in ("p", "coefficient"))
    return several or bool(pairs_of_counts(sentence))


def _known(evidence: Evidence, record: Record) -> list[tuple[Series, Fact]]:
    """The p of the one thing that a record's sentence names, where the page and the files know a single one."""
    if len(record.names) != 1 or record.rivals:
        return []
    about, c = evidence.about.get(next(iter(record.names)), []), record.coefficient
    linear = _LINEAR.search(record.context) is not None or (c is not None and c.label == "r")
    ps = [
        (s, f)
        for s, f in about
        if evidence.kind(s) == "p" and not s.role and (linear == bool(_LINEAR.search(s.pointer)) or not linear)
    ]
    if not ps or min(f.high for _, f in ps) < max(f.low for _, f in ps) * (1 - _ROUNDED):
        return []
    if c is not None and not any(_prints(c, f) for s, f in about if evidence.is_correlation(s, f)):
        return []
    return ps


_LINEAR = regex(r"\bpearson|\blinear|product-moment|'r'|_r\b|/r/", re.IGNORECASE)
_ROUNDED = 0.01
"""What a printed p and a stored one may be apart."""


def _prints(number: Number, fact: Fact) -> bool:
    low, high = number.printed
    return fact.low <= high and low <= fact.high


def _shown(fact: Fact) -> str:
    return f"{fact.value:.3g}" if fact.low > 0 else f"below {fact.high:.3g}"
