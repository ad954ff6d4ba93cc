"""Claims that are larger than the numbers beside them: a peak called an increase, a share of another base.

Neither is a wrong number, so no rule speaks; a reviewer does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact

from .evidence.grammar import Number
from .evidence.idioms import Span, is_rate, spans
from .evidence.knowledge import Evidence
from .evidence.lexicon import direction_words
from .evidence.passages import Sentence
from .regex import regex

__all__ = ["overclaims"]

_PEAK = regex(r"\bpeak|\bmax(?:imum)?\b|\bhighest\b", re.IGNORECASE)
_LAST = regex(r"\b(?:final|last|end|ends|after training)\b", re.IGNORECASE)
_FIRST = regex(r"\b(?:base(?:line)?|start|first|initial|before)\b|\b(?:ep(?:och)?|step)\s*0\b", re.IGNORECASE)
_SAYS_PEAK = regex(
    r"\bpeak\w*|\bmaxim\w+|\btransient\w*|\bat its height|\bbefore (?:falling|declining|dropping)", re.IGNORECASE
)
_BASE = regex(
    r"\s*(?:of|through) (?:its|the|their) (?:eventual |total |overall |whole |final )?"
    r"(?:(?P<level>peak|maximum|final (?:level|rate|value)|top)|(?P<rise>rise|gain|increase|climb|growth|change))\b",
    re.IGNORECASE,
)
_LOST = 0.5
"""Share of the rise to the peak that the end has lost again, from which on a peak is no increase."""


def overclaims(evidence: Evidence, sentence: Sentence) -> Iterator[str]:
    """What the sentence claims beyond its numbers."""
    yield from _peaks(evidence, sentence)
    yield from _shares(evidence, sentence)


def _course(evidence: Evidence, name: str) -> dict[str, Fact]:
    """Start, peak and end of what ``name`` measures, from a file's vector or from columns that are called so."""
    found: dict[str, Fact] = {}
    for series, fact in evidence.about.get(name, ()):
        if not series.fraction:
            continue
        role = series.role
        if not role and series.origin == "page":
            if _PEAK.search(series.quantity):
                role = "max"
            elif _LAST.search(series.quantity):
                role = "last"
            elif _FIRST.search(series.quantity):
                role = "first"
        if role in ("first", "max", "last"):
            found.setdefault(role, fact)
    return found


def _name_of(sentence: Sentence, at: int) -> str:
    """The nearest name in front of the offset ``at``; "" where there is none, or where a number stands between."""
    before = [m for m in sentence.names if m.end <= at and not m.name.startswith("#")]
    if not before or any(before[-1].end <= n.start < at and n.role != "index" for n in sentence.numbers):
        return ""
    return before[-1].name


def _moves(sentence: Sentence) -> Iterator[Span]:
    for span in spans(sentence):
        if span.kind in ("move", "to") and (is_rate(sentence, span.right) or span.right.role == "percent"):
            yield span


def _peaks(evidence: Evidence, sentence: Sentence) -> Iterator[str]:
    """Moves from the start to the peak that are called an increase, where the end has lost most of it again."""
    rising = [w for w in direction_words(sentence.text) if w.sign > 0]
    if not rising or _SAYS_PEAK.search(sentence.text):
        return
    for span in _moves(sentence):
        name = _name_of(sentence, span.start)
        course = _course(evidence, name)
        if len(course) < 3:
            continue
        first, top, last = course["first"], course["max"], course["last"]
        rise = top.value - first.value
        if rise <= 0 or not _prints(span.right, top) or _prints(span.right, last):
            continue
        if (top.value - last.value) >= _LOST * rise:
            said = next(m.text.strip(" `*") for m in sentence.names if m.name == name)
            yield (
                f"'{_shown(span.right)}' is the peak of {said}, which ends at {_percent(last)}: "
                f"from {_percent(first)} that is a net change of {100 * (last.value - first.value):+.1f} pp"
            )


def _shares(evidence: Evidence, sentence: Sentence) -> Iterator[str]:
    """Shares of the peak that are shares of the rise, and the other way round."""
    for number in sentence.numbers:
        if number.role != "percent" or number.signed:
            continue
        base = _BASE.match(sentence.between(number.end, number.end + 60))
        if base is None:
            continue
        name = _name_of(sentence, number.at)
        course = _course(evidence, name)
        move = next((s for s in _moves(sentence) if number.end <= s.start <= number.end + 60), None)
        if move is None or "max" not in course:
            continue
        top = course["max"]
        (a_low, a_high), (b_low, b_high) = _scaled(move.left, move.right), _scaled(move.right, move.right)
        level = _range(b_low, b_high, top.low, top.high)
        rise = _range(b_low - a_high, b_high - a_low, top.low - a_high, top.high - a_low)
        said, other = (level, rise) if base["level"] else (rise, level)
        if not _allows(number, said) and _allows(number, other):
            names = ("the rise", "the peak") if base["level"] else ("the peak", "the rise")
            middle = 50 * (said[0] + said[1])
            yield f"'{_shown(number)}' is a share of {names[0]}, not of {names[1]} (which gives {middle:.0f}%)"


def _scaled(number: Number, like: Number) -> tuple[float, float]:
    """The interval of a rate, "25" of "25→57.5%" in percent as its neighbour is."""
    scale = 0.01 if like.role == "percent" else 1.0
    return number.low * scale, number.high * scale


def _range(low: float, high: float, least: float, most: float) -> tuple[float, float]:
    if least <= 0:
        return 0.0, -1.0
    return low / most, high / least


def _allows(number: Number, share: tuple[float, float]) -> bool:
    low, high = number.scaled()
    return share[0] <= high + 1e-9 and low - 1e-9 <= share[1]


def _prints(number: Number, fact: Fact) -> bool:
    return fact.allows(*_scaled(number, number))


def _percent(fact: Fact) -> str:
    return f"{100 * fact.value:.3g}%"


def _shown(number: Number) -> str:
    return f"{number.text}{number.unit}".strip()
