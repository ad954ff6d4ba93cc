"""The things that a count is restricted to by words behind its noun: "none of the tasks with a gap above 10 points"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .criteria import readings
from .fields import Asked, fitting
from .knowledge import Evidence
from .levels import is_one, named_columns
from .passages import Sentence
from .subsets import Part
from .tallies import Tally, surely, tally_of

__all__ = ["condition_behind"]

_WITH = regex(r"\s+(?:with|having)\s+(?=[^\W\d_]|\d|[<>≤≥−-])")
_VERB = regex(
    r"\s+(?:also |ever |still |even |all |both )?"
    r"(?:is|are|was|were|has|have|had|do|does|did|can|reach\w*|exceeds?|exceeded|"
    r"stay\w*|stands?|stood|remain\w*|"
    r"ends?|ended|starts?|started|beg[aiu]n\w*|pass(?:es|ed)?|cross\w*|tops?|topped|clears?|"
    r"cleared|gains?|gained|los[et]\w*|drops?|dropped|falls?|fell|rises?|"
    r"rose|grows?|grew|shows?|showed|sheds?|wins?|won|"
    r"comes?|came|go|goes|went|gets?|got|keeps?|kept|scores?|scored|uses?|used|improv\w+|climb\w*|lies?|lay|sits?|sat|"
    r"finish\w*|peak(?:s|ed)?|needs?|needed|takes?|took|spills?|leaks?|ever|never)\b",
    re.IGNORECASE,
)
""" Where what is said of them begins."""
_TOLD = regex(r"\d|\b(?:negative|positive|significant)\b", re.IGNORECASE)
_LONGEST = 70


def condition_behind(evidence: Evidence, sentence: Sentence, at: int, noun: str, total: int) -> tuple[Part, int] | None:
    """The things of ``total`` that the words behind a noun single out, and how many characters do.

    ``None`` without such words, and where no reading or several of them are left.
    """
    opened = _WITH.match(sentence.text, at)
    if opened is None:
        return None
    for end in _ends(sentence.text, opened.end()):
        text = sentence.text[opened.end() : end]
        inside = (sentence.start + opened.end(), sentence.start + end)
        numbers = tuple(n for n in sentence.numbers if inside[0] <= n.start < inside[1])
        names = frozenset(m.name for m in sentence.names if inside[0] <= m.start < inside[1])
        things = _meant(evidence, Asked(sentence, text, numbers, total, noun, names))
        return None if things is None else (Part(text, *things), end - at)
    return None


def _ends(text: str, start: int) -> Iterator[int]:
    """Where the condition may end: before a verb, with something told in it."""
    for verb in _VERB.finditer(text, start):
        said = text[start : verb.start()]
        if len(said) > _LONGEST or regex(r"[,;.()](?!\d)").search(said):
            return
        if _TOLD.search(said):
            yield verb.start()


def _meant(evidence: Evidence, asked: Asked) -> tuple[frozenset[str], int] | None:
    """The names of the things that keep to a condition, and how many they are."""
    found = [x for x in (_equal(evidence, asked) or readings(evidence, asked) or ()) if x.passed or x.open]
    kept = {_names(x) for x in found}
    sizes = {len(x.passed) for x in found}
    if len(sizes) != 1 or len(kept) != 1 or any(x.open for x in found):
        return None
    return kept.pop(), sizes.pop()


def _names(tally: Tally) -> frozenset[str]:
    return frozenset(name for name, known in tally.names.items() if known in tally.passed)


def _equal(evidence: Evidence, asked: Asked) -> list[Tally]:
    """ "With 800 items": the things that have so many."""
    if len(asked.numbers) != 1 or asked.numbers[0].bound or asked.numbers[0].role not in ("count", "none", "n"):
        return []
    number = asked.numbers[0]
    fields = named_columns(evidence, asked, fitting(evidence, asked, asked.total), number)
    if not fields or not is_one(fields):
        return []
    return [tally_of(s.facts, lambda f: surely(f.allows(number.low, number.high))) for s in fields[:1]]
