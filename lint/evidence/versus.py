"""Two rates that a comparative sets against each other: "sold more in May (30%) than in June (12%)"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .directed import Rate, clash_of, rates_in
from .knowledge import Clash
from .lexicon import MOOT, DirectionWord
from .passages import Sentence

__all__ = ["versus_clashes"]

_COMPARATIVE = regex(
    r"\b(?:(?P<up>more|higher|greater|larger|bigger|commoner|likelier|louder|oftener|above|ahead of|exceeds?|exceeded|"
    r"surpass(?:es|ed)?|outdoes|beats?|tops?|outstrips?|outnumbers?|dwarfs|eclipses|overshadows|outranks|outpaces|"
    r"outscores|outperforms)|(?P<down>less|fewer|lower|smaller|rarer|quieter|scarcer|below|beneath|behind|trails?|"
    r"lags?|"
    r"falls short of|undershoots|is (?:dwarfed|exceeded|beaten|surpassed|topped) by))\b"
    r"(?!\s+than\s+(?:about |nearly |some )?(?:a |one |two |three )?"
    r"(?:half|thirds?|quarters?|fifths?|tenths?|one|two|three|four|five|six|seven|eight|nine|ten|\d))(?!\s+(?:layers?|"
    r"data|examples?|training|epochs?|steps?|samples?|work|detail\w*|precise\w*|than (?:that|this|once|twice))\b)",
    re.IGNORECASE,
)
_AGAINST = regex(
    r"\b(?:than|against|versus|vs\.?|compared (?:with|to)|in comparison (?:with|to)|as opposed to|relative to|"
    r"in contrast to|instead of|rather than|where)\b",
    re.IGNORECASE,
)
_OPENING = regex(
    r"^\W*(?:as )?(?:compared (?:with|to)|against|relative to|in comparison (?:with|to)|in contrast to|unlike)\b",
    re.IGNORECASE,
)
_DENIED = regex(
    r"\b(?:not|no|never|neither|nor|hardly|barely|without being|nothing|nobody|none|if|whether|or)\b|n['’]t\b",
    re.IGNORECASE,
)
_WITH_THAN = frozenset(
    [
        *("more", "higher", "greater", "larger", "bigger", "commoner", "likelier", "louder", "oftener"),
        *("less", "fewer", "lower", "smaller", "rarer", "quieter", "scarcer"),
    ]
)
"""The others stand between two things by themselves."""
_LABEL = regex(r"\s*%?\s*(?:of \w+\s+)?(?P<label>without|with|before|after)\b(?! the exception)", re.IGNORECASE)
_SIDE = regex(r"\s+(?:\w+\s+){0,3}?(?P<label>without|with|before|after)\b", re.IGNORECASE)


def versus_clashes(sentence: Sentence) -> Iterator[Clash]:
    """A comparative that the two rates of its sentence contradict."""
    rates = rates_in(sentence)
    if len(rates) != 2 or rates[0].value == rates[1].value or rates[0].role != rates[1].role:
        return
    if MOOT.search(sentence.text) or ";" in sentence.between(rates[0].end, rates[1].start):
        return
    words = list(_COMPARATIVE.finditer(sentence.text))
    if not words or len({m.lastgroup for m in words}) != 1:
        return
    match = words[0] if len(words) == 1 else None
    if match is None or _DENIED.search(sentence.text[max(0, match.start() - 40) : match.start()]):
        return
    said = 1 if match["up"] else -1
    compared = _compared(sentence, match, rates)
    if compared is None:
        return
    own, other = compared
    if (own.value - other.value) * said < 0:
        word = DirectionWord(match.start(), match.end(), said, match.group(0))
        yield clash_of(sentence, word, f"'{word.text}' of {own.text}, beside {other.text}")


def _compared(sentence: Sentence, word: re.Match[str], rates: list[Rate]) -> tuple[Rate, Rate] | None:
    """The rate that is said to be more or less, and the one that it is compared with."""
    a, b = rates
    start, end = sentence.start + word.start(), sentence.start + word.end()
    labels = [_LABEL.match(sentence.between(x.end, x.end + 24)) for x in rates]
    side = _SIDE.match(sentence.between(end, end + 40))
    if all(labels) and side is not None:
        said = [m["label"].lower() for m in labels if m is not None]
        if said.count(side["label"].lower()) == 1:
            own = rates[said.index(side["label"].lower())]
            return own, (b if own is a else a)
        return None
    if any(labels):
        return None
    if _OPENING.match(sentence.text):
        return (b, a) if a.end <= start < b.end else None
    if word.group(0).lower() not in _WITH_THAN and a.end <= start and end <= b.start:
        near = len(sentence.between(a.end, b.start)) < 90 and not re.search(r"[,:]", sentence.between(a.end, start))
        return (a, b) if near else None
    for against in _AGAINST.finditer(sentence.text, word.end()):
        at = sentence.start + against.start()
        if a.end <= at and at < b.start and not re.search(r"[.:](?:\s|$)", sentence.between(at, b.start)):
            return a, b
    return None
