"""Differences said of the two rates right before them: "… from 45% to 18%. That is 27 points"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_claim, is_prior
from .grammar import Number
from .idioms import intervals, is_rate, spans
from .knowledge import Clash, Evidence
from .passages import Sentence

__all__ = ["anaphoric_clashes"]

_NOUN = (
    r"(?:difference|gap|distance|drop|fall|decline|rise|gain|increase|decrease|reduction|spread|range|change|margin|shift|"
    r"jump|step|loss)"
)
_THAT_IS = regex(
    rf"\W*(?:(?:that|this)(?:['’]s|\s+(?:is|was|makes|means|amounts\s+to|comes\s+to|gives|leaves))\s+"
    rf"(?:an?\s+|the\s+)?(?:[a-z]+\s+)?(?:{_NOUN}\s+of\s+)?|"
    rf"(?:so\s+)?(?:an?|the|its|their|that|this)\s+(?:[a-z]+\s+)?{_NOUN}\s+(?:is|was|comes\s+to|amounts\s+to|of)\s+|"
    rf"(?:points|net(?:\s+change)?|{_NOUN})\s*:\s*|(?:so|hence|thus|i\.e\.|net)\s*[,:]?\s+)(?:exactly\s+|just\s+|only\s+)?$",
    re.IGNORECASE,
)
_THAT_GAP = regex(rf"\b(?:that|this)\s+{_NOUN}\s+of\s+$", re.IGNORECASE)
_CHANGE = regex(
    r"\b(?:net|overall|total|drop|fall|decline|rise|gain|increase|decrease|reduction|change|shift|jump|step|loss)\b",
    re.IGNORECASE,
)
"""Of a start and an end, which two rates that stand side by side need not be: a peak and the last value are not."""
_ENDS = regex(
    r"\s*(?:[.;!)*]|$|,\s*(?:or|i\.e\.|that\s+is|about)\b|(?:between\s+(?:them|the\s+two)|apart|in\s+all|altogether)\b)",
    re.IGNORECASE,
)
_OTHER = regex(
    r"\b(?:relative|times|half|mean|median|average\w*|per|each|significan\w+|sd|s\.d\.|standard|slope|error|interval\w*|"
    r"combined|expected|predicted|chance|respectively|others?)\b",
    re.IGNORECASE,
)


def anaphoric_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences that are not that of the only two rates of the sentence before.

    Only a sentence that begins with the difference ("That is …", "The gap is …", "Net: …") or points back to it ("that
    gap of …") is judged, where it names nothing which the sentence before does not, and nothing to measure against.
    """
    for passage in evidence.passages:
        if not is_claim(passage) or "p" not in passage.plain or len(passage.sentences) < 2:
            continue
        for before, sentence in zip(passage.sentences, passage.sentences[1:], strict=False):
            points = [x for x in sentence.numbers if x.role == "points"]
            if len(points) != 1 or points[0].bound not in ("", "~") or is_prior(sentence) or is_prior(before):
                continue
            d = points[0]
            said = sentence.between(sentence.start, d.start)
            opens = _THAT_IS.fullmatch(said) is not None and _ENDS.match(passage.plain, d.end) is not None
            if not (opens or _THAT_GAP.search(said)) or _OTHER.search(sentence.text):
                continue
            names = {m.name for m in before.names}
            if any(m.name not in names for m in sentence.names) or any(x.role == "percent" for x in sentence.numbers):
                continue
            pair = _two_rates(before)
            if pair is not None and not _moved(before, *pair) and _CHANGE.search(said):
                continue
            if pair is not None and not _fits(before, *pair, d):
                a, b = pair
                yield Clash(
                    "difference",
                    passage.place(d.start, d.end),
                    f"{a.text}% and {b.text}% differ by {abs(a.value - b.value):.4g} points, not {d.text}",
                    "subtract again, or say of what it is the difference",
                )


def _two_rates(sentence: Sentence) -> tuple[Number, Number] | None:
    """The only two percentages of a sentence that says no difference itself."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    rates = [x for x in sentence.numbers if x.role == "percent" and id(x) not in ends]
    if len(rates) != 2 or any(x.role == "points" for x in sentence.numbers):
        return None
    plain = all(is_rate(sentence, x) and not x.bound and not x.signed and x.value <= 100 for x in rates)
    return (rates[0], rates[1]) if plain else None


def _fits(sentence: Sentence, a: Number, b: Number, d: Number) -> bool:
    """True if ``b - a`` may print as ``d``; without a move from one to the other, or without a sign, either way."""
    room = 1e-9
    low, high = d.printed
    ways = [(b.low - a.high, b.high - a.low)]
    if not (d.signed and _moved(sentence, a, b)):
        ways += [(-y, -x) for x, y in ways]
    return any(x - room <= high and low <= y + room for x, y in ways)


def _moved(sentence: Sentence, a: Number, b: Number) -> bool:
    """True for "from a to b"."""
    return any(s.left is a and s.right is b and s.kind == "move" for s in spans(sentence))
