"""A sentence that gives the highest and the lowest of one quantity to one thing, or the lowest the larger value."""

from __future__ import annotations

import itertools

from ..regex import regex
from .grammar import Number
from .holders import holder_of
from .knowledge import Clash
from .names import fold_name
from .passages import Sentence
from .superlatives import Superlative

__all__ = ["both_ends"]


def both_ends(sentence: Sentence, found: list[Superlative]) -> Clash | None:
    """The only name of a sentence, given the highest and the lowest of one quantity; or values in the other order."""
    for a, b in itertools.pairwise(found):
        if a.sign == b.sign:
            continue
        crossed = _crossed(sentence, a, b)
        if crossed is not None:
            return crossed
        first, second = holder_of(sentence, a, found), holder_of(sentence, b, found)
        if first is None or second is None or first.name != second.name or first.start == second.start:
            continue
        named = [m for m in sentence.names if m.end <= max(first.end, second.end)]
        if any(m.name != first.name or fold_name(m.text) != fold_name(first.text) for m in named):
            continue  # "heavy blend" may be written for another name that begins like it
        gaps = [
            sentence.between(sentence.start + w.end, m.start) if m.start >= sentence.start + w.end
            else sentence.between(m.end, sentence.start + w.start)
            for w, m in ((a, first), (b, second))
        ]  # fmt: skip
        if any(regex(r"[;\d]").search(gap) for gap in gaps):
            continue
        if _are_opposite(sentence, a, b) and _of_one_quantity(sentence, a, b):
            start = sentence.start + b.start
            return Clash(
                "superlative",
                sentence.passage.place(min(start, second.start), max(sentence.start + b.end, second.end)),
                f"{second.text.strip()} is given both ends",
                "name the unit that holds it",
            )
    return None


def _said(sentence: Sentence, a: Superlative, b: Superlative) -> tuple[str, str]:
    first, second = (sentence.text[w.start : w.end].lower() for w in (a, b))
    return first, second


def _are_opposite(sentence: Sentence, a: Superlative, b: Superlative) -> bool:
    said = _said(sentence, a, b)
    return said in _OPPOSITES or said[::-1] in _OPPOSITES


def _of_one_quantity(sentence: Sentence, a: Superlative, b: Superlative) -> bool:
    """True if both words stand before one noun, or the second stands before none."""
    nouns = [regex(r"^\s*([a-z]+)").findall(sentence.text[w.end :]) for w in (a, b)]
    return nouns[0] == nouns[1] or not nouns[1] or nouns[1][0] in ("in", "with", "at", "by", "for")


def _crossed(sentence: Sentence, a: Superlative, b: Superlative) -> Clash | None:
    """ "Largest for Ghent, 0.28, and smallest for Lyon, 0.44": the values of the two ends stand in the other order."""
    said = _said(sentence, a, b)
    if not (said in _IN_ORDER or said[::-1] in _IN_ORDER) or not _of_one_quantity(sentence, a, b):
        return None
    first = _value_of(sentence, a, sentence.start + b.start)
    second = _value_of(sentence, b, sentence.end)
    if first is None or second is None or first is second or (first.role, first.label) != (second.role, second.label):
        return None
    high, low = (first, second) if a.sign > 0 else (second, first)
    # of what falls, or of two negative relations, the largest may be the one that is largest in size
    sized = max(high.value, low.value) <= 0 or (min(high.value, low.value) < 0 and "highest" not in said)
    alike = high.text == low.text and high.digits > 1  # of one digit all may be
    if sized or (high.high >= low.low and not alike):
        return None
    return Clash(
        "superlative",
        sentence.passage.place(second.start, second.end),
        f"'{said[0]}' with {first.text} and '{said[1]}' with {second.text}",
        "name the unit that holds it, or correct the number",
    )


def _value_of(sentence: Sentence, word: Superlative, end: int) -> Number | None:
    """The only number of a superlative: behind it up to ``end``, or right in front, "0.75, the highest of all, …"."""
    at = sentence.start + word.start
    stop = regex(r"[;:]|\.\s|\bthan\b").search(sentence.passage.plain, at, end)
    end = stop.start() if stop is not None else end
    near = [n for n in sentence.numbers if n.role in ("percent", "value", "coefficient") and not n.bound]
    in_front = [n for n in near if n.end <= at and _IN_FRONT.fullmatch(sentence.between(n.end, at))]
    if in_front:
        return in_front[-1]
    behind = [n for n in near if at < n.start < end]
    if len(behind) != 1 or _BEHIND.fullmatch(sentence.between(sentence.start + word.end, behind[0].at)) is None:
        return None
    return behind[0]


_IN_FRONT = regex(r"\s*%?,\s+(?:is |being |which is )?(?:the )?")
_BEHIND = regex(r"(?:\s+[\w'’`-]+){0,6},?\s*\(?\s*")
"""Up to the value, "smallest for Lyon (0.44)"; that of "which peaks highest, had a cosine of 0.3" is another one."""
_IN_ORDER = frozenset(
    [("highest", "lowest"), ("largest", "smallest"), ("biggest", "smallest"), ("greatest", "smallest")]
)
"""Words that order values, and not how good or how strong they are."""
_OPPOSITES = frozenset(
    [
        ("highest", "lowest"),
        ("most", "least"),
        ("most", "fewest"),
        ("largest", "smallest"),
        ("biggest", "smallest"),
        ("greatest", "smallest"),
        ("greatest", "least"),
        ("best", "worst"),
        ("strongest", "weakest"),
        ("top", "bottom"),
        ("loudest", "quietest"),
        ("steepest", "flattest"),
        ("tightest", "loosest"),
        ("maximum", "minimum"),
        ("widest", "narrowest"),
        ("longest", "shortest"),
        ("clearest", "faintest"),
        ("strongest", "faintest"),
        ("closest", "farthest"),
        ("nearest", "farthest"),
        ("sharpest", "bluntest"),
        ("deepest", "shallowest"),
        ("steepest", "shallowest"),
        ("fastest", "slowest"),
        ("warmest", "coldest"),
    ]
)
