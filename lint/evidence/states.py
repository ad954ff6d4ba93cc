"""Of the rates of one thing, the one for which the words beside a number ask: before or after, one measure of two."""

from __future__ import annotations

import re

from leakstats.facts import Fact, Series

from ..regex import regex
from .beside import adjacent
from .coordination import pair_of
from .grammar import Number
from .idioms import SHARE_OF, is_rate, spans
from .knowledge import Evidence
from .names import Mention, words_of
from .passages import Sentence
from .quantities import READ
from .roles import are_one_value, opens_pair

__all__ = ["AFTER", "BEFORE", "WORKED", "of_point", "of_state"]

BEFORE = frozenset(words_of("before pre prior baseline base beforehand initial initially original originally"))
AFTER = frozenset(words_of("after post afterwards afterward following final finally now"))
_EARLY, _LATE = "<before>", "<after>"
_OPEN = regex(r"[,;:()\[\]]|\b(?:and|then|to|but|against|versus|vs|while|whereas|from|than|or)\b")
"""Words on the other side of it belong to another number: "32% before and 49% after"."""
_ENDS = regex(r"[,;:.()\[\]\d]|\b(?:and|then|to|but|against|versus|vs|while|whereas|from|than|or|which|who|when)\b")
WORKED = regex(
    r"\b(?:after|before|following|prior to)\s+(?:\w+ly )?(?:the )?(?:control|adjust|correct|dropp|remov|exclud|account|"
    r"round|filter|partial|averag|pool|weight|normali|subtract|leav|taking|holding|condition|"
    r"\d+ [a-z]|one|two|three|four|five|six|that|this|all|it|which)",
    re.IGNORECASE,
)
"""After something else than what tells two columns apart: "after controlling for length"."""


def of_point(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> list[tuple[Series, Fact]]:
    """What is known of ``name`` at the one layer or checkpoint with which a sentence opens: "At epoch 4 …"."""
    points = [m for m in sentence.names if m.name.startswith("#")]
    if len(points) != 1 or number.signed or _AT.fullmatch(sentence.between(sentence.start, points[0].start)) is None:
        return []
    if _TURNS.search(sentence.text) or SHARE_OF.search(sentence.text):
        return []  # "94% of its gain and the nurse 62%"
    i = next((j for j, n in enumerate(sentence.numbers) if n is number), -1)
    beside = adjacent(sentence).get(i)
    if beside is None or beside.name != name or not _CLOSES.match(sentence.between(number.end, sentence.end)):
        return []
    found = [
        (s, f)
        for s, f in evidence.about.get(name, ())
        if s.fraction and not s.role and evidence.kind(s) == "rate" and points[0].name in f.entities
    ]
    return found if found and are_one_value(found) else []


_AT = regex(r"[\s*_]*(?:(?:[Aa]t|[Ii]n|[Bb]y|[Aa]fter|[Ww]ith|[Oo]n)\s+(?:the\s+)?)?[`*_]*")
_TURNS = regex(
    r"\b(?:from|before|after|then|later|earlier|until|since|start\w*|beg[ia]n\w*|first|end\w*|final\w*|peak\w*|max\w*|"
    r"already|previous\w*|highest|up|down)\b(?!\s+(?:the\s+)?(?:round|epoch|step|checkpoint|layer|update|tick))",
    re.IGNORECASE,
)
_CLOSES = regex(r"\s*(?:[,;.)(]|$|and\b|but\b|while\b|against\b|of\b|to\b)", re.IGNORECASE)


def of_state(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> list[tuple[Series, Fact]]:
    """What is known of ``name`` in the one state or by the one measure that the words single out; empty for none."""
    known = _known(evidence, name)
    if len(known) < 2 or not _is_its(evidence, sentence, number, name):
        return []
    if WORKED.search(sentence.text) or SHARE_OF.search(sentence.text):
        return []
    names = [m for m in sentence.names if m.name in evidence.page_names]
    words = _beside(sentence, number, names, known) or _of_whole(sentence, number, names, known)
    words -= frozenset().union(*(words_of(m.text) for m in names))  # "in_voice" is not the house voice
    words -= frozenset().union(*(words_of(s.header[0]) for s in evidence.sheets))  # "own tutor" is not every tutor
    hits = [(s, f) for w, s, f in known if w & words]
    return hits if hits and len(hits) < len(known) and are_one_value(hits) else []


Known = list[tuple[frozenset[str], Series, Fact]]


def _known(evidence: Evidence, name: str) -> Known:
    """The rates of a thing, each with the words that tell its column or field from the others."""
    cache: dict[str, Known] = evidence.cache.setdefault("states", {})
    if name not in cache:
        found = [
            (_classed(_chosen_by(evidence, s)), s, f)
            for s, f in evidence.about.get(name, ())
            if s.fraction and not s.role and evidence.kind(s) == "rate" and not _is_point(f)
        ]
        shared = frozenset.intersection(*(w for w, _, _ in found)) if found else frozenset()
        cache[name] = [(w - shared - _CHOOSE_NOTHING, s, f) for w, s, f in found]
    return cache[name]


def _chosen_by(evidence: Evidence, series: Series) -> frozenset[str]:
    """The words of a field; those of "Week 18" choose nothing without their number, nor does "yard" of "home-yard"."""
    head = f"{series.quantity} {evidence.header_of(series)}"
    return (series.words | words_of(head)) - words_of(" ".join((*_NUMBERED.findall(head), *_COMPOUND.findall(head))))


_COMPOUND = regex(r"[A-Za-z]-([A-Za-z]{3,})")
_NUMBERED = regex(r"([A-Za-z]{3,})[\s_-]?\d+\b(?![.%])")


def _is_point(fact: Fact) -> bool:
    """True for a value at a layer or a checkpoint, of which there is one for each."""
    return any(e.startswith("#") for e in fact.entities)


_CHOOSE_NOTHING = READ - BEFORE - AFTER


def _classed(words: frozenset[str]) -> frozenset[str]:
    """``words`` with a common one for all that say before, and for all that say after."""
    early, late = words & BEFORE, words & AFTER
    return words | ({_EARLY} if early and not late else set()) | ({_LATE} if late and not early else set())


def _is_its(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> bool:
    """True if the number is certainly one of ``name``: it stands beside it, or nothing else is named."""
    i = next((j for j, n in enumerate(sentence.numbers) if n is number), -1)
    beside = adjacent(sentence).get(i)
    if beside is not None and beside.name == name:
        return True
    return {m.name for m in sentence.names if m.name in evidence.page_names} == {name}


def _said(text: str, known: Known) -> frozenset[str]:
    """The words of ``text`` that single out some of what is known."""
    return _classed(words_of(text)) & frozenset().union(*(w for w, _, _ in known))


def _beside(sentence: Sentence, number: Number, names: list[Mention], known: Known) -> frozenset[str]:
    """The words of the phrase in which a number, or the list of which it is a member, stands."""
    pair = pair_of(sentence, number)
    first, last = (pair.values[0], pair.values[-1]) if pair is not None else (number, number)
    earlier = [n.end for n in sentence.numbers if n.end <= first.at] + [
        m.end for m in sentence.names if m.end <= first.at
    ]
    opened = max([sentence.start, first.at - 48, *earlier])
    lead = sentence.between(opened, first.at)
    lead = _PASSED.sub(" ", lead)
    before = frozenset() if opens_pair(sentence, first, lead) else _said(_OPEN.split(lead.rstrip(" (:="))[-1], known)
    after = sentence.between(last.end, min(sentence.end, last.end + 48))
    if _BETWEEN.match(after) and any(last in (x.left, x.right) for x in spans(sentence)):
        return frozenset()  # "from 12% to 40% between baseline and the last visit"
    end = _ENDS.search(after)
    tail = after[: end.start()] if end is not None else after
    behind = _said(tail, known)
    if _ALONE.fullmatch(lead) and opened > sentence.start:
        before = frozenset()  # "6% after 9%"
    if _ALONE.fullmatch(tail) and end is not None and end[0].isdigit():
        behind = frozenset()
    return behind if behind and not before else before if before and not behind else before & behind


def _of_whole(sentence: Sentence, number: Number, names: list[Mention], known: Known) -> frozenset[str]:
    """Before or after, where a sentence opens with it, "After training, …", or says it once of its only rate."""
    rates = [n for n in sentence.numbers if is_rate(sentence, n)]
    said = _said(sentence.text, known) & {_EARLY, _LATE}
    if len(said) != 1:
        return frozenset()
    things = {m.name for m in names}
    lead = _LEAD.match(sentence.text)
    opens = lead is not None and _said(lead[0], known) >= said and len(rates) <= len(things)
    return said if opens or rates == [number] else frozenset()


_PASSED = regex(r"\b(?:beneath|below|above|under|past|beyond|off|short of)\s+(?:its|the|their)\s+(?:own\s+)?\w+")
"""What a value is above or below, and is not: "ends beneath its own baseline, 9% against 28%"."""
_BETWEEN = regex(r"\s*%?,?\s*(?:between|from)\s", re.IGNORECASE)
_LEAD = regex(r"\W*(?:\w+\s+){1,4}?\w+,|\W*\w+,|\W*(?:After|Before)\s+\w+\b")
_ALONE = regex(r"\s*%?\s*(?:after|before|following)\s*", re.IGNORECASE)
