"""Whether a thing has the place that words give it among the values of a line, or of all lines of its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from ..regex import regex
from .grids import Interval
from .knowledge import Evidence
from .line_binding import Bound, values_of
from .places import Place
from .scales import merit_of, sense_of
from .sides import Said
from .stems import stems_of
from .table_lines import Line, lines
from .word_numbers import SPELLED, whole_number

__all__ = ["holds_of_all", "holds_place", "signs_of"]

_Key = TypeVar("_Key", int, tuple[int, int])


def signs_of(place: Place, line: Line) -> list[int]:
    """The ways in which the word can order the values of a line."""
    if place.pace:
        sense = sense_of(line, place.pace)
        return [sense] if sense else []
    if place.merit:
        merit = merit_of(line)
        return [place.sign * merit] if merit else [place.sign, -place.sign]
    return [place.sign]


def holds_place(text: str, place: Place, line: Line, holder: Said) -> bool | None:
    """Whether the holder has its place on a line; ``None`` where that cannot be said."""
    (own,) = holder.members
    values = values_of(line)
    if own not in values:
        return None
    signs = signs_of(place, line)
    if not signs:
        return None
    count = _OF_COUNT.search(text)
    if count is not None and whole_number(count["k"] or count["j"]) != len(values) and not place.behind:
        return None
    if _SOME.search(text) and not _is_all(line, text):
        return None
    if len(values) < 3 or len(values) < len(line.axis.things):
        return None
    if place.change in ("loss", "either"):
        loss = {i: (-v[1], -v[0]) for i, v in values.items()} if place.change == "loss" else values
        size = {i: _size(v) for i, v in values.items()}
        return any(
            _has(x, own, s, place.rank) for x in ((loss, size) if place.change == "loss" else (size,)) for s in signs
        )
    if place.change:
        size = {i: _size(v) for i, v in values.items()}
        return any(_has(x, own, s, place.rank) for x in (values, size) for s in signs)
    return any(_has(values, own, s, place.rank) for s in signs)


def _is_all(line: Line, text: str) -> bool:
    """True if what follows "of the" are all things of the line."""
    found = _SOME.search(text)
    return found is None or stems_of(found["adj"]) <= line.axis.noun


def _size(value: Interval) -> Interval:
    low, high = value
    return (0.0, max(-low, high)) if low <= 0 <= high else (min(abs(low), abs(high)), max(abs(low), abs(high)))


def _has(values: Mapping[_Key, Interval], own: _Key, sign: int, rank: int) -> bool:
    """True if a thing may be so far from the top (+1) or the bottom (-1)."""
    low, high = values[own]
    ahead = sum((v[0] >= high - 1e-12 if sign > 0 else v[1] <= low + 1e-12) for i, v in values.items() if i != own)
    behind = sum((v[1] <= low + 1e-12 if sign > 0 else v[0] >= high - 1e-12) for i, v in values.items() if i != own)
    return ahead < rank <= len(values) - behind


def holds_of_all(evidence: Evidence, place: Place, bound: Bound, holder: Said) -> bool | None:
    """Whether a cell has its place among all of its kind in the table."""
    line = bound.line
    alike = [x for x in lines(evidence) if x.axis is line.axis and x.other is line.other and x.kind == line.kind]
    values = {(x.at, i): v for x in alike if not x.whole and not x.change for i, v in values_of(x).items()}
    (own,) = holder.members
    signs = signs_of(place, line)
    if (line.at, own) not in values or not signs or (line.down and len({x.own for x in alike}) != len(alike)):
        return None
    return any(_has(values, (line.at, own), s, place.rank) for s in signs)


_OF_COUNT = regex(
    rf"\b(?:of|among|out of|in|all) (?:all )?(?:(?:the |our |these |those )(?P<k>{SPELLED}|\d{{1,2}})|"
    rf"(?P<j>{SPELLED}))\b(?![.,]?\d|\s?%)"
    r"(?! (?:runs|seeds|samples|percent|points))",
    re.IGNORECASE,
)
_SOME = regex(
    r"\b(?:among|amongst|of|within|out of) (?:the |our |all (?:the )?)(?!"
    + SPELLED
    + r"\b)(?P<adj>(?!all|to|its|their|the)[a-z\d]+(?:-[a-z\d]+)*) (?:[a-z]+-)?[a-z]{3,}s\b",
    re.IGNORECASE,
)
""" "Of the four-bit formats": of a part."""
