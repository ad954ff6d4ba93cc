"""Bounds on the cells of a slice, in numbers or in parts: "above 40%", "more than half"."""

from __future__ import annotations

import re

from leakstats.records import replace

from ..regex import regex
from .bounded import bounds_said
from .fields import Asked
from .names import stem
from .slice_asked import SPOILED, Ask, Bound, Clause, Count, Verdict, beyond, count_of, ends_of
from .slice_pairs import of_two
from .slice_words import DOWN, UP_CHANGE
from .slices import Grid, Named
from .word_numbers import part_of, whole_number
from .wording import LOSS, PART, PART_OF

__all__ = ["counts_over_cells", "of_bound"]


_CELL_ROLES = {
    "percent": ("percent", "value"),
    "part": ("percent", "value"),
    "value": ("value", "coefficient", "percent", "count"),
    "coefficient": ("value", "coefficient"),
    "points": ("points", "value", "percent"),
    "count": ("count", "value", "none"),
    "none": ("count", "value", "none"),
    "p": ("p", "value"),
}


def _bounds(asked: Ask) -> list[Bound] | None:
    """The bounds of a clause; ``None`` where one of its numbers is no bound."""
    clause = asked.clause
    out = []
    for n in clause.numbers:
        if n.role in ("n", "index"):
            continue
        if n.role in ("count", "none") and not n.bound:
            return None  # "with 250 loaves": so many, and no bound
        told = Asked(clause.sentence, clause.text, (n,), clause.total, clause.noun, frozenset())
        found = bounds_said(told) if n.bound != "~" else []
        if len(found) != 1 or found[0].bound not in ("<", "<=", ">", ">="):
            return None
        said = found[0]
        value = said.value / 100 if said.role in ("percent", "points") else said.value
        out.append(Bound(said.role, said.bound, value, n.at - clause.start))
    for part in (PART.search(clause.text), PART_OF.search(clause.text)):
        if part is not None:
            bound = ">" if part["more"] else ">=" if part["least"] else "<" if part["less"] else "<="
            k = part.groupdict()
            limit = part_of(k["part"]) if k.get("part") else whole_number(k["k"]) / whole_number(k["n"])
            out.append(Bound("part", bound, limit, part.start()))
    return out


def _fits(asked: Ask, bound: Bound, j: int) -> bool:
    """True if a bound can be on the values of a slice."""
    if not asked.has_whole(j):
        return False
    cells = [c for i in asked.items if (c := asked.cell(i, j)) is not None]
    kinds = {asked.grid.kind(asked.counted, i, asked.other, j) for i in asked.items}
    if len(kinds) != 1 or any(c.number.bound for c in cells):
        return False
    kind = kinds.pop()
    if (bound.role == "points") != (kind == "change") or (bound.role == "p") != (kind == "p"):
        return False
    if kind in ("interval", "n"):
        return False
    if any(c.number.role not in _CELL_ROLES[bound.role] for c in cells):
        return False
    unit = [c for c in cells if c.number.role == "value"]
    if bound.role in ("percent", "part") and unit:
        return len(unit) == len(cells) and all(0 <= c.number.value <= 1 for c in cells)
    if bound.role == "value" and any(c.number.role == "percent" for c in cells):
        return 0 < bound.limit < 1
    if bound.role == "value" and any(c.number.role == "count" for c in cells):
        return bound.limit > 1
    return bound.role != "coefficient" or kind == "coefficient" or all(abs(c.number.value) <= 1 for c in cells)


def of_bound(asked: Ask) -> list[Count] | None:
    """ "Five exceed 40%", "more than half of the file-editor tasks", "gain at least 5 points"."""
    bounds = _bounds(asked)
    if bounds is None:
        return []
    if not bounds:
        return None
    if len(bounds) > 1:
        return []
    bound = bounds[0]
    if len(asked.named) == 2 and bound.role == "points":
        return of_two(asked, bound)
    if len(asked.named) > 1:
        return []
    chosen = [n for n in asked.named if _fits(asked, bound, n.index)]
    if asked.named and not chosen:
        return []
    if not chosen:
        chosen = [Named(j, 0, frozenset()) for j in range(len(asked.other.labels)) if _fits(asked, bound, j)]
        ended = _in_state(asked)
        chosen = [n for n in chosen if n.index == ended] if ended is not None else chosen
        if ended is None and not asked.is_about:
            return []  # no word tells that this table is meant
        if len(chosen) != 1:
            return []
    named = chosen[0]
    signed = bound
    sizes = False
    if bound.role == "points":
        down = DOWN.search(asked.clause.text) is not None
        up = UP_CHANGE.search(asked.clause.text) is not None
        if down and up:
            return []
        if down:
            turn = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
            signed = replace(bound, bound=turn[bound.bound], limit=-bound.limit)
        sizes = not (down or up)
        if LOSS.search(asked.other.labels[named.index]) and (down or up):
            return []

    def judge(i: int) -> Verdict | None:
        cell = asked.cell(i, named.index)
        if cell is None:
            return None
        low, high = ends_of(cell)
        if bound.role == "points" and cell.number.role == "value":
            low, high = low / 100, high / 100
        if sizes:
            low, high = (min(abs(low), abs(high)), max(abs(low), abs(high)))
        return beyond(low, high, signed.bound, signed.limit)

    return count_of(asked, judge, asked.words_of(named) | _state_words(asked), asked.other.labels[named.index])


_FINISH = regex(
    r"\b(?:finish(?:es|ed)?|ends?(?: up)?|ended(?: up)?|final(?:ly)?|at the end|by the end|"
    r"last (?:step|checkpoint|epoch|round))\b",
    re.IGNORECASE,
)


_START = regex(
    r"\b(?:starts?|started|begins?|began|initial(?:ly)?|at the (?:start|outset|beginning)|"
    r"first (?:step|checkpoint|epoch|round))\b",
    re.IGNORECASE,
)


def _in_state(asked: Ask) -> int | None:
    """The first or the last of the points that the other axis goes through, where a clause speaks of start or end."""
    if not asked.other.indices:
        return None
    last, first = _FINISH.search(asked.clause.text), _START.search(asked.clause.text)
    if (last is None) == (first is None):
        return None
    return len(asked.other.labels) - 1 if last is not None else 0


def _state_words(asked: Ask) -> frozenset[str]:
    found = {m[0].lower() for p in (_FINISH, _START) for m in p.finditer(asked.clause.text)}
    return frozenset(stem(w) for x in found for w in x.split())


def counts_over_cells(clause: Clause, grid: Grid) -> list[Count]:
    """How many of all cells of a table keep to a bound: "six of the fourteen runs trigger on more than 40%"."""
    rows, columns = grid.rows, grid.columns
    places = [(i, j) for i in range(len(rows.labels)) for j in range(len(columns.labels))]
    if len(places) != clause.total or any(rows.kinds) or any(columns.kinds) or SPOILED.search(clause.text):
        return []
    cells = [grid.cell(rows, i, columns, j) for i, j in places]
    if any(c is None or c.number.bound for c in cells) or len({c.number.role for c in cells if c is not None}) != 1:
        return []
    asked = Ask(clause, grid, rows, columns, tuple(range(len(rows.labels))), ())
    bounds = _bounds(asked)
    if not bounds or len(bounds) != 1 or not all(_fits(asked, bounds[0], j) for j in range(len(columns.labels))):
        return []
    found = [beyond(*ends_of(c), bounds[0].bound, bounds[0].limit) for c in cells if c is not None]
    return [Count(sum(x[0] for x in found), sum(x[1] for x in found), frozenset(), "all cells")]
