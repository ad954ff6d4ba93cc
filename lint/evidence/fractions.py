"""Fractions in cells: a rate beside its own k/n, in one cell or in the columns of one thing, and k larger than n."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from leakstats.records import struct

from ..document import Cell
from ..regex import regex
from .grammar import Number
from .knowledge import Clash, Evidence
from .tables import CellNumber, Sheet

__all__ = ["fraction_clashes"]

_FRACTION = regex(r"(?<![\d.,/])(\d[\d,]*)\s?(?:/|of|out of)\s?(\d[\d,]*)(?![\d.%/]|,\d)")
_KEPT = 0.75
"""Share of the cells of a table that have to keep to it before one that does not is judged."""


@struct
class _Pair:
    cell: Cell
    rate: Number
    k: int
    n: int

    @property
    def fits(self) -> bool:
        low, high = self.rate.scaled()
        return self.n > 0 and low - 1e-9 <= self.k / self.n <= high + 1e-9


def fraction_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Cells whose rate is not the k/n beside it, in tables in which the others keep to it."""
    for sheet in evidence.sheets:
        pairs = list(_pairs(sheet))
        right = sum(p.fits for p in pairs)
        for pair in pairs:
            if pair.fits or right < max(1, _KEPT * (len(pairs) - 1)):
                continue
            said = (
                f"{pair.k:,} is more than {pair.n:,}"
                if pair.k > pair.n
                else f"{pair.k:,}/{pair.n:,} is {100 * pair.k / max(pair.n, 1):.4g}%"
            )
            yield Clash(
                "fraction",
                evidence.document.place(pair.cell.text, pair.rate.start, pair.rate.end),
                f"{said}, not {pair.rate.text}%",
                "the rate or its fraction is wrong",
            )


def _pairs(sheet: Sheet) -> Iterator[_Pair]:
    """Every cell with one percentage and one fraction."""
    by_cell: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    for item in sheet.numbers:
        by_cell[(item.row, item.column)].append(item)
    for items in by_cell.values():
        cell = items[0].cell
        found = _FRACTION.findall(cell.text.text)
        rates = [
            x.number
            for x in items
            if x.number.role == "percent" and not x.interval and not x.number.bound and not x.number.signed
        ]
        if len(found) == 1 and len(rates) == 1:
            k, n = (int(x.replace(",", "")) for x in found[0])
            yield _Pair(cell, rates[0], k, n)
