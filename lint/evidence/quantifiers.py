"""Shares of things in words: all five, half of them, none of the four."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..regex import regex
from ..words import lowered, word_set
from .word_numbers import SPELLED, part_of, whole_number

__all__ = ["Quantifier", "quantifiers"]


class Quantifier(NamedTuple):
    """A share in words: the smallest and largest count out of ``total`` (0: not said) that it allows."""

    start: int
    end: int
    low: float
    high: float
    total: int
    text: str


_TOTAL = rf"(?P<{{}}>\d{{{{1,3}}}}|(?!zero\b|one\b){SPELLED})"
_THE = r"(?:the |these |those |our |its |their |all (?:the |these |our )?)*"
_TAIL = r"(?=\s+[a-z`(]|[,;:.)!?*]|$)"
_PART = (
    r"(?:one[- ])?half|(?:a|one)[- ](?:third|quarter|fourth|fifth|sixth|tenth)|two[- ]thirds|"
    r"three[- ](?:quarters|fourths)|(?:two|three|four)[- ]fifths|five[- ]sixths"
)
_QUANTIFIER = regex(
    rf"\b(?:(?:(?P<but>all|every one|each) (?:but|bar|except|save) (?P<k>one|two|three|four|five|six|\d{{1,2}}) "
    rf"(?:out )?of "
    rf"|(?P<all>all of|all|every (?:single )?one of|every last one of|each (?:and every )?(?:one )?of|"
    rf"the whole (?:set|group|lot|family) of)\s+"
    rf"|(?P<none>none (?:at all )?of|not (?:a single |even )?one (?:out )?of|no one of|nobody of|no single one of|"
    rf"neither of|not any of|zero of)\s+){_THE}{_TOTAL.format('n0')}{_TAIL}"
    rf"|(?:(?P<most>most of (?=the |these |those |our |its |all )|(?:the|a) "
    rf"(?:clear |large |vast |narrow |bare |slim )?majority of|(?:more than|over|above) (?:one )?half (?:of )?)"
    rf"|(?P<few>(?:only )?a minority of|(?:less|fewer) than (?:one )?half (?:of )?|under half (?:of )?))"
    rf"\s*{_THE}{_TOTAL.format('n1')}(?=\s+[a-z`])"
    rf"|(?P<part>{_PART})\s+(?:of\s+)?{_THE}{_TOTAL.format('n2')}?(?=\s+[a-z`]))"
)
_OUT_OF = regex(r"\b(?:of|among|amongst|from|over|pooled across)\s+$", re.IGNORECASE)


_SHARES = frozenset(
    [
        *("all", "every", "each", "whole", "none", "not", "no", "nobody", "neither", "zero", "most", "majority"),
        *("over", "above", "under", "minority", "less", "fewer", "half", "third", "thirds", "quarter", "quarters"),
        *("fourth", "fourths", "fifth", "fifths", "sixth", "sixths", "tenth"),
    ]
)
"""One of them stands in every share in words."""


def quantifiers(text: str) -> list[Quantifier]:
    """Shares in words: "all 5 sources", "half of all 12 personas", "none of the four layers".

    >>> [(q.low, q.high, q.total) for q in quantifiers("all 4 layers pass; half of all 12 personas do")]
    [(4.0, 4.0, 4), (6.0, 6.0, 12)]
    """
    out: list[Quantifier] = []
    if word_set(text).isdisjoint(_SHARES):
        return out
    for match in _QUANTIFIER.finditer(lowered(text)):
        raw = match["n0"] or match["n1"] or match["n2"] or ""
        total = whole_number(raw)
        if match["but"]:
            low = high = float(total - whole_number(match["k"]))
        elif match["most"]:
            low, high = float(total // 2 + 1), float(total)
        elif match["few"]:
            low, high = 0.0, float((total - 1) // 2)
        elif match["all"]:
            if _OUT_OF.search(text[max(0, match.start() - 12) : match.start()]):
                continue  # "of all 12, four rise": a whole, and no claim about it
            low = high = float(total)
        elif match["none"]:
            low = high = 0.0
        else:
            share = part_of(match["part"]) * total
            exact = abs(share - round(share)) < 1e-9
            low, high = (share, share) if exact else (share - 0.5, share + 0.5)
            if total == 0 or regex(r"\s+of (?:their|its|the) (?:completions|answers|rise)").match(text[match.end() :]):
                continue
        out.append(Quantifier(match.start(), match.end(), low, high, total, text[match.start() : match.end()]))
    return out
