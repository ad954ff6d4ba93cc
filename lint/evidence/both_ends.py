"""A sentence that gives the highest and the lowest of one quantity to one thing."""

from __future__ import annotations

import itertools

from ..regex import regex
from .holders import holder_of
from .knowledge import Clash
from .names import fold_name
from .passages import Sentence
from .superlatives import Superlative

__all__ = ["both_ends"]


def both_ends(sentence: Sentence, found: list[Superlative]) -> Clash | None:
    """The only name of a sentence, given the highest and the lowest of one quantity."""
    for a, b in itertools.pairwise(found):
        if a.sign == b.sign:
            continue
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
        nouns = [regex(r"^\s*([a-z]+)").findall(sentence.text[w.end :]) for w in (a, b)]
        words = tuple(sentence.text[w.start : w.end].lower() for w in (a, b))
        opposite = words in _OPPOSITES or words[::-1] in _OPPOSITES
        if opposite and (nouns[0] == nouns[1] or not nouns[1] or nouns[1][0] in ("in", "with", "at", "by", "for")):
            start = sentence.start + b.start
            return Clash(
                "superlative",
                sentence.passage.place(min(start, second.start), max(sentence.start + b.end, second.end)),
                f"{second.text.strip()} is given both ends",
                "name the unit that holds it",
            )
    return None


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
    ]
)
