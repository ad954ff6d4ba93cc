"""Which of so many things pass a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from leakstats.facts import Fact
from leakstats.records import struct

__all__ = ["Tally", "beyond_zero", "keeps", "surely", "tally_of", "tally_of_bound"]


@struct(slots=False)
class Tally:
    """Things that pass a test, and things that are printed on its edge and may."""

    names: Mapping[str, str]
    """Every name of a thing, with the one by which it is known below."""
    passed: frozenset[str]
    open: frozenset[str] = frozenset()
    sure: bool = False
    """The words name the one field that was tested."""

    @property
    def total(self) -> int:
        """How many things were tested."""
        return len(set(self.names.values()))

    @property
    def counts(self) -> range:
        """How many may pass."""
        return range(len(self.passed), len(self.passed) + len(self.open) + 1)

    @property
    def failed(self) -> Tally:
        """The same test, turned round."""
        return Tally(self.names, frozenset(self.names.values()) - self.passed - self.open, self.open, self.sure)

    def within(self, things: frozenset[str]) -> Tally | None:
        """The test of these things alone; ``None`` where none of them was tested."""
        names = {name: known for name, known in self.names.items() if name in things}
        kept = frozenset(names.values())
        return Tally(names, self.passed & kept, self.open & kept, self.sure) if kept else None

    def is_passed_by(self, things: Iterable[str]) -> bool | None:
        """True if these things and no other may pass; ``None`` where one of them was not tested."""
        known = {self.names.get(t) for t in things}
        return None if None in known else self.passed <= known <= self.passed | self.open


def tally_of(facts: Mapping[str, Fact], judge: Callable[..., tuple[bool, bool]], *beside: Mapping[str, Fact]) -> Tally:
    """Judge each thing by its fact and those it has ``beside``: does it pass surely, and may it pass?"""
    names: dict[str, str] = {}
    first: dict[int, str] = {}
    passed, edge = set(), set()
    for name, fact in facts.items():
        if any(name not in others for others in beside):
            continue
        names[name] = first.setdefault(id(fact), name)
        if names[name] == name:
            surely, maybe = judge(fact, *(others[name] for others in beside))
            if surely:
                passed.add(name)
            elif maybe:
                edge.add(name)
    return Tally(names, frozenset(passed), frozenset(edge))


def surely(passes: bool) -> tuple[bool, bool]:
    """A verdict without an edge."""
    return passes, passes


def beyond_zero(sign: int) -> Callable[[Fact], tuple[bool, bool]]:
    """On one side of zero; a printed 0.00 may be on either."""
    return lambda f: (min(f.low * sign, f.high * sign) > 1e-12, max(f.low * sign, f.high * sign) > 1e-12)


def keeps(value: float, bound: str, limit: float) -> bool:
    """True if a value keeps to a bound; values that differ by rounding of the computer are equal."""
    room = 1e-9
    if bound == "<":
        return value < limit - room
    if bound == "<=":
        return value <= limit + room
    if bound == ">":
        return value > limit + room
    return value >= limit - room


def tally_of_bound(facts: Mapping[str, Fact], bound: str, limit: float, *, absolute: bool = False) -> Tally:
    """Which values keep to a bound; printed ones on the edge may or may not."""

    def judge(fact: Fact) -> tuple[bool, bool]:
        kept = [keeps(abs(end) if absolute else end, bound, limit) for end in (fact.low, fact.high)]
        return all(kept), any(kept)

    return tally_of(facts, judge)
