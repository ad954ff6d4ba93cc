"""What comes closer or moves away, against two cosines that say the other: "it drifts towards ash (0.31 to 0.12)"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_moot
from .directed import clash_of
from .idioms import Span, interval_ends, spans
from .knowledge import Clash, Evidence
from .lexicon import DENIAL, DirectionWord
from .passages import Sentence
from .relationships import is_of_distance
from .wording import OF_LIKENESS

__all__ = ["approach_clashes"]

_GOES = (
    r"(?:moves?|moved|drifts?|drifted|shifts?|shifted|slides?|slid|travels?|travell?ed|heads?|headed|inch(?:es|ed)|"
    r"edge[sd]?|swings?|swung|turns?|turned|leans?|leaned|migrate[sd]?|creeps?|crept|goes|went|comes?|came|gets?|got|"
    r"ends?(?: up)?|ended(?: up)?|finish(?:es|ed)?|lands?|landed|grows?|grew|becomes?|became|draws?|drew|steps?|"
    r"stepped)"
)
_APPROACH = regex(
    rf"(?<!\bis )(?<!\bwas )(?<!\bare )(?<!\bwere )(?<!\bbeen )(?<!\bbeing )\b{_GOES}\s+(?:\w+ly\s+|still\s+|even\s+|"
    r"a (?:little|bit|touch)\s+|slightly\s+|much\s+)?(?:(?P<near>closer|nearer|towards?)|"
    r"(?P<far>(?:further|farther)(?: away)?(?: from)?|away from))\b",
    re.IGNORECASE,
)
_HINTS = ("toward", "loser", "earer", "urther", "arther", "away")
"""One of them stands in every text that the expression finds: most have none."""
_BREAK = regex(r";|[.:]\s|\d|\b(?:but|while|whereas|although|though|yet|however|unlike|and)\b", re.IGNORECASE)
_DENIED = regex(DENIAL, re.IGNORECASE)


def approach_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """A word of approach in front of two cosines of which the second is smaller, or of parting where it is larger."""
    text = sentence.text
    if not sentence.numbers or not any(word in text for word in _HINTS) or _APPROACH.search(text) is None:
        return
    if is_moot(sentence) or is_of_distance(evidence):
        return
    ends = interval_ends(sentence)
    words = list(_APPROACH.finditer(sentence.text))
    for span in spans(sentence):
        if span.kind == "range" or id(span.left) in ends or not _is_of_cosines(sentence, span):
            continue
        at = span.start - sentence.start
        before = [w for w in words if w.end() <= at]
        if not before or _BREAK.search(sentence.text, before[-1].end(), at):
            continue
        match = before[-1]
        if _DENIED.search(sentence.text, max(0, match.start() - 24), match.start()):
            continue
        sign = 1 if match["near"] else -1
        if (span.right.value - span.left.value) * sign < 0:
            word = DirectionWord(match.start(), match.end(), sign, match[0])
            yield clash_of(sentence, word, f"'{word.text}' beside {span.left.text} to {span.right.text}")


def _is_of_cosines(sentence: Sentence, span: Span) -> bool:
    """True for two values that are cosines: signed ones, or plain ones where the text says so."""
    if any(
        n.role not in ("value", "coefficient") or n.decimals < 2 or abs(n.value) > 1 for n in (span.left, span.right)
    ):
        return False
    return (span.left.signed or span.right.signed) or OF_LIKENESS.search(sentence.passage.plain) is not None
