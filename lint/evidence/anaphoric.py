"""Differences said of the rates of the sentence beside them: "… from 45% to 18%. That is 27 points"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_claim, is_prior
from .grammar import Number
from .idioms import intervals, is_rate, spans
from .knowledge import Clash, Evidence
from .operands import Operands
from .passages import Sentence
from .wording import DIFFERENCE

__all__ = ["anaphoric_clashes"]

_THAT_IS = regex(
    rf"\W*(?:(?:that|this)(?:['’]s|\s+(?:is|was|makes|means|amounts\s+to|comes\s+to|gives|leaves))\s+"
    rf"(?:an?\s+|the\s+)?(?:[a-z]+\s+)?(?:{DIFFERENCE}\s+of\s+)?|"
    rf"(?:so\s+)?(?:an?|the|its|their|that|this)\s+(?:[a-z]+\s+)?{DIFFERENCE}\s+(?:is|was|comes\s+to|amounts\s+to|of)\s+|"
    rf"(?:points|net(?:\s+change)?|{DIFFERENCE})\s*:\s*|(?:so|hence|thus|i\.e\.|net)\s*[,:]?\s+|"
    rf"(?:the|that|this|their)\s+{DIFFERENCE}\s*,\s+|"
    r"between\s+(?:(?:these|those|the)\s+two|them)\s+(?:there\s+)?(?:is|are|lies?|stands?)\s+|"
    r"(?:these|those|the\s+two|they|both)(?:\s+(?:rates|shares|figures|numbers|values))?\s+differ\s+by\s+)"
    r"(?:exactly\s+|just\s+|only\s+)?$",
    re.IGNORECASE,
)
_APART = regex(rf"\s+(?:of\s+{DIFFERENCE}|apart|{DIFFERENCE})\b", re.IGNORECASE)
"""Behind a difference that a sentence begins or ends with: "27 points of difference", "leaves them 27 points apart"."""
_THAT_GAP = regex(rf"\b(?:that|this)\s+{DIFFERENCE}\s+of\s+$", re.IGNORECASE)
_CHANGE = regex(
    r"\b(?:net|overall|total|drop|fall|decline|rise|gain|increase|decrease|reduction|change|shift|jump|step|loss)\b",
    re.IGNORECASE,
)
"""Of a start and an end, which two rates that stand side by side need not be: a peak and the last value are not."""
_ENDS = regex(
    r"\s*(?:[.;!)*]|$|,\s*(?:or|i\.e\.|that\s+is|about|is|was)\b|(?:between\s+(?:them|the\s+two)|apart|in\s+all|altogether)\b)",
    re.IGNORECASE,
)
_OTHER = regex(
    r"\b(?:relative|times|half|mean|median|average\w*|per|each|significan\w+|sd|s\.d\.|standard|slope|error|interval\w*|"
    r"combined|expected|predicted|chance|respectively|others?)\b",
    re.IGNORECASE,
)


def anaphoric_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences that are not those of the rates of the sentence beside them."""
    for passage in evidence.passages:
        if not is_claim(passage) or "p" not in passage.plain or len(passage.sentences) < 2:
            continue
        for before, sentence in itertools.pairwise(passage.sentences):
            yield from _of_two(before, sentence)
            yield from _of_several(before, sentence)
            yield from _of_several(sentence, before)


def _points(sentence: Sentence) -> list[Number]:
    return [x for x in sentence.numbers if x.role == "points"]


def _of_two(before: Sentence, sentence: Sentence) -> Iterator[Clash]:
    """The one difference of a sentence, where it is said of the only two rates of the sentence before.

    A sentence that begins with the difference ("That is …", "The gap is …", "Net: …") or points back to it ("that gap
    of …", "… apart") is judged, where it names nothing that the sentence before does not, and nothing to measure
    against.
    """
    points = _points(sentence)
    if len(points) != 1 or points[0].bound not in ("", "~") or is_prior(sentence) or is_prior(before):
        return
    d = points[0]
    said = sentence.between(sentence.start, d.start)
    if not _points_back(sentence, d, said) or _OTHER.search(sentence.text):
        return
    names = {m.name for m in before.names}
    if any(m.name not in names for m in sentence.names) or any(x.role == "percent" for x in sentence.numbers):
        return
    pair = _two_rates(before)
    if pair is None or (not _moved(before, *pair) and _CHANGE.search(said)):
        return
    stated = _said_of(before, *pair, d)
    if not stated.fit():
        yield _clash(sentence, d, stated.against())


def _points_back(sentence: Sentence, d: Number, said: str) -> bool:
    """True if the words around a difference say that it is one of rates which they do not repeat."""
    if _THAT_IS.fullmatch(said):
        return _ENDS.match(sentence.passage.plain, d.end) is not None
    apart = _APART.match(sentence.passage.plain, d.end)
    if apart is not None and not said.strip(" *_"):
        return True
    if apart is not None and apart.group().strip() == "apart":
        return not sentence.names and "," not in said
    return _THAT_GAP.search(said) is not None


def _of_several(rated: Sentence, sentence: Sentence) -> Iterator[Clash]:
    """The one of several differences that no two rates of a sentence beside it have, where the others are theirs.

    "The gaps are 27 and 19 points" beside "Own shares are 45% and 38%, those of the others 18% and 19%".
    """
    points = _points(sentence)
    if len(points) < 2 or any(x.bound not in ("", "~") for x in points) or is_prior(sentence) or is_prior(rated):
        return
    if _OTHER.search(sentence.text) or any(x.role == "percent" for x in sentence.numbers):
        return
    rates = _plain_rates(rated)
    if rates is None or len(rates) != 2 * len(points):
        return
    wrong = [d for d in points if not any(_said_of(rated, a, b, d).fit() for a, b in itertools.combinations(rates, 2))]
    if len(wrong) == 1:
        said = ", ".join(f"{x.text}%" for x in rates)
        yield _clash(sentence, wrong[0], f"{wrong[0].text} points is no difference of {said}")


def _clash(sentence: Sentence, d: Number, message: str) -> Clash:
    place = sentence.passage.place(d.start, d.end)
    return Clash("difference", place, message, "subtract again, or say of what it is the difference")


def _plain_rates(sentence: Sentence) -> list[Number] | None:
    """The percentages of a sentence that says no difference itself; ``None`` if one of them is no plain rate."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    rates = [x for x in sentence.numbers if x.role == "percent" and id(x) not in ends]
    plain = all(is_rate(sentence, x) and not x.bound and not x.signed and x.value <= 100 for x in rates)
    return rates if plain and not _points(sentence) else None


def _two_rates(sentence: Sentence) -> tuple[Number, Number] | None:
    """The only two percentages of a sentence that says no difference itself."""
    rates = _plain_rates(sentence)
    return (rates[0], rates[1]) if rates is not None and len(rates) == 2 else None


def _said_of(sentence: Sentence, a: Number, b: Number, d: Number) -> Operands:
    """``d`` as the difference of two rates; without a move from one to the other, or without a sign, either way."""
    return Operands(d, ((a, b),), d.signed and _moved(sentence, a, b))


def _moved(sentence: Sentence, a: Number, b: Number) -> bool:
    """True for "from a to b"."""
    return any(s.left is a and s.right is b and s.kind == "move" for s in spans(sentence))
