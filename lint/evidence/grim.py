"""What counts out of n print as (GRIM), and which column of a table holds the n of its rows.

References: Brown and Heathers (2017), "The GRIM test", Social Psychological and Personality Science 8(4), 363–369.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from .fractions import fractions_of
from .grammar import Number
from .knowledge import Evidence
from .names import name_variants
from .tables import CellNumber, Sheet
from .trials import is_trials

__all__ = ["keep_to", "possible", "sizes_behind", "sizes_in_cells", "sizes_of_rows", "tells"]

_MOST_COLUMNS = 12
_FEWEST_EXACT = 3
"""Rows of which k and n have to give the rate before the two columns are taken for k and n."""
_FEWEST_KEEPING = 4
"""Rates that have to keep to their n before a column is taken for theirs."""
_CHANCE = 1e-3
"""How likely as many rates may keep to another number."""


def possible(rate: Number, n: int) -> bool:
    """True if some count out of ``n`` prints as ``rate``, ties either way.

    >>> from .grammar import read_numbers
    >>> possible(read_numbers("57.3%")[0], 200), possible(read_numbers("57.5%")[0], 200)
    (False, True)
    """
    low, high = rate.scaled()
    return math.floor(high * n + 1e-9) >= math.ceil(low * n - 1e-9)


def tells(rate: Number, n: int) -> bool:
    """True if the digits of ``rate`` are fine enough for ``n`` to forbid some of them."""
    low, high = rate.scaled()
    return (high - low) * n < 0.999


def keep_to(rates: Sequence[tuple[Number, int]]) -> bool:
    """True if nearly all rates are possible for their n, which they would not be for another number.

    Parameters
    ----------
    rates
        Rates with the n that may be theirs.

    >>> from .grammar import read_numbers
    >>> rates = read_numbers("12.5%, 33.3%, 41.7%, 58.3%, 95.8%")
    >>> keep_to([(x, 120) for x in rates]), keep_to([(x, 130) for x in rates])
    (True, False)
    """
    told = [(rate, n) for rate, n in rates if tells(rate, n)]
    right = [(rate, n) for rate, n in told if possible(rate, n)]
    if len(right) < _FEWEST_KEEPING or (len(told) - len(right)) * 4 > len(told):
        return False
    distinct = {rate.text: (rate.scaled()[1] - rate.scaled()[0]) * n for rate, n in right}
    return math.prod(distinct.values()) < _CHANCE


def sizes_of_rows(evidence: Evidence, sheet: Sheet) -> Mapping[int, int]:
    """The trials of each row of a table: a column of sizes by its name, or by what it makes of the other columns.

    Of two columns of whole numbers that give the rates of nearly all rows the second one is n, whatever its name, and
    so is one to which the rates of nearly all rows keep. Empty for a table that states two sizes for one row.
    """
    found: dict[int, Mapping[int, int]] = evidence.cache.setdefault("sizes of rows", {})
    if id(sheet) not in found:
        wide = len(set(sheet.keys)) < len(sheet.keys)  # several columns about each thing: each may have its own
        found[id(sheet)] = {} if wide else sizes_in_cells(sheet) or _named(sheet) or _proved(sheet)
    return found[id(sheet)]


def sizes_in_cells(sheet: Sheet) -> dict[int, int]:
    """The n of rows with "k/n" in a cell; empty for a table with two for one row."""
    out: dict[int, set[int]] = {}
    for r, row in enumerate(sheet.grid):
        for cell in row[1:]:
            for fraction in fractions_of(cell.text.text) if cell is not None else ():
                out.setdefault(r, set()).add(fraction.n)
    return {r: ns.pop() for r, ns in out.items()} if out and all(len(ns) == 1 for ns in out.values()) else {}


def _named(sheet: Sheet) -> dict[int, int]:
    out: dict[int, set[int]] = {}
    for item in sheet.numbers:
        if is_trials(sheet, item):
            out.setdefault(item.row, set()).add(int(item.number.value))
    return {r: ns.pop() for r, ns in out.items()} if out and all(len(ns) == 1 for ns in out.values()) else {}


def _proved(sheet: Sheet) -> dict[int, int]:
    whole: dict[int, dict[int, int]] = {}
    rates: dict[int, dict[int, Number]] = {}
    for item in sheet.numbers:
        number = item.number
        if item.position or item.interval or number.bound or number.signed:
            continue
        if number.decimals <= 0 and number.role in ("count", "n") and number.value >= 0:
            whole.setdefault(item.column, {})[item.row] = int(number.value)
        elif _is_rate(item):
            rates.setdefault(item.column, {})[item.row] = number
    if len(whole) > _MOST_COLUMNS or len(rates) > _MOST_COLUMNS:
        return {}
    for ks, ns in itertools.permutations(whole.values(), 2):
        for shown in rates.values():
            rows = [r for r in shown if ks.get(r) and ns.get(r, 0) >= max(ks[r], 2)]
            fits = sum(shown[r].allows_rate(ks[r] / ns[r]) for r in rows)
            if fits >= _FEWEST_EXACT and fits >= len(shown) - 1:
                return ns
    for ns in whole.values():
        for shown in rates.values():
            if all(ns.get(r, 0) >= 2 for r in shown) and keep_to([(x, ns[r]) for r, x in shown.items()]):
                return ns
    return {}


def sizes_behind(evidence: Evidence, name: str, rate: Number) -> frozenset[int]:
    """The trials of the rows of tables that have the name ``name`` and print ``rate``."""
    if "sizes behind" not in evidence.cache:
        table: dict[str, list[tuple[float, float, int]]] = {}
        for sheet in evidence.sheets:
            sizes = sizes_of_rows(evidence, sheet)
            for item in sheet.numbers if sizes else ():
                if item.row in sizes and not item.interval and _is_rate(item):
                    for known in name_variants(sheet.labels[item.row]):
                        table.setdefault(known, []).append((*item.number.scaled(), sizes[item.row]))
        evidence.cache["sizes behind"] = table
    found: dict[str, list[tuple[float, float, int]]] = evidence.cache["sizes behind"]
    low, high = rate.scaled()
    return frozenset(n for a, b, n in found.get(name, ()) if a <= high and low <= b)


def _is_rate(item: CellNumber) -> bool:
    number = item.number
    return number.role == "percent" or (number.role == "value" and 0 <= number.value <= 1 and not number.signed)
