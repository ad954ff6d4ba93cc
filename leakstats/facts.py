"""One kind of fact for all that a number can say: what it measures, of whom, and which values it allows."""

from __future__ import annotations

from leakstats.lazy import cached_property
from leakstats.records import struct

__all__ = ["Fact", "Series"]


@struct
class Fact:
    """A quantity of some entities.

    ``low`` and ``high`` bound the value (equal where it is stored and not printed). Rates are fractions in [0, 1],
    whatever the file or the page writes. ``entities`` are folded names: of personas, sources, conditions, layers.

    >>> Fact("rate", frozenset({"villain"}), 0.565, 0.575, "table 1").allows(0.57, 0.58)
    True
    """

    quantity: str
    entities: frozenset[str]
    low: float
    high: float
    pointer: str
    """Where it stands: a JSON pointer, or a cell or a sentence of the page."""

    @property
    def value(self) -> float:
        """The middle of what is allowed."""
        return 0.5 * (self.low + self.high)

    def allows(self, low: float, high: float) -> bool:
        """True if a value in [``low``, ``high``] may be this fact's.

        Two printed intervals that only touch ("2.6" and "2.7") are two values; a stored one on the edge is a tie and
        may be printed either way.
        """
        room = 1e-9 * max(abs(low), abs(high), abs(self.low), abs(self.high), 1e-300)
        if low < high and self.low < self.high:
            room = -room
        return self.low <= high + room and low - room <= self.high


@struct(slots=False)
class Series:
    """One quantity over several entities: a column of a table, or a field of every record of a file.

    Nobody changes ``facts``, so that what follows from them is worked out once.
    """

    quantity: str
    words: frozenset[str]
    """The words of its key or header, and of what holds it."""
    facts: dict[str, Fact]
    """By folded entity."""
    fraction: bool
    """Its values are rates."""
    origin: str
    """``data`` or ``page``."""
    pointer: str
    role: str = ""
    """``first``, ``last``, ``max``, ``min``, ``at`` (where the largest stands), ``net``, ``gain``; ``interval``."""

    @cached_property
    def distinct(self) -> tuple[Fact, ...]:
        """The facts, once each: several names may have the same one."""
        return tuple({id(f): f for f in self.facts.values()}.values())

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The middle of every fact."""
        return tuple(f.value for f in self.facts.values())

    @cached_property
    def rounded(self) -> tuple[float, ...]:
        """The middle of every distinct fact, to three decimals."""
        return tuple(round(f.value, 3) for f in self.distinct)

    @cached_property
    def whole(self) -> bool:
        """All values are whole numbers."""
        return all(v == int(v) for v in self.values)

    @cached_property
    def negative(self) -> bool:
        """A value is below zero."""
        return any(v < 0 for v in self.values)

    @cached_property
    def counts(self) -> bool:
        """All values are whole numbers, and none is negative."""
        return self.whole and not self.negative

    @cached_property
    def largest(self) -> float:
        """The largest size of a value."""
        return max(map(abs, self.values))

    @cached_property
    def ends(self) -> tuple[Fact, Fact]:
        """The facts with the smallest and the largest value; the first of equal ones."""
        return min(self.facts.values(), key=_value), max(self.facts.values(), key=_value)

    @cached_property
    def sizes(self) -> tuple[Fact, Fact]:
        """The facts whose values are smallest and largest in size; the first of equal ones."""
        return min(self.facts.values(), key=_size), max(self.facts.values(), key=_size)


def _value(fact: Fact) -> float:
    return fact.value


def _size(fact: Fact) -> float:
    return abs(fact.value)
