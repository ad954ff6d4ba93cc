"""Differences without the words around them: one that nothing explains, and one that is printed as a percentage.

No word of the sentence is read but the names: a difference of two rates is asked for among all that two values of these
things can have, of one field or of one thing. On pages of writers whom nobody had seen no true difference was left over
where a thing is named, and three of four false ones were.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from leakstats.facts import Series
from leakstats.records import struct

from ..regex import regex
from .claims import claimed, closed, derived_rates, is_moot, is_prior, own_passages
from .directed import rates_in
from .grammar import Number
from .idioms import is_share_of_course, spans
from .knowledge import Clash, Evidence
from .passages import Passage, Sentence
from .unheld import is_at_unheld_point

__all__ = ["percentage_of_points_clashes", "unexplained_difference_clashes"]

_FIVES = 5
"""Whole multiples of it are bars, "at least 10 points"."""
_NEAR = 40
"""Characters up to the p of an effect."""
_OTHER = regex(
    r"\b(?:sds?|s\.d\.|standard deviations?|standard errors?|half-?widths?|widths?|intervals?|CIs?|margins?|seeds?|"
    r"slopes?|means?|medians?|average\w*|pooled|together|(?:data|grid|scatter|score|time)[ -]?points?|"
    r"(?:last|first|next|previous|final) (?:two|three|four))\b|±|\bper\b",
    re.IGNORECASE,
)
"""What may be told in points, and is no difference of two rates that somebody holds."""


def unexplained_difference_clashes(evidence: Evidence) -> Iterator[Clash]:
    """The only difference of a page that no two known values of the things in its passage have."""
    told = [(p, s, n) for p in own_passages(evidence) for s in p.sentences for n in s.numbers if _is_asked(s, n)]
    if not told or not closed(evidence, percent=True):
        return  # where the rates are of what no table holds, so are their differences
    known = _Known(evidence)
    left: list[tuple[Passage, Number]] = []
    for passage, sentence, number in told:
        if is_at_unheld_point(evidence, sentence):
            continue
        names = {m.name for m in passage.names if m.name in known.of_name}
        if names and not _is_explained(known, passage, number, names):
            left.append((passage, number))
    if len({number.text for _, number in left}) != 1:
        return  # none; or a page that was not understood
    passage, number = left[0]
    yield Clash(
        "difference",
        passage.place(number.start, number.end),
        f"{number.text} points is no difference of any two values that are known of what is named here",
        "subtract again, or say of what it is the difference",
    )


def _is_asked(sentence: Sentence, number: Number) -> bool:
    """True for a difference in points that is no bar, of this experiment."""
    whole = number.decimals <= 0
    if number.role != "points" or number.bound or (whole and (number.digits < 2 or number.value % _FIVES == 0)):
        return False
    if is_prior(sentence) or is_moot(sentence) or _OTHER.search(sentence.text):
        return False
    if any(n.role == "p" and number.end < n.start < number.end + _NEAR for n in sentence.numbers):
        return False  # an effect with its test
    return sentence.previous is None or _OTHER.search(sentence.previous.text) is None


@struct(slots=False)
class _Value:
    """A rate in percent, of one field."""

    field: int
    value: float


class _Known:
    """The rates of every thing, in percent, by name and by field."""

    def __init__(self, evidence: Evidence) -> None:
        self.of_name: dict[str, list[_Value]] = {}
        self.of_field: dict[int, dict[str, float]] = defaultdict(dict)
        for name, found in evidence.about.items():
            if name.startswith("#"):
                continue
            values = []
            for series, fact in found:
                scale = _scale(evidence, series)
                if scale:
                    values.append(_Value(id(series), fact.value * scale))
                    self.of_field[id(series)][name] = fact.value * scale
            if values:
                self.of_name[name] = values


def _scale(evidence: Evidence, series: Series) -> float:
    """What makes a value of a series a percentage; 0 for one that is no rate."""
    if series.role == "interval" or evidence.kind(series) not in ("rate", ""):
        return 100.0 if series.fraction and series.role != "interval" else 0.0
    if series.fraction or series.largest <= 1:
        return 100.0
    return 1.0 if series.largest <= 100 and not series.whole else 0.0


def _is_explained(known: _Known, passage: Passage, number: Number, names: Iterable[str]) -> bool:
    """True if two values of one thing, or of two in one field, differ by so much, or two that the passage prints."""
    size, room = abs(number.value), number.high - number.low + 1e-6  # rates that were rounded first are off by a step
    printed = _printed(passage)
    others = [abs(n.value) for n in passage.numbers if n.role == "points" and n is not number]
    if _differ_by(printed, size, room) or _differ_by([0.0, *others], size, room) or _sum_to(others, size, room):
        return True
    several = len(set(names)) > 1
    for name in names:
        own = known.of_name[name]
        if _differ_by([0.0, *(x.value for x in own)], size, room):
            return True
        if any(abs(abs(x.value - y) - size) <= room for x in own for y in printed):
            return True
        for x in own:
            field: Mapping[str, float] = known.of_field[x.field]
            rivals = (field[n] for n in (names if several else field) if n in field)
            if any(abs(abs(x.value - y) - size) <= room for y in rivals):
                return True
    return any(_are_ends(field.values(), size, room) for field in known.of_field.values())


def _printed(passage: Passage) -> list[float]:
    """The rates of a passage in percent; of one that prints percentages the decimals too."""
    rates = [rate.value for sentence in passage.sentences for rate in rates_in(sentence)]
    decimals = (n.value for n in passage.numbers if n.role == "value" and n.decimals > 1)
    return [*rates, *(100 * value for value in decimals if 0 <= value <= 1)]


def percentage_of_points_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Percentages that nobody has, and by which two rates of the same passage differ: they are points."""
    for sentence, _, number in claimed(evidence):
        if number.role != "percent" or number.bound:
            continue
        rates = [n for n in sentence.passage.numbers if n.role == "percent" and not n.bound and not n.signed]
        if _is_points(evidence, sentence, number, [n for n in rates if n is not number]):
            yield Clash(
                "percent-points",
                sentence.passage.place(number.start, number.end),
                f"{number.text}{number.unit} is a difference of percentages: percentage points, not percent",
                "write pp",
            )


def _is_points(evidence: Evidence, sentence: Sentence, number: Number, others: list[Number]) -> bool:
    """True for a percentage that is no rate, and that two known rates of ``others`` are apart."""
    if number.digits < _FEWEST_DIGITS or evidence.is_known(number, evidence.known_rates, 0.01):
        return False
    if not closed(evidence, percent=True) or any(number is s.left or number is s.right for s in spans(sentence)):
        return False
    others = [x for x in others if evidence.is_known(x, evidence.known_rates, 0.01)]
    if is_prior(sentence) or is_moot(sentence):
        return False
    if is_share_of_course(sentence, number) or evidence.is_known(number, derived_rates(evidence), 0.01):
        return False
    pairs = [(a.value, b.value) for a in others for b in others if a.value > b.value]
    size = abs(number.value)
    if any(abs((a - b) / x * 100 - size) <= 1 for a, b in pairs for x in (a, b) if x):
        return False  # a relative change, rightly in percent
    return any(abs(a - b - size) <= number.high - number.low + 1e-6 for a, b in pairs)


_FEWEST_DIGITS = 2


def _differ_by(values: list[float], size: float, room: float) -> bool:
    """True if two of the values are ``size`` apart, within ``room``."""
    ordered = sorted(values)
    for value in ordered:
        i = bisect_left(ordered, value + size - room)
        if i < len(ordered) and ordered[i] <= value + size + room:
            return True
    return False


def _sum_to(values: list[float], size: float, room: float) -> bool:
    return any(abs(a + b - size) <= room for i, a in enumerate(values) for b in values[i + 1 :])


def _are_ends(values: Iterable[float], size: float, room: float) -> bool:
    """True for the width of a field, and for how far its first or its last stands from the next."""
    ordered = sorted(set(values))
    if len(ordered) < 2:
        return False
    gaps = (ordered[-1] - ordered[0], ordered[-1] - ordered[-2], ordered[1] - ordered[0])
    return any(abs(gap - size) <= room for gap in gaps)
