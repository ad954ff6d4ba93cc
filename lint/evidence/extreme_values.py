"""The largest or the smallest value of a column that words name, whoever has it: "the highest share of all, 82%"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Series

from ..regex import regex
from ..words import word_set
from .fields import mentions
from .grammar import Number
from .knowledge import Clash, Evidence
from .passages import Sentence
from .quantities import LIKENESS_WORD
from .ranges import members
from .slips import slip_of
from .unranked import SUBSET

__all__ = ["extreme_value_clashes"]

_EXTREME = regex(
    r"\b(?:the|its|our|a)\s+(?:(?P<most>largest|highest|greatest|biggest|maximum|top)|"
    r"lowest|smallest|least|minimum|bottom)\s+(?P<what>[a-z]+(?:\s+[a-z]+)?)"
    r"(?:\s+(?:of all|of them all|overall|anywhere|of any|there is))?"
    r"(?:\s*[,(:]\s*|\s+(?:is|was|stands at|lies at)\s+)(?:about |only )?$",
    re.IGNORECASE,
)
_EXTREMES = frozenset(
    ("largest", "highest", "greatest", "biggest", "maximum", "top", "lowest", "smallest", "least", "minimum", "bottom")
)
_FEWEST = 4
"""Things below which a column has no extreme to speak of."""
_PLACED = regex(
    r"\b(?:second|third|next|other|but|except|without|among|within|when|where|if|rise|drop|gain|loss|gap|change|"
    r"difference|increase|decrease|step|jump)\b",
    re.IGNORECASE,
)


def extreme_value_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """A slip of the pen in the extreme of the one column that is named."""
    if word_set(sentence.text).isdisjoint(_EXTREMES):
        return
    for number in sentence.numbers:
        if number.role not in ("percent", "value", "coefficient") or number.bound not in ("", "~") or number.digits < 2:
            continue
        said = _EXTREME.search(sentence.between(max(sentence.start, number.at - 80), number.at))
        if said is None or _PLACED.search(said[0]) or SUBSET.search(sentence.text):
            continue
        if any(m.name.startswith("#") for m in sentence.names):
            continue
        columns = _named(evidence, number, said["what"].lower())
        wanted = [_extreme(s, most=said["most"] is not None) for s in columns]
        scale = [100.0 if s.fraction and number.role == "percent" else 1.0 for s in columns]
        if not wanted or any(evidence.matches(number, s, f) for s in columns for f in members(s)):
            continue
        slips = {slip_of(number, v * k) for v, k in zip(wanted, scale, strict=True)}
        if len({round(v, 2) for v in wanted}) == 1 and slips & _TELLING:
            yield Clash(
                "superlative",
                sentence.passage.place(number.start, number.end),
                f"{number.text}{number.unit} is not that extreme, which is {wanted[0] * scale[0]:.4g} "
                f"({columns[0].pointer})",
                "correct the value",
            )


_TELLING = frozenset(("sign", "digit", "swap", "unit"))


def _named(evidence: Evidence, number: Number, what: str) -> list[Series]:
    """The columns and fields that a noun can mean."""
    every = [
        s
        for s in evidence.all_series
        if not s.role
        and len(s.distinct) >= _FEWEST
        and evidence.kind(s) not in ("p", "size", "spread")
        and evidence.suits(number, s)
    ]
    if LIKENESS_WORD.search(what):
        return [s for s in every if evidence.kind(s) == "similarity"]
    return [s for s, at in zip(every, mentions(what, every), strict=True) if at]


def _extreme(series: Series, *, most: bool) -> float:
    values = [f.value for f in members(series)]
    return max(values) if most else min(values)
