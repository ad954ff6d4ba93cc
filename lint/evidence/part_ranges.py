"""Ranges of a part of the things, or of several fields at once, which end where no single field does.

No rule reads such a range as a whole: it is only asked whether some part, or the fields of one kind together, has these
ends. "The tugs lie between 32% and 67%" is of the tugs, "the p-values run from 0.001 to 0.05" of all tests.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .claims import groups_of
from .grammar import Number
from .knowledge import Evidence
from .names import stem, words_of
from .passages import Sentence
from .subsets import parts_of

__all__ = ["is_of_part_or_kind"]

_WITHOUT = regex(
    r"\b(?:without|exclud\w+|leav\w+ out|left out|apart from|aside from|other than|except\w*|but for|"
    r"set(?:ting)? aside)\b",
    re.IGNORECASE,
)
_METHOD = regex(r"\b(?:pearson|spearman|kendall|ranks?|linear|rho|r)\b|ρ|τ", re.IGNORECASE)
_ROLES = ("p", "coefficient")
_FEWEST = 2


def is_of_part_or_kind(evidence: Evidence, sentence: Sentence, a: Number, b: Number) -> bool:
    """True if a part that the sentence speaks of, or all fields of one kind, has its ends at two numbers."""
    ends = sorted((a, b), key=lambda n: n.value)
    if _speaks_of_part(evidence, sentence) and any(
        _ends_at(evidence, x, ends[0], ends[1]) for x in _parts(evidence, a)
    ):
        return True
    if _METHOD.search(sentence.text) or a.role == "percent":
        return False
    return any(_prints(ends[0], least) and _prints(ends[1], most) for least, most in _kinds(evidence))


def _speaks_of_part(evidence: Evidence, sentence: Sentence) -> bool:
    """True for words that leave something out, and for the word of a category."""
    if _WITHOUT.search(sentence.text):
        return True
    if "words of parts" not in evidence.cache:
        evidence.cache["words of parts"] = frozenset(stem(w) for p in parts_of(evidence) for w in words_of(p.text))
    words: frozenset[str] = evidence.cache["words of parts"]
    return not words.isdisjoint(map(stem, words_of(sentence.text)))


def _parts(evidence: Evidence, number: Number) -> Iterator[list[tuple[Series, Fact]]]:
    """The values that each group, or all but one group, has in a field."""
    for series in evidence.all_series:
        if not evidence.suits(number, series):
            continue
        for group in groups_of(evidence):
            inside = [(series, f) for name, f in series.facts.items() if name in group]
            outside = [(series, f) for name, f in series.facts.items() if name not in group]
            yield from (found for found in (inside, outside) if inside and len(found) >= _FEWEST)


def _kinds(evidence: Evidence) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The ends of all coefficients, and of all p, of each table and of each part of a file."""
    if "ranges of kinds" not in evidence.cache:
        found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        for i, sheet in enumerate(evidence.sheets):
            tested = any(x.number.role == "p" for x in sheet.numbers)
            for x in sheet.numbers:
                bare = tested and x.number.role == "value" and not x.interval and abs(x.number.value) <= 1
                role = "coefficient" if bare else x.number.role
                found[str(i), role].append((x.number.low, x.number.high))
        for t in evidence.triples:
            part = t.pointer.split("/")[1] if "/" in t.pointer else ""
            found[f"/{part}", "coefficient"].append((t.coefficient.low, t.coefficient.high))
            if t.p is not None:
                found[f"/{part}", "p"].append((t.p.low, t.p.high))
        out = {role: [v for (_, r), v in found.items() if r == role and len(v) >= _FEWEST] for role in _ROLES}
        evidence.cache["ranges of kinds"] = [(min(v), max(v)) for role in _ROLES for v in out[role]]
    ends: list[tuple[tuple[float, float], tuple[float, float]]] = evidence.cache["ranges of kinds"]
    return ends


def _prints(number: Number, end: tuple[float, float]) -> bool:
    return number.low - 1e-9 <= end[1] and end[0] <= number.high + 1e-9


def _ends_at(evidence: Evidence, found: list[tuple[Series, Fact]], low: Number, high: Number) -> bool:
    if len(found) < _FEWEST:
        return False
    least, most = min(found, key=lambda x: x[1].value), max(found, key=lambda x: x[1].value)
    return evidence.matches(low, *least) and evidence.matches(high, *most)
