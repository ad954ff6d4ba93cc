"""What is said to be more or less than a value, where its own stands in the sentence before: "That is above 4%"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_moot, is_prior
from .directed import clash_of
from .grammar import Number
from .idioms import interval_ends
from .knowledge import Clash
from .lexicon import DirectionWord
from .passages import Sentence

__all__ = ["back_clashes"]

_THAT_IS = regex(
    r"\W*(?:that|this|it|which)(?:['’]s|\s+(?:is|was|lies|lay|stays|stayed|remains|remained|stands|stood))\s+"
    r"(?:(?:still|also|well|clearly|thus|just|slightly|somewhat|much|far|even|only|already|a\s(?:bit|little|lot))\s+){0,2}"
    r"(?P<said>(?P<up>higher|greater|larger|bigger|stronger|tighter|more|above|over|ahead\s+of)|"
    r"lower|smaller|weaker|looser|less|below|under|beneath|short\s+of|behind)\b"
    r"(?P<than>\s+than\b)?",
    re.IGNORECASE,
)
_ALONE = frozenset(("above", "over", "ahead of", "below", "under", "beneath", "short of", "behind"))
_TO_VALUE = regex(r"[^;:.!?\d]{0,80}[(,]\s*(?:[ρr]\s?=\s?|rho\s?=\s?|at\s|with\s)?", re.IGNORECASE)
_OTHER = regex(
    r"\b(?:half|twice|times|sum|total|together|combined|expected|predicted|relative\w*|proportion\w*|if|when|not|no|nor)\b",
    re.IGNORECASE,
)


def back_clashes(sentence: Sentence) -> Iterator[Clash]:
    """A comparative that every value of the sentence before contradicts."""
    said = _THAT_IS.match(sentence.text)
    if said is None or sentence.previous is None or is_moot(sentence) or is_prior(sentence):
        return
    if (said["than"] is None) != (" ".join(said["said"].lower().split()) in _ALONE):
        return
    end = sentence.start + said.end()
    other = next((x for x in sentence.numbers if x.start >= end), None)
    if other is None or not _is_level(other) or id(other) in interval_ends(sentence):
        return
    gap = sentence.between(end, other.at)
    if _TO_VALUE.fullmatch(gap) is None or _OTHER.search(gap):
        return
    ends = interval_ends(sentence.previous)
    own = [x for x in sentence.previous.numbers if _is_level(x) and _alike(x, other) and id(x) not in ends]
    sign = 1 if said["up"] else -1
    if own and all(sign * (x.value - other.value) < 0 for x in own):
        word = DirectionWord(said.start("said"), said.end(), sign, said["said"])
        shown = " and ".join(x.text for x in own[:3])
        yield clash_of(sentence, word, f"'{word.text}' of {shown}, beside {other.text}")


def _is_level(number: Number) -> bool:
    """True for a rate, and for a bare decimal between 0 and 1."""
    if number.signed or number.bound not in ("", "~") or number.value <= 0:
        return False
    return number.role == "percent" or (
        number.role in ("coefficient", "value") and number.decimals > 1 and number.value < 1
    )


def _alike(one: Number, other: Number) -> bool:
    return (one.role == "percent") == (other.role == "percent")
