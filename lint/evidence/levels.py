"""Bounds on what one column measures, in whatever unit: "more than 20 GB of memory", "over 5 chrF points gained"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from leakstats.facts import Series

from ..regex import regex
from .fields import COMMON, Asked, is_p, printed_values
from .grammar import Number
from .knowledge import Evidence
from .names import stem, words_of
from .wording import CHANGES

__all__ = ["is_named", "is_one", "named_columns"]

_WORD = regex(r"[^\W\d_]+")
_MOVES = regex(
    r"\b(?:gain|lose|lost|loss|losing|drop|f[ae]ll|ris(?:e|ing)|rose|increas|decreas|gr[eo]w|shr[aiu]nk|chang|shift|differ|"
    r"gap|cut|shed|improv|declin|climb|jump|swing|swung|mov(?:e|ing)|add|reduc|lower(?:s|ed|ing)|rais|lead|led|trail|"
    r"apart|margin|within)\w*",
    re.IGNORECASE,
)
"""What may make a number one of how far something goes, and no level."""
_SPREADS = frozenset(["sd", "se", "std", "sem", "stdev", "stderr", "ci"])
_SPEED = regex(r"\b(?:fast|quick|slow)(?:er|est)?\b", re.IGNORECASE)
"""More of it is less in some units."""


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(w) for w in words)


def _said(asked: Asked) -> frozenset[str]:
    return _stems(w.rstrip("s") or w for w in _WORD.findall(asked.criterion)) | _stems(words_of(asked.criterion))


def _signs(evidence: Evidence, series: Series) -> frozenset[str]:
    """The stems of the words that would name a field in a clause."""
    words = words_of(series.quantity) | words_of(evidence.header_of(series))
    if series.origin == "data":
        words |= series.words
    return _stems(words - COMMON)


def named_columns(evidence: Evidence, asked: Asked, series: Sequence[Series], number: Number) -> list[Series]:
    """The columns and fields with a unit of their own that most words of a clause name; empty where none does.

    Where the clause speaks of a gain or a difference, only those that hold one.
    """
    if _SPEED.search(asked.criterion):
        return []
    found = [
        s
        for s in series
        if not (s.role or s.fraction or is_p(evidence, s) or s.words & _SPREADS or len(set(s.values)) == 1)
        and evidence.kind(s) not in ("spread", "coefficient")
    ]
    if _MOVES.search(asked.criterion):
        found = [s for s in found if (words_of(s.quantity) | s.words) & CHANGES]
    said = _said(asked)
    hits = [len(_signs(evidence, s) & said) for s in found]
    if max(hits, default=0) == 0:
        return found if _is_unit_of_table(evidence, asked, number) else []
    return [s for s, n in zip(found, hits, strict=True) if n == max(hits)]


_UNIT = regex(r"\s?(?P<unit>[A-Za-zµ]{1,8}(?:/[a-z]+)?)\b(?! of\b)")


def _is_unit_of_table(evidence: Evidence, asked: Asked, number: Number) -> bool:
    """True for a unit that another passage gives, "Latency in ms", for a table without units."""
    found = _UNIT.match(asked.sentence.passage.plain, number.end)
    if found is None:
        return False
    word = re.compile(rf"(?:\bin |[(\[]){re.escape(found['unit'])}\b")
    own = asked.sentence.passage
    return any(word.search(p.plain) for p in evidence.passages if p is not own and p.scope != "title")


def is_one(series: Sequence[Series]) -> bool:
    """True for one field, under however many names."""
    return len({printed_values(s) for s in series}) == 1


def is_named(evidence: Evidence, asked: Asked, levels: Sequence[Series]) -> bool:
    """True if the words of a clause name the one field of which a level is asked, and no change of it."""
    if not is_one(levels) or _MOVES.search(asked.criterion):
        return False
    said = _said(asked)
    return any(_signs(evidence, s) & said for s in levels) or any(n.startswith("#") for n in asked.names)
