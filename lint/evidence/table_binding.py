"""The binding of a page's column or row to the field of a file with which most of its cells agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from leakstats.facts import Fact, Series
from leakstats.records import struct

from .by_value import Index
from .names import fullest_first
from .tables import CellNumber

__all__ = ["Binding", "bind", "exchanged"]


@struct
class Binding:
    """A series of the page with the field of a file that most of its cells agree with."""

    page: Series
    cells: tuple[CellNumber, ...]
    data: Series
    scale: float
    matched: tuple[CellNumber, ...]
    wrong: tuple[tuple[CellNumber, Fact], ...]

    @property
    def by_chance(self) -> bool:
        """True if the cells may agree with a field of a large file though they print another: few, or single digits."""
        telling = {c.number.text for c in self.matched if len(c.number.text.strip("+-−–0.")) > 1}
        return (len(self.matched) < 3 or len(telling) < 2) and not self.data.words & self.page.words


_SCALES = (1.0, 100.0)
_MANY = 300
_Vote: TypeAlias = tuple[int, Fact, bool]
"""A cell, what a field holds of its thing, and whether the cell may print that."""


def bind(
    page: Series,
    cells: tuple[CellNumber, ...],
    names: list[frozenset[str]],
    index: Index,
    data: list[Series],
) -> Binding | None:
    """Bind a page series to the data series with which most cells agree; ``None`` where none has a clear majority.

    ``names`` are the folded names of each cell's entity; ``index`` lists, for each name, the series that have it.
    """
    votes: dict[float, dict[int, list[_Vote]]] = {scale: defaultdict(list) for scale in _SCALES}
    as_printed, as_percent = votes.values()
    rows: list[tuple[int, int, Fact, bool, bool]] = []
    held: tuple[set[int], set[int]] = (set(), set())
    """The fields that have a cell's value, as it is printed and as a percentage: no other one can be bound."""
    near = sorted(_near(_that_hold_any(cells, names, index), names, data))
    counts = {s: data[s].whole and not data[s].fraction for s in near}
    for i, (item, known) in enumerate(zip(cells, names, strict=True) if near else ()):
        seen: set[int] = set()
        number = item.number
        low, high = number.admitted
        exact, of_n = number.decimals > 0, number.role == "n"
        counted = number.role == "count"
        none = counted and not number.value
        for name in known if len(known) == 1 else fullest_first(known):
            for s in near:
                fact = data[s].facts.get(name) if s not in seen else None
                if fact is None:
                    continue
                seen.add(s)
                if exact if counts[s] else of_n:
                    continue  # counts are not printed with decimals
                value = 0.5 * (fact.low + fact.high)
                # a bare zero is none, and no share that is rounded off
                plain = low <= value <= high and not (none and value)
                percent = not counted and low <= value * 100.0 <= high
                rows.append((i, s, fact, plain, percent))
                if plain:
                    held[0].add(s)
                if percent:
                    held[1].add(s)
    either = held[0] | held[1]
    rows = [row for row in rows if row[1] in either]
    for i, s, fact, plain, percent in rows:
        if s in held[0]:
            as_printed[s].append((i, fact, plain))
        if s in held[1] and cells[i].number.role != "count":
            as_percent[s].append((i, fact, percent))
    best = None
    order = dict.fromkeys([row[1] for row in rows])
    for s, scale in ((s, scale) for s in order for scale in _SCALES if s in votes[scale]):
        found = votes[scale][s]
        right = sum([ok for _, _, ok in found])
        swap = right > 0 and len(found) == 3 and exchanged([(cells[i], f) for i, f, ok in found if not ok], scale)
        if not swap and (right < 2 or right * 2 < len(found)):
            continue
        distinct = len({cells[i].number.text for i, _, ok in found if ok and not cells[i].number.bound})
        overlap = len(data[s].words & page.words)
        rank = (right, overlap, distinct, -len(found))
        if best is None or rank > best[0]:
            best = (rank, s, scale, found, distinct)
    if best is None:
        return None
    _, s, scale, found, distinct = best
    s, found = _fullest(votes[scale], s, data)
    right = sum(ok for _, _, ok in found)
    wrong = [(cells[i], fact) for i, fact, ok in found if not ok]
    if wrong:  # a field that another row of that name prints is not that of this one: "a vs b (r)", "a vs b (ρ)"
        printed = {fact for _, fact, ok in found if ok}
        wrong = [x for x in wrong if x[1] not in printed]
    swapped = exchanged(wrong, scale)
    if wrong and not swapped and (distinct < 2 or right <= len(wrong)):
        return None
    matched = tuple(cells[i] for i, _, ok in found if ok)
    return Binding(page, cells, data[s], scale, matched, tuple(wrong))


def _near(holding: Counter[int], names: list[frozenset[str]], data: list[Series]) -> Iterable[int]:
    """Of the many fields of a large file that hold what a cell prints, those that can be bound to most of the cells."""
    if len(holding) <= _MANY:
        return holding
    known = frozenset().union(*names)
    most = max(map(len, names))
    return [s for s, n in holding.items() if n > 1 and 2 * n * most >= len(known & data[s].facts.keys())]


def _that_hold_any(cells: tuple[CellNumber, ...], names: list[frozenset[str]], index: Index) -> Counter[int]:
    """The fields that hold what a cell prints of its thing, and of how many cells; most hold nothing of a column."""
    out: Counter[int] = Counter()
    for item, known in zip(cells, names, strict=True):
        low, high = item.number.admitted
        out.update(set().union(*(index.holding(name, low, high) for name in known)))
    return out


def _fullest(votes: dict[int, list[_Vote]], s: int, data: list[Series]) -> tuple[int, list[_Vote]]:
    """Of the fields that hold the same as one, as far as that goes, the one that most cells stand in."""
    found = votes[s]
    held = {i: fact.value for i, fact, _ in found}
    for other, more in votes.items():
        if len(more) > len(found) and data[other].role in ("", data[s].role):
            values = {i: fact.value for i, fact, _ in more}
            if len(held) > 2 and all(values.get(i) == v for i, v in held.items()):
                s, found, held = other, more, values
    return s, found


def exchanged(wrong: list[tuple[CellNumber, Fact]], scale: float) -> bool:
    """True if two cells hold each other's value."""
    return len({c.number.text for c, _ in wrong}) == len(wrong) == 2 and all(
        cell.number.admits(fact.value, scale=scale) for (cell, _), (_, fact) in zip(wrong, reversed(wrong), strict=True)
    )
