"""A coefficient without a p, against the one record of the files whose keys its words name."""

from __future__ import annotations

import re

from ..regex import regex
from .grammar import Number
from .idioms import spans
from .knowledge import Clash, Evidence
from .names import words_of
from .passages import Sentence
from .quantities import NUMERALS, READ
from .slips import slip_of

__all__ = ["is_bare_coefficient", "worded_clash"]


def worded_clash(evidence: Evidence, sentence: Sentence, number: Number) -> Clash | None:
    """A coefficient without p against the one record of the files whose keys its words name."""
    if _OF_OTHERS.search(sentence.text):
        return None  # of a rest, or a mean of several
    if any(number in (x.left, x.right) for x in spans(sentence)):
        return None  # an end of a range
    opened = max((x.end for x in sentence.numbers if x.end <= number.at), default=sentence.start)
    closes = min((x.at for x in sentence.numbers if x.start > number.start), default=sentence.end)
    said = words_of(sentence.between(opened, min(closes, number.end + 40)))
    best: list[tuple[int, int, float]] = []
    read = READ | NUMERALS
    for words, extra, value in _records_by_words(evidence):
        shared = len(said & words)
        if shared:
            best.append((shared, -extra, value))
            read |= words
    layered = any(m.name.startswith("#") for m in sentence.passage.names)
    tight = said <= read and len(sentence.numbers) == 1 and not layered
    if not best:
        return None
    most = max(n for n, _, _ in best)
    values = {round(v, 9) for n, _, v in best if n == most}
    plain = max(extra for n, extra, _ in best if n == most)
    barest = {round(v, 9) for n, extra, v in best if n == most and extra == plain}
    if tight and len(barest) == 1:  # of the records that the words fit, the one that says no more
        best = [x for x in best if round(x[2], 9) in barest]
        values = barest
    if not tight and len(values) > 1 and evidence.is_known(number, evidence.known_coefficients):
        return None
    hits = {v for v in values if tight or slip_of(number, v)}
    if hits and _is_held(evidence, number, said):
        return None
    if (len(hits) == 1 or (tight and hits)) and not any(number.allows(v) for *_, v in best):
        value = min(hits, key=lambda v: abs(v - number.value))
        return Clash(
            "value",
            sentence.passage.place(number.start, number.end),
            f"{number.text} is not the coefficient that its words name, which is {value:.4g}",
            "correct the number, or say where it comes from",
        )
    return None


_OF_OTHERS = regex(
    r"\b(?:without|leaving|leaves?|dropp?\w*|remov\w*|exclud\w*|omit\w*|except|averag\w*|means?|medians?)\b",
    re.IGNORECASE,
)


def _is_held(evidence: Evidence, number: Number, said: frozenset[str]) -> bool:
    """True if a file has the number under a key that is said, and not as the coefficient of a record."""
    read = {t.coefficient.pointer for t in evidence.triples}
    return any(
        x.pointer not in read and -1 <= x.value <= 1 and number.allows(x.value) and (said - _WEAK) & words_of(x.pointer)
        for dataset in evidence.datasets
        for x in dataset.leaves
        if not x.whole
    )


def is_bare_coefficient(sentence: Sentence, number: Number) -> bool:
    """True for a decimal without a name or a label in a passage about coefficients: "Pooled .45"."""
    return (
        number.role == "value"
        and not number.label
        and number.decimals >= 2
        and abs(number.value) < 1
        and len(sentence.numbers) == 1
        and not any(n.role == "percent" for n in sentence.passage.numbers)
        and any(n.role == "coefficient" for n in sentence.passage.numbers)
    )


def _records_by_words(evidence: Evidence) -> list[tuple[frozenset[str], int, float]]:
    """The coefficients of the files with the words that few of them have, and how many words they have in all."""
    if "by words" not in evidence.cache:
        known: dict[str, tuple[frozenset[str], int, float]] = {}
        for triple in evidence.triples:
            held, extra, _ = known.get(triple.coefficient.pointer, (frozenset(), 0, 0.0))
            extra = max(extra, len(triple.words) + len(triple.names))
            known[triple.coefficient.pointer] = (triple.words - _WEAK | held, extra, triple.coefficient.value)
        common: dict[str, int] = {}
        for words, _, _ in known.values():
            for word in words:
                common[word] = common.get(word, 0) + 1
        rare = {w for w, n in common.items() if n <= max(2, len(known) // 2)}
        evidence.cache["by words"] = [(w & rare, e, v) for w, e, v in known.values()]
    found: list[tuple[frozenset[str], int, float]] = evidence.cache["by words"]
    return found


_WEAK = frozenset(
    words_of("the a of in at r p n value result results data summary all per and v vs layer fit fits stat")
)
