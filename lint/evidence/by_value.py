"""Facts sorted by value: those that a number may print are found without a look at all the others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from leakstats.facts import Fact, Series

__all__ = ["ByValue", "Index", "Known"]

Known: TypeAlias = tuple[Series, Fact]
_MANY = 40
_ROOM = 1e-5
"""More than what any comparison of values allows, as a part of the value."""


class ByValue:
    """Facts by where they lie: those of files in order, and those that the page prints, which are few, as they come.

    >>> fact = Fact("rate", frozenset(), 0.12, 0.12, "/a")
    >>> series = Series("rate", frozenset(), {"a": fact}, True, "data", "/*")
    >>> found = ByValue([(series, fact)])
    >>> len(found.near(11.5, 12.5, percent=True)), len(found.near(11.5, 12.5, percent=False))
    (1, 0)
    """

    def __init__(self, facts: Sequence[Known]) -> None:
        self._facts = facts
        self._order = sorted((i for i, (_, f) in enumerate(facts) if f.low == f.high), key=lambda i: facts[i][1].low)
        self._values = [facts[i][1].low for i in self._order]
        self._printed = [(i, f.low, f.high) for i, (_, f) in enumerate(facts) if f.low != f.high]

    def near(self, low: float, high: float, *, percent: bool) -> list[Known]:
        """Those that may lie in an interval, in their order: as they are, and of a percentage as fractions of one."""
        found: set[int] = set()
        for scale in (1.0, 0.01) if percent else (1.0,):
            a, b = low * scale, high * scale
            room = _ROOM * max(abs(a), abs(b)) + 1e-9
            a, b = a - room, b + room
            found.update(self._order[bisect_left(self._values, a) : bisect_right(self._values, b)])
            found.update(i for i, least, most in self._printed if least <= b and a <= most)
        return [self._facts[i] for i in sorted(found)]


class Index(dict[str, list[tuple[int, Fact]]]):
    """For each name, the series that know it, by position, each with its fact."""

    def __init__(self, series: Iterable[Series] = ()) -> None:
        super().__init__()
        self._sorted: dict[str, tuple[list[float], list[int]]] = {}
        for i, one in enumerate(series):
            for name, fact in one.facts.items():
                self.setdefault(name, []).append((i, fact))

    def holding(self, name: str, low: float, high: float) -> set[int]:
        """The series that hold a value of a name between two, as it is or as a percentage."""
        found = self.get(name, ())
        if len(found) < _MANY:
            values = ((s, 0.5 * (fact.low + fact.high)) for s, fact in found)
            return {s for s, v in values if low <= v <= high or low <= v * 100.0 <= high}
        if name not in self._sorted:
            ordered = sorted((0.5 * (fact.low + fact.high), s) for s, fact in found)
            self._sorted[name] = [v for v, _ in ordered], [s for _, s in ordered]
        values_of, series = self._sorted[name]
        out: set[int] = set()
        for a, b in ((low, high), (low / 100.0 - 1e-12, high / 100.0 + 1e-12)):
            out.update(series[bisect_left(values_of, a) : bisect_right(values_of, b)])
        return out
