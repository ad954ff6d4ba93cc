"""What follows from the values of a page's tables: the ends of courses, means and spreads over a dimension."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from leakstats.facts import Fact, Series

from .averages import mean
from .names import fold_name
from .tables import Sheet

__all__ = ["ends_of_courses", "means_and_spreads", "over"]


def over(function: Callable[[list[float]], float], facts: Sequence[Fact]) -> tuple[float, float]:
    """A function, such as the mean, of the least and of the most that facts allow; what files hold is one value."""
    lows, highs = [f.low for f in facts], [f.high for f in facts]
    low = function(lows)
    return low, low if highs == lows else function(highs)


def means_and_spreads(series: Iterable[Series], kind: Callable[[Series], str]) -> list[Series]:
    """The mean and the spread of what is known of each thing over another dimension: layers, settings, columns."""
    groups: dict[tuple[str, frozenset[str], str], dict[str, list[Series]]] = defaultdict(lambda: defaultdict(list))
    for one in series:
        facts = one.distinct
        if one.role or len(facts) < 2 or len(facts) > 60 or kind(one) in ("size", "p", "spread"):
            continue
        for name in sorted(frozenset.intersection(*(f.entities for f in facts))):
            groups[(one.origin, frozenset(one.facts), kind(one))][name].append(one)
    out = []
    for (origin, _, _), found in groups.items():
        alone = {n: s[0].distinct for n, s in found.items() if len(s) == 1}
        if len(alone) < 3:
            continue
        means = {n: _fact("mean", *over(mean, v), v[0]) for n, v in alone.items()}
        wide = {n: _apart(v) for n, v in alone.items()}
        fraction = all(s[0].fraction for s in found.values())
        for role, facts_of in (("mean", means), ("spread", wide)):
            out.append(
                Series(role, frozenset({role}), facts_of, fraction, origin, f"its {role} over a dimension", role)
            )
    return out


def ends_of_courses(sheets: Sequence[Sheet], aliases: Mapping[str, str]) -> Iterator[Series]:
    """First, last, largest value and changes of what a table follows over epochs or layers."""
    for sheet in sheets:
        courses: dict[str, list[Fact]] = {}
        for series, _ in sheet.series:
            points = sorted((int(k[1:]), f) for k, f in series.facts.items() if k.startswith("#"))
            if (
                series.pointer.startswith("column")
                and not series.role
                and len(points) >= 3
                and len(points) >= len(sheet.labels) - 1
            ):
                name = fold_name(series.quantity)
                courses[aliases.get(name, name)] = list(dict.fromkeys(f for _, f in points))
        if len(courses) < 2:
            continue
        fraction = all(0 <= f.value <= 1 for c in courses.values() for f in c)
        for role, function in _ROLES.items():
            facts = {n: function(c) for n, c in courses.items()}
            yield Series(role, frozenset({role}), facts, fraction, "page", "its course in the table", role)


def _fact(role: str, low: float, high: float, like: Fact) -> Fact:
    return Fact(role, like.entities, low, high, like.pointer)


def _apart(facts: Sequence[Fact]) -> Fact:
    low, high = min(facts, key=lambda f: f.value), max(facts, key=lambda f: f.value)
    return _fact("spread", high.low - low.high, high.high - low.low, low)


def _top(course: list[Fact]) -> Fact:
    return max(course, key=lambda f: f.value)


_ROLES: dict[str, Callable[[list[Fact]], Fact]] = {
    "first": lambda c: c[0],
    "last": lambda c: c[-1],
    "max": _top,
    "net": lambda c: _fact("net", c[-1].low - c[0].high, c[-1].high - c[0].low, c[0]),
    "gain": lambda c: _fact("gain", _top(c).low - c[0].high, _top(c).high - c[0].low, c[0]),
}
