"""What a clause asks of the cells of a slice, by the first reading that its words allow."""

from __future__ import annotations

from collections.abc import Sequence

from .slice_asked import SPOILED, Ask, Clause, Count
from .slice_bounds import of_bound
from .slice_changes import of_change, of_sign, of_span, without_span
from .slice_pairs import of_nearness, of_two
from .slice_places import PLACE, of_place
from .slice_tests import of_interval, of_p
from .slices import Axis, Grid, Named

__all__ = ["counts_of"]


def counts_of(
    clause: Clause, grid: Grid, counted: Axis, other: Axis, items: Sequence[int], named: Sequence[Named]
) -> list[Count]:
    """The counts that the readings of a clause find; nothing where it asks for something that is not read."""
    asked = Ask(clause, grid, counted, other, tuple(items), tuple(named))
    if SPOILED.search(PLACE.sub(" ", without_span(asked))):
        return []
    for reading in (of_interval, of_place, of_p, of_nearness, of_span, of_bound, of_two, of_change, of_sign):
        found = reading(asked)
        if found is not None:
            return found
    return []
