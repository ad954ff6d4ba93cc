"""Numbers that cannot be what they are called, whatever was measured: a coefficient of 1.7, a p of 1.3, 14 of 12."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_claim
from .grammar import Number
from .knowledge import Clash, Evidence
from .passages import Sentence

__all__ = ["impossible_clashes"]

_OF = regex(r"\s+(?:out )?of (?:the |all |its |their |these |those |our )?$")
_COMPOUND = regex(r"[-–‑]\w")
"""Behind the second number of "5 of 2-layer models"."""
_TRIALS = regex(r"\s*[(,;]\s*[nN]\s*=\s*\d")
_CHANGE = regex(
    r"\bby\b|\b(?:is|are|was|were|goes|went) up\b|\bmore\b|\bris\w+|\brose\b|\bincreas\w*|\bgr[eo]w\w*|\bgain\w*|"
    r"\bchang\w*|\brelativ\w*|\bbaseline\b|\bcompared\b|\btimes\b|\boverhead\b|\bof (?:the|its|their)\b",
)
_OF_FIT = regex(
    r"\b(?:regression|slope|path|logit|logistic|linear model|odds|unstandardi[sz]ed)\b|"
    r"(?:ρ|\brho|\br)[\w()]*\s*/\s*(?:ρ|rho\b|r\b)",
    re.IGNORECASE,
)
"""What has no bound: the coefficient of a fit, the ratio of two correlations."""
_COEFFICIENT = "coefficients lie between −1 and 1"


def impossible_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Numbers outside what their own name allows. The name must stand beside them, so that nothing is guessed."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences if passage.numbers else ():
            tested = any(n.role in ("p", "n") for n in sentence.numbers)
            related = any(n.role in ("coefficient", "n") for n in sentence.numbers)
            for number in sentence.numbers:
                low = min(abs(number.low), abs(number.high))
                beyond = number.role == "coefficient" and low > 1 and number.decimals > 0
                if beyond and (tested or _named(number)) and not _OF_FIT.search(_lead(sentence, number)):
                    yield _clash(sentence, number, number, f"{number.label} = {number.text}: {_COEFFICIENT}")
                elif number.role == "p" and related and (number.high < 0 or (low > 1 and number.decimals > 0)):
                    yield _clash(sentence, number, number, f"p = {number.text}: a p-value lies between 0 and 1")
                elif number.role == "percent" and low > 100 and _is_share(sentence, number):
                    yield _clash(sentence, number, number, f"{number.text}% of n trials: a rate is 100% at the most")
            for k, n in zip(sentence.numbers, sentence.numbers[1:], strict=False):
                if _counts_more_than_all(sentence, k, n):
                    yield _clash(sentence, k, n, f"{k.text} of {n.text}: a part is no larger than the whole")


def _clash(sentence: Sentence, first: Number, last: Number, message: str) -> Clash:
    return Clash("impossible", sentence.passage.place(first.start, last.end), message, "one of its digits is wrong")


def _lead(sentence: Sentence, number: Number) -> str:
    """The words in front of a number, its label with them."""
    return sentence.between(max(sentence.start, number.start - 60), number.start)


def _named(number: Number) -> bool:
    """True for ρ and "correlation"; a bare r may be a rank or a radius."""
    return number.label in ("ρ", "correlation")


def _is_share(sentence: Sentence, number: Number) -> bool:
    """True for a rate with its own n right behind it, in words that speak of no change."""
    if number.signed or number.bound or not _TRIALS.match(sentence.between(number.end, number.end + 12)):
        return False
    return _CHANGE.search(sentence.between(max(sentence.start, number.start - 80), number.start)) is None


def _counts_more_than_all(sentence: Sentence, k: Number, n: Number) -> bool:
    """True for "14 of 12 personas"."""
    if not (k.role == n.role == "count" and k.value > n.value > 1 and not k.signed and not n.bound):
        return False
    return (
        _OF.fullmatch(sentence.between(k.end, n.start)) is not None
        and _COMPOUND.match(sentence.between(n.end, n.end + 2)) is None
    )
